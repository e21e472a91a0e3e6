/* Routes, requests, answers, bodies and metrics, over real sockets. */
#include "client.h"

#include <nt/memory.h>
#include <nt/trace.h>
#include <nt_cmocka.h>

#include <string.h>

#define PLAIN    "text/plain"
#define BODY_MAX 1000

struct fixture {
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_serve *serve;
    struct client client;
    struct nt_request *deferred;
    int gone;
    const char *waiting_for; /* for /readyz */
};

/* --- handlers --------------------------------------------------------------------------------- */

static void answer_text(struct nt_request *request, int status, const char *text)
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

static int setup(void **state)
{
    static struct fixture fixture;
    static struct nt_health health;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_route routes[20] = {
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
    health = (struct nt_health){.ready = ready, .arg = &fixture, .metrics = fixture.metrics};
    size_t count = 11 + nt_health_routes(&health, routes + 11);
    assert_int_equal(nt_loop_new(&fixture.loop, &err), 0);
    const struct nt_serve_options options = {
        .loop = fixture.loop,
        .metrics = fixture.metrics,
        .listen = "127.0.0.1:0",
        .routes = routes,
        .routes_count = count,
        .otherwise = on_otherwise,
        .on_too_large = on_too_large,
        .arg = &fixture,
        .body_max = BODY_MAX,
        .trust_forwarded = true,
    };
    if (nt_serve_open(&options, &fixture.serve, &err) < 0)
        fail_msg("%s", err.message);
    client_open(&fixture.client, fixture.loop, nt_serve_port(fixture.serve));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    nt_serve_close(fixture->serve);
    nt_metrics_free(fixture->metrics);
    nt_loop_free(fixture->loop); /* aborts if a handle is left */
    client_close(&fixture->client);
    return 0;
}

static void expect(struct fixture *fixture, const char *line, const char *headers,
                   const char *wanted)
{
    const char *answer = client_ask(&fixture->client, line, headers);

    if (strstr(answer, wanted) == NULL)
        fail_msg("%s: wanted \"%s\" in: %s", line, wanted, answer);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_routes(void **state)
{
    static const struct {
        const char *line;
        const char *wanted;
    } cases[] = {
        {"GET /", "\r\n\r\nroot"},
        {"GET /servers/abc", "GET server=abc path=/servers/abc query="},
        {"GET /servers/abc?x=1&y", "query=x=1&y"},
        {"GET /servers/%EB%AC%BC%20x", "server=물 x path=/servers/물 x"},
        {"DELETE /servers/abc", "DELETE server=abc"},
        {"PUT /servers/abc", "405 Method Not Allowed"},
        {"PUT /servers/abc", "allowed=[GET, DELETE]"},
        {"GET /servers/", "404 Not Found"},
        {"GET /servers", "allowed=[]"},
        {"GET /servers/a/b", "404 Not Found"},
        {"GET /servers/a%2Fb", "404 Not Found"},
        {"GET /servers/%", "404 Not Found"},
        {"GET /servers/%4", "404 Not Found"},
        {"GET /servers/%zz", "404 Not Found"},
        {"GET /servers/%00", "404 Not Found"},
        {"GET /servers/%ff", "404 Not Found"},
        {"GET /servers/..", "404 Not Found"},
        {"GET /servers/%2e%2E", "404 Not Found"},
        {"GET /pair/1/and/2", "a=1 b=2"},
        {"GET /pair/1/or/2", "404 Not Found"},
        {"GET /files/a/b/c.txt", "\r\n\r\na/b/c.txt"},
        {"GET /files/a/../../etc/passwd", "404 Not Found"},
        {"GET /files/a//b", "404 Not Found"},
        {"GET /files/", "404 Not Found"},
        {"GET //", "404 Not Found"},
        {"OPTIONS *", "404 Not Found"},
        {"GET http://test/servers/abc", "404 Not Found"},
    };

    for (size_t i = 0; i < NT_COUNT(cases); i++)
        expect(*state, cases[i].line, "", cases[i].wanted);
}

static void test_head_is_get_without_the_body(void **state)
{
    struct fixture *fixture = *state;

    client_send(&fixture->client, "HEAD /servers/abc HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_true(client_sees(&fixture->client, "\r\n\r\n"));
    assert_non_null(strstr(nt_buf_text(&fixture->client.got), "Content-Length: 40"));
    expect(fixture, "GET /", "", "HTTP/1.1 200 OK"); /* no body came between */
    assert_int_equal(strncmp(nt_buf_text(&fixture->client.got), "HTTP/1.1", 8), 0);
}

static void test_queries_headers_and_cookies(void **state)
{
    static const struct {
        const char *line;
        const char *headers;
        const char *wanted;
    } cases[] = {
        {"GET /ask?q=a%20b+c", "", "q=a b c header=(null) cookie=(null)"},
        {"GET /ask?p=1&q=&r", "", "q= "},
        {"GET /ask?q", "", "q= "},
        {"GET /ask?qq=1", "", "q=(null)"},
        {"GET /ask?q=%ff", "", "q=(null)"},
        {"GET /ask?q=%1", "", "q=(null)"},
        {"GET /ask?%71=z", "", "q=z"},
        {"GET /ask", "x-thing: v\r\n", "header=v"},
        {"GET /ask", "X-THING: v w\r\n", "header=v w"},
        {"GET /ask", "Cookie: a=b; session=s1; c=d\r\n", "cookie=s1"},
        {"GET /ask", "Cookie: xsession=no;session=\r\n", "cookie= "},
        {"GET /ask", "Cookie: session\r\n", "cookie=(null)"},
        {"GET /ask", "", "peer=127.0.0.1"},
        {"GET /ask", "X-Forwarded-For: 10.1.2.3, 10.9.9.9\r\n", "peer=10.1.2.3"},
        {"GET /ask", "", "absent=(null) host=test"},
        {"GET /ask", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
         "trace=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    };

    for (size_t i = 0; i < NT_COUNT(cases); i++)
        expect(*state, cases[i].line, cases[i].headers, cases[i].wanted);
}

static void test_a_bad_traceparent_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    const char *answer = client_ask(&fixture->client, "GET /ask", "traceparent: 00-zz\r\n");
    char trace[NT_TRACEPARENT_SIZE] = "";

    const char *at = strstr(answer, "trace=");
    assert_non_null(at);
    memcpy(trace, at + 6, NT_TRACEPARENT_SIZE - 1);
    assert_true(nt_trace_is_valid(trace));
}

static void test_headers_cannot_be_split(void **state)
{
    struct fixture *fixture = *state;
    const char *answer = client_ask(&fixture->client, "GET /headers", "");

    assert_int_equal(strncmp(answer, "HTTP/1.1 204 No Content\r\n", 25), 0);
    assert_non_null(strstr(answer, "\r\nx-one: 1\r\n"));
    assert_non_null(strstr(answer, "\r\nx-two: a  X-Bad: yes\r\n"));
    assert_null(strstr(answer, "Content-Length"));
    assert_null(strstr(answer, "chunked"));
}

static void test_bodies_come_whole(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;

    client_send(client, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\n12");
    turn_once(fixture->loop);
    client_send(client, "345");
    assert_non_null(strstr(client_answer(client), "HTTP/1.1 201 Created"));
    assert_non_null(strstr(nt_buf_text(&client->got), "\r\n\r\n12345"));

    nt_buf_reset(&client->got);
    client_send(client, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert_non_null(strstr(client_answer(client), "\r\n\r\nabcde"));
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    struct fixture *fixture = *state;

    client_send(&fixture->client, "GET /files/one HTTP/1.1\r\nHost: t\r\n\r\n"
                                  "GET /files/two HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_true(client_sees(&fixture->client, "\r\n\r\ntwo"));
    assert_true(strstr(nt_buf_text(&fixture->client.got), "\r\n\r\none") <
                strstr(nt_buf_text(&fixture->client.got), "\r\n\r\ntwo"));
}

static void send_large(struct client *client, const char *length_header, size_t size)
{
    char *body = nt_zalloc(size);

    memset(body, 'x', size);
    client_send(client, "POST /echo HTTP/1.1\r\nHost: t\r\n");
    client_send(client, length_header);
    client_send(client, "\r\n\r\n");
    client_send_bytes(client, body, size);
    free(body);
}

static void test_a_body_at_the_bound_is_taken(void **state)
{
    struct fixture *fixture = *state;

    send_large(&fixture->client, "Content-Length: 1000", BODY_MAX);
    assert_non_null(strstr(client_answer(&fixture->client), "201 Created"));
}

/* The client goes on sending four megabytes and reads only then: no reset may eat the answer. */
static void test_too_large_a_body_gets_an_answer(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;

    send_large(client, "Content-Length: 4000000", 4000000);
    const char *answer = client_answer(client);
    assert_non_null(strstr(answer, "HTTP/1.1 413 Content Too Large"));
    assert_non_null(strstr(answer, "x-problem: body-too-large"));
    assert_non_null(strstr(answer, "\r\n\r\ntoo large for /echo"));
    assert_null(strstr(answer, "text/plain; charset"));
    assert_true(client_sees_end(client));
    assert_false(client->was_reset);
}

static void test_too_large_a_chunked_body_gets_an_answer(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;

    client_send(client, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 40; i++)
        client_send(client, "20\r\n0123456789abcdef0123456789abcdef\r\n");
    assert_non_null(strstr(client_answer(client), "too large for /echo"));
    assert_true(client_sees_end(client));
    assert_false(client->was_reset);
}

static void test_a_handlers_own_413_is_left_alone(void **state)
{
    expect(*state, "GET /teapot", "", "\r\n\r\nmy own");
}

static void test_a_forgetful_handler_is_an_error(void **state)
{
    expect(*state, "GET /forgetful", "", "500 Internal Server Error");
}

static void test_deferred_answers(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;

    client_send(client, "GET /later HTTP/1.1\r\nHost: t\r\n\r\n");
    while (fixture->deferred == NULL)
        turn_once(fixture->loop);
    assert_int_equal(client->got.len, 0);
    answer_text(fixture->deferred, 202, "later");
    assert_non_null(strstr(client_answer(client), "\r\n\r\nlater"));
    assert_int_equal(fixture->gone, 0);
    expect(fixture, "GET /", "", "root"); /* the connection lives on */
}

static bool is_gone(void *arg)
{
    return ((struct fixture *)arg)->gone > 0;
}

static void test_a_client_that_leaves_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    struct client leaving;

    client_open(&leaving, fixture->loop, nt_serve_port(fixture->serve));
    client_send(&leaving, "GET /later HTTP/1.1\r\nHost: t\r\n\r\n");
    while (fixture->deferred == NULL)
        turn_once(fixture->loop);
    client_close(&leaving);
    assert_true(turn_until(fixture->loop, is_gone, fixture));
    assert_int_equal(fixture->gone, 1);
    expect(fixture, "GET /metrics", "", "neaptide_http_gone_total 1");
}

static void test_close_tells_deferred_requests(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;

    client_send(client, "GET /later HTTP/1.1\r\nHost: t\r\n\r\n");
    while (fixture->deferred == NULL)
        turn_once(fixture->loop);
    nt_serve_close(fixture->serve);
    assert_int_equal(fixture->gone, 1);
    fixture->serve = NULL;
    assert_non_null(strstr(client_answer(client), "503 Service Unavailable"));
    assert_true(client_sees_end(client));
}

static void test_close_ends_idle_connections(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, "GET /", "", "root");
    nt_serve_close(fixture->serve);
    fixture->serve = NULL;
    assert_true(client_sees_end(&fixture->client));
}

static void test_health(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, "GET /healthz", "", "200 OK");
    expect(fixture, "GET /readyz", "", "200 OK");
    fixture->waiting_for = "kafka";
    expect(fixture, "GET /readyz", "", "503 Service Unavailable");
    expect(fixture, "GET /readyz", "", "waiting for kafka");
    expect(fixture, "GET /metrics", "", "process_cpu_seconds_total");
}

static void test_metrics_count_by_class(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, "GET /", "", "root");
    expect(fixture, "GET /nowhere", "", "404");
    expect(fixture, "GET /forgetful", "", "500");
    expect(fixture, "GET /metrics", "", "neaptide_http_requests_total{class=\"2xx\"} 1\n");
    expect(fixture, "GET /metrics", "", "neaptide_http_requests_total{class=\"4xx\"} 1\n");
    expect(fixture, "GET /metrics", "", "neaptide_http_requests_total{class=\"5xx\"} 1\n");
    expect(fixture, "GET /metrics", "", "neaptide_http_request_seconds_count 6\n");
    expect(fixture, "GET /metrics", "", "neaptide_http_connections 1\n");
}

static void test_garbage_gets_400(void **state)
{
    struct fixture *fixture = *state;

    client_send(&fixture->client, "garbage\r\n\r\n");
    assert_true(client_sees(&fixture->client, "400 Bad Request"));
    assert_true(client_sees_end(&fixture->client));
}

static void test_http2_is_off(void **state)
{
    struct fixture *fixture = *state;

    client_send(&fixture->client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert_true(client_sees(&fixture->client, "400 Bad Request"));
    assert_true(client_sees_end(&fixture->client));
}

static void test_addresses(void **state)
{
    struct fixture *fixture = *state;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf taken = {0};
    struct nt_serve *other = NULL;

    (void)nt_buf_printf(&taken, "127.0.0.1:%d", nt_serve_port(fixture->serve));
    const struct {
        const char *listen;
        const char *wanted;
    } cases[] = {
        {"8080", "say host:port"},
        {":8080", "say host:port"},
        {"127.0.0.1:", "say host:port"},
        {"127.0.0.1:70000", "say host:port"},
        {"no.such.host.invalid:80", "cannot listen on no.such.host.invalid:80"},
        {nt_buf_text(&taken), "address already in use"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_error err = NT_ERROR_INIT;
        const struct nt_serve_options options = {.loop = fixture->loop, .listen = cases[i].listen};
        assert_true(nt_serve_open(&options, &other, &err) < 0);
        if (strstr(err.message, cases[i].wanted) == NULL)
            fail_msg("%s: %s", cases[i].listen, err.message);
        assert_null(other);
    }
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_routes),
        WITH_SERVER(test_head_is_get_without_the_body),
        WITH_SERVER(test_queries_headers_and_cookies),
        WITH_SERVER(test_a_bad_traceparent_is_replaced),
        WITH_SERVER(test_headers_cannot_be_split),
        WITH_SERVER(test_bodies_come_whole),
        WITH_SERVER(test_pipelined_requests_are_answered_in_order),
        WITH_SERVER(test_a_body_at_the_bound_is_taken),
        WITH_SERVER(test_too_large_a_body_gets_an_answer),
        WITH_SERVER(test_too_large_a_chunked_body_gets_an_answer),
        WITH_SERVER(test_a_handlers_own_413_is_left_alone),
        WITH_SERVER(test_a_forgetful_handler_is_an_error),
        WITH_SERVER(test_deferred_answers),
        WITH_SERVER(test_a_client_that_leaves_is_noticed),
        WITH_SERVER(test_close_tells_deferred_requests),
        WITH_SERVER(test_close_ends_idle_connections),
        WITH_SERVER(test_health),
        WITH_SERVER(test_metrics_count_by_class),
        WITH_SERVER(test_garbage_gets_400),
        WITH_SERVER(test_http2_is_off),
        WITH_SERVER(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
