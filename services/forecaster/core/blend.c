/*
 * A learned blend of what the same time had a day, some days and some weeks ago, and of means and
 * medians over them, plus the drift of the present distance: the recipe of scenarios/, for one
 * series. Centres that were known a day ahead are kept for the past that scenarios look at.
 */
#include <forecaster/model.h>

#include <nt/memory.h>
#include <scenarios/centre.h>
#include <scenarios/drift.h>

#include <math.h>
#include <string.h>

enum {
    PAST_DAYS =
        20, /* of which centres are kept: sixteen days back, a day, and what a drift needs */
    PAST_SLOTS = PAST_DAYS * DAY_SLOTS,
    LEAST_SLOTS = 4 * DAY_SLOTS,
    DRIFT_EVERY = 3,
};

static const double DAILY = 0.93; /* how much less a day older tells */
static const double PULL = 0.2;
static const double PULL_SHORT = 300;

struct blend {
    struct model model;
    struct centre_weights weights;
    struct drift drift;
    int64_t first; /* slot of centres[0] */
    size_t count;
    float unit; /* a value is so many times its integer */
    uint16_t *centres;
};

static double pull_of(double count)
{
    return PULL * (1 + PULL_SHORT / fmax(count, 1));
}

/* The values before origin; slot 0 is history->first. */
static void fill_past(struct past *past, const struct history *history, int64_t origin)
{
    past_init(past, (int)history->count);
    for (size_t i = 0; i < history->count && history->first + (int64_t)i < origin; i++)
        past_append(past, history->values[i]);
}

static double within(double value)
{
    return value > 0 ? value : 0;
}

/* --- learning ----------------------------------------------------------------------------------
 */

static void learn_weights(struct blend *blend, const struct past *past)
{
    struct centre_sums all = {0};
    double weight = 1;
    for (int end = past->count; end >= 2 * DAY_SLOTS; end -= DAY_SLOTS) {
        struct centre_sums day;
        centre_sum(past, end - DAY_SLOTS, end, &day);
        centre_add(&all, &day, weight);
        weight *= DAILY;
    }
    blend->weights = centre_solve(&all, pull_of(all.count), &centre_prior);
}

static void keep_centres(struct blend *blend, const struct past *past, int64_t first_slot)
{
    int from = past->count > PAST_SLOTS ? past->count - PAST_SLOTS : 0;
    int begin = 0;
    while (begin < past->count && isnan(past_get(past, begin)))
        begin++;
    if (from < begin + LEAST_SLOTS)
        from = begin + LEAST_SLOTS; /* before, there is too little to blend */
    int end = past->count + CENTRE_AHEAD;
    blend->first = first_slot + from;
    blend->count = (size_t)(end > from ? end - from : 0);
    NT_CLEANUP(nt_free_p) float *values = nt_zalloc((blend->count + 1) * sizeof(*values));
    float highest = 0;
    for (size_t i = 0; i < blend->count; i++) {
        values[i] = (float)within(centre_value(past, from + (int)i, &blend->weights));
        highest = fmaxf(highest, values[i]);
    }
    blend->unit = highest > 0 ? highest / UINT16_MAX : 1;
    blend->centres = nt_zalloc((blend->count + 1) * sizeof(*blend->centres));
    for (size_t i = 0; i < blend->count; i++)
        blend->centres[i] = (uint16_t)lroundf(fminf(values[i] / blend->unit, UINT16_MAX));
}

/* NaN where it is not kept. */
static float kept_centre(const struct blend *blend, int64_t slot)
{
    if (slot < blend->first || slot >= blend->first + (int64_t)blend->count)
        return NAN;
    return (float)blend->centres[slot - blend->first] * blend->unit;
}

