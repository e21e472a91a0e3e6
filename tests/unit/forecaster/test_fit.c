/* The models and their bands: what they learn, and that nothing breaks them. */
#include <forecaster/fit.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

enum { ORIGIN = 20000 * DAY_SLOTS }; /* a midnight; 1970-01-01 was a Thursday */

struct fixture {
    float values[HISTORY_SLOTS];
    struct calendar calendar;
    struct history history;
    uint32_t random;
    float p10[FORECAST_STEPS], p50[FORECAST_STEPS], p90[FORECAST_STEPS];
};

static int begin(void **state)
{
    struct fixture *fixture = nt_zalloc(sizeof(*fixture));
    const struct zone zone = {0};
    calendar_init(&fixture->calendar, &zone, ORIGIN - HISTORY_SLOTS,
                  HISTORY_SLOTS + FORECAST_STEPS);
    fixture->history = (struct history){.values = fixture->values,
                                        .first = ORIGIN - HISTORY_SLOTS,
                                        .count = HISTORY_SLOTS,
                                        .calendar = &fixture->calendar,
                                        .capacity = 1000};
    fixture->random = 12345;
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        fixture->values[i] = NAN;
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    calendar_deinit(&fixture->calendar);
    free(fixture);
    return 0;
}

/* Repeatable noise in -1..1. */
static double noise(struct fixture *fixture)
{
    fixture->random = fixture->random * 1664525U + 1013904223U;
    return (double)(fixture->random >> 8) / (1 << 23) - 1;
}

static double tide(int64_t k)
{
    return 300 + 200 * sin(2 * 3.14159265 * (double)(k % DAY_SLOTS) / DAY_SLOTS);
}

static void fill(struct fixture *fixture, int days, double noise_milli)
{
    for (size_t i = 0; i < HISTORY_SLOTS; i++) {
        bool is_there = i >= HISTORY_SLOTS - (size_t)days * DAY_SLOTS;
        fixture->values[i] =
            is_there ? (float)fmax(0, tide((int64_t)i) + noise_milli * noise(fixture)) : NAN;
    }
}

/* Whatever the history: finite, ordered, within 0 and the capacity. Returns the model's name. */
static const char *check(struct fixture *fixture)
{
    NT_CLEANUP(fit_free_p) struct fit *fit = fit_new(&fixture->history, ORIGIN);
    fit_forecast(fit, &fixture->history, ORIGIN, FORECAST_STEPS, fixture->p10, fixture->p50,
                 fixture->p90);
    for (size_t i = 0; i < FORECAST_STEPS; i++) {
        if (!(fixture->p10[i] >= 0 && fixture->p10[i] <= fixture->p50[i] &&
              fixture->p50[i] <= fixture->p90[i] && fixture->p90[i] <= 1000))
            fail_msg("step %zu: %f %f %f", i, fixture->p10[i], fixture->p50[i], fixture->p90[i]);
    }
    return fit->model->kind->name(fit->model, &fixture->history, ORIGIN);
}

static double mean_error(const struct fixture *fixture, double factor)
{
    double sum = 0;
    for (size_t i = 0; i < DAY_SLOTS; i++)
        sum += fabs(fixture->p50[i] - factor * tide((int64_t)i));
    return sum / DAY_SLOTS;
}

static void test_the_ladder_of_short_history(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        int days;
        const char *model; /* NULL: one that knows the time of day */
    } cases[] = {{0, "none"}, {1, "level"}, {3, "profile+level"},
                 {7, NULL},   {14, NULL},   {28, NULL}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        fill(fixture, cases[i].days, 10);
        const char *model = check(fixture);
        if (cases[i].model == NULL ? nt_text_is(model, "level") || nt_text_is(model, "none")
                                   : !nt_text_is(model, cases[i].model))
            fail_msg("%d days: %s", cases[i].days, model);
    }
}

