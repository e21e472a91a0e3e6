#include "fleet_internal.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <string.h>

enum { ID_MAX = 128 };

/* --- life ------------------------------------------------------------------------------------ */

static void deinit_subject(struct subject *subject)
{
    free(subject->id);
    for (size_t i = 0; i < RESOURCES; i++) {
        series_deinit(&subject->tracks[i].series);
        fit_free(subject->tracks[i].fit);
        accuracy_deinit(&subject->tracks[i].accuracy);
    }
    for (size_t i = 0; i < TRAFFICS; i++)
        series_deinit(&subject->traffic[i]);
}

static void free_server(struct fleet *fleet, struct fleet_server *server)
{
    struct fleet_host *host, *next;
    HASH_ITER(hh, fleet->hosts, host, next)
    { /* a round of issuing may be under way */
        for (size_t i = 0; i < host->present_count; i++) {
            if (host->present[i] == server)
                host->present[i--] = host->present[--host->present_count];
        }
    }
    HASH_DEL(fleet->servers, server); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
    deinit_subject(&server->subject);
    free(server->template_name);
    free(server);
}

static void free_host(struct fleet *fleet, struct fleet_host *host)
{
    HASH_DEL(fleet->hosts, host); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
    deinit_subject(&host->total);
    deinit_subject(&host->rest);
    rollup_free(host->rollup);
    free(host->present);
    free(host->id);
    free(host);
}

struct fleet *fleet_new(void)
{
    struct fleet *fleet = nt_zalloc(sizeof(*fleet));
    fleet->threshold_pct = 90;
    fleet->probability = 0.3;
    return fleet;
}

void fleet_free(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    struct fleet_server *server, *next_server;
    HASH_ITER(hh, fleet->servers, server, next_server)
    free_server(fleet, server);
    struct fleet_host *host, *next_host;
    HASH_ITER(hh, fleet->hosts, host, next_host)
    free_host(fleet, host);
    free(fleet);
}

/* --- who there is ---------------------------------------------------------------------------- */

struct fleet_host *fleet_find_host(const struct fleet *fleet, const char *id)
{
    struct fleet_host *host = NULL;
    HASH_FIND_STR(fleet->hosts, id, host);
    return host;
}

struct fleet_server *fleet_find_server(const struct fleet *fleet, const char *id)
{
    struct fleet_server *server = NULL;
    HASH_FIND_STR(fleet->servers, id, server);
    return server;
}

static struct fleet_host *host_of(struct fleet *fleet, const char *id)
{
    struct fleet_host *host = fleet_find_host(fleet, id);
    if (host != NULL || strlen(id) >= ID_MAX || id[0] == '\0' ||
        HASH_COUNT(fleet->hosts) >= FLEET_HOSTS_MAX)
        return host;
    host = nt_zalloc(sizeof(*host));
    host->id = nt_strdup(id);
    host->total.id = nt_strdup(id);
    host->rest.id = nt_strdup(id);
    host->rollup = rollup_new();
    HASH_ADD_KEYPTR(hh, fleet->hosts, host->id, strlen(host->id), host);
    return host;
}

/* NULL where there are too many: such a server is part of its host's rest. */
static struct fleet_server *server_of(struct fleet *fleet, const char *id)
{
    struct fleet_server *server = fleet_find_server(fleet, id);
    if (server != NULL || strlen(id) >= ID_MAX || HASH_COUNT(fleet->servers) >= FLEET_SERVERS_MAX)
        return server;
    server = nt_zalloc(sizeof(*server));
    server->subject.id = nt_strdup(id);
    server->is_running = true;
    HASH_ADD_KEYPTR(hh, fleet->servers, server->subject.id, strlen(id), server);
    return server;
}

bool fleet_has_server(const struct fleet *fleet, const char *id)
{
    return fleet_find_server(fleet, id) != NULL;
}

size_t fleet_hosts_count(const struct fleet *fleet)
{
    return HASH_COUNT(fleet->hosts);
}

size_t fleet_servers_count(const struct fleet *fleet)
{
    return HASH_COUNT(fleet->servers);
}

void fleet_set_zone(struct fleet *fleet, const struct zone *zone)
{
    fleet->zone = *zone;
}

void fleet_set_policy(struct fleet *fleet, double threshold_pct, double probability)
{
    fleet->threshold_pct = threshold_pct;
    fleet->probability = probability;
}

