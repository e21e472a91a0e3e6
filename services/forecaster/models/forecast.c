#include <models/forecast.h>

#include <models/mix.h>
#include <models/prepare.h>
#include <models/spread.h>
#include <models/tables.h>

#include <math.h>
#include <string.h>

/* Below that many days of history the mixture is not called complete. */
enum { SHORT_DAYS = 2, FULL_DAYS = 14 };

static double within(const struct forecast_ask *ask, double value)
{
    return fmin(fmax(value, ask->low), ask->high);
}

static void forecast_nothing(const struct forecast_ask *ask, struct forecast *forecast)
{
    for (size_t h = 0; h < ask->horizon; h++) {
        forecast->point[h] = within(ask, 0);
        for (size_t i = 0; i < ask->levels_count; i++)
            forecast->quantiles[i * ask->horizon + h] = within(ask, 0);
    }
    forecast->rung = FORECAST_NONE;
    forecast->model = "none";
}

void forecast_make(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                   struct forecast *ret_forecast)
{
    struct forecast *forecast = ret_forecast;
    *forecast =
        (struct forecast){.point = NT_ARRAY(arena, ask->horizon, double),
                          .quantiles = NT_ARRAY(arena, ask->levels_count * ask->horizon, double)};
    struct task *task = NT_NEW(arena, struct task);
    if (!prepare_task(ask, arena, task)) {
        forecast_nothing(ask, forecast);
        return;
    }
    struct ensemble *ensemble = NT_NEW(arena, struct ensemble);
    ensemble_run(ensemble, task, arena, scratch);
    const struct tables *tables = tables_for(task);
    struct mix mix;
    mix_decide(ensemble, &tables->gates, &mix);
    double *residuals = NT_ARRAY(arena, task->origins_count * task->horizon, double);
    mix_residuals(&mix, ensemble, residuals);
    mix_path(&mix, ensemble, task->origins_count - 1, forecast->point);
    forecast->ensemble = ensemble;
    forecast->residuals = residuals;
    for (size_t h = 0; h < ask->horizon && ask->levels_count > 0; h++) {
        double half_widths[SPREAD_SHARES];
        spread_half_widths(ensemble, residuals, &tables->spread, h, half_widths);
        for (size_t i = 0; i < ask->levels_count; i++)
            forecast->quantiles[i * ask->horizon + h] =
                within(ask, forecast->point[h] + spread_offset(half_widths, ask->levels[i]));
    }
    for (size_t h = 0; h < ask->horizon; h++)
        forecast->point[h] = within(ask, forecast->point[h]);
    size_t days = task->day > 0 ? task->count / task->day : 0;
    forecast->rung = days < SHORT_DAYS  ? FORECAST_LEVEL
                     : days < FULL_DAYS ? FORECAST_SHORT
                                        : FORECAST_FULL;
    forecast->model = days < SHORT_DAYS ? "level" : mix.gate_part > 0 ? "gate+median" : "median";
}
