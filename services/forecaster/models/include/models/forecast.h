/*
 * One forecast of one series: as much as its history allows.
 *
 * The ladder: without any value "none" (zeros); under two days of values "level"; under five days
 * the seasonal repetition and level members; from then on whatever members have enough history,
 * mixed by the gate and by their past errors. Pure: the same ask gives the same forecast.
 */
#ifndef MODELS_FORECAST_H
#define MODELS_FORECAST_H

#include <nt/arena.h>
#include <stdbool.h>
#include <stddef.h>

enum { FORECAST_LEVELS_MAX = 32 };

enum forecast_rung { FORECAST_NONE, FORECAST_LEVEL, FORECAST_SHORT, FORECAST_FULL };

struct forecast_ask {
    const double *values; /* on an even grid; NaN: missing */
    size_t count;
    size_t day, week;     /* seasons in steps; 0: none */
    size_t horizon;       /* 1 to TASK_HORIZON_MAX */
    double low, high;     /* what the values can be; -INFINITY, INFINITY: anything */
    const double *levels; /* of the quantiles asked for, each within 0 and 1 (exclusive) */
    size_t levels_count;  /* at most FORECAST_LEVELS_MAX */
};

struct forecast {
    double *point;     /* horizon; what is scored */
    double *quantiles; /* levels x horizon; ascending in the level at each step */
    enum forecast_rung rung;
    const char *model; /* static text: what it stands on */
};

/* All that the result points to lives in the arena; scratch is reset. Every number is finite and
 * within low and high. */
void forecast_make(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                   struct forecast *ret_forecast);

#endif
