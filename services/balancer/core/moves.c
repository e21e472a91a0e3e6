#include <balancer/moves.h>

#include "edit.h"

#include <balancer/answer.h>
#include <balancer/plan.h>
#include <balancer/state.h>
#include <nt/text.h>

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 8, HOUR_MS = 3600 * 1000 };

/* What a line of the table asks about one move. */
struct facts {
    const struct context *context;
    const struct fleet_server *server;
    const struct nt_placement *placement;
    const struct nt_move *move;
    const struct nt_hand *source; /* NULL: nothing known of this move there */
    const struct nt_hand *target;
    bool source_away;
    bool target_away;   /* unreachable or forgotten */
    bool target_closed; /* cordoned or draining */
};

static bool step_is(const struct nt_hand *hand, const char *step)
{
    return hand != NULL && nt_text_is(hand->step, step);
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool target_runs(const struct facts *facts)
{
    return step_is(facts->target, "running");
}

static bool target_refused(const struct facts *facts)
{
    return step_is(facts->target, "refused");
}

static bool target_gave_up(const struct facts *facts)
{
    return step_is(facts->target, "refused") || step_is(facts->target, "dropped");
}

static bool source_is_away(const struct facts *facts)
{
    return facts->source_away;
}

static bool target_is_away(const struct facts *facts)
{
    return facts->target_away || facts->target_closed;
}

/* Copied, and the planned moment has come. */
static bool may_hold(const struct facts *facts)
{
    return step_is(facts->target, "copied") &&
           (facts->move->cutover_at_ms == 0 ||
            facts->context->load_ms >= facts->move->cutover_at_ms);
}

static bool edge_holds(const struct facts *facts)
{
    return facts->move->edge_holds;
}

static bool copying_stalled(const struct facts *facts)
{
    return facts->server->progress.stalled_ms >= MOVES_STALLED_MS;
}

static bool holding_late(const struct facts *facts)
{
    return facts->server->progress.in_phase_ms >= MOVES_HOLDING_MS;
}

static bool cutover_late(const struct facts *facts)
{
    return facts->server->progress.in_phase_ms >= MOVES_CUTOVER_MS;
}

/* Only the target's word ends a cut-over; losing a side is no reason to wait for the deadline. */
static bool cutover_lost(const struct facts *facts)
{
    return (facts->target_away || facts->source_away) && !target_runs(facts);
}

/* --- the table -------------------------------------------------------------------------------- */

/* The first line of the present phase whose condition holds is taken. What is not listed waits. */
static const struct transition {
    const char *phase;
    bool (*when)(const struct facts *facts);
    const char *next;
    const char *why; /* the reason's key where the next is an end or a recall */
} transitions[] = {
    {"copying", target_gave_up, "aborted", "move.aborted-refused"},
    {"copying", source_is_away, "aborted", "move.aborted-source-away"},
    {"copying", target_is_away, "aborted", "move.aborted-target-away"},
    {"copying", copying_stalled, "aborted", "move.aborted-stalled"},
    {"copying", may_hold, "holding", NULL},

    {"holding", target_gave_up, "aborted", "move.aborted-refused"},
    {"holding", source_is_away, "aborted", "move.aborted-source-away"},
    {"holding", target_is_away, "aborted", "move.aborted-target-away"},
    {"holding", edge_holds, "cutover", NULL},
    {"holding", holding_late, "aborted", "move.aborted-edge"},

    {"cutover", target_runs, "done", NULL},
    {"cutover", target_refused, "aborted", "move.aborted-refused"},
    {"cutover", cutover_lost, "recalled", "move.recalled-away"},
    {"cutover", cutover_late, "recalled", "move.recalled-late"},

    {"recalled", target_runs, "done", NULL},
    {"recalled", target_refused, "aborted", "move.aborted-refused"},
};

/* --- facts ------------------------------------------------------------------------------------ */

static const struct nt_hand *hand_of(const struct facts *facts, const char *host)
{
    const struct nt_observed *observed = fleet_observed(facts->server, host);
    if (observed == NULL || observed->hand == NULL ||
        !nt_text_is(observed->hand->move, facts->move->id))
        return NULL;
    return observed->hand;
}

static bool is_away(const struct fleet_host *host)
{
    const struct nt_host *record = fleet_host_record(host);
    return host == NULL || host->reach == FLEET_UNREACHABLE ||
           (record != NULL && record->quarantined);
}

static struct facts facts_of(const struct context *context, const struct fleet_server *server)
{
    const struct nt_placement *placement = fleet_placement(server);
    struct facts facts = {
        .context = context, .server = server, .placement = placement, .move = placement->move};
    const struct fleet_host *to = fleet_find_host(context->fleet, placement->move->to);
    const struct nt_host *record = fleet_host_record(to);
    facts.source = hand_of(&facts, placement->move->from);
    facts.target = hand_of(&facts, placement->move->to);
    facts.source_away = is_away(fleet_find_host(context->fleet, placement->move->from));
    facts.target_away = is_away(to);
    facts.target_closed = record != NULL && (record->cordon || record->drain);
    return facts;
}

/* --- records ---------------------------------------------------------------------------------- */

static void move_event(const struct context *context, struct effects *effects,
                       const struct nt_placement *placement, const struct nt_move *move,
                       const char *phase, const struct nt_reason *reason,
                       const struct nt_hand *source, const struct nt_hand *target)
{
    struct nt_move_event event = {
        .move = move->id,
        .server = placement->server,
        .owner = placement->owner,
        .name = placement->name,
        .from = move->from,
        .to = move->to,
        .phase = phase,
        .reason = *reason,
        .plan = move->plan,
        .bytes = target != NULL ? target->bytes_done : 0,
        .cutover_at_ms = move->cutover_at_ms,
        .load_ms = context->load_ms,
        .at_ms = context->wall_ms,
    };
    if (nt_text_is(phase, "done") && source != NULL && target != NULL &&
        source->stopped_at_ms > 0 && target->started_at_ms > source->stopped_at_ms)
        event.pause_ms = target->started_at_ms - source->stopped_at_ms;
    effects_move_event(effects, &event);
}

static bool is_end(const char *phase)
{
    return nt_text_is(phase, "done") || nt_text_is(phase, "aborted");
}

void moves_begin(const struct context *context, struct effects *effects,
                 const struct moves_start *start)
{
    const struct fleet_server *server = fleet_find_server(context->fleet, start->server);
    const struct nt_placement *old = fleet_placement(server);
    char id[NT_UUID_SIZE];
    if (start->id == NULL)
        context->make_id(context->arg, context->wall_ms, id);
    else
        snprintf(id, sizeof(id), "%s", start->id);
    struct nt_move move = {
        .id = nt_arena_text(effects->arena, id),
        .from = old->host,
        .to = start->to,
        .phase = "copying",
        .since_ms = context->wall_ms,
        .cutover_at_ms = start->cutover_at_ms,
        .why = start->reason.key,
        .plan = start->plan,
    };
    struct nt_placement placement = edit_begin(context, old, start->request);
    placement.move = &move;
    effects_placement(effects, &placement);
    move_event(context, effects, &placement, &move, "copying", &start->reason, NULL, NULL);
    state_refresh(context, effects, start->server);
    moves_step(context, effects, start->server); /* its time counts from here */
}

static struct nt_reason short_reason(struct nt_arena *arena, const char *key,
                                     const struct nt_placement *placement,
                                     const struct nt_move *move)
{
    return reason_make(arena, key, "name", placement->name, "from", move->from, "to", move->to,
                       NULL);
}

/* Why it was begun: with all figures where its plan is known. */
static struct nt_reason reason_of(const struct context *context, struct effects *effects,
                                  const struct nt_placement *placement, const struct nt_move *move)
{
    const struct nt_reason *planned = plan_move_reason(context->fleet, move->plan, move->id);
    return planned != NULL ? *planned : short_reason(effects->arena, move->why, placement, move);
}

static void enter(const struct context *context, struct effects *effects, const struct facts *facts,
                  const struct transition *transition)
{
    struct nt_move move = *facts->move;
    move.phase = transition->next;
    move.since_ms = context->wall_ms;
    struct nt_placement placement = edit_begin(context, facts->placement, "");
    placement.move = &move;

    const struct nt_reason reason =
        transition->why != NULL ? short_reason(effects->arena, transition->why, &placement, &move)
                                : reason_of(context, effects, &placement, &move);
    move_event(context, effects, &placement, &move, transition->next, &reason, facts->source,
               facts->target);
    if (is_end(move.phase))
        placement.move = NULL;
    if (nt_text_is(move.phase, "done")) {
        placement.host = move.to;
        placement.moved_at_ms = context->load_ms;
    }
    effects_placement(effects, &placement);
    if (is_end(move.phase) && move.plan != NULL)
        plan_note_move(context, effects, move.plan, move.id, move.phase);
    state_refresh(context, effects, placement.server);
}

void moves_abort_in(const struct context *context, struct effects *effects,
                    struct nt_placement *placement, const char *why)
{
    const struct nt_move *move = placement->move;
    const struct nt_reason reason = short_reason(effects->arena, why, placement, move);
    move_event(context, effects, placement, move, "aborted", &reason, NULL, NULL);
    if (move->plan != NULL)
        plan_note_move(context, effects, move->plan, move->id, "aborted");
    placement->move = NULL;
}

/* A deadline counts from the moment at which this leader first saw the phase. */
static void note_progress(struct fleet_server *server, const struct facts *facts)
{
    struct fleet_progress *progress = &server->progress;
    if (!nt_text_is(progress->move, facts->move->id) ||
        !nt_text_is(progress->phase, facts->move->phase)) {
        *progress = (struct fleet_progress){0};
        snprintf(progress->move, sizeof(progress->move), "%s", facts->move->id);
        snprintf(progress->phase, sizeof(progress->phase), "%s", facts->move->phase);
    }
    int64_t mark = 0;
    if (facts->target != NULL)
        mark += facts->target->bytes_done + facts->target->at_ms;
    if (facts->source != NULL)
        mark += facts->source->bytes_done + facts->source->at_ms;
    /* A copy that is ready waits for its moment: that is no stall. */
    if (mark != progress->mark || step_is(facts->target, "copied"))
        progress->stalled_ms = 0;
    progress->mark = mark;
}

void moves_step(const struct context *context, struct effects *effects, const char *id)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        struct fleet_server *server = fleet_find_server(context->fleet, id);
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL || placement->move == NULL)
            return;
        const struct facts facts = facts_of(context, server);
        note_progress(server, &facts);
        const struct transition *taken = NULL;
        for (size_t i = 0; i < NT_COUNT(transitions) && taken == NULL; i++)
            if (nt_text_is(transitions[i].phase, facts.move->phase) && transitions[i].when(&facts))
                taken = &transitions[i];
        if (taken == NULL)
            return;
        enter(context, effects, &facts, taken);
    }
}

void moves_tick(const struct context *context, struct effects *effects, int64_t elapsed_ms)
{
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL || placement->move == NULL)
            continue;
        if (context->is_current) {
            server->progress.in_phase_ms += elapsed_ms;
            server->progress.stalled_ms += elapsed_ms;
        }
        moves_step(context, effects, server->id);
    }
}

bool moves_edge_holds(const struct context *context, struct effects *effects, const char *id,
                      const char *move_id, const char *request)
{
    const struct fleet_server *server = fleet_find_server(context->fleet, id);
    const struct nt_placement *old = fleet_placement(server);
    if (old == NULL || old->move == NULL || !nt_text_is(old->move->id, move_id) ||
        !nt_text_is(old->move->phase, "holding"))
        return false;
    struct nt_move move = *old->move;
    move.edge_holds = true;
    struct nt_placement placement = edit_begin(context, old, request);
    placement.move = &move;
    effects_placement(effects, &placement);
    moves_step(context, effects, id);
    return true;
}

int moves_in_last_hour(const struct context *context)
{
    int count = 0;
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL)
            continue;
        if (placement->move != NULL ||
            (placement->moved_at_ms > 0 && context->load_ms - placement->moved_at_ms < HOUR_MS))
            count++;
    }
    return count;
}
