/*
 * Wishes decided, one after the other, in the order of their partition: each gets exactly one
 * outcome, and its placement, state and events with it.
 */
#ifndef BALANCER_REQUESTS_H
#define BALANCER_REQUESTS_H

#include <balancer/context.h>
#include <balancer/outcomes.h>

enum { REQUESTS_EXPIRE_MS = 10 * 60 * 1000 };

/*
 * Decide. One that waited REQUESTS_EXPIRE_MS unread is answered expired. False where the same
 * request was answered within 24 h: its first outcome stands, and nothing is written (whoever
 * repeats it finds that outcome in the topic).
 */
bool requests_decide(const struct context *context, struct outcomes *outcomes,
                     const struct nt_wish *wish, struct effects *effects);

#endif
