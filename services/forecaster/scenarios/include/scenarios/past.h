/*
 * One series on a grid of slots, with sums that make every mean of a stretch cost the same. Slot 0
 * is the first one kept. One thread.
 */
#ifndef SCENARIOS_PAST_H
#define SCENARIOS_PAST_H

#include <stddef.h>
#include <stdint.h>

struct past {
    float *value;  /* NaN: missing */
    double *sum;   /* sum[t]: of the values there are before slot t */
    int32_t *seen; /* seen[t]: how many there are */
    int count;     /* slots known */
};

void past_init(struct past *past, int slots_max);
void past_deinit(struct past *past);

void past_append(struct past *past, float value);  /* NaN: missing */
void past_forget(struct past *past, int slots);    /* the oldest */
float past_get(const struct past *past, int slot); /* NaN: missing, or outside */

/* Of what there is in [from, end); NaN: nothing. */
float past_mean(const struct past *past, int from, int end);

#endif
