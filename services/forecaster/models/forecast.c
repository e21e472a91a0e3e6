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

/* Half-widths at some steps, on lines between: they pool a quarter of a day around each anyway. */
static void make_quantiles(const struct forecast_ask *ask, const struct ensemble *ensemble,
                           const double *residuals, const struct spread_table *table,
                           struct forecast *forecast)
{
    size_t every = ask->day > 8 ? ask->day / 8 : 1;
    double from[SPREAD_SHARES] = {0};
    double to[SPREAD_SHARES];
    size_t from_at = 0;
    size_t to_at = 0;
    spread_half_widths(ensemble, residuals, table, 0, to);
    for (size_t h = 0; h < ask->horizon; h++) {
        if (h > to_at) {
            from_at = to_at;
            to_at = from_at + every < ask->horizon ? from_at + every : ask->horizon - 1;
            memcpy(from, to, sizeof(from));
            spread_half_widths(ensemble, residuals, table, to_at, to);
        }
        double part = h == 0 ? 1 : (double)(h - from_at) / (double)(to_at - from_at);
        double half_widths[SPREAD_SHARES];
        for (size_t i = 0; i < SPREAD_SHARES; i++)
            half_widths[i] = from[i] + part * (to[i] - from[i]);
        for (size_t i = 0; i < ask->levels_count; i++)
            forecast->quantiles[i * ask->horizon + h] =
                within(ask, forecast->point[h] + spread_offset(half_widths, ask->levels[i]));
    }
}

void forecast_make(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                   struct forecast *ret_forecast)
{
    struct forecast *forecast = ret_forecast;
    *forecast =
        (struct forecast){.point = NT_ARRAY(arena, ask->horizon, double),
                          .quantiles = NT_ARRAY(arena, ask->levels_count * ask->horizon, double)};
    struct task *task = NT_NEW(arena, struct task);
    if (!prepare_task(ask, arena, scratch, task)) {
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
    if (ask->levels_count > 0)
        make_quantiles(ask, ensemble, residuals, &tables->spread, forecast);
    for (size_t h = 0; h < ask->horizon; h++)
        forecast->point[h] = within(ask, forecast->point[h]);
    size_t days = task->day > 0 ? task->count / task->day : 0;
    forecast->rung = days < SHORT_DAYS  ? FORECAST_LEVEL
                     : days < FULL_DAYS ? FORECAST_SHORT
                                        : FORECAST_FULL;
    forecast->model = days < SHORT_DAYS ? "level" : mix.gate_part > 0 ? "gate+median" : "median";
}
