/*
 * The planner: for each server of the host in danger that may leave it, at the moment that suits
 * it, which host would take it at the least expected overload? The move that saves most for its
 * price is taken, and then again with what is left, until the window is gone. What is compared is
 * the packing of <packing/packing.h>, the same as in `neaptide offline replay`.
 */
#include "packer_reasons.h"

#include <balancer/placing.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <packing/packing.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TARGETS_MAX = 16, /* the emptiest; with 1,000 hosts the rest is not worth looking at */
    EARLY_SLOTS = 12, /* at least an hour before the window where that is possible */
    BLOCKS = HORIZON_BLOCKS,
};
_Static_assert((int)SCENARIO_SLOTS == (int)HORIZON_SLOTS, "one day each");
_Static_assert((int)SCENARIO_PATHS == (int)PACKING_PATHS_MAX, "as many paths");

/* Prices in minutes of overload: what a move must save to be worth it. */
static const double PRICE_MOVE = 1.3, PRICE_ASK = 2, PRICE_CONSENT = 5, PRICE_PAUSE_S = 0.5,
                    PRICE_AGAIN = 2.6, PRICE_SPARE = 0.5;
static const double DAY_MS = 24 * 3600 * 1000.0;

/* Use counts from this far below the threshold, and whole from as far above it. */
static const double RAMP_PCT = 6;
/* People are told hours before: what lies hours ahead weighs almost as much as what is near. */
static const double FADE_SLOTS = 288;

struct search {
    struct outlook *outlook;
    const struct danger *danger;
    bool is_now;
    struct nt_arena *arena;
    struct proposal *proposal;
    struct packing packing; /* hosts as in the outlook; items are the candidates */
    struct candidate *candidates;
    size_t count;
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

/* --- what is compared ------------------------------------------------------------------------- */

static void to_blocks(const struct scenario_sum *sum, float *ret_blocks)
{
    int ends[BLOCKS];
    horizon_ends(ends);
    for (int j = 0; j < SCENARIO_PATHS; j++) {
        int begin = 0;
        for (int b = 0; b < BLOCKS; b++) {
            float total = 0;
            for (int t = begin; t < ends[b]; t++)
                total += sum->path[j][t];
            ret_blocks[j * BLOCKS + b] = total / (float)(ends[b] - begin);
            begin = ends[b];
        }
    }
}

static void set_sums(struct search *search, size_t host, float *scratch)
{
    const struct outlook_host *entry = &search->outlook->hosts[host];
    to_blocks(&entry->sum[search->danger->resource], scratch);
    packing_set_sums(&search->packing, (int)host, scratch);
}

/* The server's load from its moment on. */
static const float *own_paths(const struct search *search, const struct candidate *candidate)
{
    const enum fleet_resource resource = search->danger->resource;
    struct outlook_host *alone = search->to_after;
    for (int i = 0; i < FLEET_RESOURCES; i++)
        scenario_clear(&alone->sum[i], search->outlook->context->load_ms);
    outlook_shift(search->outlook, alone, candidate->server, +1,
                  candidate->slot < 0 ? 0 : candidate->slot);
    float *paths = NT_ARRAY(search->arena, (size_t)SCENARIO_PATHS * BLOCKS, float);
    to_blocks(&alone->sum[resource], paths);
    return paths;
}

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
    return price;
}

/* --- targets ---------------------------------------------------------------------------------- */

struct rank {
    size_t host;
    double peak;
};

static int by_peak(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    return (x->peak > y->peak) - (x->peak < y->peak);
}

/* Only the emptiest hosts are looked at. A spare costs a little more than an active host. */
static void open_targets(struct search *search)
{
    struct outlook *outlook = search->outlook;
    struct rank *ranks = NT_ARRAY(search->arena, outlook->hosts_count, struct rank);
    size_t count = 0;
    for (size_t i = 0; i < outlook->hosts_count; i++) {
        const struct outlook_host *host = &outlook->hosts[i];
        search->packing.hosts[i].is_closed = true;
        if (host == search->danger->host || !placing_is_open(host->host))
            continue;
        ranks[count++] = (struct rank){i, scenario_peak(&host->sum[FLEET_CPU]) /
                                              fmax(host->capacity[FLEET_CPU], 1)};
    }
    qsort(ranks, count, sizeof(ranks[0]), by_peak);
    for (size_t i = 0; i < count && i < TARGETS_MAX; i++)
        search->packing.hosts[ranks[i].host].is_closed = false;
}

