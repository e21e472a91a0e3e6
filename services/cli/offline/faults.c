#include <offline/faults.h>

#include <offline/verbs.h>
#include <offline/work.h>

#include <models/order.h>
#include <models/score.h>
#include <nt/memory.h>

#include <math.h>
#include <string.h>

static const double SHIFT = 1.5; /* of the level */

enum fault {
    NONE,
    MISSING_5,
    MISSING_20,
    GAP_6H,
    GAP_24H,
    OUTAGE,
    LEVEL_SHIFT,
    SPIKES,
    RESETS,
    DAY_OF_23H,
    DAY_OF_25H,
    AT_CAP
};

static const char *const names[FAULTS] = {
    [NONE] = "none",
    [MISSING_5] = "5 % missing",
    [MISSING_20] = "20 % missing",
    [GAP_6H] = "gap of 6 h",
    [GAP_24H] = "gap of 24 h",
    [OUTAGE] = "2 h of zeros",
    [LEVEL_SHIFT] = "+50 % for 3 days",
    [SPIKES] = "1 % spikes x10",
    [RESETS] = "counter resets",
    [DAY_OF_23H] = "a day of 23 h",
    [DAY_OF_25H] = "a day of 25 h",
    [AT_CAP] = "values at the cap",
};

const char *faults_name(size_t fault)
{
    return names[fault];
}

double faults_scale(size_t fault)
{
    return fault == LEVEL_SHIFT ? SHIFT : 1;
}

static double next_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)(*random >> 11) / 9007199254740992.0;
}

/* Set the values of a stretch that ends so many steps before the end. */
static void set(struct faults_series *series, size_t before_end, size_t length, double value)
{
    for (size_t t = 0; t < series->count; t++) {
        size_t to_end = series->count - t;
        if (to_end > before_end && to_end <= before_end + length)
            series->values[t] = value;
    }
}

static void set_some(struct faults_series *series, uint64_t seed, double share, double factor)
{
    uint64_t random = seed;
    for (size_t t = 0; t < series->count; t++) {
        if (next_random(&random) < share)
            series->values[t] *= factor;
    }
}

/* Five days ago an hour was skipped, or came twice: all before it is an hour off. */
static void change_day(struct faults_series *series, bool is_longer)
{
    size_t hour = series->hour;
    size_t back = 5 * series->day;
    if (series->count < back + 2 * hour)
        return;
    double *at = series->values + series->count - back;
    size_t after = back;
    if (is_longer) {
        memmove(at + hour, at, after * sizeof(double));
        series->count += hour;
    } else {
        memmove(at - hour, at, after * sizeof(double));
        series->count -= hour;
    }
}

static void cap(struct faults_series *series)
{
    NT_CLEANUP(nt_free_p) double *sorted = nt_zalloc((series->count + 1) * sizeof(double));
    size_t known = 0;
    for (size_t t = 0; t < series->count; t++) {
        if (!isnan(series->values[t]))
            sorted[known++] = series->values[t];
    }
    if (known == 0)
        return;
    order_sort(sorted, known);
    series->high = order_quantile(sorted, known, 0.9);
    for (size_t t = 0; t < series->count; t++) /* NaN stays */
        series->values[t] = series->values[t] > series->high ? series->high : series->values[t];
    for (size_t h = 0; h < series->horizon; h++)
        series->actual[h] = series->actual[h] > series->high ? series->high : series->actual[h];
}

void faults_inject(size_t fault, uint64_t seed, struct faults_series *series)
{
    switch ((enum fault)fault) {
    case NONE:
        break;
    case MISSING_5:
        set_some(series, seed, 0.05, NAN);
        break;
    case MISSING_20:
        set_some(series, seed, 0.2, NAN);
        break;
    case GAP_6H:
        set(series, 6 * series->hour, 6 * series->hour, NAN);
        break;
    case GAP_24H:
        set(series, 6 * series->hour, 24 * series->hour, NAN);
        break;
    case OUTAGE:
        set(series, 6 * series->hour, 2 * series->hour, 0);
        break;
    case LEVEL_SHIFT:
        for (size_t t = series->count > 3 * series->day ? series->count - 3 * series->day : 0;
             t < series->count; t++)
            series->values[t] *= SHIFT;
        for (size_t h = 0; h < series->horizon; h++)
            series->actual[h] *= SHIFT;
        break;
    case SPIKES:
        set_some(series, seed, 0.01, 10);
        break;
    case RESETS: /* single steps read as nothing */
        set_some(series, seed, 0.005, 0);
        break;
    case DAY_OF_23H:
        change_day(series, false);
        break;
    case DAY_OF_25H:
        change_day(series, true);
        break;
    case AT_CAP:
        cap(series);
        break;
    }
}

