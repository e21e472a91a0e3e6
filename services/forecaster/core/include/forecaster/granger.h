/*
 * Does the past of one series help to foretell another beyond that one's own past? Granger's test
 * (Granger 1969): the F statistic of the lags of x in the regression of y on its own lags and an
 * intercept, as R's lmtest::grangertest() has it. Pure.
 *
 * All regressions of a pair, in both directions, come from one matrix of products. It is built
 * from the products at one lag each: C(i+1, j+1) is C(i, j) but for a term at either end. The
 * restricted regression is the first part of the unrestricted one's Cholesky factor.
 */
#ifndef FORECASTER_GRANGER_H
#define FORECASTER_GRANGER_H

#include <stdbool.h>
#include <stddef.h>

enum { GRANGER_ORDER_MAX = 12 };

struct granger {
    double f;
    double p;    /* of an F at least as large, were there no influence */
    double gain; /* share of the squared errors that the other's lags take away, 0 to 1 */
    size_t rows; /* observations that the regression stands on */
};

/*
 * A gap in either series (NaN) leaves out the rows that it touches. ret_of_x: x leads y; ret_of_y:
 * y leads x. false where there are too few rows, or a series is constant or wholly foretold by its
 * own past: then nothing can be said.
 */
bool granger_test(const double *x, const double *y, size_t count, size_t order,
                  struct granger *ret_of_x, struct granger *ret_of_y);

/*
 * What is new in each value: x less its regression on its own last values (order of them) and a
 * mean; NaN where those are not known. false as above; then ret_new is untouched. In place allowed.
 */
bool granger_whiten(const double *x, size_t count, size_t order, double *ret_new);

/* Upper tail of the F distribution, P(F > f), by the continued fraction of the incomplete beta
 * function (DLMF 8.17.22). */
double granger_f_tail(double f, double d1, double d2);

#endif
