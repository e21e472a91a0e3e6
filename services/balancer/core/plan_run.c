/* Plans carried out: moves that are due, words from owners, ends of moves and of windows. */
#include "plan_record.h"

#include <balancer/moves.h>
#include <nt/text.h>

enum {
    MINUTE_MS = 60 * 1000,
    LATE_NOW_MS = 15 * MINUTE_MS, /* a move for danger that is here: given up after this */
};
static const int64_t PLAN_KEPT_MS = INT64_C(7) * 24 * 3600 * 1000;

static int64_t lead_ms(const struct context *context, const struct nt_planned_move *move)
{
    const int64_t wall_ms = context->policy->move_lead_ms + move->pause_ms;
    return (int64_t)((double)wall_ms * fleet_rate(context->fleet));
}

/* Give up when it can no longer be done in time. */
static bool is_late(const struct context *context, const struct nt_plan *plan,
                    const struct nt_planned_move *move)
{
    if (move->cutover_at_ms == 0)
        return context->load_ms - plan->made_ms > LATE_NOW_MS;
    const int64_t last_ms = plan->window.to_ms > plan->window.from_ms
                                ? plan->window.from_ms
                                : move->cutover_at_ms + LATE_NOW_MS;
    return context->load_ms > last_ms;
}

static void set_move(const struct context *context, struct effects *effects,
                     const struct nt_plan *old, size_t at, const char *state)
{
    struct nt_plan *plan = plan_edit(context, effects, old);
    plan->moves[at].state = state;
    if (nt_text_is(plan->state, "suggested") &&
        (nt_text_is(state, "started") || nt_text_is(state, "done")))
        plan->state = "applied";
    effects_plan(effects, plan);
}

static void begin(const struct context *context, struct effects *effects,
                  const struct nt_plan *plan, size_t at)
{
    const struct nt_planned_move *move = &plan->moves[at];
    set_move(context, effects, plan, at, "started");
    moves_begin(context, effects,
                &(struct moves_start){.server = move->server,
                                      .to = move->to,
                                      .id = move->move,
                                      .plan = plan->plan,
                                      .request = "",
                                      .cutover_at_ms = move->cutover_at_ms,
                                      .reason = move->reason});
}

/* Returns true where the plan was changed, and must be looked at anew. */
static bool start_one(const struct context *context, struct effects *effects,
                      const struct nt_plan *plan)
{
    for (size_t i = 0; i < plan->moves_count; i++) {
        const struct nt_planned_move *move = &plan->moves[i];
        if (!plan_move_waits(move))
            continue;
        const struct fleet_server *server = fleet_find_server(context->fleet, move->server);
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement) || !nt_text_is(placement->host, move->from) ||
            is_late(context, plan, move)) {
            set_move(context, effects, plan, i, "dropped");
            return true;
        }
        if (nt_text_is(move->state, "waiting-consent") ||
            (move->cutover_at_ms != 0 &&
             context->load_ms + lead_ms(context, move) < move->cutover_at_ms))
            continue;
        const struct ruling ruling =
            rules_for_start(context, effects->arena, server, move->to,
                            nt_text_is(move->reason.key, "move.consented"));
        if (ruling.verdict != RULES_FINE)
            continue; /* not yet: sessions close, budgets fill up again */
        begin(context, effects, plan, i);
        return true;
    }
    return false;
}

/* --- the end ---------------------------------------------------------------------------------- */

static const struct nt_plan *find(const struct fleet *fleet, const char *id)
{
    FLEET_EACH_PLAN(fleet, row)
    {
        if (nt_text_is(row->id, id))
            return row->record.value;
    }
    return NULL;
}

static bool has_state(const struct nt_plan *plan, const char *state)
{
    for (size_t i = 0; i < plan->moves_count; i++)
        if (nt_text_is(plan->moves[i].state, state))
            return true;
    return false;
}

/* Did it help? Said from what was measured in the window, or not at all. */
static struct nt_reason judge(const struct context *context, struct effects *effects,
                              const struct nt_plan *plan)
{
    const struct fleet_host *host = fleet_find_host(context->fleet, plan->host);
    const struct nt_pool *pool = fleet_pool(context->fleet);
    double peak = host != NULL && nt_text_is(plan->window.resource, "cpu")
                      ? readings_peak_pct(&host->readings, plan->window.from_ms, plan->window.to_ms)
                      : -1;
    const char *key = peak < 0                      ? "plan.unknown"
                      : !has_state(plan, "done")    ? "plan.not-applied"
                      : peak <= pool->threshold_pct ? "plan.helped"
                                                    : "plan.not-helped";
    return reason_make(effects->arena, key, "host", plan->host, "peak_pct",
                       reason_real(effects->arena, peak < 0 ? 0 : peak), "from_ms",
                       reason_number(effects->arena, plan->window.from_ms), "to_ms",
                       reason_number(effects->arena, plan->window.to_ms), NULL);
}

