/*
 * What comes back with the local day and week: taken away, found, and measured. Pure.
 */
#ifndef FORECASTER_CYCLES_H
#define FORECASTER_CYCLES_H

#include <forecaster/series.h>

/*
 * The values less the median of their local time of day (with its neighbours, working days and
 * weekends apart once four of each were seen), NaN in gaps. ret_rest has history->count values;
 * those from origin on are NaN.
 */
void cycles_remove(const struct history *history, int64_t origin, double *ret_rest);

struct cycles {
    bool has_day, has_week;
    int other_hours; /* another period, in whole hours; 0: none */
    /* Share of the variance of hourly medians that the pattern explains in days (weeks) that it was
     * not learned from: 0 to 1. 0 where there is none. */
    double day_strength, week_strength;
};

/*
 * Is there a daily, a weekly, another pattern? Two weeks of values at least are looked at for a
 * day, three for a week; with less there is none.
 *
 * The test keeps what neighbouring hours have in common: each day's (week's) course is turned by a
 * random number of hours (days), which takes away the pattern and nothing else, and the true
 * pattern must be clearer than that of 197 of 199 such turns. Other periods are peaks of the
 * periodogram of what is left over the median beside them.
 */
void cycles_find(const struct history *history, int64_t origin, struct cycles *ret_cycles);

#endif
