#include <forecaster/rollup.h>
#include <forecaster/series.h>
#include <nt_cmocka.h>

#include <math.h>

static void test_the_ring_keeps_28_days(void **state)
{
    (void)state;
    struct series series = {0};
    assert_true(isnan(series_get(&series, 100)));
    assert_int_equal(series_put(&series, 100, 1), 0);
    assert_int_equal(series_put(&series, 103, 2), 0);
    assert_float_equal(series_get(&series, 100), 1, 0);
    assert_true(isnan(series_get(&series, 101))); /* a gap is a gap */
    assert_true(isnan(series_get(&series, 104)));
    assert_int_equal(series_put(&series, 101, 3), 0); /* back-filled */
    assert_float_equal(series_get(&series, 101), 3, 0);
    assert_int_equal(series.filled, 3);
    assert_int_equal(series_put(&series, 50, 4), 0); /* older than the first */
    assert_float_equal(series_get(&series, 50), 4, 0);

    assert_int_equal(series_put(&series, 100 + HISTORY_SLOTS, 5), 0);
    assert_true(isnan(series_get(&series, 100))); /* its place was taken */
    assert_float_equal(series_get(&series, 101), 3, 0);
    assert_int_equal(series.filled, 3); /* 101, 103 and the new one */
    assert_int_equal(series_put(&series, 100, 6), -ERANGE);

    assert_int_equal(series_put(&series, 10 * HISTORY_SLOTS, 7), 0); /* a long outage */
    assert_int_equal(series.filled, 1);
    assert_true(isnan(series_get(&series, 103)));
    series_deinit(&series);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct series series = {0};
    assert_int_equal(series_put(&series, 1, NAN), -EINVAL);
    assert_int_equal(series_put(&series, 1, INFINITY), -EINVAL);
    assert_int_equal(series_put(&series, 1, -1), -EINVAL);
    assert_true(series_is_empty(&series));
    series_deinit(&series);
}

/* --- roll-ups -------------------------------------------------------------------------------- */

static const int64_t SLOT = 1000;

static struct sample sample_at(int64_t after_begin_ms, int64_t interval_ms, double cpu_milli)
{
    return (struct sample){.host = "h",
                           .at_ms = slot_begin_ms(SLOT) + after_begin_ms,
                           .interval_ms = interval_ms,
                           .cpu_capacity_milli = 1000,
                           .mem_capacity_bytes = 1000,
                           .use = {.cpu_milli = cpu_milli, .mem_bytes = 100}};
}

static void add(struct rollup *rollup, struct sample sample, int64_t wall_ms)
{
    assert_int_equal(rollup_add(rollup, &sample, wall_ms), 0);
}

static void test_means_are_weighted_by_time(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    add(rollup, sample_at(60000, 60000, 600), 0);
    add(rollup, sample_at(240000, 180000, 100), 0);
    assert_null(rollup_take(rollup, slot_begin_ms(SLOT) + 240000, 0));
    add(rollup, sample_at(300000, 60000, 0), 0); /* at its end: wholly covered */
    struct slot_roll *roll = rollup_take(rollup, slot_begin_ms(SLOT) + 300000, 0);
    assert_non_null(roll);
    assert_int_equal(roll->slot, SLOT);
    assert_int_equal(roll->host.samples, 3);
    assert_float_equal(roll->host.mean.cpu_milli, (600.0 * 60 + 100.0 * 180) / 300, 1e-9);
    assert_float_equal(roll->host.cpu_milli_max, 600, 1e-9);
    slot_roll_free(roll);
    assert_null(rollup_take(rollup, slot_begin_ms(SLOT) + 300000, 0));
    rollup_free(rollup);
}

static void test_a_slot_waits_for_what_is_late_and_no_longer(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    int64_t end_ms = slot_begin_ms(SLOT + 1);
    add(rollup, sample_at(100000, 5000, 100), 0);
    add(rollup, sample_at(305000, 5000, 100), 0); /* of the next slot */
    assert_null(rollup_take(rollup, end_ms + 5000, 0));
    add(rollup, sample_at(200000, 5000, 300), 0); /* out of order, and in time */
    add(rollup, sample_at(310000, 5000, 100), 0);
    struct slot_roll *roll = rollup_take(rollup, end_ms + 10000, 0);
    assert_non_null(roll);
    assert_int_equal(roll->host.samples, 2);
    assert_float_equal(roll->host.mean.cpu_milli, 200, 1e-9);
    slot_roll_free(roll);
    rollup_free(rollup);
}

