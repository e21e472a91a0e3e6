/* Medians across paths, for many steps at once. */
#ifndef MODELS_ROWS_H
#define MODELS_ROWS_H

#include <stddef.h>

enum { ROWS_MAX = 32 };

/* Of count rows (1 to ROWS_MAX, no NaN in them) the median at each step. */
void rows_median(const double *const *rows, size_t count, size_t steps, double *ret_medians);

/* The value at which half of the weight is reached; weights are of rows and positive. */
void rows_weighted_median(const double *const *rows, const double *weights, size_t count,
                          size_t steps, double *ret_medians);

#endif
