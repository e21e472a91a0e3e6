/* Whole forecasts: properties that hold for any history, and bands on processes that are known. */
#include <models/forecast.h>
#include <nt/memory.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

enum { DAY = 24, DAYS_MAX = 40, COUNT_MAX = DAY * DAYS_MAX, HORIZON = 48, LEVELS = 5 };

static const double levels[LEVELS] = {0.025, 0.1, 0.5, 0.9, 0.975};

static double uniform(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)((*random >> 11) + 1) / 9007199254740993.0;
}

static double normal(uint64_t *random)
{
    return sqrt(-2 * log(uniform(random))) * cos(2 * M_PI * uniform(random));
}

struct made {
    double point[HORIZON], quantiles[LEVELS][HORIZON];
    struct forecast forecast;
};

static void make(const double *values, size_t count, double high, struct made *ret)
{
    struct nt_arena arena, scratch;
    nt_arena_init(&arena);
    nt_arena_init(&scratch);
    struct forecast_ask ask = {.values = values,
                               .count = count,
                               .day = DAY,
                               .week = (size_t)7 * DAY,
                               .horizon = HORIZON,
                               .low = 0,
                               .high = high,
                               .levels = levels,
                               .levels_count = LEVELS};
    forecast_make(&ask, &arena, &scratch, &ret->forecast);
    memcpy(ret->point, ret->forecast.point, sizeof(ret->point));
    memcpy(ret->quantiles, ret->forecast.quantiles, sizeof(ret->quantiles));
    nt_arena_deinit(&arena);
    nt_arena_deinit(&scratch);
}

static void fill_daily(double *values, size_t count, uint64_t seed)
{
    uint64_t random = seed;
    for (size_t t = 0; t < count; t++)
        values[t] = 100 + 40 * sin(2 * M_PI * (double)t / DAY) + 5 * normal(&random);
}

static void check(const char *name, const struct made *made, double high)
{
    for (size_t h = 0; h < HORIZON; h++) {
        if (!(made->point[h] >= 0 && made->point[h] <= high))
            fail_msg("%s: point %f at step %zu", name, made->point[h], h);
        double below = 0;
        for (size_t i = 0; i < LEVELS; i++) {
            double value = made->quantiles[i][h];
            if (!(value >= below && value <= high))
                fail_msg("%s: quantile %g is %f at step %zu", name, levels[i], value, h);
            below = value;
        }
    }
}

/* Whatever the history: finite, within bounds, quantiles in order. */
static void test_any_history(void **state)
{
    (void)state;
    static double values[COUNT_MAX];
    static const char *const names[] = {"constant", "zero",  "cap",  "spikes",
                                        "outage",   "shift", "gaps", "a day missing",
                                        "resets",   "huge",  "tiny"};
    for (size_t kind = 0; kind < NT_COUNT(names); kind++) {
        for (size_t count = 0; count <= COUNT_MAX;
             count = count < 4 ? count + 1 : count * 3 / 2 + 7) {
            fill_daily(values, count, kind + 1);
            uint64_t random = 99;
            for (size_t t = 0; t < count; t++) {
                switch (kind) {
                case 0:
                    values[t] = 7;
                    break;
                case 1:
                    values[t] = 0;
                    break;
                case 2:
                    values[t] = fmin(values[t], 110);
                    break;
                case 3:
                    values[t] *= uniform(&random) < 0.01 ? 10 : 1;
                    break;
                case 4:
                    values[t] *= t % 200 < 3 ? 0 : 1;
                    break;
                case 5:
                    values[t] *= t + 72 > count ? 1.5 : 1;
                    break;
                case 6:
                    values[t] = uniform(&random) < 0.2 ? NAN : values[t];
                    break;
                case 7:
                    values[t] = t % 240 < 24 ? NAN : values[t];
                    break;
                case 8:
                    values[t] = (double)(t % 50);
                    break;
                case 9:
                    values[t] *= 1e98;
                    break;
                case 10:
                    values[t] *= 1e-98;
                    break;
                }
            }
            static struct made made;
            double high = kind == 9 ? 1e101 : 300;
            make(values, count, high, &made);
            check(names[kind], &made, high);
        }
    }
}

