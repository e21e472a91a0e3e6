/*
 * "What if?": how hosts would look over the next 24 h with one thing changed. Asked by the page
 * and by administrators before they do it; changes nothing. From the same outlook and the same
 * packing as plans.
 */
#ifndef BALANCER_WHATIF_H
#define BALANCER_WHATIF_H

#include <balancer/context.h>

enum whatif_kind {
    WHATIF_MOVE,     /* server, to (NULL: the best host) */
    WHATIF_RESIZE,   /* server, size: its load grows or shrinks with its CPU */
    WHATIF_ADD,      /* size, template, to (NULL: where it would be placed) */
    WHATIF_REMOVE,   /* server */
    WHATIF_HOST_LOST /* host: its servers go where they fit, the largest first */
};

struct whatif_ask {
    enum whatif_kind kind;
    const char *server;
    const char *to;
    const char *host;
    const char *template;
    struct nt_resources size;
};

enum { WHATIF_POINTS = 96 }; /* 15 minutes each */

struct whatif_side {
    double peak_pct;    /* highest expected CPU */
    double above_ms;    /* expected time above the threshold, CPU and memory */
    double probability; /* highest P(CPU above the threshold) */
    float pct[WHATIF_POINTS];
};

struct whatif_host {
    const char *host;
    bool is_forecast; /* false: from the newest loads */
    struct whatif_side without, with;
};

struct whatif {
    const char *problem;       /* code of problems.json; NULL: it can be done */
    const char *to;            /* where it would go; NULL: nowhere, or does not matter */
    int64_t from_ms;           /* load time of the first point */
    struct whatif_host *hosts; /* that would change; without a problem or with one */
    size_t hosts_count;
    const char **homeless; /* servers that fit nowhere, of a lost host */
    size_t homeless_count;
};

/* Everything lives in arena. */
void whatif_answer(const struct context *context, struct nt_arena *arena,
                   const struct whatif_ask *ask, struct whatif *ret_whatif);

#endif
