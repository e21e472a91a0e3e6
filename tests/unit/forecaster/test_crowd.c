#include <scenarios/crowd.h>

#include <nt/cleanup.h>
#include <nt/memory.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { D = CENTRE_DAY, DAYS = 12, BLOCKS = D };

static uint64_t state_of_random = 1;

static double noise(void)
{
    state_of_random = state_of_random * 6364136223846793005U + 1442695040888963407U;
    return (double)(state_of_random >> 40) / (double)(1 << 24) - 0.5;
}

static struct crowd *make(size_t count, int learn_from)
{
    static float high[8];
    for (size_t i = 0; i < NT_COUNT(high); i++)
        high[i] = 1000;
    return crowd_new(&(struct crowd_options){.kind = CROWD_LEARNED,
                                             .count = count,
                                             .high = high,
                                             .slots_max = (DAYS + 1) * D,
                                             .learn_from = learn_from});
}

static void slot_ends(int *ends)
{
    for (int b = 0; b < BLOCKS; b++)
        ends[b] = b + 1;
}

/* 100 by night, 300 from 13:00 to 16:00. */
static float tide(int slot)
{
    const int at = slot % D;
    return at >= 13 * 12 && at < 16 * 12 ? 300 : 100;
}

static void test_a_tide_is_seen_coming(void **state)
{
    (void)state;
    struct crowd *crowd = make(1, 2 * D);
    for (int slot = 0; slot < DAYS * D; slot++) {
        const float value = tide(slot) + (float)(10 * noise());
        crowd_append(crowd, &value);
    }
    int ends[BLOCKS];
    slot_ends(ends);
    NT_CLEANUP(nt_free_p) float *paths = nt_zalloc(sizeof(float) * CROWD_PATHS * BLOCKS);
    crowd_paths(crowd, 0, 3, ends, BLOCKS, paths);
    for (int b = 0; b < BLOCKS; b++) {
        float mean = 0;
        for (int j = 0; j < CROWD_PATHS; j++)
            mean += paths[j * BLOCKS + b] / CROWD_PATHS;
        const int at = (b + 3) % D;
        /* Paths are taken a little beside the same time of day too: edges are soft. */
        if (at > 13 * 12 + 12 && at < 16 * 12 - 12)
            assert_true(mean > 250);
        if (at < 12 * 12 - 36 || at > 17 * 12 + 36)
            assert_true(mean < 150);
    }
    crowd_free(crowd);
}

static void test_a_new_level_is_carried_on(void **state)
{
    (void)state;
    struct crowd *crowd = make(1, 2 * D);
    double level = 0;
    float value = 0;
    for (int slot = 0; slot < DAYS * D; slot++) {
        level = 0.98 * level + 20 * noise();
        value = (float)fmax(200 + level, 0);
        crowd_append(crowd, &value);
    }
    int ends[BLOCKS];
    slot_ends(ends);
    NT_CLEANUP(nt_free_p) float *paths = nt_zalloc(sizeof(float) * CROWD_PATHS * BLOCKS);
    crowd_paths(crowd, 0, 0, ends, BLOCKS, paths);
    float mean = 0;
    for (int j = 0; j < CROWD_PATHS; j++)
        mean += paths[(size_t)j * BLOCKS] / CROWD_PATHS;
    assert_float_equal(mean, value, 25);
    crowd_free(crowd);
}

