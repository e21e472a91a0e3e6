/* Plans over time: what the scenarios show every five minutes, and what is due now. */
#include "plan_record.h"

#include <balancer/moves.h>
#include <balancer/placing.h>
#include <nt/text.h>

#include <string.h>

enum { HOUR_MS = 3600 * 1000, REACT_PAUSE_MS = 15 * 60 * 1000 };

/* --- keeping or dropping what was planned ----------------------------------------------------- */

static void apply_waiting(struct outlook *outlook, const struct nt_plan *plan)
{
    const struct fleet *fleet = outlook->context->fleet;
    for (size_t i = 0; i < plan->moves_count; i++) {
        const struct nt_planned_move *move = &plan->moves[i];
        const struct fleet_server *server = fleet_find_server(fleet, move->server);
        struct outlook_host *from = outlook_find(outlook, move->from);
        struct outlook_host *to = outlook_find(outlook, move->to);
        const struct nt_placement *placement = fleet_placement(server);
        if (!plan_move_waits(move) || from == NULL || to == NULL || !fleet_is_living(placement) ||
            placement->move != NULL || !nt_text_is(placement->host, move->from))
            continue;
        const int first = move->cutover_at_ms == 0 ? 0 : outlook_slot(outlook, move->cutover_at_ms);
        outlook_shift(outlook, from, server, -1, first);
        outlook_shift(outlook, to, server, +1, first);
    }
}

/* Is each waiting move still possible: the server there, the target open, its moment to come? */
static bool moves_are_possible(const struct context *context, const struct nt_plan *plan)
{
    const bool is_automatic = nt_text_is(plan->mode, "automatic");
    for (size_t i = 0; i < plan->moves_count; i++) {
        const struct nt_planned_move *move = &plan->moves[i];
        if (!plan_move_waits(move))
            continue;
        const struct nt_placement *placement =
            fleet_placement(fleet_find_server(context->fleet, move->server));
        if (!fleet_is_living(placement) || placement->move != NULL ||
            !nt_text_is(placement->host, move->from) ||
            !placing_is_open(fleet_find_host(context->fleet, move->to)))
            return false;
        if (!is_automatic && move->cutover_at_ms != 0 && move->cutover_at_ms <= context->load_ms)
            return false; /* nobody did it; look for another moment */
    }
    return true;
}

static bool is_dangerous(const struct outlook *outlook, struct outlook_host *host,
                         double probability)
{
    struct danger danger;
    return outlook_danger(outlook, host, probability, &danger);
}

/* Keep a plan while what it is for is still coming and its moves still avoid it. */
static bool still_good(const struct context *context, const struct outlook *outlook,
                       const struct nt_plan *plan)
{
    const struct nt_pool *pool = fleet_pool(context->fleet);
    if (!nt_text_is(plan->mode, pool->mode) || !moves_are_possible(context, plan))
        return false;
    NT_CLEANUP(outlook_free_p) struct outlook *with = outlook_dup(outlook);
    struct outlook_host *host = outlook_find(with, plan->host);
    if (host == NULL || !is_dangerous(with, host, with->clear))
        return false;
    apply_waiting(with, plan);
    return !is_dangerous(with, host, with->act);
}

static bool any_started(const struct nt_plan *plan)
{
    for (size_t i = 0; i < plan->moves_count; i++)
        if (nt_text_is(plan->moves[i].state, "started") || nt_text_is(plan->moves[i].state, "done"))
            return true;
    return false;
}

/* Plans for what is happening now are not judged by forecasts that did not see it coming. */
static bool is_reaction(const struct nt_plan *plan)
{
    return nt_text_is(plan->reason.key, "plan.now");
}

static void review(const struct context *context, struct effects *effects, struct outlook *outlook)
{
    FLEET_EACH_PLAN(context->fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (!plan_is_open(plan) || plan_waiting(plan) == 0 || is_reaction(plan))
            continue;
        if (still_good(context, outlook, plan)) {
            apply_waiting(outlook, plan);
            continue;
        }
        /* What was started goes on; only what waits is dropped. */
        plan_close(context, effects, plan, any_started(plan) ? "applied" : "superseded", NULL);
    }
}

/* --- new plans -------------------------------------------------------------------------------- */

/* "No useful move" is said once for a window, not every five minutes. */
static bool was_said(const struct context *context, const struct danger *danger, int64_t from_ms)
{
    const int64_t window_from_ms = from_ms + (int64_t)danger->window.first * SCENARIO_SLOT_MS;
    const int64_t window_to_ms = from_ms + (int64_t)danger->window.end * SCENARIO_SLOT_MS;
    FLEET_EACH_PLAN(context->fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (nt_text_is(plan->state, "no-useful-move") &&
            plan_is_about(plan, danger->host->host->id) && plan->window.from_ms < window_to_ms &&
            window_from_ms < plan->window.to_ms && context->load_ms - plan->made_ms < HOUR_MS)
            return true;
    }
    return false;
}

static void end_older(const struct context *context, struct effects *effects, const char *host,
                      const char *newest)
{
    FLEET_EACH_PLAN(context->fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (nt_text_is(plan->state, "no-useful-move") && plan_is_about(plan, host) &&
            !nt_text_is(plan->plan, newest))
            plan_close(context, effects, plan, "superseded", NULL);
    }
}

