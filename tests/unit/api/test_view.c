#include "fixture.h"

#include <nt_cmocka.h>
#include <string.h>

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static bool has(const json_t *array, const char *word)
{
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(array, index, each)
    {
        if (strcmp(json_string_value(each), word) == 0)
            return true;
    }
    return false;
}

static void put_load(struct fixture *fixture, int64_t at_ms, double cpu_milli)
{
    struct nt_server_sample server = {
        .server = fixture_web, .sample = {.cpu_milli = 200, .mem_bytes = INT64_C(128) << 20}};
    struct nt_host_load load = {.host = "host-1",
                                .at_ms = at_ms,
                                .interval_ms = 5000,
                                .sample = {.cpu_milli = cpu_milli, .mem_bytes = INT64_C(4) << 30},
                                .servers = &server,
                                .servers_count = 1};
    (void)fixture_put(fixture, NT_TOPIC_HOST_LOAD, "host-1", &load);
}

static void test_a_server_shows_address_actions_and_allotment(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    json_t *web = view_server(&fixture.view, fleet_server(&fixture.fleet, fixture_web));
    assert_non_null(web);
    assert_string_equal(text(json_object_get(web, "address"), "url"),
                        "http://web-1.s.localhost:8088/");
    assert_string_equal(text(web, "owner_name"), "ann");
    assert_true(has(json_object_get(web, "actions"), "stop"));
    assert_false(has(json_object_get(web, "actions"), "start"));
    assert_false(has(json_object_get(web, "actions"), "move")); /* ann is no administrator */
    assert_true(json_is_null(json_object_get(web, "applied")));
    json_decref(web);

    fixture.view.is_admin = true;
    json_t *shell = view_server(&fixture.view, fleet_server(&fixture.fleet, fixture_shell));
    json_t *address = json_object_get(shell, "address");
    assert_true(json_is_null(json_object_get(address, "url")));
    assert_string_equal(text(json_object_get(address, "ssh"), "command"),
                        "ssh -p 22014 root@localhost");
    assert_true(has(json_object_get(shell, "actions"), "move"));
    json_decref(shell);
    fixture_deinit(&fixture);
}

static void test_what_a_moving_server_allows_depends_on_the_phase(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_move move = {.id = "m1", .from = "host-1", .to = "spare-1"};
    static const struct {
        const char *phase;
        bool can_stop;
    } cases[] = {{"copying", true}, {"holding", false}, {"cutover", false}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_server_state web = fixture_web_state();
        move.phase = cases[i].phase;
        web.move = &move;
        web.state = "moving";
        web.sequence += 1 + (int64_t)i;
        (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
        json_t *json = view_server(&fixture.view, fleet_server(&fixture.fleet, fixture_web));
        assert_int_equal(has(json_object_get(json, "actions"), "stop"), cases[i].can_stop);
        assert_true(has(json_object_get(json, "actions"), "delete"));
        assert_string_equal(text(json_object_get(json, "move"), "phase"), cases[i].phase);
        json_decref(json);
    }
    fixture_deinit(&fixture);
}

static void test_load_comes_from_redis_else_from_kafka_marked_older(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_false(view_load_now(&fixture.view, "host-1", NULL).is_known);
    put_load(&fixture, FIXTURE_NOW_MS - 5000, 1000);
    struct view_load now = view_load_now(&fixture.view, "host-1", NULL);
    assert_true(now.is_known && !now.is_redis && !now.is_older);

    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_load *fresh = NT_NEW(&arena, struct nt_host_load);
    *fresh = (struct nt_host_load){.host = "host-1",
                                   .at_ms = FIXTURE_NOW_MS - 1000,
                                   .interval_ms = 5000,
                                   .sample = {.cpu_milli = 3000}};
    (void)table_put(&fixture.fleet.current, "host-1", &arena, fresh);
    now = view_load_now(&fixture.view, "host-1", NULL);
    assert_true(now.is_redis && now.cpu_milli == 3000);

    fixture.view.is_redis_away = true;
    now = view_load_now(&fixture.view, "host-1", NULL);
    assert_true(!now.is_redis && now.is_older && now.cpu_milli == 1000);
    json_t *json = view_load(&fixture.view, "host-1", NULL);
    assert_string_equal(text(json, "source"), "kafka");
    assert_true(json_is_true(json_object_get(json, "older")));
    assert_float_equal(json_number_value(json_object_get(json, "cpu_pct")), 25, 0.01);
    json_decref(json);

    fixture.view.is_redis_away = false;
    fixture.view.load_ms = FIXTURE_NOW_MS + 60000;
    assert_true(view_load_now(&fixture.view, "host-1", NULL).is_older);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_a_servers_load_is_a_share_of_its_grant(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    put_load(&fixture, FIXTURE_NOW_MS - 1000, 1000);
    json_t *json = view_load(&fixture.view, "host-1", fixture_web);
    assert_float_equal(json_number_value(json_object_get(json, "cpu_pct")), 50, 0.01);
    assert_float_equal(json_number_value(json_object_get(json, "mem_pct")), 25, 0.01);
    json_decref(json);
    assert_false(view_load_now(&fixture.view, "host-1", fixture_shell).is_known);
    fixture_deinit(&fixture);
}

static void test_a_tick_holds_only_ones_own_servers(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    put_load(&fixture, FIXTURE_NOW_MS - 1000, 1000);
    json_t *ann = view_loads(&fixture.view);
    assert_int_equal(json_array_size(json_object_get(ann, "servers")), 1);
    assert_int_equal(json_array_size(json_object_get(ann, "hosts")), 1);
    json_decref(ann);
    fixture.view.user = "bob-id";
    json_t *bob = view_loads(&fixture.view);
    assert_int_equal(json_array_size(json_object_get(bob, "servers")), 0);
    json_decref(bob);
    fixture_deinit(&fixture);
}

static void test_a_host_shows_what_is_given_and_its_peak(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_forecast(&fixture, "host-1", "cpu", 3800);
    const struct nt_host *host = table_find(&fixture.fleet.hosts, "host-1");
    json_t *json = view_host(&fixture.view, host);
    assert_non_null(json);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(json, "given"), "cpu_milli")), 1400);
    assert_float_equal(json_number_value(json_object_get(json_object_get(json, "peak"), "p50_pct")),
                       95, 0.01);
    assert_true(json_is_true(json_object_get(json, "reachable")));
    json_decref(json);
    fixture.view.wall_ms += 120000;
    assert_false(view_host_is_reachable(&fixture.view, "host-1"));
    fixture_deinit(&fixture);
}

