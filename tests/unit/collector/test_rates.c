#include <collector/rates.h>
#include <nt_cmocka.h>

static void test_counters_become_rates(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct {
            int64_t at_ms;
            uint64_t value;
        } readings[3];
        bool has_rate;
        double per_s;
    } cases[] = {
        {"steady", {{0, 0}, {1000, 100}, {2000, 300}}, true, 200},
        {"longer after a missing read", {{0, 0}, {1000, 100}, {11000, 1100}}, true, 100},
        {"restarted from zero", {{0, 0}, {1000, 5000}, {2000, 40}}, true, 40},
        {"wrapped at 32 bits", {{0, 4294967000}, {1000, 4294967096}, {2000, 100}}, true, 300},
        {"fell from far above 32 bits: restarted",
         {{0, 0}, {1000, UINT64_C(1) << 40}, {2000, 7}},
         true,
         7},
        {"a silence too long", {{0, 0}, {1000, 100}, {1000 + RATE_GAP_MAX_MS + 1, 200}}, false, 0},
        {"no time passed", {{0, 0}, {1000, 100}, {1000, 200}}, false, 0},
        {"time went back", {{0, 0}, {1000, 100}, {500, 200}}, false, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct rate rate = {0};
        double per_s = 0;
        bool has_rate =
            rate_next(&rate, cases[i].readings[0].value, cases[i].readings[0].at_ms, &per_s);
        assert_false(has_rate);
        for (size_t k = 1; k < 3; k++)
            has_rate =
                rate_next(&rate, cases[i].readings[k].value, cases[i].readings[k].at_ms, &per_s);
        if (has_rate != cases[i].has_rate || (has_rate && per_s != cases[i].per_s))
            fail_msg("%s: %d, %f", cases[i].name, has_rate, per_s);
    }
}

static void test_after_a_silence_the_next_rate_counts_again(void **state)
{
    (void)state;
    struct rate rate = {0};
    double per_s = 0;
    const int64_t late_ms = RATE_GAP_MAX_MS + 5000;
    assert_false(rate_next(&rate, 100, 0, &per_s));
    assert_false(rate_next(&rate, 500, late_ms, &per_s));
    assert_true(rate_next(&rate, 600, late_ms + 1000, &per_s));
    assert_float_equal(per_s, 100, 1e-9);
}

static void test_a_reading_becomes_use(void **state)
{
    (void)state;
    struct meter meter = {0};
    struct usage usage;
    struct reading reading = {
        .fields = READING_CPU | READING_THROTTLED | READING_MEMORY | READING_NET | READING_BLK |
                  READING_PIDS | READING_OOM | READING_PRESSURE,
        .cpu_ns = UINT64_C(10000000000),
        .throttled_ns = 0,
        .mem_bytes = 1 << 20,
        .pids = 3,
        .oom_kills = 2,
        .pressure_pct = 1.5,
    };
    assert_false(meter_next(&meter, &reading, 0, &usage));
    reading.cpu_ns += UINT64_C(2500000000); /* half a core over 5 s */
    reading.throttled_ns += UINT64_C(500000000);
    reading.net_rx_bytes += 5000;
    reading.blk_write_bytes += 50000;
    reading.oom_kills += 1;
    assert_true(meter_next(&meter, &reading, 5000, &usage));
    assert_float_equal(usage.cpu_milli, 500, 1e-9);
    assert_float_equal(usage.throttled_milli, 100, 1e-9);
    assert_float_equal(usage.net_rx_bps, 8000, 1e-9);
    assert_float_equal(usage.net_tx_bps, 0, 1e-9);
    assert_float_equal(usage.blk_write_bps, 10000, 1e-9);
    assert_int_equal(usage.mem_bytes, 1 << 20);
    assert_int_equal(usage.pids, 3);
    assert_int_equal(usage.oom_kills, 1);
    assert_float_equal(usage.psi_cpu_some_pct, 1.5, 1e-9);
}

static void test_what_could_not_be_read_is_no_growth(void **state)
{
    (void)state;
    struct meter meter = {0};
    struct usage usage;
    struct reading reading = {.fields = READING_CPU | READING_NET, .net_rx_bytes = 1000};
    assert_false(meter_next(&meter, &reading, 0, &usage));
    reading.fields = READING_CPU;
    assert_true(meter_next(&meter, &reading, 5000, &usage));
    assert_float_equal(usage.net_rx_bps, 0, 1e-9);
    reading.fields = READING_CPU | READING_NET;
    reading.net_rx_bytes = 2000; /* over 10 s now */
    assert_true(meter_next(&meter, &reading, 10000, &usage));
    assert_float_equal(usage.net_rx_bps, 800, 1e-9);
    reading.fields = READING_NET;
    assert_false(meter_next(&meter, &reading, 15000, &usage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters_become_rates),
        cmocka_unit_test(test_after_a_silence_the_next_rate_counts_again),
        cmocka_unit_test(test_a_reading_becomes_use),
        cmocka_unit_test(test_what_could_not_be_read_is_no_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
