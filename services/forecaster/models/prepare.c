#include <models/prepare.h>

#include <math.h>

enum {
    ORIGINS = 9,       /* past days that are judged */
    DAYS_KEPT = 60,    /* older history weighs nothing in any member */
    STEPS_KEPT = 4096, /* where there is no day */
};

static double fill_from_past(const double *filled, size_t t, size_t day)
{
    double newest = filled[t - 1];
    if (day == 0 || t < day)
        return newest;
    return filled[t - day];
}

bool prepare_task(const struct forecast_ask *ask, struct nt_arena *arena, struct task *ret_task)
{
    size_t first = 0;
    while (first < ask->count && isnan(ask->values[first]))
        first++;
    if (first == ask->count)
        return false;
    size_t kept = ask->day > 0 ? DAYS_KEPT * ask->day : STEPS_KEPT;
    if (ask->count - first > kept)
        first = ask->count - kept;
    const double *actual = ask->values + first;
    size_t count = ask->count - first;
    double *filled = NT_ARRAY(arena, count, double);
    for (size_t t = 0; t < count; t++) {
        if (!isnan(actual[t]))
            filled[t] = actual[t];
        else /* the first value kept may be a gap, where history was cut */
            filled[t] = t > 0 ? fill_from_past(filled, t, ask->day) : 0;
    }
    struct task task = {.values = filled,
                        .actual = actual,
                        .count = count,
                        .day = ask->day,
                        .week = ask->week,
                        .horizon = ask->horizon};
    size_t spacing = ask->day > 0 ? ask->day : ask->horizon;
    size_t extra = (ask->horizon + spacing - 1) / spacing - 1;
    for (size_t back = ORIGINS + extra; back > 0 && ORIGINS + extra < TASK_ORIGINS_MAX; back--) {
        if (count >= (back + 2) * spacing)
            task.origins[task.origins_count++] = count - back * spacing;
    }
    task.origins[task.origins_count++] = count;
    *ret_task = task;
    return true;
}
