/* Members one by one: closed forms, and processes whose coefficients are known. */
#include <models/ar.h>
#include <models/gram.h>
#include <models/lanes.h>
#include <models/members.h>
#include <models/order.h>
#include <models/rows.h>
#include <models/simple.h>
#include <nt/memory.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

static const double CLOSE = 1e-6;

struct stage {
    struct nt_arena arena;
    double *values;
    struct task task;
};

static int set_up(void **state)
{
    struct stage *stage = nt_zalloc(sizeof(*stage));
    nt_arena_init(&stage->arena);
    stage->values = nt_zalloc(2000 * sizeof(double));
    stage->task = (struct task){.values = stage->values,
                                .actual = stage->values,
                                .count = 1000,
                                .day = 24,
                                .week = 168,
                                .horizon = 48,
                                .origins = {952, 1000},
                                .origins_count = 2};
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    nt_arena_deinit(&stage->arena);
    free(stage->values);
    free(stage);
    return 0;
}

static double noise(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)(*random >> 11) / 9007199254740992.0 - 0.5;
}

/* y = 2 + 3 a - b, solved from weighted samples, some of them with weight 0 and wrong; in pieces
 * that cross blocks; two moments at once, a third that was never taken. */
static void test_gram(void **state)
{
    struct stage *stage = *state;
    enum { N = 1200, COLUMNS = 4 };
    static double ones[N + GRAM_PAD], a[N + GRAM_PAD], b[N + GRAM_PAD], y[N + GRAM_PAD], weights[N];
    uint64_t random = 1;
    for (size_t t = 0; t < N; t++) {
        ones[t] = 1;
        a[t] = noise(&random);
        b[t] = noise(&random);
        weights[t] = t % 3 == 0 ? 0 : 1 + noise(&random);
        y[t] = t % 3 == 0 ? 99 : 2 + 3 * a[t] - b[t];
    }
    struct gram gram = {.columns = {ones, a, b, y}, .columns_count = COLUMNS};
    gram_init(&gram, &stage->arena);
    struct gram_shots shots;
    gram_shots_init(&shots, COLUMNS, &stage->arena);
    gram_add(&gram, weights, 0, 7);
    gram_add(&gram, weights, 7, 900);
    gram_shots_take(&shots, 1, &gram);
    gram_add(&gram, weights, 900, N);
    gram_shots_take(&shots, 3, &gram);
    double c[(COLUMNS - 1) * GRAM_SHOTS] = {0};
    bool is_solved[GRAM_SHOTS];
    gram_solve(&shots, 0, &stage->arena, c, is_solved);
    assert_true(is_solved[1] && is_solved[3] && !is_solved[0] && !is_solved[2]);
    for (size_t at = 1; at < GRAM_SHOTS; at += 2) {
        assert_float_equal(c[at], 2, CLOSE);
        assert_float_equal(c[GRAM_SHOTS + at], 3, CLOSE);
        assert_float_equal(c[(size_t)2 * GRAM_SHOTS + at], -1, CLOSE);
    }
    double sum = 0;
    double weight = 0;
    for (size_t t = 0; t < N; t++) {
        sum += weights[t] * a[t] * b[t];
        weight += weights[t];
    }
    assert_float_equal(gram_sum(&gram, 1, 2), sum, CLOSE);
    assert_float_equal(gram_sum(&gram, 2, 1), sum, CLOSE);
    assert_float_equal(gram.weight, weight, CLOSE);

    /* A ridge r x (sum of weights) on a single centred column shrinks it by s / (s + r w). */
    struct gram one = {.columns = {ones, a, a}, .columns_count = 3};
    gram_init(&one, &stage->arena);
    gram_shots_init(&shots, 3, &stage->arena);
    gram_add(&one, weights, 0, N);
    gram_shots_take(&shots, 0, &one);
    gram_solve(&shots, 0.5, &stage->arena, c, is_solved);
    double mean = gram_sum(&one, 0, 1) / weight;
    double centred = gram_sum(&one, 1, 1) - mean * mean * weight;
    assert_float_equal(c[GRAM_SHOTS], centred / (centred + 0.5 * weight), CLOSE);

    gram_clear(&gram);
    gram_shots_init(&shots, COLUMNS, &stage->arena);
    gram_shots_take(&shots, 0, &gram);
    gram_solve(&shots, 0, &stage->arena, c, is_solved);
    assert_false(is_solved[0]); /* nothing in it */
}

