/*
 * What one decision writes. Each record is encoded and applied to the fleet as soon as it is added,
 * so that what is decided next already sees it; the shell then writes all of them in one
 * transaction. There is no way back: a failed write ends the process.
 */
#ifndef BALANCER_EFFECTS_H
#define BALANCER_EFFECTS_H

#include <balancer/fleet.h>

struct effect {
    enum nt_topic topic;
    const char *key;
    struct nt_span value; /* len 0: a tombstone */
    const char *kind;     /* for ce_type, as "server.started"; NULL: the topic's own */
};

struct effects {
    struct fleet *fleet;
    struct nt_arena *arena; /* everything here; reset it after the records are handed on */
    struct effect *items;
    size_t count;
    size_t capacity;
};

void effects_init(struct effects *effects, struct fleet *fleet, struct nt_arena *arena);
void effects_deinit(struct effects *effects);

void effects_outcome(struct effects *effects, const struct nt_outcome *outcome);
void effects_placement(struct effects *effects, const struct nt_placement *placement);
void effects_server_state(struct effects *effects, const struct nt_server_state *state);
void effects_server_event(struct effects *effects, const struct nt_server_event *event);
void effects_move_event(struct effects *effects, const struct nt_move_event *event);
void effects_host(struct effects *effects, const struct nt_host *host);
void effects_pool(struct effects *effects, const struct nt_pool *pool);
void effects_plan(struct effects *effects, const struct nt_plan *plan);
void effects_alert(struct effects *effects, const struct nt_alert *alert);

/* A tombstone. */
void effects_drop(struct effects *effects, enum nt_topic topic, const char *key);

#endif
