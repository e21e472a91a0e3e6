#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/moves.h>
#include <balancer/state.h>
#include <nt/text.h>

static void begin(struct fixture *f, const char *server, int64_t cutover_at_ms)
{
    moves_begin(&f->context, &f->effects,
                &(struct moves_start){.server = server,
                                      .to = "spare-1",
                                      .request = "",
                                      .cutover_at_ms = cutover_at_ms,
                                      .reason = {.key = "move.asked"}});
}

static const char *phase(struct fixture *f, const char *server)
{
    const struct nt_move *move = fixture_now(f, server)->move;
    return move != NULL ? move->phase : "none";
}

/* The other side of the protocol, played by hand. */
static void source(struct fixture *f, const char *state, const char *step)
{
    fixture_hand(f, "a", "host-1", state, step);
    moves_step(&f->context, &f->effects, "a");
}

static void target(struct fixture *f, const char *state, const char *step)
{
    fixture_hand(f, "a", "spare-1", state, step);
    moves_step(&f->context, &f->effects, "a");
}

static void edge(struct fixture *f)
{
    assert_true(moves_edge_holds(&f->context, &f->effects, "a", fixture_now(f, "a")->move->id, ""));
}

static void setup(struct fixture *f)
{
    fixture_init(f);
    fixture_server(f, "a", "host-1", 1000, GIB);
    state_refresh(&f->context, &f->effects, "a");
}

static void test_whole_way(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    begin(&f, "a", 0);
    assert_string_equal(phase(&f, "a"), "copying");
    assert_string_equal(fixture_word(&f, "a"), "moving");
    source(&f, "running", "serving");
    target(&f, "preparing", "copying");
    assert_string_equal(phase(&f, "a"), "copying");
    target(&f, "preparing", "copied");
    assert_string_equal(phase(&f, "a"), "holding");
    assert_false(moves_edge_holds(&f.context, &f.effects, "a", "another move", ""));
    edge(&f);
    assert_string_equal(phase(&f, "a"), "cutover");
    source(&f, "stopped", "handed-over");
    assert_string_equal(phase(&f, "a"), "cutover");
    /* The edge holds: it must not lose the address while the program is down. */
    assert_string_equal(fleet_state(fleet_find_server(&f.fleet, "a"))->address, "10.0.0.1");
    target(&f, "running", "running");
    assert_string_equal(phase(&f, "a"), "none");

    const struct nt_placement *placement = fixture_now(&f, "a");
    assert_string_equal(placement->host, "spare-1");
    assert_int_equal(placement->moved_at_ms, f.context.load_ms);
    assert_string_equal(fixture_word(&f, "a"), "running");
    const struct nt_move_event *event = fixture_move_event(&f);
    assert_string_equal(event->phase, "done");
    assert_int_equal(event->pause_ms, 480);
    assert_false(fixture_has_event(&f, "started")); /* a move is not a start */
    /* What the hosts say afterwards changes nothing more. */
    fixture_clear(&f);
    source(&f, "stopped", "dropped");
    assert_int_equal(f.effects.count, 0);
    fixture_deinit(&f);
}

static void test_waits_for_its_moment(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    begin(&f, "a", f.context.load_ms + 3600 * 1000);
    target(&f, "preparing", "copied");
    for (int minute = 0; minute < 59; minute++) {
        fixture_advance(&f, 60 * 1000);
        moves_tick(&f.context, &f.effects, 60 * 1000);
        assert_string_equal(phase(&f, "a"), "copying"); /* waiting is not a stall */
    }
    fixture_advance(&f, 60 * 1000);
    moves_tick(&f.context, &f.effects, 60 * 1000);
    assert_string_equal(phase(&f, "a"), "holding");
    fixture_deinit(&f);
}

enum happening {
    NOTHING,
    COPIED,
    EDGE,
    HANDED_OVER,
    TARGET_RUNS,
    REFUSED,
    DROPPED,
    SOURCE_AWAY,
    TARGET_AWAY,
    TARGET_CORDONED,
    TEN_MINUTES,
    TEN_MINUTES_BLIND,
    EIGHT_SECONDS,
    TWELVE_SECONDS,
};