/* The exponential of lanes agrees with the C library's, and ends where that would overflow. */
static void test_exp(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        double x = 0.4 * i - 40;
        lanes made = lanes_exp((lanes){x, -x, x / 40, 0});
        assert_float_equal(made[0] / exp(x), 1, 1e-13);
        assert_float_equal(made[1] / exp(-x), 1, 1e-13);
        assert_float_equal(made[2] / exp(x / 40), 1, 1e-13);
        assert_true(made[3] == 1);
    }
    lanes far = lanes_exp((lanes){1e9, -1e9, 701, 0});
    assert_true(isfinite(far[0]) && far[1] >= 0 && far[1] < 1e-300 && far[2] == far[0]);
}

/* Medians across rows are those of one step after the other, weighted or not. */
static void test_rows(void **state)
{
    (void)state;
    enum { STEPS = 37 };
    static double rows[ROWS_MAX][STEPS];
    uint64_t random = 11;
    for (size_t count = 1; count <= ROWS_MAX; count++) {
        const double *pointers[ROWS_MAX];
        double weights[ROWS_MAX], medians[STEPS], weighted[STEPS];
        for (size_t i = 0; i < count; i++) {
            pointers[i] = rows[i];
            weights[i] = 1.5 + noise(&random);
            for (size_t h = 0; h < STEPS; h++)
                rows[i][h] = floor(20 * noise(&random)); /* some are alike */
        }
        rows_median(pointers, count, STEPS, medians);
        rows_weighted_median(pointers, weights, count, STEPS, weighted);
        for (size_t h = 0; h < STEPS; h++) {
            double values[ROWS_MAX], own[ROWS_MAX];
            for (size_t i = 0; i < count; i++) {
                values[i] = rows[i][h];
                own[i] = weights[i];
            }
            assert_true(medians[h] == order_median(values, count));
            for (size_t i = 0; i < count; i++)
                values[i] = rows[i][h];
            assert_true(weighted[h] == order_weighted_median(values, own, count));
        }
    }
}

/* A plain AR(2) without noise after its start, a wave 100 high, is continued by a fit on two lags;
 * two lags of a slow wave are nearly alike, so that rounding shows. */
static void test_ar_continues(void **state)
{
    struct stage *stage = *state;
    double *y = stage->values;
    uint64_t random = 7;
    y[0] = y[1] = 0;
    for (size_t t = 2; t < 1048; t++) /* a slow wave: its roots lie on the unit circle */
        y[t] = 1.98 * y[t - 1] - y[t - 2] + (t < 20 ? noise(&random) : 0) + 0.5;
    for (size_t t = 0; t < 1048; t++)
        y[t] += 1000;
    const struct ar_spec spec = {.spans = {{AR_STEP, 0, 1, 2}}, .spans_count = 1};
    const struct member member = {"ar2", ar_run, &spec, true, false};
    double paths[2 * 48];
    member.run(&member, &stage->task, &stage->arena, paths);
    for (size_t h = 0; h < 48; h++) {
        assert_float_equal(paths[48 + h], y[1000 + h], 0.5);
        assert_float_equal(paths[h], y[952 + h], 0.5);
    }
}

