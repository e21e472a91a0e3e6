#include <forecaster/cycles.h>

#include <forecaster/granger.h>
#include <forecaster/hours.h>
#include <nt/memory.h>

#include <math.h>
#include <string.h>

enum {
    ROWS_MAX = HOURS_DAYS_MAX,
    WEEK = 7,
    PARTS = 4, /* of a day: the weekly pattern is looked at in parts of six hours */
    WEEK_COLUMNS = WEEK * PARTS,
    COLUMNS_MAX = WEEK_COLUMNS,
    TURNS = 199,
    TURNS_ABOVE_MAX = 2, /* turns that may be as clear as the truth: 1.5 % */
    DAYS_LEAST = 14,
    WEEKS_LEAST = 3,
};

/* --- taking them away --------------------------------------------------------------------------
 */

enum { SORT_DAYS_LEAST = 4, POOL_MAX = 3 * 32 };

struct pool {
    double values[POOL_MAX];
    size_t count;
};

static void gather(const struct history *history, int64_t origin, struct pool (*pools)[DAY_SLOTS],
                   size_t days[2])
{
    int32_t last_day[2] = {INT32_MIN, INT32_MIN};
    for (int64_t slot = history->first; slot < origin; slot++) {
        float value = history_get(history, slot);
        if (isnan(value))
            continue;
        const struct calendar_slot *at = calendar_at(history->calendar, slot);
        if (at->day != last_day[at->is_weekend]) {
            last_day[at->is_weekend] = at->day;
            days[at->is_weekend]++;
        }
        for (int beside = -1; beside <= 1; beside++) {
            struct pool *pool =
                &pools[at->is_weekend][(at->of_day + DAY_SLOTS + beside) % DAY_SLOTS];
            if (pool->count < POOL_MAX)
                pool->values[pool->count++] = value;
        }
    }
}

void cycles_remove(const struct history *history, int64_t origin, double *ret_rest)
{
    NT_CLEANUP(nt_free_p) void *memory = nt_zalloc(sizeof(struct pool) * 2 * DAY_SLOTS);
    struct pool(*pools)[DAY_SLOTS] = memory;
    size_t days[2] = {0, 0};
    gather(history, origin, pools, days);
    bool are_apart = days[0] >= SORT_DAYS_LEAST && days[1] >= SORT_DAYS_LEAST;
    double medians[2][DAY_SLOTS];
    for (size_t k = 0; k < DAY_SLOTS; k++) {
        if (!are_apart) {
            struct pool *to = &pools[0][k];
            const struct pool *from = &pools[1][k];
            for (size_t i = 0; i < from->count && to->count < POOL_MAX; i++)
                to->values[to->count++] = from->values[i];
        }
        medians[0][k] = hours_median(pools[0][k].values, pools[0][k].count);
        medians[1][k] =
            are_apart ? hours_median(pools[1][k].values, pools[1][k].count) : medians[0][k];
    }
    for (size_t i = 0; i < history->count; i++) {
        int64_t slot = history->first + (int64_t)i;
        const struct calendar_slot *at = calendar_at(history->calendar, slot);
        ret_rest[i] =
            slot < origin ? history->values[i] - medians[at->is_weekend][at->of_day] : NAN;
    }
}

/* --- one pattern -------------------------------------------------------------------------------
 */

/* Rows are days of 24 hours, or weeks of 28 parts. */
struct grid {
    double values[ROWS_MAX][COLUMNS_MAX];
    size_t rows, columns;
    size_t turn; /* a row is turned by multiples of so many columns */
};

static double row_mean(const struct grid *grid, size_t row)
{
    double sum = 0;
    size_t count = 0;
    for (size_t k = 0; k < grid->columns; k++) {
        if (!isnan(grid->values[row][k])) {
            sum += grid->values[row][k];
            count++;
        }
    }
    return count > 0 ? sum / (double)count : NAN;
}

/*
 * Each row less its mean and its drift. The drift is seen in the rows beside it: a pattern has
 * none, while a level that wanders would look like a saw.
 */
static void level_rows(struct grid *grid)
{
    double means[ROWS_MAX] = {0};
    for (size_t row = 0; row < grid->rows; row++)
        means[row] = row_mean(grid, row);
    for (size_t row = 0; row < grid->rows; row++) {
        size_t before = row > 0 ? row - 1 : row;
        size_t after = row + 1 < grid->rows ? row + 1 : row;
        double drift =
            after > before ? (means[after] - means[before]) / (double)(after - before) : 0;
        drift = isnan(drift) ? 0 : drift;
        double middle = ((double)grid->columns - 1) / 2;
        for (size_t k = 0; k < grid->columns; k++)
            grid->values[row][k] -=
                means[row] + drift * ((double)k - middle) / (double)grid->columns;
    }
}

