/*
 * Plans: what the balancer means to do and why, from the danger that is seen until it is known
 * whether the moves helped. At most one plan of a host waits at a time.
 *
 *   suggested --> applied --> done          a move was started; the window is over
 *       |             `-----> superseded    none of its moves was carried out
 *       `-------------------> superseded    replaced, not needed any more, or never applied
 *   no-useful-move --------> superseded
 */
#ifndef BALANCER_PLAN_H
#define BALANCER_PLAN_H

#include <balancer/context.h>
#include <balancer/planner.h>

/* Every five load minutes: keep, drop or make plans for what the scenarios show. */
void plan_tick(const struct context *context, struct effects *effects,
               const struct planner *planner);

/* Every second: start the moves that are due (mode automatic), end plans whose window is over. */
void plan_start_due(const struct context *context, struct effects *effects);

/* Every second: overload alerts, and a plan at once for danger that was not foreseen. */
void plan_react(const struct context *context, struct effects *effects,
                const struct planner *planner);

/* A move of a plan ended: done or aborted. Unknown plans and moves are ignored. */
void plan_note_move(const struct context *context, struct effects *effects, const char *id,
                    const char *move, const char *state);

/* Why a planned move was planned; NULL where plan (may be NULL) or move are not known. */
const struct nt_reason *plan_move_reason(const struct fleet *fleet, const char *id,
                                         const char *move);

/* A planned move of a server to that host that still waits; NULL: none. */
const struct nt_planned_move *plan_waiting_move(const struct fleet *fleet, const char *server,
                                                const char *to, const char **ret_plan);

/* Waiting moves of a server (only that move where it is not NULL) are dropped. */
void plan_drop_moves(const struct context *context, struct effects *effects, const char *server,
                     const char *move);

/* The owner agrees. False where no planned move of this server waits for that. */
bool plan_consent(const struct context *context, struct effects *effects, const char *server,
                  const char *move);

#endif
