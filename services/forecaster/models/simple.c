#include <models/simple.h>

#include <models/lanes.h>
#include <models/order.h>

#include <float.h>
#include <math.h>
#include <string.h>

enum { DAYS_MAX = 14, PROFILE_DAYS = 7, ANALOGS = 5 };

static size_t number(const struct member *member)
{
    return *(const size_t *)member->spec;
}

void simple_repeat(const struct member *member, const struct task *task, struct nt_arena *scratch,
                   double *ret_paths)
{
    (void)scratch;
    size_t season = number(member) == 0 ? task->day : task->week;
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        if (season == 0 || origin < season) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        for (size_t h = 0; h < task->horizon; h++)
            ret_paths[o * task->horizon + h] = task->values[origin - season + h % season];
    }
}

/* The median over the last days, of the time of day that step h after origin has. */
static double slot_median(const struct task *task, size_t origin, size_t h, size_t days)
{
    double values[DAYS_MAX];
    size_t count = 0;
    size_t back = task->day - h % task->day;
    for (; count < days && back <= origin; back += task->day)
        values[count++] = task->values[origin - back];
    return order_median(values, count);
}

void simple_slot_median(const struct member *member, const struct task *task,
                        struct nt_arena *scratch, double *ret_paths)
{
    (void)scratch;
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        double *path = ret_paths + o * task->horizon;
        if (task->day == 0 || origin < 2 * task->day) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        for (size_t h = 0; h < task->horizon; h++) {
            path[h] =
                h < task->day ? slot_median(task, origin, h, number(member)) : path[h - task->day];
        }
    }
}

void simple_level(const struct member *member, const struct task *task, struct nt_arena *scratch,
                  double *ret_paths)
{
    size_t steps = number(member) > 0 ? number(member) : task->day > 0 ? task->day : 1;
    double *last = NT_ARRAY(scratch, steps, double);
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        size_t count = origin < steps ? origin : steps;
        if (count == 0) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        memcpy(last, task->values + origin - count, count * sizeof(double));
        double level = order_median(last, count);
        for (size_t h = 0; h < task->horizon; h++)
            ret_paths[o * task->horizon + h] = level;
    }
}

void simple_fading_level(const struct member *member, const struct task *task,
                         struct nt_arena *scratch, double *ret_paths)
{
    (void)member;
    (void)scratch;
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        double *path = ret_paths + o * task->horizon;
        if (task->day == 0 || origin < 3 * task->day) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        for (size_t h = 0; h < task->horizon; h++)
            path[h] =
                h < task->day ? slot_median(task, origin, h, PROFILE_DAYS) : path[h - task->day];
        size_t recent = task->day >= 24 ? task->day / 24 : 1;
        double off = 0;
        for (size_t back = 1; back <= recent; back++)
            off += task->values[origin - back] -
                   slot_median(task, origin, task->day - back, PROFILE_DAYS);
        off /= (double)recent;
        double half = (double)task->day / 6;
        for (size_t h = 0; h < task->horizon; h++)
            path[h] += off * exp2(-(double)(h + 1) / half);
    }
}

struct analog {
    size_t end;
    double distance, mean;
};

/* Keep the nearest few, nearest first. */
static size_t keep_nearest(struct analog *nearest, size_t count, struct analog candidate)
{
    size_t at = count;
    while (at > 0 && nearest[at - 1].distance > candidate.distance)
        at--;
    if (at == ANALOGS)
        return count;
    if (count < ANALOGS)
        count++;
    memmove(nearest + at + 1, nearest + at, (count - at - 1) * sizeof(nearest[0]));
    nearest[at] = candidate;
    return count;
}

/* The sum of |a - b - shift|. */
static ALWAYS_INLINE double distance(const double *a, const double *b, double shift, size_t count)
{
    lanes sum = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        sum += lanes_abs(lanes_load(a + i) - lanes_load(b + i) - shift);
    double total = lanes_sum(sum);
    for (; i < count; i++)
        total += fabs(a[i] - b[i] - shift);
    return total;
}

#if defined(__x86_64__)
LANES_AVX2 static double distance_avx2(const double *a, const double *b, double shift, size_t count)
{
    return distance(a, b, shift, count);
}
#endif

static double distance_of(const double *a, const double *b, double shift, size_t count)
{
#if defined(__x86_64__)
    if (lanes_have_avx2())
        return distance_avx2(a, b, shift, count);
#endif
    return distance(a, b, shift, count);
}

void simple_analog(const struct member *member, const struct task *task, struct nt_arena *scratch,
                   double *ret_paths)
{
    size_t length = number(member) * task->day;
    double *sums = NT_ARRAY(scratch, task->count + 1, double); /* of all values before each time */
    for (size_t t = 0; t < task->count; t++)
        sums[t + 1] = sums[t] + task->values[t];
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        double *path = ret_paths + o * task->horizon;
        if (length == 0 || origin < length + 4 * task->day + task->horizon) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        const double *now = task->values + origin - length;
        double level = (sums[origin] - sums[origin - length]) / (double)length;
        struct analog nearest[ANALOGS] = {0};
        size_t count = 0;
        size_t days = (task->horizon + task->day - 1) / task->day;
        for (size_t end = origin - days * task->day; end >= length; end -= task->day) {
            const double *then = task->values + end - length;
            struct analog candidate = {.end = end,
                                       .mean = (sums[end] - sums[end - length]) / (double)length};
            double shift = level - candidate.mean;
            candidate.distance = distance_of(now, then, shift, length);
            count = keep_nearest(nearest, count, candidate);
            if (end < task->day)
                break;
        }
        double floor = 1e-9 * fabs(level) * (double)length + DBL_MIN;
        double total = 0;
        memset(path, 0, task->horizon * sizeof(double));
        for (size_t a = 0; a < count; a++) {
            double weight = 1 / (nearest[a].distance + floor);
            total += weight;
            for (size_t h = 0; h < task->horizon; h++)
                path[h] += weight * (task->values[nearest[a].end + h] + level - nearest[a].mean);
        }
        for (size_t h = 0; h < task->horizon; h++)
            path[h] /= total;
    }
}