/* Does the target reach a probability that makes people uneasy, where it had none? */
static bool is_harmed(const struct search *search, const struct outlook_host *before, int first)
{
    const struct outlook_host *after = search->to_after;
    for (int i = 0; i < FLEET_RESOURCES; i++)
        for (int t = first; t < SCENARIO_SLOTS; t++) {
            double p = scenario_probability(&after->sum[i], t, after->limit[i]);
            if (p >= search->outlook->clear &&
                p > scenario_probability(&before->sum[i], t, before->limit[i]))
                return true;
        }
    return false;
}

static bool takes(const struct search *search, const struct candidate *candidate, size_t host)
{
    const struct outlook_host *entry = &search->outlook->hosts[host];
    return !search->packing.hosts[host].is_closed &&
           placing_target(search->outlook->context, fleet_placement(candidate->server),
                          entry->host) == NULL;
}

static bool may(const void *arg, int item, int host)
{
    const struct search *search = arg;
    const struct candidate *candidate = &search->candidates[item];
    if (!takes(search, candidate, (size_t)host))
        return false;
    const struct outlook_host *entry = &search->outlook->hosts[host];
    const int first = candidate->slot < 0 ? 0 : candidate->slot;
    *search->to_after = *entry;
    outlook_shift(search->outlook, search->to_after, candidate->server, +1, first);
    return !is_harmed(search, entry, first);
}

/* What both hosts look like after the move, in people's words: peaks, and time above the limit. */
static void look(struct search *search, struct candidate *candidate)
{
    const struct danger *danger = search->danger;
    const int first = candidate->slot < 0 ? 0 : candidate->slot;
    *search->from_after = *danger->host;
    *search->to_after = *candidate->to;
    outlook_shift(search->outlook, search->from_after, candidate->server, -1, first);
    outlook_shift(search->outlook, search->to_after, candidate->server, +1, first);
    candidate->gain_ms =
        outlook_time_above_ms(danger->host) - outlook_time_above_ms(search->from_after) -
        (outlook_time_above_ms(search->to_after) - outlook_time_above_ms(candidate->to));
    candidate->from_peak_pct = outlook_peak_pct(search->from_after, danger->resource,
                                                danger->window.first, danger->window.end);
    candidate->to_peak_pct =
        outlook_peak_pct(search->to_after, danger->resource, first, SCENARIO_SLOTS);
    candidate->is_clear =
        outlook_max_probability(search->from_after, danger->resource) < search->outlook->clear;
    candidate->is_harmful = is_harmed(search, candidate->to, first);
}

/* --- the search ------------------------------------------------------------------------------- */

/* Servers of the host that may leave it, and when; the others with the reason why not. */
static void find_candidates(struct search *search)
{
    struct outlook *outlook = search->outlook;
    const struct fleet *fleet = outlook->context->fleet;
    search->candidates =
        NT_ARRAY(search->arena, (size_t)HASH_COUNT(fleet->servers), struct candidate);
    FLEET_EACH_SERVER(fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement) ||
            !nt_text_is(placement->host, search->danger->host->host->id))
            continue;
        struct candidate candidate = {.server = server, .slot = quietest_slot(search, server)};
        const bool is_now = candidate.slot < 0;
        candidate.cutover_at_ms =
            is_now ? 0 : outlook->from_ms + (int64_t)candidate.slot * SCENARIO_SLOT_MS;
        const int64_t at_ms = is_now ? outlook->context->load_ms : candidate.cutover_at_ms;
        const struct ruling ruling = rules_for_plan(
            outlook->context, search->arena, server, at_ms, is_now,
            outlook_expected(outlook, server, FLEET_CPU, is_now ? 0 : candidate.slot));
        if (ruling.verdict == RULES_NO) {
            packer_reject(search->proposal, &candidate, ruling.reason);
            continue;
        }
        candidate.needs_consent = ruling.verdict == RULES_CONSENT;
        candidate.copy = rules_copy_of(outlook->context, server);
        search->candidates[search->count++] = candidate;
    }
}

