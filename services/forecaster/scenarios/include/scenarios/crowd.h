/*
 * Scenarios of many series at once: sixteen paths of each over the next day, taken from the same
 * sixteen past moments for all of them, so that adding path by path gives the distribution of any
 * sum.
 *
 *   path j of slot t = centre(t) + drift of the present distance
 *                      + distance at (t - shift j) - drift of the distance then
 *
 * Slots of five minutes; slot 0 begins a day. Everything before the newest slot is known, nothing
 * after it is used. One thread.
 */
#ifndef SCENARIOS_CROWD_H
#define SCENARIOS_CROWD_H

#include <scenarios/centre.h>
#include <scenarios/drift.h>

enum {
    CROWD_PATHS = 16,
    CROWD_AHEAD_MAX = 24,  /* slots that may pass before a path begins */
    CROWD_BLOCKS_MAX = 288 /* of a path */
};

enum crowd_kind {
    CROWD_LEARNED,
    CROWD_TIME_BLIND, /* a trailing mean of a week and its level: for comparison */
};

struct crowd_options {
    enum crowd_kind kind;
    size_t count;      /* series */
    const float *high; /* of each: no path goes above; below 0 none does */
    int slots_max;     /* kept at most; at least two days */
    int learn_from;    /* slot from which on it learns at the end of each day */
};

struct crowd;

struct crowd *crowd_new(const struct crowd_options *options);
void crowd_free(struct crowd *crowd);

/* Drop the oldest days. The sums they were learned from stay for their four weeks. A crowd whose
 * series change is made anew from their histories: about a millisecond a series. */
void crowd_forget(struct crowd *crowd, int days);

/* One slot of all series; NaN: missing. After the last slot of a day everything is learned anew. */
void crowd_append(struct crowd *crowd, const float *values);
int crowd_slots(const struct crowd *crowd); /* known */

/*
 * Paths of series i from slot crowd_slots() + ahead on: block b is the mean of the slots
 * [ends[b-1], ends[b]) after that, ends[-1] being 0. ret_paths[j * blocks + b].
 */
void crowd_paths(const struct crowd *crowd, size_t i, int ahead, const int *ends, int blocks,
                 float *ret_paths);

/* Mean absolute error of the centre with drift, and of persistence, over what was known at `ahead`
 * slots before; of the last day. For weighing how far the paths can be trusted. */
void crowd_errors(const struct crowd *crowd, size_t i, int ahead, double *ret_ours,
                  double *ret_persistence);

static inline void crowd_free_p(struct crowd **slot)
{
    crowd_free(*slot);
}

#endif
