#include "fixture.h"

#include <nt_cmocka.h>

#include <string.h>

#define PLAIN "text/plain"

/* --- handlers --------------------------------------------------------------------------------- */

void answer_text(struct nt_request *request, int status, const char *text)
{
    nt_request_answer(request, status, PLAIN, nt_span_of(text));
}

static void on_server(void *arg, struct nt_request *request)
{
    const struct nt_request_info *info = nt_request_info(request);

    (void)arg;
    answer_text(request, 200,
                nt_arena_printf(nt_request_arena(request), "%s server=%s path=%s query=%s",
                                info->method, nt_request_param(request, "server"), info->path,
                                info->query));
}

static void on_two(void *arg, struct nt_request *request)
{
    (void)arg;
    answer_text(request, 200,
                nt_arena_printf(nt_request_arena(request), "a=%s b=%s",
                                nt_request_param(request, "a"), nt_request_param(request, "b")));
}

static void on_rest(void *arg, struct nt_request *request)
{
    (void)arg;
    answer_text(request, 200, nt_request_param(request, "path"));
}

static void on_root(void *arg, struct nt_request *request)
{
    (void)arg;
    answer_text(request, 200, "root");
}

static void on_echo(void *arg, struct nt_request *request)
{
    (void)arg;
    nt_request_answer(request, 201, PLAIN, nt_request_info(request)->body);
}

static const char *or_null(const char *text)
{
    return text != NULL ? text : "(null)";
}

static void on_ask(void *arg, struct nt_request *request)
{
    const struct nt_request_info *info = nt_request_info(request);

    (void)arg;
    answer_text(request, 200,
                nt_arena_printf(nt_request_arena(request),
                                "q=%s header=%s cookie=%s peer=%s trace=%s absent=%s host=%s",
                                or_null(nt_request_query(request, "q")),
                                or_null(nt_request_header(request, "X-Thing")),
                                or_null(nt_request_cookie(request, "session")), info->peer,
                                info->traceparent, or_null(nt_request_param(request, "nothing")),
                                or_null(nt_request_header(request, "Host"))));
}

static void on_headers(void *arg, struct nt_request *request)
{
    (void)arg;
    nt_request_add_header(request, "X-One", "1");
    nt_request_add_header(request, "X-Two", "a\r\nX-Bad: yes");
    nt_request_answer(request, 204, NULL, (struct nt_span){0});
}

static void on_teapot(void *arg, struct nt_request *request)
{
    (void)arg;
    answer_text(request, 413, "my own");
}

static void on_forgetful(void *arg, struct nt_request *request)
{
    (void)arg;
    (void)request;
}

static void on_gone(void *arg)
{
    struct fixture *fixture = arg;

    fixture->gone++;
    fixture->deferred = NULL;
}

static void on_later(void *arg, struct nt_request *request)
{
    struct fixture *fixture = arg;

    fixture->deferred = request;
    nt_request_defer(request, on_gone, fixture);
}

static void on_otherwise(void *arg, struct nt_request *request)
{
    const char *allowed = nt_request_allowed(request);

    (void)arg;
    answer_text(request, allowed[0] == '\0' ? 404 : 405,
                nt_arena_printf(nt_request_arena(request), "otherwise allowed=[%s]", allowed));
}

static void on_too_large(void *arg, struct nt_request *request)
{
    (void)arg;
    nt_request_add_header(request, "x-problem", "body-too-large");
    answer_text(request, 413,
                nt_arena_printf(nt_request_arena(request), "too large for %s",
                                nt_request_info(request)->path));
}

/* --- fixture ---------------------------------------------------------------------------------- */

static const char *ready(void *arg)
{
    const struct fixture *fixture = arg;

    return fixture->waiting_for;
}

int setup(void **state)
{
    static struct fixture fixture;
    struct nt_error err = NT_ERROR_INIT;
    static const struct nt_route routes[] = {
        {"GET", "/servers/{server}", on_server, NULL},
        {"DELETE", "/servers/{server}", on_server, NULL},
        {"GET", "/pair/{a}/and/{b}", on_two, NULL},
        {"GET", "/files/{path...}", on_rest, NULL},
        {"GET", "/", on_root, NULL},
        {"POST", "/echo", on_echo, NULL},
        {"GET", "/ask", on_ask, NULL},
        {"GET", "/headers", on_headers, NULL},
        {"GET", "/teapot", on_teapot, NULL},
        {"GET", "/forgetful", on_forgetful, NULL},
        {"GET", "/later", on_later, &fixture},
    };

    fixture = (struct fixture){.metrics = nt_metrics_new()};
    assert_int_equal(nt_loop_new(&fixture.loop, &err), 0);
    const struct nt_serve_options options = {
        .loop = fixture.loop,
        .metrics = fixture.metrics,
        .listen = "127.0.0.1:0",
        .routes = routes,
        .routes_count = NT_COUNT(routes),
        .ready = ready,
        .ready_arg = &fixture,
        .otherwise = on_otherwise,
        .on_too_large = on_too_large,
        .arg = &fixture,
        .body_max = BODY_MAX,
        .trust_forwarded = true,
        .connections_max = CONNECTIONS_MAX,
    };
    if (nt_serve_open(&options, &fixture.serve, &err) < 0)
        fail_msg("%s", err.message);
    client_open(&fixture.client, fixture.loop, nt_serve_port(fixture.serve));
    *state = &fixture;
    return 0;
}

int teardown(void **state)
{
    struct fixture *fixture = *state;

    nt_serve_close(fixture->serve);
    nt_metrics_free(fixture->metrics);
    nt_loop_free(fixture->loop); /* aborts if a handle is left */
    client_close(&fixture->client);
    return 0;
}

void expect(struct fixture *fixture, const char *line, const char *headers, const char *wanted)
{
    const char *answer = client_ask(&fixture->client, line, headers);

    if (strstr(answer, wanted) == NULL)
        fail_msg("%s: wanted \"%s\" in: %s", line, wanted, answer);
}
