#include <scenarios/crowd.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    D = CENTRE_DAY,
    W = CENTRE_WEEK,
    KNOWN_AHEAD = CENTRE_AHEAD,     /* how far the centre is known */
    TAIL = 2 * D + CROWD_AHEAD_MAX, /* room after the newest slot */
    AGAIN_DAYS = 24,                /* of which centre and distance are made anew each day */
    DRIFT_EVERY = 3,
};

static const double CENTRE_DAILY = 0.93, PULL = 0.2, PULL_SHORT = 300;

struct series {
    struct past past;
    struct centre_sums days[CENTRE_DAYS]; /* of day d at d % CENTRE_DAYS */
    struct centre_weights weights;
    struct drift drift;
    float *centre; /* by slot; up to KNOWN_AHEAD - 1 slots ahead, then a day's old ones */
    float *rest;   /* value - centre; 0 where there is no value; ahead: as a day before */
    double *sum;   /* of rest before a slot */
    float high;
};

struct crowd {
    struct crowd_options options;
    struct series *series;
    int shifts[CROWD_PATHS];
    int slots;
    int forgotten_days;
};

/* --- building --------------------------------------------------------------------------------- */

struct crowd *crowd_new(const struct crowd_options *options)
{
    struct crowd *crowd = nt_zalloc(sizeof(*crowd));
    crowd->options = *options;
    crowd->series = nt_zalloc((options->count + 1) * sizeof(struct series));
    const size_t room = (size_t)options->slots_max + TAIL + 1;
    for (size_t i = 0; i < options->count; i++) {
        struct series *series = &crowd->series[i];
        past_init(&series->past, options->slots_max);
        series->weights = options->kind == CROWD_TIME_BLIND ? centre_time_blind : centre_prior;
        series->centre = nt_zalloc(room * sizeof(float));
        series->rest = nt_zalloc(room * sizeof(float));
        series->sum = nt_zalloc(room * sizeof(double));
        series->high = options->high[i] >= 0 ? options->high[i] : INFINITY;
    }
    return crowd;
}

void crowd_free(struct crowd *crowd)
{
    if (crowd == NULL)
        return;
    for (size_t i = 0; i < crowd->options.count; i++) {
        past_deinit(&crowd->series[i].past);
        free(crowd->series[i].centre);
        free(crowd->series[i].rest);
        free(crowd->series[i].sum);
    }
    free(crowd->series);
    free(crowd);
}

/* Where the sums of a day lie. */
static int day_place(const struct crowd *crowd, int day)
{
    return (crowd->forgotten_days + day) % CENTRE_DAYS;
}

void crowd_forget(struct crowd *crowd, int days)
{
    const int slots = days * D;
    if (days <= 0 || slots > crowd->slots)
        return;
    const size_t kept = (size_t)crowd->slots - (size_t)slots + TAIL;
    for (size_t i = 0; i < crowd->options.count; i++) {
        struct series *series = &crowd->series[i];
        past_forget(&series->past, slots);
        memmove(series->centre, series->centre + slots, kept * sizeof(float));
        memmove(series->rest, series->rest + slots, kept * sizeof(float));
        memmove(series->sum, series->sum + slots, kept * sizeof(double));
    }
    crowd->slots -= slots;
    crowd->forgotten_days += days;
}

int crowd_slots(const struct crowd *crowd)
{
    return crowd->slots;
}

/* --- one more slot ---------------------------------------------------------------------------- */

static float centre_of(const struct series *series, int slot)
{
    float value = centre_value(&series->past, slot, &series->weights);
    return fminf(fmaxf(value, 0), series->high);
}

static void set_rest(struct series *series, int slot)
{
    const float value = past_get(&series->past, slot);
    const float rest = isnan(value) ? 0 : value - series->centre[slot];
    series->rest[slot] = rest;
    series->rest[slot + D] = rest; /* until the day after is known */
    series->sum[slot + 1] = series->sum[slot] + (double)rest;
}

static void set_centre(struct series *series, int slot)
{
    series->centre[slot] = centre_of(series, slot);
    series->centre[slot + D] = series->centre[slot]; /* until more is known */
}

