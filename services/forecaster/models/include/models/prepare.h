/* From a series with gaps to a task that members can work on. */
#ifndef MODELS_PREPARE_H
#define MODELS_PREPARE_H

#include <models/forecast.h>
#include <models/task.h>

/*
 * Leading gaps are left off, others filled from the same time a week or a day before, with what the
 * hours before the gap were above that: nothing after a gap is used. What was before a jump of
 * level is brought to where the series is now. Past origins lie a day apart, at most
 * PREPARE_ORIGINS of them, each with two days before it. The history kept is bounded.
 * Returns false when there is no value at all.
 */
bool prepare_task(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                  struct task *ret_task);

/* How many steps of a day so long members take together, by their median: an hour's, or 1. */
size_t prepare_bucket(size_t day);

/* The medians of count stretches of bucket values each. */
void prepare_medians(const double *values, size_t count, size_t bucket, double *ret_medians);

#endif
