#include <forecaster/outliers.h>

#include <math.h>

enum { RECENT = 12, BESIDE = 3, DAYS_BACK = 7, STAY = 3, USUAL_LEAST = 24 };

static const double DEVIATIONS = 6;
static const double FORGET = 1.0 / 48; /* the usual deviation is that of about four hours */
static const double LEAST_SHARE = 0.02;

struct recent {
    float values[RECENT];
    size_t count, next;
};

static float median_of(const struct recent *recent)
{
    float sorted[RECENT];
    for (size_t i = 0; i < recent->count; i++) {
        float value = recent->values[i];
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > value; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = value;
    }
    return (sorted[(recent->count - 1) / 2] + sorted[recent->count / 2]) / 2;
}

static void remember(struct recent *recent, float value)
{
    recent->values[recent->next] = value;
    recent->next = (recent->next + 1) % RECENT;
    recent->count += recent->count < RECENT;
}

/* The range of what the same time of earlier days had; nothing: that of the value itself. Days of
 * 23 and 25 hours shift it by an hour for a week, which costs nothing but a doubt. */
static void range_of_days(const float *values, size_t at, float *ret_low, float *ret_high)
{
    for (size_t day = 1; day <= DAYS_BACK && at >= day * DAY_SLOTS + BESIDE; day++) {
        for (size_t i = at - day * DAY_SLOTS - BESIDE; i <= at - day * DAY_SLOTS + BESIDE; i++) {
            if (isnan(values[i]))
                continue;
            *ret_low = fminf(*ret_low, values[i]);
            *ret_high = fmaxf(*ret_high, values[i]);
        }
    }
}

size_t outliers_cut(const struct history *history, float *ret_values)
{
    struct recent recent = {.count = 0};
    double usual = 0; /* mean absolute deviation from the running median */
    size_t usual_count = 0;
    size_t cut = 0;
    int row = 0; /* so many beyond in a row: negative: below */
    for (size_t i = 0; i < history->count; i++) {
        float value = history->values[i];
        ret_values[i] = value;
        if (isnan(value))
            continue;
        float median = recent.count > 0 ? median_of(&recent) : value;
        double bound = DEVIATIONS * fmax(usual, LEAST_SHARE * fabsf(median));
        double off = value - median;
        int side = off > bound ? 1 : off < -bound ? -1 : 0;
        if (side != 0 && usual_count >= USUAL_LEAST) {
            /* Earlier days as they were: a spike of every day is a pattern. */
            float low = INFINITY;
            float high = -INFINITY;
            range_of_days(history->values, i, &low, &high);
            bool is_known = side > 0 ? value <= high + bound / 2 : value >= low - bound / 2;
            side = is_known ? 0 : side;
        } else {
            side = 0;
        }
        row = side == 0 ? 0 : (row > 0) == (side > 0) && row != 0 ? row + side : side;
        if (side != 0 && row * side < STAY) {
            ret_values[i] = (float)(median + side * bound);
            cut++;
        }
        double deviation = fmin(fabs(off), usual_count >= USUAL_LEAST ? bound : INFINITY);
        usual_count++;
        double weight = fmax(FORGET, 1.0 / (double)usual_count);
        usual += weight * (deviation - usual);
        remember(&recent, value);
    }
    return cut;
}
