/* Patterns, changes of level and spikes, on simulated loads with known answers. */
#include "signals.h"

#include <forecaster/changes.h>
#include <forecaster/cycles.h>
#include <forecaster/outliers.h>
#include <nt/memory.h>
#include <nt_cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_weekend(const struct signals *signals, size_t i)
{
    return calendar_at(&signals->calendar, signals->history.first + (int64_t)i)->is_weekend;
}

static void add_weekend(struct signals *signals, double less)
{
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        signals->values[i] -= (float)(is_weekend(signals, i) ? less : 0);
}

static void add_wave(struct signals *signals, double hours, double height)
{
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        signals->values[i] += (float)(height * sin(2 * M_PI * (double)i / 12 / hours));
}

/* --- periods -----------------------------------------------------------------------------------
 */

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double tide, weekend, wave_hours, wave;
        double phi, deviation;
        bool has_day, has_week;
        int other_hours;
    } cases[] = {
        {"none", 0, 0, 24, 0, 0.9, 50, false, false, 0},
        {"a day", 100, 0, 24, 0, 0.9, 50, true, false, 0},
        {"a faint day", 30, 0, 24, 0, 0.9, 50, true, false, 0},
        {"a week", 0, 150, 24, 0, 0.9, 50, false, true, 0},
        {"both", 150, 150, 24, 0, 0.9, 50, true, true, 0},
        {"noise from slot to slot", 100, 100, 24, 0, 0, 100, true, true, 0},
        {"ten hours", 0, 0, 10, 100, 0.9, 50, false, false, 10},
        {"a day and 36 hours", 150, 0, 36, 100, 0.9, 50, true, false, 36},
        {"twice a day is a day", 0, 0, 12, 100, 0.9, 50, true, false, 0},
        {"constant", 0, 0, 24, 0, 0, 0, false, false, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct signals *signals = signals_new(100 + i);
        signals_fill(signals, 1000, cases[i].tide, cases[i].phi, cases[i].deviation);
        add_weekend(signals, cases[i].weekend);
        add_wave(signals, cases[i].wave_hours, cases[i].wave);
        struct cycles cycles;
        cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles);
        if (cycles.has_day != cases[i].has_day || cycles.has_week != cases[i].has_week ||
            cycles.other_hours != cases[i].other_hours)
            fail_msg("%s: day %d (%f), week %d (%f), other %d", cases[i].name, cycles.has_day,
                     cycles.day_strength, cycles.has_week, cycles.week_strength,
                     cycles.other_hours);
        assert_true((cycles.day_strength > 0) == cycles.has_day);
        assert_true((cycles.week_strength > 0) == cycles.has_week);
        signals_free(signals);
    }
}

static void test_strength_is_the_share_of_variance(void **state)
{
    (void)state;
    static const struct {
        double tide, deviation, strength;
    } cases[] = {
        {200, 1, 1.0},       /* tide alone */
        {141.42, 100, 0.50}, /* as much noise as tide */
        {70.71, 100, 0.20},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct signals *signals = signals_new(200 + i);
        for (size_t hour = 0; hour < HISTORY_SLOTS / 12; hour++) { /* noise from hour to hour */
            double noise = cases[i].deviation * signals_normal(signals);
            double phase = 2 * M_PI * (double)(hour % 24) / 24;
            for (size_t k = 0; k < 12; k++)
                signals->values[hour * 12 + k] = (float)(1000 + cases[i].tide * sin(phase) + noise);
        }
        struct cycles cycles;
        cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles);
        assert_true(cycles.has_day);
        assert_float_equal(cycles.day_strength, cases[i].strength, 0.07);
        signals_free(signals);
    }
}

/* Noise of every sort has no pattern: 2 % by design, for each of day and week. */
static void test_false_patterns_are_rare(void **state)
{
    (void)state;
    enum { TRIALS = 100 };
    static const struct {
        const char *name;
        double phi, drift;
    } kinds[] = {
        {"white", 0, 0}, {"slow", 0.99, 0}, {"wandering", 0.9999, 0}, {"growing", 0.9, 0.1}};
    for (size_t k = 0; k < NT_COUNT(kinds); k++) {
        size_t days = 0;
        size_t weeks = 0;
        size_t others = 0;
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            struct signals *signals = signals_new(1000 * (k + 1) + trial);
            signals_fill(signals, 5000, 0, kinds[k].phi, 300);
            for (size_t i = 0; i < HISTORY_SLOTS; i++)
                signals->values[i] += (float)(kinds[k].drift * (double)i);
            struct cycles cycles;
            cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles);
            days += cycles.has_day;
            weeks += cycles.has_week;
            others += cycles.other_hours != 0;
            signals_free(signals);
        }
        print_message("%s: day %zu, week %zu, other %zu of %d\n", kinds[k].name, days, weeks,
                      others, TRIALS);
        /* Of 100 at 2 %: more than 7 come about once in 700 runs. */
        if (days > 7 || weeks > 7 || others > 7)
            fail_msg("%s: day %zu, week %zu, other %zu of %d", kinds[k].name, days, weeks, others,
                     TRIALS);
    }
}

