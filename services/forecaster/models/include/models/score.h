/*
 * How forecasts are judged. Missing actual values (NaN) are not scored; every function returns NaN
 * where nothing could be. Definitions: Makridakis, Spiliotis, Assimakopoulos, "The M4 competition"
 * (International Journal of Forecasting 36, 2020); Hyndman and Koehler 2006 for MASE.
 */
#ifndef MODELS_SCORE_H
#define MODELS_SCORE_H

#include <stddef.h>

/* (200 / count) sum |z - f| / (|z| + |f|); a pair of zeros counts as no error. */
double score_smape(const double *actual, const double *forecast, size_t count);

/* Mean |z - f|. */
double score_mae(const double *actual, const double *forecast, size_t count);

/* MASE's denominator: the mean |y(t) - y(t - season)| of the history before the origin. */
double score_scale(const double *history, size_t count, size_t season);

/* Mean pinball loss of a quantile forecast at level tau: max(tau (z - q), (tau - 1)(z - q)). */
double score_pinball(const double *actual, const double *quantile, size_t count, double tau);

/* Mean interval score of the band at 1 - alpha: (u - l) + (2/alpha) what lies outside it. MSIS is
 * this over score_scale(). */
double score_interval(const double *actual, const double *low, const double *high, size_t count,
                      double alpha);

/* Share of the actual values within the band, ends included. */
double score_coverage(const double *actual, const double *low, const double *high, size_t count);

#endif
