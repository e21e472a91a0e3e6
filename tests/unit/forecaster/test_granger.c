/* Granger's test against R's, and what moves together on simulated hosts. */
#include "signals.h"

#include <forecaster/granger.h>
#include <forecaster/relations.h>
#include <nt/memory.h>
#include <nt_cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIXTURES "../../fixtures/granger/"

enum { ROWS = 300, SERIES = 5, NAME_SIZE = 16 };

struct fixture {
    char names[SERIES][NAME_SIZE];
    double series[SERIES][ROWS];
};

static FILE *open_fixture(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fail_msg("%s cannot be read", path);
    return file;
}

static void load(struct fixture *fixture)
{
    char line[256];
    FILE *file = open_fixture(FIXTURES "series.csv");
    assert_non_null(fgets(line, sizeof(line), file));
    char *save = NULL;
    char *word = strtok_r(line, ",\n", &save);
    for (size_t i = 0; i < SERIES; i++, word = strtok_r(NULL, ",\n", &save)) {
        assert_non_null(word);
        (void)snprintf(fixture->names[i], NAME_SIZE, "%s", word);
    }
    for (size_t row = 0; row < ROWS; row++) {
        assert_non_null(fgets(line, sizeof(line), file));
        char *at = line;
        for (size_t i = 0; i < SERIES; i++, at++)
            fixture->series[i][row] = strtod(at, &at);
    }
    (void)fclose(file);
}

static const double *find(const struct fixture *fixture, const char *name)
{
    for (size_t i = 0; i < SERIES; i++) {
        if (strcmp(fixture->names[i], name) == 0)
            return fixture->series[i];
    }
    fail_msg("no series %s", name);
    return NULL;
}

static void assert_close(const char *what, double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-8 * fabs(expected) + 1e-14))
        fail_msg("%s: %.12g for %.12g", what, value, expected);
}

static void test_f_and_p_are_those_of_r(void **state)
{
    (void)state;
    static struct fixture fixture;
    load(&fixture);
    char line[256];
    FILE *file = open_fixture(FIXTURES "tests.csv");
    size_t cases = 0;
    assert_non_null(fgets(line, sizeof(line), file));
    while (fgets(line, sizeof(line), file) != NULL) {
        char *save = NULL;
        const char *cause = strtok_r(line, ",", &save);
        const char *effect = strtok_r(NULL, ",", &save);
        size_t order = strtoul(strtok_r(NULL, ",", &save), NULL, 10);
        double f = strtod(strtok_r(NULL, ",", &save), NULL);
        double p = strtod(strtok_r(NULL, ",", &save), NULL);
        struct granger of_cause;
        struct granger of_effect;
        assert_true(granger_test(find(&fixture, cause), find(&fixture, effect), ROWS, order,
                                 &of_cause, &of_effect));
        assert_close("F", of_cause.f, f);
        assert_close("p", of_cause.p, p);
        assert_int_equal(of_cause.rows, ROWS - order);
        cases++;
    }
    (void)fclose(file);
    assert_int_equal(cases, 32);
}

static void test_tails_of_f_are_those_of_r(void **state)
{
    (void)state;
    char line[256];
    FILE *file = open_fixture(FIXTURES "tails.csv");
    size_t cases = 0;
    assert_non_null(fgets(line, sizeof(line), file));
    while (fgets(line, sizeof(line), file) != NULL) {
        char *at = line;
        double f = strtod(at, &at);
        double d1 = strtod(at + 1, &at);
        double d2 = strtod(at + 1, &at);
        double p = strtod(at + 1, &at);
        assert_close("tail", granger_f_tail(f, d1, d2), p);
        cases++;
    }
    (void)fclose(file);
    assert_int_equal(cases, 72);
}

