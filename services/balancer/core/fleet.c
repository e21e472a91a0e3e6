#include "fleet_rows.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <stdlib.h>
#include <string.h>

/* Values let go during a decision, kept until it is over: whoever borrowed them may still look. */
struct fleet_retired {
    struct fleet_retired *next;
    struct nt_arena arena;
};

void fleet_record_clear(struct fleet_record *record)
{
    nt_arena_deinit(&record->arena);
    *record = (struct fleet_record){0};
}

void fleet_record_retire(struct fleet *fleet, struct fleet_record *record)
{
    if (record->value != NULL) {
        struct fleet_retired *retired = nt_zalloc(sizeof(*retired));
        retired->arena = record->arena;
        retired->next = fleet->retired;
        fleet->retired = retired;
    }
    *record = (struct fleet_record){0};
}

void fleet_settle(struct fleet *fleet)
{
    while (fleet->retired != NULL) {
        struct fleet_retired *next = fleet->retired->next;
        nt_arena_deinit(&fleet->retired->arena);
        free(fleet->retired);
        fleet->retired = next;
    }
}

void fleet_init(struct fleet *fleet)
{
    *fleet = (struct fleet){0};
}

void fleet_free_observed(struct fleet_observed *observed)
{
    fleet_record_clear(&observed->record);
    free(observed->host);
    free(observed);
}

static void free_server(struct fleet_server *server)
{
    fleet_record_clear(&server->placement);
    fleet_record_clear(&server->state);
    for (int i = 0; i < FLEET_RESOURCES; i++)
        fleet_record_clear(&server->scenarios[i]);
    while (server->observed != NULL) {
        struct fleet_observed *next = server->observed->next;
        fleet_free_observed(server->observed);
        server->observed = next;
    }
    free(server->id);
    free(server);
}

static void free_host(struct fleet_host *host)
{
    fleet_record_clear(&host->host);
    fleet_record_clear(&host->state);
    fleet_record_clear(&host->agent);
    for (int i = 0; i < FLEET_RESOURCES; i++)
        fleet_record_clear(&host->scenarios[i]);
    free(host->id);
    free(host);
}

static void free_plan(struct fleet_plan *plan)
{
    fleet_record_clear(&plan->record);
    free(plan->id);
    free(plan);
}

void fleet_deinit(struct fleet *fleet)
{
    struct fleet_server *server, *next_server;
    HASH_ITER(hh, fleet->servers, server, next_server)
    {
        HASH_DEL(fleet->servers, server); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        free_server(server);
    }
    struct fleet_host *host, *next_host;
    HASH_ITER(hh, fleet->hosts, host, next_host)
    {
        HASH_DEL(fleet->hosts, host); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        free_host(host);
    }
    struct fleet_plan *plan, *next_plan;
    HASH_ITER(hh, fleet->plans, plan, next_plan)
    {
        HASH_DEL(fleet->plans, plan); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        free_plan(plan);
    }
    fleet_record_clear(&fleet->pool);
    fleet_settle(fleet);
}

/* --- rows ------------------------------------------------------------------------------------- */

struct fleet_server *fleet_server_row(struct fleet *fleet, const char *id)
{
    struct fleet_server *server = fleet_find_server(fleet, id);
    if (server == NULL) {
        server = nt_zalloc(sizeof(*server));
        server->id = nt_strdup(id);
        HASH_ADD_KEYPTR(hh, fleet->servers, server->id, strlen(server->id), server);
    }
    return server;
}

struct fleet_host *fleet_host_row(struct fleet *fleet, const char *id)
{
    struct fleet_host *host = fleet_find_host(fleet, id);
    if (host == NULL) {
        host = nt_zalloc(sizeof(*host));
        host->id = nt_strdup(id);
        HASH_ADD_KEYPTR(hh, fleet->hosts, host->id, strlen(host->id), host);
    }
    return host;
}

struct fleet_plan *fleet_plan_row(struct fleet *fleet, const char *id)
{
    struct fleet_plan *plan = NULL;
    HASH_FIND_STR(fleet->plans, id, plan);
    if (plan == NULL) {
        plan = nt_zalloc(sizeof(*plan));
        plan->id = nt_strdup(id);
        HASH_ADD_KEYPTR(hh, fleet->plans, plan->id, strlen(plan->id), plan);
    }
    return plan;
}

/* A server of which nothing is known any more leaves the table. */
void fleet_forget_if_empty(struct fleet *fleet, struct fleet_server *server)
{
    if (server->placement.value != NULL || server->state.value != NULL ||
        server->observed != NULL || server->scenarios[FLEET_CPU].value != NULL ||
        server->scenarios[FLEET_MEMORY].value != NULL)
        return;
    HASH_DEL(fleet->servers, server);
    free_server(server);
}

/* --- sums ------------------------------------------------------------------------------------- */

static void add_granted(struct fleet_host *host, const struct nt_resources *granted, int sign)
{
    host->granted.cpu_milli += sign * granted->cpu_milli;
    host->granted.mem_bytes += sign * granted->mem_bytes;
    host->granted.disk_bytes += sign * granted->disk_bytes;
    host->granted.gpu_count += sign * granted->gpu_count;
    host->granted.net_up_bps += sign * granted->net_up_bps;
    host->granted.net_down_bps += sign * granted->net_down_bps;
    host->servers_count += sign;
}

void fleet_count_placement(struct fleet *fleet, const struct nt_placement *placement, int sign)
{
    if (!fleet_is_living(placement))
        return;
    add_granted(fleet_host_row(fleet, placement->host), &placement->granted, sign);
    if (placement->move != NULL) {
        struct fleet_host *to = fleet_host_row(fleet, placement->move->to);
        to->arriving_count += sign;
        if (to != fleet_host_row(fleet, placement->host))
            add_granted(to, &placement->granted, sign);
    }
}

void fleet_forget_plan(struct fleet *fleet, struct fleet_plan *plan)
{
    HASH_DEL(fleet->plans, plan);
    free_plan(plan);
}