static void test_ladder(void **state)
{
    (void)state;
    static double values[COUNT_MAX];
    static const struct {
        size_t days;
        enum forecast_rung rung;
    } cases[] = {{0, FORECAST_NONE}, {1, FORECAST_LEVEL}, {3, FORECAST_SHORT}, {20, FORECAST_FULL}};
    double error_before = INFINITY;
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        double error = 0;
        for (uint64_t seed = 1; seed <= 12; seed++) {
            static struct made made;
            fill_daily(values, COUNT_MAX, seed);
            make(values, cases[i].days * DAY, INFINITY, &made);
            assert_int_equal(made.forecast.rung, cases[i].rung);
            for (size_t h = 0; h < HORIZON; h++)
                error += fabs(made.point[h] - values[cases[i].days * DAY + h]);
        }
        /* Each rung is better than the one below, or hardly worse: on a shape with white noise,
         * three days tell little that one day does not. */
        if (!(error < 1.1 * error_before))
            fail_msg("%zu days: %f, before %f", cases[i].days, error, error_before);
        error_before = error;
    }
    assert_true(error_before < 1.1 * 12 * HORIZON * 5 * sqrt(2 / M_PI)); /* the noise itself */
    for (size_t t = 0; t < (size_t)DAY * 3; t++)
        values[t] = NAN;
    static struct made made;
    make(values, (size_t)DAY * 3, INFINITY, &made);
    assert_int_equal(made.forecast.rung, FORECAST_NONE);
}

/* Other units give the same forecast in those units. */
static void test_scale(void **state)
{
    (void)state;
    static double values[COUNT_MAX], scaled[COUNT_MAX];
    fill_daily(values, COUNT_MAX, 4);
    for (size_t t = 0; t < COUNT_MAX; t++)
        scaled[t] = 1024 * values[t];
    static struct made made, other;
    make(values, COUNT_MAX, INFINITY, &made);
    make(scaled, COUNT_MAX, INFINITY, &other);
    for (size_t h = 0; h < HORIZON; h++) {
        assert_true(fabs(other.point[h] / 1024 - made.point[h]) < 1e-3 * made.point[h]);
        assert_true(fabs(other.quantiles[3][h] / 1024 - made.quantiles[3][h]) <
                    1e-3 * made.quantiles[3][h]);
    }
}

static void test_same_each_time(void **state)
{
    (void)state;
    static double values[COUNT_MAX];
    fill_daily(values, COUNT_MAX, 8);
    static struct made made, again;
    make(values, COUNT_MAX, INFINITY, &made);
    make(values, COUNT_MAX, INFINITY, &again);
    assert_memory_equal(made.point, again.point, sizeof(made.point));
    assert_memory_equal(made.quantiles, again.quantiles, sizeof(made.quantiles));
}

/*
 * Series of a shape and normal noise: 80 % and 95 % of what comes lies within the bands. 60 series
 * of 48 independent steps: three standard deviations are 0.022 and 0.012; the past residuals that a
 * band is made of are themselves few, which adds about as much.
 */
static void test_coverage(void **state)
{
    (void)state;
    enum { SERIES = 60 };
    static double values[COUNT_MAX];
    double inside80 = 0;
    double inside95 = 0;
    double off = 0;
    for (uint64_t s = 1; s <= SERIES; s++) {
        fill_daily(values, COUNT_MAX, s * 7919);
        static struct made made;
        size_t count = COUNT_MAX - HORIZON;
        make(values, count, INFINITY, &made);
        for (size_t h = 0; h < HORIZON; h++) {
            double z = values[count + h];
            inside80 += z >= made.quantiles[1][h] && z <= made.quantiles[3][h];
            inside95 += z >= made.quantiles[0][h] && z <= made.quantiles[4][h];
            off += fabs(made.point[h] - z);
        }
    }
    double n = SERIES * HORIZON;
    if (fabs(inside80 / n - 0.8) > 0.05 || fabs(inside95 / n - 0.95) > 0.025)
        fail_msg("coverage %.3f and %.3f", inside80 / n, inside95 / n);
    assert_true(off / n < 1.15 * 5 * sqrt(2 / M_PI)); /* near the mean size of the noise itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_history), cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_scale),       cmocka_unit_test(test_same_each_time),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
