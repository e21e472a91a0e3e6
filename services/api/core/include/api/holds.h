/*
 * The edge's part of a move (DESIGN section 7): while the balancer says "holding", new requests
 * wait at the edge, those in flight get 5 s, and then the api says so with an edge-holding request
 * naming the move. What still streams after 5 s is cut when the source stops the server. Pure:
 * whoever owns the edge tells what happened and is told what to do.
 */
#ifndef API_HOLDS_H
#define API_HOLDS_H

#include <api/table.h>

#define HOLDS_DRAIN_MS 5000

struct hold {
    char *move;
    char *server;
    char *name;
    bool is_applied; /* the edge has been told, and confirmed it */
    bool is_said;    /* the request is written */
    int64_t applied_mono_ms;
};

struct holds {
    struct hold *items;
    size_t count;
    size_t capacity;
};

void holds_deinit(struct holds *holds);

/* Follow the servers' states (struct nt_server_state): new holds appear, ended ones are dropped. */
void holds_follow(struct holds *holds, const struct table *servers);

/* The edge holds everything that was followed until now. */
void holds_applied(struct holds *holds, int64_t mono_ms);

enum hold_what { HOLD_WAIT, HOLD_ASK, HOLD_SAY };

/* What now? HOLD_ASK: find out how many are in flight. in_flight is that number, -1: unknown. */
enum hold_what hold_next(const struct hold *hold, int in_flight, int64_t mono_ms);

/* NULL where it has ended meanwhile. */
struct hold *holds_find(const struct holds *holds, const char *move);

#endif
