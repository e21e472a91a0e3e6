/* "Fits now?", asked before somebody decides. Says what the room is like, as requests_decide()
 * would find it, and changes nothing. Quotas are the asker's to look at. */
#ifndef BALANCER_PREVIEW_H
#define BALANCER_PREVIEW_H

#include <balancer/answer.h>
#include <balancer/context.h>

struct preview_ask {
    const char *server; /* to be resized; NULL: a new one */
    const char *template;
    struct nt_resources minimum;
    struct nt_resources requested;
};

struct preview {
    const char *fits;        /* now, partly, no */
    struct nt_reason reason; /* fits.*: the sentence */
    bool has_granted;
    struct nt_resources granted;
    bool has_largest;
    struct nt_resources largest; /* that fits on any host, or on the server's */
    const char *host;            /* NULL: none */
};

void preview_estimate(const struct context *context, struct nt_arena *arena,
                      const struct preview_ask *ask, struct preview *ret_preview);

#endif
