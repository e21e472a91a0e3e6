/* Order statistics on small arrays. */
#ifndef MODELS_ORDER_H
#define MODELS_ORDER_H

#include <stddef.h>

/* Ascending; no NaN in it. */
void order_sort(double *values, size_t count);

/* The median of values, which are reordered. NaN when there are none. */
double order_median(double *values, size_t count);

/* The value at or below which share (0 to 1) of the sorted values lie, interpolated. */
double order_quantile(const double *sorted, size_t count, double share);

/* The value at which half of the weight is reached; NaN without any positive weight. Both arrays
 * are reordered together. */
double order_weighted_median(double *values, double *weights, size_t count);

#endif
