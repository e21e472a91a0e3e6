/*
 * The greedy planner: for each server of the host in danger and each host that could take it, what
 * would both look like? Of the moves that clear the window the cheapest is taken; where none does,
 * the one that saves most, and then again with what is left.
 */
#include <balancer/planner.h>

#include <balancer/placing.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <stdlib.h>

enum {
    TARGETS_MAX = 16, /* the emptiest; with 1,000 hosts the rest is not worth looking at */
    EARLY_SLOTS = 12, /* at least an hour before the window where that is possible */
    MINUTE_MS = 60000,
    DAY_MS = 24 * 3600 * 1000,
};

/* Prices in minutes of overload: what a move must save to be worth it. */
static const double PRICE_MOVE = 1.3, PRICE_ASK = 2, PRICE_CONSENT = 5, PRICE_PAUSE_S = 0.5,
                    PRICE_AGAIN = 2.6, PRICE_SPARE = 0.5;

struct candidate {
    const struct fleet_server *server;
    struct outlook_host *to;
    int slot;
    int64_t cutover_at_ms;
    struct rules_copy copy;
    bool needs_consent;
    double price;   /* minutes */
    double gain_ms; /* saved on the source, less what the target gets */
    double from_peak_pct;
    double to_peak_pct;
    bool is_clear;   /* the source's window is gone */
    bool is_harmful; /* the target gets a window of its own */
};

struct search {
    struct outlook *outlook;
    const struct danger *danger;
    bool is_now;
    struct nt_arena *arena;
    struct proposal *proposal;
    struct outlook_host *targets[TARGETS_MAX];
    size_t targets_count;
    struct outlook_host *from_after; /* scratch */
    struct outlook_host *to_after;
};

/* --- the moment ------------------------------------------------------------------------------- */

/* Quietest slot of the server itself between notice and window, the latest of equals. Returns -1
 * where it can only be now. */
static int quietest_slot(const struct search *search, const struct fleet_server *server)
{
    const struct context *context = search->outlook->context;
    const int64_t lead_ms =
        (int64_t)((double)context->policy->move_lead_ms * fleet_rate(context->fleet));
    const int64_t notice_ms = context->policy->notice_ms;
    const int first = search->danger->window.first;
    const int earliest =
        outlook_slot(search->outlook,
                     context->load_ms + (lead_ms > notice_ms ? lead_ms : notice_ms)) +
        1;
    int latest = first - EARLY_SLOTS;
    if (latest < earliest)
        latest = first - 1;
    if (search->is_now || latest < earliest)
        return -1;
    int best = earliest;
    double least = outlook_expected(search->outlook, server, FLEET_CPU, earliest);
    for (int t = earliest + 1; t <= latest; t++) {
        double milli = outlook_expected(search->outlook, server, FLEET_CPU, t);
        if (milli <= least) {
            least = milli;
            best = t;
        }
    }
    return best;
}

/* --- price and effect ------------------------------------------------------------------------- */

static double price_of(const struct search *search, const struct candidate *candidate)
{
    const struct nt_placement *placement = fleet_placement(candidate->server);
    double price = PRICE_MOVE + PRICE_PAUSE_S * (double)candidate->copy.pause_ms / 1000;
    if (nt_text_is(placement->spec.restart, "ask"))
        price += PRICE_ASK;
    if (candidate->needs_consent)
        price += PRICE_CONSENT;
    if (placement->moved_at_ms > 0) {
        double age = (double)(search->outlook->context->load_ms - placement->moved_at_ms) / DAY_MS;
        if (age < 7)
            price += PRICE_AGAIN * exp(-age);
    }
    if (nt_text_is(fleet_host_record(candidate->to->host)->role, "spare"))
        price += PRICE_SPARE;
    return price;
}

/* Does the target reach a probability that makes people uneasy, where it had none? */
static bool is_harmed(const struct search *search, const struct outlook_host *before,
                      const struct outlook_host *after, int first)
{
    for (int i = 0; i < FLEET_RESOURCES; i++)
        for (int t = first; t < SCENARIO_SLOTS; t++) {
            double p = scenario_probability(&after->sum[i], t, after->limit[i]);
            if (p >= search->outlook->clear &&
                p > scenario_probability(&before->sum[i], t, before->limit[i]))
                return true;
        }
    return false;
}

