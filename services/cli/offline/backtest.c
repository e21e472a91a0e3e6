#include <offline/verbs.h>

#include <offline/faults.h>
#include <offline/file.h>
#include <offline/report.h>
#include <offline/work.h>

#include <models/naive.h>
#include <models/order.h>
#include <models/score.h>
#include <nt/memory.h>

#include <math.h>
#include <stdatomic.h>
#include <time.h>

/* What each method is asked for: the tenths, and the ends of the 80 % and 95 % bands. */
enum { SIXTY = 5, LOW95 = REPORT_TENTHS, HIGH95, LEVELS };

static const double levels[LEVELS] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.025, 0.975};

struct backtest {
    const struct options *options;
    const struct table *table;
    struct report_item *items;
    _Atomic uint64_t cpu_us;
};

struct paths {
    double *point, *quantiles; /* levels x horizon */
};

/* Of the values that are known, if these are at least half; NaN otherwise. */
static double mean_of(const double *values, size_t count)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        sum += values[i];
        known++;
    }
    return known * 2 >= count && known > 0 ? sum / (double)known : NAN;
}

static uint64_t cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* How many standard deviations from the mean a normal value lies, for each of levels. */
static const double deviates[LEVELS] = {-1.28155, -0.84162, -0.52440, -0.25335, 0,      0.25335,
                                        0.52440,  0.84162,  1.28155,  -1.95996, 1.95996};

/* The usual band of a naive method: normal, from its one-step errors, growing with each season. */
static void naive_band(const struct forecast_ask *ask, size_t season, struct paths *paths)
{
    double squares = 0;
    size_t count = 0;
    for (size_t t = season; t < ask->count; t++) {
        double change = ask->values[t] - ask->values[t - season];
        if (isnan(change))
            continue;
        squares += change * change;
        count++;
    }
    double sigma = count > 0 ? sqrt(squares / (double)count) : 0;
    for (size_t h = 0; h < ask->horizon; h++) {
        size_t seasons = h / season + 1;
        double wide = sigma * sqrt((double)seasons);
        for (size_t i = 0; i < LEVELS; i++) {
            double value = paths->point[h] + deviates[i] * wide;
            paths->quantiles[i * ask->horizon + h] = fmin(fmax(value, ask->low), ask->high);
        }
    }
}

/* The level above which a tenth of the hours of the history were. NaN without any hour. */
static double usual_top(const struct forecast_ask *ask, size_t hour, struct nt_arena *arena)
{
    size_t count = 0;
    double *means = NT_ARRAY(arena, ask->count / hour + 1, double);
    for (size_t t = ask->count % hour; t + hour <= ask->count; t += hour) {
        double mean = mean_of(ask->values + t, hour);
        if (!isnan(mean))
            means[count++] = mean;
    }
    order_sort(means, count);
    return order_quantile(means, count, 0.9);
}

/* Hours whose mean is above top: those that were, those that a path said, and both. */
static void score_hours(const double *actual, const double *path, size_t count, size_t hour,
                        double top, struct report_score *score)
{
    for (size_t h = 0; h + hour <= count; h += hour) {
        double mean = mean_of(actual + h, hour);
        if (isnan(mean) || isnan(top))
            continue;
        bool is_over = mean > top;
        bool is_said = mean_of(path + h, hour) > top;
        score->over += is_over;
        score->over_said += is_said;
        score->over_both += is_over && is_said;
    }
}

static struct report_score score(const struct forecast_ask *ask, const struct paths *paths,
                                 const double *actual, double scale, double hour)
{
    size_t n = ask->horizon;
    const double *q = paths->quantiles;
    const double *low95 = q + LOW95 * n;
    const double *high95 = q + HIGH95 * n;
    struct report_score score = {.smape = score_smape(actual, paths->point, n),
                                 .mae = score_mae(actual, paths->point, n),
                                 .scale = scale,
                                 .interval = score_interval(actual, low95, high95, n, 0.05)};
    for (size_t h = 0; h < n; h++) {
        double z = actual[h];
        if (isnan(z))
            continue;
        double hours = ((double)h + 1) / hour;
        size_t block = hours <= 6 ? 0 : hours <= 24 ? 1 : 2;
        bool is_in80 = z >= q[h] && z <= q[8 * n + h];
        bool is_in95 = z >= low95[h] && z <= high95[h];
        score.steps++;
        score.inside80 += is_in80;
        score.inside95 += is_in95;
        score.block_steps[block]++;
        score.block80[block] += is_in80;
        score.block95[block] += is_in95;
        score.width80 += q[8 * n + h] - q[h];
        score.width95 += high95[h] - low95[h];
        score.sum_actual += fabs(z);
        for (size_t i = 0; i < REPORT_TENTHS; i++)
            score.pinball[i] +=
                fmax(levels[i] * (z - q[i * n + h]), (levels[i] - 1) * (z - q[i * n + h]));
    }
    score.width80 /= score.steps;
    score.width95 /= score.steps;
    return score;
}

