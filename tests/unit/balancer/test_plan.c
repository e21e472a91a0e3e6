#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/moves.h>
#include <balancer/plan.h>
#include <balancer/scenario.h>
#include <nt/text.h>

#include <string.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

/* host-1 of 4 cores runs big (1.8 cores in the window, quiet in slots 40 to 50) and small (1 core),
 * with steady under both: 3.8 cores from slot 120 (ten hours from now) to 144. */
static void put_tide(struct fixture *f)
{
    fixture_server(f, "big", "host-1", 2000, GIB);
    fixture_server(f, "small", "host-1", 1000, GIB);
    fixture_server(f, "steady", "host-1", 1000, GIB);
    fixture_forecast(f, "big", 300, 1800, 120, 144);
    fixture_forecast(f, "small", 200, 1000, 120, 144);
    fixture_forecast(f, "steady", 1000, 1000, 0, 0);
    fixture_server(f, "bob-idle", "spare-1", 500, GIB);
    fixture_forecast(f, "bob-idle", 50, 50, 0, 0);
}

static void setup(struct fixture *f)
{
    fixture_init(f);
    /* bob's server would go home to host-1 if it could. */
    put_tide(f);
    struct nt_placement placement = *fixture_now(f, "bob-idle");
    placement.never_move = true;
    placement.revision++;
    fixture_put(f, &placement);
}

static void tick(struct fixture *f)
{
    plan_tick(&f->context, &f->effects, &planner_packing);
}

static void due(struct fixture *f)
{
    plan_start_due(&f->context, &f->effects);
}

static const struct nt_alternative *rejected(const struct nt_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->rejected_count; i++)
        if (nt_text_is(plan->rejected[i].name, name))
            return &plan->rejected[i];
    fail_msg("%s was not rejected", name);
    return NULL;
}

static void change(struct fixture *f, const char *server, void (*how)(struct nt_placement *))
{
    struct nt_placement placement = *fixture_now(f, server);
    how(&placement);
    placement.revision++;
    fixture_put(f, &placement);
    const struct nt_observed observed = fixture_observed(f, server, placement.host, "running");
    fixture_observe(f, &observed);
}

/* Ways to change a placement. */

static void pin(struct nt_placement *placement)
{
    placement->pinned_host = "host-1";
}

static void never(struct nt_placement *placement)
{
    placement->spec.restart = "never";
}

static void never_move(struct nt_placement *placement)
{
    placement->never_move = true;
}

static void moved_lately(struct nt_placement *placement)
{
    placement->moved_at_ms = FIXTURE_WALL - HOUR + 10 * HOUR;
}

static void owner_said_no(struct nt_placement *placement)
{
    placement->not_before_ms = FIXTURE_WALL + 24 * HOUR;
}

static void ask(struct nt_placement *placement)
{
    placement->spec.restart = "ask";
}

static void test_window_is_avoided(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->state, "suggested");
    assert_string_equal(plan->host, "host-1");
    assert_string_equal(plan->reason.key, "plan.window");
    assert_string_equal(plan->window.resource, "cpu");
    assert_int_equal(plan->window.from_ms, f.context.load_ms + 120 * SCENARIO_SLOT_MS);
    assert_int_equal(plan->window.to_ms, f.context.load_ms + 144 * SCENARIO_SLOT_MS);
    assert_true(plan->window.peak_pct > 94 && plan->window.peak_pct < 96);
    assert_string_equal(plan->window.contributors[0].server, "big");

    /* One move is enough; both would clear it and cost the same, so the emptier target decides. */
    assert_int_equal(plan->moves_count, 1);
    const struct nt_planned_move *move = &plan->moves[0];
    assert_string_equal(move->to, "spare-1");
    assert_string_equal(move->state, "planned");
    assert_string_equal(move->reason.key, "move.window");
    assert_true(move->cutover_at_ms >= f.context.load_ms + 15 * MINUTE);
    assert_true(move->cutover_at_ms <= plan->window.from_ms - HOUR);
    assert_int_equal(move->bytes, 10 * MIB);
    assert_true(move->pause_ms > 0 && move->pause_ms < 5000);
    assert_int_equal(plan->rejected_count, 2);

    /* Curves of both hosts, 15 minutes a point. */
    assert_int_equal(plan->curves_count, 2);
    assert_int_equal(plan->curves[0].without_pct_count, 96);
    assert_int_equal(plan->curve_step_ms, 15 * MINUTE);
    assert_true(plan->curves[0].without_pct[42] > 94);
    assert_true(plan->curves[0].with_pct[42] < 90);
    assert_true(plan->curves[1].with_pct[42] > plan->curves[1].without_pct[42]);

    /* The owner is told. */
    assert_string_equal(fixture_move_event(&f)->phase, "planned");
    /* Nothing changed: the plan is kept, and not written again. */
    fixture_clear(&f);
    fixture_advance(&f, 5 * MINUTE);
    tick(&f);
    assert_int_equal(f.effects.count, 0);
    fixture_deinit(&f);
}

