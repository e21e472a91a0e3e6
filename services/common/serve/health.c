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
    const struct nt_serve *serve = arg;
    const char *reason = serve->ready(serve->ready_arg);

    if (reason == NULL) {
        nt_request_answer(request, 200, PLAIN, nt_span_of("ready\n"));
        return;
    }
    reason = nt_arena_printf(nt_request_arena(request), "waiting for %s\n", reason);
    nt_request_answer(request, 503, PLAIN, nt_span_of(reason));
}

static void serve_metrics(void *arg, struct nt_request *request)
{
    const struct nt_serve *serve = arg;
    struct nt_buf page = {0};

    if (nt_metrics_write(serve->all_metrics, &page) < 0)
        nt_request_answer(request, 500, PLAIN, nt_span_of("the page is too large\n"));
    else
        nt_request_answer(request, 200, "text/plain; version=0.0.4; charset=utf-8",
                          nt_buf_span(&page));
    nt_buf_deinit(&page);
}

void health_routes(struct nt_serve *serve, struct nt_route ret_routes[HEALTH_ROUTES])
{
    ret_routes[0] = (struct nt_route){"GET", "/healthz", serve_healthz, serve};
    ret_routes[1] = (struct nt_route){"GET", "/readyz", serve_readyz, serve};
    ret_routes[2] = (struct nt_route){"GET", "/metrics", serve_metrics, serve};
}