static void judge(struct search *search, struct candidate *candidate)
{
    const struct danger *danger = search->danger;
    const enum fleet_resource resource = danger->resource;
    const int first = candidate->slot < 0 ? 0 : candidate->slot;
    *search->from_after = *danger->host;
    *search->to_after = *candidate->to;
    outlook_shift(search->outlook, search->from_after, candidate->server, -1, first);
    outlook_shift(search->outlook, search->to_after, candidate->server, +1, first);

    const double saved =
        outlook_time_above_ms(danger->host) - outlook_time_above_ms(search->from_after);
    const double added =
        outlook_time_above_ms(search->to_after) - outlook_time_above_ms(candidate->to);
    candidate->gain_ms = saved - added;
    candidate->from_peak_pct =
        outlook_peak_pct(search->from_after, resource, danger->window.first, danger->window.end);
    candidate->to_peak_pct = outlook_peak_pct(search->to_after, resource, first, SCENARIO_SLOTS);
    candidate->is_clear =
        outlook_max_probability(search->from_after, resource) < search->outlook->clear;
    candidate->is_harmful = is_harmed(search, candidate->to, search->to_after, first);
    candidate->price = price_of(search, candidate);
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    if (b->server == NULL)
        return true;
    if (a->is_clear != b->is_clear)
        return a->is_clear;
    if (a->is_clear) {
        if (a->price != b->price)
            return a->price < b->price;
        return a->to_peak_pct < b->to_peak_pct;
    }
    return a->gain_ms - a->price * MINUTE_MS > b->gain_ms - b->price * MINUTE_MS;
}

/* --- reasons ---------------------------------------------------------------------------------- */

static void reject(struct search *search, const struct candidate *candidate,
                   struct nt_reason reason)
{
    struct proposal *proposal = search->proposal;
    for (size_t i = 0; i < proposal->rejected_count; i++)
        if (proposal->rejected[i].server == candidate->server)
            return; /* the first reason is the one that is told */
    if (proposal->rejected_count == PROPOSAL_REJECTED_MAX)
        return;
    proposal->rejected[proposal->rejected_count++] = (struct rejected_move){
        .server = candidate->server,
        .to = candidate->to != NULL ? candidate->to->host->id : "",
        .from_peak_pct = candidate->from_peak_pct,
        .to_peak_pct = candidate->to_peak_pct,
        .reason = reason,
    };
}

static void reject_target(struct search *search, const struct candidate *candidate)
{
    const char *name = fleet_placement(candidate->server)->name;
    const char *to = candidate->to->host->id;
    if (candidate->is_harmful)
        reject(search, candidate,
               reason_make(search->arena, "reject.target-over", "name", name, "to", to,
                           "to_peak_pct", reason_real(search->arena, candidate->to_peak_pct),
                           NULL));
    else
        reject(search, candidate,
               reason_make(search->arena, "reject.little-gain", "name", name, "to", to, "gain_ms",
                           reason_number(search->arena, (int64_t)candidate->gain_ms), NULL));
}

static void reject_dearer(struct search *search, const struct candidate *candidate,
                          const struct candidate *chosen)
{
    reject(search, candidate,
           reason_make(search->arena, "reject.dearer", "name",
                       fleet_placement(candidate->server)->name, "to", candidate->to->host->id,
                       "chosen", fleet_placement(chosen->server)->name, "pause_ms",
                       reason_number(search->arena, candidate->copy.pause_ms), NULL));
}

/* --- the search ------------------------------------------------------------------------------- */

static int by_peak(const void *a, const void *b)
{
    const struct outlook_host *const *x = a, *const *y = b;
    double dx = scenario_peak(&(*x)->sum[FLEET_CPU]) / fmax((*x)->capacity[FLEET_CPU], 1);
    double dy = scenario_peak(&(*y)->sum[FLEET_CPU]) / fmax((*y)->capacity[FLEET_CPU], 1);
    return (dx > dy) - (dx < dy);
}

