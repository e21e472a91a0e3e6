#include <forecaster/hours.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double hours_median(double *values, size_t count)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof(*values), compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

struct bucket {
    double values[2 * 12]; /* the hour that comes twice when summer ends has 24 */
    size_t count;
};

void hours_fill(struct hours *hours, const struct history *history, int64_t origin)
{
    NT_CLEANUP(nt_free_p)
    struct bucket *buckets = nt_zalloc(sizeof(*buckets) * HOURS_DAYS_MAX * 24);
    *hours = (struct hours){.days = 0};
    int64_t end = history->first + (int64_t)history->count;
    end = origin < end ? origin : end;
    if (end <= history->first)
        return;
    /* A history of 28 days touches 29 local days; a longer one is cut. */
    int32_t last_day = calendar_at(history->calendar, end - 1)->day;
    int32_t first_day = last_day - (HOURS_DAYS_MAX - 1) + 1;
    int32_t begin_day = calendar_at(history->calendar, history->first)->day;
    first_day = begin_day > first_day ? begin_day : first_day;
    hours->days = (size_t)((int64_t)last_day - first_day + 1);
    for (int64_t slot = end - 1; slot >= history->first; slot--) {
        const struct calendar_slot *at = calendar_at(history->calendar, slot);
        if (at->day < first_day)
            break;
        size_t day = (size_t)(at->day - first_day);
        size_t hour = at->of_day / 12;
        struct bucket *bucket = &buckets[day * 24 + hour];
        float value = history_get(history, slot);
        hours->weekdays[day] = at->weekday;
        hours->slots[day][hour] = slot;
        if (!isnan(value) && bucket->count < NT_COUNT(bucket->values))
            bucket->values[bucket->count++] = value;
    }
    for (size_t day = 0; day < hours->days; day++) {
        for (size_t hour = 0; hour < 24; hour++) {
            struct bucket *bucket = &buckets[day * 24 + hour];
            hours->medians[day][hour] =
                bucket->count >= HOURS_LEAST ? hours_median(bucket->values, bucket->count) : NAN;
        }
    }
}
