/*
 * What is expected of a sum of loads, from the scenarios of its parts added path by path. Pure.
 */
#ifndef FORECASTER_SUMS_H
#define FORECASTER_SUMS_H

#include <forecaster/slots.h>

#include <stddef.h>

struct sums {
    float middle[FORECAST_STEPS];                /* of the expected paths */
    float paths[SCENARIO_PATHS][FORECAST_STEPS]; /* of the scenarios, none below 0 */
};

/* residuals: of one part, [path][step]. */
void sums_add(struct sums *sums, const float *middle, const float (*residuals)[FORECAST_STEPS]);

/*
 * The band that holds share (0 to 1) of the sum, around middle, within 0 and capacity (0: no upper
 * bound). Sixteen values are too few for a quantile, so the distances of two hours before and after
 * a step count too; every third step is worked out, the others lie on a line.
 */
void sums_band(const struct sums *sums, double share, double capacity, float *ret_low,
               float *ret_high);

#endif
