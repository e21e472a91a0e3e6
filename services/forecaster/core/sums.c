#include <forecaster/sums.h>

#include <math.h>
#include <stdlib.h>

enum { POOL_STEPS = 24, POOL_EVERY = 3, STRIDE = 3, KNOTS = (FORECAST_STEPS - 1) / STRIDE + 1 };

void sums_add(struct sums *sums, const float *middle, const float (*residuals)[FORECAST_STEPS])
{
    for (size_t step = 0; step < FORECAST_STEPS; step++) {
        sums->middle[step] += middle[step];
        for (size_t j = 0; j < SCENARIO_PATHS; j++)
            sums->paths[j][step] += fmaxf(0, middle[step] + residuals[j][step]);
    }
}

/* What the paths were seen to be too narrow by (bench_sums). */
static const float WIDEN = 1.12F;

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

void sums_band(const struct sums *sums, double share, double capacity, float *ret_low,
               float *ret_high)
{
    float pool[SCENARIO_PATHS * (2 * POOL_STEPS / POOL_EVERY + 1)];
    float low[KNOTS];
    float high[KNOTS];
    for (size_t i = 0; i < KNOTS; i++) {
        size_t step = i * STRIDE;
        size_t from = step > POOL_STEPS ? step - POOL_STEPS : step % POOL_EVERY;
        size_t to = step + POOL_STEPS < FORECAST_STEPS ? step + POOL_STEPS : FORECAST_STEPS - 1;
        size_t count = 0;
        for (size_t at = from; at <= to; at += POOL_EVERY) {
            for (size_t j = 0; j < SCENARIO_PATHS; j++)
                pool[count++] = sums->paths[j][at] - sums->middle[at];
        }
        qsort(pool, count, sizeof(pool[0]), compare);
        size_t outside = (size_t)((double)count * (1 - share) / 2);
        low[i] = WIDEN * fminf(0, pool[outside]);
        high[i] = WIDEN * fmaxf(0, pool[count - 1 - outside]);
    }
    double bound = capacity > 0 ? capacity : INFINITY;
    for (size_t step = 0; step < FORECAST_STEPS; step++) {
        size_t i = step / STRIDE;
        size_t next = i + 1 < KNOTS ? i + 1 : i;
        float part = (float)(step % STRIDE) / STRIDE;
        float middle = sums->middle[step];
        ret_low[step] = (float)fmin(bound, fmax(0, middle + low[i] + (low[next] - low[i]) * part));
        ret_high[step] =
            (float)fmin(bound, fmax(0, middle + high[i] + (high[next] - high[i]) * part));
    }
}