/* The rows on both sides of a gap are those of two separate stretches. */
static void test_gaps_leave_out_the_rows_that_they_touch(void **state)
{
    (void)state;
    static struct fixture fixture;
    load(&fixture);
    double x[ROWS], y[ROWS];
    memcpy(x, find(&fixture, "leader"), sizeof(x));
    memcpy(y, find(&fixture, "led"), sizeof(y));
    struct granger whole, cut, other;
    assert_true(granger_test(x, y, ROWS, 3, &whole, &other));
    x[0] = NAN;
    y[ROWS - 1] = NAN;
    assert_true(granger_test(x, y, ROWS, 3, &cut, &other));
    assert_int_equal(cut.rows, whole.rows - 2);
    struct granger inner;
    assert_true(granger_test(x + 1, y + 1, ROWS - 2, 3, &inner, &other));
    assert_close("F", cut.f, inner.f);
    x[150] = NAN;
    assert_true(granger_test(x, y, ROWS, 3, &cut, &other));
    assert_int_equal(cut.rows, inner.rows - 4);
    assert_true(cut.p < 1e-6);
}

static void test_nothing_is_said_of_what_stands_still(void **state)
{
    (void)state;
    double still[200], turn[200], gaps[200], noise[200];
    struct signals *signals = signals_new(1);
    for (size_t i = 0; i < 200; i++) {
        still[i] = 7;
        turn[i] = i % 2 == 0;
        gaps[i] = NAN;
        noise[i] = signals_normal(signals);
    }
    struct granger a, b;
    assert_false(granger_test(still, noise, 200, 3, &a, &b));
    assert_false(granger_test(noise, still, 200, 3, &a, &b));
    assert_false(granger_test(turn, noise, 200, 3, &a, &b)); /* wholly foretold by its past */
    assert_false(granger_test(gaps, noise, 200, 3, &a, &b));
    assert_false(granger_test(noise, noise, 200, 3, &a, &b));
    assert_false(granger_test(noise, noise, 10, 3, &a, &b));
    assert_false(granger_whiten(still, 200, 3, noise));
    signals_free(signals);
}

static void test_whitening_finds_what_was_new(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    static double x[COUNT], news[COUNT], found[COUNT];
    struct signals *signals = signals_new(5);
    for (size_t t = 0; t < COUNT; t++) {
        news[t] = signals_normal(signals);
        x[t] = 50 + (t > 0 ? 0.8 * (x[t - 1] - 50) : 0) + news[t];
    }
    assert_true(granger_whiten(x, COUNT, 2, found));
    assert_true(isnan(found[0]) && isnan(found[1]));
    double difference = 0;
    for (size_t t = 2; t < COUNT; t++)
        difference += fabs(found[t] - news[t]) / COUNT;
    assert_true(difference < 0.05);
    signals_free(signals);
}

static void test_benjamini_and_hochberg(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005, 0.5};
    const double q[] = {0.025, 0.05, 0.05, 0.025, 0.5}; /* R: p.adjust(p, "BH") */
    relations_correct(p, 5);
    for (size_t i = 0; i < 5; i++)
        assert_float_equal(p[i], q[i], 1e-12);
    relations_correct(p, 0);
}

/* --- relations ---------------------------------------------------------------------------------
 */

static size_t find_relations(struct signals **signals, size_t count, struct relation *ret)
{
    const struct history *histories[RELATION_SERIES_MAX];
    size_t tests = 0;
    for (size_t i = 0; i < count; i++)
        histories[i] = &signals[i]->history;
    size_t found = relations_find(histories, count, SIGNALS_ORIGIN, ret, &tests);
    assert_true(tests <= RELATIONS_MAX);
    return found;
}

