/*
 * Property test of the reconciler: two hosts, a balancer that follows DESIGN.md section 7, and bad
 * luck. Provisioners crash before, in the middle of and after every step, and see placements late.
 * In every history: never two copies run, a started copy has all that was written before, and what
 * is left converges to what was asked.
 */
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <provisioner/reconcile.h>
#include <string.h>

enum { HISTORY_MAX = 4096, SLOTS = 6, RUNS = 400, TICKS = 1200 };

#define SERVER  "01890000-0000-7000-8000-000000000001"
#define CLUSTER "cluster-1"

struct box { /* a container */
    bool exists;
    char id[16];
    char name[96];
    int64_t generation;
    enum seen_state state;
    char started_at[40];
    int64_t started_ms, finished_ms;
    int64_t cpu_milli, mem_bytes;
    int data;
};

struct machine {
    const char *name;
    struct box boxes[SLOTS];
    struct mark mark; /* on disk: texts in the sim's arena */
    int crash_starts;
    bool is_swept;
    size_t view; /* index into the history of placements */
};

struct sim {
    struct nt_arena arena;
    struct nt_placement history[HISTORY_MAX];
    size_t history_count;
    struct machine machines[2];
    int64_t now_ms;
    int starts;
    int truth; /* the newest thing that the server has written */
    unsigned seed;
    int moves_done, moves_aborted, refused, crashes;
};

static unsigned roll(struct sim *sim, unsigned sides)
{
    sim->seed = sim->seed * 1664525u + 1013904223u;
    return (sim->seed >> 8) % sides;
}

static struct nt_placement *newest(struct sim *sim)
{
    return &sim->history[sim->history_count - 1];
}

static struct nt_placement *write_placement(struct sim *sim)
{
    assert_true(sim->history_count < HISTORY_MAX);
    struct nt_placement *next = &sim->history[sim->history_count];
    *next = *newest(sim);
    if (next->move != NULL) { /* each record its own */
        struct nt_move *move = NT_NEW(&sim->arena, struct nt_move);
        *move = *next->move;
        next->move = move;
    }
    next->revision++;
    sim->history_count++;
    return next;
}

/* --- what Docker does ------------------------------------------------------------------------ */

static void look(struct sim *sim, struct machine *machine, struct nt_arena *arena,
                 struct world *ret_world)
{
    struct seen *seen = NT_ARRAY(arena, SLOTS, struct seen);
    size_t count = 0;
    for (int i = 0; i < SLOTS; i++) {
        const struct box *box = &machine->boxes[i];
        if (!box->exists)
            continue;
        seen[count++] = (struct seen){
            .id = box->id,
            .name = box->name,
            .server = SERVER,
            .server_name = "mine",
            .owner = "ann",
            .cluster = CLUSTER,
            .generation = box->generation,
            .state = box->state,
            .role = seen_role_of(box->name),
            .started_at = box->started_at,
            .started_at_ms = box->started_ms,
            .finished_at_ms = box->finished_ms,
            .cpu_milli = box->cpu_milli,
            .mem_bytes = box->mem_bytes,
            .image_id = "",
            .upper_dir = "",
        };
    }
    *ret_world = (struct world){
        .host = machine->name,
        .cluster = CLUSTER,
        .server = SERVER,
        .now_ms = sim->now_ms,
        .trash_ms = 1000000,
        .grace_ms = 50000,
        .placement = &sim->history[machine->view],
        .seen = seen,
        .seen_count = count,
        .mark = machine->mark,
        .crash_starts = machine->crash_starts,
        .is_swept = machine->is_swept,
    };
}

static struct box *box_of(struct machine *machine, const char *id)
{
    for (int i = 0; i < SLOTS; i++) {
        if (machine->boxes[i].exists && strcmp(machine->boxes[i].id, id) == 0)
            return &machine->boxes[i];
    }
    fail_msg("no container %s on %s", id, machine->name);
    return NULL;
}

static struct box *live_box(struct machine *machine)
{
    for (int i = 0; i < SLOTS; i++) {
        if (machine->boxes[i].exists && seen_role_of(machine->boxes[i].name) == SEEN_LIVE)
            return &machine->boxes[i];
    }
    return NULL;
}

