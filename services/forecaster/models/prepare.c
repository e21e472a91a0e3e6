#include <models/prepare.h>

#include <models/clean.h>
#include <models/order.h>

#include <math.h>
#include <string.h>

enum {
    ORIGINS = 9,       /* past days that are judged */
    DAYS_KEPT = 60,    /* older history weighs nothing in any member */
    STEPS_KEPT = 4096, /* where there is no day */
};

/* From that many steps a day on, members work on medians of a 24th of a day (an hour): they are
 * calmer than the steps, and a twelfth of the work. */
enum { BUCKET_FROM = 96, BUCKETS_PER_DAY = 24, BUCKET_MAX = 64 };

size_t prepare_bucket(size_t day)
{
    return day >= BUCKET_FROM && day % BUCKETS_PER_DAY == 0 &&
                   day <= (size_t)BUCKETS_PER_DAY * BUCKET_MAX
               ? day / BUCKETS_PER_DAY
               : 1;
}

void prepare_medians(const double *values, size_t count, size_t bucket, double *ret_medians)
{
    double sorted[BUCKET_MAX];
    for (size_t k = 0; k < count; k++) {
        memcpy(sorted, values + k * bucket, bucket * sizeof(double));
        ret_medians[k] = order_median(sorted, bucket);
    }
}

/* As a day before, raised by what the hours before the gap were above that. */
static void fill(double *filled, const double *actual, size_t count, size_t day)
{
    double raise = 0;
    for (size_t t = 0; t < count; t++) {
        size_t season = day > 0 && t >= day ? day : 0;
        if (!isnan(actual[t])) {
            filled[t] = actual[t];
        } else if (t == 0 || season == 0) {
            filled[t] = t > 0 ? filled[t - 1] : 0; /* history may have been cut in a gap */
        } else {
            if (!isnan(actual[t - 1])) {
                size_t recent = day >= 8 ? day / 8 : 1;
                recent = recent < t - season ? recent : t - season;
                raise = 0;
                for (size_t k = 1; k <= recent; k++)
                    raise += (filled[t - k] - filled[t - season - k]) / (double)recent;
            }
            /* Half of it is gone after two hours. */
            raise *= exp2(-12 / (double)day);
            filled[t] = filled[t - season] + raise;
            if (filled[t - 1] >= 0 && filled[t - season] >= 0)
                filled[t] = fmax(filled[t], 0);
        }
    }
}

/* Outages, spikes and resets of an hour or three are as if missing. */
static void drop_outliers(struct task *task, double *actual, double *filled,
                          struct nt_arena *scratch)
{
    size_t bucket = prepare_bucket(task->day);
    if (task->day < BUCKETS_PER_DAY / 2 || (bucket == 1 && task->day >= BUCKET_FROM))
        return;
    size_t count = task->count / bucket;
    size_t skipped = task->count - count * bucket;
    double *hours = NT_ARRAY(scratch, count, double);
    bool *is_outlier = NT_ARRAY(scratch, count, bool);
    prepare_medians(filled + skipped, count, bucket, hours);
    if (clean_outliers(hours, count, task->day / bucket, task->week / bucket, scratch,
                       is_outlier) == 0)
        return;
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < bucket && is_outlier[k]; i++)
            actual[skipped + k * bucket + i] = NAN;
    }
    fill(filled, actual, task->count, task->day);
}

/* Bring what was before a jump of level to where the series is now. */
static void undo_shift(const struct task *task, double *actual, double *filled,
                       struct nt_arena *scratch)
{
    size_t begin;
    double factor = clean_find_shift(filled, task->count, task->day, task->week, scratch, &begin);
    for (size_t t = 0; t < begin; t++) {
        actual[t] *= factor;
        filled[t] *= factor;
    }
}

bool prepare_task(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                  struct task *ret_task)
{
    size_t first = 0;
    while (first < ask->count && isnan(ask->values[first]))
        first++;
    if (first == ask->count)
        return false;
    size_t kept = ask->day > 0 ? DAYS_KEPT * ask->day : STEPS_KEPT;
    if (ask->count - first > kept)
        first = ask->count - kept;
    size_t count = ask->count - first;
    double *actual = NT_ARRAY(arena, count, double);
    memcpy(actual, ask->values + first, count * sizeof(double));
    double *filled = NT_ARRAY(arena, count, double);
    fill(filled, actual, count, ask->day);
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
    drop_outliers(&task, actual, filled, scratch);
    undo_shift(&task, actual, filled, scratch);
    nt_arena_reset(scratch);
    *ret_task = task;
    return true;
}
