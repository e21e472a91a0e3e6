#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <balancer/readings.h>

enum { MINUTE = 60000 };

static void test_runs(void **state)
{
    (void)state;
    struct readings readings = {0};
    int64_t at = INT64_C(100000) * MINUTE;
    assert_true(readings_newest_pct(&readings) < 0);
    for (int minute = 0; minute < 4; minute++)
        for (int i = 0; i < 12; i++)
            readings_add(&readings, at += 5000, 5000, minute == 0 ? 50 : 95);
    assert_int_equal(readings_run_above(&readings, 90), 3);
    assert_int_equal(readings_run_below(&readings, 90), 0);
    assert_true(readings_newest_pct(&readings) > 94.9);

    for (int i = 0; i < 12; i++)
        readings_add(&readings, at += 5000, 5000, i < 6 ? 100 : 20);
    assert_int_equal(readings_run_above(&readings, 90), 0); /* the mean of the minute is 60 */
    assert_int_equal(readings_run_below(&readings, 90), 1);
}

static void test_gap_breaks_a_run(void **state)
{
    (void)state;
    struct readings readings = {0};
    int64_t at = INT64_C(100000) * MINUTE;
    readings_add(&readings, at += MINUTE, MINUTE, 95);
    readings_add(&readings, at += MINUTE, MINUTE, 95);
    assert_int_equal(readings_run_above(&readings, 90), 2);
    readings_add(&readings, at += 10 * MINUTE, MINUTE, 95);
    assert_int_equal(readings_run_above(&readings, 90), 1);
}

/* A fast clock gives one sample for several minutes. */
static void test_long_intervals(void **state)
{
    (void)state;
    struct readings readings = {0};
    int64_t at = INT64_C(100000) * MINUTE;
    readings_add(&readings, at += 5 * MINUTE, 5 * MINUTE, 95);
    readings_add(&readings, at += 5 * MINUTE, 5 * MINUTE, 93);
    assert_int_equal(readings_run_above(&readings, 90), 10);
    assert_true(readings_newest_pct(&readings) < 93.1);
}

static void test_old_sample_is_ignored(void **state)
{
    (void)state;
    struct readings readings = {0};
    int64_t at = INT64_C(100000) * MINUTE;
    readings_add(&readings, at + MINUTE, MINUTE, 95);
    readings_add(&readings, at, MINUTE, 5);
    assert_true(readings_newest_pct(&readings) > 94.9);
}

static void test_peak(void **state)
{
    (void)state;
    struct readings readings = {0};
    const int64_t begin = INT64_C(100000) * MINUTE;
    for (int i = 1; i <= 60; i++)
        readings_add(&readings, begin + (int64_t)i * MINUTE, MINUTE, i == 30 ? 88 : 40);
    assert_true(readings_peak_pct(&readings, begin, begin + 60 * MINUTE) > 87.9);
    assert_true(readings_peak_pct(&readings, begin, begin + 20 * MINUTE) < 41);
    assert_true(readings_peak_pct(&readings, begin, begin + 120 * MINUTE) < 0); /* half unseen */
}

/* What roll-ups say fills what nobody heard, and takes nothing away. */
static void test_rollups(void **state)
{
    (void)state;
    enum { SLOT = 5 * 60 * 1000 };
    const int64_t from = INT64_C(1000) * SLOT;
    struct readings readings = {0};
    for (int i = 0; i < 12; i++)
        readings_note(&readings, from + (int64_t)i * SLOT, SLOT, 50 + i);
    assert_true(readings_peak_pct(&readings, from, from + 12 * SLOT) == 61);
    readings_note(&readings, from, SLOT, 40); /* lower: nothing new */
    assert_true(readings_peak_pct(&readings, from, from + SLOT) == 50);
    readings_note(&readings, from - INT64_C(288) * SLOT, SLOT, 99); /* older than what is there */
    assert_true(readings_peak_pct(&readings, from, from + SLOT) == 50);
    readings_note(&readings, from, 60 * 1000, 99); /* another step */
    assert_true(readings_peak_pct(&readings, from, from + SLOT) == 50);
    for (int i = 1; i <= 5; i++)
        readings_add(&readings, from + (int64_t)i * 60 * 1000, 60 * 1000, i == 3 ? 80 : 20);
    assert_true(readings_peak_pct(&readings, from, from + SLOT) == 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),           cmocka_unit_test(test_gap_breaks_a_run),
        cmocka_unit_test(test_long_intervals), cmocka_unit_test(test_old_sample_is_ignored),
        cmocka_unit_test(test_peak),           cmocka_unit_test(test_rollups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
