#include <api/series.h>

#include "view_json.h"

int64_t series_step_ms(int64_t from_ms, int64_t to_ms, int64_t points, int64_t interval_ms,
                       int64_t now_ms)
{
    static const int64_t steps[] = {RECENT_STEP_MS, 60000, SERIES_ROLL_MS, 1800000, 7200000};
    bool is_recent = from_ms >= now_ms - RECENT_STEPS * (int64_t)RECENT_STEP_MS;
    for (size_t i = 0; i < NT_COUNT(steps); i++) {
        if (steps[i] < interval_ms || (!is_recent && steps[i] < SERIES_ROLL_MS))
            continue;
        if ((to_ms - from_ms) / steps[i] <= points)
            return steps[i];
    }
    return steps[NT_COUNT(steps) - 1];
}

struct series series_new(struct nt_arena *arena, int64_t from_ms, int64_t to_ms, int64_t step_ms)
{
    struct series series = {.from_ms = from_ms - from_ms % step_ms, .step_ms = step_ms};
    int64_t count = to_ms > series.from_ms ? (to_ms - series.from_ms + step_ms - 1) / step_ms : 0;
    if (count > SERIES_POINTS_MAX) {
        series.from_ms += (count - SERIES_POINTS_MAX) * step_ms;
        count = SERIES_POINTS_MAX;
    }
    series.count = (size_t)count;
    series.points = NT_ARRAY(arena, series.count, struct series_point);
    return series;
}

void series_add(struct series *series, int64_t from_ms, int64_t span_ms, double cpu_mean,
                double cpu_max, double mem_mean, double mem_max)
{
    int64_t end_ms = from_ms + span_ms;
    int64_t series_end_ms = series->from_ms + (int64_t)series->count * series->step_ms;
    if (from_ms < series->from_ms)
        from_ms = series->from_ms;
    if (end_ms > series_end_ms)
        end_ms = series_end_ms;
    while (from_ms < end_ms) {
        size_t index = (size_t)((from_ms - series->from_ms) / series->step_ms);
        int64_t next_ms = series->from_ms + (int64_t)(index + 1) * series->step_ms;
        int64_t until_ms = next_ms < end_ms ? next_ms : end_ms;
        struct series_point *point = &series->points[index];
        double weight = (double)(until_ms - from_ms);
        point->cpu_mean += weight * cpu_mean;
        point->mem_mean += weight * mem_mean;
        point->cpu_max = fmax(point->cpu_max, cpu_max);
        point->mem_max = fmax(point->mem_max, mem_max);
        point->weight += weight;
        from_ms = until_ms;
    }
}

void series_add_recent(struct series *series, const struct recent *recent, const char *subject)
{
    struct recent_step steps[RECENT_STEPS];
    int64_t end_ms = series->from_ms + (int64_t)series->count * series->step_ms;
    size_t count = recent_read(recent, subject, series->from_ms, end_ms, steps);
    size_t known = SIZE_MAX; /* the last point that the history knew of */
    size_t current = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].from_ms < series->from_ms)
            continue;
        size_t index = (size_t)((steps[i].from_ms - series->from_ms) / series->step_ms);
        if (index != current && series->points[index].weight > 0)
            known = index;
        current = index;
        if (index != known)
            series_add(series, steps[i].from_ms, RECENT_STEP_MS, (double)steps[i].cpu_milli_mean,
                       (double)steps[i].cpu_milli_max, steps[i].mem_bytes_mean,
                       steps[i].mem_bytes_max);
    }
}

void series_to_json(const struct series *series, json_t *json)
{
    json_t *cpu = json_array();
    json_t *cpu_max = json_array();
    json_t *mem = json_array();
    json_t *mem_max = json_array();
    for (size_t i = 0; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        double weight = point->weight > 0 ? point->weight : NAN;
        (void)json_array_append_new(cpu, j_round(point->cpu_mean / weight));
        (void)json_array_append_new(mem, j_whole(point->mem_mean / weight));
        (void)json_array_append_new(cpu_max,
                                    point->weight > 0 ? j_round(point->cpu_max) : json_null());
        (void)json_array_append_new(mem_max,
                                    point->weight > 0 ? j_whole(point->mem_max) : json_null());
    }
    (void)json_object_set_new(json, "from_ms", json_integer(series->from_ms));
    (void)json_object_set_new(json, "step_ms", json_integer(series->step_ms));
    (void)json_object_set_new(json, "cpu_milli", cpu);
    (void)json_object_set_new(json, "cpu_milli_max", cpu_max);
    (void)json_object_set_new(json, "mem_bytes", mem);
    (void)json_object_set_new(json, "mem_bytes_max", mem_max);
}

json_t *series_pct(const struct series *series, bool is_cpu, bool is_max, double limit)
{
    json_t *array = json_array();
    for (size_t i = 0; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        double mean = (is_cpu ? point->cpu_mean : point->mem_mean) / point->weight;
        double max = is_cpu ? point->cpu_max : point->mem_max;
        bool is_known = point->weight > 0 && limit > 0;
        (void)json_array_append_new(array, is_known ? j_round(100 * (is_max ? max : mean) / limit)
                                                    : json_null());
    }
    return array;
}
