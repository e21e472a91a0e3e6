#include "plan_record.h"

#include <balancer/placing.h>
#include <nt/text.h>

#include <stdlib.h>
#include <string.h>

enum { CURVE_SLOTS = 3, CURVE_POINTS = SCENARIO_SLOTS / CURVE_SLOTS, CONTRIBUTORS_MAX = 5 };

bool plan_is_open(const struct nt_plan *plan)
{
    return nt_text_is(plan->state, "suggested") || nt_text_is(plan->state, "applied");
}

bool plan_move_waits(const struct nt_planned_move *move)
{
    return nt_text_is(move->state, "planned") || nt_text_is(move->state, "waiting-consent");
}

size_t plan_waiting(const struct nt_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->moves_count; i++)
        count += plan_move_waits(&plan->moves[i]);
    return count;
}

bool plan_is_about(const struct nt_plan *plan, const char *host)
{
    return nt_text_is(plan->host, host);
}

bool plan_waits_for(const struct fleet *fleet, const char *server)
{
    FLEET_EACH_PLAN(fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        for (size_t i = 0; plan_is_open(plan) && i < plan->moves_count; i++)
            if (nt_text_is(plan->moves[i].server, server) && plan_move_waits(&plan->moves[i]))
                return true;
    }
    return false;
}

const struct nt_plan *plan_of_host(const struct fleet *fleet, const char *host)
{
    FLEET_EACH_PLAN(fleet, row)
    {
        const struct nt_plan *plan = row->record.value;
        if (plan_is_open(plan) && plan_is_about(plan, host))
            return plan;
    }
    return NULL;
}

struct nt_plan *plan_edit(const struct context *context, struct effects *effects,
                          const struct nt_plan *old)
{
    struct nt_plan *plan = nt_plan_clone(effects->arena, old);
    plan->revision++;
    plan->at_ms = context->wall_ms;
    return plan;
}

void plan_close(const struct context *context, struct effects *effects, const struct nt_plan *old,
                const char *state, const struct nt_reason *helped)
{
    struct nt_plan *plan = plan_edit(context, effects, old);
    plan->state = state;
    for (size_t i = 0; i < plan->moves_count; i++)
        if (plan_move_waits(&plan->moves[i]))
            plan->moves[i].state = "dropped";
    if (helped != NULL)
        plan->helped = (struct nt_reason *)helped;
    effects_plan(effects, plan);
}

/* --- a new one -------------------------------------------------------------------------------- */

struct share {
    const struct fleet_server *server;
    double amount;
};

static int by_amount(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    return (x->amount < y->amount) - (x->amount > y->amount);
}

static void set_contributors(const struct context *context, struct effects *effects,
                             const struct plan_draft *draft, struct nt_window *window)
{
    const struct danger *danger = draft->danger;
    const int slots = danger->window.end - danger->window.first;
    struct share *shares =
        NT_ARRAY(effects->arena, (size_t)HASH_COUNT(context->fleet->servers), struct share);
    size_t count = 0;
    double whole = 0;
    for (int t = danger->window.first; t < danger->window.end; t++)
        whole += scenario_mean(&danger->host->sum[danger->resource], t);
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement) || !nt_text_is(placement->host, danger->host->host->id))
            continue;
        struct share *share = &shares[count++];
        share->server = server;
        for (int t = danger->window.first; t < danger->window.end; t++)
            share->amount += outlook_expected(draft->without, server, danger->resource, t);
    }
    if (slots <= 0 || whole <= 0)
        return;
    qsort(shares, count, sizeof(shares[0]), by_amount);
    window->contributors_count = count < CONTRIBUTORS_MAX ? count : CONTRIBUTORS_MAX;
    window->contributors =
        NT_ARRAY(effects->arena, window->contributors_count, struct nt_contributor);
    for (size_t i = 0; i < window->contributors_count; i++)
        window->contributors[i] = (struct nt_contributor){
            .server = shares[i].server->id, .share_pct = 100 * shares[i].amount / whole};
}

static struct nt_window make_window(const struct context *context, struct effects *effects,
                                    const struct plan_draft *draft)
{
    const struct danger *danger = draft->danger;
    const struct outlook_host *host = danger->host;
    const int64_t from_ms = draft->without->from_ms;
    struct nt_window window = {
        .resource = outlook_resource_name(danger->resource),
        .from_ms = from_ms + (int64_t)danger->window.first * SCENARIO_SLOT_MS,
        .to_ms = from_ms + (int64_t)danger->window.end * SCENARIO_SLOT_MS,
        .peak_pct = 100 * danger->window.peak / host->capacity[danger->resource],
        .probability = danger->window.probability,
    };
    set_contributors(context, effects, draft, &window);
    return window;
}

static float *points(struct effects *effects, const struct outlook_host *host,
                     enum fleet_resource resource)
{
    float *pct = NT_ARRAY(effects->arena, CURVE_POINTS, float);
    for (int i = 0; i < CURVE_POINTS; i++) {
        double sum = 0;
        for (int t = 0; t < CURVE_SLOTS; t++)
            sum += scenario_mean(&host->sum[resource], i * CURVE_SLOTS + t);
        pct[i] = (float)(100 * sum / CURVE_SLOTS / host->capacity[resource]);
    }
    return pct;
}

