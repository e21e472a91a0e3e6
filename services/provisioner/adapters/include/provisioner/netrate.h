/*
 * The network rate of a container, up and down (DESIGN.md section 9): token buckets (tc-tbf(8)) on
 * both ends of its pair of interfaces. The end on the host limits what goes into the container, the
 * end inside what comes out of it; a container's root has no right to change either. Blocks a
 * little: for the pool. Any thread.
 */
#ifndef PROVISIONER_NETRATE_H
#define PROVISIONER_NETRATE_H

#include <nt/error.h>
#include <stdint.h>

struct netrate {
    int64_t up_bps; /* bits a second; 0: not limited */
    int64_t down_bps;
};

/* pid's network namespace, to be closed by the caller; or a negative errno. */
int netrate_open(int64_t pid);

/*
 * Makes the limits of the namespace's only pair those of `wanted`, and reads back what holds now.
 * Safe to repeat. -ENODEV: it has no such pair.
 */
int netrate_apply(int netns, const struct netrate *wanted, struct netrate *ret_now,
                  struct nt_error *err);

#endif
