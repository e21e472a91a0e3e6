#include <forecaster/scenarios.h>

#include <math.h>
#include <string.h>

const int scenario_shifts[SCENARIO_PATHS] = {
    1 * DAY_SLOTS,       2 * DAY_SLOTS + 9,   3 * DAY_SLOTS - 9,   4 * DAY_SLOTS + 18,
    5 * DAY_SLOTS - 18,  6 * DAY_SLOTS + 27,  7 * DAY_SLOTS - 27,  8 * DAY_SLOTS,
    9 * DAY_SLOTS + 9,   10 * DAY_SLOTS - 9,  11 * DAY_SLOTS + 18, 12 * DAY_SLOTS - 18,
    13 * DAY_SLOTS + 27, 14 * DAY_SLOTS - 27, 15 * DAY_SLOTS,      16 * DAY_SLOTS + 9,
};

static const double WIDEN = 1.15;
enum { OWN_LEAST = 4 };

/* steps residuals of a forecast made at past; false when more than a tenth is missing. */
static bool take_residuals(const struct fit *fit, const struct history *history, int64_t past,
                           size_t from, size_t to, double factor, float *ret)
{
    float path[FORECAST_STEPS];
    fit->model->kind->predict(fit->model, history, past, to, path);
    size_t missing = 0;
    float last = 0;
    for (size_t step = from; step < to; step++) {
        float missed = history_get(history, past + (int64_t)step) - path[step];
        if (isnan(missed)) /* a gap, or a past that the model does not know */
            missing++;     /* holds the last one: a gap has no news */
        else
            last = (float)(factor * missed);
        ret[step] = last;
    }
    return missing * 10 <= to - from;
}

void scenarios_fill(struct scenario_paths *paths, const struct fit *fit,
                    const struct history *history, int64_t origin)
{
    memset(paths, 0, sizeof(*paths));
    double days = fmax(2, (double)fit->filled / DAY_SLOTS);
    double factor = WIDEN * days / (days - 1);
    for (size_t j = 0; j < SCENARIO_PATHS; j++) {
        int64_t past = origin - scenario_shifts[j];
        float *path = paths->residuals[j];
        if (past >= history->first && past - DAY_SLOTS >= history->first &&
            take_residuals(fit, history, past, 0, DAY_SLOTS, factor, path) &&
            take_residuals(fit, history, past - DAY_SLOTS, DAY_SLOTS, FORECAST_STEPS, factor, path))
            continue;
        memset(path, 0, sizeof(paths->residuals[j]));
        paths->is_borrowed[j] = true;
        paths->borrowed++;
    }
}

static void copy_scaled(float *to, const float *from, double scale)
{
    for (size_t step = 0; step < FORECAST_STEPS; step++)
        to[step] = (float)(from[step] * scale);
}

void scenarios_borrow(struct scenario_paths *paths, const struct scenario_paths *sibling,
                      double sibling_level, double level, uint32_t seed)
{
    size_t own[SCENARIO_PATHS];
    size_t own_count = 0;
    for (size_t j = 0; j < SCENARIO_PATHS; j++) {
        if (!paths->is_borrowed[j])
            own[own_count++] = j;
    }
    double ratio = sibling_level > 0 && level > 0 ? fmax(0.1, fmin(10, level / sibling_level)) : 1;
    size_t next = 0;
    for (size_t j = 0; j < SCENARIO_PATHS; j++) {
        if (!paths->is_borrowed[j])
            continue;
        if (own_count >= OWN_LEAST) {
            copy_scaled(paths->residuals[j], paths->residuals[own[next++ % own_count]], 1);
        } else if (sibling != NULL) {
            copy_scaled(paths->residuals[j], sibling->residuals[j], ratio);
        } else {
            /* 5 is prime to 16: a different order for each seed, every quantile once */
            size_t rank = (j * 5 + seed) % SCENARIO_PATHS;
            double part = ((double)rank + 0.5) / SCENARIO_PATHS * 2 - 1;
            for (size_t step = 0; step < FORECAST_STEPS; step++)
                paths->residuals[j][step] = (float)(0.6 * level * part);
        }
    }
}

void scenarios_pack(const float *p50, const struct scenario_paths *paths,
                    struct scenario_packed *ret_packed)
{
    float p50_max = 0;
    float residual_max = 0;
    for (size_t step = 0; step < SCENARIO_STEPS; step++) {
        p50_max = fmaxf(p50_max, fabsf(p50[step]));
        for (size_t j = 0; j < SCENARIO_PATHS; j++)
            residual_max = fmaxf(residual_max, fabsf(paths->residuals[j][step]));
    }
    ret_packed->p50_scale = p50_max > 0 ? p50_max / 32767.0 : 1;
    ret_packed->path_scale = residual_max > 0 ? residual_max / 127.0 : 1;
    for (size_t step = 0; step < SCENARIO_STEPS; step++) {
        int16_t value = (int16_t)lround(p50[step] / ret_packed->p50_scale);
        ret_packed->p50[2 * step] = (uint8_t)((uint16_t)value & 0xff);
        ret_packed->p50[2 * step + 1] = (uint8_t)((uint16_t)value >> 8);
        for (size_t j = 0; j < SCENARIO_PATHS; j++)
            ret_packed->residuals[j * SCENARIO_STEPS + step] =
                (int8_t)lround(paths->residuals[j][step] / ret_packed->path_scale);
    }
}
