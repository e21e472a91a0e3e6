#include <forecaster/fading.h>
#include <forecaster/model.h>

#include <nt/memory.h>

#include <math.h>
#include <string.h>

enum {
    DAYS_MAX = 30, /* values of one time of day: 28 days, and a day of 25 hours has some twice */
    HALF_HOUR = 6,
    RESIDUAL_STEP = 6, /* every half hour is an origin to learn the fading from */
};

static const double DAY_WEIGHT = 0.95;       /* per day of age */
static const double OTHER_SORT_WEIGHT = 0.3; /* a weekend day for a working day, and the reverse */

struct profile {
    struct model model;
    float of_day[2][DAY_SLOTS]; /* [is_weekend] */
    struct fading fading;
};

/* --- the profile ----------------------------------------------------------------------------- */

struct weighted {
    float value;
    float weight;
};

static float weighted_median(struct weighted *items, size_t count)
{
    for (size_t i = 1; i < count; i++) { /* at most 30: insertion beats the call */
        struct weighted item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].value > item.value; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += items[i].weight;
    double passed = 0;
    for (size_t i = 0; i < count; i++) {
        passed += items[i].weight;
        if (passed > sum / 2)
            return items[i].value;
    }
    return items[count - 1].value;
}

struct bucket {
    struct {
        float value;
        int16_t age_days;
        bool is_weekend;
    } days[DAYS_MAX];
    size_t count;
};

static void fill_buckets(const struct history *history, int64_t origin, struct bucket *buckets,
                         int ret_days[2])
{
    int last_day[2] = {-1, -1};
    for (int64_t slot = origin - 1; slot >= history->first; slot--) {
        float value = history_get(history, slot);
        if (isnan(value))
            continue;
        const struct calendar_slot *at = calendar_at(history->calendar, slot);
        struct bucket *bucket = &buckets[at->of_day];
        if (at->day != last_day[at->is_weekend]) {
            last_day[at->is_weekend] = at->day;
            ret_days[at->is_weekend]++;
        }
        if (bucket->count == DAYS_MAX)
            continue;
        bucket->days[bucket->count].value = value;
        bucket->days[bucket->count].age_days = (int16_t)((origin - 1 - slot) / DAY_SLOTS);
        bucket->days[bucket->count].is_weekend = at->is_weekend;
        bucket->count++;
    }
}

/* Times of day without a value lie on a line between their neighbours. */
static void bridge(float *curve)
{
    int first = 0;
    while (first < DAY_SLOTS && isnan(curve[first]))
        first++;
    if (first == DAY_SLOTS) {
        memset(curve, 0, DAY_SLOTS * sizeof(*curve));
        return;
    }
    int from = first;
    for (int step = 1; step <= DAY_SLOTS; step++) {
        int to = first + step;
        if (isnan(curve[to % DAY_SLOTS]))
            continue;
        float begin = curve[from % DAY_SLOTS];
        float end = curve[to % DAY_SLOTS];
        for (int k = from + 1; k < to; k++)
            curve[k % DAY_SLOTS] = begin + (end - begin) * (float)(k - from) / (float)(to - from);
        from = to;
    }
}

static void smooth(float *curve)
{
    float before[DAY_SLOTS];
    memcpy(before, curve, sizeof(before));
    for (int k = 0; k < DAY_SLOTS; k++)
        curve[k] = (before[(k + DAY_SLOTS - 1) % DAY_SLOTS] + 2 * before[k] +
                    before[(k + 1) % DAY_SLOTS]) /
                   4;
}

static void fit_profile(struct profile *profile, const struct history *history, int64_t origin)
{
    NT_CLEANUP(nt_free_p) struct bucket *buckets = nt_zalloc(DAY_SLOTS * sizeof(*buckets));
    int days[2] = {0, 0};
    fill_buckets(history, origin, buckets, days);
    double weight_of_age[HISTORY_SLOTS / DAY_SLOTS + 2];
    for (size_t i = 0; i < NT_COUNT(weight_of_age); i++)
        weight_of_age[i] = pow(DAY_WEIGHT, (double)i);

    for (int sort = 0; sort < 2; sort++) {
        /* A sort of day that was hardly seen is no evidence of a difference. */
        double other = days[sort] >= 2 ? OTHER_SORT_WEIGHT : 1;
        for (int k = 0; k < DAY_SLOTS; k++) {
            struct weighted items[DAYS_MAX];
            const struct bucket *bucket = &buckets[k];
            for (size_t i = 0; i < bucket->count; i++) {
                double weight = weight_of_age[bucket->days[i].age_days];
                items[i].value = bucket->days[i].value;
                items[i].weight =
                    (float)(bucket->days[i].is_weekend == (sort == 1) ? weight : weight * other);
            }
            profile->of_day[sort][k] =
                bucket->count > 0 ? weighted_median(items, bucket->count) : NAN;
        }
        bridge(profile->of_day[sort]);
        smooth(profile->of_day[sort]);
    }
}

/* --- the present deviation ------------------------------------------------------------------- */

static double expected(const struct profile *profile, const struct history *history, int64_t slot)
{
    const struct calendar_slot *at = calendar_at(history->calendar, slot);
    return profile->of_day[at->is_weekend][at->of_day];
}

/* NaN in a gap. */
static double deviation(const struct profile *profile, const struct history *history, int64_t slot)
{
    float value = history_get(history, slot);
    return isnan(value) ? NAN : value - expected(profile, history, slot);
}

