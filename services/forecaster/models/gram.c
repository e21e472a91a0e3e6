#include <models/gram.h>

#include <models/lanes.h>

enum { BLOCK = 512, ROWS = 3, ACROSS = 4 };

/* Sums of products of three weighted columns with four others: seven loads for twelve products.
 * count is a multiple of LANES. */
static ALWAYS_INLINE void add_tile(const double *const rows[ROWS],
                                   const double *const across[ACROSS], size_t count,
                                   double ret[ROWS][ACROSS])
{
    lanes a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0};
    lanes b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0};
    lanes c0 = {0}, c1 = {0}, c2 = {0}, c3 = {0};
    for (size_t t = 0; t < count; t += LANES) {
        lanes x = lanes_load(rows[0] + t);
        lanes y = lanes_load(rows[1] + t);
        lanes z = lanes_load(rows[2] + t);
        lanes w = lanes_load(across[0] + t);
        a0 += x * w;
        b0 += y * w;
        c0 += z * w;
        w = lanes_load(across[1] + t);
        a1 += x * w;
        b1 += y * w;
        c1 += z * w;
        w = lanes_load(across[2] + t);
        a2 += x * w;
        b2 += y * w;
        c2 += z * w;
        w = lanes_load(across[3] + t);
        a3 += x * w;
        b3 += y * w;
        c3 += z * w;
    }
    const lanes sums[ROWS][ACROSS] = {{a0, a1, a2, a3}, {b0, b1, b2, b3}, {c0, c1, c2, c3}};
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < ACROSS; j++)
            ret[i][j] = lanes_sum(sums[i][j]);
    }
}

static ALWAYS_INLINE void add_block(struct gram *gram, const double *weights, size_t from,
                                    size_t count)
{
    size_t n = gram->columns_count;
    size_t padded = (count + LANES - 1) / LANES * LANES;
    for (size_t i = 0; i < n; i += ROWS) {
        const double *rows[ROWS];
        for (size_t r = 0; r < ROWS; r++) {
            size_t column = i + r < n ? i + r : n - 1;
            double *weighted = gram->scratch + r * (BLOCK + LANES);
            const double *values = gram->columns[column] + from;
            for (size_t t = 0; t < count; t++)
                weighted[t] = weights[from + t] * values[t];
            for (size_t t = count; t < padded; t++)
                weighted[t] = 0; /* what lies beyond is multiplied by it */
            rows[r] = weighted;
        }
        for (size_t j = i; j < n; j += ACROSS) {
            const double *across[ACROSS];
            for (size_t k = 0; k < ACROSS; k++)
                across[k] = gram->columns[j + k < n ? j + k : n - 1] + from;
            double sums[ROWS][ACROSS];
            add_tile(rows, across, padded, sums);
            for (size_t r = 0; r < ROWS && i + r < n; r++) {
                for (size_t k = 0; k < ACROSS && j + k < n; k++)
                    gram->sums[(i + r) * n + j + k] += sums[r][k];
            }
        }
    }
    for (size_t t = 0; t < count; t++)
        gram->weight += weights[from + t];
}

/* The sums are symmetric. Rows are the steps of elimination: row k is left as it was when column k
 * was eliminated, which is all that solving back needs. */
