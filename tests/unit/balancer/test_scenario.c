#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <balancer/scenario.h>

#include <stdlib.h>

enum { STEPS = 288, PATHS = 16 };
static const int64_t NOW = INT64_C(1794999900000);

struct made {
    uint8_t p50[STEPS * 2];
    int8_t residuals[PATHS * STEPS];
    struct nt_scenarios scenarios;
};

/* p50 is 100 (300 in slots 100 to 120); path j lies j - 8 above it. */
static void make(struct made *made)
{
    *made = (struct made){0};
    for (int t = 0; t < STEPS; t++) {
        int value = t >= 100 && t < 120 ? 300 : 100;
        made->p50[2 * t] = (uint8_t)value;
        made->p50[2 * t + 1] = (uint8_t)(value >> 8);
        for (int j = 0; j < PATHS; j++)
            made->residuals[j * STEPS + t] = (int8_t)(j - 8);
    }
    made->scenarios = (struct nt_scenarios){
        .subject = "s",
        .kind = "server",
        .resource = "cpu",
        .issued_ms = NOW,
        .step_ms = SCENARIO_SLOT_MS,
        .steps = STEPS,
        .p50_scale = 2,
        .p50 = {.data = made->p50, .len = sizeof(made->p50)},
        .paths = PATHS,
        .path_scale = 10,
        .residuals = {.data = (const uint8_t *)made->residuals, .len = sizeof(made->residuals)},
    };
}

static void test_sum(void **state)
{
    (void)state;
    struct made made;
    make(&made);
    assert_true(scenario_is_valid(&made.scenarios));
    struct scenario_sum *sum = calloc(1, sizeof(*sum));
    scenario_clear(sum, NOW + 1234);
    assert_int_equal(sum->from_ms, NOW);
    scenario_add(sum, &made.scenarios, 1, 0);
    scenario_add(sum, &made.scenarios, 1, 50);
    /* 200 once, then twice; the paths spread by 80 below and 70 above. */
    assert_true(sum->path[0][0] == 120 && sum->path[15][0] == 270);
    assert_true(sum->path[0][60] == 240 && sum->path[15][60] == 540);
    /* 2 x (600 + 10 (j - 8)) > 1255 for j = 11 ... 15 */
    assert_true(scenario_probability(sum, 105, 1255) == 5.0 / 16);
    scenario_add(sum, &made.scenarios, -1, 50);
    assert_true(sum->path[15][60] == 270);
    free(sum);
}

static void test_older_issue_is_shifted(void **state)
{
    (void)state;
    struct made made;
    make(&made);
    struct scenario_sum *sum = calloc(1, sizeof(*sum));
    scenario_clear(sum, NOW + 10 * SCENARIO_SLOT_MS);
    scenario_add(sum, &made.scenarios, 1, 0);
    assert_true(scenario_mean(sum, 90) > 500);  /* what was slot 100 */
    assert_true(scenario_mean(sum, 110) < 250); /* what was slot 120 */
    assert_true(scenario_is_fresh(&made.scenarios, NOW + 10 * SCENARIO_SLOT_MS));
    assert_false(scenario_is_fresh(&made.scenarios, NOW + 13 * SCENARIO_SLOT_MS));
    free(sum);
}

static void test_window(void **state)
{
    (void)state;
    struct made made;
    make(&made);
    struct scenario_sum *sum = calloc(1, sizeof(*sum));
    scenario_clear(sum, NOW);
    scenario_add(sum, &made.scenarios, 1, 0);
    struct scenario_window window;
    assert_true(scenario_window(sum, 600, 0.3, &window));
    assert_int_equal(window.first, 100);
    assert_int_equal(window.end, 120);
    assert_true(window.peak > 590 && window.peak < 600);
    assert_true(scenario_time_above_ms(sum, 600) == 20 * 7.0 / 16 * SCENARIO_SLOT_MS);
    assert_false(scenario_window(sum, 600, 0.5, &window));
    assert_false(scenario_window(sum, 1000, 0.3, &window));
    free(sum);
}

static void test_malformed(void **state)
{
    (void)state;
    struct made made;
    make(&made);
    made.scenarios.residuals.len--;
    assert_false(scenario_is_valid(&made.scenarios));
    make(&made);
    made.scenarios.step_ms = 60000;
    assert_false(scenario_is_valid(&made.scenarios));
    make(&made);
    made.scenarios.steps = -1;
    assert_false(scenario_is_valid(&made.scenarios));
    make(&made);
    made.scenarios.paths = 0;
    made.scenarios.residuals.len = 0;
    assert_true(scenario_is_valid(&made.scenarios)); /* only the median is known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_older_issue_is_shifted),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