/* Every seasonal member continues a shape that repeats each week, whatever its transform. */
static void test_all_continue_a_shape(void **state)
{
    struct stage *stage = *state;
    uint64_t random = 3;
    for (size_t t = 0; t < 1048; t++) {
        double shape =
            100 + 40 * sin(2 * M_PI * (double)t / 24) + 9 * cos(2 * M_PI * (double)t / 12);
        stage->values[t] = shape * (1 + 0.002 * noise(&random));
    }
    for (size_t m = 0; m < MEMBERS_COUNT; m++) {
        double paths[2 * 48];
        members[m].run(&members[m], &stage->task, &stage->arena, paths);
        double worst = 0;
        for (size_t h = 0; h < 48; h++) {
            if (!isfinite(paths[48 + h]))
                fail_msg("%s: not finite", members[m].name);
            worst = fmax(worst, fabs(paths[48 + h] - stage->values[1000 + h]));
        }
        if (members[m].is_seasonal && worst > 3)
            fail_msg("%s: %f off", members[m].name, worst);
    }
}

/* What comes after an origin changes nothing of its path. */
static void test_no_look_ahead(void **state)
{
    struct stage *stage = *state;
    stage->task.count = 952;
    stage->task.origins_count = 1;
    uint64_t random = 5;
    for (size_t t = 0; t < 1048; t++)
        stage->values[t] = 50 + 20 * sin(2 * M_PI * (double)t / 24) + 5 * noise(&random);
    for (size_t m = 0; m < MEMBERS_COUNT; m++) {
        double path[48], again[48];
        members[m].run(&members[m], &stage->task, &stage->arena, path);
        for (size_t t = 952; t < 1048; t++)
            stage->values[t] += 1e6;
        members[m].run(&members[m], &stage->task, &stage->arena, again);
        for (size_t h = 0; h < NT_COUNT(path); h++) {
            if (path[h] != again[h])
                fail_msg("%s sees the future", members[m].name);
        }
    }
}

static void test_short_history(void **state)
{
    struct stage *stage = *state;
    for (size_t count = 1; count <= 400; count += 19) {
        for (size_t t = 0; t < count; t++)
            stage->values[t] = (double)(t % 24);
        stage->task.count = count;
        stage->task.origins[0] = count;
        stage->task.origins_count = 1;
        for (size_t m = 0; m < MEMBERS_COUNT; m++) {
            double path[48];
            members[m].run(&members[m], &stage->task, &stage->arena, path);
            for (size_t h = 1; h < 48; h++) {
                if (isnan(path[h]) != isnan(path[0])) /* all or nothing */
                    fail_msg("%s with %zu values", members[m].name, count);
            }
        }
    }
}

static void test_simple(void **state)
{
    struct stage *stage = *state;
    stage->task.day = 4;
    stage->task.week = 28;
    stage->task.horizon = 5;
    stage->task.origins_count = 1;
    stage->task.count = stage->task.origins[0] = 12;
    const double values[] = {1, 2, 3, 4, 5, 6, 7, 8, 100, 10, 11, 12};
    memcpy(stage->values, values, sizeof(values));
    static const size_t zero = 0, one = 1, seven = 7;
    const struct {
        struct member member;
        double path[5];
    } cases[] = {
        {{"day", simple_repeat, &zero, true, false}, {100, 10, 11, 12, 100}},
        {{"week", simple_repeat, &one, true, false}, {NAN, NAN, NAN, NAN, NAN}},
        {{"slots", simple_slot_median, &seven, true, false}, {5, 6, 7, 8, 5}},
        {{"last", simple_level, &one, false, false}, {12, 12, 12, 12, 12}},
        {{"last day", simple_level, &zero, false, false}, {11.5, 11.5, 11.5, 11.5, 11.5}},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        double path[5];
        cases[i].member.run(&cases[i].member, &stage->task, &stage->arena, path);
        for (size_t h = 0; h < 5; h++) {
            bool is_same =
                isnan(cases[i].path[h]) ? isnan(path[h]) : fabs(path[h] - cases[i].path[h]) < CLOSE;
            if (!is_same)
                fail_msg("%s, step %zu: %f", cases[i].member.name, h, path[h]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gram, set_up, tear_down),
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_rows),
        cmocka_unit_test_setup_teardown(test_ar_continues, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_continue_a_shape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_look_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_short_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_simple, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
