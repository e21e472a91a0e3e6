#include "rules.h"

#include <nt/text.h>
#include <string.h>

enum { STABLE_MS = 60000, BACK_OFF_MAX_MS = 60000 };

struct step step_none(void)
{
    return (struct step){.act = ACT_NONE, .why = "settled"};
}

struct step step_wait(int64_t until_ms, const char *why)
{
    return (struct step){.act = ACT_WAIT, .until_ms = until_ms, .why = why};
}

struct step step_stuck(const char *fault, const char *why)
{
    return (struct step){.act = ACT_NONE, .fault = fault, .why = why};
}

struct step step_sweep(void)
{
    return (struct step){.act = ACT_SWEEP, .why = "volumes_left_behind"};
}

struct step step_on(enum act act, const struct seen *seen, const char *why)
{
    return (struct step){.act = act, .container = seen->id, .why = why};
}

int64_t world_generation(const struct world *world, const struct seen *seen)
{
    const struct mark *mark = &world->mark;
    return mark->generation > seen->generation ? mark->generation : seen->generation;
}

bool world_owns(const struct world *world, const struct seen *seen)
{
    return nt_text_is(seen->cluster, world->cluster) ||
           (!nt_text_is_empty(world->mark.adopted) &&
            nt_text_is(seen->cluster, world->mark.adopted));
}

const struct seen *world_live(const struct world *world)
{
    const struct seen *live = NULL;
    for (size_t i = 0; i < world->seen_count; i++) {
        const struct seen *seen = &world->seen[i];
        if (seen->role == SEEN_LIVE && world_owns(world, seen) &&
            (live == NULL || seen->generation > live->generation))
            live = seen;
    }
    return live;
}

int64_t restart_at_ms(const struct seen *seen, int crash_starts)
{
    if (crash_starts <= 0 || seen->finished_at_ms - seen->started_at_ms >= STABLE_MS)
        return 0;
    int64_t pause_ms = crash_starts > 6 ? BACK_OFF_MAX_MS : INT64_C(1000) << (crash_starts - 1);
    return seen->finished_at_ms + (pause_ms < BACK_OFF_MAX_MS ? pause_ms : BACK_OFF_MAX_MS);
}

/* Whatever still runs here and should not: one stop, the newest question first. */
static struct step stop_any(const struct world *world, const struct seen *except, const char *why)
{
    for (size_t i = 0; i < world->seen_count; i++) {
        const struct seen *seen = &world->seen[i];
        if (seen != except && seen->state == SEEN_RUNNING)
            return step_on(ACT_STOP, seen, why);
    }
    return step_none();
}

/* --- deleted: stopped, renamed, kept for a day, then removed ------------------------------------
 */

static struct step deleted(struct nt_arena *arena, const struct world *world)
{
    const struct nt_placement *placement = world->placement;
    int64_t remove_at_ms = placement->deleted_at_ms + world->trash_ms;
    bool is_waiting = false;
    for (size_t i = 0; i < world->seen_count; i++) {
        const struct seen *seen = &world->seen[i];
        if (!world_owns(world, seen) || seen->generation > placement->generation ||
            seen->state == SEEN_VANISHING)
            continue;
        if (seen->state == SEEN_RUNNING)
            return step_on(ACT_STOP, seen, "deleted");
        if (seen->role == SEEN_LIVE) {
            struct step step = step_on(ACT_RENAME, seen, "deleted");
            step.name =
                seen_name(arena, seen->server_name, seen->server, SEEN_TRASH, seen->generation);
            return step;
        }
        if (world->now_ms >= remove_at_ms)
            return step_on(ACT_REMOVE, seen, "kept_long_enough");
        is_waiting = true;
    }
    if (is_waiting)
        return step_wait(remove_at_ms, "in_the_trash");
    if (world->seen_count == 0 && world->now_ms >= remove_at_ms && !world->is_swept)
        return step_sweep();
    return step_none();
}

/* --- this host's own -----------------------------------------------------------------------------
 */

/* Memory grows live; it shrinks while the server stands still, never below what is in use. */
static bool wants_update(const struct world *world, const struct seen *live, struct step *ret_step)
{
    const struct nt_resources *granted = &world->placement->granted;
    bool is_running = live->state == SEEN_RUNNING;
    int64_t mem_bytes =
        is_running && granted->mem_bytes < live->mem_bytes ? live->mem_bytes : granted->mem_bytes;
    if (granted->cpu_milli == live->cpu_milli && mem_bytes == live->mem_bytes)
        return false;
    *ret_step = step_on(ACT_UPDATE, live, "limits");
    ret_step->cpu_milli = granted->cpu_milli;
    ret_step->mem_bytes = mem_bytes;
    return true;
}

