#include <forecaster/changes.h>

#include <forecaster/hours.h>
#include <nt/memory.h>

#include <math.h>
#include <string.h>

enum {
    HOURS_MAX = HOURS_DAYS_MAX * 24,
    LEAST_HOURS = 6,
    BESIDE = 12,
    LEAST_DAYS = 10,
    WEEKENDS_LEAST = 3
};

/*
 * The largest |CUSUM| of noise over sigma sqrt(n) exceeds 1.63 once in a hundred series (the
 * Brownian bridge); sigma is itself estimated, from four weeks of days, hence more.
 */
static const double CUSUM_LIMIT = 2.0;
static const double STEP_DEVIATIONS = 1.5;
static const double STEP_SHARE = 0.1;

struct course {
    double rest[HOURS_MAX];   /* hourly medians less the daily pattern; gaps left out */
    double values[HOURS_MAX]; /* as they were */
    int64_t slots[HOURS_MAX];
    size_t count;
    double wander;    /* standard deviation of an hour, as means over days show it */
    double deviation; /* of an hour from the level of its stretch */
};

static double scale_of(double *deviations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        deviations[i] = fabs(deviations[i]);
    return count > 0 ? 1.4826 * hours_median(deviations, count) : 0;
}

/* Of a day; NaN: too few are known. */
static double median_known(const double *values)
{
    double known[24];
    size_t known_count = 0;
    for (size_t i = 0; i < NT_COUNT(known); i++) {
        if (!isnan(values[i]))
            known[known_count++] = values[i];
    }
    return known_count >= 12 ? hours_median(known, known_count) : NAN;
}

/* The pattern is learned from deviations from each day's own level, which a change leaves alone. */
static void take_pattern(struct hours *hours, double (*ret_rest)[24])
{
    double levels[HOURS_DAYS_MAX];
    for (size_t day = 0; day < hours->days; day++)
        levels[day] = median_known(hours->medians[day]);
    for (size_t hour = 0; hour < 24; hour++) {
        double values[2][HOURS_DAYS_MAX];
        size_t counts[2] = {0, 0};
        for (size_t day = 0; day < hours->days; day++) {
            double value = hours->medians[day][hour] - levels[day];
            size_t sort = hours->weekdays[day] >= 5;
            if (!isnan(value))
                values[sort][counts[sort]++] = value;
        }
        bool are_apart = counts[0] >= 4 && counts[1] >= 4;
        if (!are_apart) {
            memcpy(values[0] + counts[0], values[1], counts[1] * sizeof(double));
            counts[0] += counts[1];
        }
        double pattern[2];
        pattern[0] = hours_median(values[0], counts[0]);
        pattern[1] = are_apart ? hours_median(values[1], counts[1]) : pattern[0];
        for (size_t day = 0; day < hours->days; day++)
            ret_rest[day][hour] = hours->medians[day][hour] - pattern[hours->weekdays[day] >= 5];
    }
}

/*
 * How far weekends lie from working days is a pattern too, once three of them were seen: the median
 * over weekends of the difference to the working days on both sides, where a change of level counts
 * once at most.
 */
static void take_weekends(const struct hours *hours, double (*rest)[24])
{
    double levels[HOURS_DAYS_MAX];
    double apart[HOURS_DAYS_MAX];
    size_t count = 0;
    for (size_t day = 0; day < hours->days; day++)
        levels[day] = median_known(rest[day]);
    for (size_t day = 1; day + 2 < hours->days; day++) {
        if (hours->weekdays[day] != 5) /* Saturday */
            continue;
        double difference =
            (levels[day] + levels[day + 1]) / 2 - (levels[day - 1] + levels[day + 2]) / 2;
        if (!isnan(difference))
            apart[count++] = difference;
    }
    if (count < WEEKENDS_LEAST)
        return;
    double usual = hours_median(apart, count);
    for (size_t day = 0; day < hours->days; day++) {
        for (size_t hour = 0; hour < 24 && hours->weekdays[day] >= 5; hour++)
            rest[day][hour] -= usual;
    }
}

/* Differences of neighbouring days' means: a change is in one of them, wandering in all. */
static void measure(struct course *course)
{
    double means[HOURS_DAYS_MAX] = {0};
    double differences[HOURS_DAYS_MAX];
    size_t days = course->count / 24;
    for (size_t day = 0; day < days; day++) {
        means[day] = 0;
        for (size_t hour = 0; hour < 24; hour++)
            means[day] += course->rest[day * 24 + hour] / 24;
    }
    for (size_t day = 1; day < days; day++)
        differences[day - 1] = means[day] - means[day - 1];
    course->wander = days > 1 ? scale_of(differences, days - 1) / sqrt(2) * sqrt(24) : 0;
    double steps[HOURS_MAX];
    for (size_t i = 0; i < course->count; i++)
        steps[i] = course->rest[i] - means[i / 24 < days ? i / 24 : days - 1];
    course->deviation = scale_of(steps, course->count);
    /* Days that are all alike still differ by what a median of few values can resolve. */
    course->wander = fmax(course->wander, course->deviation);
}

