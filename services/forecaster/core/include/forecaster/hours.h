/* A history as one row of 24 hourly medians for each local day: steady against spikes, and a day of
 * 23 or 25 hours is a row like all others. Pure. */
#ifndef FORECASTER_HOURS_H
#define FORECASTER_HOURS_H

#include <forecaster/series.h>

enum { HOURS_DAYS_MAX = HISTORY_SLOTS / DAY_SLOTS + 1, HOURS_LEAST = 4 };

struct hours {
    double medians[HOURS_DAYS_MAX][24]; /* NaN: fewer than HOURS_LEAST values */
    int64_t slots[HOURS_DAYS_MAX][24];  /* first slot of each; where there is one */
    uint8_t weekdays[HOURS_DAYS_MAX];   /* 0 is Monday */
    size_t days; /* rows, oldest first; the last is whole or ends at origin */
};

/* The slots before origin. */
void hours_fill(struct hours *hours, const struct history *history, int64_t origin);

/* Reorders values; NaN for none. */
double hours_median(double *values, size_t count);

#endif
