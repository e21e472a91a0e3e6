#include <offline/report.h>

#include <models/order.h>
#include <nt/memory.h>

#include <math.h>

static const char *const method_names[REPORT_METHODS] = {"neaptide", "seasonal naive", "Naive2"};
static const char *const method_keys[REPORT_METHODS] = {"neaptide", "seasonal_naive", "naive2"};

/* Means over the scored items of one origin, or of all. */
struct means {
    double smape, mase, msis, wql, pinball, width80, width95;
    double cover80, cover95, block80[REPORT_BLOCKS], block95[REPORT_BLOCKS];
    double precision, recall, f1; /* of overload hours */
    size_t count;
};

enum { ALL_ORIGINS = -1 };

static struct means average(const struct report *report, enum report_method method, long origin)
{
    struct means means = {0};
    struct report_score sums = {0};
    for (size_t i = 0; i < report->count; i++) {
        const struct report_item *item = &report->items[i];
        if (!item->is_scored || (origin != ALL_ORIGINS && item->origin != (size_t)origin))
            continue;
        const struct report_score *score = &item->scores[method];
        double pinball = 0;
        for (size_t k = 0; k < REPORT_TENTHS; k++) {
            sums.pinball[0] += score->pinball[k];
            pinball += score->pinball[k] / REPORT_TENTHS;
        }
        means.count++;
        means.smape += score->smape;
        means.mase += score->mae / score->scale;
        means.msis += score->interval / score->scale;
        means.pinball += pinball / score->steps / score->scale;
        means.width80 += score->width80 / score->scale;
        means.width95 += score->width95 / score->scale;
        sums.sum_actual += score->sum_actual;
        sums.steps += score->steps;
        sums.over += score->over;
        sums.over_said += score->over_said;
        sums.over_both += score->over_both;
        sums.inside80 += score->inside80;
        sums.inside95 += score->inside95;
        for (size_t b = 0; b < REPORT_BLOCKS; b++) {
            sums.block_steps[b] += score->block_steps[b];
            sums.block80[b] += score->block80[b];
            sums.block95[b] += score->block95[b];
        }
    }
    double n = (double)means.count;
    means.smape /= n;
    means.mase /= n;
    means.msis /= n;
    means.pinball /= n;
    means.width80 /= n;
    means.width95 /= n;
    means.wql = 2 * sums.pinball[0] / REPORT_TENTHS / sums.sum_actual;
    means.cover80 = sums.inside80 / sums.steps;
    means.cover95 = sums.inside95 / sums.steps;
    means.precision = sums.over_both / sums.over_said;
    means.recall = sums.over_both / sums.over;
    means.f1 = 2 * sums.over_both / (sums.over + sums.over_said);
    for (size_t b = 0; b < REPORT_BLOCKS; b++) {
        means.block80[b] = sums.block80[b] / sums.block_steps[b];
        means.block95[b] = sums.block95[b] / sums.block_steps[b];
    }
    return means;
}

/* OWA of each origin, then their mean. */
static double overall(const struct report *report, enum report_method method)
{
    double sum = 0;
    double count = 0;
    for (size_t o = 0; o < report->origins; o++) {
        struct means ours = average(report, method, (long)o);
        struct means naive2 = average(report, REPORT_NAIVE2, (long)o);
        if (ours.count == 0)
            continue;
        sum += (ours.smape / naive2.smape + ours.mase / naive2.mase) / 2;
        count++;
    }
    return sum / count;
}

struct relative {
    double geometric, median, mean;
};

/* MASE over all origins of a series, over that of the seasonal naive method. */
static struct relative compare(const struct report *report, enum report_method method)
{
    NT_CLEANUP(nt_free_p) double *ratios = nt_zalloc((report->series_count + 1) * sizeof(double));
    struct relative relative = {0};
    size_t count = 0;
    for (size_t s = 0; s < report->series_count; s++) {
        double ours = 0;
        double naive = 0;
        for (size_t o = 0; o < report->origins; o++) {
            const struct report_item *item = &report->items[s * report->origins + o];
            if (!item->is_scored)
                continue;
            ours += item->scores[method].mae / item->scores[method].scale;
            naive += item->scores[REPORT_SEASONAL_NAIVE].mae / item->scores[method].scale;
        }
        if (!(naive > 0) || !(ours > 0))
            continue;
        relative.geometric += log(ours / naive);
        relative.mean += ours / naive;
        ratios[count++] = ours / naive;
    }
    relative.geometric = exp(relative.geometric / (double)count);
    relative.mean /= (double)count;
    relative.median = order_median(ratios, count);
    return relative;
}

/* A horizon may end before a block begins: there is nothing to say of it then. */
static void print_band(FILE *out, double whole, const double blocks[REPORT_BLOCKS], double width)
{
    (void)fprintf(out, " %8.3f", whole);
    for (size_t b = 0; b < REPORT_BLOCKS; b++) {
        if (isnan(blocks[b]))
            (void)fprintf(out, " %8s", "-");
        else
            (void)fprintf(out, " %8.3f", blocks[b]);
    }
    (void)fprintf(out, " %8.3f", width);
}

