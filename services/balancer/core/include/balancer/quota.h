/* Quotas per person, over what the person asked for (not over what was granted). */
#ifndef BALANCER_QUOTA_H
#define BALANCER_QUOTA_H

#include <balancer/answer.h>

struct quota {
    const struct nt_resources *limit; /* NULL: none. disk and network: 0 means not limited */
    int servers_limit;                /* negative: none */
};

/*
 * May a person who uses `used` and `servers_used` have `asked` more, and `servers_asked` servers?
 * If not, the answer becomes quota-<what> with limit, used, left and asked, whose names end in
 * their unit.
 */
bool quota_allows(const struct quota *quota, const struct nt_resources *used, int servers_used,
                  const struct nt_resources *asked, int servers_asked, struct answer *answer);

#endif