/* The mean of each column when row r is turned by turns[r] columns (NULL: not), and its variance:
 * how clear the pattern is. */
static double clarity(const struct grid *grid, const size_t *turns, double *ret_means,
                      double *ret_counts)
{
    double sums[COLUMNS_MAX] = {0};
    double counts[COLUMNS_MAX] = {0};
    for (size_t row = 0; row < grid->rows; row++) {
        size_t at = turns != NULL ? turns[row] : 0;
        for (size_t k = 0; k < grid->columns; k++) {
            double value = grid->values[row][at];
            at = at + 1 == grid->columns ? 0 : at + 1;
            if (!isnan(value)) {
                sums[k] += value;
                counts[k]++;
            }
        }
    }
    double squares = 0;
    for (size_t k = 0; k < grid->columns; k++) {
        double mean = counts[k] > 0 ? sums[k] / counts[k] : 0;
        squares += mean * mean;
        if (ret_means != NULL) {
            ret_means[k] = mean;
            ret_counts[k] = counts[k];
        }
    }
    return squares;
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static bool is_pattern(const struct grid *grid)
{
    double truth = clarity(grid, NULL, NULL, NULL);
    if (!(truth > 0))
        return false;
    uint32_t random = 2463534242U; /* the same turns for everyone: one history, one answer */
    size_t above = 0;
    for (size_t i = 0; i < TURNS; i++) {
        size_t turns[ROWS_MAX] = {0};
        for (size_t row = 0; row < grid->rows; row++)
            turns[row] = next_random(&random) % (grid->columns / grid->turn) * grid->turn;
        above += clarity(grid, turns, NULL, NULL) >= truth * (1 - 1e-9);
    }
    return above <= TURNS_ABOVE_MAX;
}

/* Share of the variance within rows that the mean of the other rows explains. */
static double strength_of(const struct grid *grid)
{
    double means[COLUMNS_MAX] = {0};
    double counts[COLUMNS_MAX] = {0};
    (void)clarity(grid, NULL, means, counts);
    double all = 0;
    double left = 0;
    for (size_t row = 0; row < grid->rows; row++) {
        for (size_t k = 0; k < grid->columns; k++) {
            double value = grid->values[row][k];
            if (isnan(value) || counts[k] < 2)
                continue;
            double missed = (value - means[k]) * counts[k] / (counts[k] - 1);
            all += value * value;
            left += missed * missed;
        }
    }
    return all > 0 ? fmax(0, 1 - left / all) : 0;
}

static void take_away(struct hours *hours, const double *means, bool is_week)
{
    size_t first = hours->days % WEEK;
    for (size_t day = 0; day < hours->days; day++) {
        for (size_t hour = 0; hour < 24; hour++) {
            size_t of_week = (day + WEEK - first) % WEEK * PARTS + hour / (24 / PARTS);
            hours->medians[day][hour] -= is_week ? means[of_week] : means[hour];
        }
    }
}

static size_t whole_days(const struct hours *hours)
{
    size_t whole = 0;
    for (size_t day = 0; day < hours->days; day++) {
        size_t known = 0;
        for (size_t hour = 0; hour < 24; hour++)
            known += !isnan(hours->medians[day][hour]);
        whole += known >= 18;
    }
    return whole;
}

static bool find_day(struct hours *hours, struct grid *grid, struct cycles *cycles)
{
    *grid = (struct grid){.rows = hours->days, .columns = 24, .turn = 1};
    for (size_t day = 0; day < hours->days; day++)
        memcpy(grid->values[day], hours->medians[day], sizeof(hours->medians[day]));
    level_rows(grid);
    double means[COLUMNS_MAX] = {0};
    double counts[COLUMNS_MAX] = {0};
    (void)clarity(grid, NULL, means, counts);
    cycles->has_day = is_pattern(grid);
    cycles->day_strength = cycles->has_day ? strength_of(grid) : 0;
    take_away(hours, means, false); /* whatever of it is noise */
    return cycles->has_day;
}

static void find_week(struct hours *hours, struct grid *grid, struct cycles *cycles)
{
    size_t weeks = hours->days / WEEK;
    size_t first = hours->days % WEEK;
    if (weeks < WEEKS_LEAST)
        return;
    *grid = (struct grid){.rows = weeks, .columns = WEEK_COLUMNS, .turn = PARTS};
    for (size_t day = first; day < hours->days; day++) {
        size_t week = (day - first) / WEEK;
        for (size_t part = 0; part < PARTS; part++) {
            double sum = 0;
            size_t count = 0;
            for (size_t hour = part * (24 / PARTS); hour < (part + 1) * (24 / PARTS); hour++) {
                double value = hours->medians[day][hour];
                sum += isnan(value) ? 0 : value;
                count += !isnan(value);
            }
            grid->values[week][(day - first) % WEEK * PARTS + part] =
                count > 0 ? sum / (double)count : NAN;
        }
    }
    level_rows(grid);
    cycles->has_week = is_pattern(grid);
    cycles->week_strength = cycles->has_week ? strength_of(grid) : 0;
    double means[COLUMNS_MAX] = {0};
    double counts[COLUMNS_MAX] = {0};
    (void)clarity(grid, NULL, means, counts);
    if (cycles->has_week)
        take_away(hours, means, true);
}

/* --- other periods -----------------------------------------------------------------------------
 */

enum { BESIDE = 30 };

/* A peak is so many times the median beside it. The ordinates of noise are exponential: of 300, one
 * exceeds 15 medians once in a hundred series; the
 * median is itself estimated, hence more. */
static const double PEAK = 20;

/* Is bin (cycles in so many days) a harmonic of the day or within a bin of one? */
static bool is_of_day(size_t bin, size_t days)
{
    size_t beside = bin % days;
    return beside <= 1 || beside + 1 >= days;
}

static int find_other(const struct hours *hours)
{
    size_t count = hours->days * 24;
    size_t bins = count / 3; /* down to three hours */
    double x[HOURS_DAYS_MAX * 24] = {0};
    double power[HOURS_DAYS_MAX * 24 / 3 + 1] = {0};
    for (size_t i = 0; i < count; i++)
        x[i] = hours->medians[i / 24][i % 24];
    /* Noise that hangs together is strongest at long periods, and a slope is no peak. */
    if (!granger_whiten(x, count, 1, x))
        return 0;
    for (size_t i = 0; i < count; i++)
        x[i] = isnan(x[i]) ? 0 : x[i];
    for (size_t bin = 1; bin <= bins; bin++) {
        double angle = 2 * M_PI * (double)bin / (double)count;
        double turn = 2 * cos(angle); /* Goertzel's recursion */
        double last = 0;
        double before = 0;
        for (size_t i = 0; i < count; i++) {
            double next = x[i] + turn * last - before;
            before = last;
            last = next;
        }
        power[bin] = last * last + before * before - turn * last * before;
    }
    size_t best = 0;
    double highest = PEAK;
    for (size_t bin = hours->days / WEEK + 2; bin <= bins; bin++) {
        double beside[2 * BESIDE];
        size_t beside_count = 0;
        for (size_t at = bin > BESIDE ? bin - BESIDE : 1; at <= bins && at <= bin + BESIDE; at++) {
            if ((at > bin + 1 || at + 1 < bin) && !is_of_day(at, hours->days) &&
                beside_count < NT_COUNT(beside))
                beside[beside_count++] = power[at];
        }
        double ratio = power[bin] / hours_median(beside, beside_count);
        if (!is_of_day(bin, hours->days) && ratio > highest) {
            highest = ratio;
            best = bin;
        }
    }
    if (best == 0)
        return 0;
    /* Between two bins both are high. */
    double sum = power[best - 1] + power[best] + power[best + 1 <= bins ? best + 1 : best];
    double shift = (power[best + 1 <= bins ? best + 1 : best] - power[best - 1]) / sum;
    return (int)lround((double)count / ((double)best + shift));
}

void cycles_find(const struct history *history, int64_t origin, struct cycles *ret_cycles)
{
    NT_CLEANUP(nt_free_p) struct hours *hours = nt_zalloc(sizeof(*hours));
    NT_CLEANUP(nt_free_p) struct grid *grid = nt_zalloc(sizeof(*grid));
    *ret_cycles = (struct cycles){0};
    hours_fill(hours, history, origin);
    if (whole_days(hours) < DAYS_LEAST)
        return;
    (void)find_day(hours, grid, ret_cycles);
    find_week(hours, grid, ret_cycles);
    ret_cycles->other_hours = find_other(hours);
}
