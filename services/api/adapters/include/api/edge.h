/*
 * The edge's maps, kept equal to what the servers' states say (core/edgemap.h), and the edge's part
 * of a move (core/holds.h). We write only while we hold the lock file beside the socket, so that
 * two copies of the api never do. Loop thread only.
 */
#ifndef API_EDGE_H
#define API_EDGE_H

#include <api/table.h>
#include <nt/loop.h>
#include <nt/metrics.h>

struct edge;

struct edge_options {
    struct nt_loop *loop;
    struct nt_metrics *metrics;  /* may be NULL */
    const char *socket;          /* HAProxy's runtime socket */
    const char *domain;          /* of the servers */
    const struct table *servers; /* nt_server_state; lives longer than the edge */
    /* New requests wait and nothing is in flight: write the edge-holding request for this move,
     * then call edge_said(). */
    void (*on_holding)(void *arg, const char *server, const char *move);
    void *arg;
};

struct edge *edge_new(const struct edge_options *options);
void edge_free(struct edge *edge); /* NULL does nothing */

/* The maps may now differ from the states: call when all that was there has been read, and then
 * after every change. Nothing is written before the first call. */
void edge_changed(struct edge *edge);

/* status: 0, or negative: it is said again in 200 ms. */
void edge_said(struct edge *edge, const char *move, int status);

/* The maps are as they should be, as far as we know. */
bool edge_is_in_step(const struct edge *edge);

#endif
