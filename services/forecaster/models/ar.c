#include <models/ar.h>

#include <models/gram.h>
#include <models/lanes.h>
#include <models/view.h>

#include <math.h>

/* Residuals below a tenth of the mean size are not told apart. */
static const double RESIDUAL_FLOOR = 0.1;
/* A path may leave the range seen so far by half of its width. */
static const double RANGE_SLACK = 0.5;
/* How fast the profile of a part AR_OFF_PROFILE learns. */
static const double PROFILE_RATE = 0.25;
/* More regressors than that for each sample would be learned by heart. */
enum { SAMPLES_PER_COLUMN = 4 };

/* Fits at each third origin, counted from the last, serve the two that follow: what a fit a day
 * would add is less than it costs. */
enum { ORIGINS_PER_FIT = 3, BATCHES = (TASK_ORIGINS_MAX + GRAM_SHOTS - 1) / GRAM_SHOTS };

/* Four origins side by side, from which paths are made at once; [...][GRAM_SHOTS] each. */
struct ahead {
    size_t origins[GRAM_SHOTS]; /* numbers of the task's origins */
    size_t fits[GRAM_SHOTS];    /* numbers of the fits they use */
    size_t count;
    double *part;  /* lag_max steps before the origin, then the path */
    double *z;     /* season steps before the origin, then the path: where changes add up */
    double *base;  /* horizon: what the profile says */
    double *waves; /* horizon x waves_count */
    double low[GRAM_SHOTS], high[GRAM_SHOTS]; /* bounds of the path */
    double coefficients[GRAM_COLUMNS_MAX * GRAM_SHOTS];
};

struct fits {
    struct gram_shots shots[BATCHES];
    double coefficients[BATCHES][GRAM_COLUMNS_MAX * GRAM_SHOTS];
    bool is_solved[BATCHES][GRAM_SHOTS];
    size_t count;
};

struct ar {
    const struct ar_spec *spec;
    const struct task *task;
    struct view view;
    const double *part; /* what the regression is on */
    double *derived;    /* the same where it is not the view itself */
    double *weights;    /* of each sample */
    double *profile;    /* AR_OFF_PROFILE: of each slot, at the present origin */
    double *waves[GRAM_COLUMNS_MAX];
    size_t waves_count;
    size_t lags[GRAM_COLUMNS_MAX];
    size_t lags_count, lag_max;
    size_t season; /* of the difference or profile; 0: none */
    size_t begin;  /* first sample */
    double size;   /* mean size of the residuals; 0: not known yet */
    double coefficients[GRAM_COLUMNS_MAX];
    struct gram gram;
    struct gram_shots shot; /* of one moment */
    struct nt_arena *scratch;
};

static bool add_lags(struct ar *ar)
{
    const struct task *task = ar->task;
    for (size_t s = 0; s < ar->spec->spans_count; s++) {
        const struct ar_span *span = &ar->spec->spans[s];
        size_t unit = span->unit == AR_DAY ? task->day : span->unit == AR_WEEK ? task->week : 0;
        if (span->unit != AR_STEP && unit == 0)
            continue; /* the series has no such season: the other lags remain */
        for (int k = span->from; k <= span->to; k++) {
            int64_t lag = (int64_t)unit * span->times + k;
            bool is_new = lag > 0;
            for (size_t i = 0; i < ar->lags_count; i++)
                is_new &= ar->lags[i] != (size_t)lag;
            if (!is_new)
                continue;
            ar->lags[ar->lags_count++] = (size_t)lag;
            if ((size_t)lag > ar->lag_max)
                ar->lag_max = (size_t)lag;
        }
    }
    ar->season = ar->spec->part == AR_DAY_CHANGES                      ? task->day
                 : ar->spec->part == AR_VALUES                         ? 0
                 : ar->spec->part == AR_OFF_PROFILE && task->week == 0 ? task->day
                                                                       : task->week;
    ar->begin = ar->lag_max + ar->season;
    return ar->lags_count > 0 && (ar->spec->part == AR_VALUES || ar->season > 0);
}

