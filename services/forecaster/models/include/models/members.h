/* The members of the ensemble, in the order in which the gate's weights are stored. */
#ifndef MODELS_MEMBERS_H
#define MODELS_MEMBERS_H

#include <models/task.h>

enum { MEMBERS_COUNT = 28 };

extern const struct member members[MEMBERS_COUNT];

#endif