static struct box *create_box(struct sim *sim, struct machine *machine,
                              const struct nt_placement *placement)
{
    assert_null(live_box(machine)); /* Docker refuses the name twice */
    for (int i = 0; i < SLOTS; i++) {
        struct box *box = &machine->boxes[i];
        if (box->exists)
            continue;
        *box = (struct box){.exists = true,
                            .generation = placement->generation,
                            .state = SEEN_CREATED,
                            .cpu_milli = placement->granted.cpu_milli,
                            .mem_bytes = placement->granted.mem_bytes};
        (void)snprintf(box->id, sizeof(box->id), "c%d", sim->starts++);
        (void)snprintf(box->name, sizeof(box->name), "mine.%s", SERVER);
        (void)snprintf(box->started_at, sizeof(box->started_at), "%s", SEEN_NEVER);
        return box;
    }
    fail_msg("containers pile up on %s", machine->name);
    return NULL;
}

static void check_one_runs(struct sim *sim)
{
    int running = 0;
    for (int m = 0; m < 2; m++) {
        for (int i = 0; i < SLOTS; i++)
            running +=
                sim->machines[m].boxes[i].exists && sim->machines[m].boxes[i].state == SEEN_RUNNING;
    }
    assert_true(running <= 1);
}

static void start_box(struct sim *sim, struct box *box)
{
    assert_int_not_equal(box->state, SEEN_RUNNING);
    assert_int_equal(box->data, sim->truth); /* nothing that was written is missing */
    box->state = SEEN_RUNNING;
    box->started_ms = sim->now_ms;
    (void)snprintf(box->started_at, sizeof(box->started_at), "start-%d", sim->starts++);
    check_one_runs(sim);
}

static void stop_box(struct sim *sim, struct box *box)
{
    box->state = SEEN_EXITED;
    box->finished_ms = sim->now_ms;
}

static void keep_mark(struct sim *sim, struct machine *machine, const struct mark *mark)
{
    machine->mark = mark_dup(&sim->arena, mark);
}

static struct machine *other(struct sim *sim, const struct machine *machine)
{
    return machine == &sim->machines[0] ? &sim->machines[1] : &sim->machines[0];
}

/* ACT_COPY and ACT_FINISH: is_cut ends them in the middle, as a crash would. */
static void copy_box(struct sim *sim, struct machine *machine, const struct world *world,
                     enum act act, bool is_cut)
{
    struct machine *from = other(sim, machine);
    struct box *box = live_box(machine);
    if (box == NULL)
        box = create_box(sim, machine, world->placement);
    assert_int_not_equal(box->state, SEEN_RUNNING);
    struct mark mark = machine->mark;
    if (act == ACT_FINISH) {
        bool is_permitted = from->mark.role == MARK_SOURCE && from->mark.step == MARK_HANDED_OVER &&
                            nt_text_is(from->mark.move, mark.move);
        if (!is_permitted)
            return; /* the source keeps us waiting */
    }
    box->data = -1; /* half of it */
    if (is_cut || live_box(from) == NULL)
        return;
    box->data = live_box(from)->data;
    mark.step = act == ACT_FINISH ? MARK_ENDED : MARK_COPIED;
    keep_mark(sim, machine, &mark);
}

static void carry_out(struct sim *sim, struct machine *machine, const struct world *world,
                      const struct step *step, bool is_cut)
{
    struct box *box = step->container != NULL ? box_of(machine, step->container) : NULL;
    struct mark mark = machine->mark;
    switch (step->act) {
    case ACT_NONE:
    case ACT_WAIT:
        return;
    case ACT_CREATE:
        create_box(sim, machine, world->placement);
        live_box(machine)->data = sim->truth; /* only ever the first one: checked below */
        assert_int_equal(sim->truth, 0);
        return;
    case ACT_UPDATE:
        box->cpu_milli = step->cpu_milli;
        box->mem_bytes = step->mem_bytes;
        return;
    case ACT_START:
        machine->crash_starts += step->is_crash;
        start_box(sim, box);
        return;
    case ACT_STOP:
        stop_box(sim, box);
        return;
    case ACT_RENAME:
        (void)snprintf(box->name, sizeof(box->name), "%s", step->name);
        return;
    case ACT_REMOVE:
        assert_int_not_equal(box->state, SEEN_RUNNING);
        box->exists = false;
        machine->is_swept = false;
        return;
    case ACT_SWEEP:
        machine->is_swept = true;
        return;
    case ACT_MARK:
        keep_mark(sim, machine, &step->mark);
        return;
    case ACT_COPY:
    case ACT_FINISH:
        copy_box(sim, machine, world, step->act, is_cut);
        return;
    case ACT_AWAIT_READY:
        if (is_cut)
            return;
        mark.step = MARK_RUNNING;
        mark.started_at_ms = sim->now_ms;
        keep_mark(sim, machine, &mark);
        return;
    }
}

