#include <collector/record.h>

static void scale_cpu(struct record *record, double background_milli)
{
    double sum_milli = background_milli;
    for (size_t i = 0; i < record->servers_count; i++)
        sum_milli += record->servers[i].has_usage ? record->servers[i].usage.cpu_milli : 0;
    double capacity_milli = (double)record->capacity.cpu_milli;
    record->usage.cpu_milli = sum_milli;
    if (sum_milli <= capacity_milli || capacity_milli <= 0)
        return;
    double wanted_milli = sum_milli;
    record->usage.cpu_milli = capacity_milli;
    record->usage.throttled_milli = wanted_milli - capacity_milli;
    for (size_t i = 0; i < record->servers_count; i++) {
        struct usage *usage = &record->servers[i].usage;
        double given_milli = usage->cpu_milli * capacity_milli / wanted_milli;
        usage->throttled_milli = usage->cpu_milli - given_milli;
        usage->cpu_milli = given_milli;
    }
}

void record_play(struct record *record, const struct playback *playback)
{
    double servers_mem_bytes = 0;
    for (size_t i = 0; i < record->servers_count; i++) {
        struct server_record *server = &record->servers[i];
        double cpu_milli = 0;
        double mem_bytes = 0;
        if (playback_mean(playback, PLAYBACK_SERVER_CPU, server->name, record->at_ms,
                          record->interval_ms, &cpu_milli)) {
            server->usage.cpu_milli = cpu_milli;
            server->usage.throttled_milli = 0;
            server->has_usage = true;
        }
        if (playback_mean(playback, PLAYBACK_SERVER_MEM, server->name, record->at_ms,
                          record->interval_ms, &mem_bytes))
            server->usage.mem_bytes = (int64_t)mem_bytes;
        if (server->has_usage)
            servers_mem_bytes += (double)server->usage.mem_bytes;
    }

    double background_milli = 0;
    record->usage.throttled_milli = 0;
    (void)playback_mean(playback, PLAYBACK_HOST_CPU, record->host, record->at_ms,
                        record->interval_ms, &background_milli); /* no column: no background */
    scale_cpu(record, background_milli);

    double background_bytes = 0;
    if (playback_mean(playback, PLAYBACK_HOST_MEM, record->host, record->at_ms, record->interval_ms,
                      &background_bytes))
        record->usage.mem_bytes = (int64_t)(background_bytes + servers_mem_bytes);
    else if ((double)record->usage.mem_bytes < servers_mem_bytes)
        record->usage.mem_bytes = (int64_t)servers_mem_bytes; /* a part is never above the whole */
    if (record->usage.mem_bytes > record->capacity.mem_bytes && record->capacity.mem_bytes > 0)
        record->usage.mem_bytes = record->capacity.mem_bytes;
}

void record_compact(struct record *record)
{
    size_t kept = 0;
    for (size_t i = 0; i < record->servers_count; i++) {
        if (record->servers[i].has_usage)
            record->servers[kept++] = record->servers[i];
    }
    record->servers_count = kept;
}