static void test_the_tide_is_learned_through_faults(void **state)
{
    struct fixture *fixture = *state;
    enum { PLAIN, MISSING, GAP, OUTAGE, SPIKES, FAULTS };
    static const char *const names[] = {"plain", "20 % missing", "a gap of a day",
                                        "two hours of zeros", "1 % spikes x10"};
    for (int fault = PLAIN; fault < FAULTS; fault++) {
        fill(fixture, 14, 10);
        for (size_t i = 0; i < HISTORY_SLOTS; i++) {
            if (fault == MISSING && noise(fixture) > 0.6)
                fixture->values[i] = NAN;
            if (fault == GAP && i >= HISTORY_SLOTS - 4 * DAY_SLOTS &&
                i < HISTORY_SLOTS - 3 * DAY_SLOTS)
                fixture->values[i] = NAN;
            if (fault == OUTAGE && i >= HISTORY_SLOTS - 100 && i < HISTORY_SLOTS - 76)
                fixture->values[i] = 0;
            if (fault == SPIKES && noise(fixture) > 0.98)
                fixture->values[i] *= 10;
        }
        (void)check(fixture);
        double error = mean_error(fixture, 1);
        if (error > (fault == OUTAGE || fault == SPIKES ? 25 : 12))
            fail_msg("%s: mean error %f", names[fault], error);
    }
}

static void test_a_shifted_level_is_followed(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture, 28, 10);
    for (size_t i = HISTORY_SLOTS - 3 * DAY_SLOTS; i < HISTORY_SLOTS; i++)
        fixture->values[i] += 150;
    (void)check(fixture);
    double sum = 0;
    for (size_t i = 0; i < DAY_SLOTS; i++)
        sum += fixture->p50[i] - tide((int64_t)i);
    assert_true(sum / DAY_SLOTS > 75); /* more than half of the way after three days */
}

static void test_weekends_differ(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < HISTORY_SLOTS; i++) {
        const struct calendar_slot *slot =
            calendar_at(&fixture->calendar, fixture->history.first + (int64_t)i);
        fixture->values[i] = slot->is_weekend ? 50 : 500;
    }
    (void)check(fixture);
    for (size_t i = 0; i < FORECAST_STEPS; i++) {
        const struct calendar_slot *slot = calendar_at(&fixture->calendar, ORIGIN + (int64_t)i);
        assert_float_equal(fixture->p50[i], slot->is_weekend ? 50 : 500, 30);
    }
}

static void test_persistence_stays_where_there_is_no_pattern(void **state)
{
    struct fixture *fixture = *state;
    double level = 400;
    for (size_t i = 0; i < HISTORY_SLOTS; i++) { /* a slow random walk */
        level = fmax(50, fmin(950, level + 4 * noise(fixture)));
        fixture->values[i] = (float)level;
    }
    (void)check(fixture);
    assert_float_equal(fixture->p50[0], level, 60);
}

static void test_strange_histories_break_nothing(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name;
        float value;
    } cases[] = {{"zero", 0},
                 {"constant", 333},
                 {"at the cap", 1000},
                 {"above the cap", 5000},
                 {"huge", 1e30F}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        for (size_t k = 0; k < HISTORY_SLOTS; k++)
            fixture->values[k] = cases[i].value;
        (void)check(fixture);
        if (cases[i].value <= 1000)
            assert_float_equal(fixture->p50[100], cases[i].value, 1);
    }
    for (size_t k = 0; k < HISTORY_SLOTS; k++)
        fixture->values[k] = NAN;
    fixture->values[3] = 100; /* one value, four weeks ago */
    (void)check(fixture);
    fixture->values[HISTORY_SLOTS - 1] = 100; /* and one just now */
    (void)check(fixture);
    for (size_t k = 0; k < HISTORY_SLOTS; k += 2)
        fixture->values[k] = (float)(k % 1000);
    (void)check(fixture);
}

static void test_without_a_present_level_the_profile_alone_speaks(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture, 14, 10);
    for (size_t i = HISTORY_SLOTS - 24; i < HISTORY_SLOTS; i++)
        fixture->values[i] = NAN;
    assert_string_equal(check(fixture), "profile");
    assert_true(mean_error(fixture, 1) < 12);
}

