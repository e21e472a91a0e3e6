/* Bodies, requests that wait, connections and their ends, over real sockets. */
#include "fixture.h"

#include <nt/memory.h>
#include <nt_cmocka.h>

#include <string.h>

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

/* One more than may be open waits, and has its turn when another leaves. */
static void test_connections_beyond_the_bound_wait(void **state)
{
    struct fixture *fixture = *state;
    struct client others[CONNECTIONS_MAX];

    expect(fixture, "GET /", "", "root");
    for (size_t i = 0; i < NT_COUNT(others); i++)
        client_open(&others[i], fixture->loop, nt_serve_port(fixture->serve));
    for (size_t i = 0; i + 1 < NT_COUNT(others); i++)
        assert_non_null(strstr(client_ask(&others[i], "GET /", ""), "root"));
    struct client *last = &others[NT_COUNT(others) - 1];
    client_send(last, "GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    expect(fixture, "GET /metrics", "", "neaptide_http_connections 3\n");
    assert_int_equal(last->got.len, 0);
    client_close(&others[0]);
    assert_non_null(strstr(client_answer(last), "root"));
    for (size_t i = 1; i < NT_COUNT(others); i++)
        client_close(&others[i]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_bodies_come_whole),
        WITH_SERVER(test_pipelined_requests_are_answered_in_order),
        WITH_SERVER(test_a_body_at_the_bound_is_taken),
        WITH_SERVER(test_too_large_a_body_gets_an_answer),
        WITH_SERVER(test_too_large_a_chunked_body_gets_an_answer),
        WITH_SERVER(test_a_handlers_own_413_is_left_alone),
        WITH_SERVER(test_deferred_answers),
        WITH_SERVER(test_a_client_that_leaves_is_noticed),
        WITH_SERVER(test_close_tells_deferred_requests),
        WITH_SERVER(test_close_ends_idle_connections),
        WITH_SERVER(test_connections_beyond_the_bound_wait),
        WITH_SERVER(test_garbage_gets_400),
        WITH_SERVER(test_http2_is_off),
        WITH_SERVER(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
