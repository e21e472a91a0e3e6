#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/moves.h>
#include <balancer/plan.h>
#include <balancer/requests.h>
#include <balancer/state.h>
#include <nt/text.h>

#include <stdio.h>
#include <string.h>

/*
 * Hundreds of random wishes and observations, the same in every run of a seed. Whatever they are:
 * one outcome a request, no host given away beyond its capacity, no name twice, at most one move a
 * person, and sums that agree with the placements.
 */
enum { SEEDS = 12, STEPS = 800, NAMES = 24 };

static uint64_t state_of_random;
static int created, moved, aborted; /* or the test would prove nothing */

static uint32_t any(uint32_t below)
{
    state_of_random = state_of_random * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state_of_random >> 33) % below;
}

static const char *name_of(struct fixture *f, uint32_t which)
{
    return nt_arena_printf(&f->arena, "%s-%u", which % 2 ? "bob" : "ann", which);
}

static void wish_anything(struct fixture *f)
{
    static const char *const ops[] = {"create", "create",  "create", "resize",      "start",
                                      "stop",   "restart", "delete", "move",        "move",
                                      "pin",    "stay",    "defer",  "edge-holding"};
    static struct nt_service ssh = {"ssh", 22, "ssh"};
    const char *name = name_of(f, any(NAMES));
    struct nt_spec spec = {.template = "web",
                           .image = "web:1",
                           .image_digest = "",
                           .size = "small",
                           .services = &ssh,
                           .services_count = 1,
                           .restart = any(2) ? "safe" : "ask",
                           .minimum = {.cpu_milli = 50, .mem_bytes = 32 * MIB}};
    struct nt_resources asked = {.cpu_milli = 100 + any(3000), .mem_bytes = (64 + any(4000)) * MIB};
    struct nt_wish wish = fixture_wish(f, ops[any(NT_COUNT(ops))], name);
    wish.actor = nt_text_starts(name, "bob") ? "bob" : "ann";
    wish.name = name;
    wish.spec = &spec;
    wish.requested = &asked;
    wish.word = any(3) ? "off" : "on";
    if (nt_text_is(wish.op, "create"))
        wish.server = nt_arena_printf(&f->arena, "%s.%d", name, f->ids);
    const struct nt_placement *placement = NULL;
    FLEET_EACH_SERVER(&f->fleet, server)
    {
        const struct nt_placement *one = fleet_placement(server);
        if (fleet_is_living(one) && nt_text_is(one->name, name))
            placement = one;
    }
    if (placement != NULL && !nt_text_is(wish.op, "create")) {
        wish.server = placement->server;
        wish.move = placement->move != NULL ? placement->move->id : NULL;
    }
    requests_decide(&f->context, &f->outcomes, &wish, &f->effects);
    assert_int_equal(fixture_count(f, NT_TOPIC_OUTCOMES), 1);
    created += nt_text_is(wish.op, "create") && fixture_outcome(f)->accepted;
}

static void move_on(struct fixture *f, const char *id, const struct nt_move *move)
{
    static const char *const steps[] = {"copying", "copied",  "copied",
                                        "running", "running", "refused"};
    const char *step = steps[any(NT_COUNT(steps))];
    if (nt_text_is(move->phase, "holding")) {
        (void)moves_edge_holds(&f->context, &f->effects, id, move->id, "");
        return;
    }
    if (nt_text_is(step, "running") && nt_text_is(move->phase, "copying"))
        step = "copied"; /* no target starts before it may */
    fixture_hand(f, id, nt_arena_text(&f->arena, move->to),
                 nt_text_is(step, "running") ? "running" : "preparing", step);
}

static void observe_anything(struct fixture *f)
{
    uint32_t skip = any(NAMES); /* who is heard; those that move more often */
    FLEET_EACH_SERVER(&f->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL || (skip-- != 0 && (placement->move == NULL || any(2))))
            continue;
        const char *id = nt_arena_text(&f->arena, server->id);
        if (placement->move != NULL) {
            move_on(f, id, placement->move);
        } else {
            const struct nt_observed observed =
                fixture_observed(f, id, nt_arena_text(&f->arena, placement->host),
                                 nt_text_is(placement->desired, "running") ? "running" : "stopped");
            fixture_observe(f, &observed);
        }
        state_refresh(&f->context, &f->effects, id);
        moves_step(&f->context, &f->effects, id);
        return;
    }
}

/* --- what must always hold -----------------------------------------------------------------------
 */

