/*
 * The last hour of load of each host and server, in steps of 15 s of load time: what the charts
 * show before the five-minute history knows of it. Pure.
 */
#ifndef API_RECENT_H
#define API_RECENT_H

#include <nt/contract.h>

#define RECENT_STEP_MS  15000
#define RECENT_STEPS    240
#define RECENT_SUBJECTS 30000 /* beyond: the new ones are not kept */

struct recent;

struct recent *recent_new(void);
void recent_free(struct recent *recent);

/* The host and each of its servers. */
void recent_add(struct recent *recent, const struct nt_host_load *load);

struct recent_step {
    int64_t from_ms; /* multiple of RECENT_STEP_MS */
    uint32_t count;  /* samples; 0: a gap */
    float cpu_milli_mean;
    float cpu_milli_max;
    double mem_bytes_mean;
    double mem_bytes_max;
};

/* Steps of subject in [from_ms, to_ms), oldest first, gaps left out; at most RECENT_STEPS. */
size_t recent_read(const struct recent *recent, const char *subject, int64_t from_ms, int64_t to_ms,
                   struct recent_step *ret_steps);

#endif
