#include <forecaster/windows.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <string.h>

enum { WEEK = 7, LEAST_SLOTS = 6, BRIDGE_SLOTS = 1 };

static const double ENTER = 0.6;
static const double STAY = 0.4;
static const double DAY_WEIGHT = 0.95;
static const double Z = 1.645; /* 90 %, two-sided */

static const struct {
    const char *name;
    uint8_t first, last; /* weekdays, 0 is Monday */
} sorts[] = {
    {"all", 0, 6}, {"weekday", 0, 4}, {"weekend", 5, 6}, {"mon", 0, 0}, {"tue", 1, 1},
    {"wed", 2, 2}, {"thu", 3, 3},     {"fri", 4, 4},     {"sat", 5, 5}, {"sun", 6, 6},
};

struct tally {
    float weight, weight_squared, over;
    int seen, of;
};

static struct tally sum_tallies(struct tally (*tallies)[DAY_SLOTS], int k, int first, int last)
{
    struct tally sum = {0};
    for (int day = first; day <= last; day++) {
        const struct tally *tally = &tallies[day][k];
        sum.weight += tally->weight;
        sum.weight_squared += tally->weight_squared;
        sum.over += tally->over;
        sum.seen += tally->seen;
        sum.of += tally->of;
    }
    return sum;
}

/* Wilson 1927, with the effective number of days of unequal weights. */
static double lower_bound(const struct tally *tally)
{
    if (!(tally->weight_squared > 0))
        return 0;
    double n = (double)tally->weight * tally->weight / tally->weight_squared;
    double p = tally->over / tally->weight;
    double z2 = Z * Z;
    double middle = p + z2 / (2 * n);
    double half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return (middle - half) / (1 + z2 / n);
}

static bool stood_before(const struct recurring *before, size_t count, enum resource resource,
                         const char *days, int minute)
{
    for (size_t i = 0; i < count; i++) {
        if (before[i].resource == resource && nt_text_is(before[i].days, days) &&
            minute >= before[i].from_minute && minute < before[i].to_minute)
            return true;
    }
    return false;
}

/* Does a wider sort already say it for every day of this one? */
static bool is_covered(bool (*covered)[DAY_SLOTS], int k, int first, int last)
{
    for (int day = first; day <= last; day++) {
        if (!covered[day][k])
            return false;
    }
    return true;
}

static void count_days(const struct history *history, double limit,
                       struct tally (*tallies)[DAY_SLOTS])
{
    int64_t end = history->first + (int64_t)history->count;
    for (int64_t slot = history->first; slot < end; slot++) {
        float value = history_get(history, slot);
        if (isnan(value))
            continue;
        const struct calendar_slot *at = calendar_at(history->calendar, slot);
        struct tally *tally = &tallies[at->weekday][at->of_day];
        int64_t age_days = (end - 1 - slot) / DAY_SLOTS;
        float weight = powf((float)DAY_WEIGHT, (float)age_days);
        tally->weight += weight;
        tally->weight_squared += weight * weight;
        tally->of++;
        if (value > limit) {
            tally->over += weight;
            tally->seen++;
        }
    }
}

size_t recurring_find(const struct history *history, enum resource resource, double threshold_pct,
                      const struct recurring *before, size_t before_count,
                      struct recurring *ret_recurring, size_t count)
{
    if (!(history->capacity > 0))
        return count;
    NT_CLEANUP(nt_free_p) void *memory = nt_zalloc(sizeof(struct tally) * WEEK * DAY_SLOTS);
    struct tally(*tallies)[DAY_SLOTS] = memory;
    count_days(history, history->capacity * threshold_pct / 100, tallies);

    bool covered[WEEK][DAY_SLOTS] = {{false}};
    for (size_t sort = 0; sort < NT_COUNT(sorts); sort++) {
        int first = sorts[sort].first;
        int last = sorts[sort].last;
        int begin = -1;
        int end = 0;
        struct recurring found = {0};
        for (int k = 0; k <= DAY_SLOTS; k++) {
            bool is_over = false;
            struct tally sum = {0};
            if (k < DAY_SLOTS && !is_covered(covered, k, first, last)) {
                sum = sum_tallies(tallies, k, first, last);
                bool stood = stood_before(before, before_count, resource, sorts[sort].name, k * 5);
                is_over = lower_bound(&sum) >= (stood ? STAY : ENTER);
            }
            if (is_over) {
                if (begin < 0) {
                    begin = k;
                    found = (struct recurring){.resource = resource, .days = sorts[sort].name};
                }
                end = k + 1;
                if (sum.seen > found.seen) {
                    found.seen = sum.seen;
                    found.of = sum.of;
                }
            } else if (begin >= 0 && (k - end >= BRIDGE_SLOTS || k == DAY_SLOTS)) {
                if (end - begin >= LEAST_SLOTS && count < RECURRING_MAX) {
                    found.from_minute = begin * 5;
                    found.to_minute = end * 5;
                    ret_recurring[count++] = found;
                    for (int day = first; day <= last; day++)
                        memset(&covered[day][begin], 1, (size_t)(end - begin));
                }
                begin = -1;
            }
        }
    }
    return count;
}
