/*
 * What is published at the begin of a slot, host by host: forecasts for people, scenarios for the
 * balancer, windows. A host's forecast is the sum of the servers that are there now and its rest,
 * path by path: after a move it is right at once, which a profile of the host itself could not be.
 * Loop thread only; a host costs about 0.1 ms for each server and resource.
 */
#ifndef FORECASTER_ISSUE_H
#define FORECASTER_ISSUE_H

#include <forecaster/fleet.h>
#include <forecaster/scenarios.h>

/* Everything below is borrowed for the call. */
struct issued_forecast {
    const char *subject;
    const char *kind; /* "host" or "server" */
    enum resource resource;
    int64_t origin;               /* slot of the first step */
    double capacity;              /* 0: unknown, for a server */
    const float *p10, *p50, *p90; /* FORECAST_STEPS */
    const char *model;
    const char *rung; /* "none", "level", "template", "short" or "full" */
    int64_t history_ms;
    bool is_reliable;
    struct accuracy_sum accuracy;
};

struct issued_scenarios {
    const char *subject;
    const char *kind; /* "server" or "remainder" */
    enum resource resource;
    int64_t origin;
    struct scenario_packed packed;
    int borrowed;
};

struct issued_contributor {
    const char *server;
    double share_pct; /* of the host's expected load in the window */
};

enum { CONTRIBUTORS_MAX = 10 };

struct issued_window {
    struct window window;
    struct issued_contributor contributors[CONTRIBUTORS_MAX]; /* largest first */
    size_t contributors_count;
};

struct issued_windows {
    const char *host;
    int64_t origin;
    double threshold_pct;
    const struct issued_window *windows;
    size_t windows_count;
    const struct recurring *recurring;
    size_t recurring_count;
};

struct issue_sink {
    void (*forecast)(void *arg, const struct issued_forecast *forecast);
    void (*scenarios)(void *arg, const struct issued_scenarios *scenarios);
    void (*windows)(void *arg, const struct issued_windows *windows);
    void *arg;
};

struct issue;

/* Working memory for issuing, about 200 kB. */
struct issue *issue_new(struct fleet *fleet, const struct issue_sink *sink);
void issue_free(struct issue *issue);
NT_DEFINE_CLEANUP(struct issue *, issue_free);

/* Begin a round for the slots from fleet_origin() on. */
void issue_begin(struct issue *issue);

/* Publish the next host of the round; false when the round is over. */
bool issue_next(struct issue *issue);

#endif
