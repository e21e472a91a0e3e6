#include "fixture.h"

#include <api/holds.h>
#include <nt_cmocka.h>

static void put_phase(struct fixture *fixture, const char *move_id, const char *phase)
{
    static int64_t sequence = 100;
    struct nt_move move = {.id = move_id, .from = "host-1", .to = "spare-1", .phase = phase};
    struct nt_server_state web = fixture_web_state();
    web.move = phase == NULL ? NULL : &move;
    web.sequence = sequence++;
    (void)fixture_put(fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
}

static void test_it_is_said_once_when_nothing_is_in_flight(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct holds holds = {0};
    put_phase(&fixture, "m1", "copying");
    holds_follow(&holds, &fixture.fleet.servers);
    assert_int_equal(holds.count, 0);

    put_phase(&fixture, "m1", "holding");
    holds_follow(&holds, &fixture.fleet.servers);
    holds_follow(&holds, &fixture.fleet.servers);
    assert_int_equal(holds.count, 1);
    struct hold *hold = holds_find(&holds, "m1");
    assert_int_equal(hold_next(hold, 0, 1000), HOLD_WAIT); /* the edge was not told yet */
    holds_applied(&holds, 1000);
    assert_int_equal(hold_next(hold, -1, 1000), HOLD_ASK);
    assert_int_equal(hold_next(hold, 3, 1100), HOLD_ASK);
    assert_int_equal(hold_next(hold, 0, 1200), HOLD_SAY);
    hold->is_said = true;
    assert_int_equal(hold_next(hold, 0, 1300), HOLD_WAIT);

    put_phase(&fixture, "m1", "cutover");
    holds_follow(&holds, &fixture.fleet.servers);
    assert_int_equal(holds.count, 0);
    holds_deinit(&holds);
    fixture_deinit(&fixture);
}

static void test_streams_get_five_seconds(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct holds holds = {0};
    put_phase(&fixture, "m1", "holding");
    holds_follow(&holds, &fixture.fleet.servers);
    holds_applied(&holds, 1000);
    holds_applied(&holds, 4000); /* a later write does not begin the time anew */
    struct hold *hold = holds_find(&holds, "m1");
    assert_int_equal(hold_next(hold, 1, 5999), HOLD_ASK);
    assert_int_equal(hold_next(hold, 1, 6000), HOLD_SAY);
    assert_int_equal(hold_next(hold, -1, 6000), HOLD_SAY);
    holds_deinit(&holds);
    fixture_deinit(&fixture);
}

static void test_another_move_of_the_server_begins_anew(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct holds holds = {0};
    put_phase(&fixture, "m1", "holding");
    holds_follow(&holds, &fixture.fleet.servers);
    holds_applied(&holds, 1000);
    put_phase(&fixture, "m2", "holding");
    holds_follow(&holds, &fixture.fleet.servers);
    assert_null(holds_find(&holds, "m1"));
    assert_int_equal(hold_next(holds_find(&holds, "m2"), 0, 9000), HOLD_WAIT);
    holds_deinit(&holds);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_said_once_when_nothing_is_in_flight),
        cmocka_unit_test(test_streams_get_five_seconds),
        cmocka_unit_test(test_another_move_of_the_server_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