static void test_a_forecast_begins_now_or_says_that_it_cannot(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    json_t *none = view_forecast(&fixture.view, "host-1", "cpu");
    assert_true(json_is_false(json_object_get(none, "enough")));
    assert_int_equal(json_array_size(json_object_get(none, "p50")), 0);
    json_decref(none);
    fixture_forecast(&fixture, "host-1", "memory", 1e9F);
    fixture.view.load_ms += 3 * 300000 + 1000;
    json_t *memory = view_forecast(&fixture.view, "host-1", "memory");
    assert_true(json_is_true(json_object_get(memory, "enough")));
    assert_int_equal(json_array_size(json_object_get(memory, "p50")), 573);
    assert_int_equal(json_integer_value(json_object_get(memory, "from_ms")),
                     FIXTURE_NOW_MS + 900000);
    assert_string_equal(text(memory, "unit"), "mem_bytes");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(memory, "p50"), 0)),
                     1000000000);
    json_decref(memory);
    fixture.view.load_ms += 100 * FIXTURE_HOUR_MS; /* a forecast that is over */
    json_t *over = view_forecast(&fixture.view, "host-1", "memory");
    assert_true(json_is_false(json_object_get(over, "enough")));
    json_decref(over);
    fixture_deinit(&fixture);
}

static void test_quota_says_limit_used_and_left(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    json_t *json = view_quota(&fixture.view, fleet_account(&fixture.fleet, "ann-id"));
    json_t *left = json_object_get(json, "left");
    assert_int_equal(json_integer_value(json_object_get(left, "cpu_milli")), 1000);
    assert_int_equal(json_integer_value(json_object_get(left, "mem_bytes")), INT64_C(1) << 30);
    assert_int_equal(json_integer_value(json_object_get(left, "servers")), 1);
    json_decref(json);
    fixture_deinit(&fixture);
}

static void test_figures_of_a_sentence_are_numbers(void **state)
{
    (void)state;
    struct nt_pair params[] = {{"cpu_milli", "700"}, {"given_pct", "91.5"}, {"name", "web-1"}};
    json_t *json = view_message("fits.partly", params, NT_COUNT(params));
    json_t *figures = json_object_get(json, "params");
    assert_int_equal(json_integer_value(json_object_get(figures, "cpu_milli")), 700);
    assert_float_equal(json_real_value(json_object_get(figures, "given_pct")), 91.5, 0.001);
    assert_string_equal(text(figures, "name"), "web-1");
    json_decref(json);
}

static void test_an_event_tells_what_happened(void **state)
{
    (void)state;
    struct nt_server_event event = {
        .server = fixture_web, .name = "web-1", .host = "host-1", .kind = "started", .at_ms = 5};
    json_t *json = view_event(&event, "e1");
    assert_string_equal(text(json_object_get(json, "message"), "key"), "event.started");
    assert_string_equal(text(json, "event"), "e1");
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_server_shows_address_actions_and_allotment),
        cmocka_unit_test(test_what_a_moving_server_allows_depends_on_the_phase),
        cmocka_unit_test(test_load_comes_from_redis_else_from_kafka_marked_older),
        cmocka_unit_test(test_a_servers_load_is_a_share_of_its_grant),
        cmocka_unit_test(test_a_tick_holds_only_ones_own_servers),
        cmocka_unit_test(test_a_host_shows_what_is_given_and_its_peak),
        cmocka_unit_test(test_a_forecast_begins_now_or_says_that_it_cannot),
        cmocka_unit_test(test_quota_says_limit_used_and_left),
        cmocka_unit_test(test_figures_of_a_sentence_are_numbers),
        cmocka_unit_test(test_an_event_tells_what_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