/* One turn of one provisioner. Returns false where there was nothing to do. */
static bool turn(struct sim *sim, struct machine *machine, bool with_bad_luck)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct world world;
    look(sim, machine, &arena, &world);
    struct step step = reconcile(&arena, &world);
    bool has_work = step.act != ACT_NONE && step.act != ACT_WAIT;
    unsigned luck = with_bad_luck ? roll(sim, 12) : 11;
    if (luck >= 2)
        carry_out(sim, machine, &world, &step, luck == 2);
    if (luck <= 3) { /* a new process: reads all placements before it acts */
        machine->crash_starts = 0;
        machine->is_swept = false;
        machine->view = sim->history_count - 1;
        sim->crashes++;
    }
    nt_arena_deinit(&arena);
    return has_work;
}

/* --- what the balancer does ------------------------------------------------------------------ */

static struct machine *named(struct sim *sim, const char *name)
{
    return nt_text_is(sim->machines[0].name, name) ? &sim->machines[0] : &sim->machines[1];
}

static bool target_says(struct sim *sim, const struct nt_move *move, enum mark_step step)
{
    const struct mark *mark = &named(sim, move->to)->mark;
    return mark->role == MARK_TARGET && mark->step == step && nt_text_is(mark->move, move->id);
}

static void set_phase(struct sim *sim, const char *phase)
{
    write_placement(sim)->move->phase = phase;
}

static void end_move(struct sim *sim, bool is_done)
{
    struct nt_placement *next = write_placement(sim);
    if (is_done)
        next->host = next->move->to;
    next->move = NULL;
    *(is_done ? &sim->moves_done : &sim->moves_aborted) += 1;
}

static void advance_move(struct sim *sim, bool is_hasty)
{
    const struct nt_move *move = newest(sim)->move;
    if (nt_text_is(move->phase, "copying")) {
        if (is_hasty && roll(sim, 20) == 0)
            end_move(sim, false);
        else if (target_says(sim, move, MARK_COPIED))
            set_phase(sim, "holding");
    } else if (nt_text_is(move->phase, "holding")) {
        if (is_hasty && roll(sim, 8) == 0)
            end_move(sim, false);
        else
            set_phase(sim, "cutover");
    } else if (target_says(sim, move, MARK_RUNNING)) {
        end_move(sim, true);
    } else if (nt_text_is(move->phase, "recalled")) {
        if (target_says(sim, move, MARK_REFUSED)) {
            sim->refused++;
            end_move(sim, false);
        }
    } else if (is_hasty && roll(sim, 8) == 0) {
        set_phase(sim, "recalled");
    }
}

static void wish(struct sim *sim)
{
    const struct nt_placement *now = newest(sim);
    bool can_change = now->move == NULL || nt_text_is(now->move->phase, "copying");
    switch (roll(sim, 6)) {
    case 0: /* restart, or start */
        if (!can_change)
            return;
        if (now->move != NULL)
            end_move(sim, false);
        write_placement(sim)->run++;
        newest(sim)->desired = "running";
        return;
    case 1: /* stop */
        if (!can_change)
            return;
        if (now->move != NULL)
            end_move(sim, false);
        write_placement(sim)->desired = "stopped";
        return;
    case 2: /* resize */
        write_placement(sim)->granted = (struct nt_resources){
            .cpu_milli = 100 * (1 + roll(sim, 9)), .mem_bytes = (int64_t)(8 + roll(sim, 9)) << 20};
        return;
    default: { /* move */
        if (now->move != NULL)
            return;
        struct nt_placement *next = write_placement(sim);
        next->move = NT_NEW(&sim->arena, struct nt_move);
        *next->move = (struct nt_move){
            .id = nt_arena_printf(&sim->arena, "move-%zu", sim->history_count),
            .from = next->host,
            .to = nt_text_is(next->host, "a") ? "b" : "a",
            .phase = "copying",
        };
    }
    }
}

/* --- histories ------------------------------------------------------------------------------- */

static void begin(struct sim *sim, unsigned seed)
{
    memset(sim, 0, sizeof(*sim));
    nt_arena_init(&sim->arena);
    sim->seed = seed;
    sim->now_ms = 1000000;
    sim->machines[0] = (struct machine){.name = "a", .mark = MARK_INIT};
    sim->machines[1] = (struct machine){.name = "b", .mark = MARK_INIT};
    sim->history[0] = (struct nt_placement){
        .server = SERVER,
        .owner = "ann",
        .name = "mine",
        .generation = 1,
        .revision = 1,
        .run = 1,
        .desired = "running",
        .granted = {.cpu_milli = 500, .mem_bytes = 64 << 20},
        .host = "a",
        .cluster = CLUSTER,
    };
    sim->history_count = 1;
}

