/*
 * Bands around a forecast from its own past errors: out-of-sample residuals of past origins, their
 * 10 % and 90 % quantiles per block of horizons, scaled by how uncertain each hour of the day is.
 * The rank of a quantile is raised as conformal prediction asks for a small sample (Vovk et al.
 * 2005; two independent errors are counted per origin and block). Pure.
 */
#ifndef FORECASTER_BANDS_H
#define FORECASTER_BANDS_H

#include <forecaster/series.h>

enum { BAND_BLOCKS = 7, BAND_ORIGINS_MAX = 14 };

struct bands {
    float low[BAND_BLOCKS];  /* <= 0, for an hour of ordinary uncertainty */
    float high[BAND_BLOCKS]; /* >= 0 */
    float of_hour[24];       /* how much more or less than ordinary: 0.25 to 4 */
    size_t origins;          /* the quantiles stand on so many; 0: they are a guess */
};

/* Errors (actual minus forecast) of one past origin: FORECAST_STEPS values, NaN where unknown. */
struct band_errors {
    int64_t origin;
    float *errors;
};

/*
 * level: a typical value, from which bands are guessed where no error is known: from half of it
 * below to all of it above.
 */
void bands_fit(struct bands *bands, const struct band_errors *items, size_t count,
               const struct calendar *calendar, double level);

/* p10 <= p50 <= p90, all within 0 and capacity (0: no upper bound). p50 is clipped too. */
void bands_apply(const struct bands *bands, const struct calendar *calendar, int64_t origin,
                 size_t steps, double capacity, float *p50, float *ret_p10, float *ret_p90);

size_t bands_block(size_t step); /* 0-based step */

#endif
