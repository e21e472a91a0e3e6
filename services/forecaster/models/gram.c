#include <models/gram.h>

#include <math.h>
#include <string.h>

enum { GRAM_BLOCK = 256 }; /* samples whose weighted columns stay in the first-level cache */

/* Into both the plain and the AVX2 function below, also in debug builds: vectors must not cross
 * a call between the two. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Four doubles; without AVX the compiler makes two halves of it. */
typedef double lanes __attribute__((vector_size(32)));

static ALWAYS_INLINE lanes load(const double *from)
{
    lanes value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static ALWAYS_INLINE double sum(lanes value)
{
    return value[0] + value[1] + value[2] + value[3];
}

/* sums[j] += a . columns[j] for four columns at once: one load of a serves four products. */
static ALWAYS_INLINE void dot4(const double *a, const double *const columns[4], size_t count,
                               double *sums)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    size_t t = 0;
    for (; t + 4 <= count; t += 4) {
        lanes x = load(a + t);
        s0 += x * load(columns[0] + t);
        s1 += x * load(columns[1] + t);
        s2 += x * load(columns[2] + t);
        s3 += x * load(columns[3] + t);
    }
    double rest[4] = {sum(s0), sum(s1), sum(s2), sum(s3)};
    for (; t < count; t++) {
        for (size_t j = 0; j < 4; j++)
            rest[j] += a[t] * columns[j][t];
    }
    for (size_t j = 0; j < 4; j++)
        sums[j] += rest[j];
}

static ALWAYS_INLINE double dot(const double *a, const double *b, size_t count)
{
    double total = 0;
    for (size_t t = 0; t < count; t++)
        total += a[t] * b[t];
    return total;
}

static ALWAYS_INLINE void add_block(struct gram *gram, const double *weights, size_t from,
                                    size_t count)
{
    size_t n = gram->columns_count;
    for (size_t i = 0; i < n; i++) {
        const double *column = gram->columns[i] + from;
        double *weighted = gram->scratch;
        for (size_t t = 0; t < count; t++)
            weighted[t] = weights[from + t] * column[t];
        size_t j = i;
        for (; j + 4 <= n; j += 4) {
            const double *const columns[4] = {gram->columns[j] + from, gram->columns[j + 1] + from,
                                              gram->columns[j + 2] + from,
                                              gram->columns[j + 3] + from};
            dot4(weighted, columns, count, &gram->sums[i][j]);
        }
        for (; j < n; j++)
            gram->sums[i][j] += dot(weighted, gram->columns[j] + from, count);
    }
    for (size_t t = 0; t < count; t++)
        gram->weight += weights[from + t];
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void
add_block_avx2(struct gram *gram, const double *weights, size_t from, size_t count)
{
    add_block(gram, weights, from, count);
}
#endif

static void add_block_plain(struct gram *gram, const double *weights, size_t from, size_t count)
{
    add_block(gram, weights, from, count);
}

void gram_init(struct gram *gram, struct nt_arena *arena)
{
    memset(gram, 0, sizeof(*gram));
    gram->scratch = NT_ARRAY(arena, GRAM_BLOCK, double);
}

void gram_clear(struct gram *gram)
{
    memset(gram->sums, 0, sizeof(gram->sums));
    gram->weight = 0;
}

void gram_add(struct gram *gram, const double *weights, size_t from, size_t to)
{
    void (*add)(struct gram *, const double *, size_t, size_t) = add_block_plain;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        add = add_block_avx2;
#endif
    while (from < to) {
        size_t count = to - from < GRAM_BLOCK ? to - from : GRAM_BLOCK;
        add(gram, weights, from, count);
        from += count;
    }
}

bool gram_solve(const struct gram *gram, double ridge, double *ret_coefficients)
{
    size_t n = gram->columns_count - 1;
    double lower[GRAM_COLUMNS_MAX][GRAM_COLUMNS_MAX];
    double y[GRAM_COLUMNS_MAX];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = gram->sums[j][i];
            if (i == j && i > 0)
                s += ridge * gram->weight;
            for (size_t k = 0; k < j; k++)
                s -= lower[i][k] * lower[j][k];
            if (i != j) {
                lower[i][j] = s / lower[j][j];
            } else {
                if (!(s > 1e-12 * gram->weight)) /* also refuses NaN */
                    return false;
                lower[i][i] = sqrt(s);
            }
        }
        double s = gram->sums[i][n];
        for (size_t k = 0; k < i; k++)
            s -= lower[i][k] * y[k];
        y[i] = s / lower[i][i];
    }
    for (size_t i = n; i-- > 0;) {
        double s = y[i];
        for (size_t k = i + 1; k < n; k++)
            s -= lower[k][i] * ret_coefficients[k];
        ret_coefficients[i] = s / lower[i][i];
    }
    return true;
}