static void run(void *context, size_t item, struct nt_arena *arena, struct nt_arena *scratch)
{
    struct backtest *backtest = context;
    const struct options *options = backtest->options;
    size_t origins = options->origins;
    struct report_item *result = &backtest->items[item];
    result->series = item / origins;
    result->origin = item % origins;
    const struct table_series *series = &backtest->table->series[result->series * options->sample];
    size_t after = options->horizon + result->origin * options->every;
    size_t least = 2 * (options->day > 0 ? options->day : 1); /* to know the naive methods' scale */
    if (series->count < after + least)
        return;
    struct forecast_ask ask = verbs_ask(options, series, series->count - after);
    ask.levels = levels;
    ask.levels_count = LEVELS;
    const double *actual = series->values + ask.count;
    size_t season = options->day > 0 ? options->day : 1;
    double scale = score_scale(series->values, ask.count, season);
    if (isnan(score_mae(actual, actual, ask.horizon)) || !(scale > 0))
        return;
    double hour = 3600.0 / (double)options->step_s;
    struct forecast forecast;
    uint64_t begin = cpu_us();
    forecast_make(&ask, arena, scratch, &forecast);
    atomic_fetch_add(&backtest->cpu_us, cpu_us() - begin);
    struct paths paths = {.point = forecast.point, .quantiles = forecast.quantiles};
    size_t steps = hour > 1 ? (size_t)hour : 1;
    double top = usual_top(&ask, steps, arena);
    result->scores[REPORT_OURS] = score(&ask, &paths, actual, scale, hour);
    /* Overload is told from probabilities: where it has 40 % and more. */
    score_hours(actual, paths.quantiles + SIXTY * ask.horizon, ask.horizon, steps, top,
                &result->scores[REPORT_OURS]);
    naive_seasonal(ask.values, ask.count, options->day, ask.horizon, paths.point);
    naive_band(&ask, season, &paths);
    result->scores[REPORT_SEASONAL_NAIVE] = score(&ask, &paths, actual, scale, hour);
    score_hours(actual, paths.point, ask.horizon, steps, top,
                &result->scores[REPORT_SEASONAL_NAIVE]);
    naive_adjusted(ask.values, ask.count, options->day, ask.horizon, paths.point);
    naive_band(&ask, 1, &paths);
    result->scores[REPORT_NAIVE2] = score(&ask, &paths, actual, scale, hour);
    score_hours(actual, paths.point, ask.horizon, steps, top, &result->scores[REPORT_NAIVE2]);
    result->is_scored = true;
}

static int finish(FILE *out, struct nt_error *err)
{
    if (fflush(out) != 0 || ferror(out))
        return nt_fail(err, -EIO, "the result cannot be written");
    return 0;
}

int verb_backtest(struct options *options, struct nt_error *err)
{
    NT_CLEANUP(table_deinit_p) struct table table = {0};
    if (file_read_table(options->input, options->step_s, &table, err) < 0 ||
        verbs_settle(options, &table, err) < 0)
        return err->code;
    NT_CLEANUP(nt_fclose_p) FILE *file = NULL;
    if (options->output != NULL && (file = fopen(options->output, "we")) == NULL)
        return nt_fail(err, -errno, "%s cannot be written: %m", options->output);
    FILE *out = file != NULL ? file : stdout;
    if (options->has_faults) {
        if (faults_run(options, &table, out, err) < 0)
            return err->code;
        return finish(out, err);
    }
    size_t series_count = (table.count + options->sample - 1) / options->sample;
    size_t count = series_count * options->origins;
    NT_CLEANUP(nt_free_p) struct report_item *items = nt_zalloc(count * sizeof(*items));
    struct backtest backtest = {.options = options, .table = &table, .items = items};
    struct work work = {.count = count,
                        .threads = options->threads,
                        .title = "backtest",
                        .run = run,
                        .context = &backtest};
    uint64_t all_us;
    work_run(&work, &all_us);
    struct report report = {.items = items,
                            .count = count,
                            .series_count = series_count,
                            .origins = options->origins,
                            .cpu_s = (double)atomic_load(&backtest.cpu_us) * 1e-6};
    size_t scored = 0;
    for (size_t i = 0; i < count; i++)
        scored += items[i].is_scored;
    if (scored == 0)
        return nt_fail(
            err, -ENODATA,
            "%s: no series is longer than its horizon of %zu steps and two days before it",
            options->input, options->horizon);
    report_print(&report, options, out);
    return finish(out, err);
}
