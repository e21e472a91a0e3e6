/*
 * What monitoring does to a series, undone as far as its past tells: a jump of level within the
 * last week, readings that are nothing like their hour on other days.
 */
#ifndef MODELS_CLEAN_H
#define MODELS_CLEAN_H

#include <nt/arena.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The factor by which the last days are above the week before, and have been since; *ret_begin is
 * where that began. 1 and 0 where nothing says so: it takes three weeks of positive values, a
 * change by two fifths or more that is much larger than usual ones, the same for all days since,
 * and three of them: what is younger more often goes back than stays.
 */
double clean_find_shift(const double *values, size_t count, size_t day, size_t week,
                        struct nt_arena *scratch, size_t *ret_begin);

/*
 * Marks values that are far off those of the same hour on the days around (a third of them, or
 * three times as much), where that lasts for no more than three steps: outages, spikes, resets.
 * Steps are of an hour or nearly so. Bursty series, of which more than a few in a hundred are like
 * that, have none. Returns how many are marked.
 */
size_t clean_outliers(const double *values, size_t count, size_t day, size_t week,
                      struct nt_arena *scratch, bool *ret_is_outlier);

#endif
