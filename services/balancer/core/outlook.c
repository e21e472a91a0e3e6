#include <balancer/outlook.h>

#include <balancer/placing.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <stdlib.h>
#include <string.h>

static void set_capacity(struct outlook_host *entry, double threshold_pct)
{
    const struct nt_resources *capacity = fleet_capacity(entry->host);
    entry->capacity[FLEET_CPU] = (double)capacity->cpu_milli;
    entry->capacity[FLEET_MEMORY] = (double)capacity->mem_bytes;
    for (int i = 0; i < FLEET_RESOURCES; i++)
        entry->limit[i] = entry->capacity[i] * threshold_pct / 100;
}

static double newest_load(const struct outlook *outlook, const struct fleet_server *server,
                          enum fleet_resource resource)
{
    const bool is_new =
        server->load_at_ms > 0 && outlook->from_ms - server->load_at_ms < SCENARIO_STALE_MS;
    return is_new ? server->load[resource] : 0;
}

/* As measured: the host's newest minute for CPU; memory is the sum of its servers. */
static void set_flat(const struct outlook *outlook, struct outlook_host *entry)
{
    double pct = readings_newest_pct(&entry->host->readings);
    if (pct >= 0) {
        scenario_add_flat(&entry->sum[FLEET_CPU], entry->capacity[FLEET_CPU] * pct / 100, 1, 0);
        entry->is_forecast[FLEET_CPU] = true;
    }
    FLEET_EACH_SERVER(outlook->context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (fleet_is_living(placement) && nt_text_is(placement->host, entry->host->id))
            scenario_add_flat(&entry->sum[FLEET_MEMORY], newest_load(outlook, server, FLEET_MEMORY),
                              1, 0);
    }
}

struct outlook *outlook_new(const struct context *context, bool is_flat)
{
    const struct nt_pool *pool = fleet_pool(context->fleet);
    size_t room = HASH_COUNT(context->fleet->hosts);
    struct outlook *outlook = nt_zalloc(sizeof(*outlook) + room * sizeof(outlook->hosts[0]));
    outlook->context = context;
    outlook->is_flat = is_flat;
    outlook->from_ms = context->load_ms / SCENARIO_SLOT_MS * SCENARIO_SLOT_MS;
    outlook->act = pool != NULL ? pool->act_probability : 1;
    outlook->clear = outlook->act / 2;
    const double threshold_pct = pool != NULL ? pool->threshold_pct : 100;
    FLEET_EACH_HOST(context->fleet, host)
    {
        const struct nt_host *record = fleet_host_record(host);
        if (record == NULL || record->quarantined || fleet_capacity(host) == NULL)
            continue;
        struct outlook_host *entry = &outlook->hosts[outlook->hosts_count++];
        entry->host = host;
        set_capacity(entry, threshold_pct);
        for (int i = 0; i < FLEET_RESOURCES; i++) {
            if (is_flat)
                scenario_clear(&entry->sum[i], context->load_ms);
            else
                entry->is_forecast[i] = placing_forecast(context, host, i, &entry->sum[i]);
        }
        if (is_flat)
            set_flat(outlook, entry);
    }
    return outlook;
}

struct outlook *outlook_dup(const struct outlook *outlook)
{
    size_t size = sizeof(*outlook) + outlook->hosts_count * sizeof(outlook->hosts[0]);
    struct outlook *copy = nt_zalloc(size);
    memcpy(copy, outlook, size);
    return copy;
}

void outlook_free(struct outlook *outlook)
{
    free(outlook);
}

struct outlook_host *outlook_find(struct outlook *outlook, const char *host)
{
    for (size_t i = 0; i < outlook->hosts_count; i++)
        if (nt_text_is(outlook->hosts[i].host->id, host))
            return &outlook->hosts[i];
    return NULL;
}

void outlook_shift(const struct outlook *outlook, struct outlook_host *host,
                   const struct fleet_server *server, float weight, int first)
{
    for (int i = 0; i < FLEET_RESOURCES; i++) {
        if (outlook->is_flat)
            scenario_add_flat(&host->sum[i], newest_load(outlook, server, i), weight, first);
        else
            placing_add_server(outlook->context, server, i, weight, first, &host->sum[i]);
    }
}

int outlook_slot(const struct outlook *outlook, int64_t load_ms)
{
    int64_t slot = (load_ms - outlook->from_ms) / SCENARIO_SLOT_MS;
    if (slot < 0)
        return 0;
    return slot < SCENARIO_SLOTS ? (int)slot : SCENARIO_SLOTS - 1;
}

bool outlook_danger(const struct outlook *outlook, struct outlook_host *host, double probability,
                    struct danger *ret_danger)
{
    (void)outlook;
    bool is_found = false;
    for (int i = FLEET_RESOURCES - 1; i >= 0; i--) {
        struct scenario_window window;
        if (!host->is_forecast[i] ||
            !scenario_window(&host->sum[i], host->limit[i], probability, &window))
            continue;
        if (is_found && ret_danger->window.first <= window.first)
            continue;
        *ret_danger = (struct danger){.host = host, .resource = i, .window = window};
        is_found = true;
    }
    return is_found;
}

double outlook_time_above_ms(const struct outlook_host *host)
{
    double total = 0;
    for (int i = 0; i < FLEET_RESOURCES; i++)
        total += scenario_time_above_ms(&host->sum[i], host->limit[i]);
    return total;
}

double outlook_peak_pct(const struct outlook_host *host, enum fleet_resource resource, int first,
                        int end)
{
    double peak = 0;
    for (int t = first; t < end; t++) {
        double mean = scenario_mean(&host->sum[resource], t);
        if (mean > peak)
            peak = mean;
    }
    return host->capacity[resource] > 0 ? 100 * peak / host->capacity[resource] : 0;
}

double outlook_max_probability(const struct outlook_host *host, enum fleet_resource resource)
{
    double most = 0;
    for (int t = 0; t < SCENARIO_SLOTS; t++) {
        double p = scenario_probability(&host->sum[resource], t, host->limit[resource]);
        if (p > most)
            most = p;
    }
    return most;
}

double outlook_expected(const struct outlook *outlook, const struct fleet_server *server,
                        enum fleet_resource resource, int slot)
{
    const struct nt_scenarios *scenarios = server->scenarios[resource].value;
    if (!outlook->is_flat && scenario_is_fresh(scenarios, outlook->context->load_ms))
        return scenario_p50(scenarios, outlook->from_ms, slot);
    return newest_load(outlook, server, resource);
}

const char *outlook_resource_name(enum fleet_resource resource)
{
    return resource == FLEET_CPU ? "cpu" : "memory";
}
