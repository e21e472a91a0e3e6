/*
 * One fitted forecaster of one series: the model that did best on the past of this series, and the
 * bands that its past errors justify. Made on the pool from an immutable history; immutable itself.
 *
 * The ladder for short history: with no value at all "none"; under two days "level"; from two days
 * the seasonal profile competes with the level on past origins, and persistence stays where it has
 * clearly the lower error (bursty loads).
 */
#ifndef FORECASTER_FIT_H
#define FORECASTER_FIT_H

#include <forecaster/bands.h>
#include <forecaster/model.h>

struct fit {
    struct model *model;
    struct bands bands;
    int64_t origin;     /* fitted on the slots before it */
    size_t filled;      /* of which so many have a value */
    int64_t history_ms; /* from the oldest value to origin */
    bool is_reliable;   /* three days of history and three past origins at least */
};

/* The calendar of history must reach FORECAST_STEPS beyond origin. Never fails. */
struct fit *fit_new(const struct history *history, int64_t origin);

/* Persistence without a look at the past: cheap, with a guess for a band. For the time until the
 * first fit is ready. */
struct fit *fit_new_level(const struct history *history, int64_t origin);
void fit_free(struct fit *fit);
NT_DEFINE_CLEANUP(struct fit *, fit_free);

/* p10 <= p50 <= p90 for steps slots from origin: finite, within 0 and history->capacity. */
void fit_forecast(const struct fit *fit, const struct history *history, int64_t origin,
                  size_t steps, float *ret_p10, float *ret_p50, float *ret_p90);

#endif
