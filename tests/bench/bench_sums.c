/*
 * Do scenarios know the distribution of sums? Random groups of 10 to 20 containers of a fleet are
 * forecast a day ahead from origins spread over the day, from fits up to a day old as in service,
 * and the share of actual sums within the 80 % and 90 % band is counted: of scenarios added path by
 * path, of the same paths in another order for each container (as if they were independent), and of
 * marginal quantiles added.
 *
 * Usage: bench_sums FLEET.csv[.gz] [DAYS [GROUPS]]
 */
#include <forecaster/fit.h>
#include <forecaster/scenarios.h>
#include <forecaster/sums.h>
#include <nt/memory.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum { LINE_MAX_BYTES = 1 << 16, MEMBERS_LEAST = 10, MEMBERS_MOST = 20, WAYS = 3, SHARES = 2 };

static const char *const ways[WAYS] = {"path by path", "independent", "quantiles added"};
static const double shares[SHARES] = {0.8, 0.9};

struct fleet_file {
    float **values; /* [container][row] */
    size_t count, rows;
    int64_t first; /* slot of row 0 */
};

static void read_fleet(struct fleet_file *fleet, const char *path)
{
    gzFile file = gzopen(path, "rb");
    static char line[LINE_MAX_BYTES];
    if (file == NULL || gzgets(file, line, sizeof(line)) == NULL) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    for (const char *at = line; (at = strchr(at, ',')) != NULL; at++)
        fleet->count++;
    fleet->values = nt_zalloc(fleet->count * sizeof(*fleet->values));
    size_t capacity = 0;
    while (gzgets(file, line, sizeof(line)) != NULL) {
        if (fleet->rows == capacity) {
            capacity = 2 * capacity + 1024;
            for (size_t i = 0; i < fleet->count; i++)
                fleet->values[i] = nt_realloc(fleet->values[i], capacity * sizeof(float));
        }
        char *at = NULL;
        long long t = strtoll(line, &at, 10);
        if (fleet->rows == 0)
            fleet->first = t / 300;
        for (size_t i = 0; i < fleet->count; i++) {
            at = *at == ',' ? at + 1 : at;
            char *end = at;
            float value = strtof(at, &end);
            fleet->values[i][fleet->rows] = end != at ? value : NAN;
            at = end;
        }
        fleet->rows++;
    }
    (void)gzclose(file);
}

struct issued {
    float p50[FORECAST_STEPS];
    float low[SHARES][FORECAST_STEPS], high[SHARES][FORECAST_STEPS];
    struct scenario_paths paths;
};

