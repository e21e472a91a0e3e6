/*
 * How much of what was asked for a server gets on one host (DESIGN section 6): with
 * g = (granted + requested) / capacity, f(g) is 1 up to 0.75, falls in a line to 0.25 at 0.90, and
 * is 0.25 beyond; granted = max(minimum, f(g) x requested), refused where that exceeds what is
 * left. CPU and memory shrink; GPUs, disk and network are given whole or not at all.
 */
#ifndef BALANCER_ALLOTMENT_H
#define BALANCER_ALLOTMENT_H

#include <nt/contract.h>
#include <stdbool.h>

struct allotment_host {
    struct nt_resources capacity;
    struct nt_resources granted; /* to all servers there; without the one that is resized */
};

enum allotment_fit { ALLOTMENT_FULL, ALLOTMENT_REDUCED, ALLOTMENT_NONE };

struct allotment {
    enum allotment_fit fit;
    struct nt_resources granted; /* where something fits */
    double given_pct;            /* the larger g of CPU and memory, without the request, per cent */
};

double allotment_factor(double g);

struct allotment allotment_new(const struct allotment_host *host,
                               const struct nt_resources *requested,
                               const struct nt_resources *minimum, double host_share_max_pct);

/* A larger size never gives less than now; a smaller one is given whole. NONE where more was asked
 * for and nothing more can be given. */
struct allotment allotment_resize(const struct allotment_host *host, const struct nt_resources *now,
                                  const struct nt_resources *requested,
                                  const struct nt_resources *minimum, double host_share_max_pct);

/* What is left, where a server of this minimum may still be made of it (asking for exactly this is
 * never refused, but may be granted in part); zeros: nothing fits. */
struct nt_resources allotment_largest(const struct allotment_host *host,
                                      const struct nt_resources *minimum,
                                      double host_share_max_pct);

#endif
