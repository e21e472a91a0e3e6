#include "internal.h"

#include <nt/text.h>

#define PLAIN "text/plain; charset=utf-8"

static void serve_healthz(void *arg, struct nt_request *request)
{
    (void)arg; /* that we answer is the answer: the loop turns */
    nt_request_answer(request, 200, PLAIN, nt_span_of("ok\n"));
}

static void serve_readyz(void *arg, struct nt_request *request)
{
    const struct nt_health *health = arg;
    const char *reason = health->ready != NULL ? health->ready(health->arg) : NULL;

    if (reason == NULL) {
        nt_request_answer(request, 200, PLAIN, nt_span_of("ready\n"));
        return;
    }
    reason = nt_arena_printf(nt_request_arena(request), "waiting for %s\n", reason);
    nt_request_answer(request, 503, PLAIN, nt_span_of(reason));
}

static void serve_metrics(void *arg, struct nt_request *request)
{
    const struct nt_health *health = arg;
    struct nt_buf page = {0};

    if (nt_metrics_write(health->metrics, &page) < 0)
        nt_request_answer(request, 500, PLAIN, nt_span_of("the page is too large\n"));
    else
        nt_request_answer(request, 200, "text/plain; version=0.0.4; charset=utf-8",
                          nt_buf_span(&page));
    nt_buf_deinit(&page);
}

size_t nt_health_routes(struct nt_health *health, struct nt_route routes[NT_HEALTH_ROUTES])
{
    routes[0] = (struct nt_route){"GET", "/healthz", serve_healthz, health};
    routes[1] = (struct nt_route){"GET", "/readyz", serve_readyz, health};
    routes[2] = (struct nt_route){"GET", "/metrics", serve_metrics, health};
    return NT_HEALTH_ROUTES;
}
