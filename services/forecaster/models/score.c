#include <models/score.h>

#include <math.h>

/* Mean of a loss over the steps that have an actual value. */
#define MEAN_OF(loss)                                                                              \
    double sum = 0;                                                                                \
    size_t scored = 0;                                                                             \
    for (size_t i = 0; i < count; i++) {                                                           \
        double z = actual[i];                                                                      \
        if (isnan(z))                                                                              \
            continue;                                                                              \
        sum += (loss);                                                                             \
        scored++;                                                                                  \
    }                                                                                              \
    return scored > 0 ? sum / (double)scored : NAN

static double relative(double z, double f)
{
    double size = fabs(z) + fabs(f);
    return size > 0 ? 200 * fabs(z - f) / size : 0;
}

double score_smape(const double *actual, const double *forecast, size_t count)
{
    MEAN_OF(relative(z, forecast[i]));
}

double score_mae(const double *actual, const double *forecast, size_t count)
{
    MEAN_OF(fabs(z - forecast[i]));
}

double score_scale(const double *history, size_t count, size_t season)
{
    double sum = 0;
    size_t scored = 0;
    for (size_t t = season; t < count; t++) {
        double change = fabs(history[t] - history[t - season]);
        if (isnan(change))
            continue;
        sum += change;
        scored++;
    }
    return scored > 0 ? sum / (double)scored : NAN;
}

double score_pinball(const double *actual, const double *quantile, size_t count, double tau)
{
    MEAN_OF(fmax(tau * (z - quantile[i]), (tau - 1) * (z - quantile[i])));
}

double score_interval(const double *actual, const double *low, const double *high, size_t count,
                      double alpha)
{
    MEAN_OF(high[i] - low[i] + 2 / alpha * (fmax(low[i] - z, 0) + fmax(z - high[i], 0)));
}

double score_coverage(const double *actual, const double *low, const double *high, size_t count)
{
    MEAN_OF(z >= low[i] && z <= high[i] ? 1.0 : 0.0);
}
