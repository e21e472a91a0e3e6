/* The two sides of a move: DESIGN.md section 7, phase by phase. */
#include "rules.h"

#include <nt/text.h>

struct step step_mark(const struct world *world, enum mark_role role, enum mark_step to,
                      const char *why)
{
    const struct nt_placement *placement = world->placement;
    struct step step = {.act = ACT_MARK, .why = why, .mark = world->mark};
    step.mark.role = role;
    if (role == MARK_TARGET)
        step.mark.generation = 0; /* a copy is made with the right label */
    step.mark.step = to;
    step.mark.revision = placement->revision;
    step.mark.at_ms = world->now_ms;
    if (placement->move != NULL) {
        if (!nt_text_is(step.mark.move, placement->move->id)) {
            step.mark.bytes_done = step.mark.bytes_total = step.mark.copy_ms = 0;
            step.mark.stopped_at_ms = step.mark.started_at_ms = 0;
        }
        step.mark.move = placement->move->id;
        step.mark.source = placement->move->from;
    }
    return step;
}

static bool is_marked(const struct world *world, enum mark_role role)
{
    return world->mark.role == role && nt_text_is(world->mark.move, world->placement->move->id);
}

bool is_resumable(const struct world *world)
{
    const struct mark *mark = &world->mark;
    const struct nt_placement *placement = world->placement;
    bool is_other = placement->move == NULL || !nt_text_is(placement->move->id, mark->move);
    return mark->role == MARK_SOURCE && mark->step == MARK_HANDED_OVER && is_other &&
           placement->revision > mark->revision;
}

/* --- source ---------------------------------------------------------------------------------- */

struct step source_side(struct nt_arena *arena, const struct world *world)
{
    const struct seen *live = world_live(world);
    if (is_resumable(world)) { /* an earlier move ended here, and already the next begins */
        struct step step = step_mark(world, MARK_SOURCE, MARK_RESUMED, "move_aborted");
        step.mark.move = world->mark.move;
        step.mark.generation = world->placement->generation;
        return step;
    }
    bool is_over = is_marked(world, MARK_SOURCE) && world->mark.step == MARK_HANDED_OVER;
    if (move_is(world, "copying") || move_is(world, "holding")) {
        if (is_over)
            return step_wait(world->now_ms + 1000, "handed_over"); /* the view is behind */
        if (!is_marked(world, MARK_SOURCE))
            return step_mark(world, MARK_SOURCE, MARK_SERVING, "move_began");
        return own_server(arena, world);
    }
    if (is_over || move_is(world, "recalled"))
        return step_none(); /* it stands still until an aborted move is written, or a done one */
    if (live == NULL)
        return step_stuck("copy-failed", "nothing_to_hand_over");
    if (live->state == SEEN_RUNNING)
        return step_on(ACT_STOP, live, "cutover");
    struct step step = step_mark(world, MARK_SOURCE, MARK_HANDED_OVER, "cutover");
    step.mark.stopped_at_ms = live->finished_at_ms > 0 ? live->finished_at_ms : world->now_ms;
    return step;
}

/* --- target ---------------------------------------------------------------------------------- */

/* May what an earlier move left here be thrown away? Only where its mark proves that the server's
 * truth is elsewhere: a copy that never started, or one that was handed over. */
static bool is_leftover(const struct world *world, const struct seen *live)
{
    const struct mark *mark = &world->mark;
    if (live->state == SEEN_RUNNING || live->generation > world->placement->generation)
        return false;
    if (mark->role == MARK_SOURCE)
        return mark->step == MARK_HANDED_OVER;
    return mark->role == MARK_TARGET && mark->step != MARK_RUNNING && !seen_is_started(live);
}

static struct step begin_target(const struct world *world)
{
    const struct seen *live = world_live(world);
    if (live != NULL && live->state == SEEN_VANISHING)
        return step_wait(world->now_ms + 500, "vanishing");
    if (live != NULL && !is_leftover(world, live))
        return step_stuck("copy-in-the-way", "unexpected_container");
    if (live != NULL)
        return step_on(ACT_REMOVE, live, "older_copy");
    if (move_is(world, "recalled"))
        return step_mark(world, MARK_TARGET, MARK_REFUSED, "recalled");
    struct step step = step_mark(world, MARK_TARGET, MARK_COPYING, "move_began");
    step.mark.run = step.mark.run_before = 0; /* no run of an earlier stay counts here */
    step.mark.base_started = "";
    return step;
}

