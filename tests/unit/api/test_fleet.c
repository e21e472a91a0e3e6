#include "fixture.h"

#include <nt_cmocka.h>
#include <stdio.h>

static void test_echoes_of_a_replay_are_dropped(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_server_state web = fixture_web_state();
    web.sequence = 12;
    web.state = "stopped";
    assert_int_equal(fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web), 1);
    web.sequence = 11;
    web.state = "failed";
    assert_int_equal(fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web), 0);
    assert_string_equal(fleet_server(&fixture.fleet, fixture_web)->state, "stopped");
    fixture_deinit(&fixture);
}

static void test_records_that_cannot_be_read_change_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_error err = NT_ERROR_INIT;
    static const uint8_t junk[] = {0, 0, 1, 0x86, 0xb2, 0xff, 0xff};
    struct fleet_record record = {
        .topic = NT_TOPIC_SERVER_STATE, .key = fixture_web, .value = {junk, sizeof(junk)}};
    assert_true(fleet_apply(&fixture.fleet, &record, &err) < 0);
    assert_true(err.message[0] != '\0');
    assert_string_equal(fleet_server(&fixture.fleet, fixture_web)->state, "running");
    record.topic = NT_TOPIC_SCENARIOS;
    assert_int_equal(fleet_apply(&fixture.fleet, &record, &err), -ENOENT);
    fixture_deinit(&fixture);
}

static void test_a_tombstone_removes(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_error err = NT_ERROR_INIT;
    struct fleet_record record = {.topic = NT_TOPIC_SERVER_STATE, .key = fixture_web};
    assert_int_equal(fleet_apply(&fixture.fleet, &record, &err), 1);
    assert_null(fleet_server(&fixture.fleet, fixture_web));
    fixture_deinit(&fixture);
}

static void test_what_people_use_and_hosts_give(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct fleet_use ann = fleet_used_by(&fixture.fleet, "ann-id");
    assert_int_equal(ann.servers, 2);
    assert_int_equal(ann.cpu_milli, 1000);
    /* A moving server counts on both hosts, a deleted one nowhere. */
    struct nt_move move = {.id = "m", .from = "host-1", .to = "spare-1", .phase = "copying"};
    struct nt_server_state web = fixture_web_state();
    web.move = &move;
    web.sequence++;
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
    assert_int_equal(fleet_given_on(&fixture.fleet, "host-1").cpu_milli, 1400);
    assert_int_equal(fleet_given_on(&fixture.fleet, "spare-1").cpu_milli, 800);
    web.desired = "deleted";
    web.sequence++;
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
    assert_int_equal(fleet_used_by(&fixture.fleet, "ann-id").servers, 1);
    assert_int_equal(fleet_given_on(&fixture.fleet, "host-1").cpu_milli, 1000);
    fixture_deinit(&fixture);
}

static void test_sessions_end(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_session session = {
        .hash = "h1", .user = "ann-id", .kind = "session", .expires_at_ms = FIXTURE_NOW_MS + 1};
    (void)fixture_put(&fixture, NT_TOPIC_SESSIONS, "h1", &session);
    assert_non_null(fleet_session(&fixture.fleet, "h1", FIXTURE_NOW_MS));
    assert_null(fleet_session(&fixture.fleet, "h1", FIXTURE_NOW_MS + 1));
    assert_null(fleet_session(&fixture.fleet, "h2", FIXTURE_NOW_MS));
    session.revoked = true;
    (void)fixture_put(&fixture, NT_TOPIC_SESSIONS, "h1", &session);
    assert_null(fleet_session(&fixture.fleet, "h1", FIXTURE_NOW_MS));
    session.revoked = false;
    session.user = "gone";
    (void)fixture_put(&fixture, NT_TOPIC_SESSIONS, "h1", &session);
    assert_null(fleet_session(&fixture.fleet, "h1", FIXTURE_NOW_MS));
    fleet_prune(&fixture.fleet, FIXTURE_NOW_MS + FLEET_REMEMBER_MS + 2);
    assert_int_equal(fixture.fleet.sessions.count, 0);
    fixture_deinit(&fixture);
}

