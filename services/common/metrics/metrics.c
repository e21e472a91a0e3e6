#include <nt/memory.h>
#include <nt/metrics.h>
#include <nt/text.h>

#include <assert.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

enum { BOUNDS_MAX = 16 };

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

static const char *const kind_names[] = {"counter", "gauge", "histogram"};

struct nt_metric {
    char *name;
    char *labels; /* "" where there are none */
    char *help;
    enum metric_kind kind;
    double value; /* histogram: sum */
    uint64_t count;
    size_t bounds_count;
    double bounds[BOUNDS_MAX];
    uint64_t buckets[BOUNDS_MAX];
};

struct nt_metrics {
    struct nt_metric **items; /* in order of registration */
    size_t count;
    size_t capacity;
};

struct nt_metrics *nt_metrics_new(void)
{
    return nt_zalloc(sizeof(struct nt_metrics));
}

void nt_metrics_free(struct nt_metrics *metrics)
{
    if (metrics == NULL)
        return;
    for (size_t i = 0; i < metrics->count; i++) {
        free(metrics->items[i]->name);
        free(metrics->items[i]->labels);
        free(metrics->items[i]->help);
        free(metrics->items[i]);
    }
    free(metrics->items);
    free(metrics);
}

static struct nt_metric *add(struct nt_metrics *metrics, enum metric_kind kind, const char *name,
                             const char *labels, const char *help)
{
    struct nt_metric *metric = nt_zalloc(sizeof(*metric));
    metric->kind = kind;
    metric->name = nt_strdup(name);
    metric->labels = nt_strdup(labels != NULL ? labels : "");
    metric->help = nt_strdup(help);
    nt_vec_push(metrics->items, metrics->count, metrics->capacity) = metric;
    return metric;
}

struct nt_metric *nt_metrics_counter(struct nt_metrics *metrics, const char *name,
                                     const char *labels, const char *help)
{
    return add(metrics, METRIC_COUNTER, name, labels, help);
}

struct nt_metric *nt_metrics_gauge(struct nt_metrics *metrics, const char *name, const char *labels,
                                   const char *help)
{
    return add(metrics, METRIC_GAUGE, name, labels, help);
}

struct nt_metric *nt_metrics_histogram(struct nt_metrics *metrics, const char *name,
                                       const char *labels, const char *help, const double *bounds,
                                       size_t bounds_count)
{
    assert(bounds_count <= BOUNDS_MAX);
    struct nt_metric *metric = add(metrics, METRIC_HISTOGRAM, name, labels, help);
    memcpy(metric->bounds, bounds, bounds_count * sizeof(*bounds));
    metric->bounds_count = bounds_count;
    return metric;
}

void nt_metric_add(struct nt_metric *metric, double value)
{
    metric->value += value;
}

void nt_metric_set(struct nt_metric *metric, double value)
{
    metric->value = value;
}

void nt_metric_observe(struct nt_metric *metric, double value)
{
    metric->value += value;
    metric->count++;
    for (size_t i = 0; i < metric->bounds_count; i++) {
        if (value <= metric->bounds[i]) {
            metric->buckets[i]++;
            break;
        }
    }
}

static int write_histogram(const struct nt_metric *metric, struct nt_buf *out)
{
    const char *comma = metric->labels[0] != '\0' ? "," : "";
    uint64_t below = 0;
    int status = 0;
    for (size_t i = 0; i < metric->bounds_count; i++) {
        below += metric->buckets[i];
        status |=
            nt_buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", metric->name, metric->labels,
                          comma, metric->bounds[i], (unsigned long long)below);
    }
    status |= nt_buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", metric->name, metric->labels,
                            comma, (unsigned long long)metric->count);
    const char *open = metric->labels[0] != '\0' ? "{" : "";
    const char *shut = metric->labels[0] != '\0' ? "}" : "";
    status |= nt_buf_printf(out, "%s_sum%s%s%s %.17g\n%s_count%s%s%s %llu\n", metric->name, open,
                            metric->labels, shut, metric->value, metric->name, open, metric->labels,
                            shut, (unsigned long long)metric->count);
    return status;
}

static int write_metric(const struct nt_metric *metric, struct nt_buf *out)
{
    if (metric->kind == METRIC_HISTOGRAM)
        return write_histogram(metric, out);
    if (metric->labels[0] != '\0')
        return nt_buf_printf(out, "%s{%s} %.17g\n", metric->name, metric->labels, metric->value);
    return nt_buf_printf(out, "%s %.17g\n", metric->name, metric->value);
}

static bool is_first_of_its_name(const struct nt_metrics *metrics, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (nt_text_is(metrics->items[i]->name, metrics->items[at]->name))
            return false;
    }
    return true;
}

static double resident_bytes(void)
{
    NT_CLEANUP(nt_fclose_p) FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    if (file == NULL || fgets(line, sizeof(line), file) == NULL)
        return 0;
    char *second = strchr(line, ' ');
    return second != NULL ? strtod(second, NULL) * (double)sysconf(_SC_PAGESIZE) : 0;
}

static int write_process(struct nt_buf *out)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    return nt_buf_printf(out,
                         "# HELP process_resident_memory_bytes Memory held in RAM.\n"
                         "# TYPE process_resident_memory_bytes gauge\n"
                         "process_resident_memory_bytes %.0f\n"
                         "# HELP process_cpu_seconds_total CPU time, user and system.\n"
                         "# TYPE process_cpu_seconds_total counter\n"
                         "process_cpu_seconds_total %.3f\n",
                         resident_bytes(), seconds);
}

int nt_metrics_write(const struct nt_metrics *metrics, struct nt_buf *out)
{
    int status = 0;
    /* All lines of one name must stand together, below one HELP and TYPE. */
    for (size_t i = 0; i < metrics->count; i++) {
        const struct nt_metric *head = metrics->items[i];
        if (!is_first_of_its_name(metrics, i))
            continue;
        status |= nt_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", head->name, head->help,
                                head->name, kind_names[head->kind]);
        for (size_t j = i; j < metrics->count; j++) {
            if (nt_text_is(metrics->items[j]->name, head->name))
                status |= write_metric(metrics->items[j], out);
        }
    }
    status |= write_process(out);
    return status < 0 ? -EMSGSIZE : 0;
}
