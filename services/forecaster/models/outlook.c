#include <models/outlook.h>

#include <models/mix.h>
#include <models/order.h>
#include <models/prepare.h>
#include <models/tables.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Leads at which fading and bands are known, in 288ths of a day; between them lies a line. */
static const size_t lead_parts[OUTLOOK_LEADS] = {1, 3, 6, 12, 24, 36, 72, 96, 144, 216, 288, 576};

enum { PARTS = 288, SAMPLES_MAX = 1024, RECENT_MAX = 64, STARTS_PER_DAY = 24 };

static size_t lead_steps(size_t day, size_t lead)
{
    size_t steps = lead_parts[lead] * (day > 0 ? day : PARTS) / PARTS;
    return steps > 0 ? steps : 1;
}

static size_t recent_steps(size_t day)
{
    size_t steps = day / 24;
    return steps == 0 ? 1 : steps < RECENT_MAX ? steps : RECENT_MAX;
}

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* Where lead steps lie between the leads that are known: *ret_part of the way to *ret_to. */
static size_t find_lead(const struct outlook *outlook, size_t lead, size_t *ret_to,
                        double *ret_part)
{
    size_t to = 0;
    while (to + 1 < OUTLOOK_LEADS && lead_steps(outlook->day, to) < lead)
        to++;
    size_t from = to > 0 ? to - 1 : 0;
    double low = (double)lead_steps(outlook->day, from);
    double high = (double)lead_steps(outlook->day, to);
    *ret_to = to;
    *ret_part = high > low ? clamp(((double)lead - low) / (high - low), 0, 1) : 1;
    return from;
}

static double median_of(const double *values, size_t count)
{
    double known[RECENT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i]))
            known[n++] = values[i];
    }
    return n > 0 ? order_median(known, n) : NAN;
}

struct pair {
    double now, then; /* deviation of the last hour, and residual a lead later */
};

/* At each hour of the day after each past origin: the deviation then, and what was off later. */
static size_t gather(const struct task *task, const double *residuals, size_t lead,
                     struct pair *ret_pairs)
{
    size_t day = task->day > 0 ? task->day : task->horizon;
    size_t recent = recent_steps(task->day);
    size_t every = day > STARTS_PER_DAY ? day / STARTS_PER_DAY : 1;
    size_t count = 0;
    for (size_t o = 0; o + 1 < task->origins_count; o++) {
        const double *row = residuals + o * task->horizon;
        for (size_t age = recent; age <= day && count < SAMPLES_MAX; age += every) {
            size_t then = age + lead - 1;
            if (then >= task->horizon)
                break;
            double now = median_of(row + age - recent, recent);
            if (!isnan(now) && !isnan(row[then]))
                ret_pairs[count++] = (struct pair){now, row[then]};
        }
    }
    return count;
}

/* The share of the deviation that minimises squares, from few pairs drawn to what is usual. */
static double fit_kept(const struct pair *pairs, size_t count, double usual)
{
    double squares = 0;
    double products = 0;
    for (size_t i = 0; i < count; i++) {
        squares += pairs[i].now * pairs[i].now;
        products += pairs[i].now * pairs[i].then;
    }
    const double doubt = 12; /* pairs' worth of trust in what is usual */
    double mean = count > 0 ? squares / (double)count : 0;
    if (!(mean > 0))
        return usual;
    return clamp((products + doubt * mean * usual) / (squares + doubt * mean), 0, 1);
}

static void fit_leads(const struct ensemble *ensemble, const double *residuals,
                      const struct spread_table *table, struct nt_arena *scratch,
                      struct outlook *outlook)
{
    struct pair *pairs = NT_ARRAY(scratch, SAMPLES_MAX, struct pair);
    double *sizes = NT_ARRAY(scratch, SAMPLES_MAX, double);
    double kept_before = 1;
    double widths_before[SPREAD_SHARES] = {0};
    for (size_t lead = 0; lead < OUTLOOK_LEADS; lead++) {
        size_t steps = lead_steps(outlook->day, lead);
        size_t count = gather(ensemble->task, residuals, steps, pairs);
        double usual = exp2(-(double)lead_parts[lead] / 48);
        double kept = outlook->rung == FORECAST_LEVEL ? 1 : fit_kept(pairs, count, usual);
        kept = fmin(kept, kept_before);
        outlook->kept[lead] = (float)kept;
        for (size_t i = 0; i < count; i++)
            sizes[i] = fabs(pairs[i].then - kept * pairs[i].now);
        double widths[SPREAD_SHARES];
        if (count == 0 && lead > 0) /* beyond what was ever seen: as wide as the lead before */
            memcpy(widths, widths_before, sizeof(widths));
        else
            spread_of_sizes(sizes, count, ensemble->scale, table,
                            ensemble_block(ensemble, steps - 1), widths);
        for (size_t i = 0; i < SPREAD_SHARES; i++) {
            outlook->half_widths[lead][i] = (float)widths[i];
            widths_before[i] = widths[i];
        }
        kept_before = kept;
    }
}

