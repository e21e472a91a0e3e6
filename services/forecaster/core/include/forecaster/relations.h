/*
 * What moves together on a host or server, and what moves first: the resources of one subject,
 * without their daily and weekly pattern and with each value's own past taken out of it (or every
 * pair of seasonal loads would "cause" each other). Pure.
 */
#ifndef FORECASTER_RELATIONS_H
#define FORECASTER_RELATIONS_H

#include <forecaster/series.h>

enum {
    RELATION_SERIES_MAX = 4,
    RELATIONS_MAX = RELATION_SERIES_MAX * (RELATION_SERIES_MAX - 1) * 3 / 2,
    RELATION_LAGS = 12, /* an hour */
    RELATION_ORDER = 6, /* half an hour of past values, each way */
};

struct relation {
    size_t first, second; /* indices of the series; first leads, or they move at once */
    bool leads;           /* by Granger's test; else in the same slot */
    int lag_slots;        /* at which the correlation is largest; 0 unless it leads */
    double correlation;   /* of what is new in each, at that lag */
    double f;             /* 0 unless it leads */
    double q;             /* p after Benjamini and Hochberg 1995, over all tests of this subject */
    double gain; /* share of the second's error that the first takes away; 0 unless leads */
};

/*
 * histories: of one grid and calendar. Series with less than a week of values, or that stand still,
 * take no part. Listed is what has q <= 0.01 and counts for something: a gain of 1 % at least, or a
 * correlation of 0.1. Strongest first. ret_tests: how many tests the correction stands on.
 */
size_t relations_find(const struct history *const *histories, size_t count, int64_t origin,
                      struct relation ret_relations[RELATIONS_MAX], size_t *ret_tests);

/* p values become q values, in place. */
void relations_correct(double *p, size_t count);

#endif