static void find_targets(struct search *search)
{
    struct outlook *outlook = search->outlook;
    struct outlook_host **all =
        NT_ARRAY(search->arena, outlook->hosts_count, struct outlook_host *);
    size_t count = 0;
    for (size_t i = 0; i < outlook->hosts_count; i++)
        if (&outlook->hosts[i] != search->danger->host && placing_is_open(outlook->hosts[i].host))
            all[count++] = &outlook->hosts[i];
    qsort(all, count, sizeof(all[0]), by_peak);
    search->targets_count = count < TARGETS_MAX ? count : TARGETS_MAX;
    for (size_t i = 0; i < search->targets_count; i++)
        search->targets[i] = all[i];
}

static bool was_chosen(const struct search *search, const struct fleet_server *server)
{
    for (size_t i = 0; i < search->proposal->moves_count; i++)
        if (search->proposal->moves[i].server == server)
            return true;
    return false;
}

/* The best target for one server; false where none helps, with the reason noted. */
static bool best_target(struct search *search, struct candidate *candidate)
{
    struct candidate best = {0}, failed = {0};
    const struct nt_placement *placement = fleet_placement(candidate->server);
    for (size_t i = 0; i < search->targets_count; i++) {
        struct candidate here = *candidate;
        here.to = search->targets[i];
        if (placing_target(search->outlook->context, placement, here.to->host) != NULL)
            continue;
        judge(search, &here);
        const bool is_useful = !here.is_harmful && here.gain_ms > here.price * MINUTE_MS;
        if (is_useful ? is_better(&here, &best) : failed.server == NULL)
            *(is_useful ? &best : &failed) = here;
    }
    if (best.server != NULL) {
        *candidate = best;
        return true;
    }
    if (failed.server != NULL)
        reject_target(search, &failed);
    else
        reject(search, candidate,
               reason_make(search->arena, "reject.no-target", "name", placement->name, NULL));
    return false;
}

/* Look at one server: rules, moment, targets. */
static bool consider(struct search *search, const struct fleet_server *server,
                     struct candidate *ret_candidate)
{
    struct outlook *outlook = search->outlook;
    struct candidate candidate = {.server = server};
    candidate.slot = quietest_slot(search, server);
    const bool is_now = candidate.slot < 0;
    candidate.cutover_at_ms =
        is_now ? 0 : outlook->from_ms + (int64_t)candidate.slot * SCENARIO_SLOT_MS;
    const int64_t at_ms = is_now ? outlook->context->load_ms : candidate.cutover_at_ms;
    const double expected =
        outlook_expected(outlook, server, FLEET_CPU, is_now ? 0 : candidate.slot);
    const struct ruling ruling =
        rules_for_plan(outlook->context, search->arena, server, at_ms, is_now, expected);
    if (ruling.verdict == RULES_NO) {
        reject(search, &candidate, ruling.reason);
        return false;
    }
    candidate.needs_consent = ruling.verdict == RULES_CONSENT;
    candidate.copy = rules_copy_of(outlook->context, server);
    if (!best_target(search, &candidate))
        return false;
    *ret_candidate = candidate;
    return true;
}

static bool choose(struct search *search, struct candidate *ret_chosen)
{
    const struct fleet *fleet = search->outlook->context->fleet;
    const char *from = search->danger->host->host->id;
    struct candidate best = {0};
    size_t count = 0;
    struct candidate *useful =
        NT_ARRAY(search->arena, (size_t)HASH_COUNT(fleet->servers), struct candidate);
    FLEET_EACH_SERVER(fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement) || !nt_text_is(placement->host, from) ||
            was_chosen(search, server))
            continue;
        struct candidate candidate;
        if (!consider(search, server, &candidate))
            continue;
        useful[count++] = candidate;
        if (is_better(&candidate, &best))
            best = candidate;
    }
    if (best.server == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (useful[i].server != best.server)
            reject_dearer(search, &useful[i], &best);
    *ret_chosen = best;
    return true;
}

