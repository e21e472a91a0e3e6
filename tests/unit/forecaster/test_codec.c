/* What is said of habits, as third parties read it. */
#include <forecaster/codec.h>
#include <nt/arena.h>
#include <nt/contract.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_habits_are_told_in_names_times_and_per_cent(void **state)
{
    (void)state;
    struct explained explained = {
        .origin = 1000,
        .patterns = {{.resource = EXPLAINED_CPU,
                      .cycles = {.has_day = true, .day_strength = 0.75, .other_hours = 36},
                      .changes = {{.slot = 900, .before = 100, .after = 250}},
                      .changes_count = 1},
                     {.resource = EXPLAINED_NET_OUT}},
        .patterns_count = 2,
        .relations = {{.first = EXPLAINED_NET_IN,
                       .second = EXPLAINED_CPU,
                       .leads = true,
                       .lag_slots = 2,
                       .correlation = 0.4,
                       .f = 12.5,
                       .q = 1e-6,
                       .gain = 0.05}},
        .relations_count = 1,
        .tests = 9,
    };
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    struct nt_forecast_relations *record = NULL;
    assert_int_equal(codec_encode_explained("host", "host-1", &explained, &bytes, NULL), 0);
    assert_int_equal(nt_forecast_relations_decode(&arena, nt_buf_span(&bytes), &record, NULL), 0);
    assert_string_equal(record->subject, "host-1");
    assert_string_equal(record->kind, "host");
    assert_int_equal(record->issued_ms, 1000 * SLOT_MS);
    assert_int_equal(record->tests, 9);
    assert_int_equal(record->patterns_count, 2);
    assert_string_equal(record->patterns[0].resource, "cpu");
    assert_float_equal(record->patterns[0].day_pct, 75, 1e-9);
    assert_float_equal(record->patterns[0].week_pct, 0, 0);
    assert_int_equal(record->patterns[0].other_ms, 36 * 3600000);
    assert_int_equal(record->patterns[0].changes_count, 1);
    assert_int_equal(record->patterns[0].changes[0].at_ms, 900 * SLOT_MS);
    assert_float_equal(record->patterns[0].changes[0].after, 250, 0);
    assert_string_equal(record->patterns[1].resource, "net-out");
    assert_int_equal(record->patterns[1].changes_count, 0);
    assert_int_equal(record->relations_count, 1);
    assert_string_equal(record->relations[0].first, "net-in");
    assert_string_equal(record->relations[0].second, "cpu");
    assert_true(record->relations[0].leads);
    assert_int_equal(record->relations[0].lag_ms, 600000);
    assert_float_equal(record->relations[0].gain_pct, 5, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_habits_are_told_in_names_times_and_per_cent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
