/* Plan records: making and changing them; for the files of plan only. */
#ifndef BALANCER_PLAN_RECORD_H
#define BALANCER_PLAN_RECORD_H

#include <balancer/plan.h>

/* What a proposal becomes. without: the outlook before it, with: after it; window in load time. */
struct plan_draft {
    const struct danger *danger;
    struct outlook *without;
    struct outlook *with;
    const struct proposal *proposal;
    bool is_now;
};

/* Write a new plan, with planned events for its moves where they will be carried out. Returns its
 * id, in the effects' arena. */
const char *plan_write(const struct context *context, struct effects *effects,
                       const struct plan_draft *draft);

/* A copy in the arena, of the next revision, with moves that may be changed. */
struct nt_plan *plan_edit(const struct context *context, struct effects *effects,
                          const struct nt_plan *old);

bool plan_is_open(const struct nt_plan *plan);            /* suggested or applied */
bool plan_move_waits(const struct nt_planned_move *move); /* planned or waiting-consent */
size_t plan_waiting(const struct nt_plan *plan);          /* how many of its moves wait */
bool plan_is_about(const struct nt_plan *plan, const char *host);

bool plan_waits_for(const struct fleet *fleet, const char *server); /* a move of it waits */

/* The open plan of a host; NULL: none. */
const struct nt_plan *plan_of_host(const struct fleet *fleet, const char *host);

/* Servers on spare hosts go home when the active hosts stay calm with them all day; draining hosts
 * are emptied one server after the other. Part of plan_tick(). */
void plan_home(const struct context *context, struct effects *effects, struct outlook *outlook);
void plan_drain(const struct context *context, struct effects *effects);

/* No move waits any more; the plan itself ends. helped may be NULL. */
void plan_close(const struct context *context, struct effects *effects, const struct nt_plan *old,
                const char *state, const struct nt_reason *helped);

#endif
