/*
 * When a host will be overloaded: stretches of the next 24 h in which the sum of its servers and
 * the rest exceeds the threshold with at least the given probability, by scenarios. And when it
 * always is: stretches of the local day or week that came back again and again. Pure.
 */
#ifndef FORECASTER_WINDOWS_H
#define FORECASTER_WINDOWS_H

#include <forecaster/series.h>

enum { WINDOWS_MAX = 8, RECURRING_MAX = 16 };

struct window {
    enum resource resource;
    int64_t from_slot; /* first slot in it */
    int64_t to_slot;   /* first slot after it */
    double peak_pct;   /* of capacity: largest expected value */
    double probability;
};

struct window_question {
    enum resource resource;
    int64_t origin;
    const float (*sums)[FORECAST_STEPS]; /* SCENARIO_PATHS paths of the whole host */
    double capacity;                     /* > 0 */
    double threshold_pct;
    double probability;
    /* What was published last: a window that stands falls only below 0.6 x probability. */
    const struct window *before;
    size_t before_count;
};

/* Appends at most WINDOWS_MAX - count windows to ret_windows[count...]; returns the new count. */
size_t windows_find(const struct window_question *question, struct window *ret_windows,
                    size_t count);

/* --- recurring -------------------------------------------------------------------------------- */

struct recurring {
    enum resource resource;
    const char *days; /* all, weekday, weekend, mon ... sun */
    int from_minute;  /* of the local day */
    int to_minute;
    int seen; /* days over the threshold, at the most frequent slot */
    int of;   /* days looked at */
};

/*
 * For each sort of day and time of day, the share of days over the threshold, newer ones weighing
 * more. Reported for 30 minutes or longer where the lower bound of its Wilson interval (90 %) is
 * 0.6, kept (before) down to 0.4. A narrower sort is listed only where a wider one does not say it.
 */
size_t recurring_find(const struct history *history, enum resource resource, double threshold_pct,
                      const struct recurring *before, size_t before_count,
                      struct recurring *ret_recurring, size_t count);

#endif
