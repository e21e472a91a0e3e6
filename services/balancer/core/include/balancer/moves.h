/*
 * The life of a move (DESIGN section 7; docs/architecture/moves.md): one table of phases. The
 * balancer writes the phase into the placement; the two provisioners record their steps in
 * observed.
 *
 * Deadlines are wall time and count only while the end of the log is being read, so a leader that
 * was away gives nobody up for silence that it slept through.
 */
#ifndef BALANCER_MOVES_H
#define BALANCER_MOVES_H

#include <balancer/context.h>

enum {
    MOVES_STALLED_MS = 10 * 60 * 1000, /* copying without progress */
    MOVES_HOLDING_MS = 8 * 1000,
    MOVES_CUTOVER_MS = 12 * 1000,
};

struct moves_start {
    const char *server;
    const char *to;
    const char *id;        /* of the move; NULL: a new one */
    const char *plan;      /* or NULL */
    const char *request;   /* "" where the balancer itself decided */
    int64_t cutover_at_ms; /* load time; 0: as soon as copied */
    struct nt_reason reason;
};

/* Enter copying. The caller has checked that it may be. */
void moves_begin(const struct context *context, struct effects *effects,
                 const struct moves_start *start);

/*
 * Take every step that the table allows now for this server. Harmless to repeat: each is guarded
 * by the move's id and phase. Call it when the placement or what is observed changed.
 */
void moves_step(const struct context *context, struct effects *effects, const char *id);

/* Once a second: count elapsed_ms for the deadlines and step all moves. */
void moves_tick(const struct context *context, struct effects *effects, int64_t elapsed_ms);

/* End a move in copying; why is the reason's key. The caller writes the placement afterwards. */
void moves_abort_in(const struct context *context, struct effects *effects,
                    struct nt_placement *placement, const char *why);

/* The edge says that it holds. False where this move is not holding (any more). */
bool moves_edge_holds(const struct context *context, struct effects *effects, const char *server,
                      const char *move, const char *request);

/* Moves of this load hour: under way, or ended within it. */
int moves_in_last_hour(const struct context *context);

#endif
