/*
 * The seven state words, by one table: what was wanted and what was observed give the word. The
 * first line that fits decides.
 */
#ifndef BALANCER_WORDS_H
#define BALANCER_WORDS_H

#include <balancer/context.h>

/* The word of a server now, as in events and JSON; never NULL. */
const char *words_of(const struct fleet *fleet, const struct fleet_server *server);

/* Is the container there as the placement wants it, so that it can be used? */
bool words_is_running(const struct fleet *fleet, const struct fleet_server *server);

#endif
