/* From a series with gaps to a task that members can work on. */
#ifndef MODELS_PREPARE_H
#define MODELS_PREPARE_H

#include <models/forecast.h>
#include <models/task.h>

/*
 * Leading gaps are left off, others filled from the same time of earlier days, or the newest value
 * where there is none: nothing after a gap is used. Past origins lie a day apart, at most
 * PREPARE_ORIGINS of them, each with two days before it. The history kept is bounded.
 * Returns false when there is no value at all.
 */
bool prepare_task(const struct forecast_ask *ask, struct nt_arena *arena, struct task *ret_task);

#endif
