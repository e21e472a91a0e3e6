/*
 * Fair shares of a host in danger: weighted max-min between people, for each resource that is
 * asked for more than there is. A person's weight is the quota weight; nobody gets less than
 * min(what was asked for, weight / weights of the people here x capacity), so nobody gains by
 * asking for more, and room that one does not need goes to the others. Where one resource is
 * short, that is dominant-resource fairness (Ghodsi et al. 2011) over what is short; where several
 * are, each is shared by itself, because nobody's network is taken for the sake of a processor.
 * Within a person's servers: max-min again, and no server beyond its cap of the host.
 *
 * Memory, disk and GPUs are never taken from running servers.
 */
#ifndef BALANCER_FAIR_H
#define BALANCER_FAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fair_resource { FAIR_CPU, FAIR_UP, FAIR_DOWN };
#define FAIR_RESOURCES 3

struct fair_server {
    int owner; /* index into the owners */
    int64_t requested[FAIR_RESOURCES];
    int64_t minimum[FAIR_RESOURCES]; /* the template's; always given */
    int64_t now[FAIR_RESOURCES];     /* granted at present */
    int64_t changed_ms;              /* when the grant changed last */
    /* out */
    int64_t share[FAIR_RESOURCES];
};

struct fair_host {
    int64_t capacity[FAIR_RESOURCES]; /* to be shared: what others than servers use is taken off;
                                         0: not limited */
    double cap_pct;                   /* of it, that one server may hold; 100: all */
};

/* Sets share of every server. weights: of each owner, > 0. */
void fair_share(const struct fair_host *host, const double *weights, size_t owners_count,
                struct fair_server *servers, size_t count);

/*
 * What to change now. In danger every server goes down to its share; otherwise servers are given
 * back what they asked for, those of the person furthest below the entitlement first, as long as
 * all grants together stay a dead band below the capacity. At most one change per server in
 * FAIR_PAUSE_MS. Sets now and changed_ms of those that change; returns how many. fair_share()
 * comes first.
 */
enum { FAIR_PAUSE_MS = 5 * 60 * 1000 };
size_t fair_step(const struct fair_host *host, const double *weights, size_t owners_count,
                 struct fair_server *servers, size_t count, bool is_danger, int64_t now_ms);

#endif