void fleet_set_capacity(struct fleet *fleet, const char *id, double cpu_milli, double mem_bytes)
{
    struct fleet_host *host = host_of(fleet, id);
    if (host == NULL)
        return;
    host->override[RESOURCE_CPU] = cpu_milli;
    host->override[RESOURCE_MEMORY] = mem_bytes;
}

double fleet_capacity(const struct fleet_host *host, enum resource resource)
{
    return host->override[resource] > 0 ? host->override[resource] : host->measured[resource];
}

void fleet_set_server(struct fleet *fleet, const char *id, const char *template_name,
                      bool is_running)
{
    struct fleet_server *server = server_of(fleet, id);
    if (server == NULL)
        return;
    server->is_running = is_running;
    if (nt_text_is(server->template_name, template_name))
        return;
    free(server->template_name);
    server->template_name = nt_strdup(template_name);
}

void fleet_remove_server(struct fleet *fleet, const char *id)
{
    struct fleet_server *server = fleet_find_server(fleet, id);
    if (server != NULL)
        free_server(fleet, server);
}

void fleet_seed_accuracy(struct fleet *fleet, const char *kind, const char *id,
                         enum resource resource, int64_t slot, const struct accuracy_sum *sum)
{
    struct fleet_host *host = NULL;
    struct fleet_server *server = NULL;
    if (nt_text_is(kind, "host"))
        host = fleet_find_host(fleet, id);
    else
        server = fleet_find_server(fleet, id);
    if (host != NULL)
        accuracy_seed(&host->total.tracks[resource].accuracy, slot, sum);
    if (server != NULL)
        accuracy_seed(&server->subject.tracks[resource].accuracy, slot, sum);
}

/* --- samples and slots ----------------------------------------------------------------------- */

static bool is_closed(const struct fleet_host *host, int64_t slot)
{
    return !isnan(series_get(&host->total.tracks[RESOURCE_CPU].series, slot));
}

static bool is_too_old(const struct fleet *fleet, int64_t slot)
{
    return slot <= fleet->origin - HISTORY_SLOTS;
}

static void locate(struct fleet *fleet, struct fleet_host *host, const char *id, int64_t at_ms)
{
    struct fleet_server *server = server_of(fleet, id);
    if (server == NULL || at_ms < server->seen_ms)
        return;
    server->host = host;
    server->seen_ms = at_ms;
}

/* limit: above it is overload; 0: nothing is. */
static void put(struct track *track, int64_t slot, double value, double limit)
{
    double day_before = series_get(&track->series, slot - DAY_SLOTS);
    if (series_put(&track->series, slot, value) == 0)
        accuracy_score(&track->accuracy, slot, value, day_before, limit);
}

/* Who never sent anything needs no memory for it. */
static void put_traffic(struct subject *subject, int64_t slot, const struct use *mean)
{
    const double values[TRAFFICS] = {mean->net_rx_bps, mean->net_tx_bps};
    for (size_t i = 0; i < TRAFFICS; i++) {
        struct series *series = &subject->traffic[i];
        if (values[i] > 0 || !series_is_empty(series))
            (void)series_put(series, slot, values[i]); /* else too old: of no use */
    }
}

static void put_server(struct fleet_server *server, int64_t slot, const struct roll *roll)
{
    double values[RESOURCES] = {roll->mean.cpu_milli, roll->mean.mem_bytes};
    double samples = roll->samples;
    bool is_second_part = server->merged_samples > 0 && server->merged_slot == slot;
    for (size_t i = 0; i < RESOURCES; i++) {
        struct track *track = &server->subject.tracks[i];
        double before = series_get(&track->series, slot);
        double value = values[i];
        if (is_second_part && !isnan(before))
            value = (before * server->merged_samples + value * samples) /
                    (server->merged_samples + samples);
        put(track, slot, value, 0);
    }
    put_traffic(&server->subject, slot, &roll->mean); /* the newer part of a slot of two */
    server->merged_samples = is_second_part ? server->merged_samples + samples : samples;
    server->merged_slot = slot;
}

