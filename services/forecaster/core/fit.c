#include <forecaster/fit.h>

#include <nt/memory.h>

#include <math.h>

/* Nearest first: where past errors do not tell them apart, the later one wins. */
static const struct model_kind *const kinds[] = {&model_level, &model_profile};
enum { KINDS = NT_COUNT(kinds) };

/* Persistence must be better by this factor to be preferred to the pattern. */
static const double LEVEL_HANDICAP = 0.95;

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

/* Errors of a kind that is fitted anew at each origin; its mean absolute error over the next 24 h.
 */
static size_t backtest(const struct model_kind *kind, const struct history *history, int64_t end,
                       const int64_t *origins, size_t count, struct band_errors *ret_items,
                       double *ret_mae)
{
    float path[FORECAST_STEPS];
    double sum = 0;
    double n = 0;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (history_filled(history, origins[i]) < kind->filled_min)
            continue;
        NT_CLEANUP(model_free_p) struct model *model = kind->fit(history, origins[i]);
        kind->predict(model, history, origins[i], FORECAST_STEPS, path);
        struct band_errors *item = &ret_items[used++];
        item->origin = origins[i];
        for (size_t step = 0; step < FORECAST_STEPS; step++) {
            int64_t slot = origins[i] + (int64_t)step;
            item->errors[step] = slot < end ? history_get(history, slot) - path[step] : NAN;
            if (step < DAY_SLOTS && !isnan(item->errors[step])) {
                sum += fabsf(item->errors[step]);
                n++;
            }
        }
    }
    *ret_mae = n > 0 ? sum / n : NAN;
    return used;
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

struct trial {
    struct band_errors items[BAND_ORIGINS_MAX];
    size_t count;
    double mae;
};

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
    struct trial trials[KINDS];
    NT_CLEANUP(nt_free_p)
    float *errors = nt_zalloc(KINDS * (size_t)BAND_ORIGINS_MAX * FORECAST_STEPS * sizeof(*errors));
    size_t best = 0;
    for (size_t k = 0; k < KINDS; k++) {
        trials[k] = (struct trial){.mae = NAN};
        if (fit->filled < kinds[k]->filled_min)
            continue;
        for (size_t i = 0; i < BAND_ORIGINS_MAX; i++)
            trials[k].items[i].errors = errors + (k * BAND_ORIGINS_MAX + i) * FORECAST_STEPS;
        trials[k].count =
            backtest(kinds[k], history, origin, origins, count, trials[k].items, &trials[k].mae);
        /* Without a past origin to compare on, what knows more is trusted. */
        if (isnan(trials[k].mae) || isnan(trials[best].mae) ||
            trials[best].mae >= LEVEL_HANDICAP * trials[k].mae)
            best = k;
    }
    fit->model = kinds[best]->fit(history, origin);
    bands_fit(&fit->bands, trials[best].items, trials[best].count, history->calendar,
              mean_of(history, origin));
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
