/*
 * Weighted least squares by Gram matrix: sums of products over time, to which new samples are
 * added, and from which coefficients are solved at any moment.
 */
#ifndef MODELS_GRAM_H
#define MODELS_GRAM_H

#include <nt/arena.h>
#include <stdbool.h>
#include <stddef.h>

enum { GRAM_COLUMNS_MAX = 64 };

/*
 * Columns are series: column i has at time t the value columns[i][t]. A lag is the same series
 * with a shifted pointer, so nothing is copied. The last column is the target.
 */
struct gram {
    const double *columns[GRAM_COLUMNS_MAX];
    size_t columns_count;                            /* regressors and the target */
    double sums[GRAM_COLUMNS_MAX][GRAM_COLUMNS_MAX]; /* upper triangle */
    double weight;                                   /* sum of weights */
    double *scratch;                                 /* GRAM_COLUMNS_MAX x GRAM_BLOCK */
};

/* Room for scratch in the arena; sums zero. */
void gram_init(struct gram *gram, struct nt_arena *arena);
void gram_clear(struct gram *gram); /* sums zero, columns kept */

/* Add the samples from <= t < to with weights[t]. */
void gram_add(struct gram *gram, const double *weights, size_t from, size_t to);

/*
 * Coefficients of all columns but the last, with ridge x (sum of weights) on the diagonal, the
 * first column (the intercept) excepted. false where the matrix is not positive definite.
 */
bool gram_solve(const struct gram *gram, double ridge, double *ret_coefficients);

#endif
