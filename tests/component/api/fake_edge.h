/*
 * A fake HAProxy: the runtime socket in prompt mode with the three maps and the stick-tables of
 * services/images/edge, as far as the api uses them. It runs in a thread of its own; every function
 * may be called from the test's.
 */
#ifndef FAKE_EDGE_H
#define FAKE_EDGE_H

#include <stdbool.h>

struct fake_edge;

struct fake_edge *fake_edge_start(const char *path);

/* Connections end, what it knew is gone; it can be started again at the same path. */
void fake_edge_stop(struct fake_edge *edge);

/* Requests in flight for a key. */
void fake_edge_set_in_flight(struct fake_edge *edge, const char *key, int count);

/* Forget an entry behind the api's back. */
void fake_edge_forget(struct fake_edge *edge, const char *map, const char *key);

/* Wait until map ("address", "port", "hold") says value for key; value NULL: nothing. */
bool fake_edge_await(struct fake_edge *edge, const char *map, const char *key, const char *value,
                     int timeout_ms);

#endif
