#include <models/clean.h>

#include <models/order.h>

#include <math.h>
#include <string.h>

/* A jump is by more than that in logarithm, and more than that many times the usual difference. */
static const double JUMP_LEAST = 0.35, JUMP_TIMES = 7;
/* Days since the jump may differ from each other by that much of it. */
static const double JUMP_SPREAD = 0.2;
/* An outlier is off by that many times the median deviation, and by that factor. */
static const double OFF_TIMES = 5, OFF_FACTOR = 3;
/* More of them than that are how the series is. */
static const double OUTLIERS_MOST = 0.03;

enum { DAYS_MAX = 64, WEEKS_LEAST = 3, RUN_MAX = 3, REFERENCES = 5 };

double clean_find_shift(const double *values, size_t count, size_t day, size_t week,
                        struct nt_arena *scratch, size_t *ret_begin)
{
    *ret_begin = 0;
    if (day == 0 || week != 7 * day || count < WEEKS_LEAST * week)
        return 1;
    /* changes[j]: of the day that ends j days before the end, against a week before it. */
    double changes[DAYS_MAX] = {0};
    double usual[DAYS_MAX] = {0};
    size_t days = (count - week) / day;
    days = days < DAYS_MAX ? days : DAYS_MAX;
    double *ratios = NT_ARRAY(scratch, day, double);
    for (size_t j = 0; j < days; j++) {
        const double *now = values + count - (j + 1) * day;
        const double *then = now - week;
        for (size_t k = 0; k < day; k++) {
            if (!(now[k] > 0) || !(then[k] > 0))
                return 1;
            ratios[k] = log(now[k] / then[k]);
        }
        changes[j] = order_median(ratios, day);
    }
    for (size_t j = 7; j < days; j++)
        usual[j - 7] = fabs(changes[j]);
    double least = fmax(JUMP_TIMES * order_median(usual, days - 7), JUMP_LEAST);
    size_t since = 0;
    double low = INFINITY;
    double high = -INFINITY;
    double sum = 0;
    while (since < 7 && fabs(changes[since]) > least && changes[since] * changes[0] > 0) {
        low = fmin(low, fabs(changes[since]));
        high = fmax(high, fabs(changes[since]));
        sum += changes[since++];
    }
    if (since < 3 || since == 7 || high - low > JUMP_SPREAD * high)
        return 1;
    *ret_begin = count - since * day;
    return exp(sum / (double)since);
}

/* The median of the same time on up to five days around: those next to it, and a week away. */
static double reference(const double *values, size_t count, size_t t, size_t day, size_t week)
{
    const ptrdiff_t offsets[] = {-(ptrdiff_t)day,     (ptrdiff_t)day,      -(ptrdiff_t)week,
                                 (ptrdiff_t)week,     -2 * (ptrdiff_t)day, 2 * (ptrdiff_t)day,
                                 -3 * (ptrdiff_t)day, 3 * (ptrdiff_t)day};
    double known[REFERENCES];
    size_t found = 0;
    for (size_t i = 0; i < NT_COUNT(offsets) && found < REFERENCES; i++) {
        ptrdiff_t at = (ptrdiff_t)t + offsets[i];
        if (offsets[i] != 0 && at >= 0 && at < (ptrdiff_t)count)
            known[found++] = values[at];
    }
    return order_median(known, found);
}

/* Nothing like it on any of the days around: what comes each week, or stays, is no outlier. */
static bool is_off(const double *values, size_t count, size_t t, size_t day, size_t week,
                   double limit)
{
    const ptrdiff_t offsets[] = {-(ptrdiff_t)day, (ptrdiff_t)day, -(ptrdiff_t)week,
                                 (ptrdiff_t)week};
    double value = values[t];
    size_t found = 0;
    for (size_t i = 0; i < NT_COUNT(offsets); i++) {
        ptrdiff_t at = (ptrdiff_t)t + offsets[i];
        if (offsets[i] == 0 || at < 0 || at >= (ptrdiff_t)count)
            continue;
        double other = values[at];
        if (!(other > 0) || fabs(value - other) <= limit ||
            (value <= OFF_FACTOR * other && value * OFF_FACTOR >= other))
            return false;
        found++;
    }
    return found >= 2;
}

size_t clean_outliers(const double *values, size_t count, size_t day, size_t week,
                      struct nt_arena *scratch, bool *ret_is_outlier)
{
    memset(ret_is_outlier, 0, count * sizeof(bool));
    if (day == 0 || count < 5 * day)
        return 0;
    double *sample = NT_ARRAY(scratch, count, double);
    size_t sampled = 0;
    for (size_t t = 0; t < count; t += 5) /* coprime to 24: all hours alike */
        sample[sampled++] = fabs(values[t] - reference(values, count, t, day, week));
    double limit = OFF_TIMES * order_median(sample, sampled);
    size_t found = 0;
    for (size_t t = 0; t < count; t++)
        found += is_off(values, count, t, day, week, limit);
    if (found == 0 || (double)found > OUTLIERS_MOST * (double)count)
        return 0;
    size_t short_ones = 0;
    for (size_t t = 0; t < count; t++) {
        size_t run = 0;
        while (t + run < count && is_off(values, count, t + run, day, week, limit))
            run++;
        /* What lasts to the end may be news. */
        if (run > 0 && run <= RUN_MAX && t + run < count) {
            memset(ret_is_outlier + t, true, run * sizeof(bool));
            short_ones += run;
        }
        t += run;
    }
    return short_ones;
}
