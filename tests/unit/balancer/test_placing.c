#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/placing.h>
#include <balancer/ports.h>

static const struct nt_resources MINIMUM = {.cpu_milli = 100, .mem_bytes = 64 * MIB};
static const struct nt_resources MEDIUM = {.cpu_milli = 1000, .mem_bytes = GIB};

static void test_constraints(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *role;
        bool cordon, drain, quarantined, silent;
        bool fits;
    } cases[] = {
        {"open", "active", false, false, false, false, true},
        {"spare hosts take moves only", "spare", false, false, false, false, false},
        {"cordoned", "active", true, false, false, false, false},
        {"draining", "active", false, true, false, false, false},
        {"quarantined", "active", false, false, true, false, false},
        {"unreachable", "active", false, false, false, true, false},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        const struct nt_host host = {.host = "host-1",
                                     .role = cases[i].role,
                                     .cordon = cases[i].cordon,
                                     .drain = cases[i].drain,
                                     .quarantined = cases[i].quarantined,
                                     .engine = "",
                                     .revision = 2};
        effects_host(&f.effects, &host);
        if (cases[i].silent)
            fleet_find_host(&f.fleet, "host-1")->reach = FLEET_UNREACHABLE;
        const struct placing placing = placing_new(&f.context, &MEDIUM, &MINIMUM, "web", NULL);
        if ((placing.host != NULL) != cases[i].fits)
            fail_msg("%s", cases[i].name);
        fixture_deinit(&f);
    }
}

static void test_lowest_peak(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_host(&f, "host-2", "active", 4000, 8 * GIB);
    /* host-1 is granted less, but its tide is higher. */
    fixture_server(&f, "a", "host-1", 1000, GIB);
    fixture_server(&f, "b", "host-2", 2000, GIB);
    struct placing placing = placing_new(&f.context, &MEDIUM, &MINIMUM, "web", NULL);
    assert_string_equal(placing.host->id, "host-1"); /* no forecast: the granted share decides */
    fixture_forecast(&f, "a", 200, 1000, 50, 60);
    fixture_forecast(&f, "b", 100, 300, 50, 60);
    placing = placing_new(&f.context, &MEDIUM, &MINIMUM, "web", NULL);
    assert_string_equal(placing.host->id, "host-2");
    fixture_deinit(&f);
}

static void test_whole_before_reduced(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_host(&f, "host-2", "active", 4000, 8 * GIB);
    fixture_server(&f, "a", "host-1", 3000, GIB);
    fixture_forecast(&f, "a", 0, 0, 0, 0);
    fixture_server(&f, "b", "host-2", 1000, GIB);
    fixture_forecast(&f, "b", 900, 900, 0, 0);
    const struct placing placing = placing_new(&f.context, &MEDIUM, &MINIMUM, "web", NULL);
    assert_string_equal(placing.host->id, "host-2");
    assert_int_equal(placing.allotment.fit, ALLOTMENT_FULL);
    fixture_deinit(&f);
}

static void test_largest(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 3000, 8 * GIB - 512 * MIB);
    const struct nt_resources minimum = {.cpu_milli = 100, .mem_bytes = 300 * MIB};
    const struct nt_resources asked = {.cpu_milli = 2000, .mem_bytes = 4 * GIB};
    const struct placing placing = placing_new(&f.context, &asked, &minimum, "web", NULL);
    assert_null(placing.host);
    assert_int_equal(placing.largest.cpu_milli, 1000);
    assert_int_equal(placing.largest.mem_bytes, 512 * MIB);
    fixture_deinit(&f);
}

static void test_moving_counts_on_both(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
    struct nt_move move = {
        .id = "m", .from = "host-1", .to = "spare-1", .phase = "copying", .why = "move.asked"};
    placement.move = &move;
    fixture_put(&f, &placement);
    assert_int_equal(fleet_find_host(&f.fleet, "host-1")->granted.cpu_milli, 1000);
    assert_int_equal(fleet_find_host(&f.fleet, "spare-1")->granted.cpu_milli, 1000);
    assert_int_equal(fleet_find_host(&f.fleet, "spare-1")->arriving_count, 1);
    placement.move = NULL;
    placement.host = "spare-1";
    placement.revision++;
    fixture_put(&f, &placement);
    assert_int_equal(fleet_find_host(&f.fleet, "host-1")->granted.cpu_milli, 0);
    assert_int_equal(fleet_find_host(&f.fleet, "spare-1")->granted.cpu_milli, 1000);
    assert_int_equal(fleet_find_host(&f.fleet, "spare-1")->arriving_count, 0);
    placement.revision++;
    placement.desired = "deleted";
    fixture_put(&f, &placement);
    assert_int_equal(fleet_find_host(&f.fleet, "spare-1")->granted.cpu_milli, 0);
    fixture_deinit(&f);
}

static void test_older_revision_changes_nothing(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
    placement.revision = 5;
    fixture_put(&f, &placement);
    placement.revision = 4;
    placement.title = "older";
    fixture_put(&f, &placement);
    assert_string_equal(fixture_now(&f, "a")->title, "a");
    fixture_deinit(&f);
}

static void test_bad_records(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct nt_error err = NT_ERROR_INIT;
    const uint8_t junk[] = {0, 0, 1, 2, 3, 4};
    const struct nt_span bytes = {.data = junk, .len = sizeof(junk)};
    assert_true(fleet_read(&f.fleet, NT_TOPIC_PLACEMENTS, "x", bytes, &err) < 0);
    assert_true(fleet_read(&f.fleet, NT_TOPIC_OBSERVED, "no-slash", bytes, &err) < 0);
    assert_true(fleet_read(&f.fleet, NT_TOPIC_OBSERVED, "a/b", bytes, &err) < 0);
    assert_true(fleet_read(&f.fleet, NT_TOPIC_SCENARIOS, "a/cpu", bytes, &err) < 0);
    assert_null(fleet_find_server(&f.fleet, "x"));
    assert_null(fleet_find_server(&f.fleet, "a"));
    fixture_deinit(&f);
}

static void test_ports(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.policy.edge_port_first = 100;
    f.policy.edge_port_last = 102;
    struct nt_service services[] = {{"web", 80, "http"}, {"ssh", 22, "ssh"}, {"db", 5432, "tcp"}};
    struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
    placement.spec.services = services;
    placement.spec.services_count = 3;
    struct nt_edge_port *ports = NULL;
    assert_int_equal(ports_allocate(&f.context, &placement.spec, &f.arena, &ports), 2);
    assert_string_equal(ports[0].service, "ssh");
    assert_int_equal(ports[0].port, 100);
    assert_int_equal(ports[1].port, 101);

    placement.edge_ports = ports;
    placement.edge_ports_count = 2;
    fixture_put(&f, &placement);
    assert_int_equal(ports_allocate(&f.context, &placement.spec, &f.arena, &ports), -ENOSPC);
    /* Kept a day after the deletion, then free. */
    placement.revision++;
    placement.desired = "deleted";
    placement.deleted_at_ms = f.context.wall_ms;
    fixture_put(&f, &placement);
    assert_int_equal(ports_allocate(&f.context, &placement.spec, &f.arena, &ports), -ENOSPC);
    fixture_advance(&f, 24 * 3600 * 1000);
    assert_int_equal(ports_allocate(&f.context, &placement.spec, &f.arena, &ports), 2);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_lowest_peak),
        cmocka_unit_test(test_whole_before_reduced),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_moving_counts_on_both),
        cmocka_unit_test(test_older_revision_changes_nothing),
        cmocka_unit_test(test_bad_records),
        cmocka_unit_test(test_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
