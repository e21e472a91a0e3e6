/*
 * What is known of the habits of a host or server: the patterns of its resources, when their level
 * changed, and which of them moves first. Looked for once a day on the pool, told when it differs
 * from what was told last.
 */
#ifndef FORECASTER_EXPLAIN_H
#define FORECASTER_EXPLAIN_H

#include <forecaster/changes.h>
#include <forecaster/cycles.h>
#include <forecaster/fleet.h>
#include <forecaster/relations.h>

enum explained_resource { EXPLAINED_CPU, EXPLAINED_MEMORY, EXPLAINED_NET_IN, EXPLAINED_NET_OUT };

struct explained_pattern {
    enum explained_resource resource;
    struct cycles cycles;
    struct change changes[CHANGES_MAX];
    size_t changes_count;
};

struct explained {
    int64_t origin;
    struct explained_pattern patterns[RELATION_SERIES_MAX]; /* of resources with a week of values */
    size_t patterns_count;
    struct relation relations[RELATIONS_MAX]; /* first and second are enum explained_resource */
    size_t relations_count, tests;
};

struct explain_job;

/*
 * The next host or server whose habits have not been looked at for a day; NULL: none. Bounded work,
 * as fleet_take_fit(). Run the job on any thread, then hand it back, also when it was not run.
 */
struct explain_job *fleet_take_explain(struct fleet *fleet);
void explain_job_run(struct explain_job *job);

/*
 * told is called, for the call, when there is something else to tell of that subject than last
 * time. kind: "host" or "server".
 */
void fleet_return_explain(struct fleet *fleet, struct explain_job *job,
                          void (*told)(void *arg, const char *kind, const char *id,
                                       const struct explained *explained),
                          void *arg);

/* For tests and shutdown: throw a job away that will not come back. */
void explain_job_free(struct explain_job *job);

#endif
