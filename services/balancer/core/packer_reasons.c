#include "packer_reasons.h"

#include <balancer/answer.h>

struct nt_reason packer_reason(struct nt_arena *arena, const struct outlook *outlook,
                               const struct danger *danger, const struct candidate *chosen,
                               bool is_now)
{
    const int64_t from_ms = outlook->from_ms;
    return reason_make(
        arena, is_now ? "move.now" : "move.window", "name", fleet_placement(chosen->server)->name,
        "host", danger->host->host->id, "to", chosen->to->host->id, "resource",
        outlook_resource_name(danger->resource), "from_ms",
        reason_number(arena, from_ms + (int64_t)danger->window.first * SCENARIO_SLOT_MS), "to_ms",
        reason_number(arena, from_ms + (int64_t)danger->window.end * SCENARIO_SLOT_MS), "peak_pct",
        reason_real(arena, chosen->from_peak_pct), "to_peak_pct",
        reason_real(arena, chosen->to_peak_pct), "gain_ms",
        reason_number(arena, (int64_t)chosen->gain_ms), NULL);
}

void packer_reject(struct proposal *proposal, const struct candidate *candidate,
                   struct nt_reason reason)
{
    for (size_t i = 0; i < proposal->rejected_count; i++)
        if (proposal->rejected[i].server == candidate->server)
            return;
    if (proposal->rejected_count == PROPOSAL_REJECTED_MAX)
        return;
    proposal->rejected[proposal->rejected_count++] = (struct rejected_move){
        .server = candidate->server,
        .to = candidate->to != NULL ? candidate->to->host->id : "",
        .from_peak_pct = candidate->from_peak_pct,
        .to_peak_pct = candidate->to_peak_pct,
        .reason = reason,
    };
}

static void reject_little_gain(struct proposal *proposal, struct nt_arena *arena,
                               const struct candidate *candidate, double gain_ms)
{
    packer_reject(proposal, candidate,
                  reason_make(arena, "reject.little-gain", "name",
                              fleet_placement(candidate->server)->name, "to",
                              candidate->to->host->id, "gain_ms",
                              reason_number(arena, (int64_t)gain_ms), NULL));
}

void packer_reject_target(struct proposal *proposal, struct nt_arena *arena,
                          const struct candidate *candidate)
{
    const char *name = fleet_placement(candidate->server)->name;
    if (candidate->to == NULL)
        packer_reject(proposal, candidate,
                      reason_make(arena, "reject.no-target", "name", name, NULL));
    else if (candidate->is_harmful)
        packer_reject(proposal, candidate,
                      reason_make(arena, "reject.target-over", "name", name, "to",
                                  candidate->to->host->id, "to_peak_pct",
                                  reason_real(arena, candidate->to_peak_pct), NULL));
    else
        reject_little_gain(proposal, arena, candidate, candidate->gain_ms);
}

void packer_reject_dearer(struct proposal *proposal, struct nt_arena *arena,
                          const struct candidate *candidate, const struct candidate *chosen)
{
    packer_reject(
        proposal, candidate,
        reason_make(arena, "reject.dearer", "name", fleet_placement(candidate->server)->name, "to",
                    candidate->to->host->id, "chosen", fleet_placement(chosen->server)->name,
                    "pause_ms", reason_number(arena, candidate->copy.pause_ms), NULL));
}

void packer_forget_chosen(struct proposal *proposal)
{
    size_t kept = 0;
    for (size_t i = 0; i < proposal->rejected_count; i++) {
        bool is_chosen = false;
        for (size_t j = 0; j < proposal->moves_count; j++)
            is_chosen |= proposal->moves[j].server == proposal->rejected[i].server;
        if (!is_chosen)
            proposal->rejected[kept++] = proposal->rejected[i];
    }
    proposal->rejected_count = kept;
}

void packer_give_up(struct proposal *proposal, struct outlook *outlook, struct nt_arena *arena)
{
    for (size_t i = 0; i < proposal->moves_count; i++) {
        const struct proposed_move *move = &proposal->moves[i];
        const struct candidate candidate = {.server = move->server,
                                            .to = outlook_find(outlook, move->to)};
        reject_little_gain(proposal, arena, &candidate, proposal->gain_ms);
    }
    proposal->moves_count = 0;
    proposal->is_clear = false;
}
