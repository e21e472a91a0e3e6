/*
 * Spikes, told from what came before them alone: so the same value is judged alike today and when
 * the past is forecast for practice. Pure.
 */
#ifndef FORECASTER_OUTLIERS_H
#define FORECASTER_OUTLIERS_H

#include <forecaster/series.h>

/*
 * The values with their spikes cut down, gaps as gaps. A value is a spike when it lies six times
 * the usual deviation from the last hour's median, and half of that beyond whatever the same time
 * of the last seven days had, within a quarter of an hour. The third in a row on one side is a new
 * level and stays. ret_values has history->count values and may not be history->values. Returns
 * how many were cut.
 */
size_t outliers_cut(const struct history *history, float *ret_values);

#endif