/* The only other host would be overloaded just the same. */
static void test_no_useful_move(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 4000, GIB);
    fixture_forecast(&f, "a", 500, 3900, 120, 144);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->state, "no-useful-move");
    assert_string_equal(plan->reason.key, "plan.no-move");
    assert_int_equal(plan->moves_count, 0);
    assert_string_equal(rejected(plan, "a")->reason.key, "reject.target-over");
    /* Said once, not every five minutes. */
    fixture_clear(&f);
    fixture_advance(&f, 5 * MINUTE);
    tick(&f);
    assert_int_equal(fixture_count(&f, NT_TOPIC_PLANS), 0);
    fixture_deinit(&f);
}

/* Two hosts need the one spare at the same hour, and it has room for one server: the second plan
 * knows what the first has taken. */
static void test_two_windows_one_spare(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"big-1", "steady-1"}, {"big-2", "steady-2"}};
    struct fixture f;
    fixture_init(&f);
    fixture_host(&f, "host-2", "active", 4000, 8 * GIB);
    for (int i = 0; i < 2; i++) {
        const char *host = i == 0 ? "host-1" : "host-2";
        fixture_server(&f, names[i][0], host, 2000, GIB);
        fixture_server(&f, names[i][1], host, 2000, GIB);
        fixture_forecast(&f, names[i][0], 100, 1900, 120, 144);
        fixture_forecast(&f, names[i][1], 1900, 1900, 0, 0);
        change(&f, names[i][1], pin);
    }
    tick(&f);
    int moves = 0, none = 0;
    FLEET_EACH_PLAN(&f.fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        moves += (int)plan->moves_count;
        none += nt_text_is(plan->state, "no-useful-move");
        if (plan->moves_count > 0)
            assert_string_equal(plan->moves[0].to, "spare-1");
    }
    assert_int_equal(moves, 1);
    assert_int_equal(none, 1);
    fixture_deinit(&f);
}

/* Old scenarios are none; without any, nothing is planned, and what is planned is dropped. */
static void test_stale_forecasts(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    tick(&f);
    assert_string_equal(fixture_plan(&f)->state, "suggested");
    fixture_clear(&f);
    fixture_advance(&f, SCENARIO_STALE_MS + MINUTE);
    tick(&f);
    assert_string_equal(fixture_plan(&f)->state, "superseded");
    fixture_clear(&f);
    fixture_advance(&f, 5 * MINUTE);
    tick(&f);
    assert_int_equal(fixture_count(&f, NT_TOPIC_PLANS), 0);
    fixture_deinit(&f);
}

/* A clock that jumps a week ahead, or back, makes no plan from what it knew before, and none twice.
 */
static void test_clock_jumps(void **state)
{
    (void)state;
    static const int64_t jumps[] = {INT64_C(7) * 24 * HOUR, -INT64_C(7) * 24 * HOUR};
    for (size_t i = 0; i < NT_COUNT(jumps); i++) {
        struct fixture f;
        setup(&f);
        tick(&f);
        fixture_clear(&f);
        f.context.load_ms += jumps[i];
        tick(&f);
        assert_true(fixture_count(&f, NT_TOPIC_PLANS) <= 1);
        due(&f);
        FLEET_EACH_SERVER(&f.fleet, server)
        {
            assert_null(fleet_placement(server)->move);
        }
        fixture_deinit(&f);
    }
}

/* Busy but for slots 40 to 50: that is its moment. */
static void test_quietest_moment(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    change(&f, "small", pin);
    change(&f, "steady", pin);
    fixture_forecast(&f, "big", 1800, 200, 40, 50);
    tick(&f);
    fixture_forecast(&f, "steady", 1000, 1900, 120, 144);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->moves[0].server, "big");
    assert_int_equal(plan->moves[0].cutover_at_ms, f.context.load_ms + 49 * SCENARIO_SLOT_MS);
    fixture_deinit(&f);
}