static struct step run_server(const struct world *world, const struct seen *live)
{
    const struct nt_placement *placement = world->placement;
    if (world->mark.run < placement->run) {
        /* Remember against which start the wish is to be measured, before anything is done. */
        struct step step = {.act = ACT_MARK, .why = "run_asked", .mark = world->mark};
        step.mark.run_before = world->mark.run;
        step.mark.run = placement->run;
        step.mark.base_started = live->started_at;
        return step;
    }
    bool is_applied = !nt_text_is(live->started_at, world->mark.base_started);
    if (!is_applied)
        return step_on(live->state == SEEN_RUNNING ? ACT_STOP : ACT_START, live, "run_asked");
    if (live->state == SEEN_RUNNING)
        return step_none();
    int64_t at_ms = restart_at_ms(live, world->crash_starts);
    if (world->now_ms < at_ms) {
        struct step step = step_wait(at_ms, "back_off");
        step.fault = world->crash_starts >= 3 ? "keeps-stopping" : NULL;
        return step;
    }
    struct step step = step_on(ACT_START, live, "stopped_by_itself");
    step.is_crash = true;
    return step;
}

/* A container of an event store that is gone, whose server was placed here anew: an administrator
 * adopted it. Ids of servers are never used twice, so it is that server's. */
static bool is_adoption(const struct world *world, struct step *ret_step)
{
    for (size_t i = 0; i < world->seen_count; i++) {
        const struct seen *seen = &world->seen[i];
        if (seen->role != SEEN_LIVE || world_owns(world, seen) || seen->state == SEEN_VANISHING ||
            seen->generation > world->placement->generation)
            continue;
        *ret_step = (struct step){.act = ACT_MARK, .why = "adopted", .mark = world->mark};
        ret_step->mark.adopted = seen->cluster;
        ret_step->mark.generation = world->placement->generation;
        return true;
    }
    return false;
}

struct step own_server(struct nt_arena *arena, const struct world *world)
{
    const struct nt_placement *placement = world->placement;
    const struct seen *live = world_live(world);
    struct step step = stop_any(world, live, "not_the_newest");
    if (step.act != ACT_NONE)
        return step;
    if (live != NULL && live->state == SEEN_VANISHING)
        return step_wait(world->now_ms + 500, "vanishing");
    if (live != NULL && world_generation(world, live) > placement->generation)
        return step_stuck("copy-in-the-way", "newer_generation_here");
    if (live != NULL && world_generation(world, live) < placement->generation) {
        if (live->state == SEEN_RUNNING)
            return step_on(ACT_STOP, live, "older_generation");
        step = step_on(ACT_RENAME, live, "older_generation");
        step.name = seen_name(arena, live->server_name, live->server, SEEN_OLD, live->generation);
        return step;
    }
    if (live == NULL && is_adoption(world, &step))
        return step;
    if (live == NULL)
        return (struct step){.act = ACT_CREATE, .why = "missing"};
    if (!nt_text_is(placement->desired, "running")) {
        if (live->state == SEEN_RUNNING)
            return step_on(ACT_STOP, live, "stop_asked");
        return wants_update(world, live, &step) ? step : step_none();
    }
    /* A restart that is due first stops, so that memory can shrink before the start. */
    bool is_restart = live->state == SEEN_RUNNING && world->mark.run >= placement->run &&
                      nt_text_is(live->started_at, world->mark.base_started);
    if (!is_restart && wants_update(world, live, &step))
        return step;
    return run_server(world, live);
}

/* --- which rules hold ----------------------------------------------------------------------------
 */

bool move_is(const struct world *world, const char *phase)
{
    return nt_text_is(world->placement->move->phase, phase);
}

struct step reconcile(struct nt_arena *arena, const struct world *world)
{
    const struct nt_placement *placement = world->placement;
    if (placement == NULL)
        return stop_any(world, NULL, "orphan");
    if (!nt_text_is(placement->cluster, world->cluster))
        return step_stuck("cluster-unknown", "placement_of_another_cluster");
    for (size_t i = 0; i < world->seen_count; i++) {
        const struct seen *seen = &world->seen[i];
        if (!world_owns(world, seen) && seen->state == SEEN_RUNNING)
            return step_on(ACT_STOP, seen, "orphan");
    }
    if (nt_text_is(placement->desired, "deleted"))
        return deleted(arena, world);
    const struct nt_move *move = placement->move;
    if (move != NULL && nt_text_is(move->to, world->host))
        return target_side(arena, world);
    if (!nt_text_is(placement->host, world->host))
        return left_behind(arena, world);
    if (move != NULL)
        return source_side(arena, world);
    if (is_resumable(world)) {
        struct step step = step_mark(world, MARK_SOURCE, MARK_RESUMED, "move_aborted");
        step.mark.move = world->mark.move;
        step.mark.generation = placement->generation;
        return step;
    }
    if (world->mark.role == MARK_SOURCE && world->mark.step == MARK_HANDED_OVER)
        return step_wait(world->now_ms + 1000, "handed_over"); /* the view is behind the mark */
    return own_server(arena, world);
}
