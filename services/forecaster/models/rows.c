#include <models/rows.h>

#include <models/lanes.h>

enum { WIDTH = 16 }; /* steps side by side: comparisons become vectors */

/* Batcher's merge exchange (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M): which
 * rows are compared depends on their number alone. */
static ALWAYS_INLINE void sort_rows(double (*rows)[WIDTH], size_t count)
{
    size_t top = 1;
    while (2 * top < count)
        top *= 2;
    for (size_t p = top; p > 0 && count > 1; p /= 2) {
        size_t q = top;
        size_t r = 0;
        for (size_t d = p;; d = q - p, q /= 2, r = p) {
            for (size_t i = 0; i + d < count; i++) {
                if ((i & p) != r)
                    continue;
                for (size_t k = 0; k < WIDTH; k += LANES) {
                    lanes a = lanes_load(&rows[i][k]);
                    lanes b = lanes_load(&rows[i + d][k]);
                    lanes_mask is_less = a < b;
                    lanes_store(&rows[i][k], lanes_pick(is_less, a, b));
                    lanes_store(&rows[i + d][k], lanes_pick(is_less, b, a));
                }
            }
            if (q == p)
                break;
        }
    }
}

static ALWAYS_INLINE void gather(const double *const *rows, size_t count, size_t from, size_t steps,
                                 double (*ret)[WIDTH])
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < WIDTH; k++)
            ret[i][k] = rows[i][from + (k < steps ? k : steps - 1)];
    }
}

static ALWAYS_INLINE void median(const double *const *rows, size_t count, size_t steps,
                                 double *ret_medians)
{
    double sorted[ROWS_MAX][WIDTH];
    for (size_t from = 0; from < steps; from += WIDTH) {
        size_t some = steps - from < WIDTH ? steps - from : WIDTH;
        gather(rows, count, from, some, sorted);
        sort_rows(sorted, count);
        for (size_t k = 0; k < some; k++)
            ret_medians[from + k] = (sorted[(count - 1) / 2][k] + sorted[count / 2][k]) / 2;
    }
}

/* The largest value that has less than half of the weight below it. */
static ALWAYS_INLINE void weighted(const double *const *rows, const double *weights, size_t count,
                                   size_t steps, double *ret_medians)
{
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += weights[i];
    double values[ROWS_MAX][WIDTH];
    for (size_t from = 0; from < steps; from += WIDTH) {
        size_t some = steps - from < WIDTH ? steps - from : WIDTH;
        gather(rows, count, from, some, values);
        for (size_t k = 0; k < WIDTH; k += LANES) {
            lanes best = lanes_all(-__builtin_inf());
            for (size_t i = 0; i < count; i++) {
                lanes value = lanes_load(&values[i][k]);
                lanes below = {0};
                for (size_t j = 0; j < count; j++) {
                    lanes_mask is_less = lanes_load(&values[j][k]) < value;
                    below += (lanes)((lanes_mask)lanes_all(weights[j]) & is_less);
                }
                lanes_mask is_before = (below < total / 2) & (value > best);
                best = lanes_pick(is_before, value, best);
            }
            for (size_t l = 0; l < LANES && k + l < some; l++)
                ret_medians[from + k + l] = best[l];
        }
    }
}

#if defined(__x86_64__)
LANES_AVX2 static void median_avx2(const double *const *rows, size_t count, size_t steps,
                                   double *ret_medians)
{
    median(rows, count, steps, ret_medians);
}

LANES_AVX2 static void weighted_avx2(const double *const *rows, const double *weights, size_t count,
                                     size_t steps, double *ret_medians)
{
    weighted(rows, weights, count, steps, ret_medians);
}
#endif

void rows_median(const double *const *rows, size_t count, size_t steps, double *ret_medians)
{
#if defined(__x86_64__)
    if (lanes_have_avx2()) {
        median_avx2(rows, count, steps, ret_medians);
        return;
    }
#endif
    median(rows, count, steps, ret_medians);
}

void rows_weighted_median(const double *const *rows, const double *weights, size_t count,
                          size_t steps, double *ret_medians)
{
#if defined(__x86_64__)
    if (lanes_have_avx2()) {
        weighted_avx2(rows, weights, count, steps, ret_medians);
        return;
    }
#endif
    weighted(rows, weights, count, steps, ret_medians);
}
