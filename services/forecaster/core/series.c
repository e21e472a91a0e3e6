#include <forecaster/series.h>

#include <nt/memory.h>

#include <math.h>
#include <string.h>

static size_t place(int64_t slot)
{
    int64_t at = slot % HISTORY_SLOTS;
    return (size_t)(at < 0 ? at + HISTORY_SLOTS : at);
}

void series_deinit(struct series *series)
{
    free(series->values);
    *series = (struct series){0};
}

static void clear(struct series *series, int64_t from, int64_t to)
{
    for (int64_t slot = from; slot < to; slot++) {
        float *value = &series->values[place(slot)];
        if (!isnan(*value))
            series->filled--;
        *value = NAN;
    }
}

int series_put(struct series *series, int64_t slot, double value)
{
    if (!isfinite(value) || value < 0)
        return -EINVAL;
    if (series->values == NULL) {
        series->values = nt_zalloc(HISTORY_SLOTS * sizeof(float));
        for (size_t i = 0; i < HISTORY_SLOTS; i++)
            series->values[i] = NAN;
        series->newest = slot;
    }
    if (slot <= series->newest - HISTORY_SLOTS)
        return -ERANGE;
    if (slot > series->newest) {
        int64_t from = series->newest + 1;
        if (slot - from >= HISTORY_SLOTS)
            from = slot - HISTORY_SLOTS + 1;
        clear(series, from, slot + 1);
        series->newest = slot;
    }
    float *at = &series->values[place(slot)];
    if (isnan(*at))
        series->filled++;
    *at = (float)value;
    return 0;
}

bool series_is_empty(const struct series *series)
{
    return series->filled == 0;
}

float series_get(const struct series *series, int64_t slot)
{
    if (series->values == NULL || slot > series->newest || slot <= series->newest - HISTORY_SLOTS)
        return NAN;
    return series->values[place(slot)];
}

void series_copy(const struct series *series, int64_t end, float *ret_values)
{
    for (size_t i = 0; i < HISTORY_SLOTS; i++)
        ret_values[i] = series_get(series, end - HISTORY_SLOTS + (int64_t)i);
}

float history_get(const struct history *history, int64_t slot)
{
    if (slot < history->first || slot >= history->first + (int64_t)history->count)
        return NAN;
    return history->values[slot - history->first];
}

size_t history_filled(const struct history *history, int64_t origin)
{
    size_t filled = 0;
    for (size_t i = 0; i < history->count && history->first + (int64_t)i < origin; i++)
        filled += !isnan(history->values[i]);
    return filled;
}

int64_t history_begin(const struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        if (!isnan(history->values[i]))
            return history->first + (int64_t)i;
    }
    return history->first + (int64_t)history->count;
}
