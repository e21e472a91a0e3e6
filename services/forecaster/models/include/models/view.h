/* A series as the regressions see it: its values or their logarithm, with mean 0 and deviation 1.
 */
#ifndef MODELS_VIEW_H
#define MODELS_VIEW_H

#include <models/task.h>

struct view {
    const double *z; /* count of the task, and VIEW_PAD zeros; NULL where there is none: values
                        below zero have no logarithm, constant ones no deviation */
    const double *low, *high; /* count + 1: the range of z before each time */
    double mean, sd;
    double epsilon; /* added before the logarithm: zeros have none */
};

enum { VIEW_PAD = 8 };

void view_make(const struct task *task, bool is_log, struct nt_arena *arena, struct view *ret_view);

#endif
