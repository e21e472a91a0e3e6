/* How a record of ours is changed: a copy with the next revision, whose parts are then replaced. */
#ifndef BALANCER_EDIT_H
#define BALANCER_EDIT_H

#include <balancer/context.h>

/* The parts still belong to the old record, which stays valid until the decision is over. */
static inline struct nt_placement edit_begin(const struct context *context,
                                             const struct nt_placement *old, const char *request)
{
    struct nt_placement placement = *old;
    placement.revision++;
    placement.request = request;
    placement.at_ms = context->wall_ms;
    return placement;
}

#endif