struct score {
    double inside[WAYS][SHARES], width[WAYS][SHARES], below[WAYS][SHARES], steps, load, error;
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* The band at 90 % of a single container: its 80 % band times what a normal distribution has. */
static void widen(struct issued *issued)
{
    const double ratio = 1.645 / 1.282;
    for (size_t step = 0; step < FORECAST_STEPS; step++) {
        float middle = issued->p50[step];
        issued->low[1][step] = fmaxf(0, (float)(middle - ratio * (middle - issued->low[0][step])));
        issued->high[1][step] = (float)(middle + ratio * (issued->high[0][step] - middle));
    }
}

static void count_band(struct score *score, size_t way, size_t share, const float *low,
                       const float *high, const double *actual)
{
    for (size_t step = 0; step < DAY_SLOTS; step++) {
        if (isnan(actual[step]))
            continue;
        score->inside[way][share] += actual[step] >= low[step] && actual[step] <= high[step];
        score->below[way][share] += actual[step] <= high[step];
        score->width[way][share] += high[step] - low[step];
    }
}

static void score_group(struct score *score, const struct issued *issued, const size_t *members,
                        size_t count, const double *actual, uint32_t *random)
{
    static struct sums joint, apart;
    static float low[FORECAST_STEPS], high[FORECAST_STEPS];
    static float shuffled[SCENARIO_PATHS][FORECAST_STEPS];
    joint = apart = (struct sums){0};
    for (size_t i = 0; i < count; i++) {
        const struct issued *one = &issued[members[i]];
        sums_add(&joint, one->p50, (const float(*)[FORECAST_STEPS])one->paths.residuals);
        size_t order[SCENARIO_PATHS] = {0};
        for (size_t j = 0; j < SCENARIO_PATHS; j++) {
            size_t other = next_random(random) % (j + 1);
            order[j] = order[other];
            order[other] = j;
        }
        for (size_t j = 0; j < SCENARIO_PATHS; j++)
            memcpy(shuffled[j], one->paths.residuals[order[j]], sizeof(shuffled[j]));
        sums_add(&apart, one->p50, (const float(*)[FORECAST_STEPS])shuffled);
    }
    for (size_t share = 0; share < SHARES; share++) {
        sums_band(&joint, shares[share], 0, low, high);
        count_band(score, 0, share, low, high, actual);
        sums_band(&apart, shares[share], 0, low, high);
        count_band(score, 1, share, low, high, actual);
        memset(low, 0, sizeof(low));
        memset(high, 0, sizeof(high));
        for (size_t i = 0; i < count; i++) {
            for (size_t step = 0; step < DAY_SLOTS; step++) {
                low[step] += issued[members[i]].low[share][step];
                high[step] += issued[members[i]].high[share][step];
            }
        }
        count_band(score, 2, share, low, high, actual);
    }
    for (size_t step = 0; step < DAY_SLOTS; step++) {
        if (isnan(actual[step]))
            continue;
        score->steps++;
        score->load += actual[step];
        score->error += fabs(actual[step] - joint.middle[step]);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: bench_sums FLEET.csv[.gz] [DAYS [GROUPS]]\n");
        return EXIT_FAILURE;
    }
    size_t days = argc > 2 ? strtoul(argv[2], NULL, 10) : 7;
    size_t groups = argc > 3 ? strtoul(argv[3], NULL, 10) : 40;
    struct fleet_file fleet = {0};
    read_fleet(&fleet, argv[1]);
    if (fleet.count < 2 * MEMBERS_MOST || fleet.rows < (days + 6) * DAY_SLOTS) {
        (void)fprintf(stderr, "%s: too few containers or days\n", argv[1]);
        return EXIT_FAILURE;
    }
    struct issued *issued = nt_zalloc(fleet.count * sizeof(*issued));
    struct score score = {0};
    const struct zone zone = {0};
    static float values[HISTORY_SLOTS];
    uint32_t random = 1;
    size_t kinds[8] = {0};
    const char *names[8] = {NULL};
    clock_t fitting = 0;
    for (size_t day = 0; day < days; day++) {
        /* Fits age by 7.5 hours from one day to the next, so origins go round the clock. */
        size_t age = day * 90 % DAY_SLOTS;
        size_t at = fleet.rows - (days - day + 1) * DAY_SLOTS; /* of the fit */
        int64_t origin = fleet.first + (int64_t)(at + age);
        struct calendar calendar;
        calendar_init(&calendar, &zone, origin - HISTORY_SLOTS - DAY_SLOTS,
                      HISTORY_SLOTS + 2 * DAY_SLOTS + FORECAST_STEPS);
        for (size_t i = 0; i < fleet.count; i++) {
            struct history history = {.values = values,
                                      .first = origin - (int64_t)age - HISTORY_SLOTS,
                                      .count = HISTORY_SLOTS,
                                      .calendar = &calendar};
            for (size_t k = 0; k < HISTORY_SLOTS; k++)
                values[k] = at + k >= HISTORY_SLOTS ? fleet.values[i][at + k - HISTORY_SLOTS] : NAN;
            clock_t begin = clock();
            struct fit *fit = fit_new(&history, origin - (int64_t)age);
            fitting += clock() - begin;
            history.first = origin - HISTORY_SLOTS;
            size_t end = at + age;
            for (size_t k = 0; k < HISTORY_SLOTS; k++)
                values[k] =
                    end + k >= HISTORY_SLOTS ? fleet.values[i][end + k - HISTORY_SLOTS] : NAN;
            fit_forecast(fit, &history, origin, FORECAST_STEPS, issued[i].low[0], issued[i].p50,
                         issued[i].high[0]);
            scenarios_fill(&issued[i].paths, fit, &history, origin);
            double level = 0;
            for (size_t step = 0; step < DAY_SLOTS; step++)
                level += issued[i].p50[step] / DAY_SLOTS;
            scenarios_borrow(&issued[i].paths, NULL, 0, level, (uint32_t)i);
            widen(&issued[i]);
            const char *name = fit->model->kind->name(fit->model, &history, origin);
            size_t n = 0;
            while (n < 7 && names[n] != NULL && strcmp(names[n], name) != 0)
                n++;
            names[n] = name;
            kinds[n]++;
            fit_free(fit);
        }
        for (size_t group = 0; group < groups; group++) {
            size_t members[MEMBERS_MOST];
            size_t count =
                MEMBERS_LEAST + next_random(&random) % (MEMBERS_MOST - MEMBERS_LEAST + 1);
            double actual[DAY_SLOTS] = {0};
            for (size_t i = 0; i < count; i++) {
                members[i] = next_random(&random) % fleet.count;
                for (size_t k = 0; k < i; k++) {
                    if (members[k] == members[i]) { /* each once: draw again */
                        members[i] = next_random(&random) % fleet.count;
                        k = (size_t)-1;
                    }
                }
                for (size_t step = 0; step < DAY_SLOTS; step++)
                    actual[step] += fleet.values[members[i]][at + age + step];
            }
            score_group(&score, issued, members, count, actual, &random);
        }
        calendar_deinit(&calendar);
        (void)fprintf(stderr, "day %zu of %zu\n", day + 1, days);
    }
    (void)printf(
        "%zu containers, %zu days, %zu groups a day; mean absolute error of the sum %.2f %% "
        "of the load; a fit %.1f ms\n",
        fleet.count, days, groups, 100 * score.error / score.load,
        1e3 * (double)fitting / CLOCKS_PER_SEC / (double)(days * fleet.count));
    for (size_t n = 0; n < 8 && names[n] != NULL; n++)
        (void)printf("  %s: %zu\n", names[n], kinds[n]);
    for (size_t way = 0; way < WAYS; way++) {
        (void)printf("%-16s", ways[way]);
        for (size_t share = 0; share < SHARES; share++)
            (void)printf(
                "  %.0f %%: inside %.3f, below the upper end %.3f, width %.3f of the load;",
                100 * shares[share], score.inside[way][share] / score.steps,
                score.below[way][share] / score.steps, score.width[way][share] / score.load);
        (void)printf("\n");
    }
    return EXIT_SUCCESS;
}
