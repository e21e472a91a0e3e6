/* Why a server moves, and why others do not; for packer.c only. */
#ifndef BALANCER_PACKER_REASONS_H
#define BALANCER_PACKER_REASONS_H

#include <balancer/planner.h>

/* A server that could leave the host in danger. */
struct candidate {
    const struct fleet_server *server;
    struct outlook_host *to; /* the best target; NULL: none was looked at */
    int slot;                /* its moment; -1: now */
    int64_t cutover_at_ms;
    struct rules_copy copy;
    bool needs_consent;
    bool is_chosen;
    bool is_useful;
    double net;     /* minutes of overload saved, less the price */
    double gain_ms; /* expected time above the limit that is saved, on both hosts together */
    double from_peak_pct;
    double to_peak_pct;
    bool is_clear;   /* the source's window is gone */
    bool is_harmful; /* the target gets a window of its own */
};

struct nt_reason packer_reason(struct nt_arena *arena, const struct outlook *outlook,
                               const struct danger *danger, const struct candidate *chosen,
                               bool is_now);

/* The first reason of a server is the one that is told. */
void packer_reject(struct proposal *proposal, const struct candidate *candidate,
                   struct nt_reason reason);
void packer_reject_target(struct proposal *proposal, struct nt_arena *arena,
                          const struct candidate *candidate);
void packer_reject_dearer(struct proposal *proposal, struct nt_arena *arena,
                          const struct candidate *candidate, const struct candidate *chosen);

/* Dearer at first, chosen later: not an alternative any more. */
void packer_forget_chosen(struct proposal *proposal);

/* Together they save too little: then no move is the better plan. */
void packer_give_up(struct proposal *proposal, struct outlook *outlook, struct nt_arena *arena);

#endif