static void add_curve(struct effects *effects, const struct plan_draft *draft, struct nt_plan *plan,
                      const char *host)
{
    for (size_t i = 0; i < plan->curves_count; i++)
        if (nt_text_is(plan->curves[i].host, host))
            return;
    const struct outlook_host *without = outlook_find(draft->without, host);
    const struct outlook_host *with = outlook_find(draft->with, host);
    if (without == NULL || with == NULL || without->capacity[draft->danger->resource] <= 0)
        return;
    plan->curves[plan->curves_count++] = (struct nt_curve){
        .host = host,
        .without_pct = points(effects, without, draft->danger->resource),
        .without_pct_count = CURVE_POINTS,
        .with_pct = points(effects, with, draft->danger->resource),
        .with_pct_count = CURVE_POINTS,
    };
}

static void set_moves(const struct context *context, struct effects *effects,
                      const struct proposal *proposal, struct nt_plan *plan)
{
    plan->moves_count = proposal->moves_count;
    plan->moves = NT_ARRAY(effects->arena, plan->moves_count, struct nt_planned_move);
    for (size_t i = 0; i < plan->moves_count; i++) {
        const struct proposed_move *move = &proposal->moves[i];
        char id[NT_UUID_SIZE];
        context->make_id(context->arg, context->wall_ms, id);
        plan->moves[i] = (struct nt_planned_move){
            .move = nt_arena_text(effects->arena, id),
            .server = move->server->id,
            .name = fleet_placement(move->server)->name,
            .from = move->from,
            .to = move->to,
            .cutover_at_ms = move->cutover_at_ms,
            .pause_ms = move->copy.pause_ms,
            .bytes = move->copy.bytes,
            .reason = move->reason,
            .state = move->needs_consent ? "waiting-consent" : "planned",
        };
    }
}

static void set_rejected(struct effects *effects, const struct proposal *proposal,
                         struct nt_plan *plan)
{
    plan->rejected_count = proposal->rejected_count;
    plan->rejected = NT_ARRAY(effects->arena, plan->rejected_count, struct nt_alternative);
    for (size_t i = 0; i < plan->rejected_count; i++) {
        const struct rejected_move *rejected = &proposal->rejected[i];
        plan->rejected[i] = (struct nt_alternative){
            .server = rejected->server->id,
            .name = fleet_placement(rejected->server)->name,
            .to = rejected->to,
            .from_peak_pct = rejected->from_peak_pct,
            .to_peak_pct = rejected->to_peak_pct,
            .reason = rejected->reason,
        };
    }
}

static struct nt_reason make_reason(struct effects *effects, const struct plan_draft *draft,
                                    const struct nt_plan *plan)
{
    struct nt_arena *arena = effects->arena;
    const bool has_window = plan->window.to_ms > plan->window.from_ms;
    const char *key = plan->moves_count == 0 ? "plan.no-move"
                      : draft->is_now        ? "plan.now"
                      : has_window           ? "plan.window"
                                             : "plan.home";
    return reason_make(arena, key, "host", plan->host, "resource", plan->window.resource, "from_ms",
                       reason_number(arena, plan->window.from_ms), "to_ms",
                       reason_number(arena, plan->window.to_ms), "peak_pct",
                       reason_real(arena, plan->window.peak_pct), "probability",
                       nt_arena_printf(arena, "%.2f", plan->window.probability), "count",
                       reason_number(arena, (int64_t)plan->moves_count), NULL);
}

/* The owner is told at least notice_ms before; in mode suggest nothing will happen, so nothing is
 * said. */
static void tell_owners(const struct context *context, struct effects *effects,
                        const struct nt_plan *plan)
{
    if (!nt_text_is(plan->mode, "automatic"))
        return;
    for (size_t i = 0; i < plan->moves_count; i++) {
        const struct nt_planned_move *move = &plan->moves[i];
        const struct nt_placement *placement =
            fleet_placement(fleet_find_server(context->fleet, move->server));
        effects_move_event(effects, &(struct nt_move_event){
                                        .move = move->move,
                                        .server = move->server,
                                        .owner = placement->owner,
                                        .name = placement->name,
                                        .from = move->from,
                                        .to = move->to,
                                        .phase = "planned",
                                        .reason = move->reason,
                                        .plan = plan->plan,
                                        .bytes = move->bytes,
                                        .cutover_at_ms = move->cutover_at_ms,
                                        .load_ms = context->load_ms,
                                        .at_ms = context->wall_ms,
                                    });
    }
}

const char *plan_write(const struct context *context, struct effects *effects,
                       const struct plan_draft *draft)
{
    const struct nt_pool *pool = fleet_pool(context->fleet);
    const struct proposal *proposal = draft->proposal;
    char id[NT_UUID_SIZE];
    context->make_id(context->arg, context->wall_ms, id);
    struct nt_plan plan = {
        .plan = nt_arena_text(effects->arena, id),
        .state = proposal->moves_count > 0 ? "suggested" : "no-useful-move",
        .mode = pool->mode,
        .made_ms = context->load_ms,
        .host = draft->danger->host->host->id,
        .window = make_window(context, effects, draft),
        .curves = NT_ARRAY(effects->arena, PROPOSAL_MOVES_MAX + 1, struct nt_curve),
        .curve_from_ms = draft->without->from_ms,
        .curve_step_ms = CURVE_SLOTS * SCENARIO_SLOT_MS,
        .revision = 1,
        .at_ms = context->wall_ms,
    };
    set_moves(context, effects, proposal, &plan);
    set_rejected(effects, proposal, &plan);
    add_curve(effects, draft, &plan, plan.host);
    for (size_t i = 0; i < plan.moves_count; i++)
        add_curve(effects, draft, &plan, plan.moves[i].to);
    plan.reason = make_reason(effects, draft, &plan);
    effects_plan(effects, &plan);
    tell_owners(context, effects, &plan);
    return plan.plan;
}