static void test_started_in_time(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    const char *server = nt_arena_text(&f.arena, plan->moves[0].server);
    const int64_t cutover_at_ms = plan->moves[0].cutover_at_ms;
    const char *move = nt_arena_text(&f.arena, plan->moves[0].move);
    due(&f);
    assert_null(fixture_now(&f, server)->move);
    fixture_advance(&f, cutover_at_ms - f.context.load_ms - MINUTE);
    due(&f);
    assert_null(fixture_now(&f, server)->move);
    fixture_advance(&f, 50 * 1000); /* ten seconds before: the copy needs its time */
    due(&f);
    const struct nt_placement *placement = fixture_now(&f, server);
    assert_string_equal(placement->move->id, move);
    assert_string_equal(placement->move->phase, "copying");
    assert_int_equal(placement->move->cutover_at_ms, cutover_at_ms);
    plan = fixture_plan(&f);
    assert_string_equal(plan->state, "applied");
    assert_string_equal(plan->moves[0].state, "started");

    /* The move's events carry the whole reason of the plan. */
    fixture_hand(&f, server, "spare-1", "preparing", "copied");
    fixture_advance(&f, 15 * 1000);
    moves_tick(&f.context, &f.effects, 1000);
    assert_string_equal(fixture_move_event(&f)->phase, "holding");
    assert_string_equal(fixture_move_event(&f)->reason.key, "move.window");
    assert_non_null(nt_pairs_find(fixture_move_event(&f)->reason.params,
                                  fixture_move_event(&f)->reason.params_count, "from_ms"));
    assert_true(moves_edge_holds(&f.context, &f.effects, server, move, ""));
    fixture_hand(&f, server, "spare-1", "running", "running");
    moves_step(&f.context, &f.effects, server);
    assert_string_equal(fixture_plan(&f)->moves[0].state, "done");
    assert_string_equal(fixture_plan(&f)->state, "applied");

    /* The window passes, calmly: it helped. */
    const int64_t from_ms = fixture_plan(&f)->window.from_ms;
    const int64_t to_ms = fixture_plan(&f)->window.to_ms;
    fixture_advance(&f, from_ms - f.context.load_ms);
    while (f.context.load_ms < to_ms) {
        fixture_advance(&f, MINUTE);
        fixture_load(&f, "host-1", 2800, "steady", 1000);
    }
    due(&f);
    plan = fixture_plan(&f);
    assert_string_equal(plan->state, "done");
    assert_string_equal(plan->helped->key, "plan.helped");
    assert_string_equal(nt_pairs_find(plan->helped->params, plan->helped->params_count, "peak_pct"),
                        "70.0");
    fixture_deinit(&f);
}

/* At 360 times the clock, fifteen seconds of copying are an hour and a half. */
static void test_fast_clock(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    fixture_rate(&f, 360);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_true(plan->moves[0].cutover_at_ms >= f.context.load_ms + 90 * MINUTE);
    assert_true(plan->moves[0].cutover_at_ms <= plan->window.from_ms - HOUR);
    const char *server = nt_arena_text(&f.arena, plan->moves[0].server);
    const int64_t cutover_at_ms = plan->moves[0].cutover_at_ms;
    while (fixture_now(&f, server)->move == NULL) {
        fixture_advance(&f, 100);
        due(&f);
        assert_true(f.context.load_ms < cutover_at_ms);
    }
    assert_true(cutover_at_ms - f.context.load_ms >= 80 * MINUTE);
    fixture_deinit(&f);
}

static void test_modes(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    fixture_mode(&f, "off");
    tick(&f);
    assert_int_equal(f.effects.count, 0);

    fixture_mode(&f, "suggest");
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->mode, "suggest");
    assert_int_equal(fixture_count(&f, NT_TOPIC_MOVE_EVENTS), 0); /* nothing will happen */
    const char *server = nt_arena_text(&f.arena, plan->moves[0].server);
    fixture_advance(&f, plan->moves[0].cutover_at_ms - f.context.load_ms);
    due(&f);
    assert_null(fixture_now(&f, server)->move);

    /* Automatic: a new plan, with its own notice. */
    fixture_clear(&f);
    fixture_mode(&f, "automatic");
    put_tide(&f); /* the next day's tide, ten hours from now again */
    tick(&f);
    plan = fixture_plan(&f);
    assert_string_equal(plan->mode, "automatic");
    assert_true(plan->moves[0].cutover_at_ms >= f.context.load_ms + 15 * MINUTE);
    assert_int_equal(fixture_count(&f, NT_TOPIC_PLANS), 2); /* and the end of the first */

    fixture_clear(&f);
    fixture_mode(&f, "off");
    tick(&f);
    assert_string_equal(fixture_plan(&f)->state, "superseded");
    fixture_deinit(&f);
}

