/* The figures of a backtest, on two items whose scores are known. */
#include <nt_cmocka.h>
#include <offline/report.h>

#include <jansson.h>
#include <math.h>

static struct report_score score(double smape, double mae, double scale)
{
    return (struct report_score){.smape = smape,
                                 .mae = mae,
                                 .scale = scale,
                                 .interval = 10,
                                 .sum_actual = 90,
                                 .pinball = {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                 .steps = 10,
                                 .inside80 = 8,
                                 .inside95 = 9,
                                 .block_steps = {6, 4, 0},
                                 .block80 = {6, 2, 0},
                                 .block95 = {6, 3, 0}};
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void test_means(void **state)
{
    (void)state;
    struct report_item items[3] = {
        {.series = 0, .origin = 0, .is_scored = true},
        {.series = 1, .origin = 0, .is_scored = true},
        {.series = 2, .origin = 0, .is_scored = false},
    };
    items[0].scores[REPORT_OURS] = score(10, 1, 2);
    items[1].scores[REPORT_OURS] = score(30, 8, 4);
    items[0].scores[REPORT_SEASONAL_NAIVE] = score(20, 2, 2);
    items[1].scores[REPORT_SEASONAL_NAIVE] = score(20, 4, 4);
    items[0].scores[REPORT_NAIVE2] = score(40, 4, 2);
    items[1].scores[REPORT_NAIVE2] = score(40, 12, 4);
    struct report report = {
        .items = items, .count = 3, .series_count = 3, .origins = 1, .cpu_s = 0.5};
    struct options options = {.horizon = 10, .step_s = 3600, .day = 24, .is_json = true};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    report_print(&report, &options, out);
    (void)fclose(out);
    json_error_t problem;
    json_t *root = json_loads(text, 0, &problem);
    assert_non_null(root);
    const json_t *ours = json_object_get(json_object_get(root, "methods"), "neaptide");
    assert_float_equal(number(ours, "smape"), 20, 1e-4);
    assert_float_equal(number(ours, "mase"), 1.25, 1e-4);  /* (0.5 + 2) / 2 */
    assert_float_equal(number(ours, "owa"), 0.5, 1e-4);    /* (20/40 + 1.25/2.5) / 2 */
    assert_float_equal(number(ours, "rel_mase"), 1, 1e-4); /* sqrt(0.5 x 2) */
    assert_float_equal(number(ours, "rel_mase_mean"), 1.25, 1e-4);
    assert_float_equal(number(ours, "msis"), 3.75, 1e-4); /* (10/2 + 10/4) / 2 */
    assert_float_equal(number(ours, "wql"), 2.0 * 2 / 180, 1e-4);
    assert_float_equal(number(ours, "coverage80"), 0.8, 1e-4);
    assert_float_equal(number(ours, "coverage95_7_24h"), 0.75, 1e-4);
    assert_true(json_is_null(json_object_get(ours, "coverage80_25h"))); /* nothing to divide by */
    assert_float_equal(number(root, "forecasts_per_core_second"), 4, 1e-4);
    json_decref(root);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_means)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
