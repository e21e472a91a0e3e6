/*
 * The public view of a server (server.state) and the events, from what was wanted and what was
 * observed. Events come from the difference to the state that was last written, so a leader that
 * takes over misses none and repeats none.
 */
#ifndef BALANCER_STATE_H
#define BALANCER_STATE_H

#include <balancer/context.h>

/*
 * Write server.state and the events of its transitions if anything in it changed. A deleted server
 * whose container is gone gets its last event and a last state whose host is empty: it lives
 * nowhere. Does nothing for a server without placement.
 */
void state_refresh(const struct context *context, struct effects *effects, const char *id);
void state_refresh_host(const struct context *context, struct effects *effects, const char *host);
void state_refresh_all(const struct context *context, struct effects *effects);

/* Tombstones: of states 24 h after the deletion, of placements 30 days after it. */
void state_forget_old(const struct context *context, struct effects *effects);

/* An event that a request causes. */
void state_event(const struct context *context, struct effects *effects,
                 const struct nt_placement *placement, const char *kind, const char *request,
                 const struct nt_pair *params, size_t params_count);

#endif
