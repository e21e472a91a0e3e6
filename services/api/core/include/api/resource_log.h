/*
 * The resource log: what was used and what was allotted over time, and each change of the allotment
 * with who made it. Pure.
 */
#ifndef API_RESOURCE_LOG_H
#define API_RESOURCE_LOG_H

#include <api/series.h>
#include <api/view.h>

struct resource_log {
    const char *subject;
    bool is_server; /* else a host: all changes of its servers, capacity as allotted */
    const struct series *series;
};

/* ResourceLog of openapi.json. */
json_t *resource_log_to_json(const struct view *view, const struct resource_log *log);

/* The same as CSV (RFC 4180) with a head line, times in UTC. */
void resource_log_to_csv(const struct view *view, const struct resource_log *log,
                         struct nt_buf *out);

#endif