static void settle(struct sim *sim)
{
    for (int quiet = 0, i = 0; quiet < 6; i++) {
        assert_true(i < 5000);
        sim->now_ms += 5000;
        bool has_work = false;
        for (int m = 0; m < 2; m++) {
            sim->machines[m].view = sim->history_count - 1;
            has_work |= turn(sim, &sim->machines[m], false);
        }
        if (newest(sim)->move != NULL) {
            advance_move(sim, false);
            has_work = true;
        }
        quiet = has_work ? 0 : quiet + 1;
        check_one_runs(sim);
    }
}

static void check_settled(struct sim *sim)
{
    const struct nt_placement *placement = newest(sim);
    const struct box *home = live_box(named(sim, placement->host));
    assert_non_null(home);
    bool wants_running = nt_text_is(placement->desired, "running");
    assert_int_equal(home->state == SEEN_RUNNING, wants_running);
    assert_int_equal(home->data, sim->truth);
    assert_int_equal(home->cpu_milli, placement->granted.cpu_milli);
    if (wants_running)
        assert_int_equal(named(sim, placement->host)->mark.run, placement->run);
    const struct box *away = live_box(other(sim, named(sim, placement->host)));
    assert_true(away == NULL || away->state != SEEN_RUNNING);
}

static void live_through(struct sim *sim)
{
    for (int i = 0; i < TICKS; i++) {
        sim->now_ms += roll(sim, 3000);
        struct machine *machine = &sim->machines[roll(sim, 2)];
        if (machine->view < sim->history_count - 1 && roll(sim, 2) == 0)
            machine->view++;
        turn(sim, machine, true);
        struct box *box = live_box(&sim->machines[roll(sim, 2)]);
        if (box != NULL && box->state == SEEN_RUNNING) {
            box->data = ++sim->truth;
            if (roll(sim, 50) == 0)
                stop_box(sim, box); /* it crashed */
        }
        if (newest(sim)->move != NULL && roll(sim, 6) == 0)
            advance_move(sim, true);
        if (i > 20 && roll(sim, 25) == 0)
            wish(sim);
        check_one_runs(sim);
    }
}

static void test_moves_under_bad_luck(void **state)
{
    (void)state;
    struct sim *sim = nt_zalloc(sizeof(*sim));
    int done = 0, aborted = 0, refused = 0, crashes = 0;
    for (unsigned seed = 1; seed <= RUNS; seed++) {
        begin(sim, seed);
        live_through(sim);
        settle(sim);
        check_settled(sim);
        done += sim->moves_done;
        aborted += sim->moves_aborted;
        refused += sim->refused;
        crashes += sim->crashes;
        nt_arena_deinit(&sim->arena);
    }
    print_message("%d moves done, %d aborted, of these %d after a recall; %d crashes\n", done,
                  aborted, refused, crashes);
    assert_true(done > RUNS && aborted > RUNS / 2 && refused > RUNS / 10 && crashes > 10 * RUNS);
    free(sim);
}

static void test_deletion_at_any_time(void **state)
{
    (void)state;
    struct sim *sim = nt_zalloc(sizeof(*sim));
    for (unsigned seed = 1; seed <= RUNS; seed++) {
        begin(sim, seed * 7919);
        if (seed % 8 != 0) /* else: deleted before anything was made */
            live_through(sim);
        while (newest(sim)->move != NULL && !nt_text_is(newest(sim)->move->phase, "copying")) {
            advance_move(sim, false); /* from holding on, the balancer answers `moving` */
            for (int m = 0; m < 2; m++) {
                sim->machines[m].view = sim->history_count - 1;
                turn(sim, &sim->machines[m], true);
            }
        }
        struct nt_placement *next = write_placement(sim);
        next->move = NULL;
        next->desired = "deleted";
        next->deleted_at_ms = sim->now_ms;
        for (int i = 0; i < 40; i++) { /* well within the day */
            for (int m = 0; m < 2; m++) {
                sim->machines[m].view = sim->history_count - 1;
                turn(sim, &sim->machines[m], true);
            }
        }
        int kept = 0;
        for (int m = 0; m < 2; m++) {
            assert_null(live_box(&sim->machines[m]));
            for (int i = 0; i < SLOTS; i++)
                kept += sim->machines[m].boxes[i].exists;
        }
        assert_true(kept >= 1 || sim->truth == 0); /* the person may still ask for it back */
        sim->now_ms += 2000000;
        settle(sim);
        for (int m = 0; m < 2; m++) {
            for (int i = 0; i < SLOTS; i++)
                assert_false(sim->machines[m].boxes[i].exists);
        }
        nt_arena_deinit(&sim->arena);
    }
    free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves_under_bad_luck),
        cmocka_unit_test(test_deletion_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