static void happen(struct fixture *f, enum happening what)
{
    struct nt_wish wish;
    int64_t seconds = 0;
    switch (what) {
    case NOTHING:
        break;
    case COPIED:
        target(f, "preparing", "copied");
        break;
    case EDGE:
        edge(f);
        break;
    case HANDED_OVER:
        source(f, "stopped", "handed-over");
        break;
    case TARGET_RUNS:
        target(f, "running", "running");
        break;
    case REFUSED:
        target(f, "absent", "refused");
        break;
    case DROPPED:
        target(f, "absent", "dropped");
        break;
    case SOURCE_AWAY:
        fleet_find_host(&f->fleet, "host-1")->reach = FLEET_UNREACHABLE;
        moves_tick(&f->context, &f->effects, 1000);
        break;
    case TARGET_AWAY:
        fleet_find_host(&f->fleet, "spare-1")->reach = FLEET_UNREACHABLE;
        moves_tick(&f->context, &f->effects, 1000);
        break;
    case TARGET_CORDONED:
        wish = fixture_wish(f, "cordon", NULL);
        wish.admin = true;
        wish.host = "spare-1";
        wish.word = "on";
        assert_true(fixture_decide(f, &wish)->accepted);
        break;
    case TEN_MINUTES:
        seconds = 600;
        break;
    case TEN_MINUTES_BLIND:
        f->context.is_current = false;
        seconds = 600;
        break;
    case EIGHT_SECONDS:
        seconds = 8;
        break;
    case TWELVE_SECONDS:
        seconds = 12;
        break;
    }
    for (int64_t i = 0; i < seconds; i++) {
        fixture_advance(f, 1000);
        moves_tick(&f->context, &f->effects, 1000);
    }
}

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum happening happenings[8];
        const char *phase; /* none: over */
        const char *host;
        const char *last_event;
        const char *reason;
    } cases[] = {
        {"copy stalls", {TEN_MINUTES}, "none", "host-1", "aborted", "move.aborted-stalled"},
        {"we were blind", {TEN_MINUTES_BLIND}, "copying", "host-1", "copying", "move.asked"},
        {"target refuses", {REFUSED}, "none", "host-1", "aborted", "move.aborted-refused"},
        {"target throws it away", {DROPPED}, "none", "host-1", "aborted", "move.aborted-refused"},
        {"source away", {SOURCE_AWAY}, "none", "host-1", "aborted", "move.aborted-source-away"},
        {"target away", {TARGET_AWAY}, "none", "host-1", "aborted", "move.aborted-target-away"},
        {"target cordoned",
         {TARGET_CORDONED},
         "none",
         "host-1",
         "aborted",
         "move.aborted-target-away"},
        {"edge is silent",
         {COPIED, EIGHT_SECONDS},
         "none",
         "host-1",
         "aborted",
         "move.aborted-edge"},
        {"target away while holding",
         {COPIED, TARGET_AWAY},
         "none",
         "host-1",
         "aborted",
         "move.aborted-target-away"},
        {"late, then refused",
         {COPIED, EDGE, TWELVE_SECONDS, REFUSED},
         "none",
         "host-1",
         "aborted",
         "move.aborted-refused"},
        {"late: recalled",
         {COPIED, EDGE, TWELVE_SECONDS},
         "recalled",
         "host-1",
         "recalled",
         "move.recalled-late"},
        {"late, but it runs there",
         {COPIED, EDGE, TWELVE_SECONDS, TARGET_RUNS},
         "none",
         "spare-1",
         "done",
         "move.asked"},
        {"lost in cutover",
         {COPIED, EDGE, TARGET_AWAY},
         "recalled",
         "host-1",
         "recalled",
         "move.recalled-away"},
        {"lost, and back running",
         {COPIED, EDGE, HANDED_OVER, TARGET_AWAY, TARGET_RUNS},
         "none",
         "spare-1",
         "done",
         "move.asked"},
        {"recalled waits for ever",
         {COPIED, EDGE, TWELVE_SECONDS, TEN_MINUTES},
         "recalled",
         "host-1",
         "recalled",
         "move.recalled-late"},
        {"cordoned in cutover: goes on",
         {COPIED, EDGE, TARGET_CORDONED},
         "cutover",
         "host-1",
         "cutover",
         "move.asked"},
        {"cordoned in cutover, done",
         {COPIED, EDGE, TARGET_CORDONED, TARGET_RUNS},
         "none",
         "spare-1",
         "done",
         "move.asked"},
        {"refused in cutover",
         {COPIED, EDGE, REFUSED},
         "none",
         "host-1",
         "aborted",
         "move.aborted-refused"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        setup(&f);
        begin(&f, "a", 0);
        for (size_t j = 0; j < NT_COUNT(cases[i].happenings); j++)
            happen(&f, cases[i].happenings[j]);
        const struct nt_move_event *event = fixture_move_event(&f);
        if (!nt_text_is(phase(&f, "a"), cases[i].phase) ||
            !nt_text_is(fixture_now(&f, "a")->host, cases[i].host) ||
            !nt_text_is(event->phase, cases[i].last_event) ||
            !nt_text_is(event->reason.key, cases[i].reason))
            fail_msg("%s: phase %s on %s, event %s because %s", cases[i].name, phase(&f, "a"),
                     fixture_now(&f, "a")->host, event->phase, event->reason.key);
        fixture_deinit(&f);
    }
}

/* What was said of an earlier move does not count for this one. */
static void test_old_hands_do_not_count(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    begin(&f, "a", 0);
    target(&f, "absent", "refused");
    assert_string_equal(phase(&f, "a"), "none");
    begin(&f, "a", 0); /* the target's last word is still refused, of the first move */
    moves_step(&f.context, &f.effects, "a");
    assert_string_equal(phase(&f, "a"), "copying");
    fixture_deinit(&f);
}

/* Deleted in cutover: whoever holds the server when it is over carries it out. */
static void test_deleted_on_the_way(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    begin(&f, "a", 0);
    happen(&f, COPIED);
    happen(&f, EDGE);
    struct nt_wish wish = fixture_wish(&f, "delete", "a");
    assert_true(fixture_decide(&f, &wish)->accepted);
    assert_string_equal(phase(&f, "a"), "cutover");
    assert_string_equal(fixture_word(&f, "a"), "deleting");
    happen(&f, TARGET_RUNS);
    assert_string_equal(phase(&f, "a"), "none");
    assert_string_equal(fixture_now(&f, "a")->host, "spare-1");
    assert_string_equal(fixture_now(&f, "a")->desired, "deleted");
    fixture_deinit(&f);
}

static void test_budget_counts(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    assert_int_equal(moves_in_last_hour(&f.context), 0);
    begin(&f, "a", 0);
    assert_int_equal(moves_in_last_hour(&f.context), 1);
    happen(&f, COPIED);
    happen(&f, EDGE);
    happen(&f, TARGET_RUNS);
    assert_int_equal(moves_in_last_hour(&f.context), 1);
    fixture_advance(&f, 3600 * 1000);
    assert_int_equal(moves_in_last_hour(&f.context), 0);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_way),
        cmocka_unit_test(test_waits_for_its_moment),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_old_hands_do_not_count),
        cmocka_unit_test(test_deleted_on_the_way),
        cmocka_unit_test(test_budget_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