/* An administrator does by hand what was suggested: the plan is applied, and will be judged. */
static void test_suggestion_followed(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    fixture_mode(&f, "suggest");
    change(&f, "small", pin);
    change(&f, "steady", pin);
    tick(&f);
    const char *move = nt_arena_text(&f.arena, fixture_plan(&f)->moves[0].move);
    struct nt_wish wish = fixture_wish(&f, "move", "big");
    wish.to = "spare-1";
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    assert_string_equal(fixture_plan(&f)->state, "applied");
    assert_string_equal(fixture_plan(&f)->moves[0].state, "started");
    assert_string_equal(fixture_now(&f, "big")->move->id, move);
    assert_string_equal(fixture_now(&f, "big")->move->why, "move.asked");

    /* Elsewhere: the plan's move is not needed any more. */
    struct fixture g;
    setup(&g);
    fixture_mode(&g, "suggest");
    fixture_host(&g, "host-2", "active", 4000, 8 * GIB);
    change(&g, "small", pin);
    change(&g, "steady", pin);
    tick(&g);
    wish = fixture_wish(&g, "move", "big");
    wish.to = nt_text_is(fixture_plan(&g)->moves[0].to, "host-2") ? "spare-1" : "host-2";
    assert_string_equal(fixture_decide(&g, &wish)->code, "ok");
    assert_string_equal(fixture_plan(&g)->moves[0].state, "dropped");
    fixture_deinit(&g);
    fixture_deinit(&f);
}

/* A move of a few bytes says nothing about how fast a large one goes. */
static void test_copy_rate(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t bytes_total, copy_ms, pause_ms;
    } cases[] = {
        {"never moved", 0, 0, 500 + 1000},
        {"a tiny move", 100, 1000, 500 + 1000},
        {"a real one, at 50 MB a second", 50 * 1000 * 1000, 1000, 500 + 2000},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        setup(&f);
        struct nt_observed observed = fixture_observed(&f, "big", "host-1", "running");
        struct nt_hand hand = {.move = "m",
                               .step = "running",
                               .bytes_total = cases[i].bytes_total,
                               .copy_ms = cases[i].copy_ms};
        observed.hand = &hand;
        observed.writable_bytes = 100 * 1000 * 1000;
        fixture_observe(&f, &observed);
        const struct rules_copy copy =
            rules_copy_of(&f.context, fleet_find_server(&f.fleet, "big"));
        if (copy.pause_ms != cases[i].pause_ms)
            fail_msg("%s: %lld", cases[i].name, (long long)copy.pause_ms);
        fixture_deinit(&f);
    }
}

static void test_window_that_went_away(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    tick(&f);
    fixture_clear(&f);
    fixture_forecast(&f, "big", 300, 300, 0, 0);
    tick(&f);
    assert_string_equal(fixture_plan(&f)->state, "superseded");
    assert_string_equal(fixture_plan(&f)->moves[0].state, "dropped");
    fixture_deinit(&f);
}

/* --- who may be moved ---------------------------------------------------------------------------
 */

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*how)(struct nt_placement *placement);
        const char *reason;
    } cases[] = {
        {"pinned", pin, "reject.pinned"},           {"restart never", never, "reject.never"},
        {"never move", never_move, "reject.never"}, {"cool-down", moved_lately, "reject.cool-down"},
        {"stay", owner_said_no, "reject.owner"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        setup(&f);
        change(&f, "big", cases[i].how);
        tick(&f);
        const struct nt_plan *plan = fixture_plan(&f);
        const struct nt_alternative *big = rejected(plan, "big");
        if (!nt_text_is(big->reason.key, cases[i].reason))
            fail_msg("%s: %s", cases[i].name, big->reason.key);
        assert_string_equal(plan->moves[0].server, "small");
        fixture_deinit(&f);
    }
}

