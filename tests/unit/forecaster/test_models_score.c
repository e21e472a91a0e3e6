/* Scores, order statistics, naive forecasts: against values worked out by hand. */
#include <models/naive.h>
#include <models/order.h>
#include <models/score.h>
#include <nt/cleanup.h>
#include <nt_cmocka.h>

#include <math.h>

static const double CLOSE = 1e-9;

static void test_scores(void **state)
{
    (void)state;
    const double actual[] = {10, 0, NAN, 4};
    const double forecast[] = {12, 0, 100, 2};
    const double low[] = {8, 1, 0, 0};
    const double high[] = {11, 2, 0, 3};
    assert_float_equal(score_smape(actual, forecast, 4), (200 * 2.0 / 22 + 0 + 200 * 2.0 / 6) / 3,
                       CLOSE);
    assert_float_equal(score_mae(actual, forecast, 4), 4.0 / 3, CLOSE);
    assert_float_equal(score_pinball(actual, forecast, 4, 0.9), (0.1 * 2 + 0 + 0.9 * 2) / 3, CLOSE);
    /* widths 3, 1, 3; 0 lies 1 below and 4 lies 1 above: 2 / 0.05 each */
    assert_float_equal(score_interval(actual, low, high, 4, 0.05), (7 + 80.0) / 3, CLOSE);
    assert_float_equal(score_coverage(actual, low, high, 4), 1.0 / 3, CLOSE);
    const double history[] = {1, 2, NAN, 5, 5};
    assert_float_equal(score_scale(history, 5, 1), (1 + 0) / 2.0, CLOSE);
    assert_float_equal(score_scale(history, 5, 2), 3, CLOSE);
    assert_true(isnan(score_scale(history, 5, 5)));
    assert_true(isnan(score_mae(actual + 2, forecast, 1)));
}

static void test_order(void **state)
{
    (void)state;
    double values[] = {5, 1, 4, 2};
    assert_float_equal(order_median(values, 4), 3, CLOSE);
    assert_true(isnan(order_median(values, 0)));
    assert_float_equal(order_quantile(values, 4, 0.5), 3, CLOSE); /* sorted by now: 1 2 4 5 */
    assert_float_equal(order_quantile(values, 4, 0.9), 4.7, CLOSE);
    assert_float_equal(order_quantile(values, 4, 1), 5, CLOSE);
    static const struct {
        double values[3], weights[3];
        double median;
    } cases[] = {
        {{3, 1, 2}, {1, 1, 1}, 2}, {{3, 1, 2}, {5, 1, 1}, 3},   {{3, 1, 2}, {0, 1, 1}, 1.5},
        {{3, 1, 2}, {1, 1, 0}, 2}, {{3, 1, 2}, {0, 0, 0.1}, 2},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        double v[3], w[3];
        for (size_t k = 0; k < 3; k++) {
            v[k] = cases[i].values[k];
            w[k] = cases[i].weights[k];
        }
        if (fabs(order_weighted_median(v, w, 3) - cases[i].median) > CLOSE)
            fail_msg("case %zu", i);
    }
    double none[] = {1};
    double nothing[] = {0};
    assert_true(isnan(order_weighted_median(none, nothing, 1)));
    double many[200];
    for (size_t i = 0; i < 200; i++)
        many[i] = (double)((i * 73) % 200);
    order_sort(many, 200);
    for (size_t i = 0; i < 200; i++)
        assert_float_equal(many[i], (double)i, CLOSE);
}

static void test_seasonal_naive(void **state)
{
    (void)state;
    const double history[] = {1, 2, 3, 4, NAN, 6};
    double path[5];
    naive_seasonal(history, 6, 3, 5, path);
    const double expected[] = {4, 2, 6, 4, 2}; /* the gap is looked up a season earlier */
    for (size_t h = 0; h < 5; h++)
        assert_float_equal(path[h], expected[h], CLOSE);
    naive_seasonal(history, 5, 0, 1, path);
    assert_float_equal(path[0], 4, CLOSE);
    naive_seasonal(history, 0, 3, 1, path);
    assert_float_equal(path[0], 0, CLOSE);
}

/* A series that is level x factor exactly: Naive2 continues it exactly. */
static void test_naive2(void **state)
{
    (void)state;
    static const double factors[] = {0.5, 1.0, 1.75, 0.75};
    double history[40];
    for (size_t t = 0; t < 40; t++)
        history[t] = 80 * factors[t % 4];
    double path[6];
    naive_adjusted(history, 39, 4, 6, path);
    for (size_t h = 0; h < 6; h++)
        assert_float_equal(path[h], 80 * factors[(39 + h) % 4], 1e-6);
    /* No season in it, or too little of it: the newest value. */
    naive_adjusted(history, 9, 4, 1, path);
    assert_float_equal(path[0], history[8], CLOSE);
    for (size_t t = 0; t < 40; t++)
        history[t] = 10 + (double)t;
    naive_adjusted(history, 40, 4, 1, path);
    assert_true(path[0] > 44 &&
                path[0] < 56); /* a trend correlates at every lag: adjusted a little */
    for (size_t t = 0; t < 40; t++)
        history[t] = 7;
    naive_adjusted(history, 40, 4, 1, path);
    assert_float_equal(path[0], 7, CLOSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_seasonal_naive),
        cmocka_unit_test(test_naive2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
