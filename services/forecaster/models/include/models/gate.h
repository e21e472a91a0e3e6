/*
 * The gate: a small network, trained once over many series (train/), that looks at how the members
 * did and where they disagree, all in scale-free terms, and gives each a share per block of
 * horizons. Its weights are a generated table.
 */
#ifndef MODELS_GATE_H
#define MODELS_GATE_H

#include <models/ensemble.h>
#include <stdint.h>

enum {
    GATE_PER_MEMBER = 4,
    GATE_INPUTS = MEMBERS_COUNT * ENSEMBLE_BLOCKS * GATE_PER_MEMBER + 2 * ENSEMBLE_BLOCKS,
    GATE_HIDDEN = 32,
    GATE_OUTPUTS = MEMBERS_COUNT * ENSEMBLE_BLOCKS,
};

/* Weights are 127ths of their row's largest, which is beside them: a fifth of the text, and no
 * difference that a score could show. */
struct gate {
    int8_t hidden[GATE_HIDDEN][GATE_INPUTS];
    int8_t output[GATE_OUTPUTS][GATE_HIDDEN];
    float hidden_unit[GATE_HIDDEN], hidden_bias[GATE_HIDDEN];
    float output_unit[GATE_OUTPUTS], output_bias[GATE_OUTPUTS];
};

/* Nets of several seeds, whose shares are averaged, and how much of a mixture is theirs. */
struct gates {
    const struct gate *const *nets;
    size_t count;
    double part; /* 0 to 1 */
    double
        sharpness; /* it and the rest take part by their past errors to that power; 0: always so */
};

/* What the gate sees of an ensemble. */
void gate_look(const struct ensemble *ensemble, float ret_inputs[GATE_INPUTS]);

/* Shares that add up to 1 in each block; 0 for members that are not usable. */
void gate_weigh(const struct gate *gate, const struct ensemble *ensemble,
                const float inputs[GATE_INPUTS], double ret_shares[ENSEMBLE_BLOCKS][MEMBERS_COUNT]);

#endif
