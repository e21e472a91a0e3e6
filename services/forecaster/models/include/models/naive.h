/* The forecasts that everything else is compared with. history may have gaps (NaN). */
#ifndef MODELS_NAIVE_H
#define MODELS_NAIVE_H

#include <stddef.h>

/*
 * The last season repeated; a gap is looked up one season earlier, as far as history goes, and
 * is the newest value where even that fails. season 0 or longer than history: the newest value.
 */
void naive_seasonal(const double *history, size_t count, size_t season, size_t horizon,
                    double *ret_path);

/*
 * Naive2 of the M4 competition: the newest value after seasonal adjustment by classical
 * multiplicative decomposition, where the autocorrelation at the season passes a 90 % test;
 * the newest value otherwise. Gaps are filled as naive_seasonal() would.
 */
void naive_adjusted(const double *history, size_t count, size_t season, size_t horizon,
                    double *ret_path);

#endif