int fleet_apply_roll(struct fleet *fleet, const char *host_id, const struct slot_roll *roll)
{
    struct fleet_host *host = host_of(fleet, host_id);
    if (host == NULL)
        return -ENOSPC;
    if (is_too_old(fleet, roll->slot))
        return -ERANGE;
    if (is_closed(host, roll->slot))
        return -EALREADY;
    rollup_drop(host->rollup, roll->slot);

    int64_t end_ms = slot_begin_ms(roll->slot + 1);
    double rest[RESOURCES] = {roll->host.mean.cpu_milli, roll->host.mean.mem_bytes};
    for (size_t i = 0; i < roll->servers_count; i++) {
        const struct server_roll *part = &roll->servers[i];
        struct fleet_server *server = server_of(fleet, part->server);
        if (server == NULL)
            continue;
        /* A server that was here for a part of the slot counts for that part. */
        double share = fmin(1, (double)part->roll.samples / fmax(1, roll->host.samples));
        rest[RESOURCE_CPU] -= share * part->roll.mean.cpu_milli;
        rest[RESOURCE_MEMORY] -= share * part->roll.mean.mem_bytes;
        put_server(server, roll->slot, &part->roll);
        locate(fleet, host, part->server, end_ms - 1);
    }
    const double total[RESOURCES] = {roll->host.mean.cpu_milli, roll->host.mean.mem_bytes};
    for (size_t i = 0; i < RESOURCES; i++)
        put(&host->total.tracks[i], roll->slot, total[i],
            fleet->threshold_pct / 100 * fleet_capacity(host, (enum resource)i));
    put_traffic(&host->total, roll->slot, &roll->host.mean);
    for (size_t i = 0; i < RESOURCES; i++)
        put(&host->rest.tracks[i], roll->slot, fmax(0, rest[i]), 0);

    if (!host->has_closed || roll->slot > host->closed_slot) {
        host->closed_slot = roll->slot;
        host->has_closed = true;
    }
    if (end_ms > host->newest_ms) {
        host->newest_ms = end_ms;
        host->measured[RESOURCE_CPU] = roll->cpu_capacity_milli;
        host->measured[RESOURCE_MEMORY] = roll->mem_capacity_bytes;
    }
    if (roll->slot + 1 > fleet->origin)
        fleet->origin = roll->slot + 1;
    return 0;
}

static void close_slots(struct fleet *fleet, struct fleet_host *host,
                        const struct fleet_progress *progress)
{
    for (;;) {
        NT_CLEANUP(slot_roll_free_p)
        struct slot_roll *roll = rollup_take(host->rollup, progress->load_ms, progress->wall_ms);
        if (roll == NULL)
            return;
        if (fleet_apply_roll(fleet, host->id, roll) == 0)
            progress->on_closed(progress->arg, host->id, roll);
    }
}

void fleet_close_slots(struct fleet *fleet, const struct fleet_progress *progress)
{
    struct fleet_host *host, *next;
    HASH_ITER(hh, fleet->hosts, host, next)
    close_slots(fleet, host, progress);
}

int fleet_add_sample(struct fleet *fleet, const struct sample *sample,
                     const struct fleet_progress *progress)
{
    struct fleet_host *host = host_of(fleet, sample->host);
    if (host == NULL)
        return -ENOSPC;
    int64_t slot = slot_of(sample->at_ms - 1);
    if (is_too_old(fleet, slot))
        return -ERANGE;
    if (is_closed(host, slot))
        return -EALREADY;
    int status = rollup_add(host->rollup, sample, progress->wall_ms);
    if (status < 0)
        return status;
    for (size_t i = 0; i < sample->servers_count; i++)
        locate(fleet, host, sample->servers[i].server, sample->at_ms);
    if (sample->at_ms > host->newest_ms) {
        host->newest_ms = sample->at_ms;
        host->measured[RESOURCE_CPU] = sample->cpu_capacity_milli;
        host->measured[RESOURCE_MEMORY] = sample->mem_capacity_bytes;
    }
    close_slots(fleet, host, progress);
    return 0;
}

int64_t fleet_origin(const struct fleet *fleet)
{
    return fleet->origin;
}

bool fleet_is_complete(const struct fleet *fleet, int64_t origin)
{
    struct fleet_host *host, *next;
    HASH_ITER(hh, fleet->hosts, host, next)
    {
        bool reports = host->newest_ms >= slot_begin_ms(origin - FLEET_ABSENT_SLOTS);
        if (reports && (!host->has_closed || host->closed_slot < origin - 1))
            return false;
    }
    return fleet->hosts != NULL;
}