void outlook_fit(const struct forecast_ask *ask, struct nt_arena *arena, struct nt_arena *scratch,
                 struct outlook *ret_outlook, struct outlook_past *ret_past)
{
    struct outlook *outlook = ret_outlook;
    *outlook = (struct outlook){.low = (float)ask->low,
                                .high = (float)ask->high,
                                .day = (uint16_t)ask->day,
                                .steps = (uint16_t)ask->horizon};
    if (ret_past != NULL)
        *ret_past = (struct outlook_past){0};
    struct forecast_ask wide = *ask;
    wide.levels_count = 0;
    struct forecast forecast;
    forecast_make(&wide, arena, scratch, &forecast);
    for (size_t h = 0; h < ask->horizon; h++)
        outlook->path[h] = (float)forecast.point[h];
    outlook->rung = (uint8_t)forecast.rung;
    (void)strncpy(outlook->model, forecast.model, sizeof(outlook->model) - 1);
    if (forecast.rung == FORECAST_NONE)
        return;
    const struct task *task = forecast.ensemble->task;
    fit_leads(forecast.ensemble, forecast.residuals, &tables_for(task)->spread, scratch, outlook);
    nt_arena_reset(scratch);
    if (ret_past == NULL)
        return;
    size_t *days_ago = NT_ARRAY(arena, task->origins_count, size_t);
    for (size_t o = 0; o + 1 < task->origins_count; o++)
        days_ago[o] = (task->count - task->origins[o]) / (task->day > 0 ? task->day : 1);
    *ret_past = (struct outlook_past){
        .origins = task->origins_count - 1, .days_ago = days_ago, .residuals = forecast.residuals};
}

/* The path at a step after the fit's origin; beyond its end the last day repeats. */
static double path_at(const struct outlook *outlook, size_t step)
{
    if (outlook->steps == 0)
        return 0;
    if (step >= outlook->steps) {
        size_t season = outlook->day > 0 && outlook->day <= outlook->steps ? outlook->day : 1;
        step -= (step - outlook->steps + season) / season * season;
    }
    return (double)outlook->path[step];
}

double outlook_deviation(const struct outlook *outlook, size_t age, const float *recent,
                         size_t count)
{
    double off[RECENT_MAX];
    size_t most = recent_steps(outlook->day);
    most = most < count ? most : count;
    most = most < age ? most : age;
    for (size_t i = 0; i < most; i++)
        off[i] = (double)recent[count - 1 - i] - path_at(outlook, age - 1 - i);
    double median = median_of(off, most);
    return isnan(median) ? 0 : median;
}

void outlook_issue(const struct outlook *outlook, size_t age, double deviation, size_t steps,
                   float *ret_path)
{
    double low = (double)outlook->low;
    double high = (double)outlook->high;
    for (size_t h = 0; h < steps; h++) {
        size_t to;
        double part;
        size_t from = find_lead(outlook, h + 1, &to, &part);
        double kept = (double)outlook->kept[from] +
                      part * ((double)outlook->kept[to] - (double)outlook->kept[from]);
        ret_path[h] = (float)clamp(path_at(outlook, age + h) + kept * deviation, low, high);
    }
}

static void widths_at(const struct outlook *outlook, size_t lead, double ret[SPREAD_SHARES])
{
    size_t to;
    double part;
    size_t from = find_lead(outlook, lead, &to, &part);
    for (size_t i = 0; i < SPREAD_SHARES; i++) {
        double low = (double)outlook->half_widths[from][i];
        ret[i] = low + part * ((double)outlook->half_widths[to][i] - low);
    }
}

double outlook_quantile(const struct outlook *outlook, double expected, size_t lead, double level)
{
    double widths[SPREAD_SHARES];
    widths_at(outlook, lead, widths);
    return clamp(expected + spread_offset(widths, level), (double)outlook->low,
                 (double)outlook->high);
}

void outlook_band(const struct outlook *outlook, const float *path, size_t steps, double level,
                  float *ret_band)
{
    double offsets[OUTLOOK_LEADS];
    for (size_t lead = 0; lead < OUTLOOK_LEADS; lead++) {
        double widths[SPREAD_SHARES];
        for (size_t i = 0; i < SPREAD_SHARES; i++)
            widths[i] = (double)outlook->half_widths[lead][i];
        offsets[lead] = spread_offset(widths, level);
    }
    for (size_t h = 0; h < steps; h++) {
        size_t to;
        double part;
        size_t from = find_lead(outlook, h + 1, &to, &part);
        double offset = offsets[from] + part * (offsets[to] - offsets[from]);
        ret_band[h] =
            (float)clamp((double)path[h] + offset, (double)outlook->low, (double)outlook->high);
    }
}

double outlook_share_above(const struct outlook *outlook, double expected, size_t lead,
                           double threshold)
{
    double widths[SPREAD_SHARES];
    widths_at(outlook, lead, widths);
    return spread_share_above(widths, threshold - expected);
}
