#include <models/ar.h>

#include <models/gram.h>

#include <math.h>
#include <string.h>

/* Residuals below a tenth of the mean size are not told apart. */
static const double RESIDUAL_FLOOR = 0.1;
/* A path may leave the range seen so far by half of its width. */
static const double RANGE_SLACK = 0.5;
/* How fast the profile of a part AR_OFF_PROFILE learns. */
static const double PROFILE_RATE = 0.25;
/* More regressors than that for each sample would be learned by heart. */
enum { SAMPLES_PER_COLUMN = 4 };

struct ar {
    const struct ar_spec *spec;
    const struct task *task;
    double *z;       /* transformed values, standardised; room for the horizon */
    double *part;    /* what the regression is on; room for the horizon */
    double *weights; /* of each sample */
    double *profile; /* AR_OFF_PROFILE: of each slot, at the present origin */
    double *waves[GRAM_COLUMNS_MAX];
    size_t waves_count;
    size_t lags[GRAM_COLUMNS_MAX];
    size_t lags_count, lag_max;
    size_t season; /* of the difference or profile; 0: none */
    size_t begin;  /* first sample */
    double mean, sd, epsilon;
    double low, high; /* of z before the present origin */
    double size;      /* mean size of the residuals */
    double coefficients[GRAM_COLUMNS_MAX];
    struct gram gram;
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

/* Values to z: logarithm where asked for, mean 0 and deviation 1. */
static bool transform(struct ar *ar)
{
    const struct task *task = ar->task;
    size_t n = task->count;
    if (ar->spec->is_log) {
        double sum = 0;
        double low = INFINITY;
        for (size_t t = 0; t < n; t++) {
            sum += fabs(task->values[t]);
            low = fmin(low, task->values[t]);
        }
        ar->epsilon = low > 0 ? 0 : 0.01 * sum / (double)n;
        if (low < 0 || !(low + ar->epsilon > 0))
            return false;
    }
    double sum = 0;
    for (size_t t = 0; t < n; t++) {
        ar->z[t] = ar->spec->is_log ? log(task->values[t] + ar->epsilon) : task->values[t];
        sum += ar->z[t];
    }
    ar->mean = sum / (double)n;
    double squares = 0;
    for (size_t t = 0; t < n; t++) {
        ar->z[t] -= ar->mean;
        squares += ar->z[t] * ar->z[t];
    }
    ar->sd = sqrt(squares / (double)n);
    if (!(ar->sd > 1e-9 * fabs(ar->mean)) || !isfinite(ar->sd))
        return false;
    for (size_t t = 0; t < n; t++)
        ar->z[t] /= ar->sd;
    return true;
}

/* What the regression is on, for from <= t < to. Time t sees only what is before it. */
static void derive_part(struct ar *ar, size_t from, size_t to)
{
    for (size_t t = from; t < to; t++) {
        if (ar->spec->part == AR_OFF_PROFILE) {
            double *slot = &ar->profile[t % ar->season];
            ar->part[t] = t < ar->season ? 0 : ar->z[t] - *slot;
            *slot = t < ar->season ? ar->z[t] : *slot + PROFILE_RATE * (ar->z[t] - *slot);
        } else {
            ar->part[t] =
                t < ar->season ? 0 : ar->z[t] - (ar->season > 0 ? ar->z[t - ar->season] : 0);
        }
    }
}

static void make_waves(struct ar *ar, struct nt_arena *scratch)
{
    const struct task *task = ar->task;
    const struct {
        size_t period, count;
    } seasons[] = {{task->day, (size_t)ar->spec->day_waves},
                   {task->week, (size_t)ar->spec->week_waves}};
    for (size_t s = 0; s < NT_COUNT(seasons); s++) {
        for (size_t k = 1; k <= seasons[s].count && 2 * k < seasons[s].period; k++) {
            double *cosine = NT_ARRAY(scratch, task->count + task->horizon, double);
            double *sine = NT_ARRAY(scratch, task->count + task->horizon, double);
            double turn = 2 * M_PI * (double)k / (double)seasons[s].period;
            double c = cos(turn);
            double d = sin(turn);
            cosine[0] = 1;
            for (size_t t = 1; t < task->count + task->horizon; t++) {
                cosine[t] = c * cosine[t - 1] - d * sine[t - 1];
                sine[t] = d * cosine[t - 1] + c * sine[t - 1];
            }
            ar->waves[ar->waves_count++] = cosine;
            ar->waves[ar->waves_count++] = sine;
        }
    }
}

static void set_columns(struct ar *ar, struct nt_arena *scratch)
{
    struct gram *gram = &ar->gram;
    double *ones = NT_ARRAY(scratch, ar->task->count, double);
    for (size_t t = 0; t < ar->task->count; t++)
        ones[t] = 1;
    gram_init(gram, scratch);
    gram->columns[gram->columns_count++] = ones;
    for (size_t w = 0; w < ar->waves_count; w++)
        gram->columns[gram->columns_count++] = ar->waves[w];
    for (size_t i = 0; i < ar->lags_count; i++)
        gram->columns[gram->columns_count++] = ar->part - ar->lags[i];
    gram->columns[gram->columns_count++] = ar->part;
}

static void weigh_by_age(struct ar *ar)
{
    const struct task *task = ar->task;
    double decay = ar->spec->decay_days * (double)(task->day > 0 ? task->day : 1);
    double step = decay > 0 ? exp(-1 / decay) : 1;
    double weight = 1;
    for (size_t t = task->count; t-- > 0;) {
        ar->weights[t] = weight;
        weight *= step;
    }
}

static double expect(const struct ar *ar, size_t t)
{
    const double *c = ar->coefficients;
    double value = c[0];
    for (size_t w = 0; w < ar->waves_count; w++)
        value += c[1 + w] * ar->waves[w][t];
    c += 1 + ar->waves_count;
    for (size_t i = 0; i < ar->lags_count; i++)
        value += c[i] * ar->part[t - ar->lags[i]];
    return value;
}

/* |Residuals| of from <= t < to into weights: column by column, which vectorises. */
static void measure(struct ar *ar, size_t from, size_t to)
{
    double *sizes = ar->weights;
    memcpy(sizes + from, ar->part + from, (to - from) * sizeof(double));
    for (size_t i = 0; i + 1 < ar->gram.columns_count; i++) {
        const double *column = ar->gram.columns[i];
        double coefficient = ar->coefficients[i];
        for (size_t t = from; t < to; t++)
            sizes[t] -= coefficient * column[t];
    }
    for (size_t t = from; t < to; t++)
        sizes[t] = fabs(sizes[t]);
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
static bool refit(struct ar *ar, const double *ages, size_t origin)
{
    measure(ar, ar->begin, origin);
    double sum = 0;
    for (size_t t = ar->begin; t < origin; t++)
        sum += ar->weights[t];
    ar->size = sum / (double)(origin - ar->begin);
    if (!(ar->size > 1e-9))
        return false; /* fits exactly: nothing to gain */
    weigh_by_size(ar, ages, ar->begin, origin);
    gram_clear(&ar->gram);
    gram_add(&ar->gram, ar->weights, ar->begin, origin);
    return gram_solve(&ar->gram, ar->spec->ridge, ar->coefficients);
}

/* Take the samples since the last origin; their robust weight is by the coefficients so far. */
static void advance(struct ar *ar, const double *ages, size_t from, size_t to)
{
    for (size_t t = from; t < to; t++) {
        ar->low = fmin(ar->low, ar->z[t]);
        ar->high = fmax(ar->high, ar->z[t]);
    }
    derive_part(ar, from, to);
    if (from < ar->begin)
        from = ar->begin;
    if (ar->spec->is_robust && ar->size > 0 && from < to) {
        measure(ar, from, to);
        weigh_by_size(ar, ages, from, to);
    }
    if (from < to)
        gram_add(&ar->gram, ar->weights, from, to);
}

/* The path from origin. The room beyond it in z and part is overwritten, and restored after. */
static void look_ahead(struct ar *ar, size_t origin, double *ret_path)
{
    size_t horizon = ar->task->horizon;
    double z_kept[TASK_HORIZON_MAX];
    double part_kept[TASK_HORIZON_MAX];
    memcpy(z_kept, ar->z + origin, horizon * sizeof(double));
    memcpy(part_kept, ar->part + origin, horizon * sizeof(double));
    double slack = RANGE_SLACK * (ar->high - ar->low);
    for (size_t h = 0; h < horizon; h++) {
        size_t t = origin + h;
        double base = ar->season == 0                    ? 0
                      : ar->spec->part == AR_OFF_PROFILE ? ar->profile[t % ar->season]
                                                         : ar->z[t - ar->season];
        double value = base + expect(ar, t);
        value = fmin(fmax(value, ar->low - slack), ar->high + slack);
        ar->z[t] = value;
        ar->part[t] = value - base;
        value = ar->mean + ar->sd * value;
        ret_path[h] = ar->spec->is_log ? fmax(exp(value) - ar->epsilon, 0) : value;
    }
    memcpy(ar->z + origin, z_kept, horizon * sizeof(double));
    memcpy(ar->part + origin, part_kept, horizon * sizeof(double));
}

void ar_run(const struct member *member, const struct task *task, struct nt_arena *scratch,
            double *ret_paths)
{
    size_t room = task->count + task->horizon;
    struct ar *ar = NT_NEW(scratch, struct ar);
    ar->spec = member->spec;
    ar->task = task;
    ar->z = NT_ARRAY(scratch, room, double);
    ar->part = NT_ARRAY(scratch, room, double);
    ar->weights = NT_ARRAY(scratch, task->count, double);
    double *ages = ar->weights;
    ar->low = INFINITY;
    ar->high = -INFINITY;
    bool is_able = add_lags(ar) && transform(ar);
    if (is_able) {
        ar->profile = NT_ARRAY(scratch, ar->season + 1, double);
        make_waves(ar, scratch);
        set_columns(ar, scratch);
        weigh_by_age(ar);
        if (ar->spec->is_robust) {
            ar->weights = NT_ARRAY(scratch, task->count, double);
            memcpy(ar->weights, ages, task->count * sizeof(double));
        }
    }
    size_t seen = 0;
    bool is_fitted = false;
    for (size_t o = 0; o < task->origins_count; o++) {
        size_t origin = task->origins[o];
        size_t columns = ar->gram.columns_count;
        if (!is_able || origin < ar->begin + SAMPLES_PER_COLUMN * columns) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        advance(ar, ages, seen, origin);
        seen = origin;
        if (!gram_solve(&ar->gram, ar->spec->ridge, ar->coefficients)) {
            task_refuse(task, o, ret_paths);
            continue;
        }
        bool is_last = o + 1 == task->origins_count;
        for (int pass = 0; ar->spec->is_robust && pass < (!is_fitted ? 2
                                                          : is_last  ? 1
                                                                     : 0);
             pass++) {
            if (!refit(ar, ages, origin))
                break;
        }
        is_fitted = true;
        look_ahead(ar, origin, ret_paths + o * task->horizon);
    }
}
