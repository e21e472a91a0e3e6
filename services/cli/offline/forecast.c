#include <offline/verbs.h>

#include <offline/file.h>
#include <offline/work.h>

#include <nt/memory.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

struct job {
    const struct options *options;
    const struct table *table;
    struct made {
        double *point, *quantiles;
        const char *model;
    } * made;
};

static double *keep(const double *values, size_t count)
{
    double *copy = nt_zalloc((count + 1) * sizeof(double));
    memcpy(copy, values, count * sizeof(double));
    return copy;
}

static void run(void *context, size_t item, struct nt_arena *arena, struct nt_arena *scratch)
{
    struct job *job = context;
    const struct options *options = job->options;
    const struct table_series *series = &job->table->series[item * options->sample];
    struct forecast_ask ask = verbs_ask(options, series, series->count);
    struct forecast forecast;
    forecast_make(&ask, arena, scratch, &forecast);
    job->made[item] = (struct made){
        .point = keep(forecast.point, options->horizon),
        .quantiles = keep(forecast.quantiles, options->horizon * options->levels_count),
        .model = forecast.model};
}

/* Names may hold a comma or a quote: then they are quoted. */
static void print_name(FILE *out, const char *name, bool is_json)
{
    if (!is_json && strpbrk(name, ",\"") == NULL) {
        (void)fputs(name, out);
        return;
    }
    (void)fputc('"', out);
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        if (is_json && c < 0x20) {
            (void)fprintf(out, "\\u%04x", c);
            continue;
        }
        if (c == '"' || (is_json && c == '\\'))
            (void)fputc(is_json ? '\\' : '"', out);
        (void)fputc(c, out);
    }
    (void)fputc('"', out);
}

static void print(const struct job *job, size_t count, FILE *out)
{
    const struct options *options = job->options;
    if (!options->is_json) {
        (void)fputs("series,t,mean,model", out);
        for (size_t i = 0; i < options->levels_count; i++)
            (void)fprintf(out, ",q%g", options->levels[i]);
        (void)fputc('\n', out);
    }
    for (size_t item = 0; item < count; item++) {
        const struct table_series *series = &job->table->series[item * options->sample];
        const struct made *made = &job->made[item];
        int64_t end_s = series->begin_s + (int64_t)series->count * options->step_s;
        for (size_t h = 0; h < options->horizon; h++) {
            long long at =
                job->table->has_times ? end_s + (int64_t)h * options->step_s : (int64_t)h + 1;
            if (options->is_json)
                (void)fputs("{\"series\":", out);
            print_name(out, series->name, options->is_json);
            (void)fprintf(out,
                          options->is_json ? ",\"t\":%lld,\"mean\":%.10g,\"model\":\"%s\""
                                           : ",%lld,%.10g,%s",
                          at, made->point[h], made->model);
            for (size_t i = 0; i < options->levels_count; i++) {
                double value = made->quantiles[i * options->horizon + h];
                if (options->is_json)
                    (void)fprintf(out, ",\"q%g\":%.10g", options->levels[i], value);
                else
                    (void)fprintf(out, ",%.10g", value);
            }
            (void)fputs(options->is_json ? "}\n" : "\n", out);
        }
    }
}

static int write_out(const struct job *job, size_t count, struct nt_error *err)
{
    const char *path = job->options->output;
    NT_CLEANUP(nt_fclose_p) FILE *file = path != NULL ? fopen(path, "we") : NULL;
    if (path != NULL && file == NULL)
        return nt_fail(err, -errno, "%s cannot be written: %m", path);
    FILE *out = file != NULL ? file : stdout;
    print(job, count, out);
    if (fflush(out) != 0 || ferror(out))
        return nt_fail(err, -EIO, "%s cannot be written", path != NULL ? path : "standard output");
    return 0;
}

int verb_forecast(struct options *options, struct nt_error *err)
{
    struct timespec begin, end;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    NT_CLEANUP(table_deinit_p) struct table table = {0};
    if (file_read_table(options->input, options->step_s, &table, err) < 0 ||
        verbs_settle(options, &table, err) < 0)
        return err->code;
    size_t count = (table.count + options->sample - 1) / options->sample;
    struct job job = {
        .options = options, .table = &table, .made = nt_zalloc(count * sizeof(struct made))};
    struct work work = {.count = count,
                        .threads = options->threads,
                        .title = "forecast",
                        .run = run,
                        .context = &job};
    uint64_t cpu_us;
    work_run(&work, &cpu_us);
    int status = write_out(&job, count, err);
    for (size_t i = 0; i < count; i++) {
        free(job.made[i].point);
        free(job.made[i].quantiles);
    }
    free(job.made);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    double whole_s =
        (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    (void)fprintf(stderr,
                  "%zu series: %.0f series/s/core from file to file, %.0f in the models alone\n",
                  count, (double)count / whole_s, (double)count / ((double)cpu_us * 1e-6));
    return status;
}
