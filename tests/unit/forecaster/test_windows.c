/* Scenarios, windows, recurring windows, accuracy. */
#include <forecaster/accuracy.h>
#include <forecaster/scenarios.h>
#include <forecaster/windows.h>
#include <nt/memory.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

static const double CAPACITY = 1000;

/* A question with high paths of 16 above the threshold from step from to step to. */
static struct window_question ask(float (*sums)[FORECAST_STEPS], int high, size_t from, size_t to)
{
    for (int j = 0; j < SCENARIO_PATHS; j++) {
        for (size_t step = 0; step < FORECAST_STEPS; step++)
            sums[j][step] = step >= from && step < to && j < high ? 950 : 500;
    }
    return (struct window_question){.resource = RESOURCE_CPU,
                                    .origin = 1000,
                                    .sums = (const float(*)[FORECAST_STEPS])sums,
                                    .capacity = CAPACITY,
                                    .threshold_pct = 90,
                                    .probability = 0.3};
}

static void test_windows(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int high;
        size_t from, to;
        size_t count;
    } cases[] = {
        {"all paths", 16, 100, 130, 1},
        {"half of them", 8, 100, 130, 1},
        {"too few", 3, 100, 130, 0},
        {"one slot is a spike", 16, 100, 101, 1},
        {"now", 16, 0, 5, 1},
        {"until the horizon", 16, 280, 400, 1},
        {"after the horizon", 16, 300, 400, 0},
    };
    static float sums[SCENARIO_PATHS][FORECAST_STEPS];
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct window windows[WINDOWS_MAX];
        struct window_question question = ask(sums, cases[i].high, cases[i].from, cases[i].to);
        size_t count = windows_find(&question, windows, 0);
        if (count != cases[i].count)
            fail_msg("%s: %zu windows", cases[i].name, count);
        if (count == 0)
            continue;
        assert_true(llabs(windows[0].from_slot - (1000 + (int64_t)cases[i].from)) <= 1);
        assert_true(windows[0].to_slot <= 1000 + SCENARIO_STEPS);
        assert_true(windows[0].probability >= 0.3 && windows[0].probability <= 1);
        assert_true(windows[0].peak_pct > 50 && windows[0].peak_pct <= 95.001);
    }
}

static void test_a_window_that_stands_falls_late(void **state)
{
    (void)state;
    static float sums[SCENARIO_PATHS][FORECAST_STEPS];
    struct window windows[WINDOWS_MAX];
    struct window_question question = ask(sums, 4, 100, 130); /* probability 0.25 */
    assert_int_equal(windows_find(&question, windows, 0), 0);
    const struct window before = {.resource = RESOURCE_CPU, .from_slot = 1100, .to_slot = 1130};
    question.before = &before;
    question.before_count = 1;
    assert_int_equal(windows_find(&question, windows, 0), 1);
    question = ask(sums, 2, 100, 130); /* 0.125 */
    question.before = &before;
    question.before_count = 1;
    assert_int_equal(windows_find(&question, windows, 0), 0);
}

static void test_short_breaks_are_bridged(void **state)
{
    (void)state;
    static float sums[SCENARIO_PATHS][FORECAST_STEPS];
    struct window windows[WINDOWS_MAX];
    struct window_question question = ask(sums, 16, 100, 130);
    for (int j = 0; j < SCENARIO_PATHS; j++)
        sums[j][110] = sums[j][111] = sums[j][112] = 500;
    assert_int_equal(windows_find(&question, windows, 0), 1);
    for (int j = 0; j < SCENARIO_PATHS; j++) {
        for (size_t step = 105; step < 120; step++)
            sums[j][step] = 500;
    }
    assert_int_equal(windows_find(&question, windows, 0), 2);
    assert_int_equal(windows_find(&question, windows, WINDOWS_MAX), WINDOWS_MAX); /* full */
}

/* --- recurring ------------------------------------------------------------------------------- */

static size_t find_recurring(bool (*is_high)(const struct calendar_slot *slot),
                             struct recurring *found)
{
    const struct zone zone = {0};
    struct calendar calendar;
    int64_t first = INT64_C(20000) * DAY_SLOTS - HISTORY_SLOTS;
    calendar_init(&calendar, &zone, first, HISTORY_SLOTS + FORECAST_STEPS);
    float *values = nt_zalloc(HISTORY_SLOTS * sizeof(*values));
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        values[i] = is_high(calendar_at(&calendar, first + (int64_t)i)) ? 950 : 100;
    const struct history history = {.values = values,
                                    .first = first,
                                    .count = HISTORY_SLOTS,
                                    .calendar = &calendar,
                                    .capacity = CAPACITY};
    size_t count = recurring_find(&history, RESOURCE_CPU, 90, NULL, 0, found, 0);
    free(values);
    calendar_deinit(&calendar);
    return count;
}

