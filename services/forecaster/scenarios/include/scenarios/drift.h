/*
 * How a series' distance from its centre goes on: R(o+h) is regressed on R(o) and its means over
 * the last 6 and 36 slots, at sixteen distances h; between them the coefficients are interpolated.
 * One fit for all series, then each series' own, drawn towards it.
 */
#ifndef SCENARIOS_DRIFT_H
#define SCENARIOS_DRIFT_H

enum { DRIFT_PARTS = 3, DRIFT_KNOTS = 16, DRIFT_SHORT = 6, DRIFT_LONG = 36 };

extern const int drift_knots[DRIFT_KNOTS]; /* slots ahead, rising */

struct drift_sums {
    double gram[DRIFT_PARTS * (DRIFT_PARTS + 1) / 2];
    double with[DRIFT_KNOTS][DRIFT_PARTS];
    double count;
};

struct drift {
    float of[DRIFT_KNOTS][DRIFT_PARTS];
};

/* rest[t] is the distance at slot t, 0 where it is not known; sum[t] the sum before slot t.
 * slot >= DRIFT_LONG - 1. */
void drift_parts(const float *rest, const double *sum, int slot, float ret_parts[DRIFT_PARTS]);

/* Over the slots of [from, end), each every-th, whose greatest distance ahead is still before
 * known; a day's weight is 0.95 of that of the day after it. */
void drift_sum(const float *rest, const double *sum, int from, int known, int every,
               struct drift_sums *ret_sums);
void drift_add(struct drift_sums *sums, const struct drift_sums *more); /* normalised by trace */
void drift_solve(const struct drift_sums *sums, double pull, const struct drift *towards,
                 struct drift *ret_drift);

/* Coefficients at any distance ahead. */
void drift_at(const struct drift *drift, float ahead, float ret_parts[DRIFT_PARTS]);

#endif
