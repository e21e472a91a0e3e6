/* Routes, what requests say, answers, health and metrics, over real sockets. */
#include "fixture.h"

#include <nt/trace.h>
#include <nt_cmocka.h>

#include <string.h>

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
        {"GET /ask", "X-Forwarded-For: 10.1.2.3\r\n", "peer=10.1.2.3 "},
        {"GET /ask", "X-Forwarded-For: 10.1.2.3, 10.9.9.9\r\n", "peer=10.9.9.9 "},
        {"GET /ask", "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: fd00::7\r\n", "peer=fd00::7 "},
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

static void test_a_forgetful_handler_is_an_error(void **state)
{
    expect(*state, "GET /forgetful", "", "500 Internal Server Error");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_routes),
        WITH_SERVER(test_head_is_get_without_the_body),
        WITH_SERVER(test_queries_headers_and_cookies),
        WITH_SERVER(test_a_bad_traceparent_is_replaced),
        WITH_SERVER(test_headers_cannot_be_split),
        WITH_SERVER(test_a_forgetful_handler_is_an_error),
        WITH_SERVER(test_health),
        WITH_SERVER(test_metrics_count_by_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
