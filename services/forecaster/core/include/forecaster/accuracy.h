/*
 * How our own forecasts did. Every forecast that is issued leaves what it says about one, six and
 * twenty-four hours ahead; when that time comes it is scored, against the value of a day before as
 * the naive forecast. Sums are kept by day for the last seven days of load time.
 */
#ifndef FORECASTER_ACCURACY_H
#define FORECASTER_ACCURACY_H

#include <forecaster/slots.h>
#include <stdbool.h>
#include <stddef.h>

enum { ACCURACY_HORIZONS = 3, ACCURACY_DAYS = 7 };

struct accuracy_pending;

struct accuracy_day {
    int64_t day; /* of load time, UTC */
    double scored, error, naive_scored, naive_error, inside;
    double told, over, foreseen; /* slots: said to be in a window; overloaded; both */
};

struct accuracy {
    struct accuracy_pending *pending; /* made when needed: 12 kB */
    struct accuracy_day days[ACCURACY_DAYS];
};

struct accuracy_sum {
    int32_t scored;
    double mae;
    double mae_naive; /* 0 where nothing could be compared */
    double coverage_80_pct;
    int32_t told, over, foreseen; /* see struct accuracy_day; 0 for what has no windows */
};

/* Has enough been scored to say that these forecasts cannot be relied upon: worse than the day
 * before was, or with bands that hold far less than they promise? */
bool accuracy_is_poor(const struct accuracy_sum *sum);

void accuracy_deinit(struct accuracy *accuracy);

/* A forecast from origin was issued: arrays of FORECAST_STEPS. Again for one origin: replaced. */
void accuracy_note(struct accuracy *accuracy, int64_t origin, const float *p10, const float *p50,
                   const float *p90);

/* Which of the SCENARIO_STEPS slots from origin on are in a coming window. */
void accuracy_note_windows(struct accuracy *accuracy, int64_t origin, const bool *is_in);

/* The value of slot is known now; day_before is NaN where that is not. limit: what counts as
 * overload is above it; 0: nothing does. */
void accuracy_score(struct accuracy *accuracy, int64_t slot, double value, double day_before,
                    double limit);

/* The last seven days as seen from slot. */
struct accuracy_sum accuracy_sum(const struct accuracy *accuracy, int64_t slot);

/* Take over what a predecessor published last, as one day's sums. */
void accuracy_seed(struct accuracy *accuracy, int64_t slot, const struct accuracy_sum *sum);

#endif
