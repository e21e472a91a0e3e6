/*
 * What a forecasting model is. A new kind is a new file that defines a struct model_kind, and a
 * line in the table of fit.c; choosing, bands, scenarios and scoring need not know it.
 *
 * Fitting runs on the pool, on an immutable history; a fitted model is immutable and may then be
 * asked from any thread.
 */
#ifndef FORECASTER_MODEL_H
#define FORECASTER_MODEL_H

#include <forecaster/series.h>

struct model_kind;

struct model {
    const struct model_kind *kind; /* first in every kind's own struct */
};

struct model_kind {
    /* Least number of values before the origin that fit() can work with. */
    size_t filled_min;

    /* predict() from a past origin says what would have been said then, whatever was learned since:
     * so past origins need no fits of their own. Where it cannot, its path is NaN throughout. */
    bool knows_past;

    /* Learn from the slots before origin, nothing else. */
    struct model *(*fit)(const struct history *history, int64_t origin);

    /*
     * The expected values of slots origin, origin + 1, ... from what was learned and the values
     * just before origin. Every value is finite (but see knows_past) and not negative; the caller
     * clips to capacity.
     */
    void (*predict)(const struct model *model, const struct history *history, int64_t origin,
                    size_t steps, float *ret_path);

    /* What a prediction from this origin stands on, as published: "profile+level". */
    const char *(*name)(const struct model *model, const struct history *history, int64_t origin);

    void (*free)(struct model *model);
};

void model_free(struct model *model); /* NULL does nothing */
NT_DEFINE_CLEANUP(struct model *, model_free);

/* Persistence: the median of the last hour. Named "level", or "none" without any value. */
extern const struct model_kind model_level;

/*
 * The seasonal profile: for each local time of day, on working days and on weekends, the median of
 * the last four weeks, newer days weighing more and days of the other sort less; plus the present
 * deviation from it, over the last half hour and the last day, fading with the horizon as it did in
 * the past. Named "profile+level", or "profile" when the present level is unknown.
 */
extern const struct model_kind model_profile;

/*
 * The full models (services/forecaster/models): 28 members from five days of history on, mixed by a
 * gate from ten days on, else by their past errors. Named "gate", "median" or, under fourteen days,
 * "median-short". A fit costs about 50 ms and 20 kB.
 */
extern const struct model_kind model_mixture;

/*
 * A blend of what the same time had on past days and weeks, its weights learned, plus the drift of
 * the present distance (services/forecaster/scenarios). Named "blend".
 */
extern const struct model_kind model_blend;

#endif