static void take(struct search *search, const struct candidate *chosen)
{
    struct proposal *proposal = search->proposal;
    struct outlook *outlook = search->outlook;
    const struct danger *danger = search->danger;
    struct nt_arena *arena = search->arena;
    const int first = chosen->slot < 0 ? 0 : chosen->slot;
    struct nt_reason reason = reason_make(
        arena, search->is_now ? "move.now" : "move.window", "name",
        fleet_placement(chosen->server)->name, "host", danger->host->host->id, "to",
        chosen->to->host->id, "resource", outlook_resource_name(danger->resource), "from_ms",
        reason_number(arena, outlook->from_ms + (int64_t)danger->window.first * SCENARIO_SLOT_MS),
        "to_ms",
        reason_number(arena, outlook->from_ms + (int64_t)danger->window.end * SCENARIO_SLOT_MS),
        "peak_pct", reason_real(arena, chosen->from_peak_pct), "to_peak_pct",
        reason_real(arena, chosen->to_peak_pct), "gain_ms",
        reason_number(arena, (int64_t)chosen->gain_ms), NULL);
    proposal->moves[proposal->moves_count++] = (struct proposed_move){
        .server = chosen->server,
        .from = danger->host->host->id,
        .to = chosen->to->host->id,
        .cutover_at_ms = chosen->cutover_at_ms,
        .copy = chosen->copy,
        .needs_consent = chosen->needs_consent,
        .reason = reason,
    };
    proposal->gain_ms += chosen->gain_ms;
    proposal->is_clear = chosen->is_clear;
    outlook_shift(outlook, danger->host, chosen->server, -1, first);
    outlook_shift(outlook, chosen->to, chosen->server, +1, first);
}

/* Dearer at first, chosen later: not an alternative any more. */
static void forget_chosen(struct proposal *proposal)
{
    size_t kept = 0;
    for (size_t i = 0; i < proposal->rejected_count; i++) {
        bool is_chosen = false;
        for (size_t j = 0; j < proposal->moves_count; j++)
            is_chosen |= proposal->moves[j].server == proposal->rejected[i].server;
        if (!is_chosen)
            proposal->rejected[kept++] = proposal->rejected[i];
    }
    proposal->rejected_count = kept;
}

/* Together they save too little: then no move is the better plan. */
static void give_up(struct search *search)
{
    struct proposal *proposal = search->proposal;
    struct nt_arena *arena = search->arena;
    for (size_t i = 0; i < proposal->moves_count; i++) {
        const struct proposed_move *move = &proposal->moves[i];
        const struct candidate candidate = {.server = move->server,
                                            .to = outlook_find(search->outlook, move->to)};
        reject(search, &candidate,
               reason_make(arena, "reject.little-gain", "name", fleet_placement(move->server)->name,
                           "to", move->to, "gain_ms",
                           reason_number(arena, (int64_t)proposal->gain_ms), NULL));
    }
    proposal->moves_count = 0;
    proposal->is_clear = false;
}

static void propose(struct outlook *outlook, const struct danger *danger, bool is_now,
                    struct nt_arena *arena, struct proposal *ret_proposal)
{
    NT_CLEANUP(nt_free_p)
    struct outlook_host *scratch = nt_zalloc(2 * sizeof(struct outlook_host));
    *ret_proposal = (struct proposal){0};
    struct search search = {
        .outlook = outlook,
        .danger = danger,
        .is_now = is_now,
        .arena = arena,
        .proposal = ret_proposal,
        .from_after = &scratch[0],
        .to_after = &scratch[1],
    };
    find_targets(&search);
    struct candidate chosen;
    while (!ret_proposal->is_clear && ret_proposal->moves_count < PROPOSAL_MOVES_MAX &&
           choose(&search, &chosen))
        take(&search, &chosen);
    forget_chosen(ret_proposal);
    if (ret_proposal->gain_ms < (double)outlook->context->policy->gain_min_ms)
        give_up(&search);
}

const struct planner planner_greedy = {.name = "greedy", .propose = propose};
