/* What the collector says: host.state and host.load in Kafka, the current load in Redis. */
#ifndef COLLECTOR_PUBLISH_H
#define COLLECTOR_PUBLISH_H

#include <collector/gpu.h>
#include <collector/record.h>
#include <nt/bus.h>
#include <nt/cache.h>

struct host_facts {
    const char *host;
    const char *role;
    const char *slice;
    const char *cgroup; /* v1, hybrid, v2 */
    const char *source; /* cgroup or playback */
    const char *boot;
    const char *kernel;
    struct capacity capacity;
    const struct gpu *gpus;
    size_t gpus_count;
    bool is_clock_wrong;
};

/* done (may be NULL) is called once with 0 or a negative errno. The result: 0, or what prevented
 * it, with its story. */
int publish_state(struct nt_producer *producer, const struct host_facts *facts, int64_t wall_ms,
                  void (*done)(void *arg, int status), void *arg, struct nt_error *err);

int publish_load(struct nt_producer *producer, const struct record *record, size_t gpus_count,
                 void (*done)(void *arg, int status), void *arg, struct nt_error *err);

/*
 * The same record as JSON under neaptide:host:<host>, which disappears after expire_ms. cache may
 * be away: a lost value costs one interval.
 */
int publish_current(struct nt_cache *cache, const struct record *record, size_t gpus_count,
                    int64_t expire_ms, void (*done)(void *arg, int status), void *arg,
                    struct nt_error *err);

#endif
