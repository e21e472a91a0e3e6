#include "publish.h"

#include <jansson.h>
#include <nt/contract.h>
#include <stdlib.h>

static struct nt_resources resources_of(const struct capacity *capacity, size_t gpus_count)
{
    return (struct nt_resources){.cpu_milli = capacity->cpu_milli,
                                 .mem_bytes = capacity->mem_bytes,
                                 .gpu_count = (int32_t)gpus_count};
}

static struct nt_sample sample_of(const struct usage *usage)
{
    return (struct nt_sample){
        .cpu_milli = usage->cpu_milli,
        .throttled_milli = usage->throttled_milli,
        .mem_bytes = usage->mem_bytes,
        .net_rx_bps = usage->net_rx_bps,
        .net_tx_bps = usage->net_tx_bps,
        .blk_read_bps = usage->blk_read_bps,
        .blk_write_bps = usage->blk_write_bps,
        .pids = usage->pids,
        .oom_kills = usage->oom_kills,
        .psi_cpu_some_pct = usage->psi_cpu_some_pct,
    };
}

static struct nt_host_load load_of(struct nt_arena *arena, const struct record *record,
                                   size_t gpus_count)
{
    struct nt_host_load load = {
        .host = record->host,
        .at_ms = record->at_ms,
        .interval_ms = (int32_t)record->interval_ms,
        .capacity = resources_of(&record->capacity, gpus_count),
        .sample = sample_of(&record->usage),
        .servers = NT_ARRAY(arena, record->servers_count, struct nt_server_sample),
        .servers_count = record->servers_count,
    };
    for (size_t i = 0; i < record->servers_count; i++) {
        const struct server_record *server = &record->servers[i];
        load.servers[i] = (struct nt_server_sample){.server = server->server,
                                                    .generation = server->generation,
                                                    .container = server->container,
                                                    .sample = sample_of(&server->usage)};
    }
    return load;
}

int publish_state(struct nt_producer *producer, const struct host_facts *facts, int64_t wall_ms,
                  void (*done)(void *arg, int status), void *arg, struct nt_error *err)
{
    struct nt_gpu gpus[GPUS_MAX];
    for (size_t i = 0; i < facts->gpus_count; i++)
        gpus[i] = (struct nt_gpu){.uuid = facts->gpus[i].uuid,
                                  .model = facts->gpus[i].model,
                                  .mem_bytes = facts->gpus[i].mem_bytes};
    const struct nt_host_state state = {
        .host = facts->host,
        .role = facts->role,
        .capacity = resources_of(&facts->capacity, facts->gpus_count),
        .cgroup = facts->cgroup,
        .slice = facts->slice,
        .source = facts->source,
        .kernel = facts->kernel,
        .version = NT_VERSION,
        .gpus = gpus,
        .gpus_count = facts->gpus_count,
        .clock_wrong = facts->is_clock_wrong,
        .boot = facts->boot,
        .at_ms = wall_ms,
    };
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    int status = nt_host_state_encode(&state, &bytes, err);
    if (status < 0)
        return status;
    const struct nt_record record = {
        .topic = NT_TOPIC_HOST_STATE, .key = facts->host, .value = nt_buf_span(&bytes)};
    status = nt_producer_send(producer, &record, done, arg);
    return status < 0 ? nt_fail(err, status, "the queue to Kafka is full") : 0;
}

int publish_load(struct nt_producer *producer, const struct record *record, size_t gpus_count,
                 void (*done)(void *arg, int status), void *arg, struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    struct nt_host_load load = load_of(&arena, record, gpus_count);
    int status = nt_host_load_encode(&load, &bytes, err);
    if (status < 0)
        return status;
    const struct nt_record message = {
        .topic = NT_TOPIC_HOST_LOAD, .key = record->host, .value = nt_buf_span(&bytes)};
    status = nt_producer_send(producer, &message, done, arg);
    return status < 0 ? nt_fail(err, status, "the queue to Kafka is full") : 0;
}

int publish_current(struct nt_cache *cache, const struct record *record, size_t gpus_count,
                    int64_t expire_ms, void (*done)(void *arg, int status), void *arg,
                    struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_load load = load_of(&arena, record, gpus_count);
    json_t *json = nt_host_load_to_json(&load);
    NT_CLEANUP(nt_free_p) char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text == NULL)
        return nt_fail(err, -EINVAL, "the current load cannot be written as JSON");
    const char *key = nt_arena_printf(&arena, "neaptide:host:%s", record->host);
    nt_cache_set(cache, key, nt_span_of(text), expire_ms, done, arg);
    return 0;
}