/* Whole past days as far as there are any, then again with a few slots beside the time of day. */
static void set_shifts(struct crowd *crowd)
{
    static const int beside[] = {0, 9, -9, 18, -18, 27, -27, 36};
    int days = crowd->slots / D - 2;
    if (days < 1)
        days = 1;
    if (days > CROWD_PATHS)
        days = CROWD_PATHS;
    for (int j = 0; j < CROWD_PATHS; j++) {
        const int round = j / days;
        const int offset =
            crowd->options.kind == CROWD_TIME_BLIND ? j * D / CROWD_PATHS : beside[round % 8];
        crowd->shifts[j] = (1 + j % days) * D + offset;
    }
}

/* --- learning --------------------------------------------------------------------------------- */

static double pull_of(double count)
{
    return PULL * (1 + PULL_SHORT / fmax(count, 1));
}

static void sum_days(const struct crowd *crowd, const struct series *series, bool is_normal,
                     struct centre_sums *sums)
{
    const int last_day = crowd->slots / D - 1;
    double weight = 1;
    for (int day = last_day; day >= 0 && day > last_day - CENTRE_DAYS; day--) {
        struct centre_sums one = series->days[day_place(crowd, day)];
        if (!is_normal || centre_normalise(&one))
            centre_add(sums, &one, weight);
        weight *= CENTRE_DAILY;
    }
}

static void learn_centres(struct crowd *crowd)
{
    struct centre_sums pool = {0};
    for (size_t i = 0; i < crowd->options.count; i++)
        sum_days(crowd, &crowd->series[i], true, &pool);
    const struct centre_weights common = centre_solve(&pool, PULL, &centre_prior);
    for (size_t i = 0; i < crowd->options.count; i++) {
        struct centre_sums own = {0};
        sum_days(crowd, &crowd->series[i], false, &own);
        crowd->series[i].weights = centre_solve(&own, pull_of(own.count), &common);
    }
}

/* Centre and distance of the last weeks by the new weights. */
static void renew(const struct crowd *crowd, struct series *series)
{
    int from = crowd->slots - AGAIN_DAYS * D;
    if (from < D)
        from = D;
    for (int slot = from; slot < crowd->slots + KNOWN_AHEAD; slot++)
        series->centre[slot] = centre_of(series, slot);
    for (int slot = crowd->slots - D + KNOWN_AHEAD; slot < crowd->slots + KNOWN_AHEAD; slot++)
        series->centre[slot + D] = series->centre[slot];
    for (int slot = from; slot < crowd->slots; slot++)
        set_rest(series, slot);
}

static void learn_drifts(struct crowd *crowd)
{
    int from = crowd->slots - AGAIN_DAYS * D;
    if (from < D)
        from = D;
    struct drift_sums *sums = nt_zalloc((crowd->options.count + 1) * sizeof(*sums));
    struct drift_sums pool = {0};
    for (size_t i = 0; i < crowd->options.count; i++) {
        const struct series *series = &crowd->series[i];
        drift_sum(series->rest, series->sum, from, crowd->slots, DRIFT_EVERY, &sums[i]);
        drift_add(&pool, &sums[i]);
    }
    struct drift common;
    const struct drift none = {0};
    drift_solve(&pool, PULL, &none, &common);
    for (size_t i = 0; i < crowd->options.count; i++)
        drift_solve(&sums[i], pull_of(sums[i].count), &common, &crowd->series[i].drift);
    free(sums);
}

static void learn(struct crowd *crowd)
{
    if (crowd->options.kind == CROWD_LEARNED)
        learn_centres(crowd);
    for (size_t i = 0; i < crowd->options.count; i++)
        renew(crowd, &crowd->series[i]);
    learn_drifts(crowd);
}