static bool is_leaving(const struct context *context, const char *host)
{
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement != NULL && placement->move != NULL && nt_text_is(placement->move->from, host))
            return true;
    }
    return false;
}

/* Make a plan for one danger; the outlook then shows its moves. */
static void plan_for(const struct context *context, struct effects *effects,
                     const struct planner *planner, struct outlook *outlook,
                     const struct danger *danger, bool is_now)
{
    NT_CLEANUP(outlook_free_p) struct outlook *with = outlook_dup(outlook);
    struct danger inside = *danger;
    inside.host = outlook_find(with, danger->host->host->id);
    struct proposal proposal;
    planner->propose(with, &inside, is_now, effects->arena, &proposal);
    const bool is_useful = proposal.moves_count > 0;
    if (!is_useful && was_said(context, danger, outlook->from_ms))
        return;
    const struct plan_draft draft = {
        .danger = danger,
        .without = outlook,
        .with = is_useful ? with : outlook,
        .proposal = &proposal,
        .is_now = is_now,
    };
    const char *id = plan_write(context, effects, &draft);
    end_older(context, effects, danger->host->host->id, id);
    if (is_useful)
        memcpy(outlook->hosts, with->hosts, outlook->hosts_count * sizeof(with->hosts[0]));
}

void plan_tick(const struct context *context, struct effects *effects,
               const struct planner *planner)
{
    const struct nt_pool *pool = fleet_pool(context->fleet);
    if (pool == NULL)
        return;
    if (nt_text_is(pool->mode, "off")) {
        FLEET_EACH_PLAN(context->fleet, row)
        {
            const struct nt_plan *plan = row->record.value;
            if (plan_is_open(plan) && plan_waiting(plan) > 0)
                plan_close(context, effects, plan, any_started(plan) ? "applied" : "superseded",
                           NULL);
        }
        return;
    }
    NT_CLEANUP(outlook_free_p) struct outlook *outlook = outlook_new(context, false);
    review(context, effects, outlook);
    for (size_t i = 0; i < outlook->hosts_count; i++) {
        struct danger danger;
        const char *host = outlook->hosts[i].host->id;
        if (!outlook_danger(outlook, &outlook->hosts[i], outlook->act, &danger) ||
            is_leaving(context, host))
            continue;
        const struct nt_plan *open = plan_of_host(context->fleet, host);
        if (open != NULL && plan_waiting(open) > 0)
            continue;
        plan_for(context, effects, planner, outlook, &danger, false);
    }
    plan_home(context, effects, outlook);
    plan_drain(context, effects);
}

/* --- danger that was not foreseen ------------------------------------------------------------- */

static void alert(const struct context *context, struct effects *effects, struct fleet_host *host,
                  bool is_on)
{
    host->is_overloaded = is_on;
    const struct nt_pair params[] = {
        {"load_pct", reason_real(effects->arena, readings_newest_pct(&host->readings))}};
    effects_alert(effects, &(struct nt_alert){.subject = host->id,
                                              .kind = "overload",
                                              .on = is_on,
                                              .params = (struct nt_pair *)params,
                                              .params_count = NT_COUNT(params),
                                              .at_ms = context->wall_ms});
}

/* A plan that is about to act, or has just acted, is given its time. */
static bool is_in_hand(const struct context *context, const struct fleet_host *host)
{
    if (is_leaving(context, host->id))
        return true;
    FLEET_EACH_PLAN(context->fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (plan_is_about(plan, host->id) && is_reaction(plan) &&
            context->load_ms - plan->made_ms < REACT_PAUSE_MS)
            return true;
        if (plan_is_about(plan, host->id) && nt_text_is(plan->state, "no-useful-move") &&
            context->load_ms - plan->made_ms < REACT_PAUSE_MS)
            return true;
    }
    return false;
}

void plan_react(const struct context *context, struct effects *effects,
                const struct planner *planner)
{
    const struct nt_pool *pool = fleet_pool(context->fleet);
    if (pool == NULL)
        return;
    const int minutes = context->policy->overload_minutes;
    FLEET_EACH_HOST(context->fleet, host)
    {
        const bool is_over = readings_run_above(&host->readings, pool->threshold_pct) >= minutes;
        if (is_over && !host->is_overloaded)
            alert(context, effects, host, true);
        else if (host->is_overloaded &&
                 readings_run_below(&host->readings, pool->threshold_pct) >= minutes)
            alert(context, effects, host, false);
        if (!is_over || nt_text_is(pool->mode, "off") || is_in_hand(context, host))
            continue;
        NT_CLEANUP(outlook_free_p) struct outlook *outlook = outlook_new(context, true);
        struct outlook_host *entry = outlook_find(outlook, host->id);
        struct danger danger;
        if (entry == NULL || !outlook_danger(outlook, entry, outlook->act, &danger))
            continue;
        const struct nt_plan *open = plan_of_host(context->fleet, host->id);
        if (open != NULL && plan_waiting(open) > 0)
            plan_close(context, effects, open, any_started(open) ? "applied" : "superseded", NULL);
        plan_for(context, effects, planner, outlook, &danger, true);
    }
}
