/* Look-ups in the fleet. */
#include <balancer/fleet.h>

#include <nt/text.h>

#include <string.h>

enum { NAME_FREE_MS = 24 * 3600 * 1000 };

struct fleet_server *fleet_find_server(const struct fleet *fleet, const char *id)
{
    struct fleet_server *server = NULL;
    if (id != NULL)
        HASH_FIND_STR(fleet->servers, id, server);
    return server;
}

struct fleet_host *fleet_find_host(const struct fleet *fleet, const char *id)
{
    struct fleet_host *host = NULL;
    if (id != NULL)
        HASH_FIND_STR(fleet->hosts, id, host);
    return host;
}

const struct nt_pool *fleet_pool(const struct fleet *fleet)
{
    return fleet->pool.value;
}

const struct nt_placement *fleet_placement(const struct fleet_server *server)
{
    return server != NULL ? server->placement.value : NULL;
}

const struct nt_server_state *fleet_state(const struct fleet_server *server)
{
    return server != NULL ? server->state.value : NULL;
}

const struct nt_observed *fleet_observed(const struct fleet_server *server, const char *host)
{
    if (server == NULL)
        return NULL;
    for (const struct fleet_observed *at = server->observed; at != NULL; at = at->next)
        if (nt_text_is(at->host, host))
            return at->record.value;
    return NULL;
}

const struct nt_host *fleet_host_record(const struct fleet_host *host)
{
    return host != NULL ? host->host.value : NULL;
}

const struct nt_agent *fleet_agent(const struct fleet_host *host)
{
    return host != NULL ? host->agent.value : NULL;
}

const struct nt_observed *fleet_known(const struct fleet *fleet, const struct fleet_server *server,
                                      const char *host)
{
    const struct nt_observed *observed = fleet_observed(server, host);
    const struct nt_agent *agent = fleet_agent(fleet_find_host(fleet, host));
    if (observed == NULL || agent == NULL || !nt_text_is(observed->boot, agent->boot))
        return NULL;
    return observed;
}

bool fleet_is_living(const struct nt_placement *placement)
{
    return placement != NULL && !nt_text_is(placement->desired, "deleted");
}

const struct nt_placement *fleet_find_name(const struct fleet *fleet, const char *name,
                                           int64_t wall_ms)
{
    FLEET_EACH_SERVER(fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL || !nt_text_is(placement->name, name))
            continue;
        if (fleet_is_living(placement) || wall_ms < placement->deleted_at_ms + NAME_FREE_MS)
            return placement;
    }
    return NULL;
}

const struct nt_resources *fleet_capacity(const struct fleet_host *host)
{
    const struct nt_host *known = host->host.value;
    if (known != NULL && known->capacity != NULL)
        return known->capacity;
    const struct nt_host_state *state = host->state.value;
    return state != NULL ? &state->capacity : NULL;
}

void fleet_owner_sum(const struct fleet *fleet, const char *owner, const char *except,
                     struct nt_resources *ret_requested, int *ret_servers)
{
    struct nt_resources sum = {0};
    int servers = 0;
    FLEET_EACH_SERVER(fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (!fleet_is_living(placement) || !nt_text_is(placement->owner, owner) ||
            (except != NULL && nt_text_is(placement->server, except)))
            continue;
        sum.cpu_milli += placement->requested.cpu_milli;
        sum.mem_bytes += placement->requested.mem_bytes;
        sum.disk_bytes += placement->requested.disk_bytes;
        sum.gpu_count += placement->requested.gpu_count;
        sum.net_up_bps += placement->requested.net_up_bps;
        sum.net_down_bps += placement->requested.net_down_bps;
        servers++;
    }
    *ret_requested = sum;
    *ret_servers = servers;
}

const struct nt_placement *fleet_owner_moving(const struct fleet *fleet, const char *owner)
{
    FLEET_EACH_SERVER(fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement != NULL && placement->move != NULL && nt_text_is(placement->owner, owner))
            return placement;
    }
    return NULL;
}

int64_t fleet_load_ms(const struct fleet *fleet, int64_t wall_ms)
{
    const struct nt_pool *pool = fleet_pool(fleet);
    if (pool == NULL)
        return wall_ms;
    const struct nt_load_clock clock = {
        .load0_ms = pool->clock.load0_ms,
        .wall0_ms = pool->clock.wall0_ms,
        .rate = pool->clock.rate,
    };
    return nt_load_ms(&clock, wall_ms);
}

double fleet_rate(const struct fleet *fleet)
{
    const struct nt_pool *pool = fleet_pool(fleet);
    return pool != NULL && pool->clock.rate > 0 ? pool->clock.rate : 1.0;
}