/* What the regression is on, for from <= t < to. Time t sees only what is before it. */
static void derive_part(struct ar *ar, size_t from, size_t to)
{
    if (ar->spec->part == AR_VALUES || ar->season == 0)
        return;
    const double *z = ar->view.z;
    for (size_t t = from; t < to && t < ar->season; t++) {
        ar->derived[t] = 0;
        if (ar->spec->part == AR_OFF_PROFILE)
            ar->profile[t] = z[t];
    }
    for (size_t t = from > ar->season ? from : ar->season; t < to; t++) {
        if (ar->spec->part == AR_OFF_PROFILE) {
            double *slot = &ar->profile[t % ar->season];
            ar->derived[t] = z[t] - *slot;
            *slot += PROFILE_RATE * (z[t] - *slot);
        } else {
            ar->derived[t] = z[t] - z[t - ar->season];
        }
    }
}

static void make_waves(struct ar *ar)
{
    const struct task *task = ar->task;
    size_t room = task->count + task->horizon + GRAM_PAD;
    const struct {
        size_t period, count;
    } seasons[] = {{task->day, (size_t)ar->spec->day_waves},
                   {task->week, (size_t)ar->spec->week_waves}};
    for (size_t s = 0; s < NT_COUNT(seasons); s++) {
        size_t period = seasons[s].period;
        for (size_t k = 1; k <= seasons[s].count && 2 * k < period; k++) {
            double *cosine = NT_ARRAY(ar->scratch, room + period, double);
            double *sine = NT_ARRAY(ar->scratch, room + period, double);
            double turn = 2 * M_PI * (double)k / (double)period;
            for (size_t t = 0; t < period; t++) {
                cosine[t] = cos(turn * (double)t);
                sine[t] = sin(turn * (double)t);
            }
            for (size_t t = period; t < room; t += period) {
                memcpy(cosine + t, cosine, period * sizeof(double));
                memcpy(sine + t, sine, period * sizeof(double));
            }
            ar->waves[ar->waves_count++] = cosine;
            ar->waves[ar->waves_count++] = sine;
        }
    }
}

static void set_columns(struct ar *ar)
{
    struct gram *gram = &ar->gram;
    double *ones = NT_ARRAY(ar->scratch, ar->task->count + GRAM_PAD, double);
    for (size_t t = 0; t < ar->task->count; t++)
        ones[t] = 1;
    gram->columns[gram->columns_count++] = ones;
    for (size_t w = 0; w < ar->waves_count; w++)
        gram->columns[gram->columns_count++] = ar->waves[w];
    for (size_t i = 0; i < ar->lags_count; i++)
        gram->columns[gram->columns_count++] = ar->part - ar->lags[i];
    gram->columns[gram->columns_count++] = ar->part;
    gram_init(gram, ar->scratch);
    gram_shots_init(&ar->shot, gram->columns_count, ar->scratch);
}

static double *weigh_by_age(const struct ar *ar)
{
    const struct task *task = ar->task;
    double *ages = NT_ARRAY(ar->scratch, task->count, double);
    double decay = ar->spec->decay_days * (double)(task->day > 0 ? task->day : 1);
    double step = decay > 0 ? exp(-1 / decay) : 1;
    double step4 = step * step * step * step;
    for (size_t age = 0; age < task->count; age++) {
        double *weight = &ages[task->count - 1 - age];
        *weight = age == 0 ? 1 : age < 4 ? weight[1] * step : weight[4] * step4;
    }
    return ages;
}

/* |Residuals| of four steps. */
static ALWAYS_INLINE lanes residual(const struct ar *ar, size_t t)
{
    lanes off = lanes_load(ar->part + t);
    for (size_t i = 0; i + 1 < ar->gram.columns_count; i++)
        off -= ar->coefficients[i] * lanes_load(ar->gram.columns[i] + t);
    return lanes_abs(off);
}

