#include <models/spread.h>

#include <models/order.h>

#include <math.h>

const double spread_shares[SPREAD_SHARES] = {0.1, 0.2, 0.3, 0.4,  0.5,  0.6,
                                             0.7, 0.8, 0.9, 0.95, 0.98, 0.99};

/* How much of a half-width is the series' own quantile, and how much the pooled shape. */
static const double OWN_PART = 0.7;

enum { SAMPLES_MIN = 8, SAMPLES_MAX = 1024 };

/* |Residuals| of the steps within a 16th of a day around h, of all past origins. */
static size_t gather(const struct ensemble *ensemble, const double *residuals, size_t h,
                     double *ret_sizes)
{
    const struct task *task = ensemble->task;
    size_t around = task->day > 0 ? (task->day + 7) / 8 : 3;
    size_t from = h > around ? h - around : 0;
    size_t to = h + around < task->horizon ? h + around + 1 : task->horizon;
    size_t stride = 1 + (to - from) * task->origins_count / SAMPLES_MAX;
    size_t count = 0;
    for (size_t o = 0; o + 1 < task->origins_count; o++) {
        for (size_t k = from; k < to; k += stride) {
            double residual = residuals[o * task->horizon + k];
            if (!isnan(residual) && count < SAMPLES_MAX)
                ret_sizes[count++] = fabs(residual);
        }
    }
    return count;
}

/* Few residuals say little: then the size of the series' daily change is the least assumed. */
static double steady_mean(const struct ensemble *ensemble, const double *sizes, size_t count)
{
    double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += sizes[i] / (double)count;
    if (count >= SAMPLES_MIN)
        return mean;
    return count == 0 ? ensemble->scale : fmax(mean, 0.5 * ensemble->scale);
}

double spread_mean(const struct ensemble *ensemble, const double *residuals, size_t h)
{
    double sizes[SAMPLES_MAX];
    size_t count = gather(ensemble, residuals, h, sizes);
    return steady_mean(ensemble, sizes, count);
}

void spread_raw(const struct ensemble *ensemble, const double *residuals,
                const struct spread_table *table, size_t h, double ret_half_widths[SPREAD_SHARES])
{
    double sizes[SAMPLES_MAX];
    size_t count = gather(ensemble, residuals, h, sizes);
    const float *shape = table->shape[ensemble_block(ensemble, h)];
    double mean = steady_mean(ensemble, sizes, count);
    double own_part = count >= SAMPLES_MIN ? OWN_PART : 0;
    order_sort(sizes, count);
    for (size_t i = 0; i < SPREAD_SHARES; i++) {
        double own = own_part > 0 ? order_quantile(sizes, count, spread_shares[i]) : 0;
        ret_half_widths[i] = own_part * own + (1 - own_part) * mean * (double)shape[i];
    }
}

void spread_half_widths(const struct ensemble *ensemble, const double *residuals,
                        const struct spread_table *table, size_t h,
                        double ret_half_widths[SPREAD_SHARES])
{
    spread_raw(ensemble, residuals, table, h, ret_half_widths);
    const float *widen = table->widen[ensemble_block(ensemble, h)];
    double narrower = 0;
    for (size_t i = 0; i < SPREAD_SHARES; i++) {
        ret_half_widths[i] = fmax(ret_half_widths[i] * (double)widen[i], narrower);
        narrower = ret_half_widths[i];
    }
}

double spread_offset(const double half_widths[SPREAD_SHARES], double level)
{
    double share = fabs(2 * level - 1);
    double width = half_widths[SPREAD_SHARES - 1];
    double below_share = 0;
    double below = 0;
    for (size_t i = 0; i < SPREAD_SHARES; i++) {
        if (share <= spread_shares[i]) {
            width = below + (half_widths[i] - below) * (share - below_share) /
                                (spread_shares[i] - below_share);
            break;
        }
        below_share = spread_shares[i];
        below = half_widths[i];
    }
    if (share > spread_shares[SPREAD_SHARES - 1]) /* thin out as 1 / (1 - share) beyond the table */
        width *= fmin(1 + 0.3 * log((1 - spread_shares[SPREAD_SHARES - 1]) / (1 - share)), 4);
    return level < 0.5 ? -width : width;
}