/* Network leads the processor by two slots, beneath a tide that all of them have. */
static void test_who_leads_is_found_with_its_lag_and_nothing_else(void **state)
{
    (void)state;
    struct signals *signals[3];
    for (size_t i = 0; i < 3; i++) {
        signals[i] = signals_new(10 + i);
        signals_fill(signals[i], 1000, 400, 0.5, 50);
    }
    double before[2] = {0, 0};
    for (size_t i = 0; i < HISTORY_SLOTS; i++) {
        double phase = 2 * M_PI * (double)(i % DAY_SLOTS) / DAY_SLOTS;
        double news = signals[0]->values[i] - 1000 - 400 * sin(phase);
        signals[1]->values[i] += (float)(0.5 * before[1]);
        before[1] = before[0];
        before[0] = news;
    }
    struct relation found[RELATIONS_MAX];
    assert_int_equal(find_relations(signals, 3, found), 1);
    assert_int_equal(found[0].first, 0);
    assert_int_equal(found[0].second, 1);
    assert_true(found[0].leads);
    assert_int_equal(found[0].lag_slots, 2);
    assert_true(found[0].correlation > 0.2 && found[0].q < 1e-6 && found[0].gain > 0.03);
    for (size_t i = 0; i < 3; i++)
        signals_free(signals[i]);
}

static void test_what_moves_at_once_is_no_lead(void **state)
{
    (void)state;
    struct signals *signals[2] = {signals_new(20), signals_new(21)};
    signals_fill(signals[0], 1000, 400, 0.5, 50);
    signals_fill(signals[1], 1000, 0, 0.5, 20); /* fades alike, so the past of one says no more */
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        signals[1]->values[i] += 2 * signals[0]->values[i];
    struct relation found[RELATIONS_MAX];
    assert_int_equal(find_relations(signals, 2, found), 1);
    assert_false(found[0].leads);
    assert_int_equal(found[0].lag_slots, 0);
    assert_true(found[0].correlation > 0.8);
    for (size_t i = 0; i < 2; i++)
        signals_free(signals[i]);
}

/* Two hundred pairs with the same tide and nothing else in common, gaps and spikes included. */
static void test_false_relations_are_rare(void **state)
{
    (void)state;
    enum { TRIALS = 100 };
    size_t wrong = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct signals *signals[2] = {signals_new(1000 + trial), signals_new(5000 + trial)};
        for (size_t i = 0; i < 2; i++) {
            signals_fill(signals[i], 1000, 500, 0.95, 100);
            for (size_t k = 0; k < 80; k++)
                signals[i]->values[(size_t)(signals_uniform(signals[i]) * HISTORY_SLOTS)] *= 10;
            for (size_t k = 2000; k < 2100; k++)
                signals[i]->values[k] = NAN;
        }
        struct relation found[RELATIONS_MAX];
        wrong += find_relations(signals, 2, found) > 0;
        for (size_t i = 0; i < 2; i++)
            signals_free(signals[i]);
    }
    if (wrong > 4) /* 1 % each: more than 4 of 100 come about once in 300 runs of this test */
        fail_msg("%zu of %d", wrong, TRIALS);
}

static void test_short_or_still_series_take_no_part(void **state)
{
    (void)state;
    struct signals *signals[2] = {signals_new(30), signals_new(31)};
    struct relation found[RELATIONS_MAX];
    assert_int_equal(find_relations(signals, 0, found), 0);
    assert_int_equal(find_relations(signals, 2, found), 0); /* gaps alone */
    signals_fill(signals[0], 1000, 0, 0.5, 50);
    signals_fill(signals[1], 1000, 0, 0, 0);
    assert_int_equal(find_relations(signals, 2, found), 0); /* one stands still */
    for (size_t i = 0; i < 2; i++)
        signals_free(signals[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f_and_p_are_those_of_r),
        cmocka_unit_test(test_tails_of_f_are_those_of_r),
        cmocka_unit_test(test_gaps_leave_out_the_rows_that_they_touch),
        cmocka_unit_test(test_nothing_is_said_of_what_stands_still),
        cmocka_unit_test(test_whitening_finds_what_was_new),
        cmocka_unit_test(test_benjamini_and_hochberg),
        cmocka_unit_test(test_who_leads_is_found_with_its_lag_and_nothing_else),
        cmocka_unit_test(test_what_moves_at_once_is_no_lead),
        cmocka_unit_test(test_false_relations_are_rare),
        cmocka_unit_test(test_short_or_still_series_take_no_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