/* |Residuals| of from <= t < to into weights. Their sum. */
static ALWAYS_INLINE double measure_all(const struct ar *ar, size_t from, size_t to)
{
    lanes sum = {0};
    size_t t = from;
    for (; t + LANES <= to; t += LANES) {
        lanes size = residual(ar, t);
        lanes_store(ar->weights + t, size);
        sum += size;
    }
    double total = lanes_sum(sum);
    lanes size = residual(ar, t); /* columns have some values to spare */
    for (size_t k = 0; t + k < to; k++) {
        ar->weights[t + k] = size[k];
        total += size[k];
    }
    return total;
}

#if defined(__x86_64__)
LANES_AVX2 static double measure_avx2(const struct ar *ar, size_t from, size_t to)
{
    return measure_all(ar, from, to);
}
#endif

static double measure(const struct ar *ar, size_t from, size_t to)
{
#if defined(__x86_64__)
    if (lanes_have_avx2())
        return measure_avx2(ar, from, to);
#endif
    return measure_all(ar, from, to);
}

/* |Residuals| in weights to weights: by age, and less the larger the residual. */
static void weigh_by_size(struct ar *ar, const double *ages, size_t from, size_t to)
{
    double unit = 1 / ar->size;
    for (size_t t = from; t < to; t++) {
        double size = ar->weights[t] * unit;
        ar->weights[t] = ages[t] / (size > RESIDUAL_FLOOR ? size : RESIDUAL_FLOOR);
    }
}

/* One pass over all samples before origin: new weights by the size of the residuals, new sums. */
static void refit(struct ar *ar, const double *ages, size_t origin)
{
    double coefficients[GRAM_COLUMNS_MAX * GRAM_SHOTS];
    bool is_solved[GRAM_SHOTS];
    gram_shots_take(&ar->shot, 0, &ar->gram);
    gram_solve(&ar->shot, ar->spec->ridge, ar->scratch, coefficients, is_solved);
    if (!is_solved[0])
        return;
    for (size_t i = 0; i + 1 < ar->gram.columns_count; i++)
        ar->coefficients[i] = coefficients[i * GRAM_SHOTS];
    ar->size = measure(ar, ar->begin, origin) / (double)(origin - ar->begin);
    if (!(ar->size > 1e-9)) { /* fits exactly: nothing to gain */
        ar->size = 0;
        memcpy(ar->weights + ar->begin, ages + ar->begin, (origin - ar->begin) * sizeof(double));
        return;
    }
    weigh_by_size(ar, ages, ar->begin, origin);
    gram_clear(&ar->gram);
    gram_add(&ar->gram, ar->weights, ar->begin, origin);
}

/* Take the samples since the last origin; their robust weight is by the coefficients so far. */
static void advance(struct ar *ar, const double *ages, size_t from, size_t to)
{
    if (from < ar->begin)
        from = ar->begin;
    if (from >= to)
        return;
    if (ar->spec->is_robust && ar->size > 0) {
        (void)measure(ar, from, to);
        weigh_by_size(ar, ages, from, to);
    }
    gram_add(&ar->gram, ar->weights, from, to);
}

static void ahead_init(struct ahead *ahead, const struct ar *ar)
{
    size_t horizon = ar->task->horizon;
    ahead->part = NT_ARRAY(ar->scratch, (ar->lag_max + horizon) * GRAM_SHOTS, double);
    ahead->z = NT_ARRAY(ar->scratch, (ar->season + horizon) * GRAM_SHOTS, double);
    ahead->base = NT_ARRAY(ar->scratch, horizon * GRAM_SHOTS, double);
    ahead->waves = NT_ARRAY(ar->scratch, horizon * ar->waves_count * GRAM_SHOTS, double);
}

