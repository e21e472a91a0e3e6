/*
 * From past residuals to quantiles: the size of the series' own residuals near the same horizon,
 * steadied by a shape pooled over many series, widened as calibrated offline (train/).
 */
#ifndef MODELS_SPREAD_H
#define MODELS_SPREAD_H

#include <models/ensemble.h>

enum { SPREAD_SHARES = 12 };

/* The shares of the values within a band for which shape and widening are stored. */
extern const double spread_shares[SPREAD_SHARES];

struct spread_table {
    float shape[ENSEMBLE_BLOCKS][SPREAD_SHARES]; /* quantile of |residual| over its mean */
    float widen[ENSEMBLE_BLOCKS][SPREAD_SHARES]; /* what made past bands hold their share */
};

/*
 * Half-widths of the bands around step h, one for each of spread_shares, not yet widened. residuals
 * are origins x horizon of one mixture, NaN where the outcome is not known; without any of them
 * the scale of the series stands in.
 */
void spread_raw(const struct ensemble *ensemble, const double *residuals,
                const struct spread_table *table, size_t h, double ret_half_widths[SPREAD_SHARES]);

/* The raw half-widths widened and made to grow with the share. */
void spread_half_widths(const struct ensemble *ensemble, const double *residuals,
                        const struct spread_table *table, size_t h,
                        double ret_half_widths[SPREAD_SHARES]);

/* The mean size of the residuals around step h. */
double spread_mean(const struct ensemble *ensemble, const double *residuals, size_t h);

/* Offset of the quantile at level (0 to 1, exclusive) from the middle. */
double spread_offset(const double half_widths[SPREAD_SHARES], double level);

#endif
