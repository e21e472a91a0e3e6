/* A small symmetric positive definite system, by Cholesky. */
#ifndef SCENARIOS_SOLVE_H
#define SCENARIOS_SOLVE_H

enum { SOLVE_MAX = 16 };

/* Only the lower triangle of a (n x n, rows one after the other) is read; both a and b are
 * overwritten. Returns 0, or -1 where a is not positive definite. */
int solve_spd(double *a, double *b, int n);

#endif
