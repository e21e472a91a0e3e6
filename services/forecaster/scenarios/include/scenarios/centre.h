/*
 * What a series does at a time of day and week: a linear combination of nine candidates, each made
 * of data at least CENTRE_AHEAD slots older than the slot it speaks of, so that the centre of the
 * next day is known now. The weights are learned by ridge regression from sums per day: first one
 * set for all series, then each series' own, drawn towards it. Slots are of five minutes.
 */
#ifndef SCENARIOS_CENTRE_H
#define SCENARIOS_CENTRE_H

#include <scenarios/past.h>
#include <stdbool.h>

enum {
    CENTRE_DAY = 288,
    CENTRE_WEEK = 7 * CENTRE_DAY,
    CENTRE_AHEAD = CENTRE_DAY - 2,
    CENTRE_PARTS = 9,
    CENTRE_PAIRS = CENTRE_PARTS * (CENTRE_PARTS + 1) / 2,
    CENTRE_DAYS = 28, /* days that are learned from */
};

/* Sums of products over one day, or over several with weights. */
struct centre_sums {
    double gram[CENTRE_PAIRS]; /* lower triangle, row by row */
    double with[CENTRE_PARTS];
    double count;
};

struct centre_weights {
    float of[CENTRE_PARTS];
};

/* Before anything was learned. */
extern const struct centre_weights centre_prior;
/* The mean of the last seven days, whatever the time: for comparison. */
extern const struct centre_weights centre_time_blind;

/* Every part is finite, 0 where nothing is known. Uses slots up to slot - CENTRE_AHEAD. */
void centre_parts(const struct past *past, int slot, float ret_parts[CENTRE_PARTS]);
float centre_value(const struct past *past, int slot, const struct centre_weights *weights);

/* Sums over the slots [from, end) that have a value. */
void centre_sum(const struct past *past, int from, int end, struct centre_sums *ret_sums);
void centre_add(struct centre_sums *sums, const struct centre_sums *more, double weight);

/* Divide by the trace of a day, so that large series do not outweigh small ones; false: no trace.
 */
bool centre_normalise(struct centre_sums *sums);

/* pull: the ridge, in parts of the mean diagonal, towards `towards`. */
struct centre_weights centre_solve(const struct centre_sums *sums, double pull,
                                   const struct centre_weights *towards);

#endif
