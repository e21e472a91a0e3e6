/* The edge's ports for tcp and ssh services: one range, each port one service's for its life. */
#ifndef BALANCER_PORTS_H
#define BALANCER_PORTS_H

#include <balancer/context.h>

/*
 * A port for each service of spec that needs one, in the arena. Ports of servers that were deleted
 * less than 24 h ago are still theirs, so that nobody lands on a stranger's server. Returns the
 * count, or -ENOSPC when the range is used up.
 */
int ports_allocate(const struct context *context, const struct nt_spec *spec,
                   struct nt_arena *arena, struct nt_edge_port **ret_ports);

#endif