static void test_short_history_has_no_pattern_yet(void **state)
{
    (void)state;
    struct signals *signals = signals_new(7);
    struct cycles cycles;
    cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles); /* gaps alone */
    assert_false(cycles.has_day || cycles.has_week || cycles.other_hours);
    signals_fill(signals, 1000, 200, 0.9, 20);
    for (size_t i = 0; i < HISTORY_SLOTS - 10 * DAY_SLOTS; i++)
        signals->values[i] = NAN;
    cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles);
    assert_false(cycles.has_day);
    signals_fill(signals, 1000, 200, 0.9, 20);
    for (size_t i = 0; i < HISTORY_SLOTS - 15 * DAY_SLOTS; i++)
        signals->values[i] = NAN;
    cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles);
    assert_true(cycles.has_day);
    assert_false(cycles.has_week);
    signals_free(signals);
}

/* A tide by the clock on the wall: the day on which it changes is a row like all others. */
static void test_the_pattern_follows_local_time(void **state)
{
    (void)state;
    struct signals *signals = signals_new(8);
    struct zone zone = {.count = 2};
    zone.spans[0].from_ms = 0;
    zone.spans[0].offset_s = 3600;
    zone.spans[1].from_ms = slot_begin_ms(SIGNALS_ORIGIN - 14 * DAY_SLOTS + 12);
    zone.spans[1].offset_s = 7200;
    calendar_deinit(&signals->calendar);
    calendar_init(&signals->calendar, &zone, signals->history.first,
                  HISTORY_SLOTS + FORECAST_STEPS);
    for (size_t i = 0; i < HISTORY_SLOTS; i++) {
        const struct calendar_slot *at =
            calendar_at(&signals->calendar, signals->history.first + (int64_t)i);
        signals->values[i] = at->of_day >= 9 * 12 && at->of_day < 17 * 12 ? 800 : 100;
    }
    struct cycles cycles;
    cycles_find(&signals->history, SIGNALS_ORIGIN, &cycles);
    assert_true(cycles.has_day);
    assert_true(cycles.day_strength > 0.999);
    double *rest = nt_zalloc(HISTORY_SLOTS * sizeof(*rest));
    cycles_remove(&signals->history, SIGNALS_ORIGIN, rest);
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        assert_float_equal(rest[i], 0, 1e-6);
    free(rest);
    signals_free(signals);
}

/* --- changes of level --------------------------------------------------------------------------
 */

static void test_changes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct {
            int day;
            double level;
        } steps[2];
        size_t count;
        double tide, weekend, phi, deviation;
    } cases[] = {
        {"none", {{0, 0}}, 0, 300, 0, 0.9, 50},
        {"up for good", {{25, 500}}, 1, 0, 0, 0.9, 50},
        {"beneath a tide", {{25, 500}}, 1, 300, 0, 0.9, 50},
        {"beneath weekends", {{18, 500}}, 1, 300, 200, 0.9, 50},
        {"weekends alone", {{0, 0}}, 0, 0, 300, 0.9, 50},
        {"down", {{14, -500}}, 1, 300, 0, 0.9, 50},
        {"up and down again", {{10, 400}, {20, 0}}, 2, 100, 0, 0.9, 50},
        {"too small to mention", {{14, 40}}, 0, 0, 0, 0.9, 50},
        {"of a still one", {{14, 300}}, 1, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct signals *signals = signals_new(300 + i);
        signals_fill(signals, 1000, cases[i].tide, cases[i].phi, cases[i].deviation);
        add_weekend(signals, cases[i].weekend);
        for (size_t k = 0; k < HISTORY_SLOTS; k++) {
            double level = 0;
            for (size_t s = 0; s < cases[i].count; s++)
                level = k >= (size_t)cases[i].steps[s].day * DAY_SLOTS + 120
                            ? cases[i].steps[s].level
                            : level;
            signals->values[k] += (float)level;
        }
        struct change changes[CHANGES_MAX];
        size_t count = changes_find(&signals->history, SIGNALS_ORIGIN, changes);
        for (size_t s = 0; count != cases[i].count && s < count; s++)
            print_message("%s: hour %f: %f to %f\n", cases[i].name,
                          (double)(changes[s].slot - signals->history.first) / 12,
                          changes[s].before, changes[s].after);
        if (count != cases[i].count)
            fail_msg("%s: %zu changes", cases[i].name, count);
        for (size_t s = 0; s < count; s++) {
            int64_t true_slot =
                signals->history.first + (int64_t)cases[i].steps[s].day * DAY_SLOTS + 120;
            if (llabs(changes[s].slot - true_slot) > 48)
                fail_msg("%s: change %zu is %lld slots off", cases[i].name, s,
                         (long long)(changes[s].slot - true_slot));
            double step = cases[i].steps[s].level - (s > 0 ? cases[i].steps[s - 1].level : 0);
            assert_true(step > 0 ? changes[s].after > changes[s].before
                                 : changes[s].after < changes[s].before);
        }
        signals_free(signals);
    }
}