void crowd_append(struct crowd *crowd, const float *values)
{
    const int slot = crowd->slots++;
    const bool ends_day = crowd->slots % D == 0;
    for (size_t i = 0; i < crowd->options.count; i++) {
        struct series *series = &crowd->series[i];
        past_append(&series->past, values[i]);
        set_rest(series, slot);
        set_centre(series, slot + KNOWN_AHEAD);
        if (ends_day) {
            centre_sum(&series->past, slot + 1 - D, slot + 1,
                       &series->days[day_place(crowd, slot / D)]);
        }
    }
    if (!ends_day)
        return;
    set_shifts(crowd);
    if (crowd->slots >= crowd->options.learn_from && crowd->slots >= 2 * D)
        learn(crowd);
}

/* --- paths ------------------------------------------------------------------------------------ */

static void block_means(const float *from, const int *ends, int blocks, float *ret_means)
{
    int begin = 0;
    for (int b = 0; b < blocks; b++) {
        float sum = 0;
        for (int t = begin; t < ends[b]; t++)
            sum += from[t];
        ret_means[b] = sum / (float)(ends[b] - begin);
        begin = ends[b];
    }
}

static void take_parts(const struct series *series, int slot, float ret_parts[DRIFT_PARTS])
{
    if (slot >= DRIFT_LONG)
        drift_parts(series->rest, series->sum, slot, ret_parts);
    else
        memset(ret_parts, 0, DRIFT_PARTS * sizeof(float));
}

void crowd_paths(const struct crowd *crowd, size_t i, int ahead, const int *ends, int blocks,
                 float *ret_paths)
{
    const struct series *series = &crowd->series[i];
    const int newest = crowd->slots - 1;
    const int first = crowd->slots + ahead;
    float centre[CROWD_BLOCKS_MAX], fade[DRIFT_PARTS][CROWD_BLOCKS_MAX];
    block_means(series->centre + first, ends, blocks, centre);
    for (int b = 0; b < blocks; b++) {
        float parts[DRIFT_PARTS];
        const int begin = b > 0 ? ends[b - 1] : 0;
        drift_at(&series->drift, (float)(ahead + 1) + (float)(begin + ends[b] - 1) / 2, parts);
        for (int p = 0; p < DRIFT_PARTS; p++)
            fade[p][b] = parts[p];
    }
    float now[DRIFT_PARTS];
    take_parts(series, newest, now);
    for (int j = 0; j < CROWD_PATHS; j++) {
        const int shift = crowd->shifts[j];
        float *path = ret_paths + (size_t)j * (size_t)blocks;
        float then[DRIFT_PARTS];
        take_parts(series, newest - shift, then);
        if (first - shift >= 0)
            block_means(series->rest + first - shift, ends, blocks, path);
        else
            memset(path, 0, (size_t)blocks * sizeof(float));
        const float a = now[0] - then[0], b0 = now[1] - then[1], c = now[2] - then[2];
        for (int b = 0; b < blocks; b++) {
            const float value =
                centre[b] + path[b] + a * fade[0][b] + b0 * fade[1][b] + c * fade[2][b];
            path[b] = fminf(fmaxf(value, 0), series->high);
        }
    }
}

void crowd_errors(const struct crowd *crowd, size_t i, int ahead, double *ret_ours,
                  double *ret_persistence)
{
    const struct series *series = &crowd->series[i];
    float fade[DRIFT_PARTS];
    drift_at(&series->drift, (float)ahead, fade);
    double ours = 0, persistence = 0;
    int count = 0;
    for (int slot = crowd->slots - D; slot < crowd->slots; slot++) {
        const float value = past_get(&series->past, slot);
        const float before = past_get(&series->past, slot - ahead);
        if (slot - ahead < DRIFT_LONG || isnan(value) || isnan(before))
            continue;
        float parts[DRIFT_PARTS];
        take_parts(series, slot - ahead, parts);
        float said = series->centre[slot];
        for (int p = 0; p < DRIFT_PARTS; p++)
            said += fade[p] * parts[p];
        said = fminf(fmaxf(said, 0), series->high);
        ours += fabs((double)(value - said));
        persistence += fabs((double)(value - before));
        count++;
    }
    *ret_ours = count > 0 ? ours / count : 0;
    *ret_persistence = count > 0 ? persistence / count : 0;
}
