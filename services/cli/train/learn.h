/* Gradient descent on the gate: Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
#ifndef TRAIN_LEARN_H
#define TRAIN_LEARN_H

#include "sample.h"

struct learn {
    size_t epochs;
    double rate, decay;
    uint64_t seed;
};

/* The loss of the last epoch is returned; the gate is rounded to what a table holds. */
double learn_gate(const struct learn *learn, const struct sample *samples, size_t count,
                  struct gate *ret_gate);

#endif