/* Eighty of a hundred fall into the band, day after day. */
static void test_bands_cover_what_they_promise(void **state)
{
    struct fixture *fixture = *state;
    double inside = 0;
    double n = 0;
    double deviation = 0;
    for (int trial = 0; trial < 12; trial++) {
        fixture->random = (uint32_t)trial * 7919U + 1;
        fill(fixture, 21, 0);
        for (size_t i = 0; i < HISTORY_SLOTS; i++) {
            deviation = 0.9 * deviation + 15 * noise(fixture);
            fixture->values[i] += (float)deviation;
        }
        (void)check(fixture);
        for (size_t i = 0; i < DAY_SLOTS; i++) {
            deviation = 0.9 * deviation + 15 * noise(fixture);
            double actual = tide((int64_t)i) + deviation;
            inside += actual >= fixture->p10[i] && actual <= fixture->p90[i];
            n++;
        }
    }
    double coverage = inside / n;
    if (coverage < 0.74 || coverage > 0.92)
        fail_msg("coverage %f", coverage);
}

static void test_nothing_after_the_origin_is_seen(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture, 28, 10);
    int64_t origin = ORIGIN - 3 * DAY_SLOTS;
    float before[FORECAST_STEPS];
    NT_CLEANUP(fit_free_p) struct fit *fit = fit_new(&fixture->history, origin);
    fit_forecast(fit, &fixture->history, origin, FORECAST_STEPS, fixture->p10, before,
                 fixture->p90);
    for (size_t i = HISTORY_SLOTS - 3 * DAY_SLOTS; i < HISTORY_SLOTS; i++)
        fixture->values[i] = 999;
    NT_CLEANUP(fit_free_p) struct fit *again = fit_new(&fixture->history, origin);
    fit_forecast(again, &fixture->history, origin, FORECAST_STEPS, fixture->p10, fixture->p50,
                 fixture->p90);
    assert_memory_equal(before, fixture->p50, sizeof(before));
    assert_memory_equal(&fit->bands, &again->bands, sizeof(fit->bands));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* Two days from any moment of the day after the fit, and from past days what was said then. */
static void test_kinds_that_know_their_past_hold_for_a_day(void **state)
{
    struct fixture *fixture = *state;
    static const struct model_kind *const kinds[] = {&model_blend, &model_mixture};
    static const int ages[] = {-10 * DAY_SLOTS + 70, -200, 0, 100, DAY_SLOTS};
    fill(fixture, 28, 10);
    for (size_t k = 0; k < NT_COUNT(kinds); k++) {
        int64_t fitted = ORIGIN - DAY_SLOTS;
        struct model *model = kinds[k]->fit(&fixture->history, fitted);
        assert_true(kinds[k]->knows_past);
        for (size_t a = 0; a < NT_COUNT(ages); a++) {
            float path[FORECAST_STEPS];
            int64_t origin = fitted + ages[a];
            kinds[k]->predict(model, &fixture->history, origin, FORECAST_STEPS, path);
            for (size_t i = 0; i < FORECAST_STEPS; i++) {
                double expected = tide(origin - ORIGIN + 28 * DAY_SLOTS + (int64_t)i);
                if (!(fabs(path[i] - expected) < 30))
                    fail_msg("kind %zu, age %d, step %zu: %f for %f", k, ages[a], i,
                             (double)path[i], expected);
            }
        }
        float path[FORECAST_STEPS];
        kinds[k]->predict(model, &fixture->history, ORIGIN - HISTORY_SLOTS + DAY_SLOTS,
                          FORECAST_STEPS, path);
        assert_true(isnan(path[0])); /* a past that it does not know */
        model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_ladder_of_short_history),
        TEST(test_the_tide_is_learned_through_faults),
        TEST(test_a_shifted_level_is_followed),
        TEST(test_weekends_differ),
        TEST(test_persistence_stays_where_there_is_no_pattern),
        TEST(test_strange_histories_break_nothing),
        TEST(test_without_a_present_level_the_profile_alone_speaks),
        TEST(test_bands_cover_what_they_promise),
        TEST(test_nothing_after_the_origin_is_seen),
        TEST(test_kinds_that_know_their_past_hold_for_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
