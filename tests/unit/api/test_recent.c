#include <api/recent.h>
#include <nt_cmocka.h>

static void add(struct recent *recent, int64_t at_ms, double cpu_milli)
{
    struct nt_server_sample server = {.server = "s1", .sample = {.cpu_milli = cpu_milli / 2}};
    struct nt_host_load load = {.host = "host-1",
                                .at_ms = at_ms,
                                .sample = {.cpu_milli = cpu_milli, .mem_bytes = 1000},
                                .servers = &server,
                                .servers_count = 1};
    recent_add(recent, &load);
}

static void test_samples_of_a_step_become_mean_and_maximum(void **state)
{
    (void)state;
    struct recent *recent = recent_new();
    struct recent_step steps[RECENT_STEPS];
    add(recent, 60000 + 5000, 100);
    add(recent, 60000 + 10000, 200);
    add(recent, 60000 + 15000, 600); /* ends with the step, so it is of it */
    add(recent, 60000 + 20000, 50);
    assert_int_equal(recent_read(recent, "host-1", 0, 120000, steps), 2);
    assert_int_equal(steps[0].from_ms, 60000);
    assert_int_equal(steps[0].count, 3);
    assert_float_equal(steps[0].cpu_milli_mean, 300, 0.01);
    assert_float_equal(steps[0].cpu_milli_max, 600, 0.01);
    assert_int_equal(steps[1].from_ms, 75000);
    assert_int_equal(recent_read(recent, "s1", 75000, 90000, steps), 1);
    assert_float_equal(steps[0].cpu_milli_mean, 25, 0.01);
    assert_int_equal(recent_read(recent, "s2", 0, 120000, steps), 0);
    recent_free(recent);
}

static void test_an_hour_later_the_old_is_gone(void **state)
{
    (void)state;
    struct recent *recent = recent_new();
    struct recent_step steps[RECENT_STEPS];
    int64_t hour_ms = RECENT_STEPS * (int64_t)RECENT_STEP_MS;
    add(recent, 15000, 100);
    add(recent, hour_ms + 15000, 300);
    add(recent, 15000, 900); /* an hour late */
    assert_int_equal(recent_read(recent, "host-1", 0, 2 * hour_ms, steps), 1);
    assert_int_equal(steps[0].from_ms, hour_ms);
    assert_float_equal(steps[0].cpu_milli_max, 300, 0.01);
    recent_free(recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_of_a_step_become_mean_and_maximum),
        cmocka_unit_test(test_an_hour_later_the_old_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