static void print_text(const struct report *report, const struct options *options, FILE *out)
{
    size_t scored = 0;
    for (size_t i = 0; i < report->count; i++)
        scored += report->items[i].is_scored;
    (void)fprintf(out, "%zu series, %zu forecasts of %zu steps of %lld s, season %zu,%zu\n\n",
                  report->series_count, scored, options->horizon, (long long)options->step_s,
                  options->day, options->week);
    (void)fprintf(out, "%-15s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "", "sMAPE", "MASE", "OWA",
                  "relMASE", "(median)", "(mean)", "pinball", "WQL", "MSIS");
    for (enum report_method m = 0; m < REPORT_METHODS; m++) {
        struct means means = average(report, m, ALL_ORIGINS);
        struct relative relative = compare(report, m);
        (void)fprintf(out, "%-15s %8.3f %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f %8.3f\n",
                      method_names[m], means.smape, means.mase, overall(report, m),
                      relative.geometric, relative.median, relative.mean, means.pinball, means.wql,
                      means.msis);
    }
    (void)fprintf(out, "\n%-15s %8s %8s %8s %8s %8s   %8s %8s %8s %8s %8s\n", "band", "80 %",
                  "1-6 h", "7-24 h", "25- h", "width", "95 %", "1-6 h", "7-24 h", "25- h", "width");
    for (enum report_method m = 0; m < REPORT_METHODS; m++) {
        struct means means = average(report, m, ALL_ORIGINS);
        (void)fprintf(out, "%-15s", method_names[m]);
        print_band(out, means.cover80, means.block80, means.width80);
        (void)fputs("  ", out);
        print_band(out, means.cover95, means.block95, means.width95);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "\n%-15s %9s %8s %8s\n", "overload hours", "precision", "recall", "F1");
    for (enum report_method m = 0; m < REPORT_METHODS; m++) {
        struct means means = average(report, m, ALL_ORIGINS);
        (void)fprintf(out, "%-15s %9.3f %8.3f %8.3f\n", method_names[m], means.precision,
                      means.recall, means.f1);
    }
    (void)fprintf(out, "\n%-15s %8s %8s %8s %8s\n", "last value", "sMAPE", "MASE", "OWA", "MSIS");
    for (size_t o = 0; o < report->origins; o++) {
        struct means ours = average(report, REPORT_OURS, (long)o);
        struct means naive2 = average(report, REPORT_NAIVE2, (long)o);
        if (ours.count == 0)
            continue;
        (void)fprintf(out, "-%-14zu %8.3f %8.4f %8.4f %8.3f\n",
                      options->horizon + o * options->every, ours.smape, ours.mase,
                      (ours.smape / naive2.smape + ours.mase / naive2.mase) / 2, ours.msis);
    }
    (void)fprintf(out,
                  "\npinball (mean of 0.1 to 0.9), MSIS and widths are over MASE's denominator\n"
                  "overload hours: their mean is above the 90 %% quantile of the hours before\n"
                  "%.0f forecasts/s/core\n",
                  (double)scored / report->cpu_s);
}

/* JSON has no NaN. */
static void print_number(FILE *out, const char *key, double value, const char *after)
{
    if (isfinite(value))
        (void)fprintf(out, "\"%s\":%.6g%s", key, value, after);
    else
        (void)fprintf(out, "\"%s\":null%s", key, after);
}

static void print_json(const struct report *report, const struct options *options, FILE *out)
{
    size_t scored = 0;
    for (size_t i = 0; i < report->count; i++)
        scored += report->items[i].is_scored;
    (void)fprintf(out,
                  "{\"series\":%zu,\"forecasts\":%zu,\"horizon\":%zu,\"step_s\":%lld,"
                  "\"season\":[%zu,%zu],",
                  report->series_count, scored, options->horizon, (long long)options->step_s,
                  options->day, options->week);
    print_number(out, "forecasts_per_core_second", (double)scored / report->cpu_s, ",");
    (void)fputs("\"methods\":{", out);
    for (enum report_method m = 0; m < REPORT_METHODS; m++) {
        struct means means = average(report, m, ALL_ORIGINS);
        struct relative relative = compare(report, m);
        (void)fprintf(out, "%s\"%s\":{", m > 0 ? "," : "", method_keys[m]);
        print_number(out, "smape", means.smape, ",");
        print_number(out, "mase", means.mase, ",");
        print_number(out, "owa", overall(report, m), ",");
        print_number(out, "rel_mase", relative.geometric, ",");
        print_number(out, "rel_mase_median", relative.median, ",");
        print_number(out, "rel_mase_mean", relative.mean, ",");
        print_number(out, "pinball", means.pinball, ",");
        print_number(out, "wql", means.wql, ",");
        print_number(out, "msis", means.msis, ",");
        print_number(out, "width80", means.width80, ",");
        print_number(out, "width95", means.width95, ",");
        print_number(out, "overload_precision", means.precision, ",");
        print_number(out, "overload_recall", means.recall, ",");
        print_number(out, "overload_f1", means.f1, ",");
        print_number(out, "coverage80", means.cover80, ",");
        print_number(out, "coverage95", means.cover95, ",");
        for (size_t b = 0; b < REPORT_BLOCKS; b++) {
            static const char *const keys[][REPORT_BLOCKS] = {
                {"coverage80_1_6h", "coverage80_7_24h", "coverage80_25h"},
                {"coverage95_1_6h", "coverage95_7_24h", "coverage95_25h"}};
            print_number(out, keys[0][b], means.block80[b], ",");
            print_number(out, keys[1][b], means.block95[b], b + 1 < REPORT_BLOCKS ? "," : "}");
        }
    }
    (void)fputs("}}\n", out);
}

void report_print(const struct report *report, const struct options *options, FILE *out)
{
    if (options->is_json)
        print_json(report, options, out);
    else
        print_text(report, options, out);
}
