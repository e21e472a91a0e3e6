#include <models/naive.h>

#include <nt/cleanup.h>
#include <nt/memory.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

static double newest(const double *history, size_t count)
{
    while (count > 0) {
        if (!isnan(history[--count]))
            return history[count];
    }
    return 0;
}

void naive_seasonal(const double *history, size_t count, size_t season, size_t horizon,
                    double *ret_path)
{
    for (size_t h = 0; h < horizon; h++) {
        double value = NAN;
        if (season > 0) {
            size_t back = season - h % season;
            for (; isnan(value) && back <= count; back += season)
                value = history[count - back];
        }
        ret_path[h] = isnan(value) ? newest(history, count) : value;
    }
}

/* R: |acf(season)| > 1.645 sqrt((1 + 2 sum of the squares of the shorter lags') / n). */
static bool is_seasonal(const double *y, size_t count, size_t season)
{
    if (season < 2 || count < 3 * season)
        return false;
    double mean = 0;
    for (size_t t = 0; t < count; t++)
        mean += y[t] / (double)count;
    double variance = 0;
    for (size_t t = 0; t < count; t++)
        variance += (y[t] - mean) * (y[t] - mean);
    if (!(variance > 0))
        return false;
    double squares = 0;
    double correlation = 0;
    for (size_t lag = 1; lag <= season; lag++) {
        double sum = 0;
        for (size_t t = lag; t < count; t++)
            sum += (y[t] - mean) * (y[t - lag] - mean);
        correlation = sum / variance;
        if (lag < season)
            squares += correlation * correlation;
    }
    /* The M4 code sums the squares up to lag season - 1. */
    return fabs(correlation) > 1.645 / sqrt((double)count) * sqrt(1 + 2 * squares);
}

/* Classical decomposition: the mean ratio of each slot to the centred moving average. */
static bool seasonal_factors(const double *y, size_t count, size_t season, double *ret_factors)
{
    NT_CLEANUP(nt_free_p) double *counts = nt_zalloc(season * sizeof(double));
    memset(ret_factors, 0, season * sizeof(double));
    size_t half = season / 2;
    for (size_t t = half; t + half < count; t++) {
        double trend = 0;
        if (season % 2 == 0) {
            trend = (y[t - half] + y[t + half]) / 2;
            for (size_t i = t - half + 1; i < t + half; i++)
                trend += y[i];
        } else {
            for (size_t i = t - half; i <= t + half; i++)
                trend += y[i];
        }
        trend /= (double)season;
        if (trend == 0)
            return false;
        ret_factors[t % season] += y[t] / trend;
        counts[t % season]++;
    }
    double mean = 0;
    for (size_t s = 0; s < season; s++) {
        ret_factors[s] /= counts[s];
        mean += ret_factors[s] / (double)season;
    }
    for (size_t s = 0; s < season; s++) {
        ret_factors[s] /= mean;
        if (!(fabs(ret_factors[s]) > 1e-9)) /* nothing to divide by */
            return false;
    }
    return true;
}

void naive_adjusted(const double *history, size_t count, size_t season, size_t horizon,
                    double *ret_path)
{
    NT_CLEANUP(nt_free_p) double *filled = nt_zalloc((count + 1) * sizeof(double));
    for (size_t t = 0; t < count; t++) {
        if (isnan(history[t]))
            naive_seasonal(filled, t, season, 1, &filled[t]);
        else
            filled[t] = history[t];
    }
    NT_CLEANUP(nt_free_p) double *factors = nt_zalloc((season + 1) * sizeof(double));
    bool is_adjusted =
        is_seasonal(filled, count, season) && seasonal_factors(filled, count, season, factors);
    double last = count > 0 ? filled[count - 1] : 0;
    for (size_t h = 0; h < horizon; h++) {
        ret_path[h] = !is_adjusted
                          ? last
                          : last / factors[(count - 1) % season] * factors[(count + h) % season];
    }
}
