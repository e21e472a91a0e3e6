#include "fixture.h"

#include <api/timeline.h>
#include <nt_cmocka.h>
#include <string.h>

static void put_event(struct fixture *fixture, const char *server, const char *owner,
                      const char *kind, int64_t at_ms)
{
    struct nt_server_event event = {
        .server = server, .owner = owner, .name = server, .kind = kind, .at_ms = at_ms};
    (void)fixture_put(fixture, NT_TOPIC_SERVER_EVENTS, server, &event);
}

static int64_t time_of(const struct table_row *row)
{
    return ((const struct nt_server_event *)row->value)->at_ms;
}

static void test_events_of_all_servers_come_newest_first(void **state)
{
    (void)state;
    static const int64_t order[] = {5, 1, 9, 3, 7, 2, 8, 6, 4};
    struct fixture fixture;
    fixture_init(&fixture);
    for (size_t i = 0; i < NT_COUNT(order); i++)
        put_event(&fixture, i % 2 == 0 ? "a" : "b", i % 2 == 0 ? "ann-id" : "bob-id", "started",
                  FIXTURE_NOW_MS + order[i]);
    const struct table_row *rows[9];
    struct timeline_ask ask = {0};
    assert_int_equal(timeline_newest(&fixture.fleet, &ask, rows, 3), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(time_of(rows[i]) - FIXTURE_NOW_MS, 9 - (int64_t)i);

    char mark[TIMELINE_KEY];
    timeline_mark(rows[2], mark);
    ask.mark = mark;
    assert_int_equal(timeline_newest(&fixture.fleet, &ask, rows, 9), 6);
    assert_int_equal(time_of(rows[0]) - FIXTURE_NOW_MS, 6);
    assert_int_equal(time_of(rows[5]) - FIXTURE_NOW_MS, 1);

    ask = (struct timeline_ask){.owner = "bob-id"};
    assert_int_equal(timeline_newest(&fixture.fleet, &ask, rows, 9), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(((const struct nt_server_event *)rows[i]->value)->owner, "bob-id");
    ask = (struct timeline_ask){.since_ms = FIXTURE_NOW_MS + 8};
    assert_int_equal(timeline_newest(&fixture.fleet, &ask, rows, 9), 2);
    ask = (struct timeline_ask){.kind = "stopped"};
    assert_int_equal(timeline_newest(&fixture.fleet, &ask, rows, 9), 0);
    fixture_deinit(&fixture);
}

static void test_what_may_be_lost_is_known(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    put_event(&fixture, "a", "ann-id", "started", FIXTURE_NOW_MS);
    assert_int_equal(timeline_gap_ms(&fixture.fleet, NULL, 1000, 500), 1000);
    assert_int_equal(timeline_gap_ms(&fixture.fleet, NULL, 1000, 2000), 2000);
    /* One server had more than are kept: its first are gone, for its owner and administrators. */
    for (int64_t i = 0; i < FLEET_SERVER_EVENTS + 5; i++)
        put_event(&fixture, "b", "bob-id", "started", FIXTURE_NOW_MS + i);
    assert_int_equal(timeline_gap_ms(&fixture.fleet, NULL, 1000, 500), FIXTURE_NOW_MS + 5);
    assert_int_equal(timeline_gap_ms(&fixture.fleet, "bob-id", 1000, 500), FIXTURE_NOW_MS + 5);
    assert_int_equal(timeline_gap_ms(&fixture.fleet, "ann-id", 1000, 500), 1000);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_of_all_servers_come_newest_first),
        cmocka_unit_test(test_what_may_be_lost_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