static void check_host(struct fixture *f, const struct fleet_host *host)
{
    struct nt_resources sum = {0};
    int arriving = 0;
    bool took_moves = false;
    FLEET_EACH_SERVER(&f->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement))
            continue;
        const bool arrives = placement->move != NULL && nt_text_is(placement->move->to, host->id);
        arriving += arrives;
        if (!nt_text_is(placement->host, host->id) && !arrives)
            continue;
        took_moves |= arrives || placement->moved_at_ms > 0;
        sum.cpu_milli += placement->granted.cpu_milli;
        sum.mem_bytes += placement->granted.mem_bytes;
    }
    assert_int_equal(sum.cpu_milli, host->granted.cpu_milli);
    assert_int_equal(sum.mem_bytes, host->granted.mem_bytes);
    assert_int_equal(arriving, host->arriving_count);
    assert_true(arriving <= 2);
    assert_true(sum.mem_bytes <= fleet_capacity(host)->mem_bytes);
    if (!took_moves) /* a move may crowd a host's CPU, never its memory */
        assert_true(sum.cpu_milli <= fleet_capacity(host)->cpu_milli);
}

static void check_servers(struct fixture *f)
{
    int moving[2] = {0};
    FLEET_EACH_SERVER(&f->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement))
            continue;
        const struct nt_resources *granted = &placement->granted;
        assert_true(granted->cpu_milli <= placement->requested.cpu_milli);
        assert_true(granted->mem_bytes <= placement->requested.mem_bytes);
        assert_true(granted->cpu_milli >= placement->spec.minimum.cpu_milli);
        assert_non_null(fleet_state(server));
        assert_int_equal(fleet_state(server)->revision, placement->revision);
        if (placement->move != NULL)
            moving[nt_text_is(placement->owner, "bob")]++;
        FLEET_EACH_SERVER(&f->fleet, other)
        {
            const struct nt_placement *theirs = fleet_placement(other);
            if (other != server && fleet_is_living(theirs))
                assert_string_not_equal(theirs->name, placement->name);
        }
    }
    assert_true(moving[0] <= 1 && moving[1] <= 1);
}

static void test_anything(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct fixture f;
        fixture_init(&f);
        fixture_host(&f, "host-2", "active", 8000, 16 * GIB);
        state_of_random = seed;
        for (int step = 0; step < STEPS; step++) {
            fixture_advance(&f, any(20) == 0 ? 3600 * 1000 : 1000);
            if (any(2))
                wish_anything(&f);
            else
                observe_anything(&f);
            moves_tick(&f.context, &f.effects, 1000);
            FLEET_EACH_HOST(&f.fleet, host)
            {
                check_host(&f, host);
            }
            check_servers(&f);
            if (fixture_count(&f, NT_TOPIC_MOVE_EVENTS) > 0) {
                moved += nt_text_is(fixture_move_event(&f)->phase, "done");
                aborted += nt_text_is(fixture_move_event(&f)->phase, "aborted");
            }
            fixture_clear(&f);
        }
        fixture_deinit(&f);
    }
    if (created < 100 || moved < 10 || aborted < 10)
        fail_msg("%d created, %d moved, %d aborted", created, moved, aborted);
}

/* What a leader wrote is all that the next one needs: reading it back gives the same fleet. */
static void test_replay(void **state)
{
    (void)state;
    struct fixture f, second;
    fixture_init(&f);
    fixture_init(&second);
    state_of_random = 99;
    for (int step = 0; step < STEPS; step++) {
        fixture_advance(&f, 1000);
        if (any(2))
            wish_anything(&f);
        else
            observe_anything(&f);
        moves_tick(&f.context, &f.effects, 1000);
        for (size_t i = 0; i < f.effects.count; i++) {
            const struct effect *effect = &f.effects.items[i];
            struct nt_error err = NT_ERROR_INIT;
            if (effect->topic == NT_TOPIC_PLACEMENTS || effect->topic == NT_TOPIC_SERVER_STATE ||
                effect->topic == NT_TOPIC_HOSTS || effect->topic == NT_TOPIC_PLANS)
                assert_int_equal(
                    fleet_read(&second.fleet, effect->topic, effect->key, effect->value, &err), 0);
        }
        fixture_clear(&f);
    }
    int count = 0;
    FLEET_EACH_SERVER(&f.fleet, server)
    {
        const struct fleet_server *same = fleet_find_server(&second.fleet, server->id);
        assert_non_null(same);
        assert_true(nt_placement_is_equal(fleet_placement(server), fleet_placement(same)));
        assert_true(nt_server_state_is_equal(fleet_state(server), fleet_state(same)));
        count++;
    }
    assert_true(count > 20);
    assert_int_equal(fleet_find_host(&f.fleet, "host-1")->granted.mem_bytes,
                     fleet_find_host(&second.fleet, "host-1")->granted.mem_bytes);
    fixture_deinit(&second);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_anything),
                                       cmocka_unit_test(test_replay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