static void test_too_big_to_copy(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct nt_observed observed = fixture_observed(&f, "big", "host-1", "running");
    observed.writable_bytes = 2 * GIB;
    fixture_observe(&f, &observed);
    observed = fixture_observed(&f, "small", "host-1", "running");
    observed.writable_bytes = -1;
    fixture_observe(&f, &observed);
    observed = fixture_observed(&f, "steady", "host-1", "running");
    observed.writable_bytes = -1;
    fixture_observe(&f, &observed);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->state, "no-useful-move");
    assert_string_equal(rejected(plan, "big")->reason.key, "reject.too-big");
    assert_string_equal(rejected(plan, "small")->reason.key, "reject.size-unknown");
    fixture_deinit(&f);
}

/* Busy at every moment before the window: its owner has to agree. */
static void test_consent(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    change(&f, "big", ask);
    change(&f, "small", pin);
    change(&f, "steady", pin);
    fixture_forecast(&f, "big", 900, 1800, 120, 144);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->moves[0].server, "big");
    assert_string_equal(plan->moves[0].state, "waiting-consent");
    const int64_t cutover_at_ms = plan->moves[0].cutover_at_ms;
    fixture_advance(&f, cutover_at_ms - f.context.load_ms - 10 * 1000);
    due(&f);
    assert_null(fixture_now(&f, "big")->move);

    struct nt_wish wish = fixture_wish(&f, "consent", "big");
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    assert_string_equal(fixture_plan(&f)->moves[0].state, "planned");
    due(&f);
    assert_string_equal(fixture_now(&f, "big")->move->phase, "copying");
    fixture_deinit(&f);
}

static void test_quiet_hours_are_consent(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    f.local_minute = 20 * 60; /* it is eight in the evening, the window begins at six */
    change(&f, "big", ask);
    change(&f, "small", pin);
    change(&f, "steady", pin);
    fixture_forecast(&f, "big", 900, 1800, 120, 144);
    struct nt_wish wish = fixture_wish(&f, "quiet-hours", "big");
    wish.word = "22:00-06:00";
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    const struct nt_observed observed = fixture_observed(&f, "big", "host-1", "running");
    fixture_observe(&f, &observed);
    tick(&f);
    assert_string_equal(fixture_plan(&f)->moves[0].server, "big");
    assert_string_equal(fixture_plan(&f)->moves[0].state, "planned");
    fixture_deinit(&f);
}

/* Somebody is inside when it would start: it waits, and is dropped when it is too late. */
static void test_open_terminal(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    change(&f, "small", pin);
    change(&f, "steady", pin);
    tick(&f);
    const int64_t cutover_at_ms = fixture_plan(&f)->moves[0].cutover_at_ms;
    struct nt_observed observed = fixture_observed(&f, "big", "host-1", "running");
    observed.terminals = 1;
    fixture_observe(&f, &observed);
    fixture_advance(&f, cutover_at_ms - f.context.load_ms);
    due(&f);
    assert_null(fixture_now(&f, "big")->move);
    assert_string_equal(fixture_plan(&f)->moves[0].state, "planned");
    observed.terminals = 0;
    fixture_observe(&f, &observed);
    due(&f);
    assert_string_equal(fixture_now(&f, "big")->move->phase, "copying");
    fixture_deinit(&f);
}

static void test_too_late(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    tick(&f);
    const char *server = nt_arena_text(&f.arena, fixture_plan(&f)->moves[0].server);
    struct nt_observed observed = fixture_observed(&f, server, "host-1", "running");
    observed.ssh_sessions = 1;
    fixture_observe(&f, &observed);
    fixture_advance(&f, fixture_plan(&f)->window.from_ms - f.context.load_ms + 1);
    due(&f);
    assert_string_equal(fixture_plan(&f)->moves[0].state, "dropped");
    assert_null(fixture_now(&f, server)->move);
    fixture_deinit(&f);
}

static void test_stay(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    change(&f, "small", pin);
    change(&f, "steady", pin);
    tick(&f);
    assert_string_equal(fixture_plan(&f)->moves[0].server, "big");
    struct nt_wish wish = fixture_wish(&f, "stay", "big");
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    assert_string_equal(fixture_plan(&f)->moves[0].state, "dropped");
    assert_int_equal(fixture_now(&f, "big")->not_before_ms, f.context.load_ms + 24 * HOUR);
    fixture_clear(&f);
    tick(&f);
    assert_string_equal(fixture_plan(&f)->state, "no-useful-move");
    fixture_deinit(&f);
}