/* What a path from origin number o needs, beside that of others. */
static void ahead_take(struct ahead *ahead, const struct ar *ar, size_t o, size_t fit)
{
    size_t at = ahead->count++;
    ahead->fits[at] = fit;
    size_t origin = ar->task->origins[o];
    size_t horizon = ar->task->horizon;
    ahead->origins[at] = o;
    for (size_t k = 0; k < ar->lag_max; k++)
        ahead->part[k * GRAM_SHOTS + at] = ar->part[origin - ar->lag_max + k];
    if (ar->spec->part == AR_OFF_PROFILE) {
        for (size_t h = 0; h < horizon; h++)
            ahead->base[h * GRAM_SHOTS + at] = ar->profile[(origin + h) % ar->season];
    } else {
        for (size_t k = 0; k < ar->season; k++)
            ahead->z[k * GRAM_SHOTS + at] = ar->view.z[origin - ar->season + k];
    }
    for (size_t w = 0; w < ar->waves_count; w++) {
        for (size_t h = 0; h < horizon; h++)
            ahead->waves[(h * ar->waves_count + w) * GRAM_SHOTS + at] = ar->waves[w][origin + h];
    }
    double low = ar->view.low[origin];
    double high = ar->view.high[origin];
    ahead->low[at] = low - RANGE_SLACK * (high - low);
    ahead->high[at] = high + RANGE_SLACK * (high - low);
}

static ALWAYS_INLINE lanes expect(const struct ahead *ahead, const struct ar *ar, size_t h)
{
    const double *c = ahead->coefficients;
    lanes value = lanes_load(c);
    lanes other = {0};
    const double *waves = ahead->waves + h * ar->waves_count * GRAM_SHOTS;
    for (size_t w = 0; w < ar->waves_count; w++)
        value += lanes_load(c + (1 + w) * GRAM_SHOTS) * lanes_load(waves + w * GRAM_SHOTS);
    c += (1 + ar->waves_count) * GRAM_SHOTS;
    const double *now = ahead->part + (ar->lag_max + h) * GRAM_SHOTS;
    size_t i = 0;
    for (; i + 1 < ar->lags_count; i += 2) {
        value += lanes_load(c + i * GRAM_SHOTS) * lanes_load(now - ar->lags[i] * GRAM_SHOTS);
        other +=
            lanes_load(c + (i + 1) * GRAM_SHOTS) * lanes_load(now - ar->lags[i + 1] * GRAM_SHOTS);
    }
    if (i < ar->lags_count)
        value += lanes_load(c + i * GRAM_SHOTS) * lanes_load(now - ar->lags[i] * GRAM_SHOTS);
    return value + other;
}

static ALWAYS_INLINE void look_ahead(struct ahead *ahead, const struct ar *ar, double *ret_paths)
{
    size_t horizon = ar->task->horizon;
    lanes low = lanes_load(ahead->low);
    lanes high = lanes_load(ahead->high);
    bool is_profile = ar->spec->part == AR_OFF_PROFILE;
    for (size_t h = 0; h < horizon; h++) {
        lanes base = lanes_all(0);
        if (is_profile)
            base = lanes_load(ahead->base + h * GRAM_SHOTS);
        else if (ar->season > 0)
            base = lanes_load(ahead->z + h * GRAM_SHOTS); /* a season before */
        lanes value = lanes_min(lanes_max(base + expect(ahead, ar, h), low), high);
        if (!is_profile && ar->season > 0)
            lanes_store(ahead->z + (ar->season + h) * GRAM_SHOTS, value);
        lanes_store(ahead->part + (ar->lag_max + h) * GRAM_SHOTS, value - base);
        value = ar->view.mean + ar->view.sd * value;
        if (ar->spec->is_log)
            value = lanes_max(lanes_exp(value) - ar->view.epsilon, lanes_all(0));
        for (size_t at = 0; at < ahead->count; at++)
            ret_paths[ahead->origins[at] * horizon + h] = value[at];
    }
}

#if defined(__x86_64__)
LANES_AVX2 static void look_ahead_avx2(struct ahead *ahead, const struct ar *ar, double *ret_paths)
{
    look_ahead(ahead, ar, ret_paths);
}
#endif

static void look_ahead_plain(struct ahead *ahead, const struct ar *ar, double *ret_paths)
{
    look_ahead(ahead, ar, ret_paths);
}