static double median_between(const double *values, size_t from, size_t to)
{
    double copy[HOURS_MAX];
    memcpy(copy, values + from, (to - from) * sizeof(*copy));
    return hours_median(copy, to - from);
}

/* The sum is largest near the change, noise beside it decides where: of the hours around, the one
 * that leaves the least to both levels. */
static size_t refine(const struct course *course, size_t from, size_t to, size_t split)
{
    double before = median_between(course->rest, from, split);
    double after = median_between(course->rest, split, to);
    size_t low = split > from + LEAST_HOURS + BESIDE ? split - BESIDE : from + LEAST_HOURS;
    size_t high = split + BESIDE + LEAST_HOURS < to ? split + BESIDE : to - LEAST_HOURS;
    double cost = 0;
    double least = INFINITY;
    size_t best = split;
    for (size_t i = low; i <= high; i++) { /* cost of parting before i, but for a constant */
        if (cost < least) {
            least = cost;
            best = i;
        }
        cost += fabs(course->rest[i] - before) - fabs(course->rest[i] - after);
    }
    return best;
}

/* Where to part [from, to), or 0. */
static size_t find_split(const struct course *course, size_t from, size_t to)
{
    size_t n = to - from;
    if (n < (size_t)2 * LEAST_HOURS)
        return 0;
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += course->rest[i];
    double mean = sum / (double)n;
    double at_least = CUSUM_LIMIT * course->wander * sqrt((double)n);
    double cusum = 0;
    double highest = 0;
    size_t best = 0;
    for (size_t i = from; i + LEAST_HOURS < to; i++) {
        cusum += course->rest[i] - mean;
        if (i + 1 >= from + LEAST_HOURS && fabs(cusum) > highest) {
            highest = fabs(cusum);
            best = i + 1;
        }
    }
    if (best == 0 || highest <= at_least)
        return 0;
    best = refine(course, from, to, best);
    double before = median_between(course->rest, from, best);
    double after = median_between(course->rest, best, to);
    double level = fmax(fabs(median_between(course->values, from, best)),
                        fabs(median_between(course->values, best, to)));
    bool is_step = fabs(after - before) >= STEP_DEVIATIONS * course->deviation &&
                   fabs(after - before) >= STEP_SHARE * level && fabs(after - before) > 0;
    return is_step ? best : 0;
}

/* Splits, ascending; the clearest first would be the same set. */
static size_t part(const struct course *course, size_t from, size_t to, size_t *splits,
                   size_t count)
{
    size_t split = count < CHANGES_MAX ? find_split(course, from, to) : 0;
    if (split == 0)
        return count;
    count = part(course, split, to, splits, count); /* the newest matter most */
    if (count < CHANGES_MAX)
        splits[count++] = split;
    return part(course, from, split, splits, count);
}

size_t changes_find(const struct history *history, int64_t origin,
                    struct change ret_changes[CHANGES_MAX])
{
    NT_CLEANUP(nt_free_p) struct hours *hours = nt_zalloc(sizeof(*hours));
    NT_CLEANUP(nt_free_p) struct course *course = nt_zalloc(sizeof(*course));
    double rest[HOURS_DAYS_MAX][24];
    hours_fill(hours, history, origin);
    take_pattern(hours, rest);
    take_weekends(hours, rest);
    for (size_t day = 0; day < hours->days; day++) {
        for (size_t hour = 0; hour < 24; hour++) {
            if (isnan(rest[day][hour]))
                continue;
            course->rest[course->count] = rest[day][hour];
            course->values[course->count] = hours->medians[day][hour];
            course->slots[course->count++] = hours->slots[day][hour];
        }
    }
    if (course->count < (size_t)LEAST_DAYS * 24)
        return 0;
    measure(course);
    size_t splits[CHANGES_MAX];
    size_t count = part(course, 0, course->count, splits, 0);
    for (size_t i = 0; i < count; i++) { /* they came newest first */
        size_t split = splits[count - 1 - i];
        size_t from = i > 0 ? splits[count - i] : 0;
        size_t to = i + 1 < count ? splits[count - 2 - i] : course->count;
        ret_changes[i] = (struct change){.slot = course->slots[split],
                                         .before = median_between(course->values, from, split),
                                         .after = median_between(course->values, split, to)};
    }
    return count;
}
