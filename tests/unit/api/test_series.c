#include <api/series.h>
#include <nt_cmocka.h>

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define NOW    (1000 * HOUR)

static void test_the_step_fits_range_and_samples(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t span_ms;
        int64_t interval_ms;
        int64_t step_ms;
    } cases[] = {
        {"an hour", HOUR, 5000, 15000},
        {"an hour, played 360 times as fast", HOUR, 60000, 60000},
        {"six hours", 6 * HOUR, 5000, 5 * MINUTE},
        {"a day", 24 * HOUR, 5000, 5 * MINUTE},
        {"a week", 7 * 24 * HOUR, 5000, 2 * HOUR},
        {"ten years", 10 * 365 * 24 * HOUR, 5000, 2 * HOUR},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        assert_int_equal(
            series_step_ms(NOW - cases[i].span_ms, NOW, 300, cases[i].interval_ms, NOW),
            cases[i].step_ms);
    }
    /* What is over an hour ago is known in five minutes only. */
    assert_int_equal(series_step_ms(NOW - 3 * HOUR, NOW - 2 * HOUR, 300, 5000, NOW), 5 * MINUTE);
}

static double at(const json_t *json, const char *name, size_t index)
{
    return json_number_value(json_array_get(json_object_get(json, name), index));
}

static void test_values_are_spread_over_their_steps(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct series series = series_new(&arena, 0, 40 * MINUTE, 10 * MINUTE);
    assert_int_equal(series.count, 4);
    series_add(&series, 0, 5 * MINUTE, 100, 150, 10, 20);
    series_add(&series, 5 * MINUTE, 10 * MINUTE, 300, 400, 30, 40); /* over two points */
    series_add(&series, -HOUR, 30 * MINUTE, 9999, 9999, 9999, 9999);
    series_add(&series, 35 * MINUTE, HOUR, 500, 500, 50, 50);
    json_t *json = json_object();
    series_to_json(&series, json);
    assert_float_equal(at(json, "cpu_milli", 0), 200, 0.01);
    assert_float_equal(at(json, "cpu_milli_max", 0), 400, 0.01);
    assert_float_equal(at(json, "mem_bytes", 0), 20, 0.01);
    assert_float_equal(at(json, "cpu_milli", 1), 300, 0.01);
    assert_true(json_is_null(json_array_get(json_object_get(json, "cpu_milli"), 2)));
    assert_true(json_is_null(json_array_get(json_object_get(json, "mem_bytes_max"), 2)));
    assert_float_equal(at(json, "cpu_milli", 3), 500, 0.01);
    json_decref(json);
    nt_arena_deinit(&arena);
}

static void test_the_history_counts_more_than_the_last_hour(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct recent *recent = recent_new();
    for (int64_t at_ms = 5000; at_ms <= 15 * MINUTE; at_ms += 5000) {
        struct nt_host_load load = {
            .host = "h", .at_ms = at_ms, .sample = {.cpu_milli = 700, .mem_bytes = 7}};
        recent_add(recent, &load);
    }
    struct series series = series_new(&arena, 0, 20 * MINUTE, 5 * MINUTE);
    series_add(&series, 0, 5 * MINUTE, 100, 100, 1, 1);
    series_add_recent(&series, recent, "h");
    json_t *pct = series_pct(&series, true, false, 1000);
    assert_float_equal(json_number_value(json_array_get(pct, 0)), 10, 0.01);
    assert_float_equal(json_number_value(json_array_get(pct, 1)), 70, 0.01);
    assert_float_equal(json_number_value(json_array_get(pct, 2)), 70, 0.01);
    assert_true(json_is_null(json_array_get(pct, 3)));
    json_decref(pct);
    recent_free(recent);
    nt_arena_deinit(&arena);
}

static void test_a_range_is_bounded(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct series series = series_new(&arena, 0, INT64_C(1) << 50, 15000);
    assert_int_equal(series.count, SERIES_POINTS_MAX);
    assert_true(series.from_ms + (int64_t)series.count * 15000 >= INT64_C(1) << 50);
    series = series_new(&arena, 1000000, 1000, 15000);
    assert_int_equal(series.count, 0);
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_step_fits_range_and_samples),
        cmocka_unit_test(test_values_are_spread_over_their_steps),
        cmocka_unit_test(test_the_history_counts_more_than_the_last_hour),
        cmocka_unit_test(test_a_range_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
