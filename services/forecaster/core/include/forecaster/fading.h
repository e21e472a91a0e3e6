/*
 * How the present distance from what is expected goes on: shares of the last half hour's and of the
 * last day's distance at growing horizons, learned by least squares from past distances. Pure.
 */
#ifndef FORECASTER_FADING_H
#define FORECASTER_FADING_H

#include <stdbool.h>
#include <stddef.h>

/* Horizons at which shares are learned; between them lies a line, beyond the last they stay. */
enum { FADING_LAGS = 10 };
extern const int fading_lags[FADING_LAGS];

struct fading {
    float near[FADING_LAGS]; /* share of the last half hour's distance beyond the day's, 0 to 1 */
    float far[FADING_LAGS];  /* share of the last day's, 0 to 1 */
};

struct fading_sums {
    double nn[FADING_LAGS], nf[FADING_LAGS], ff[FADING_LAGS], ny[FADING_LAGS], fy[FADING_LAGS];
};

/* later: the distance fading_lags[lag] slots after the last that near and far know. */
void fading_add(struct fading_sums *sums, int lag, double near, double far, double later,
                double weight);

/* Drawn a little towards zero; zero where nothing was added. */
void fading_solve(const struct fading_sums *sums, struct fading *ret_fading);

struct fading_present {
    double near, far;
};

/* Adds to path[i] what the present distance leaves i + 1 slots ahead; no value falls below 0. */
void fading_apply(const struct fading *fading, struct fading_present present, size_t steps,
                  float *path);

/* The median; values are reordered. count > 0. */
double fading_median(double *values, int count);

#endif
