/*
 * Weighted least squares by Gram matrix: sums of products over time, to which new samples are
 * added, and snapshots of them from which the coefficients of four moments are solved at once.
 */
#ifndef MODELS_GRAM_H
#define MODELS_GRAM_H

#include <nt/arena.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    GRAM_COLUMNS_MAX = 48,
    GRAM_SHOTS = 4, /* moments solved at once */
    GRAM_PAD = 4,   /* finite values that must lie beyond the last sample of every column */
};

/*
 * Columns are series: column i has at time t the value columns[i][t]. A lag is the same series
 * with a shifted pointer, so nothing is copied. The first is the intercept's, the last the target.
 */
struct gram {
    const double *columns[GRAM_COLUMNS_MAX];
    size_t columns_count; /* regressors and the target */
    double *sums;         /* columns x columns: the upper triangle */
    double weight;        /* sum of weights */
    double *scratch;
};

/* The columns are set; room for sums in the arena, all zero. */
void gram_init(struct gram *gram, struct nt_arena *arena);
void gram_clear(struct gram *gram); /* sums zero, columns kept */

/* Add the samples from <= t < to with weights[t]. */
void gram_add(struct gram *gram, const double *weights, size_t from, size_t to);

/* The sum over time of weight x column i x column j. */
double gram_sum(const struct gram *gram, size_t i, size_t j);

/* Sums of up to GRAM_SHOTS moments, side by side. */
struct gram_shots {
    double *sums; /* columns x columns x GRAM_SHOTS */
    double weights[GRAM_SHOTS];
    size_t columns_count;
};

/* For as many columns; nothing taken yet. */
void gram_shots_init(struct gram_shots *shots, size_t columns_count, struct nt_arena *arena);

/* Take the present sums as moment at (0 to GRAM_SHOTS - 1). */
void gram_shots_take(struct gram_shots *shots, size_t at, const struct gram *gram);

/*
 * Coefficients of all columns but the last, regressors x GRAM_SHOTS, with ridge x (sum of weights)
 * on the diagonal, the intercept excepted. ret_is_solved: false where a matrix is not positive
 * definite, or nothing was taken.
 */
void gram_solve(const struct gram_shots *shots, double ridge, struct nt_arena *scratch,
                double *ret_coefficients, bool ret_is_solved[GRAM_SHOTS]);

#endif
