/*
 * The fleet in this process, and what its leader does with it: every message and every second
 * becomes decisions, each written in one transaction. A standby keeps the same tables warm and
 * decides nothing.
 */
#ifndef BALANCER_LEADER_H
#define BALANCER_LEADER_H

#include "settings.h"

#include <balancer/outcomes.h>
#include <balancer/preview.h>
#include <balancer/whatif.h>
#include <balancer/writer.h>
#include <nt/bus.h>
#include <nt/metrics.h>

struct leader;

struct leader *leader_new(const struct settings *settings, struct nt_metrics *metrics);
void leader_free(struct leader *leader);

/* A record of a view. Returns 0, or a negative errno for the dead letters. */
int leader_on_view(struct leader *leader, const struct nt_message *message, struct nt_error *err);

/* An outcome of an earlier time, remembered for repeats. */
int leader_on_outcome(struct leader *leader, const struct nt_message *message,
                      struct nt_error *err);

/* From here on it decides, and writes with writer (borrowed). */
void leader_begin(struct leader *leader, struct writer *writer);
bool leader_is_leading(const struct leader *leader);

/* A request, of group's one partition. Only while leading. */
int leader_on_request(struct leader *leader, const struct nt_message *message,
                      struct nt_group *group, struct nt_error *err);

/* Every second, on standbys too. is_current: the end of the log is being read. */
void leader_tick(struct leader *leader, bool is_current);

void leader_preview(struct leader *leader, struct nt_arena *arena, const struct preview_ask *ask,
                    struct preview *ret_preview);
void leader_whatif(struct leader *leader, struct nt_arena *arena, const struct whatif_ask *ask,
                   struct whatif *ret_whatif);

#endif