static void test_paths_are_always_possible(void **state)
{
    (void)state;
    static const char *const what[] = {"zero", "constant", "gaps", "all missing", "spikes", "cap"};
    enum { COUNT = 6 };
    struct crowd *crowd = make(COUNT, 2 * D);
    int ends[BLOCKS];
    slot_ends(ends);
    NT_CLEANUP(nt_free_p) float *paths = nt_zalloc(sizeof(float) * CROWD_PATHS * BLOCKS);
    for (int slot = 0; slot < DAYS * D; slot++) {
        const bool is_gap = slot % D > 100 && slot % D < 200 && slot / D % 2 == 1;
        const float values[COUNT] = {
            0, 50, is_gap ? NAN : tide(slot), NAN, slot % 97 == 0 ? 1000 : 10, 1000};
        crowd_append(crowd, values);
        if (slot % 131 != 0)
            continue;
        for (size_t i = 0; i < COUNT; i++) {
            crowd_paths(crowd, i, slot % 13, ends, BLOCKS, paths);
            for (int k = 0; k < CROWD_PATHS * BLOCKS; k++)
                if (!(paths[k] >= 0) || !(paths[k] <= 1000))
                    fail_msg("%s at %d: %g", what[i], slot, (double)paths[k]);
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        crowd_paths(crowd, i, 3, ends, BLOCKS, paths);
        if (i == 0 || i == 3)
            assert_float_equal(paths[0], 0, 1e-3);
        if (i == 1)
            assert_float_equal(paths[0], 50, 1);
    }
    crowd_free(crowd);
}

static void test_blocks_are_means_of_slots(void **state)
{
    (void)state;
    struct crowd *crowd = make(1, 2 * D);
    for (int slot = 0; slot < DAYS * D; slot++) {
        const float value = 100 + (float)(50 * noise());
        crowd_append(crowd, &value);
    }
    int single[BLOCKS];
    slot_ends(single);
    const int thirds[] = {3, 6, 9};
    float fine[CROWD_PATHS * BLOCKS], coarse[CROWD_PATHS * 3];
    crowd_paths(crowd, 0, 2, single, BLOCKS, fine);
    crowd_paths(crowd, 0, 2, thirds, 3, coarse);
    for (int j = 0; j < CROWD_PATHS; j++)
        for (int b = 0; b < 3; b++) {
            const float *at = fine + (size_t)j * BLOCKS + (size_t)b * 3;
            assert_float_equal(coarse[j * 3 + b], (at[0] + at[1] + at[2]) / 3, 1);
        }
    crowd_free(crowd);
}

static void test_forgetting_changes_nothing_near(void **state)
{
    (void)state;
    enum { SHORT = 4 };
    struct crowd *whole = make(1, 2 * D), *part = make(1, 2 * D);
    int ends[BLOCKS];
    slot_ends(ends);
    NT_CLEANUP(nt_free_p) float *a = nt_zalloc(sizeof(float) * CROWD_PATHS * BLOCKS);
    NT_CLEANUP(nt_free_p) float *b = nt_zalloc(sizeof(float) * CROWD_PATHS * BLOCKS);
    for (int slot = 0; slot < DAYS * D; slot++) {
        const float value = tide(slot) + (float)(10 * noise());
        crowd_append(whole, &value);
        crowd_append(part, &value);
    }
    crowd_forget(part, SHORT);
    assert_int_equal(crowd_slots(part), (DAYS - SHORT) * D);
    crowd_paths(whole, 0, 3, ends, SHORT, a);
    crowd_paths(part, 0, 3, ends, SHORT, b);
    /* Paths of the days that both still know. */
    for (int k = 0; k < SHORT * SHORT; k++)
        assert_float_equal(a[k], b[k], 0.01);
    crowd_free(whole);
    crowd_free(part);
}

static void test_median_and_parts(void **state)
{
    (void)state;
    struct past past;
    past_init(&past, 10 * D);
    for (int day = 0; day < 9; day++)
        for (int t = 0; t < D; t++)
            past_append(&past, (float)(day == 8 ? 1000 : day + 1));
    float parts[CENTRE_PARTS];
    const int slot = 9 * D + 100; /* lags of 1, 2, 3, 7 days: 1000, 8, 7, 3; 14 days: not there */
    centre_parts(&past, slot, parts);
    assert_float_equal(parts[0], 1000, 1e-3);
    assert_float_equal(parts[1], 8, 1e-3);
    assert_float_equal(parts[2], 7, 1e-3);
    assert_float_equal(parts[3], 3, 1e-3);
    const float profile = (1000 + 8 + 7 + 6 + 5 + 4 + 3) / 7.0F;
    assert_float_equal(parts[5], profile, 1e-2);
    assert_float_equal(parts[8], 8, 1e-3); /* of 1000, 8, 7, 3 and the profile */
    past_deinit(&past);
}

static void test_sums_over_stretches(void **state)
{
    (void)state;
    struct past past;
    past_init(&past, 10);
    const float values[] = {1, NAN, 3, 5, NAN, NAN, 7};
    for (size_t i = 0; i < NT_COUNT(values); i++)
        past_append(&past, values[i]);
    assert_float_equal(past_mean(&past, 0, 4), 3, 1e-6);
    assert_float_equal(past_mean(&past, -5, 100), 4, 1e-6);
    assert_true(isnan(past_mean(&past, 4, 6)));
    assert_true(isnan(past_get(&past, 7)));
    past_forget(&past, 2);
    assert_int_equal(past.count, 5);
    assert_float_equal(past_get(&past, 0), 3, 1e-6);
    assert_float_equal(past_mean(&past, 0, 5), 5, 1e-6);
    past_deinit(&past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tide_is_seen_coming),
        cmocka_unit_test(test_a_new_level_is_carried_on),
        cmocka_unit_test(test_paths_are_always_possible),
        cmocka_unit_test(test_blocks_are_means_of_slots),
        cmocka_unit_test(test_forgetting_changes_nothing_near),
        cmocka_unit_test(test_median_and_parts),
        cmocka_unit_test(test_sums_over_stretches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
