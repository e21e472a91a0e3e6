/* Shared by fleet.c, fits.c and issue.c only. */
#ifndef FORECASTER_FLEET_INTERNAL_H
#define FORECASTER_FLEET_INTERNAL_H

#include <forecaster/fleet.h>
#include <uthash.h>

struct fleet_server {
    struct subject subject;
    char *template_name;     /* NULL: unknown */
    struct fleet_host *host; /* where it was seen last; NULL: nowhere yet */
    int64_t seen_ms;         /* load time of that */
    int64_t merged_slot;     /* the slot that the newest values belong to */
    double merged_samples;   /* and how many samples they stand for: a server that moved within a
                                slot has a part from each host */
    bool is_running;
    UT_hash_handle hh;
};

struct fleet_host {
    char *id;
    struct subject total; /* what was measured; scored and looked through for recurring windows */
    struct subject rest;  /* what is no server's */
    struct rollup *rollup;
    double measured[RESOURCES];
    double override[RESOURCES]; /* 0: none */
    int64_t newest_ms;          /* end of the newest sample or closed slot; 0: none */
    int64_t closed_slot;        /* the newest closed one */
    bool has_closed;
    struct window windows[WINDOWS_MAX]; /* as issued last */
    size_t windows_count;
    struct recurring recurring[RECURRING_MAX];
    size_t recurring_count;
    struct recurring recurring_before[RECURRING_MAX];
    size_t recurring_before_count;
    int64_t recurring_slot;        /* origin at which they were looked for */
    struct fleet_server **present; /* filled by issue_begin() */
    size_t present_count, present_capacity;
    UT_hash_handle hh;
};

struct fleet {
    struct fleet_host *hosts;     /* by id */
    struct fleet_server *servers; /* by id */
    struct zone zone;
    double threshold_pct;
    double probability;
    int64_t origin;
    char cursor[128];         /* the server where the search for stale fits goes on */
    char explain_cursor[128]; /* and that for habits not looked at */
};

double fleet_capacity(const struct fleet_host *host, enum resource resource);
struct fleet_host *fleet_find_host(const struct fleet *fleet, const char *id);
struct fleet_server *fleet_find_server(const struct fleet *fleet, const char *id);

#endif
