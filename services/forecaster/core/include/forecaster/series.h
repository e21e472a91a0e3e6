/*
 * The last 28 days of one resource of one subject in five-minute means: a ring of float32 (32 kB,
 * made with the first value). A gap is a gap: NaN, never zero. Loop thread only.
 */
#ifndef FORECASTER_SERIES_H
#define FORECASTER_SERIES_H

#include <forecaster/calendar.h>
#include <nt/error.h>

struct series {
    float *values;  /* NULL until the first value; slot modulo HISTORY_SLOTS */
    int64_t newest; /* slot of the newest value; meaningless while empty */
    size_t filled;  /* values that are no gap */
};

void series_deinit(struct series *series);

/*
 * Set a slot: a new one, an older one that was a gap (back-filled history), or again. 0, -ERANGE
 * (older than the ring; unchanged), -EINVAL (not finite or negative; unchanged).
 */
int series_put(struct series *series, int64_t slot, double value);

/* NaN where there is no value. */
float series_get(const struct series *series, int64_t slot);

bool series_is_empty(const struct series *series);

/* --- what models look at --------------------------------------------------------------------- */

/*
 * A stretch of history, immutable, that ends before slot first + count. A model that is asked about
 * an origin looks at slots before the origin only, so that the past can be forecast honestly.
 */
struct history {
    const float *values;
    int64_t first;
    size_t count;
    const struct calendar *calendar; /* covers the stretch and FORECAST_STEPS after it */
    double capacity;                 /* upper bound of values; 0: unknown */
};

/* Copies the HISTORY_SLOTS slots before end into ret_values. */
void series_copy(const struct series *series, int64_t end, float *ret_values);

/* NaN outside. */
float history_get(const struct history *history, int64_t slot);

size_t history_filled(const struct history *history, int64_t origin);

/* Slot of the oldest value, or first + count when there is none. */
int64_t history_begin(const struct history *history);

#endif
