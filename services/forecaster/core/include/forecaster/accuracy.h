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

struct accuracy_pending {
    int64_t slot; /* that it speaks of */
    float p10, p50, p90;
};

struct accuracy_day {
    int64_t day; /* of load time, UTC */
    double scored, error, naive_scored, naive_error, inside;
};

struct accuracy {
    struct accuracy_pending *pending; /* [horizon][slot modulo DAY_SLOTS + 1]; made when needed */
    struct accuracy_day days[ACCURACY_DAYS];
};

struct accuracy_sum {
    int32_t scored;
    double mae;
    double mae_naive; /* 0 where nothing could be compared */
    double coverage_80_pct;
};

void accuracy_deinit(struct accuracy *accuracy);

/* A forecast from origin was issued: arrays of FORECAST_STEPS. Again for one origin: replaced. */
void accuracy_note(struct accuracy *accuracy, int64_t origin, const float *p10, const float *p50,
                   const float *p90);

/* The value of slot is known now; day_before is NaN where that is not. */
void accuracy_score(struct accuracy *accuracy, int64_t slot, double value, double day_before);

/* The last seven days as seen from slot. */
struct accuracy_sum accuracy_sum(const struct accuracy *accuracy, int64_t slot);

/* Take over what a predecessor published last, as one day's sums. */
void accuracy_seed(struct accuracy *accuracy, int64_t slot, const struct accuracy_sum *sum);

#endif
