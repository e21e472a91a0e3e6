#include <balancer/placing.h>

#include <balancer/answer.h>
#include <nt/memory.h>
#include <nt/text.h>

enum { ARRIVING_MAX = 2 };

struct nt_reason placing_reason(struct nt_arena *arena, const struct nt_resources *requested,
                                const struct allotment *allotment)
{
    const char *cpu = reason_number(arena, allotment->granted.cpu_milli);
    const char *mem = reason_number(arena, allotment->granted.mem_bytes);
    if (allotment->fit == ALLOTMENT_FULL)
        return reason_make(arena, "fits.now", "cpu_milli", cpu, "mem_bytes", mem, NULL);
    return reason_make(arena, "fits.partly", "cpu_milli", cpu, "mem_bytes", mem,
                       "requested_cpu_milli", reason_number(arena, requested->cpu_milli),
                       "requested_mem_bytes", reason_number(arena, requested->mem_bytes),
                       "given_pct", reason_real(arena, allotment->given_pct), NULL);
}

bool placing_is_open(const struct fleet_host *host)
{
    const struct nt_host *record = fleet_host_record(host);
    return record != NULL && !record->cordon && !record->drain && !record->quarantined &&
           fleet_agent(host) != NULL && host->reach != FLEET_UNREACHABLE &&
           fleet_capacity(host) != NULL;
}

static double flat_load(const struct context *context, const struct fleet_server *server,
                        enum fleet_resource resource)
{
    const struct nt_placement *placement = fleet_placement(server);
    if (server->load_at_ms > 0 && context->load_ms - server->load_at_ms < SCENARIO_STALE_MS)
        return server->load[resource];
    if (placement == NULL)
        return 0;
    return resource == FLEET_CPU ? (double)placement->granted.cpu_milli / 2
                                 : (double)placement->granted.mem_bytes / 2;
}

void placing_add_server(const struct context *context, const struct fleet_server *server,
                        enum fleet_resource resource, float weight, int first,
                        struct scenario_sum *sum)
{
    const struct nt_scenarios *scenarios = server->scenarios[resource].value;
    if (scenario_is_fresh(scenarios, context->load_ms))
        scenario_add(sum, scenarios, weight, first);
    else
        scenario_add_flat(sum, flat_load(context, server, resource), weight, first);
}

/* A moving server will be where it goes. One without a placement (an orphan, a container of
 * somebody else that is forecast by itself) is where it was measured. */
static bool counts_on(const struct context *context, const struct fleet_server *server,
                      const struct fleet_host *host)
{
    const struct nt_placement *placement = fleet_placement(server);
    if (placement == NULL)
        return server->load_at_ms > 0 &&
               context->load_ms - server->load_at_ms < SCENARIO_STALE_MS &&
               nt_text_is(server->load_host, host->id);
    if (!nt_text_is(placement->desired, "running"))
        return false;
    return nt_text_is(placement->move != NULL ? placement->move->to : placement->host, host->id);
}

bool placing_forecast(const struct context *context, const struct fleet_host *host,
                      enum fleet_resource resource, struct scenario_sum *ret_sum)
{
    bool is_forecast = false;
    scenario_clear(ret_sum, context->load_ms);
    const struct nt_scenarios *remainder = host->scenarios[resource].value;
    if (scenario_is_fresh(remainder, context->load_ms)) {
        scenario_add(ret_sum, remainder, 1, 0);
        is_forecast = true;
    }
    FLEET_EACH_SERVER(context->fleet, server)
    {
        if (!counts_on(context, server, host))
            continue;
        placing_add_server(context, server, resource, 1, 0, ret_sum);
        is_forecast |= scenario_is_fresh(server->scenarios[resource].value, context->load_ms);
    }
    return is_forecast;
}

void placing_add_expected(const struct context *context, const char *template,
                          const struct nt_resources *granted, struct scenario_sum *sum)
{
    double share[SCENARIO_SLOTS] = {0};
    int alike = 0;
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        const struct nt_scenarios *scenarios = server->scenarios[FLEET_CPU].value;
        if (!fleet_is_living(placement) || !nt_text_is(placement->spec.template, template) ||
            placement->granted.cpu_milli <= 0 || !scenario_is_fresh(scenarios, context->load_ms))
            continue;
        for (int t = 0; t < SCENARIO_SLOTS; t++)
            share[t] +=
                scenario_p50(scenarios, sum->from_ms, t) / (double)placement->granted.cpu_milli;
        alike++;
    }
    for (int t = 0; t < SCENARIO_SLOTS; t++) {
        double of = alike > 0 ? share[t] / alike : 0.5;
        for (int j = 0; j < SCENARIO_PATHS; j++)
            sum->path[j][t] += (float)(of * (double)granted->cpu_milli);
    }
}