static void learn_drift(struct blend *blend, const struct history *history, int64_t origin)
{
    size_t count = origin > blend->first ? (size_t)(origin - blend->first) : 0;
    NT_CLEANUP(nt_free_p) float *rest = nt_zalloc((count + 1) * sizeof(*rest));
    NT_CLEANUP(nt_free_p) double *sum = nt_zalloc((count + 1) * sizeof(*sum));
    for (size_t i = 0; i < count; i++) {
        int64_t slot = blend->first + (int64_t)i;
        float distance = history_get(history, slot) - kept_centre(blend, slot);
        rest[i] = isnan(distance) ? 0 : distance;
        sum[i + 1] = sum[i] + (double)rest[i];
    }
    struct drift_sums sums;
    const struct drift none = {0};
    drift_sum(rest, sum, 0, (int)count, DRIFT_EVERY, &sums);
    drift_solve(&sums, pull_of(sums.count), &none, &blend->drift);
}

static struct model *fit(const struct history *history, int64_t origin)
{
    struct blend *blend = nt_zalloc(sizeof(*blend));
    struct past past;
    blend->model.kind = &model_blend;
    fill_past(&past, history, origin);
    learn_weights(blend, &past);
    keep_centres(blend, &past, history->first);
    past_deinit(&past);
    learn_drift(blend, history, origin);
    return &blend->model;
}

/* --- asking ------------------------------------------------------------------------------------
 */

/* The distances of the last 36 slots before origin; false: none is known. */
static bool look(const struct blend *blend, const struct history *history, int64_t origin,
                 float ret_parts[DRIFT_PARTS])
{
    float rest[DRIFT_LONG];
    double sum[DRIFT_LONG + 1] = {0};
    bool is_known = false;
    for (int i = 0; i < DRIFT_LONG; i++) {
        int64_t slot = origin - DRIFT_LONG + i;
        float distance = history_get(history, slot) - kept_centre(blend, slot);
        is_known = is_known || !isnan(distance);
        rest[i] = isnan(distance) ? 0 : distance;
        sum[i + 1] = sum[i] + (double)rest[i];
    }
    drift_parts(rest, sum, DRIFT_LONG - 1, ret_parts);
    return is_known;
}

static void predict(const struct model *model, const struct history *history, int64_t origin,
                    size_t steps, float *ret_path)
{
    const struct blend *blend = (const struct blend *)model;
    bool is_present = origin + DAY_SLOTS > blend->first + (int64_t)blend->count;
    struct past past = {0};
    if (origin < blend->first + DRIFT_LONG) { /* a past that is not kept */
        for (size_t i = 0; i < steps; i++)
            ret_path[i] = NAN;
        return;
    }
    if (is_present)
        fill_past(&past, history, origin);
    float present[DRIFT_PARTS];
    (void)look(blend, history, origin, present);
    for (size_t i = 0; i < steps; i++) {
        /* Known a day ahead; beyond, the day before it again. */
        if (i >= CENTRE_AHEAD) {
            ret_path[i] = i >= DAY_SLOTS ? ret_path[i - DAY_SLOTS] : ret_path[i - 1];
            continue;
        }
        int64_t slot = origin + (int64_t)i;
        float centre = kept_centre(blend, slot);
        if (isnan(centre))
            centre =
                (float)within(centre_value(&past, (int)(slot - history->first), &blend->weights));
        float parts[DRIFT_PARTS];
        drift_at(&blend->drift, (float)(i + 1), parts);
        double value = centre;
        for (size_t p = 0; p < DRIFT_PARTS; p++)
            value += (double)(parts[p] * present[p]);
        ret_path[i] = (float)within(value);
    }
    past_deinit(&past);
}

static const char *name(const struct model *model, const struct history *history, int64_t origin)
{
    (void)model;
    (void)history;
    (void)origin;
    return "blend";
}

static void free_blend(struct model *model)
{
    free(((struct blend *)model)->centres);
    free(model);
}

const struct model_kind model_blend = {
    .filled_min = (size_t)10 * DAY_SLOTS,
    .knows_past = true,
    .fit = fit,
    .predict = predict,
    .name = name,
    .free = free_blend,
};
