/*
 * What a member is asked: one series on an even grid, and the origins from which to look ahead.
 * The last origin is the end of the series; the earlier ones are past days whose outcome is known,
 * so that members can be judged by what they would have said.
 */
#ifndef MODELS_TASK_H
#define MODELS_TASK_H

#include <nt/arena.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    TASK_ORIGINS_MAX = 24,
    TASK_HORIZON_MAX = 864, /* 72 h at five minutes: 48 h from any moment of the day after */
    TASK_COUNT_MAX = 1 << 20,
};

struct view;

struct task {
    const double *values; /* finite: gaps are filled before */
    const double *actual; /* the same with NaN in gaps: what past forecasts are judged by */
    size_t count;
    size_t day;  /* steps of the short season; 0: none */
    size_t week; /* steps of the long season; 0: none */
    size_t horizon;
    size_t origins[TASK_ORIGINS_MAX]; /* ascending; from each only what is before it is seen */
    size_t origins_count;             /* at least one; the last is count */
    const struct view *views; /* of values and of logarithms, made once for all members; or NULL */
};

/*
 * A member of the ensemble: a way to forecast. run() writes one path of task->horizon values per
 * origin, and leaves NaN in those that it has too little history for. All else it writes is finite.
 */
struct member {
    const char *name;
    void (*run)(const struct member *member, const struct task *task, struct nt_arena *scratch,
                double *ret_paths);
    const void *spec; /* the parameters of its kind */
    bool is_seasonal; /* knows the time of day: one of those whose median is taken */
    bool is_fine;     /* runs on short steps only; the others then run on means of them */
};

/* NaN in all of one origin's path: "too little history". */
void task_refuse(const struct task *task, size_t origin, double *ret_paths);

#endif