struct candidate {
    struct fleet_host *host;
    struct allotment allotment;
    double peak_pct;
    double granted_pct;
    bool is_forecast;
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static double granted_pct(const struct fleet_host *host, const struct nt_resources *more)
{
    const struct nt_resources *capacity = fleet_capacity(host);
    double cpu = (double)(host->granted.cpu_milli + more->cpu_milli) /
                 (double)larger(capacity->cpu_milli, 1);
    double mem = (double)(host->granted.mem_bytes + more->mem_bytes) /
                 (double)larger(capacity->mem_bytes, 1);
    return 100 * (cpu > mem ? cpu : mem);
}

static void judge(const struct context *context, const char *template, struct candidate *candidate,
                  struct scenario_sum *sum)
{
    const struct nt_resources *granted = &candidate->allotment.granted;
    candidate->granted_pct = granted_pct(candidate->host, granted);
    candidate->is_forecast = placing_forecast(context, candidate->host, FLEET_CPU, sum) ||
                             candidate->host->servers_count == 0;
    placing_add_expected(context, template, granted, sum);
    candidate->peak_pct =
        100 * scenario_peak(sum) / (double)larger(fleet_capacity(candidate->host)->cpu_milli, 1);
}

/* Whole before reduced: a person is better served by what was asked for on a busier host. */
static bool is_better(const struct candidate *a, const struct candidate *b, bool by_forecast)
{
    if (b->host == NULL)
        return true;
    if (a->allotment.fit != b->allotment.fit)
        return a->allotment.fit < b->allotment.fit;
    if (by_forecast && a->peak_pct != b->peak_pct)
        return a->peak_pct < b->peak_pct;
    return a->granted_pct < b->granted_pct;
}

struct placing placing_new(const struct context *context, const struct nt_resources *requested,
                           const struct nt_resources *minimum, const char *template,
                           const char *only)
{
    struct placing placing = {0};
    struct candidate by_forecast = {0}, by_share = {0};
    bool all_forecast = true;
    NT_CLEANUP(nt_free_p) struct scenario_sum *sum = nt_zalloc(sizeof(*sum));

    FLEET_EACH_HOST(context->fleet, host)
    {
        if (!placing_is_open(host))
            continue;
        if (only != NULL ? !nt_text_is(only, host->id)
                         : !nt_text_is(fleet_host_record(host)->role, "active"))
            continue;
        const struct allotment_host room = {.capacity = *fleet_capacity(host),
                                            .granted = host->granted};
        const double share_max_pct = context->policy->host_share_max_pct;
        struct nt_resources largest = allotment_largest(&room, minimum, share_max_pct);
        if (largest.cpu_milli > placing.largest.cpu_milli ||
            (largest.cpu_milli == placing.largest.cpu_milli &&
             largest.mem_bytes > placing.largest.mem_bytes))
            placing.largest = largest;

        struct candidate candidate = {.host = host};
        candidate.allotment = allotment_new(&room, requested, minimum, share_max_pct);
        if (candidate.allotment.fit == ALLOTMENT_NONE)
            continue;
        judge(context, template, &candidate, sum);
        all_forecast &= candidate.is_forecast;
        if (is_better(&candidate, &by_forecast, true))
            by_forecast = candidate;
        if (is_better(&candidate, &by_share, false))
            by_share = candidate;
    }
    const struct candidate *best = all_forecast ? &by_forecast : &by_share;
    placing.host = best->host;
    placing.allotment = best->allotment;
    return placing;
}

const char *placing_target(const struct context *context, const struct nt_placement *placement,
                           const struct fleet_host *host)
{
    (void)context;
    if (host == NULL || fleet_host_record(host) == NULL)
        return "host-unknown";
    if (nt_text_is(placement->host, host->id) || !placing_is_open(host) ||
        host->arriving_count >= ARRIVING_MAX)
        return "host-unsuitable";
    const struct nt_resources *capacity = fleet_capacity(host);
    const struct nt_resources *granted = &placement->granted;
    if (granted->mem_bytes > capacity->mem_bytes - host->granted.mem_bytes ||
        granted->cpu_milli > capacity->cpu_milli ||
        granted->gpu_count > capacity->gpu_count - host->granted.gpu_count)
        return "no-room";
    return NULL;
}

struct fleet_host *placing_best_target(const struct context *context,
                                       const struct nt_placement *placement)
{
    struct fleet_host *best = NULL;
    double best_pct = 0;
    const struct fleet_server *server = fleet_find_server(context->fleet, placement->server);
    NT_CLEANUP(nt_free_p) struct scenario_sum *sum = nt_zalloc(sizeof(*sum));
    FLEET_EACH_HOST(context->fleet, host)
    {
        if (placing_target(context, placement, host) != NULL)
            continue;
        (void)placing_forecast(context, host, FLEET_CPU, sum);
        placing_add_server(context, server, FLEET_CPU, 1, 0, sum);
        double pct = 100 * scenario_peak(sum) / (double)larger(fleet_capacity(host)->cpu_milli, 1);
        if (best == NULL || pct < best_pct) {
            best = host;
            best_pct = pct;
        }
    }
    return best;
}
