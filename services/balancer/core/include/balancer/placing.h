/*
 * Where a server goes: hard constraints first (role, cordon, drain, quarantine, silence, room),
 * then the host whose forecast sum with the server's expected curve has the lowest peak over the
 * next 24 h. Where a candidate has no forecast yet, the share that is granted decides for all.
 */
#ifndef BALANCER_PLACING_H
#define BALANCER_PLACING_H

#include <balancer/allotment.h>
#include <balancer/context.h>
#include <balancer/scenario.h>

struct placing {
    struct fleet_host *host; /* NULL: nowhere */
    struct allotment allotment;
    struct nt_resources largest; /* that fits on any host; where there is none */
};

/* A new server. only (may be NULL) names the one host that is allowed, whatever its role. */
struct placing placing_new(const struct context *context, const struct nt_resources *requested,
                           const struct nt_resources *minimum, const char *template,
                           const char *only);

/* "fits now", or "0.7 CPU now, because hosts are 91 % given away"; not for ALLOTMENT_NONE. */
struct nt_reason placing_reason(struct nt_arena *arena, const struct nt_resources *requested,
                                const struct allotment *allotment);

/* May this host receive a server that moves? Returns NULL, or the problem's code. */
const char *placing_target(const struct context *context, const struct nt_placement *placement,
                           const struct fleet_host *host);

/* The target of a move for which a person named no host; NULL: none suits. */
struct fleet_host *placing_best_target(const struct context *context,
                                       const struct nt_placement *placement);

/* Sum of all that runs on a host and its remainder; false where nothing of it is forecast. */
bool placing_forecast(const struct context *context, const struct fleet_host *host,
                      enum fleet_resource resource, struct scenario_sum *ret_sum);

/* Add one server's expected curve from slot first on: its scenarios, else its newest load, else
 * half of what it was granted. */
void placing_add_server(const struct context *context, const struct fleet_server *server,
                        enum fleet_resource resource, float weight, int first,
                        struct scenario_sum *sum);

/* A server that is not there yet: what servers of this template use on average of what they were
 * granted, slot by slot; with none of them forecast, half of it all day. */
void placing_add_expected(const struct context *context, const char *template,
                          const struct nt_resources *granted, struct scenario_sum *sum);

bool placing_is_open(const struct fleet_host *host); /* known, heard, not cordoned, draining... */

#endif
