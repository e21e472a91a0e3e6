/*
 * What decides which servers leave a host in danger: one function behind a table, so that planners
 * can be exchanged. Whatever the planner, its proposal carries the reasons that people read.
 */
#ifndef BALANCER_PLANNER_H
#define BALANCER_PLANNER_H

#include <balancer/outlook.h>
#include <balancer/rules.h>

enum { PROPOSAL_MOVES_MAX = 4, PROPOSAL_REJECTED_MAX = 16 };

struct proposed_move {
    const struct fleet_server *server;
    const char *from;
    const char *to;
    int64_t cutover_at_ms; /* load time; 0: as soon as copied */
    struct rules_copy copy;
    bool needs_consent;
    struct nt_reason reason;
};

struct rejected_move {
    const struct fleet_server *server;
    const char *to; /* "" where no target was looked at */
    double from_peak_pct;
    double to_peak_pct;
    struct nt_reason reason;
};

struct proposal {
    struct proposed_move moves[PROPOSAL_MOVES_MAX]; /* none: no useful move */
    size_t moves_count;
    struct rejected_move rejected[PROPOSAL_REJECTED_MAX];
    size_t rejected_count;
    double gain_ms; /* expected time above the threshold that is saved */
    bool is_clear;  /* the window is gone with these moves */
};

struct planner {
    const char *name;
    /* outlook is changed as if the moves were made. is_now: the danger is here, there is no time
     * for notice. Texts and parameters live in arena. */
    void (*propose)(struct outlook *outlook, const struct danger *danger, bool is_now,
                    struct nt_arena *arena, struct proposal *ret_proposal);
};

/* The move that saves most expected overload for its price, again and again, until the window is
 * gone; compared by <packing/packing.h>. */
extern const struct planner planner_packing;

#endif
