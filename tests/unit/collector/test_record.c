#include <collector/record.h>
#include <nt_cmocka.h>

static const char curves[] = "t_s,host:h,server:a,server:b,mem:server:a\n0,100,300,400,64\n";

static struct playback *parse(const char *text)
{
    struct playback *playback = NULL;
    assert_int_equal(playback_parse(nt_span_of(text), &playback, NULL), 0);
    return playback;
}

static void test_curves_replace_what_was_measured(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p) struct playback *playback = parse(curves);
    struct server_record servers[] = {
        {.name = "a", .has_usage = false},
        {.name = "free", .has_usage = true, .usage = {.cpu_milli = 50, .mem_bytes = 1000}},
    };
    struct record record = {.host = "h",
                            .at_ms = 60000,
                            .interval_ms = 60000,
                            .capacity = {.cpu_milli = 1000, .mem_bytes = INT64_C(1) << 30},
                            .usage = {.cpu_milli = 5, .mem_bytes = 2000, .pids = 9},
                            .servers = servers,
                            .servers_count = 2};
    record_play(&record, playback);
    assert_true(servers[0].has_usage);
    assert_float_equal(servers[0].usage.cpu_milli, 300, 1e-3);
    assert_int_equal(servers[0].usage.mem_bytes, 64 << 20);
    assert_float_equal(servers[1].usage.cpu_milli, 50, 1e-3);
    assert_float_equal(record.usage.cpu_milli, 450, 1e-3);
    assert_int_equal(record.usage.mem_bytes, (64 << 20) + 1000);
    assert_int_equal(record.usage.pids, 9);
}

static void test_a_server_takes_its_curve_to_the_host_where_it_is(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p) struct playback *playback = parse(curves);
    struct server_record servers[] = {{.name = "b"}};
    struct record record = {.host = "spare",
                            .at_ms = 60000,
                            .interval_ms = 60000,
                            .capacity = {.cpu_milli = 1000},
                            .servers = servers,
                            .servers_count = 1};
    record_play(&record, playback);
    assert_float_equal(record.usage.cpu_milli, 400, 1e-3); /* no background is recorded for it */
}

static void test_a_full_host_gives_in_proportion(void **state)
{
    (void)state;
    NT_CLEANUP(playback_free_p) struct playback *playback = parse(curves);
    struct server_record servers[] = {{.name = "a"}, {.name = "b"}};
    struct record record = {.host = "h",
                            .at_ms = 60000,
                            .interval_ms = 60000,
                            .capacity = {.cpu_milli = 400},
                            .servers = servers,
                            .servers_count = 2};
    record_play(&record, playback);
    assert_float_equal(record.usage.cpu_milli, 400, 1e-3);
    assert_float_equal(record.usage.throttled_milli, 400, 1e-3);
    assert_float_equal(servers[0].usage.cpu_milli, 150, 1e-3);
    assert_float_equal(servers[0].usage.throttled_milli, 150, 1e-3);
    assert_float_equal(servers[1].usage.cpu_milli, 200, 1e-3);
}

static void test_a_server_without_a_sample_is_left_out(void **state)
{
    (void)state;
    struct server_record servers[] = {
        {.server = "1", .has_usage = false},
        {.server = "2", .has_usage = true},
        {.server = "3", .has_usage = false},
        {.server = "4", .has_usage = true},
    };
    struct record record = {.servers = servers, .servers_count = 4};
    record_compact(&record);
    assert_int_equal(record.servers_count, 2);
    assert_string_equal(servers[0].server, "2");
    assert_string_equal(servers[1].server, "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curves_replace_what_was_measured),
        cmocka_unit_test(test_a_server_takes_its_curve_to_the_host_where_it_is),
        cmocka_unit_test(test_a_full_host_gives_in_proportion),
        cmocka_unit_test(test_a_server_without_a_sample_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