static ALWAYS_INLINE void solve(const struct gram_shots *shots, double ridge, lanes *rows,
                                double *ret_coefficients, bool ret_is_solved[GRAM_SHOTS])
{
    size_t columns = shots->columns_count;
    size_t n = columns - 1;
    lanes weights = lanes_load(shots->weights);
    lanes least = weights * 1e-12;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < columns; j++)
            rows[i * columns + j] = lanes_load(shots->sums + (i * columns + j) * GRAM_SHOTS);
        if (i > 0)
            rows[i * columns + i] += ridge * weights;
    }
    lanes_mask is_solved = weights > 0;
    for (size_t k = 0; k < n; k++) {
        lanes *row = rows + k * columns;
        lanes_mask is_positive = row[k] > least; /* not of NaN */
        is_solved &= is_positive;
        row[k] = lanes_pick(is_positive, row[k], lanes_all(1));
        lanes inverse = 1 / row[k];
        for (size_t i = k + 1; i < n; i++) {
            lanes part = row[i] * inverse;
            lanes *below = rows + i * columns;
            for (size_t j = i; j < columns; j++)
                below[j] -= part * row[j];
        }
    }
    for (size_t k = n; k-- > 0;) {
        const lanes *row = rows + k * columns;
        lanes sum = row[n];
        for (size_t i = k + 1; i < n; i++)
            sum -= row[i] * lanes_load(ret_coefficients + i * GRAM_SHOTS);
        lanes_store(ret_coefficients + k * GRAM_SHOTS, sum / row[k]);
    }
    for (size_t s = 0; s < GRAM_SHOTS; s++)
        ret_is_solved[s] = is_solved[s] != 0;
}

#if defined(__x86_64__)
LANES_AVX2 static void add_block_avx2(struct gram *gram, const double *weights, size_t from,
                                      size_t count)
{
    add_block(gram, weights, from, count);
}

LANES_AVX2 static void solve_avx2(const struct gram_shots *shots, double ridge, lanes *rows,
                                  double *ret_coefficients, bool ret_is_solved[GRAM_SHOTS])
{
    solve(shots, ridge, rows, ret_coefficients, ret_is_solved);
}
#endif

static void add_block_plain(struct gram *gram, const double *weights, size_t from, size_t count)
{
    add_block(gram, weights, from, count);
}

void gram_init(struct gram *gram, struct nt_arena *arena)
{
    gram->sums = NT_ARRAY(arena, gram->columns_count * gram->columns_count, double);
    gram->weight = 0;
    gram->scratch = NT_ARRAY(arena, (size_t)ROWS * (BLOCK + LANES), double);
}

void gram_clear(struct gram *gram)
{
    memset(gram->sums, 0, gram->columns_count * gram->columns_count * sizeof(double));
    gram->weight = 0;
}

double gram_sum(const struct gram *gram, size_t i, size_t j)
{
    return i < j ? gram->sums[i * gram->columns_count + j]
                 : gram->sums[j * gram->columns_count + i];
}

void gram_add(struct gram *gram, const double *weights, size_t from, size_t to)
{
    void (*add)(struct gram *, const double *, size_t, size_t) = add_block_plain;
#if defined(__x86_64__)
    if (lanes_have_avx2())
        add = add_block_avx2;
#endif
    while (from < to) {
        size_t count = to - from < BLOCK ? to - from : BLOCK;
        add(gram, weights, from, count);
        from += count;
    }
}

void gram_shots_init(struct gram_shots *shots, size_t columns_count, struct nt_arena *arena)
{
    *shots = (struct gram_shots){
        .sums = NT_ARRAY(arena, columns_count * columns_count * GRAM_SHOTS, double),
        .columns_count = columns_count};
}

void gram_shots_take(struct gram_shots *shots, size_t at, const struct gram *gram)
{
    size_t n = gram->columns_count;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++)
            shots->sums[(i * n + j) * GRAM_SHOTS + at] = gram->sums[i * n + j];
    }
    shots->weights[at] = gram->weight;
}

void gram_solve(const struct gram_shots *shots, double ridge, struct nt_arena *scratch,
                double *ret_coefficients, bool ret_is_solved[GRAM_SHOTS])
{
    /* An arena aligns for scalars; vectors want more. */
    size_t size = (shots->columns_count * shots->columns_count + 1) * sizeof(lanes);
    uintptr_t at = (uintptr_t)nt_arena_alloc(scratch, size);
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    lanes *rows = (lanes *)((at + sizeof(lanes) - 1) / sizeof(lanes) * sizeof(lanes));
#if defined(__x86_64__)
    if (lanes_have_avx2()) {
        solve_avx2(shots, ridge, rows, ret_coefficients, ret_is_solved);
        return;
    }
#endif
    solve(shots, ridge, rows, ret_coefficients, ret_is_solved);
}
