/*
 * The full models: what services/forecaster/models makes of a series, kept as paths from the origin
 * of the fit and from each day before it. The paths from the past are what would have been said
 * then, so residuals of them are honest; a forecast between two fits is the newest path and what
 * the distance from it is at present.
 */
#include <forecaster/fading.h>
#include <forecaster/model.h>

#include <models/mix.h>
#include <models/prepare.h>
#include <models/tables.h>
#include <nt/arena.h>
#include <nt/memory.h>

#include <math.h>
#include <string.h>

enum {
    /* Two days from any moment of the day after the fit. */
    STEPS = FORECAST_STEPS + DAY_SLOTS,
    ORIGINS_MAX = SCENARIO_PATHS + 2,
    HALF_HOUR = 6,
    FAR_LEAST = DAY_SLOTS / 4,
    LEARN_EVERY = 24, /* ages of a path at which its distance is looked at */
    FULL_DAYS = 14,
    BEFORE_DAYS = 4,
};

struct mixture {
    struct model model;
    int64_t origins[ORIGINS_MAX]; /* a day apart, ascending; the last is that of the fit */
    size_t origins_count;
    float unit;      /* a value is so many times its integer: 20 kB instead of 40 */
    uint16_t *paths; /* origins_count x STEPS */
    struct fading fading;
    const char *name;
};

/* --- paths -------------------------------------------------------------------------------------
 */

/*
 * The gate was trained a day ahead: it judges and weighs by the blocks of that day, and what it
 * says of the last of them holds beyond.
 */
static void mix_day(struct ensemble *ensemble, const struct tables *tables, struct mix *ret_mix)
{
    const size_t last = ENSEMBLE_BLOCKS - 1;
    ensemble->block_ends[last] = ensemble->block_ends[last - 1];
    for (size_t m = 0; m <= MEMBERS_COUNT; m++)
        ensemble->errors[m][last] = ensemble->newest_errors[m][last] = NAN;
    mix_decide(ensemble, &tables->gates, ret_mix);
    ensemble->block_ends[last] = ensemble->task->horizon;
    memcpy(ret_mix->shares[last], ret_mix->shares[last - 1], sizeof(ret_mix->shares[last]));
    memcpy(ret_mix->weights[last], ret_mix->weights[last - 1], sizeof(ret_mix->weights[last]));
}

/* As many past days as there are, up to what scenarios look back; with less before it, a path says
 * little of what will be said now. */
static void choose_origins(struct task *task)
{
    task->origins_count = 0;
    for (size_t back = ORIGINS_MAX - 1; back > 0; back--) {
        if (task->count >= (back + BEFORE_DAYS) * DAY_SLOTS)
            task->origins[task->origins_count++] = task->count - back * DAY_SLOTS;
    }
    task->origins[task->origins_count++] = task->count;
}

static void keep_paths(struct mixture *mixture, const double *paths, size_t count)
{
    double highest = 0;
    for (size_t i = 0; i < count; i++)
        highest = fmax(highest, paths[i]);
    mixture->unit = highest > 0 ? (float)(highest / UINT16_MAX) : 1;
    mixture->paths = nt_zalloc(count * sizeof(*mixture->paths));
    for (size_t i = 0; i < count; i++)
        mixture->paths[i] =
            (uint16_t)fmin(UINT16_MAX, fmax(0, nearbyint(paths[i] / mixture->unit)));
}

/* Step i of the path from origins[k]; far beyond its end the last day comes again. */
static double step_of(const struct mixture *mixture, size_t k, int64_t i)
{
    if (i >= STEPS)
        i = STEPS - DAY_SLOTS + (i - STEPS) % DAY_SLOTS;
    return (double)mixture->paths[k * STEPS + (size_t)i] * mixture->unit;
}

/* --- the present distance ----------------------------------------------------------------------
 */

/* Of the path from origins[k], age slots after its origin. false: nothing of it is known. */
static bool look(const struct mixture *mixture, const struct history *history, size_t k,
                 int64_t age, struct fading_present *ret_present)
{
    double values[DAY_SLOTS];
    double newest[HALF_HOUR];
    int count = 0;
    int newest_count = 0;
    int64_t from = age > DAY_SLOTS ? age - DAY_SLOTS : 0;
    for (int64_t i = from; i < age; i++) {
        double distance =
            (double)history_get(history, mixture->origins[k] + i) - step_of(mixture, k, i);
        if (isnan(distance))
            continue;
        values[count++] = distance;
        if (i >= age - HALF_HOUR)
            newest[newest_count++] = distance;
    }
    *ret_present = (struct fading_present){0};
    if (count >= FAR_LEAST)
        ret_present->far = fading_median(values, count);
    if (newest_count >= HALF_HOUR / 2)
        ret_present->near = fading_median(newest, newest_count) - ret_present->far;
    return newest_count >= HALF_HOUR / 2 || count >= FAR_LEAST;
}