static void test_the_clock_closes_the_slot_of_a_silent_host(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    int64_t end_ms = slot_begin_ms(SLOT + 1);
    add(rollup, sample_at(100000, 5000, 100), 0);
    assert_null(rollup_take(rollup, end_ms + ROLLUP_LATENESS_MS - 1, 0));
    struct slot_roll *roll = rollup_take(rollup, end_ms + ROLLUP_LATENESS_MS, 0);
    assert_non_null(roll);
    slot_roll_free(roll);
    rollup_free(rollup);
}

static void test_the_past_is_closed_when_nothing_more_comes(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    int64_t now_ms = slot_begin_ms(SLOT + 5000);
    add(rollup, sample_at(60000, 60000, 100), 1000);
    assert_null(rollup_take(rollup, now_ms, 1000 + ROLLUP_IDLE_MS - 1));
    add(rollup, sample_at(120000, 60000, 300), 2000);
    assert_null(rollup_take(rollup, now_ms, 2000 + ROLLUP_IDLE_MS - 1));
    struct slot_roll *roll = rollup_take(rollup, now_ms, 2000 + ROLLUP_IDLE_MS);
    assert_non_null(roll);
    assert_int_equal(roll->host.samples, 2);
    slot_roll_free(roll);
    rollup_free(rollup);
}

static void test_a_long_interval_fills_the_slots_it_spans(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    add(rollup, sample_at(900000, 900000, 120), 0);
    for (int64_t slot = SLOT; slot < SLOT + 3; slot++) {
        struct slot_roll *roll = rollup_take(rollup, slot_begin_ms(SLOT + 3), 0);
        assert_non_null(roll);
        assert_int_equal(roll->slot, slot);
        assert_float_equal(roll->host.mean.cpu_milli, 120, 1e-9);
        slot_roll_free(roll);
    }
    rollup_free(rollup);
}

static void test_servers_are_bounded_and_told_apart(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    static char ids[ROLLUP_SERVERS_MAX + 5][16];
    static struct sample_server servers[ROLLUP_SERVERS_MAX + 5];
    for (size_t i = 0; i < NT_COUNT(servers); i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "s%zu", i);
        servers[i] = (struct sample_server){.server = ids[i], .use = {.cpu_milli = (double)i}};
    }
    struct sample sample = sample_at(300000, 300000, 5);
    sample.servers = servers;
    sample.servers_count = NT_COUNT(servers);
    add(rollup, sample, 0);
    struct slot_roll *roll = rollup_take(rollup, 0, 0);
    assert_non_null(roll);
    assert_int_equal(roll->servers_count, ROLLUP_SERVERS_MAX);
    assert_string_equal(roll->servers[7].server, "s7");
    assert_float_equal(roll->servers[7].roll.mean.cpu_milli, 7, 1e-9);
    slot_roll_free(roll);
    rollup_free(rollup);
}

static void test_many_gaps_at_once_lose_nothing(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    int taken = 0;
    const int gaps = 100;
    for (int i = 0; i < gaps; i++) { /* one short sample in each of a hundred slots of the past */
        add(rollup, sample_at((int64_t)(gaps - i) * SLOT_MS + 60000, 60000, 1), i);
        for (struct slot_roll *roll; (roll = rollup_take(rollup, 0, i)) != NULL; taken++)
            slot_roll_free(roll);
    }
    for (struct slot_roll *roll; (roll = rollup_take(rollup, 0, 100000)) != NULL; taken++)
        slot_roll_free(roll);
    /* the newest is still open: it waits for the clock */
    for (struct slot_roll *roll; (roll = rollup_take(rollup, INT64_MAX / 2, 200000)) != NULL;
         taken++)
        slot_roll_free(roll);
    assert_int_equal(taken, gaps);
    rollup_free(rollup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ring_keeps_28_days),
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_means_are_weighted_by_time),
        cmocka_unit_test(test_a_slot_waits_for_what_is_late_and_no_longer),
        cmocka_unit_test(test_the_clock_closes_the_slot_of_a_silent_host),
        cmocka_unit_test(test_the_past_is_closed_when_nothing_more_comes),
        cmocka_unit_test(test_a_long_interval_fills_the_slots_it_spans),
        cmocka_unit_test(test_servers_are_bounded_and_told_apart),
        cmocka_unit_test(test_many_gaps_at_once_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