static void test_budget(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    tick(&f);
    const char *server = nt_arena_text(&f.arena, fixture_plan(&f)->moves[0].server);
    fixture_advance(&f, fixture_plan(&f)->moves[0].cutover_at_ms - f.context.load_ms);
    static const char *const others[] = {"bob-1", "bob-2", "bob-3", "bob-4", "bob-5", "bob-6"};
    for (size_t i = 0; i < NT_COUNT(others); i++) {
        struct nt_placement other = fixture_placement(others[i], "spare-1", 10, MIB);
        other.moved_at_ms = f.context.load_ms - 30 * MINUTE;
        fixture_put(&f, &other);
    }
    due(&f);
    assert_null(fixture_now(&f, server)->move);
    fixture_advance(&f, 30 * MINUTE); /* the hour is over */
    due(&f);
    assert_non_null(fixture_now(&f, server)->move);
    fixture_deinit(&f);
}

/* --- unforeseen, home, drain
 * ---------------------------------------------------------------------- */

static void test_unforeseen(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 2000, GIB);
    fixture_server(&f, "b", "host-1", 2000, GIB);
    for (int minute = 0; minute < 3; minute++) {
        plan_react(&f.context, &f.effects, &planner_packing);
        assert_int_equal(f.effects.count, 0); /* two readings are not yet danger */
        fixture_advance(&f, MINUTE);
        fixture_load(&f, "host-1", 3800, "a", 1900);
    }
    plan_react(&f.context, &f.effects, &planner_packing);
    const struct nt_alert *alert = fixture_alert(&f);
    assert_string_equal(alert->kind, "overload");
    assert_true(alert->on);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->reason.key, "plan.now");
    assert_string_equal(plan->moves[0].server, "a");
    assert_int_equal(plan->moves[0].cutover_at_ms, 0); /* at once: no notice in danger */
    due(&f);
    assert_string_equal(fixture_now(&f, "a")->move->phase, "copying");

    /* While it acts, it does not plan again; when it is calm, the alert ends. */
    fixture_clear(&f);
    plan_react(&f.context, &f.effects, &planner_packing);
    assert_int_equal(f.effects.count, 0);
    for (int minute = 0; minute < 3; minute++) {
        fixture_advance(&f, MINUTE);
        fixture_load(&f, "host-1", 1900, "b", 1900);
    }
    plan_react(&f.context, &f.effects, &planner_packing);
    assert_false(fixture_alert(&f)->on);
    fixture_deinit(&f);
}

static void test_home(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "spare-1", 1000, GIB);
    fixture_server(&f, "steady", "host-1", 1000, GIB);
    fixture_forecast(&f, "a", 300, 600, 120, 144);
    fixture_forecast(&f, "steady", 1000, 3000, 120, 144);
    tick(&f);
    assert_int_equal(f.effects.count, 0); /* 90 % with both: it stays where it is */
    fixture_forecast(&f, "steady", 1000, 1500, 120, 144);
    tick(&f);
    const struct nt_plan *plan = fixture_plan(&f);
    assert_string_equal(plan->reason.key, "plan.home");
    assert_string_equal(plan->moves[0].to, "host-1");
    assert_string_equal(plan->moves[0].reason.key, "move.home");
    fixture_advance(&f, plan->moves[0].cutover_at_ms - f.context.load_ms);
    due(&f);
    assert_string_equal(fixture_now(&f, "a")->move->to, "host-1");
    fixture_deinit(&f);
}

static void test_drain(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    struct nt_wish wish = fixture_wish(&f, "drain", NULL);
    wish.admin = true;
    wish.host = "host-1";
    wish.word = "on";
    assert_true(fixture_decide(&f, &wish)->accepted);
    fixture_mode(&f, "suggest");
    tick(&f);
    assert_string_equal(fixture_now(&f, "a")->move->to, "spare-1");
    assert_string_equal(fixture_now(&f, "a")->move->why, "move.drain");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window_is_avoided),
        cmocka_unit_test(test_no_useful_move),
        cmocka_unit_test(test_two_windows_one_spare),
        cmocka_unit_test(test_stale_forecasts),
        cmocka_unit_test(test_clock_jumps),
        cmocka_unit_test(test_quietest_moment),
        cmocka_unit_test(test_started_in_time),
        cmocka_unit_test(test_fast_clock),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_suggestion_followed),
        cmocka_unit_test(test_copy_rate),
        cmocka_unit_test(test_window_that_went_away),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_too_big_to_copy),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_quiet_hours_are_consent),
        cmocka_unit_test(test_open_terminal),
        cmocka_unit_test(test_too_late),
        cmocka_unit_test(test_stay),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_unforeseen),
        cmocka_unit_test(test_home),
        cmocka_unit_test(test_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
