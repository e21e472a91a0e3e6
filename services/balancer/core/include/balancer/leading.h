/* What a leader does once when it takes over, and when hosts appear. */
#ifndef BALANCER_LEADING_H
#define BALANCER_LEADING_H

#include <balancer/context.h>

/* From settings. The mode, the clock and the cluster are the first leader's for good; the rest is
 * what the present leader was started with. */
struct leading {
    const char *mode;
    const char *time_zone;
    const char *cluster;
    const char *address; /* host:port of our HTTP */
    int moves_per_hour;
    int64_t cool_down_ms;
    double act_probability;
    double threshold_pct;
    int64_t clock_load0_ms; /* 0: load time is wall time */
    double clock_rate;
};

/* Write pool: the next epoch, our address. The very first also sets mode, clock and cluster. */
void leading_take_over(const struct context *context, struct effects *effects,
                       const struct leading *leading);

/*
 * Enter a host in hosts as soon as its collector proposed a role, and fix the id of its engine at
 * the first word of its provisioner. Call it for what arrived, and for all at take-over.
 */
void leading_register(const struct context *context, struct effects *effects, const char *id);
void leading_register_all(const struct context *context, struct effects *effects);

#endif
