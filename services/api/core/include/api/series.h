/*
 * A load curve in equal steps, made of what is known about them: five-minute roll-ups from the
 * history, and the last hour in finer steps. Pure.
 */
#ifndef API_SERIES_H
#define API_SERIES_H

#include <api/recent.h>
#include <jansson.h>

#define SERIES_ROLL_MS    300000
#define SERIES_POINTS_MAX 2400

struct series_point {
    double cpu_mean; /* sums of weight x value until read */
    double mem_mean;
    double cpu_max;
    double mem_max;
    double weight; /* ms that are known */
};

struct series {
    int64_t from_ms; /* multiple of step_ms */
    int64_t step_ms;
    size_t count;
    struct series_point *points;
};

/*
 * The step for [from_ms, to_ms) in about so many points: 15 s, 1 min, 5 min, 30 min or 2 h, at
 * least interval_ms (that of the samples), and at least 5 min where from_ms is over an hour before
 * now.
 */
int64_t series_step_ms(int64_t from_ms, int64_t to_ms, int64_t points, int64_t interval_ms,
                       int64_t now_ms);

/* Its points live in arena. The range is cut to SERIES_POINTS_MAX points from its end. */
struct series series_new(struct nt_arena *arena, int64_t from_ms, int64_t to_ms, int64_t step_ms);

/* What was the case in [from_ms, from_ms + span_ms). Outside of the series it is ignored. */
void series_add(struct series *series, int64_t from_ms, int64_t span_ms, double cpu_mean,
                double cpu_max, double mem_mean, double mem_max);

/* Fill points of which nothing is known yet with the last hour of subject. */
void series_add_recent(struct series *series, const struct recent *recent, const char *subject);

/* The arrays of LoadSeries into json: cpu_milli, cpu_milli_max, mem_bytes, mem_bytes_max; and
 * from_ms, step_ms. */
void series_to_json(const struct series *series, json_t *json);

/* Means (or maxima) of one resource as a share of limit, for the tide table. */
json_t *series_pct(const struct series *series, bool is_cpu, bool is_max, double limit);

#endif