static struct step start_copy(struct nt_arena *arena, const struct world *world,
                              const struct seen *live)
{
    if (live == NULL)
        return step_stuck("copy-failed", "copy_vanished");
    if (!nt_text_is(world->placement->desired, "running")) {
        struct step step = step_mark(world, MARK_TARGET, MARK_RUNNING, "moved_standing_still");
        step.mark.started_at_ms = world->now_ms;
        return step;
    }
    if (seen_is_started(live))
        return (struct step){.act = ACT_AWAIT_READY, .container = live->id, .why = "cutover"};
    return own_server(arena, world);
}

struct step target_side(struct nt_arena *arena, const struct world *world)
{
    if (!is_marked(world, MARK_TARGET))
        return begin_target(world);
    const struct seen *live = world_live(world);
    bool is_recalled = move_is(world, "recalled");
    switch (world->mark.step) {
    case MARK_COPYING:
        if (is_recalled)
            return step_mark(world, MARK_TARGET, MARK_REFUSED, "recalled");
        return (struct step){.act = ACT_COPY, .why = "copying"};
    case MARK_COPIED:
        if (is_recalled)
            return step_mark(world, MARK_TARGET, MARK_REFUSED, "recalled");
        if (move_is(world, "cutover"))
            return (struct step){.act = ACT_FINISH, .why = "cutover"};
        return step_none();
    case MARK_ENDED:
        if (is_recalled && (live == NULL || !seen_is_started(live)))
            return step_mark(world, MARK_TARGET, MARK_REFUSED, "recalled");
        return start_copy(arena, world, live);
    case MARK_RUNNING:
        return own_server(arena, world);
    case MARK_REFUSED:
        if (live != NULL && live->state != SEEN_VANISHING && !seen_is_started(live))
            return step_on(ACT_REMOVE, live, "refused");
        if (world->seen_count == 0 && !world->is_swept)
            return step_sweep();
        return step_none();
    default:
        return step_stuck("copy-failed", "mark_of_the_other_side");
    }
}

/* --- neither --------------------------------------------------------------------------------- */

struct step left_behind(struct nt_arena *arena, const struct world *world)
{
    (void)arena;
    const struct mark *mark = &world->mark;
    const struct seen *live = world_live(world);
    for (size_t i = 0; i < world->seen_count; i++) {
        if (world->seen[i].state == SEEN_RUNNING)
            return step_on(ACT_STOP, &world->seen[i], "lives_elsewhere");
    }
    bool is_gone = live == NULL;
    if (mark->role == MARK_NONE || mark->step == MARK_DROPPED || mark->step == MARK_RESUMED ||
        mark->step == MARK_SERVING)
        return step_none(); /* no proof that another host has the data: kept, shown as an orphan */
    if (live != NULL && live->state == SEEN_VANISHING)
        return step_wait(world->now_ms + 500, "vanishing");
    if (live != NULL && world_generation(world, live) < world->placement->generation &&
        mark->role == MARK_SOURCE)
        return step_none(); /* another life of this server began elsewhere: quarantined for good */
    if (mark->role == MARK_SOURCE) {
        if (world->placement->revision <= mark->revision)
            return step_wait(world->now_ms + 1000, "handed_over");
        int64_t remove_at_ms = mark->at_ms + world->grace_ms;
        if (!is_gone && world->now_ms < remove_at_ms)
            return step_wait(remove_at_ms, "moved_away");
        if (!is_gone)
            return step_on(ACT_REMOVE, live, "moved_away");
    } else if (mark->step == MARK_RUNNING) {
        return step_none(); /* it ran here and another took over (forget-host): quarantined */
    } else if (!is_gone) {
        if (seen_is_started(live) || live->generation > world->placement->generation)
            return step_none();
        return step_on(ACT_REMOVE, live, "move_aborted");
    }
    if (world->seen_count == 0 && !world->is_swept)
        return step_sweep();
    return step_mark(world, mark->role, MARK_DROPPED, "copy_gone");
}
