/*
 * One path from many: part the gate's weighted mean, part the median weighted by past errors. On
 * loads at five minutes how both did on the past days of a series tells how much of each.
 */
#ifndef MODELS_MIX_H
#define MODELS_MIX_H

#include <models/gate.h>

struct mix {
    double shares[ENSEMBLE_BLOCKS][MEMBERS_COUNT];  /* of the gate; they add up to 1 */
    double weights[ENSEMBLE_BLOCKS][MEMBERS_COUNT]; /* of the weighted median */
    double gate_part;                               /* 0: none, where nothing could be judged */
};

void mix_decide(const struct ensemble *ensemble, const struct gates *gates, struct mix *ret_mix);

/* The mixed path from one of the task's origins. */
void mix_path(const struct mix *mix, const struct ensemble *ensemble, size_t origin,
              double *ret_path);

/* What the mixture missed from each past origin: origins x horizon, NaN where the outcome is not
 * known. */
void mix_residuals(const struct mix *mix, const struct ensemble *ensemble, double *ret_residuals);

#endif
