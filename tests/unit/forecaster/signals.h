/* Simulated loads with known answers, for tests: noise, tides, and a grid to put them on. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <forecaster/series.h>

enum { SIGNALS_ORIGIN = 20000 * DAY_SLOTS }; /* a midnight, UTC */

struct signals {
    float values[HISTORY_SLOTS];
    struct calendar calendar;
    struct history history; /* of values */
    uint64_t random;
};

struct signals *signals_new(uint64_t seed); /* all gaps */
void signals_free(struct signals *signals);

/* Repeatable: uniform within 0 and 1; normal with mean 0 and deviation 1. */
double signals_uniform(struct signals *signals);
double signals_normal(struct signals *signals);

/* level + tide x sine of the local day + an AR(1) with the given coefficient from slot to slot and
 * deviation; never below 0. */
void signals_fill(struct signals *signals, double level, double tide, double phi, double deviation);

#endif