/* Over when its window is and nothing of it is under way. A plan without a window (home, drain)
 * ends with its last move. */
static bool is_over(const struct context *context, const struct nt_plan *plan)
{
    if (has_state(plan, "started"))
        return false;
    if (plan->window.to_ms > plan->window.from_ms)
        return context->load_ms >= plan->window.to_ms;
    return plan_waiting(plan) == 0;
}

static void end_one(const struct context *context, struct effects *effects,
                    const struct nt_plan *plan)
{
    const char *state = has_state(plan, "done") ? "done" : "superseded";
    if (plan->window.to_ms > plan->window.from_ms) {
        const struct nt_reason helped = judge(context, effects, plan);
        plan_close(context, effects, plan, state, &helped);
    } else {
        plan_close(context, effects, plan, state, NULL);
    }
}

void plan_start_due(const struct context *context, struct effects *effects)
{
    const struct nt_pool *pool = fleet_pool(context->fleet);
    if (pool == NULL)
        return;
    struct fleet_plan *next = NULL;
    for (struct fleet_plan *row = context->fleet->plans; row != NULL; row = next) {
        next = row->hh.next;
        const struct nt_plan *plan = row->record.value;
        if (plan_is_open(plan)) {
            while (nt_text_is(pool->mode, "automatic") && nt_text_is(plan->mode, "automatic") &&
                   start_one(context, effects, plan))
                plan = row->record.value;
            if (is_over(context, plan))
                end_one(context, effects, plan);
        } else if (context->load_ms - plan->made_ms > PLAN_KEPT_MS) {
            /* Out of the view; the topic keeps its story for 90 days. */
            fleet_forget_plan(context->fleet, row);
        }
    }
}

/* --- words from outside ----------------------------------------------------------------------- */

void plan_note_move(const struct context *context, struct effects *effects, const char *id,
                    const char *move, const char *state)
{
    const struct nt_plan *plan = find(context->fleet, id);
    if (plan == NULL)
        return;
    for (size_t i = 0; i < plan->moves_count; i++)
        if (nt_text_is(plan->moves[i].move, move) && !nt_text_is(plan->moves[i].state, state)) {
            set_move(context, effects, plan, i, state);
            return;
        }
}

const struct nt_reason *plan_move_reason(const struct fleet *fleet, const char *id,
                                         const char *move)
{
    const struct nt_plan *plan = id != NULL ? find(fleet, id) : NULL;
    for (size_t i = 0; plan != NULL && i < plan->moves_count; i++)
        if (nt_text_is(plan->moves[i].move, move))
            return &plan->moves[i].reason;
    return NULL;
}

const struct nt_planned_move *plan_waiting_move(const struct fleet *fleet, const char *server,
                                                const char *to, const char **ret_plan)
{
    FLEET_EACH_PLAN(fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        for (size_t i = 0; plan_is_open(plan) && i < plan->moves_count; i++) {
            const struct nt_planned_move *move = &plan->moves[i];
            if (!plan_move_waits(move) || !nt_text_is(move->server, server) ||
                !nt_text_is(move->to, to))
                continue;
            *ret_plan = plan->plan;
            return move;
        }
    }
    return NULL;
}

void plan_drop_moves(const struct context *context, struct effects *effects, const char *server,
                     const char *move)
{
    FLEET_EACH_PLAN(context->fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (!plan_is_open(plan))
            continue;
        for (size_t i = 0; i < plan->moves_count; i++)
            if (nt_text_is(plan->moves[i].server, server) && plan_move_waits(&plan->moves[i]) &&
                (move == NULL || nt_text_is(plan->moves[i].move, move)))
                set_move(context, effects, row->record.value, i, "dropped");
    }
}

bool plan_consent(const struct context *context, struct effects *effects, const char *server,
                  const char *move)
{
    FLEET_EACH_PLAN(context->fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (!plan_is_open(plan))
            continue;
        for (size_t i = 0; i < plan->moves_count; i++) {
            if (!nt_text_is(plan->moves[i].server, server) ||
                !nt_text_is(plan->moves[i].state, "waiting-consent") ||
                (move != NULL && !nt_text_is(plan->moves[i].move, move)))
                continue;
            struct nt_plan *edited = plan_edit(context, effects, plan);
            edited->moves[i].state = "planned";
            edited->moves[i].reason.key = "move.consented";
            effects_plan(effects, edited);
            return true;
        }
    }
    return false;
}
