#include <forecaster/granger.h>

#include <nt/cleanup.h>
#include <nt/memory.h>

#include <assert.h>
#include <math.h>
#include <string.h>

enum { LAGS = GRANGER_ORDER_MAX + 1, COLUMNS_MAX = 2 + 2 * GRANGER_ORDER_MAX };

/* --- the F distribution ----------------------------------------------------------------------- */

/* Lentz's method; converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    enum { TERMS_MAX = 500 };
    const double tiny = 1e-300;
    double c = 1;
    double d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < TERMS_MAX; m++) {
        const double terms[2] = {
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        };
        double factor = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + terms[i] / c;
            c = fabs(c) < tiny ? tiny : c;
            factor = c * d;
            value *= factor;
        }
        if (fabs(factor - 1) < 1e-15)
            break;
    }
    return value;
}

/* Regularised incomplete beta function I_x(a, b). */
static double beta_share(double a, double b, double x)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    /* The sign of gamma, which lgamma() leaves in a global, is known here: all are positive. */
    int sign = 0;
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
                       a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double granger_f_tail(double f, double d1, double d2)
{
    if (!(f > 0))
        return 1;
    return beta_share(d2 / 2, d1 / 2, d2 / (d2 + d1 * f));
}

/* --- products --------------------------------------------------------------------------------- */

/* sums[a][b][i][j]: of a(t - i) b(t - j); ones[a][i]: of a(t - i). */
struct lagged {
    double sums[2][2][LAGS][LAGS];
    double ones[2][LAGS];
    size_t order, rows;
};

/* Four sums at a time, which the compiler keeps in vector registers. */
static double dot(const double *a, const double *b, size_t count)
{
    double sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (size_t k = 0; k < 4; k++)
            sums[k] += a[i + k] * b[i + k];
    }
    for (; i < count; i++)
        sums[0] += a[i] * b[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

static double add_up(const double *values, size_t count)
{
    double sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (size_t k = 0; k < 4; k++)
            sums[k] += values[i + k];
    }
    for (; i < count; i++)
        sums[0] += values[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* One pair of a stretch without gaps: rows t in [order, count). */
static void add_products(struct lagged *lagged, int a, int b, const double *x, const double *y,
                         size_t count)
{
    size_t order = lagged->order;
    double local[LAGS][LAGS];
    for (size_t k = 0; k <= order; k++) {
        local[0][k] = dot(x + order, y + order - k, count - order);
        local[k][0] = k == 0 || a == b ? local[0][k] : dot(x + order - k, y + order, count - order);
    }
    for (size_t i = 1; i <= order; i++) {
        for (size_t j = 1; j <= order; j++)
            local[i][j] =
                local[i - 1][j - 1] + x[order - i] * y[order - j] - x[count - i] * y[count - j];
    }
    for (size_t i = 0; i <= order; i++) {
        for (size_t j = 0; j <= order; j++)
            lagged->sums[a][b][i][j] += local[i][j];
    }
}

static void add_ones(struct lagged *lagged, int a, const double *x, size_t count)
{
    double sum = add_up(x + lagged->order, count - lagged->order);
    for (size_t i = 0; i <= lagged->order; i++) {
        lagged->ones[a][i] += sum;
        if (i < lagged->order)
            sum += x[lagged->order - 1 - i] - x[count - 1 - i];
    }
}

/* y NULL: x alone. */
static void add_stretch(struct lagged *lagged, const double *x, const double *y, size_t count)
{
    if (count <= lagged->order)
        return;
    lagged->rows += count - lagged->order;
    add_products(lagged, 0, 0, x, x, count);
    add_ones(lagged, 0, x, count);
    if (y == NULL)
        return;
    add_products(lagged, 1, 1, y, y, count);
    add_products(lagged, 0, 1, x, y, count);
    add_ones(lagged, 1, y, count);
}

static void add_all(struct lagged *lagged, const double *x, const double *y, size_t count)
{
    size_t from = 0;
    for (size_t t = 0; t <= count; t++) {
        /* The sum of two values is a gap where either is. */
        if (t < count && !isnan(y != NULL ? x[t] + y[t] : x[t]))
            continue;
        add_stretch(lagged, x + from, y != NULL ? y + from : NULL, t - from);
        from = t + 1;
    }
    for (size_t i = 0; i <= lagged->order; i++) {
        for (size_t j = 0; j <= lagged->order; j++)
            lagged->sums[1][0][j][i] = lagged->sums[0][1][i][j];
    }
}

/* Less the mean: products of large numbers that nearly cancel would cost digits. */
static double *centre(const double *values, size_t count)
{
    double *ret = nt_zalloc((count + 1) * sizeof(*ret));
    double known = 0;
    for (size_t t = 0; t < count; t++) {
        bool is_known = !isnan(values[t]);
        ret[t] = is_known ? values[t] : 0;
        known += is_known;
    }
    double mean = known > 0 ? add_up(ret, count) / known : 0;
    for (size_t t = 0; t < count; t++)
        ret[t] = values[t] - mean;
    return ret;
}

/* --- regression ------------------------------------------------------------------------------- */

/* Columns: the intercept, the lags 1 to order of the first, those of the second, the target. */
struct system {
    double matrix[COLUMNS_MAX][COLUMNS_MAX];
    size_t columns;
};

struct column {
    int of; /* 0, 1; -1: the intercept */
    size_t lag;
};

static double product(const struct lagged *lagged, struct column a, struct column b)
{
    if (a.of < 0)
        return b.of < 0 ? (double)lagged->rows : lagged->ones[b.of][b.lag];
    if (b.of < 0)
        return lagged->ones[a.of][a.lag];
    return lagged->sums[a.of][b.of][a.lag][b.lag];
}

/* The target is the series target at lag 0; its own lags come first. with_other: then those of the
 * other. */
static void set_up(struct system *system, const struct lagged *lagged, int target, bool with_other)
{
    struct column columns[COLUMNS_MAX];
    size_t count = 0;
    columns[count++] = (struct column){.of = -1};
    for (size_t lag = 1; lag <= lagged->order; lag++)
        columns[count++] = (struct column){.of = target, .lag = lag};
    for (size_t lag = 1; with_other && lag <= lagged->order; lag++)
        columns[count++] = (struct column){.of = 1 - target, .lag = lag};
    columns[count++] = (struct column){.of = target, .lag = 0};
    system->columns = count;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j <= i; j++)
            system->matrix[i][j] = product(lagged, columns[i], columns[j]);
    }
}

