#include <offline/verbs.h>

#include <models/task.h>

#include <math.h>

enum { DAY_S = 86400 };

int verbs_settle(struct options *options, const struct table *table, struct nt_error *err)
{
    if (options->step_s == 0) {
        options->step_s = table->has_times ? 0 : 3600;
        for (size_t i = 0; i < table->count; i++) {
            int64_t step_s = table->series[i].step_s;
            if (step_s == 0)
                continue;
            if (options->step_s > 0 && options->step_s != step_s)
                return nt_fail(err, -EINVAL,
                               "mixed steps: series %s has %lld s, others before it %lld s; "
                               "give --step, or forecast them apart",
                               table->series[i].name, (long long)step_s,
                               (long long)options->step_s);
            options->step_s = step_s;
        }
        if (options->step_s == 0)
            return nt_fail(err, -EINVAL, "no series has two values: give --step");
    }
    if (!options->has_season && DAY_S % options->step_s == 0 && options->step_s < DAY_S) {
        options->day = (size_t)(DAY_S / options->step_s);
        options->week = 7 * options->day;
    }
    if (options->horizon == 0)
        options->horizon = !table->has_times ? 48 : 2 * options->day > 0 ? 2 * options->day : 48;
    if (options->horizon > TASK_HORIZON_MAX)
        return nt_fail(err, -EINVAL, "a horizon of %zu steps: at most %d; give --horizon",
                       options->horizon, TASK_HORIZON_MAX);
    if (options->every == 0)
        options->every = options->day > 0 ? options->day : options->horizon;
    return 0;
}

struct forecast_ask verbs_ask(const struct options *options, const struct table_series *series,
                              size_t count)
{
    struct forecast_ask ask = {.values = series->values,
                               .count = count,
                               .day = options->day,
                               .week = options->week,
                               .horizon = options->horizon,
                               .low = options->low,
                               .high = isnan(options->high) ? INFINITY : options->high,
                               .levels = options->levels,
                               .levels_count = options->levels_count};
    if (isnan(ask.low)) {
        ask.low = 0;
        for (size_t t = 0; t < count && ask.low == 0; t++) {
            if (series->values[t] < 0)
                ask.low = -INFINITY;
        }
    }
    return ask;
}
