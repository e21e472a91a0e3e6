#include <models/ensemble.h>

#include <models/prepare.h>
#include <models/rows.h>
#include <models/score.h>
#include <models/view.h>

#include <math.h>
#include <string.h>

/* How much less an origin one day older tells. */
static const double AGEING = 0.85;

size_t ensemble_block(const struct ensemble *ensemble, size_t h)
{
    size_t block = 0;
    while (block + 1 < ENSEMBLE_BLOCKS && h >= ensemble->block_ends[block])
        block++;
    return block;
}

/* Of the seasonal members, or of all where none is usable. A path is whole or not there. */
static void take_median(struct ensemble *ensemble)
{
    const struct task *task = ensemble->task;
    for (size_t o = 0; o < task->origins_count; o++) {
        const double *rows[MEMBERS_COUNT];
        size_t count = 0;
        for (size_t is_any = 0; is_any < 2 && count == 0; is_any++) {
            for (size_t m = 0; m < MEMBERS_COUNT; m++) {
                const double *path = ensemble->paths[m] + o * task->horizon;
                if ((is_any || members[m].is_seasonal) && !isnan(path[0]))
                    rows[count++] = path;
            }
        }
        if (count > 0)
            rows_median(rows, count, task->horizon, ensemble->median + o * task->horizon);
        else
            task_refuse(task, o, ensemble->median);
    }
}

/* Of one path per origin: its errors at the origins whose outcome is known, in part or whole. */
static void judge(const struct ensemble *ensemble, const double *paths, double *ret_errors,
                  double *ret_newest)
{
    const struct task *task = ensemble->task;
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++) {
        size_t from = b > 0 ? ensemble->block_ends[b - 1] : 0;
        size_t to = ensemble->block_ends[b];
        double sum = 0;
        double weights = 0;
        double weight = 1;
        ret_newest[b] = NAN;
        for (size_t o = task->origins_count - 1; o-- > 0;) {
            size_t known = task->count - task->origins[o];
            if (known < to || from >= to)
                continue;
            const double *path = paths + o * task->horizon;
            double error =
                score_mae(task->actual + task->origins[o] + from, path + from, to - from);
            if (isnan(error))
                continue;
            if (isnan(ret_newest[b]))
                ret_newest[b] = error;
            sum += weight * error;
            weights += weight;
            weight *= AGEING;
        }
        ret_errors[b] = weights > 0 ? sum / weights : NAN;
    }
}

/* Steps of task per step of the grid that members work on. */
/* The same task on the medians of buckets, which end where the task ends. */
static struct task coarsen(const struct task *task, size_t bucket, struct nt_arena *arena)
{
    struct task coarse = *task;
    coarse.count = task->count / bucket;
    coarse.day = task->day / bucket;
    coarse.week = task->week / bucket;
    coarse.horizon = (task->horizon + bucket - 1) / bucket + 1;
    size_t skipped = task->count - coarse.count * bucket;
    double *values = NT_ARRAY(arena, coarse.count, double);
    prepare_medians(task->values + skipped, coarse.count, bucket, values);
    coarse.values = values;
    coarse.origins_count = 0;
    for (size_t o = 0; o < task->origins_count; o++)
        coarse.origins[coarse.origins_count++] = task->origins[o] / bucket;
    return coarse;
}

/* Steps between the middles of buckets lie on a line; the first begins at the last bucket seen. */
static void refine(const struct task *task, const struct task *coarse, size_t bucket,
                   const double *coarse_paths, double *ret_paths)
{
    for (size_t o = 0; o < task->origins_count; o++) {
        const double *path = coarse_paths + o * coarse->horizon;
        if (coarse->origins[o] == 0) { /* less than a bucket before it */
            task_refuse(task, o, ret_paths);
            continue;
        }
        for (size_t h = 0; h < task->horizon; h++) {
            double at = ((double)h + 0.5) / (double)bucket + 0.5; /* 1 is the middle of path[0] */
            size_t below = (size_t)at;
            double from = below > 0 ? path[below - 1] : coarse->values[coarse->origins[o] - 1];
            ret_paths[o * task->horizon + h] = from + (at - (double)below) * (path[below] - from);
        }
    }
}

/* A path that is not finite throughout is none. */
static void drop_broken(const struct task *task, double *paths)
{
    for (size_t o = 0; o < task->origins_count; o++) {
        bool is_finite = true;
        for (size_t h = 0; h < task->horizon; h++)
            is_finite &= isfinite(paths[o * task->horizon + h]) != 0;
        if (!is_finite)
            task_refuse(task, o, paths);
    }
}

void ensemble_run(struct ensemble *ensemble, const struct task *task, struct nt_arena *arena,
                  struct nt_arena *scratch)
{
    size_t size = task->origins_count * task->horizon;
    *ensemble = (struct ensemble){.task = task, .median = NT_ARRAY(arena, size, double)};
    size_t day = task->day > 0 ? task->day : task->horizon;
    const size_t ends[ENSEMBLE_BLOCKS] = {(day + 2) / 3, day, task->horizon};
    for (size_t b = 0; b < ENSEMBLE_BLOCKS; b++)
        ensemble->block_ends[b] = ends[b] < task->horizon ? ends[b] : task->horizon;
    double scale = score_scale(task->actual, task->count, task->day > 0 ? task->day : 1);
    if (!(scale > 0))
        scale = score_scale(task->actual, task->count, 1);
    ensemble->scale = scale > 0 ? scale : 1;

    size_t bucket = prepare_bucket(task->day);
    struct task coarse = bucket > 1 ? coarsen(task, bucket, arena) : *task;
    struct view views[2];
    for (size_t is_log = 0; is_log < 2; is_log++)
        view_make(&coarse, is_log, arena, &views[is_log]);
    coarse.views = views;
    double *coarse_paths = NT_ARRAY(arena, coarse.origins_count * coarse.horizon, double);
    for (size_t m = 0; m < MEMBERS_COUNT; m++) {
        ensemble->paths[m] = NT_ARRAY(arena, size, double);
        if (bucket == 1 && members[m].is_fine) {
            for (size_t o = 0; o < task->origins_count; o++)
                task_refuse(task, o, ensemble->paths[m]);
        } else if (members[m].is_fine) {
            members[m].run(&members[m], task, scratch, ensemble->paths[m]);
        } else if (bucket == 1) {
            members[m].run(&members[m], &coarse, scratch, ensemble->paths[m]);
        } else {
            members[m].run(&members[m], &coarse, scratch, coarse_paths);
            refine(task, &coarse, bucket, coarse_paths, ensemble->paths[m]);
        }
        nt_arena_reset(scratch);
        drop_broken(task, ensemble->paths[m]);
        ensemble->is_usable[m] =
            !isnan(ensemble->paths[m][(task->origins_count - 1) * task->horizon]);
    }
    take_median(ensemble);
    for (size_t m = 0; m < MEMBERS_COUNT; m++)
        judge(ensemble, ensemble->paths[m], ensemble->errors[m], ensemble->newest_errors[m]);
    judge(ensemble, ensemble->median, ensemble->errors[MEMBERS_COUNT],
          ensemble->newest_errors[MEMBERS_COUNT]);
}