struct faulty {
    const struct options *options;
    const struct table *table;
    double (*errors)[FAULTS]; /* MASE of each item; NaN: not scored */
};

static void run(void *context, size_t item, struct nt_arena *arena, struct nt_arena *scratch)
{
    struct faulty *faulty = context;
    const struct options *options = faulty->options;
    const struct table_series *series =
        &faulty->table->series[item / options->origins * options->sample];
    size_t after = options->horizon + item % options->origins * options->every;
    size_t day = options->day > 0 ? options->day : 1;
    size_t hour = day >= 24 ? day / 24 : 1;
    for (size_t f = 0; f < FAULTS; f++)
        faulty->errors[item][f] = NAN;
    if (series->count < after + 8 * day) /* a week, or the faults would be most of it */
        return;
    size_t count = series->count - after;
    double scale = score_scale(series->values, count, day);
    if (!(scale > 0))
        return;
    for (size_t f = 0; f < FAULTS; f++) {
        struct faults_series harmed = {.values = NT_ARRAY(arena, count + hour, double),
                                       .count = count,
                                       .hour = hour,
                                       .day = day,
                                       .actual = NT_ARRAY(arena, options->horizon, double),
                                       .horizon = options->horizon,
                                       .high = INFINITY};
        memcpy(harmed.values, series->values, count * sizeof(double));
        memcpy(harmed.actual, series->values + count, options->horizon * sizeof(double));
        faults_inject(f, item + 1, &harmed);
        struct table_series history = {.values = harmed.values, .count = harmed.count};
        struct forecast_ask ask = verbs_ask(options, &history, harmed.count);
        ask.levels_count = 0;
        ask.high = fmin(ask.high, harmed.high);
        struct forecast forecast;
        forecast_make(&ask, arena, scratch, &forecast);
        faulty->errors[item][f] =
            score_mae(harmed.actual, forecast.point, options->horizon) / scale / faults_scale(f);
    }
}

int faults_run(const struct options *options, const struct table *table, FILE *out,
               struct nt_error *err)
{
    size_t count = (table->count + options->sample - 1) / options->sample * options->origins;
    struct faulty faulty = {.options = options,
                            .table = table,
                            .errors = nt_zalloc((count + 1) * sizeof(*faulty.errors))};
    struct work work = {.count = count,
                        .threads = options->threads,
                        .title = "backtest with faults",
                        .run = run,
                        .context = &faulty};
    uint64_t cpu_us;
    work_run(&work, &cpu_us);
    double sums[FAULTS] = {0};
    size_t scored = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_scored = true;
        for (size_t f = 0; f < FAULTS; f++)
            is_scored &= !isnan(faulty.errors[i][f]);
        for (size_t f = 0; f < FAULTS && is_scored; f++)
            sums[f] += faulty.errors[i][f];
        scored += is_scored;
    }
    free(faulty.errors);
    if (scored == 0)
        return nt_fail(err, -ENODATA, "%s: no series is longer than its horizon and eight days",
                       options->input);
    if (options->is_json) {
        (void)fprintf(out, "{\"forecasts\":%zu,\"mase\":{", scored);
        for (size_t f = 0; f < FAULTS; f++)
            (void)fprintf(out, "%s\"%s\":%.6g", f > 0 ? "," : "", names[f],
                          sums[f] / (double)scored);
        (void)fputs("}}\n", out);
        return 0;
    }
    (void)fprintf(out, "%zu forecasts of %zu steps\n\n%-18s %8s %8s\n", scored, options->horizon,
                  "fault", "MASE", "ratio");
    for (size_t f = 0; f < FAULTS; f++)
        (void)fprintf(out, "%-18s %8.4f %8.3f\n", names[f], sums[f] / (double)scored,
                      sums[f] / sums[NONE]);
    return 0;
}
