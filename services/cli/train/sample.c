#include "sample.h"

#include <models/mix.h>
#include <models/naive.h>
#include <models/prepare.h>
#include <models/score.h>

#include <math.h>
#include <string.h>

/* What the M4 competition divides by on its hourly series. */
static const double NAIVE2_MASE = 2.395, NAIVE2_SMAPE = 18.383;

size_t training_count(const struct training *training)
{
    return (training->table->count + training->sample - 1) / training->sample * training->origins;
}

struct example {
    struct forecast_ask ask;
    const double *actual;
    struct task task;
    struct ensemble ensemble;
};

static bool prepare(const struct training *training, size_t item, struct nt_arena *arena,
                    struct nt_arena *scratch, struct example *ret)
{
    const struct table_series *series =
        &training->table->series[item / training->origins * training->sample];
    size_t after =
        training->hold_out + training->horizon + item % training->origins * training->every;
    if (series->count < after + 4 * training->day)
        return false;
    ret->ask = (struct forecast_ask){.values = series->values,
                                     .count = series->count - after,
                                     .day = training->day,
                                     .week = training->week,
                                     .horizon = training->horizon};
    ret->actual = series->values + ret->ask.count;
    if (!prepare_task(&ret->ask, arena, scratch, &ret->task))
        return false;
    ensemble_run(&ret->ensemble, &ret->task, arena, scratch);
    return !isnan(ret->ensemble.errors[MEMBERS_COUNT][0]);
}

static size_t step_of(const struct training *training, size_t k)
{
    return k * training->horizon / SAMPLE_STEPS;
}

bool training_make(const struct training *training, size_t item, struct nt_arena *arena,
                   struct nt_arena *scratch, struct sample *ret_sample)
{
    struct example *example = NT_NEW(arena, struct example);
    if (!prepare(training, item, arena, scratch, example))
        return false;
    const struct ensemble *ensemble = &example->ensemble;
    const struct task *task = &example->task;
    size_t last = (task->origins_count - 1) * task->horizon;
    memset(ret_sample, 0, sizeof(*ret_sample));
    ret_sample->origin = (uint8_t)(item % training->origins);
    gate_look(ensemble, ret_sample->inputs);
    memcpy(ret_sample->is_usable, ensemble->is_usable, sizeof(ensemble->is_usable));
    double usual =
        score_mae(example->actual, ensemble->median + last, task->horizon) + 1e-3 * ensemble->scale;
    for (size_t k = 0; k < SAMPLE_STEPS; k++) {
        size_t h = step_of(training, k);
        double z = example->actual[h];
        for (size_t m = 0; m < MEMBERS_COUNT; m++)
            ret_sample->paths[m][k] =
                ensemble->is_usable[m] ? (float)ensemble->paths[m][last + h] : 0;
        ret_sample->block[k] = (uint8_t)ensemble_block(ensemble, h);
        ret_sample->actual[k] = isnan(z) ? 0 : (float)z;
        double weight =
            training->is_relative
                ? 1 / usual
                : 0.5 / (NAIVE2_MASE * ensemble->scale) +
                      100 / NAIVE2_SMAPE / (fabs(z) + fabs(ensemble->median[last + h]) + 1e-9);
        ret_sample->weight[k] = isnan(z) ? 0 : (float)(weight / SAMPLE_STEPS);
    }
    return true;
}

bool training_ratios(const struct training *training, size_t item, const struct gates *gates,
                     const struct spread_table *table, struct nt_arena *arena,
                     struct nt_arena *scratch, float ret_ratios[SAMPLE_STEPS][SPREAD_SHARES],
                     uint8_t ret_block[SAMPLE_STEPS])
{
    struct example *example = NT_NEW(arena, struct example);
    if (!prepare(training, item, arena, scratch, example))
        return false;
    const struct ensemble *ensemble = &example->ensemble;
    const struct task *task = &example->task;
    struct mix mix;
    mix_decide(ensemble, gates, &mix);
    double *residuals = NT_ARRAY(arena, task->origins_count * task->horizon, double);
    mix_residuals(&mix, ensemble, residuals);
    double path[TASK_HORIZON_MAX];
    mix_path(&mix, ensemble, task->origins_count - 1, path);
    for (size_t k = 0; k < SAMPLE_STEPS; k++) {
        size_t h = step_of(training, k);
        double off = fabs(example->actual[h] - path[h]);
        double raw[SPREAD_SHARES];
        if (table != NULL) {
            spread_raw(ensemble, residuals, table, h, raw);
        } else {
            double mean = spread_mean(ensemble, residuals, h);
            for (size_t i = 0; i < SPREAD_SHARES; i++)
                raw[i] = mean;
        }
        for (size_t i = 0; i < SPREAD_SHARES; i++)
            ret_ratios[k][i] = (float)(off / (raw[i] + 1e-9 * ensemble->scale));
        ret_block[k] = (uint8_t)ensemble_block(ensemble, h);
    }
    return true;
}
