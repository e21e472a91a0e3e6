#include <nt/clock.h>
#include <nt_cmocka.h>

static void test_a_zero_clock_is_wall_time(void **state)
{
    (void)state;
    const struct nt_load_clock clock = {0};
    assert_int_equal(nt_load_ms(&clock, 1234), 1234);
    assert_int_equal(nt_load_to_wall_ms(&clock, 1234), 1234);
}

static void test_a_fast_clock_runs_at_its_rate_and_back(void **state)
{
    (void)state;
    const struct nt_load_clock clock = {.load0_ms = 1000000, .wall0_ms = 500, .rate = 360};
    assert_int_equal(nt_load_ms(&clock, 500), 1000000);
    assert_int_equal(nt_load_ms(&clock, 1500), 1360000);
    assert_int_equal(nt_load_ms(&clock, 499), 999640);
    for (int64_t load_ms = 1000000; load_ms < 1100000; load_ms += 777) {
        int64_t wall_ms = nt_load_to_wall_ms(&clock, load_ms);
        assert_true(nt_load_ms(&clock, wall_ms) >= load_ms);
        assert_true(nt_load_ms(&clock, wall_ms - 1) < load_ms);
    }
}

static void test_time_as_text(void **state)
{
    (void)state;
    char text[NT_TIME_SIZE];
    nt_time_text(1700000000123, text);
    assert_string_equal(text, "2023-11-14T22:13:20.123Z");
    nt_time_text(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_zero_clock_is_wall_time),
        cmocka_unit_test(test_a_fast_clock_runs_at_its_rate_and_back),
        cmocka_unit_test(test_time_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