/* From what became of past paths. */
static void learn_fading(struct mixture *mixture, const struct history *history)
{
    int64_t end = mixture->origins[mixture->origins_count - 1];
    struct fading_sums sums = {0};
    for (size_t k = 0; k + 1 < mixture->origins_count; k++) {
        for (int64_t age = HALF_HOUR; age <= DAY_SLOTS; age += LEARN_EVERY) {
            struct fading_present present;
            if (!look(mixture, history, k, age, &present))
                continue;
            for (int lag = 0; lag < FADING_LAGS; lag++) {
                int64_t i = age + fading_lags[lag] - 1;
                if (i >= STEPS || mixture->origins[k] + i >= end)
                    break;
                double later =
                    (double)history_get(history, mixture->origins[k] + i) - step_of(mixture, k, i);
                if (!isnan(later))
                    fading_add(&sums, lag, present.near, present.far, later, 1);
            }
        }
    }
    fading_solve(&sums, &mixture->fading);
}

/* --- the kind ----------------------------------------------------------------------------------
 */

static struct model *fit(const struct history *history, int64_t origin)
{
    struct mixture *mixture = nt_zalloc(sizeof(*mixture));
    mixture->model.kind = &model_mixture;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena scratch;
    nt_arena_init(&arena);
    nt_arena_init(&scratch);

    size_t count = (size_t)(origin - history->first);
    double *values = NT_ARRAY(&arena, count, double);
    for (size_t i = 0; i < count; i++)
        values[i] = history->values[i];
    const struct forecast_ask ask = {.values = values,
                                     .count = count,
                                     .day = DAY_SLOTS,
                                     .week = (size_t)7 * DAY_SLOTS,
                                     .horizon = STEPS,
                                     .low = 0,
                                     .high = INFINITY};
    struct task task;
    bool has_values = prepare_task(&ask, &arena, &scratch, &task);
    if (!has_values) { /* filled_min keeps this from happening */
        mixture->origins[mixture->origins_count++] = origin;
        mixture->paths = nt_zalloc(STEPS * sizeof(*mixture->paths));
        mixture->name = "none";
        return &mixture->model;
    }
    choose_origins(&task);
    struct ensemble ensemble;
    struct mix mix;
    ensemble_run(&ensemble, &task, &arena, &scratch);
    mix_day(&ensemble, tables_for(&task), &mix);
    double *paths = NT_ARRAY(&arena, task.origins_count * STEPS, double);
    for (size_t k = 0; k < task.origins_count; k++) {
        mix_path(&mix, &ensemble, k, paths + k * STEPS);
        mixture->origins[k] = origin - (int64_t)(task.count - task.origins[k]);
    }
    mixture->origins_count = task.origins_count;
    keep_paths(mixture, paths, task.origins_count * STEPS);
    mixture->name = mix.gate_part > 0                             ? "gate"
                    : task.count >= (size_t)FULL_DAYS * DAY_SLOTS ? "median"
                                                                  : "median-short";
    learn_fading(mixture, history);
    return &mixture->model;
}

static void predict(const struct model *model, const struct history *history, int64_t origin,
                    size_t steps, float *ret_path)
{
    const struct mixture *mixture = (const struct mixture *)model;
    size_t k = mixture->origins_count;
    while (k > 0 && mixture->origins[k - 1] > origin)
        k--;
    if (k == 0) {
        for (size_t i = 0; i < steps; i++)
            ret_path[i] = NAN;
        return;
    }
    k--;
    int64_t age = origin - mixture->origins[k];
    struct fading_present present;
    (void)look(mixture, history, k, age, &present);
    for (size_t i = 0; i < steps; i++)
        ret_path[i] = (float)step_of(mixture, k, age + (int64_t)i);
    fading_apply(&mixture->fading, present, steps, ret_path);
}

static const char *name(const struct model *model, const struct history *history, int64_t origin)
{
    (void)history;
    (void)origin;
    return ((const struct mixture *)model)->name;
}

static void free_mixture(struct model *model)
{
    free(((struct mixture *)model)->paths);
    free(model);
}

const struct model_kind model_mixture = {
    .filled_min = (size_t)5 * DAY_SLOTS,
    .knows_past = true,
    .fit = fit,
    .predict = predict,
    .name = name,
    .free = free_mixture,
};