static bool is_afternoon(const struct calendar_slot *slot)
{
    return slot->of_day >= 13 * 12 && slot->of_day < 16 * 12;
}

static bool is_working_afternoon(const struct calendar_slot *slot)
{
    return is_afternoon(slot) && !slot->is_weekend;
}

static bool is_brief(const struct calendar_slot *slot)
{
    return slot->of_day >= 100 && slot->of_day < 104; /* 20 minutes */
}

static bool is_every_other_day(const struct calendar_slot *slot)
{
    return is_afternoon(slot) && slot->day % 2 == 0;
}

static void test_recurring_windows_are_named_by_the_widest_sort_of_day(void **state)
{
    (void)state;
    struct recurring found[RECURRING_MAX];
    assert_int_equal(find_recurring(is_afternoon, found), 1);
    assert_string_equal(found[0].days, "all");
    assert_int_equal(found[0].from_minute, 13 * 60);
    assert_int_equal(found[0].to_minute, 16 * 60);
    assert_int_equal(found[0].seen, 28);
    assert_int_equal(found[0].of, 28);
    assert_int_equal(find_recurring(is_working_afternoon, found), 1);
    assert_string_equal(found[0].days, "weekday");
    assert_int_equal(found[0].of, 20);
    assert_int_equal(find_recurring(is_brief, found), 0);
    assert_int_equal(find_recurring(is_every_other_day, found), 0);
}

/* --- scenarios ------------------------------------------------------------------------------- */

static void test_packing_keeps_the_paths(void **state)
{
    (void)state;
    static struct scenario_paths paths;
    static struct scenario_packed packed;
    float p50[FORECAST_STEPS];
    for (size_t step = 0; step < FORECAST_STEPS; step++) {
        p50[step] = (float)step * 3;
        for (size_t j = 0; j < SCENARIO_PATHS; j++)
            paths.residuals[j][step] = (float)j * 10 - (float)(step % 50);
    }
    scenarios_pack(p50, &paths, &packed);
    for (size_t step = 0; step < SCENARIO_STEPS; step++) {
        int16_t value = (int16_t)(packed.p50[2 * step] | packed.p50[2 * step + 1] << 8);
        assert_float_equal(value * packed.p50_scale, p50[step], packed.p50_scale);
        for (size_t j = 0; j < SCENARIO_PATHS; j++)
            assert_float_equal(packed.residuals[j * SCENARIO_STEPS + step] * packed.path_scale,
                               paths.residuals[j][step], packed.path_scale);
    }
    memset(&paths, 0, sizeof(paths));
    memset(p50, 0, sizeof(p50));
    scenarios_pack(p50, &paths, &packed);
    assert_true(packed.p50_scale > 0 && packed.path_scale > 0);
}

static void test_missing_paths_are_borrowed(void **state)
{
    (void)state;
    static struct scenario_paths paths, sibling;
    for (size_t j = 0; j < SCENARIO_PATHS; j++) {
        paths.is_borrowed[j] = j >= 6;
        for (size_t step = 0; step < FORECAST_STEPS; step++) {
            paths.residuals[j][step] = j < 6 ? (float)(j + 1) : 0;
            sibling.residuals[j][step] = 100;
        }
    }
    scenarios_borrow(&paths, &sibling, 1000, 500, 0);
    assert_float_equal(paths.residuals[6][0], 1, 0); /* its own first: it has six */
    assert_float_equal(paths.residuals[11][0], 6, 0);

    memset(paths.is_borrowed, true, sizeof(paths.is_borrowed));
    scenarios_borrow(&paths, &sibling, 1000, 500, 0);
    assert_float_equal(paths.residuals[3][100], 50, 1e-3); /* scaled by the levels */

    double sum = 0;
    float largest = 0;
    scenarios_borrow(&paths, NULL, 0, 500, 3); /* a guess */
    for (size_t j = 0; j < SCENARIO_PATHS; j++) {
        sum += paths.residuals[j][0];
        largest = fmaxf(largest, paths.residuals[j][0]);
    }
    assert_float_equal(sum, 0, 1e-2);
    assert_float_equal(largest, 0.6 * 500 * 15 / 16, 0.1);
}

static void test_shifts_are_a_day_at_least_and_spread(void **state)
{
    (void)state;
    for (size_t j = 0; j < SCENARIO_PATHS; j++) {
        assert_true(scenario_shifts[j] >= SCENARIO_STEPS);
        assert_true(scenario_shifts[j] + DAY_SLOTS < HISTORY_SLOTS);
        assert_true(j == 0 || scenario_shifts[j] > scenario_shifts[j - 1]);
    }
}

/* --- accuracy -------------------------------------------------------------------------------- */