static void open_packing(struct search *search)
{
    struct outlook *outlook = search->outlook;
    const enum fleet_resource resource = search->danger->resource;
    const struct outlook_host *host = search->danger->host;
    const double threshold = host->limit[resource] / host->capacity[resource];
    struct packing_options options = packing_default;
    options.paths = SCENARIO_PATHS;
    options.low = threshold - RAMP_PCT / 100;
    options.high = threshold + RAMP_PCT / 100;
    options.fade = FADE_SLOTS;
    packing_init(&search->packing, &options, search->count, outlook->hosts_count);
    search->packing.may = may;
    search->packing.arg = search;
    for (size_t i = 0; i < outlook->hosts_count; i++)
        search->packing.hosts[i] =
            (struct packing_host){.cpu = fmax(outlook->hosts[i].capacity[resource], 1), .mem = 1};
    for (size_t i = 0; i < search->count; i++) {
        const double price = price_of(search, &search->candidates[i]);
        search->packing.items[i] = (struct packing_item){
            .paths = own_paths(search, &search->candidates[i]),
            .host = (int)(host - outlook->hosts),
            .price = (float)price,
            .price_back = (float)price,
            .back = PACKING_NOWHERE,
        };
    }
    packing_begin(&search->packing);
    NT_CLEANUP(nt_free_p)
    float *scratch = nt_zalloc(sizeof(float) * SCENARIO_PATHS * BLOCKS);
    for (size_t i = 0; i < outlook->hosts_count; i++)
        set_sums(search, i, scratch);
    open_targets(search);
}

/* No target: because nobody takes it, or because whoever does would be in danger then. */
static void reject_all_targets(struct search *search, struct candidate *candidate)
{
    for (size_t i = 0; i < search->outlook->hosts_count; i++) {
        if (!takes(search, candidate, i))
            continue;
        candidate->to = &search->outlook->hosts[i];
        look(search, candidate);
        break;
    }
    packer_reject_target(search->proposal, search->arena, candidate);
}

static double spare_price(const struct outlook_host *to)
{
    return nt_text_is(fleet_host_record(to->host)->role, "spare") ? PRICE_SPARE : 0;
}

/* The move that saves most for its price; NULL: none does. */
static struct candidate *choose(struct search *search)
{
    struct candidate *best = NULL;
    for (size_t i = 0; i < search->count; i++) {
        struct candidate *candidate = &search->candidates[i];
        candidate->is_useful = false;
        if (candidate->is_chosen)
            continue;
        struct packing_move move;
        if (!packing_best_of(&search->packing, (int)i, &move)) {
            reject_all_targets(search, candidate);
            continue;
        }
        candidate->to = &search->outlook->hosts[move.to];
        candidate->net = move.gain - move.price - spare_price(candidate->to);
        look(search, candidate);
        candidate->is_useful = candidate->net > 0 && candidate->gain_ms > 0;
        if (!candidate->is_useful)
            packer_reject_target(search->proposal, search->arena, candidate);
        else if (best == NULL || candidate->net > best->net)
            best = candidate;
    }
    for (size_t i = 0; i < search->count && best != NULL; i++)
        if (search->candidates[i].is_useful && &search->candidates[i] != best)
            packer_reject_dearer(search->proposal, search->arena, &search->candidates[i], best);
    return best;
}

static void take(struct search *search, struct candidate *chosen)
{
    struct proposal *proposal = search->proposal;
    struct outlook *outlook = search->outlook;
    const struct danger *danger = search->danger;
    const int first = chosen->slot < 0 ? 0 : chosen->slot;
    proposal->moves[proposal->moves_count++] = (struct proposed_move){
        .server = chosen->server,
        .from = danger->host->host->id,
        .to = chosen->to->host->id,
        .cutover_at_ms = chosen->cutover_at_ms,
        .copy = chosen->copy,
        .needs_consent = chosen->needs_consent,
        .reason = packer_reason(search->arena, outlook, danger, chosen, search->is_now),
    };
    proposal->gain_ms += chosen->gain_ms;
    proposal->is_clear = chosen->is_clear;
    chosen->is_chosen = true;
    outlook_shift(outlook, danger->host, chosen->server, -1, first);
    outlook_shift(outlook, chosen->to, chosen->server, +1, first);
    NT_CLEANUP(nt_free_p)
    float *scratch = nt_zalloc(sizeof(float) * SCENARIO_PATHS * BLOCKS);
    set_sums(search, (size_t)(danger->host - outlook->hosts), scratch);
    set_sums(search, (size_t)(chosen->to - outlook->hosts), scratch);
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
    find_candidates(&search);
    open_packing(&search);
    while (!ret_proposal->is_clear && ret_proposal->moves_count < PROPOSAL_MOVES_MAX) {
        struct candidate *chosen = choose(&search);
        if (chosen == NULL)
            break;
        take(&search, chosen);
    }
    packing_deinit(&search.packing);
    packer_forget_chosen(ret_proposal);
    if (ret_proposal->gain_ms < (double)outlook->context->policy->gain_min_ms)
        packer_give_up(ret_proposal, outlook, arena);
}

const struct planner planner_packing = {.name = "packing", .propose = propose};
