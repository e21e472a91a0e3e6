/* "Fits now?", asked before somebody decides. Says what requests_decide() would say, and changes
 * nothing. */
#ifndef BALANCER_PREVIEW_H
#define BALANCER_PREVIEW_H

#include <balancer/answer.h>
#include <balancer/context.h>

struct preview_ask {
    const char *owner;
    const struct nt_resources *quota; /* NULL: none */
    int quota_servers;                /* negative: none */
    struct nt_resources requested;
    struct nt_resources minimum;
    const char *template;
};

struct preview {
    const char *fits;     /* now, reduced, no */
    struct answer answer; /* code and figures */
    bool has_granted;
    struct nt_resources granted;
    bool has_largest;
    struct nt_resources largest; /* that fits on any host */
    const char *host;            /* NULL: none */
};

void preview_estimate(const struct context *context, struct nt_arena *arena,
                      const struct preview_ask *ask, struct preview *ret_preview);

#endif
