/*
 * `neaptide offline backtest --faults`: the same forecasts from histories that were harmed as
 * monitoring harms them, each scored on what really came. The ratio to the unharmed history's error
 * says what a fault costs.
 */
#ifndef OFFLINE_FAULTS_H
#define OFFLINE_FAULTS_H

#include <offline/options.h>
#include <offline/table.h>

#include <stdio.h>

struct faults_series {
    double *values; /* the history, changed in place; room for an hour more */
    size_t count;
    size_t hour, day; /* steps */
    double *actual;   /* what came: a shift of level or a cap holds for it too */
    size_t horizon;
    double high; /* bound that the values keep; INFINITY: none */
};

enum { FAULTS = 12 };

/* fault 0 changes nothing. The same seed harms alike. */
const char *faults_name(size_t fault);
void faults_inject(size_t fault, uint64_t seed, struct faults_series *series);

/* How much larger an error counts because what came was made larger. */
double faults_scale(size_t fault);

/* All series and origins that options name; prints one row for each fault. -ENODATA: none could be
 * scored. */
int faults_run(const struct options *options, const struct table *table, FILE *out,
               struct nt_error *err);

#endif