static void test_false_changes_are_rare(void **state)
{
    (void)state;
    enum { TRIALS = 200 };
    static const struct {
        const char *name;
        double phi, tide;
    } kinds[] = {{"white", 0, 0}, {"tide", 0.9, 500}, {"slow", 0.99, 300}};
    for (size_t k = 0; k < NT_COUNT(kinds); k++) {
        size_t wrong = 0;
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            struct signals *signals = signals_new(1000 * (k + 11) + trial);
            signals_fill(signals, 1000, kinds[k].tide, kinds[k].phi, 150);
            struct change changes[CHANGES_MAX];
            wrong += changes_find(&signals->history, SIGNALS_ORIGIN, changes) > 0;
            signals_free(signals);
        }
        print_message("%s: %zu of %d\n", kinds[k].name, wrong, TRIALS);
        if (wrong > 6) /* 1 % each; more than 6 of 200 come about once in 200 runs */
            fail_msg("%s: %zu of %d", kinds[k].name, wrong, TRIALS);
    }
}

static void test_changes_need_history(void **state)
{
    (void)state;
    struct signals *signals = signals_new(9);
    struct change changes[CHANGES_MAX];
    assert_int_equal(changes_find(&signals->history, SIGNALS_ORIGIN, changes), 0);
    for (size_t i = HISTORY_SLOTS - 5 * DAY_SLOTS; i < HISTORY_SLOTS; i++)
        signals->values[i] = i < HISTORY_SLOTS - DAY_SLOTS ? 100 : 900;
    assert_int_equal(changes_find(&signals->history, SIGNALS_ORIGIN, changes), 0);
    signals_free(signals);
}

/* --- spikes ------------------------------------------------------------------------------------
 */

static void test_spikes_are_cut_and_levels_stay(void **state)
{
    (void)state;
    struct signals *signals = signals_new(40);
    float *cut = nt_zalloc(HISTORY_SLOTS * sizeof(*cut));
    signals_fill(signals, 1000, 300, 0.9, 30);
    signals->values[3000] *= 10;
    signals->values[4000] = 0;
    for (size_t i = 5000; i < HISTORY_SLOTS; i++)
        signals->values[i] += 2000; /* a new level */
    signals->values[6000] = NAN;
    size_t count = outliers_cut(&signals->history, cut);
    assert_true(count >= 4 && count <= 10); /* two spikes, two of the new level, and chance */
    assert_true(cut[3000] < 2000);
    assert_true(cut[4000] > 300);
    assert_true(isnan(cut[6000]));
    for (size_t i = 5002; i < 5050; i++)
        assert_float_equal(cut[i], signals->values[i], 0);
    free(cut);
    signals_free(signals);
}

/* What comes at the same time every day is a pattern, not a spike. */
static void test_a_spike_of_every_day_is_a_pattern(void **state)
{
    (void)state;
    struct signals *signals = signals_new(41);
    float *cut = nt_zalloc(HISTORY_SLOTS * sizeof(*cut));
    signals_fill(signals, 1000, 0, 0.5, 30);
    for (size_t day = 0; day < 28; day++)
        signals->values[day * DAY_SLOTS + 36] = 5000;
    (void)outliers_cut(&signals->history, cut);
    assert_true(cut[36] < 5000); /* the first time nobody could know */
    for (size_t day = 1; day < 28; day++)
        assert_float_equal(cut[day * DAY_SLOTS + 36], 5000, 0);
    free(cut);
    signals_free(signals);
}

static void test_ordinary_values_are_left_alone_and_no_future_is_used(void **state)
{
    (void)state;
    static const double phis[] = {0, 0.9, 0.99};
    float *cut = nt_zalloc(HISTORY_SLOTS * sizeof(*cut));
    float *early = nt_zalloc(HISTORY_SLOTS * sizeof(*early));
    for (size_t k = 0; k < NT_COUNT(phis); k++) {
        struct signals *signals = signals_new(50 + k);
        signals_fill(signals, 1000, 500, phis[k], 100);
        size_t count = outliers_cut(&signals->history, cut);
        if (count > HISTORY_SLOTS / 1000)
            fail_msg("phi %f: %zu cut", phis[k], count);
        for (size_t i = 4000; i < HISTORY_SLOTS; i++)
            signals->values[i] = NAN; /* the future */
        (void)outliers_cut(&signals->history, early);
        for (size_t i = 0; i < 4000; i++)
            assert_float_equal(early[i], cut[i], 0);
        signals_free(signals);
    }
    free(cut);
    free(early);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_strength_is_the_share_of_variance),
        cmocka_unit_test(test_false_patterns_are_rare),
        cmocka_unit_test(test_short_history_has_no_pattern_yet),
        cmocka_unit_test(test_the_pattern_follows_local_time),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_false_changes_are_rare),
        cmocka_unit_test(test_changes_need_history),
        cmocka_unit_test(test_spikes_are_cut_and_levels_stay),
        cmocka_unit_test(test_a_spike_of_every_day_is_a_pattern),
        cmocka_unit_test(test_ordinary_values_are_left_alone_and_no_future_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
