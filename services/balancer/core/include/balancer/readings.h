/*
 * One host's measured load by load minutes: means over a minute, consecutive readings above a
 * threshold, and peaks of the last day in slots of five minutes.
 */
#ifndef BALANCER_READINGS_H
#define BALANCER_READINGS_H

#include <stdint.h>

enum { READINGS_SLOTS = 288, READINGS_RECENT = 16 };

struct readings {
    int64_t minute; /* being filled; load minutes since 1970 */
    double sum_pct; /* weighted by milliseconds */
    double weight_ms;
    int64_t last_ms;                /* newest sample */
    double recent[READINGS_RECENT]; /* finished minutes, newest first */
    int recent_count;
    int64_t slot_of[READINGS_SLOTS]; /* which five minutes a place holds */
    float slot_peak[READINGS_SLOTS]; /* highest minute in it */
};

/* A sample of use in per cent of capacity over interval_ms that ended at at_ms. Older than the
 * newest, or longer than an hour: ignored. */
void readings_add(struct readings *readings, int64_t at_ms, int64_t interval_ms, double pct);

/* The mean of a slot of five minutes, from the roll-ups: known of times at which nobody listened.
 * It raises no peak that minutes have shown to be higher. Other steps are ignored. */
void readings_note(struct readings *readings, int64_t from_ms, int64_t step_ms, double mean_pct);

/* How many finished minutes in a row, up to the newest, were above (or at most) the limit. */
int readings_run_above(const struct readings *readings, double limit_pct);
int readings_run_below(const struct readings *readings, double limit_pct);

/* Newest finished minute; -1: none. */
double readings_newest_pct(const struct readings *readings);

/* Highest minute in [from, to); -1 where less than three quarters of it was seen. */
double readings_peak_pct(const struct readings *readings, int64_t from_ms, int64_t to_ms);

#endif
