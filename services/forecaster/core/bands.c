#include <forecaster/bands.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>

static const size_t block_ends[BAND_BLOCKS] = {3, 12, 36, 72, 144, 288, 576};

size_t bands_block(size_t step)
{
    size_t block = 0;
    while (block + 1 < BAND_BLOCKS && step >= block_ends[block])
        block++;
    return block;
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

static float quantile(const float *sorted, size_t count, double q)
{
    double at = q * (double)(count - 1);
    size_t low = (size_t)at;
    if (low + 1 >= count)
        return sorted[count - 1];
    return sorted[low] + (sorted[low + 1] - sorted[low]) * (float)(at - (double)low);
}

static size_t hour_of(const struct calendar *calendar, int64_t slot)
{
    return calendar_at(calendar, slot)->of_day / 12;
}

static void fit_hours(struct bands *bands, const struct band_errors *items, size_t count,
                      const struct calendar *calendar)
{
    enum { LEAST = 24 };
    double sums[24] = {0};
    double counts[24] = {0};
    for (size_t i = 0; i < count; i++) {
        for (size_t step = 0; step < FORECAST_STEPS; step++) {
            float error = items[i].errors[step];
            if (isnan(error))
                continue;
            size_t hour = hour_of(calendar, items[i].origin + (int64_t)step);
            sums[hour] += fabsf(error);
            counts[hour]++;
        }
    }
    double mean = 0;
    double hours = 0;
    for (size_t hour = 0; hour < 24; hour++) {
        if (counts[hour] >= LEAST) {
            mean += sums[hour] / counts[hour];
            hours++;
        }
    }
    mean = hours > 0 ? mean / hours : 0;
    for (size_t hour = 0; hour < 24; hour++) {
        /* Neighbours share their evidence: an hour has few independent errors. */
        size_t before = (hour + 23) % 24;
        size_t after = (hour + 1) % 24;
        double sum = sums[before] + 2 * sums[hour] + sums[after];
        double n = counts[before] + 2 * counts[hour] + counts[after];
        double scale = n >= 4 * LEAST && mean > 0 ? sum / n / mean : 1;
        bands->of_hour[hour] = (float)fmax(0.25, fmin(4, scale));
    }
}

static size_t gather(const struct bands *bands, const struct band_errors *items, size_t count,
                     const struct calendar *calendar, size_t block, float *ret_scaled,
                     size_t *ret_origins)
{
    size_t begin = block == 0 ? 0 : block_ends[block - 1];
    size_t gathered = 0;
    *ret_origins = 0;
    for (size_t i = 0; i < count; i++) {
        size_t before = gathered;
        for (size_t step = begin; step < block_ends[block]; step++) {
            float error = items[i].errors[step];
            if (isnan(error))
                continue;
            size_t hour = hour_of(calendar, items[i].origin + (int64_t)step);
            ret_scaled[gathered++] = error / bands->of_hour[hour];
        }
        *ret_origins += gathered > before;
    }
    return gathered;
}

void bands_fit(struct bands *bands, const struct band_errors *items, size_t count,
               const struct calendar *calendar, double level)
{
    *bands = (struct bands){0};
    fit_hours(bands, items, count, calendar);
    NT_CLEANUP(nt_free_p)
    float *scaled = nt_zalloc((count * FORECAST_STEPS + 1) * sizeof(*scaled));
    bool is_known[BAND_BLOCKS] = {false};
    size_t known = 0;
    for (size_t block = 0; block < BAND_BLOCKS; block++) {
        size_t origins = 0;
        size_t gathered = gather(bands, items, count, calendar, block, scaled, &origins);
        if (gathered == 0)
            continue;
        double n = 2.0 * (double)origins;
        double upper = fmin(1, 0.9 * (n + 1) / n);
        qsort(scaled, gathered, sizeof(*scaled), compare);
        bands->low[block] = fminf(0, quantile(scaled, gathered, 1 - upper));
        bands->high[block] = fmaxf(0, quantile(scaled, gathered, upper));
        if (origins > bands->origins)
            bands->origins = origins;
        is_known[block] = true;
        known++;
    }
    if (known == 0) {
        bands->low[0] = (float)(-0.5 * level);
        bands->high[0] = (float)level;
        is_known[0] = true;
    }
    /* Further than any error that is known it gets wider, block by block; nearer it does not. */
    size_t first = 0;
    while (!is_known[first])
        first++;
    for (size_t block = 0; block < BAND_BLOCKS; block++) {
        if (is_known[block])
            continue;
        size_t from = block < first ? first : block - 1;
        float wider = block < first || known == 0 ? 1.0F : 1.3F;
        bands->low[block] = bands->low[from] * wider;
        bands->high[block] = bands->high[from] * wider;
    }
}

static float clip(double value, double capacity)
{
    if (!(value > 0))
        return 0;
    return (float)(capacity > 0 && value > capacity ? capacity : value);
}

void bands_apply(const struct bands *bands, const struct calendar *calendar, int64_t origin,
                 size_t steps, double capacity, float *p50, float *ret_p10, float *ret_p90)
{
    for (size_t step = 0; step < steps; step++) {
        size_t block = bands_block(step);
        float scale = bands->of_hour[hour_of(calendar, origin + (int64_t)step)];
        double middle = p50[step];
        p50[step] = clip(middle, capacity);
        ret_p10[step] = clip(middle + bands->low[block] * scale, capacity);
        ret_p90[step] = clip(middle + bands->high[block] * scale, capacity);
    }
}