static void test_each_forecast_is_scored_once_when_its_time_comes(void **state)
{
    (void)state;
    struct accuracy accuracy = {0};
    float p10[FORECAST_STEPS], p50[FORECAST_STEPS], p90[FORECAST_STEPS];
    for (size_t i = 0; i < FORECAST_STEPS; i++) {
        p10[i] = 90;
        p50[i] = 100;
        p90[i] = 110;
    }
    const int64_t origin = 50000;
    accuracy_score(&accuracy, origin, 5, NAN, 0); /* nothing was said of it */
    accuracy_note(&accuracy, origin, p10, p50, p90);
    accuracy_note(&accuracy, origin, p10, p50, p90); /* again: replaced */
    assert_int_equal(accuracy_sum(&accuracy, origin).scored, 0);
    accuracy_score(&accuracy, origin + 11, 105, 125, 0); /* an hour ahead: inside */
    accuracy_score(&accuracy, origin + 11, 105, 125, 0);
    accuracy_score(&accuracy, origin + 71, 130, NAN, 0); /* six hours: outside */
    accuracy_score(&accuracy, origin + 20, 0, 0, 0);     /* no horizon that is kept */
    struct accuracy_sum sum = accuracy_sum(&accuracy, origin + 71);
    assert_int_equal(sum.scored, 2);
    assert_float_equal(sum.mae, 17.5, 1e-6);
    assert_float_equal(sum.mae_naive, 20, 1e-6);
    assert_float_equal(sum.coverage_80_pct, 50, 1e-6);
    assert_int_equal(accuracy_sum(&accuracy, origin + 9 * DAY_SLOTS).scored, 0); /* a week later */
    accuracy_deinit(&accuracy);
}

static void test_windows_are_scored_by_slots(void **state)
{
    (void)state;
    struct accuracy accuracy = {0};
    float flat[FORECAST_STEPS] = {0};
    bool is_in[SCENARIO_STEPS] = {false};
    const int64_t origin = 50000;
    for (size_t step = 0; step < 72; step++)
        is_in[step] = true; /* an hour and six hours ahead, not a day */
    accuracy_note(&accuracy, origin, flat, flat, flat);
    accuracy_note_windows(&accuracy, origin, is_in);
    accuracy_score(&accuracy, origin + 11, 95, NAN, 90);  /* told, and so it was */
    accuracy_score(&accuracy, origin + 71, 50, NAN, 90);  /* told, and was not */
    accuracy_score(&accuracy, origin + 287, 95, NAN, 90); /* not told, and was */
    struct accuracy_sum sum = accuracy_sum(&accuracy, origin + 287);
    assert_int_equal(sum.told, 2);
    assert_int_equal(sum.over, 2);
    assert_int_equal(sum.foreseen, 1);
    accuracy_deinit(&accuracy);
}

static void test_poor_forecasts_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct accuracy_sum sum;
        bool is_poor;
    } cases[] = {
        {"good", {.scored = 5000, .mae = 5, .mae_naive = 9, .coverage_80_pct = 81}, false},
        {"worse than the day before",
         {.scored = 5000, .mae = 10, .mae_naive = 9, .coverage_80_pct = 81},
         true},
        {"bands too narrow",
         {.scored = 5000, .mae = 5, .mae_naive = 9, .coverage_80_pct = 55},
         true},
        {"too few to say",
         {.scored = 100, .mae = 10, .mae_naive = 9, .coverage_80_pct = 20},
         false},
        {"nothing to compare with", {.scored = 5000, .mae = 10, .coverage_80_pct = 80}, false},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        if (accuracy_is_poor(&cases[i].sum) != cases[i].is_poor)
            fail_msg("%s", cases[i].name);
    }
}

static void test_a_predecessors_figures_are_taken_over(void **state)
{
    (void)state;
    struct accuracy accuracy = {0};
    const struct accuracy_sum before = {
        .scored = 100, .mae = 7, .mae_naive = 9, .coverage_80_pct = 81};
    accuracy_seed(&accuracy, 50000, &before);
    struct accuracy_sum sum = accuracy_sum(&accuracy, 50000);
    assert_int_equal(sum.scored, 100);
    assert_float_equal(sum.mae, 7, 1e-6);
    assert_float_equal(sum.mae_naive, 9, 1e-6);
    assert_float_equal(sum.coverage_80_pct, 81, 1e-6);
    accuracy_deinit(&accuracy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_a_window_that_stands_falls_late),
        cmocka_unit_test(test_short_breaks_are_bridged),
        cmocka_unit_test(test_recurring_windows_are_named_by_the_widest_sort_of_day),
        cmocka_unit_test(test_packing_keeps_the_paths),
        cmocka_unit_test(test_missing_paths_are_borrowed),
        cmocka_unit_test(test_shifts_are_a_day_at_least_and_spread),
        cmocka_unit_test(test_each_forecast_is_scored_once_when_its_time_comes),
        cmocka_unit_test(test_windows_are_scored_by_slots),
        cmocka_unit_test(test_poor_forecasts_are_known),
        cmocka_unit_test(test_a_predecessors_figures_are_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
