#include <forecaster/fit.h>

#include <nt/memory.h>

#include <math.h>

/*
 * Nearest first: without a past origin to compare on, the later one is trusted. Errors are compared
 * times the handicap: persistence must be clearly better to be preferred to a pattern; the mixture
 * was weighed by the days on which it is judged, so it must be better by what that flatters it. The
 * blend has an advantage, because sums of blends are better than their parts tell: on recorded
 * fleets the error of a host's sum is least so (bench_sums).
 */
static const struct {
    const struct model_kind *kind;
    double handicap;
} kinds[] = {
    {&model_level, 1.05}, {&model_profile, 1}, {&model_blend, 0.95}, {&model_mixture, 1.03}};
enum { KINDS = NT_COUNT(kinds) };

/* 23 h apart, so that the origins are spread over the day. */
static const int64_t ORIGIN_STEP = DAY_SLOTS - 12;

void fit_free(struct fit *fit)
{
    if (fit == NULL)
        return;
    model_free(fit->model);
    free(fit);
}

/* Past origins, newest first. A short history is divided evenly instead. */
static size_t choose_origins(const struct history *history, int64_t origin, size_t filled,
                             int64_t origins[BAND_ORIGINS_MAX])
{
    int64_t begin = history_begin(history);
    int64_t step = ORIGIN_STEP;
    if (filled < (size_t)7 * DAY_SLOTS)
        step = (int64_t)fmax(3, (double)(origin - begin) / (BAND_ORIGINS_MAX + 1));
    size_t count = 0;
    for (int64_t at = origin - step; at > begin + 6 && count < BAND_ORIGINS_MAX; at -= step)
        origins[count++] = at;
    return count;
}

struct trial {
    struct band_errors items[BAND_ORIGINS_MAX]; /* one for each past origin; all NaN: not tried */
    double mae[BAND_ORIGINS_MAX];               /* over the next 24 h; NaN: not tried */
};

static void try_once(const struct model *model, const struct history *history, int64_t end,
                     struct band_errors *item, double *ret_mae)
{
    float path[FORECAST_STEPS];
    double sum = 0;
    double n = 0;
    model->kind->predict(model, history, item->origin, FORECAST_STEPS, path);
    for (size_t step = 0; step < FORECAST_STEPS; step++) {
        int64_t slot = item->origin + (int64_t)step;
        item->errors[step] = slot < end ? history_get(history, slot) - path[step] : NAN;
        if (step < DAY_SLOTS && !isnan(item->errors[step])) {
            sum += fabsf(item->errors[step]);
            n++;
        }
    }
    *ret_mae = n > 0 ? sum / n : NAN;
}

/* now: fitted at end. A kind that does not know its past is fitted anew at each origin. */
static void try_all(const struct model *now, const struct history *history, int64_t end,
                    const int64_t *origins, size_t count, struct trial *trial)
{
    const struct model_kind *kind = now->kind;
    for (size_t i = 0; i < count; i++) {
        trial->items[i].origin = origins[i];
        trial->mae[i] = NAN;
        for (size_t step = 0; step < FORECAST_STEPS; step++)
            trial->items[i].errors[step] = NAN;
        if (kind->knows_past) {
            try_once(now, history, end, &trial->items[i], &trial->mae[i]);
        } else if (history_filled(history, origins[i]) >= kind->filled_min) {
            NT_CLEANUP(model_free_p) struct model *then = kind->fit(history, origins[i]);
            try_once(then, history, end, &trial->items[i], &trial->mae[i]);
        }
    }
}

/* Is b, with its handicap, at least as good as a on the origins that both were tried at? */
static bool is_better(const struct trial *b, double b_handicap, const struct trial *a,
                      double a_handicap, size_t count)
{
    double sum_a = 0;
    double sum_b = 0;
    size_t both = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(a->mae[i]) || isnan(b->mae[i]))
            continue;
        sum_a += a_handicap * a->mae[i];
        sum_b += b_handicap * b->mae[i];
        both++;
    }
    return both == 0 || sum_b <= sum_a;
}

static double mean_of(const struct history *history, int64_t origin)
{
    double sum = 0;
    size_t count = 0;
    for (int64_t slot = history->first; slot < origin; slot++) {
        float value = history_get(history, slot);
        if (!isnan(value)) {
            sum += value;
            count++;
        }
    }
    return count > 0 ? sum / (double)count : 0;
}

static struct fit *begin(const struct history *history, int64_t origin)
{
    struct fit *fit = nt_zalloc(sizeof(*fit));
    fit->origin = origin;
    fit->filled = history_filled(history, origin);
    if (fit->filled > 0)
        fit->history_ms = (origin - history_begin(history)) * SLOT_MS;
    return fit;
}

struct fit *fit_new_level(const struct history *history, int64_t origin)
{
    struct fit *fit = begin(history, origin);
    fit->model = model_level.fit(history, origin);
    bands_fit(&fit->bands, NULL, 0, history->calendar, mean_of(history, origin));
    return fit;
}

struct fit *fit_new(const struct history *history, int64_t origin)
{
    struct fit *fit = begin(history, origin);
    int64_t origins[BAND_ORIGINS_MAX];
    size_t count = choose_origins(history, origin, fit->filled, origins);
    NT_CLEANUP(nt_free_p)
    float *errors = nt_zalloc(2 * (size_t)BAND_ORIGINS_MAX * FORECAST_STEPS * sizeof(*errors));
    struct trial trials[2];
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < BAND_ORIGINS_MAX; i++)
            trials[t].items[i].errors = errors + (t * BAND_ORIGINS_MAX + i) * FORECAST_STEPS;
    }
    size_t best = 0;
    size_t at = 0; /* which of the two trials is that of the best */
    for (size_t k = 0; k < KINDS; k++) {
        if (fit->filled < kinds[k].kind->filled_min)
            continue;
        NT_CLEANUP(model_free_p) struct model *model = kinds[k].kind->fit(history, origin);
        size_t other = fit->model != NULL ? 1 - at : at;
        try_all(model, history, origin, origins, count, &trials[other]);
        if (fit->model == NULL || is_better(&trials[other], kinds[k].handicap, &trials[at],
                                            kinds[best].handicap, count)) {
            model_free(fit->model);
            fit->model = nt_take(model);
            best = k;
            at = other;
        }
    }
    bands_fit(&fit->bands, trials[at].items, count, history->calendar, mean_of(history, origin));
    fit->is_reliable = fit->filled >= (size_t)3 * DAY_SLOTS && fit->bands.origins >= 3;
    return fit;
}

void fit_forecast(const struct fit *fit, const struct history *history, int64_t origin,
                  size_t steps, float *ret_p10, float *ret_p50, float *ret_p90)
{
    fit->model->kind->predict(fit->model, history, origin, steps, ret_p50);
    bands_apply(&fit->bands, history->calendar, origin, steps, history->capacity, ret_p50, ret_p10,
                ret_p90);
}