/* The median: a few spikes are no level. */
static double median_deviation(const struct profile *profile, const struct history *history,
                               int64_t origin, int slots, int least, bool *ret_has)
{
    double values[DAY_SLOTS];
    int count = 0;
    for (int64_t slot = origin - slots; slot < origin; slot++) {
        double value = slot >= history->first ? deviation(profile, history, slot) : NAN;
        if (!isnan(value))
            values[count++] = value;
    }
    *ret_has = count >= least;
    return *ret_has ? fading_median(values, count) : 0;
}

static struct fading_present look(const struct profile *profile, const struct history *history,
                                  int64_t origin, bool *ret_has_near)
{
    struct fading_present present = {0};
    bool has_far = false;
    present.far = median_deviation(profile, history, origin, DAY_SLOTS, DAY_SLOTS / 2, &has_far);
    present.near =
        median_deviation(profile, history, origin, HALF_HOUR, HALF_HOUR / 2, ret_has_near);
    if (*ret_has_near)
        present.near -= present.far;
    return present;
}

/*
 * Prefix sums of the deviations, so that the means of every past origin cost nothing. Outliers are
 * cut at four times the mean absolute deviation: one spike must not teach that levels never fade.
 */
struct deviations {
    double *sums; /* [i]: of the slots before first + i */
    int *counts;
    double *values; /* NaN in a gap */
};

static void sum_deviations(const struct profile *profile, const struct history *history, size_t end,
                           struct deviations *ret)
{
    double absolute = 0;
    size_t count = 0;
    for (size_t i = 0; i < end; i++) {
        ret->values[i] = deviation(profile, history, history->first + (int64_t)i);
        if (!isnan(ret->values[i])) {
            absolute += fabs(ret->values[i]);
            count++;
        }
    }
    double limit = count > 0 ? 4 * absolute / (double)count : 0;
    for (size_t i = 0; i < end; i++) {
        double value = ret->values[i];
        bool is_gap = isnan(value);
        if (!is_gap)
            ret->values[i] = value = fmax(-limit, fmin(limit, value));
        ret->sums[i + 1] = ret->sums[i] + (is_gap ? 0 : value);
        ret->counts[i + 1] = ret->counts[i] + !is_gap;
    }
}

static bool mean_before(const struct deviations *deviations, size_t at, size_t slots, int least,
                        double *ret_mean)
{
    size_t from = at > slots ? at - slots : 0;
    int count = deviations->counts[at] - deviations->counts[from];
    if (count < least)
        return false;
    *ret_mean = (deviations->sums[at] - deviations->sums[from]) / count;
    return true;
}

/* How deviations went on in the past. */
static void fit_fading(struct profile *profile, const struct history *history, int64_t origin)
{
    size_t end = (size_t)(origin - history->first);
    NT_CLEANUP(nt_free_p) double *sums = nt_zalloc((end + 1) * sizeof(double));
    NT_CLEANUP(nt_free_p) int *counts = nt_zalloc((end + 1) * sizeof(int));
    NT_CLEANUP(nt_free_p) double *values = nt_zalloc((end + 1) * sizeof(double));
    struct deviations deviations = {.sums = sums, .counts = counts, .values = values};
    sum_deviations(profile, history, end, &deviations);

    struct fading_sums fading = {0};
    for (size_t at = DAY_SLOTS; at < end; at += RESIDUAL_STEP) {
        double near = 0;
        double far = 0;
        if (!mean_before(&deviations, at, DAY_SLOTS, DAY_SLOTS / 2, &far) ||
            !mean_before(&deviations, at, HALF_HOUR, HALF_HOUR / 2, &near))
            continue;
        near -= far;
        double weight = pow(DAY_WEIGHT, (double)(end - at) / DAY_SLOTS);
        for (int lag = 0; lag < FADING_LAGS; lag++) {
            size_t target = at + (size_t)fading_lags[lag] - 1;
            if (target >= end)
                break;
            if (!isnan(values[target]))
                fading_add(&fading, lag, near, far, values[target], weight);
        }
    }
    fading_solve(&fading, &profile->fading);
}

/* --- the kind -------------------------------------------------------------------------------- */

static struct model *fit(const struct history *history, int64_t origin)
{
    struct profile *profile = nt_zalloc(sizeof(*profile));
    profile->model.kind = &model_profile;
    fit_profile(profile, history, origin);
    fit_fading(profile, history, origin);
    return &profile->model;
}

static void predict(const struct model *model, const struct history *history, int64_t origin,
                    size_t steps, float *ret_path)
{
    const struct profile *profile = (const struct profile *)model;
    bool has_near = false;
    struct fading_present present = look(profile, history, origin, &has_near);
    for (size_t i = 0; i < steps; i++)
        ret_path[i] = (float)expected(profile, history, origin + (int64_t)i);
    fading_apply(&profile->fading, present, steps, ret_path);
}

static const char *name(const struct model *model, const struct history *history, int64_t origin)
{
    bool has_near = false;
    (void)look((const struct profile *)model, history, origin, &has_near);
    return has_near ? "profile+level" : "profile";
}

static void free_profile(struct model *model)
{
    free(model);
}

const struct model_kind model_profile = {
    .filled_min = (size_t)2 * DAY_SLOTS,
    .fit = fit,
    .predict = predict,
    .name = name,
    .free = free_profile,
};
