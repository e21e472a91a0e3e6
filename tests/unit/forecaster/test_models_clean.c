/* What monitoring does to a series: found where it is there, and nowhere else. */
#include <models/clean.h>
#include <models/prepare.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

enum { DAY = 24, WEEK = 7 * DAY, COUNT = 35 * DAY };

static double values[COUNT];
static bool is_outlier[COUNT];
static struct nt_arena arena, scratch;

static int set_up(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (size_t t = 0; t < COUNT; t++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double noise = (double)(random >> 40 & 1023) / 1024 - 0.5;
        double weekend = t / DAY % 7 > 4 ? 0.6 : 1;
        values[t] = weekend * (100 + 50 * sin(2 * M_PI * (double)t / DAY)) * exp(0.2 * noise);
    }
    nt_arena_init(&arena);
    nt_arena_init(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nt_arena_deinit(&arena);
    nt_arena_deinit(&scratch);
    return 0;
}

static size_t find_outliers(void)
{
    return clean_outliers(values, COUNT, DAY, WEEK, &scratch, is_outlier);
}

static void test_outliers(void **state)
{
    (void)state;
    assert_int_equal(find_outliers(), 0); /* weekends are none */
    values[400] *= 10;
    values[500] = values[501] = 0;
    assert_int_equal(find_outliers(), 3);
    assert_true(is_outlier[400] && is_outlier[500] && is_outlier[501]);
    values[COUNT - 1] *= 10; /* the newest may be news */
    assert_int_equal(find_outliers(), 3);
    for (size_t k = 0; k < 5; k++) /* five hours are no glitch */
        values[600 + k] *= 10;
    assert_int_equal(find_outliers(), 3);
}

/* What comes each day or each week at its hour is a habit; what comes all the time a bursty load.
 */
static void test_habits_are_kept(void **state)
{
    (void)state;
    for (size_t t = 30; t < COUNT; t += WEEK)
        values[t] *= 10;
    assert_int_equal(find_outliers(), 0);
    for (size_t t = 11; t < COUNT; t += 17)
        values[t] *= 10;
    assert_int_equal(find_outliers(), 0);
}

static void test_shift(void **state)
{
    (void)state;
    size_t begin;
    assert_true(clean_find_shift(values, COUNT, DAY, WEEK, &scratch, &begin) == 1);
    assert_int_equal(begin, 0);
    for (size_t t = COUNT - 4 * DAY; t < COUNT; t++)
        values[t] *= 2;
    double factor = clean_find_shift(values, COUNT, DAY, WEEK, &scratch, &begin);
    assert_int_equal(begin, COUNT - 4 * DAY);
    assert_true(fabs(factor - 2) < 0.1);
    /* Two days may be a holiday; a week knows itself; short histories say nothing. */
    assert_true(clean_find_shift(values, COUNT - 2 * DAY, DAY, WEEK, &scratch, &begin) == 1);
    assert_true(clean_find_shift(values + (size_t)18 * DAY, (size_t)17 * DAY, DAY, WEEK, &scratch,
                                 &begin) == 1);
    values[COUNT - 1] = 0; /* nothing to take the logarithm of */
    assert_true(clean_find_shift(values, COUNT, DAY, WEEK, &scratch, &begin) == 1);
    assert_int_equal(begin, 0);
}

/* All of it together: gaps filled like the days before, glitches unseen, the old level raised. */
static void test_prepared(void **state)
{
    (void)state;
    static double clean[COUNT];
    memcpy(clean, values, sizeof(clean));
    for (size_t k = 0; k < 6; k++)
        values[300 + k] = NAN;
    values[510] = 0;
    for (size_t t = COUNT - 4 * DAY; t < COUNT; t++)
        values[t] *= 2;
    const struct forecast_ask ask = {
        .values = values, .count = COUNT, .day = DAY, .week = WEEK, .horizon = 24};
    struct task task;
    assert_true(prepare_task(&ask, &arena, &scratch, &task));
    assert_int_equal(task.count, COUNT);
    assert_int_equal(task.origins[task.origins_count - 1], COUNT);
    for (size_t t = (size_t)8 * DAY; t < COUNT; t++) {
        bool was_missing = (t >= 300 && t < 306) || t == 510;
        assert_true(isnan(task.actual[t]) == was_missing);
        double ratio = task.values[t] / clean[t];
        if (!(ratio > (was_missing ? 1 : 1.8) && ratio < (was_missing ? 4 : 2.2)))
            fail_msg("step %zu is %f times what it was", t, ratio);
    }
    const struct forecast_ask nothing = {
        .values = (double[]){NAN, NAN}, .count = 2, .day = DAY, .horizon = 24};
    assert_false(prepare_task(&nothing, &arena, &scratch, &task));
}

static void test_medians(void **state)
{
    (void)state;
    assert_int_equal(prepare_bucket(288), 12);
    assert_int_equal(prepare_bucket(24), 1);
    assert_int_equal(prepare_bucket(100), 1); /* no whole number of steps makes an hour */
    double medians[2];
    prepare_medians((double[]){3, 1, 2, 9, 9, 100}, 2, 3, medians);
    assert_true(medians[0] == 2 && medians[1] == 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_outliers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_habits_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shift, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prepared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_medians, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
