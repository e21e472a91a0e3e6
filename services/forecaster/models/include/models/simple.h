/*
 * Members without a fit: repetition, medians of past days, the present level, and what followed
 * when the past looked most like the present.
 */
#ifndef MODELS_SIMPLE_H
#define MODELS_SIMPLE_H

#include <models/task.h>

/* The last season again. spec: const size_t *, 0 for the day and 1 for the week. */
void simple_repeat(const struct member *member, const struct task *task, struct nt_arena *scratch,
                   double *ret_paths);

/* Of each time of day, the median over the last days. spec: const size_t *, days. */
void simple_slot_median(const struct member *member, const struct task *task,
                        struct nt_arena *scratch, double *ret_paths);

/* The median of the last steps, as a flat line. spec: const size_t *, steps; 0 means a day. */
void simple_level(const struct member *member, const struct task *task, struct nt_arena *scratch,
                  double *ret_paths);

/*
 * The slot medians of the last 7 days plus the present deviation from them, which fades: half of
 * it is gone after 4 hours' worth of steps. spec: none.
 */
void simple_fading_level(const struct member *member, const struct task *task,
                         struct nt_arena *scratch, double *ret_paths);

/*
 * The last steps, less their mean, are compared with all stretches that ended whole days ago; what
 * followed the nearest few is averaged by 1 / distance. spec: const size_t *, days compared.
 */
void simple_analog(const struct member *member, const struct task *task, struct nt_arena *scratch,
                   double *ret_paths);

#endif
