/* Moves that no window asks for: home from a spare host, and away from a draining one. */
#include "plan_record.h"

#include <balancer/moves.h>
#include <balancer/placing.h>
#include <nt/memory.h>
#include <nt/text.h>

enum { HOME_SLOTS = 144 }; /* within the next twelve hours */

/* A host that takes somebody back must stay this calm, well below where it would send them away. */
static const double HOME_PEAK_PCT = 75;

static bool is_calm(const struct outlook *outlook, const struct outlook_host *host)
{
    for (int i = 0; i < FLEET_RESOURCES; i++)
        if (outlook_max_probability(host, i) >= outlook->clear / 2 ||
            outlook_peak_pct(host, i, 0, SCENARIO_SLOTS) > HOME_PEAK_PCT)
            return false;
    return true;
}

static int quietest(const struct outlook *outlook, const struct fleet_server *server, int earliest)
{
    int best = earliest;
    double least = outlook_expected(outlook, server, FLEET_CPU, earliest);
    for (int t = earliest + 1; t < HOME_SLOTS; t++) {
        double milli = outlook_expected(outlook, server, FLEET_CPU, t);
        if (milli < least) {
            least = milli;
            best = t;
        }
    }
    return best;
}

/* The active host that stays calm with this server all day and calmest of all; NULL: none. */
static struct outlook_host *calmest(struct outlook *outlook, const struct fleet_server *server,
                                    struct outlook_host *scratch)
{
    struct outlook_host *best = NULL;
    double best_pct = 0;
    for (size_t i = 0; i < outlook->hosts_count; i++) {
        struct outlook_host *host = &outlook->hosts[i];
        if (!nt_text_is(fleet_host_record(host->host)->role, "active") ||
            !host->is_forecast[FLEET_CPU] ||
            placing_target(outlook->context, fleet_placement(server), host->host) != NULL)
            continue;
        *scratch = *host;
        outlook_shift(outlook, scratch, server, +1, 0);
        double pct = outlook_peak_pct(scratch, FLEET_CPU, 0, SCENARIO_SLOTS);
        if (is_calm(outlook, scratch) && (best == NULL || pct < best_pct)) {
            best = host;
            best_pct = pct;
        }
    }
    return best;
}

static void plan_one_home(const struct context *context, struct effects *effects,
                          struct outlook *outlook, const struct fleet_server *server,
                          struct outlook_host *from, struct outlook_host *to)
{
    const struct nt_placement *placement = fleet_placement(server);
    const int64_t rate_lead_ms =
        (int64_t)((double)context->policy->move_lead_ms * fleet_rate(context->fleet));
    const int64_t wait_ms =
        context->policy->notice_ms > rate_lead_ms ? context->policy->notice_ms : rate_lead_ms;
    const int slot =
        quietest(outlook, server, outlook_slot(outlook, context->load_ms + wait_ms) + 1);
    const int64_t cutover_at_ms = outlook->from_ms + (int64_t)slot * SCENARIO_SLOT_MS;
    const struct ruling ruling =
        rules_for_plan(context, effects->arena, server, cutover_at_ms, false,
                       outlook_expected(outlook, server, FLEET_CPU, slot));
    if (ruling.verdict != RULES_FINE)
        return;
    struct proposal proposal = {
        .moves_count = 1,
        .moves[0] = {.server = server,
                     .from = from->host->id,
                     .to = to->host->id,
                     .cutover_at_ms = cutover_at_ms,
                     .copy = rules_copy_of(context, server),
                     .reason = reason_make(effects->arena, "move.home", "name", placement->name,
                                           "from", from->host->id, "to", to->host->id, NULL)},
    };
    NT_CLEANUP(outlook_free_p) struct outlook *with = outlook_dup(outlook);
    outlook_shift(with, outlook_find(with, from->host->id), server, -1, slot);
    outlook_shift(with, outlook_find(with, to->host->id), server, +1, slot);
    const struct danger nowhere = {.host = from, .resource = FLEET_CPU};
    (void)plan_write(
        context, effects,
        &(struct plan_draft){
            .danger = &nowhere, .without = outlook, .with = with, .proposal = &proposal});
}

void plan_home(const struct context *context, struct effects *effects, struct outlook *outlook)
{
    NT_CLEANUP(nt_free_p) struct outlook_host *scratch = nt_zalloc(sizeof(*scratch));
    for (size_t i = 0; i < outlook->hosts_count; i++) {
        struct outlook_host *from = &outlook->hosts[i];
        if (!nt_text_is(fleet_host_record(from->host)->role, "spare") ||
            plan_of_host(context->fleet, from->host->id) != NULL)
            continue;
        FLEET_EACH_SERVER(context->fleet, server)
        {
            const struct nt_placement *placement = fleet_placement(server);
            if (!fleet_is_living(placement) || placement->move != NULL ||
                !nt_text_is(placement->host, from->host->id) ||
                plan_waits_for(context->fleet, server->id))
                continue;
            struct outlook_host *to = calmest(outlook, server, scratch);
            if (to == NULL)
                continue;
            plan_one_home(context, effects, outlook, server, from, to);
            break; /* one at a time: the next look sees what this one changes */
        }
    }
}

void plan_drain(const struct context *context, struct effects *effects)
{
    FLEET_EACH_HOST(context->fleet, host)
    {
        const struct nt_host *record = fleet_host_record(host);
        if (record == NULL || !record->drain)
            continue;
        FLEET_EACH_SERVER(context->fleet, server)
        {
            const struct nt_placement *placement = fleet_placement(server);
            if (!fleet_is_living(placement) || placement->move != NULL ||
                !nt_text_is(placement->host, host->id))
                continue;
            const struct fleet_host *to = placing_best_target(context, placement);
            if (to == NULL ||
                rules_for_start(context, effects->arena, server, to->id, false).verdict !=
                    RULES_FINE)
                continue;
            moves_begin(context, effects,
                        &(struct moves_start){.server = server->id,
                                              .to = to->id,
                                              .request = "",
                                              .reason = reason_make(effects->arena, "move.drain",
                                                                    "name", placement->name, "from",
                                                                    host->id, "to", to->id, NULL)});
            break;
        }
    }
}