static void test_events_of_a_server_are_bounded_oldest_first(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    for (int i = 0; i < FLEET_SERVER_EVENTS + 5; i++) {
        struct nt_server_event event = {
            .server = fixture_web, .kind = "started", .at_ms = FIXTURE_NOW_MS + i};
        assert_int_equal(fixture_put(&fixture, NT_TOPIC_SERVER_EVENTS, fixture_web, &event), 1);
    }
    struct nt_server_event other = {.server = fixture_shell, .kind = "stopped"};
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_EVENTS, fixture_shell, &other);
    assert_int_equal(fixture.fleet.events.count, FLEET_SERVER_EVENTS + 1);
    const struct nt_server_event *oldest = table_at(&fixture.fleet.events, 0);
    assert_int_equal(oldest->at_ms, FIXTURE_NOW_MS + 5);
    fixture_deinit(&fixture);
}

static void test_outcomes_are_forgotten_after_a_day(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_outcome outcome = {.request = "r1", .at_ms = FIXTURE_NOW_MS};
    struct nt_wish wish = {.id = "r1", .at_ms = FIXTURE_NOW_MS};
    (void)fixture_put(&fixture, NT_TOPIC_OUTCOMES, "r1", &outcome);
    (void)fixture_put(&fixture, NT_TOPIC_REQUESTS, "server", &wish);
    fleet_prune(&fixture.fleet, FIXTURE_NOW_MS + FLEET_REMEMBER_MS);
    assert_non_null(table_find(&fixture.fleet.outcomes, "r1"));
    assert_non_null(table_find(&fixture.fleet.wishes, "r1"));
    fleet_prune(&fixture.fleet, FIXTURE_NOW_MS + FLEET_REMEMBER_MS + 1);
    assert_null(table_find(&fixture.fleet.outcomes, "r1"));
    assert_null(table_find(&fixture.fleet.wishes, "r1"));
    fixture_deinit(&fixture);
}

static void test_look_ups(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_true(fleet_has_admin(&fixture.fleet));
    assert_string_equal(fleet_account_by_name(&fixture.fleet, "ann")->user, "ann-id");
    assert_null(fleet_account_by_name(&fixture.fleet, "nobody"));
    assert_int_equal(fleet_revision(&fixture.fleet, fixture_web), 7);
    assert_int_equal(fleet_revision(&fixture.fleet, "host-1"), 3);
    assert_int_equal(fleet_revision(&fixture.fleet, "pool"), 4);
    assert_int_equal(fleet_revision(&fixture.fleet, "nothing"), -1);
    /* The administrator's word about a capacity counts more than what was measured. */
    struct nt_resources less = {.cpu_milli = 1000, .mem_bytes = 1};
    struct nt_host host = {.host = "host-1", .capacity = &less, .revision = 4};
    (void)fixture_put(&fixture, NT_TOPIC_HOSTS, "host-1", &host);
    assert_int_equal(fleet_capacity(&fixture.fleet, "host-1").cpu_milli, 1000);
    assert_int_equal(fleet_capacity(&fixture.fleet, "spare-1").cpu_milli, 4000);
    fixture_deinit(&fixture);
}

static void test_load_time_is_the_pools_clock(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(fleet_load_ms(&fixture.fleet, 5000), 5000);
    struct nt_pool pool = {
        .pool = "pool", .clock = {.load0_ms = 100, .wall0_ms = 1000, .rate = 360}, .revision = 5};
    (void)fixture_put(&fixture, NT_TOPIC_POOL, "pool", &pool);
    assert_int_equal(fleet_load_ms(&fixture.fleet, 2000), 100 + 360 * 1000);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echoes_of_a_replay_are_dropped),
        cmocka_unit_test(test_records_that_cannot_be_read_change_nothing),
        cmocka_unit_test(test_a_tombstone_removes),
        cmocka_unit_test(test_what_people_use_and_hosts_give),
        cmocka_unit_test(test_sessions_end),
        cmocka_unit_test(test_events_of_a_server_are_bounded_oldest_first),
        cmocka_unit_test(test_outcomes_are_forgotten_after_a_day),
        cmocka_unit_test(test_look_ups),
        cmocka_unit_test(test_load_time_is_the_pools_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