/* The paths of all that was taken. */
static void ahead_run(struct ahead *ahead, const struct ar *ar, const struct fits *fits,
                      double *ret_paths)
{
    void (*look)(struct ahead *, const struct ar *, double *) = look_ahead_plain;
#if defined(__x86_64__)
    if (lanes_have_avx2())
        look = look_ahead_avx2;
#endif
    for (size_t i = 0; i + 1 < ar->gram.columns_count; i++) {
        for (size_t at = 0; at < ahead->count; at++) {
            size_t fit = ahead->fits[at];
            ahead->coefficients[i * GRAM_SHOTS + at] =
                fits->coefficients[fit / GRAM_SHOTS][i * GRAM_SHOTS + fit % GRAM_SHOTS];
        }
    }
    look(ahead, ar, ret_paths);
    for (size_t at = 0; at < ahead->count; at++) {
        size_t fit = ahead->fits[at];
        if (!fits->is_solved[fit / GRAM_SHOTS][fit % GRAM_SHOTS])
            task_refuse(ar->task, ahead->origins[at], ret_paths);
    }
}

static void fits_take(struct fits *fits, const struct ar *ar)
{
    struct gram_shots *shots = &fits->shots[fits->count / GRAM_SHOTS];
    size_t at = fits->count++ % GRAM_SHOTS;
    if (at == 0)
        gram_shots_init(shots, ar->gram.columns_count, ar->scratch);
    gram_shots_take(shots, at, &ar->gram);
}

static void fits_solve(struct fits *fits, const struct ar *ar)
{
    for (size_t i = 0; i * GRAM_SHOTS < fits->count; i++)
        gram_solve(&fits->shots[i], ar->spec->ridge, ar->scratch, fits->coefficients[i],
                   fits->is_solved[i]);
}

static void prepare(struct ar *ar, const double **ret_ages)
{
    size_t count = ar->task->count;
    ar->part = ar->view.z;
    if (ar->spec->part != AR_VALUES)
        ar->part = ar->derived = NT_ARRAY(ar->scratch, count + GRAM_PAD, double);
    ar->profile = NT_ARRAY(ar->scratch, ar->season + 1, double);
    make_waves(ar);
    set_columns(ar);
    double *ages = weigh_by_age(ar);
    ar->weights = ages;
    if (ar->spec->is_robust) {
        ar->weights = NT_ARRAY(ar->scratch, count, double);
        memcpy(ar->weights, ages, count * sizeof(double));
    }
    *ret_ages = ages;
}

void ar_run(const struct member *member, const struct task *task, struct nt_arena *scratch,
            double *ret_paths)
{
    struct ar *ar = NT_NEW(scratch, struct ar);
    *ar = (struct ar){.spec = member->spec, .task = task, .scratch = scratch};
    if (task->views != NULL)
        ar->view = task->views[ar->spec->is_log];
    else
        view_make(task, ar->spec->is_log, scratch, &ar->view);
    const double *ages = NULL;
    bool is_able = add_lags(ar) && ar->view.z != NULL;
    if (is_able)
        prepare(ar, &ages);
    struct fits *fits = NT_NEW(scratch, struct fits);
    struct ahead *batches[BATCHES];
    size_t taken = 0;
    size_t derived = 0;
    size_t added = 0;
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        if (!is_able || origin < ar->begin + SAMPLES_PER_COLUMN * ar->gram.columns_count) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        derive_part(ar, derived, origin);
        derived = origin;
        bool is_first = fits->count == 0;
        size_t to_come = task->origins_count - 1 - o;
        if (is_first || to_come % ORIGINS_PER_FIT == 0) {
            advance(ar, ages, added, origin);
            added = origin;
            for (size_t pass = 0; ar->spec->is_robust && pass < (is_first ? 2 : to_come == 0);
                 pass++)
                refit(ar, ages, origin);
            fits_take(fits, ar);
        }
        struct ahead **batch = &batches[taken / GRAM_SHOTS];
        if (taken++ % GRAM_SHOTS == 0) {
            *batch = NT_NEW(scratch, struct ahead);
            ahead_init(*batch, ar);
        }
        ahead_take(*batch, ar, o, fits->count - 1);
    }
    fits_solve(fits, ar);
    for (size_t i = 0; i * GRAM_SHOTS < taken; i++)
        ahead_run(batches[i], ar, fits, ret_paths);
}
