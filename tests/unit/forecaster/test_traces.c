/*
 * The seasonal profile on recorded loads: rolling origins a day apart, 24 h ahead at five minutes,
 * relative MASE to the seasonal naive forecast (docs/benchmarks.md has the figure). The traces are
 * found by NEAPTIDE_BENCH_DATA; without them the test is skipped, visibly.
 */
#include <forecaster/fit.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>
#include <zlib.h>

enum { SERIES_MAX = 32, ROWS_MAX = 8192, ORIGINS = 7, LINE_SIZE = 65536 };

struct traces {
    float *values[SERIES_MAX]; /* NaN where missing */
    int64_t begin_s[SERIES_MAX];
    size_t count, rows;
};

static int read_traces(struct traces *traces, const char *path)
{
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        return -ENOENT;
    char *line = nt_zalloc(LINE_SIZE);
    bool has_header = false;
    while (gzgets(file, line, LINE_SIZE) != NULL && traces->rows < ROWS_MAX) {
        char *rest = line;
        size_t column = 0;
        if (line[strcspn(line, "\r\n")] == '\0' || line[0] == '\n')
            continue;
        line[strcspn(line, "\r\n")] = '\0';
        for (char *cell; (cell = strsep(&rest, ",")) != NULL; column++) {
            if (column == 0 || column > SERIES_MAX)
                continue;
            if (!has_header) {
                const char *at = strchr(cell, '@');
                traces->begin_s[column - 1] = at != NULL ? atoll(at + 1) : 0;
                traces->values[column - 1] = nt_zalloc(ROWS_MAX * sizeof(float));
                traces->count = column;
            } else {
                traces->values[column - 1][traces->rows] =
                    cell[0] != '\0' ? strtof(cell, NULL) : NAN;
            }
        }
        traces->rows += has_header;
        has_header = true;
    }
    free(line);
    (void)gzclose(file);
    return 0;
}

struct scores {
    double error, naive, inside, n;
};

/* History of at most 28 days before each of the last origins; nothing after it is seen. */
static struct scores score(const float *values, size_t rows, int64_t begin_s)
{
    struct scores scores = {0};
    int64_t first = begin_s / 300;
    size_t end = rows;
    while (end > 0 && isnan(values[end - 1]))
        end--;
    float *history_values = nt_zalloc(HISTORY_SLOTS * sizeof(float));
    for (size_t k = 1; k <= ORIGINS && end > (k + 4) * DAY_SLOTS; k++) {
        size_t at = end - k * DAY_SLOTS;
        for (size_t i = 0; i < HISTORY_SLOTS; i++)
            history_values[i] = at + i >= HISTORY_SLOTS ? values[at + i - HISTORY_SLOTS] : NAN;
        struct calendar calendar;
        int64_t origin = first + (int64_t)at;
        struct zone zone = {0};
        calendar_init(&calendar, &zone, origin - HISTORY_SLOTS, HISTORY_SLOTS + FORECAST_STEPS);
        struct history history = {.values = history_values,
                                  .first = origin - HISTORY_SLOTS,
                                  .count = HISTORY_SLOTS,
                                  .calendar = &calendar};
        struct fit *fit = fit_new(&history, origin);
        float p10[DAY_SLOTS], p50[DAY_SLOTS], p90[DAY_SLOTS];
        fit_forecast(fit, &history, origin, DAY_SLOTS, p10, p50, p90);
        for (size_t step = 0; step < DAY_SLOTS; step++) {
            float actual = values[at + step];
            float naive = values[at + step - DAY_SLOTS];
            if (isnan(actual) || isnan(naive))
                continue;
            scores.error += fabsf(actual - p50[step]);
            scores.naive += fabsf(actual - naive);
            scores.inside += actual >= p10[step] && actual <= p90[step];
            scores.n++;
        }
        fit_free(fit);
        calendar_deinit(&calendar);
    }
    free(history_values);
    return scores;
}

static void test_the_profile_beats_the_day_before(void **state)
{
    (void)state;
    const char *folder = getenv("NEAPTIDE_BENCH_DATA");
    if (nt_text_is_empty(folder)) {
        print_message("NEAPTIDE_BENCH_DATA is not set: skipped\n");
        skip();
    }
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/series/crane_5min.csv.gz", folder);
    struct traces traces = {0};
    if (read_traces(&traces, path) < 0) {
        print_message("%s cannot be read: skipped\n", path);
        skip();
    }
    double log_sum = 0;
    double inside = 0;
    double n = 0;
    size_t scored = 0;
    for (size_t i = 0; i < traces.count; i++) {
        struct scores scores = score(traces.values[i], traces.rows, traces.begin_s[i]);
        free(traces.values[i]);
        if (scores.n == 0 || scores.naive == 0)
            continue;
        print_message("series %2zu: relMASE %.3f, coverage of the 80 %% band %.3f\n", i,
                      scores.error / scores.naive, scores.inside / scores.n);
        log_sum += log(scores.error / scores.naive);
        inside += scores.inside;
        n += scores.n;
        scored++;
    }
    assert_true(scored > 0);
    double relative = exp(log_sum / (double)scored);
    double coverage = inside / n;
    print_message("crane_5min: relMASE %.3f over %zu series, coverage %.3f\n", relative, scored,
                  coverage);
    assert_true(relative < 1);
    assert_true(coverage > 0.7 && coverage < 0.95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_profile_beats_the_day_before)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