/* In place, lower triangle; the target's row becomes the regression's coordinates. false where a
 * column hangs on those before it. */
static bool factorise(struct system *system)
{
    double(*m)[COLUMNS_MAX] = system->matrix;
    size_t last = system->columns - 1;
    for (size_t i = 0; i <= last; i++) {
        for (size_t j = 0; j < i; j++) {
            double sum = m[i][j];
            for (size_t k = 0; k < j; k++)
                sum -= m[i][k] * m[j][k];
            m[i][j] = sum / m[j][j];
        }
        if (i == last)
            break;
        double rest = m[i][i];
        for (size_t k = 0; k < i; k++)
            rest -= m[i][k] * m[i][k];
        if (!(rest > 1e-10 * m[i][i]))
            return false;
        m[i][i] = sqrt(rest);
    }
    return true;
}

/* Squared errors left after the first count columns. */
static double rest_after(const struct system *system, size_t count)
{
    const double *row = system->matrix[system->columns - 1];
    double rest = row[system->columns - 1];
    for (size_t k = 0; k < count; k++)
        rest -= row[k] * row[k];
    return rest;
}

static bool test_one(const struct lagged *lagged, int target, struct granger *ret)
{
    struct system system;
    set_up(&system, lagged, target, true);
    if (!factorise(&system))
        return false;
    double total = system.matrix[system.columns - 1][system.columns - 1];
    double order = (double)lagged->order;
    double own = rest_after(&system, 1 + lagged->order);
    double both = rest_after(&system, 1 + 2 * lagged->order);
    double freedom = (double)lagged->rows - 2 * order - 1;
    if (!(both > 1e-12 * total))
        return false;
    ret->f = fmax(0, (own - both) / order / (both / freedom));
    ret->p = granger_f_tail(ret->f, order, freedom);
    ret->gain = fmax(0, 1 - both / own);
    ret->rows = lagged->rows;
    return true;
}

bool granger_test(const double *x, const double *y, size_t count, size_t order,
                  struct granger *ret_of_x, struct granger *ret_of_y)
{
    assert(order >= 1 && order <= GRANGER_ORDER_MAX);
    NT_CLEANUP(nt_free_p) double *xs = centre(x, count);
    NT_CLEANUP(nt_free_p) double *ys = centre(y, count);
    struct lagged lagged = {.order = order};
    add_all(&lagged, xs, ys, count);
    if (lagged.rows < 4 * order + 2)
        return false;
    struct granger of_x = {0};
    struct granger of_y = {0};
    if (!test_one(&lagged, 1, &of_x) || !test_one(&lagged, 0, &of_y))
        return false;
    *ret_of_x = of_x;
    *ret_of_y = of_y;
    return true;
}

bool granger_whiten(const double *x, size_t count, size_t order, double *ret_new)
{
    assert(order >= 1 && order <= GRANGER_ORDER_MAX);
    NT_CLEANUP(nt_free_p) double *xs = centre(x, count);
    struct lagged lagged = {.order = order};
    add_all(&lagged, xs, NULL, count);
    struct system system;
    set_up(&system, &lagged, 0, false);
    if (lagged.rows < 4 * order + 2 || !factorise(&system))
        return false;
    /* The target's row holds L^-1 X'y; back substitution gives the coefficients. */
    double coefficients[1 + GRANGER_ORDER_MAX] = {0};
    size_t columns = 1 + order;
    for (size_t i = columns; i-- > 0;) {
        double sum = system.matrix[columns][i];
        for (size_t k = i + 1; k < columns; k++)
            sum -= system.matrix[k][i] * coefficients[k];
        coefficients[i] = sum / system.matrix[i][i];
    }
    for (size_t t = 0; t < count; t++) {
        double value = t >= order ? xs[t] - coefficients[0] : NAN;
        for (size_t lag = 1; lag <= order && t >= order; lag++)
            value -= coefficients[lag] * xs[t - lag];
        ret_new[t] = value;
    }
    return true;
}
