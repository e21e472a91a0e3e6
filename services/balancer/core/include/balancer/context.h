/*
 * What every decision is given: the fleet as it is, the two times, the installation's policy, and
 * whatever would otherwise be a hidden input (fresh ids, the local time zone).
 */
#ifndef BALANCER_CONTEXT_H
#define BALANCER_CONTEXT_H

#include <balancer/effects.h>

struct policy {
    int edge_port_first; /* range of the edge's ports for tcp and ssh services */
    int edge_port_last;
    double host_share_max_pct; /* no server may ask for more of one host */
    int64_t copy_bytes_per_s;  /* assumed while nothing was measured */
    int64_t copy_pause_max_ms; /* a longer copy is not moved automatically */
    int64_t move_lead_ms;      /* wall time from the start of a copy to the cut-over */
    int64_t notice_ms;         /* load time the owner knows before */
    int64_t gain_min_ms;       /* expected time above the threshold that moves must save */
    int overload_minutes;      /* consecutive readings that count as danger */
    double busy_pct;           /* of its CPU: a server that uses more is busy */
};

/* What a fresh installation has; figures of DESIGN section 6. */
extern const struct policy policy_default;

struct context {
    struct fleet *fleet;
    const struct policy *policy;
    int64_t wall_ms;
    int64_t load_ms;
    bool is_current; /* the end of the log is being read */

    /* A new unique id, for plans and moves. */
    void (*make_id)(void *arg, int64_t wall_ms, char ret_id[NT_UUID_SIZE]);
    /* Minute of the local day, 0..1439, at a load time. */
    int (*local_minute)(void *arg, int64_t load_ms);
    void *arg;
};

#endif
