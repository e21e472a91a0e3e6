/* Streams: queues, ends from both sides, and clients that leave or do not read. */
#include "client.h"

#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <string.h>
#include <sys/socket.h>

#define QUEUE_MAX 100000

struct fixture {
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_serve *serve;
    struct client client;
    struct nt_stream *stream; /* the newest; NULL once closed */
    int opened;
    int closed;
    int drained;
    bool ends_at_once;
};

static void on_closed(void *arg)
{
    struct fixture *fixture = arg;

    fixture->closed++;
    fixture->stream = NULL;
}

static void on_drained(void *arg)
{
    ((struct fixture *)arg)->drained++;
}

static void on_stream(void *arg, struct nt_request *request)
{
    struct fixture *fixture = arg;
    const struct nt_stream_options options = {
        .content_type = "text/event-stream",
        .queue_max = QUEUE_MAX,
        .on_closed = on_closed,
        .on_drained = on_drained,
        .arg = fixture,
    };

    nt_request_add_header(request, "cache-control", "no-store");
    fixture->stream = nt_request_stream(request, &options);
    fixture->opened++;
    if (fixture->ends_at_once) {
        assert_int_equal(nt_stream_write(fixture->stream, nt_span_of("short")), 0);
        nt_stream_end(fixture->stream);
    }
}

static int setup(void **state)
{
    static struct fixture fixture;
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_route routes[] = {{"GET", "/stream", on_stream, &fixture}};

    fixture = (struct fixture){.metrics = nt_metrics_new()};
    assert_int_equal(nt_loop_new(&fixture.loop, &err), 0);
    const struct nt_serve_options options = {
        .loop = fixture.loop,
        .metrics = fixture.metrics,
        .listen = "127.0.0.1:0",
        .routes = routes,
        .routes_count = NT_COUNT(routes),
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
    assert_int_equal(fixture->closed, fixture->opened); /* each stream was told its end, once */
    nt_metrics_free(fixture->metrics);
    nt_loop_free(fixture->loop);
    client_close(&fixture->client);
    return 0;
}

static void open_stream(struct fixture *fixture, const char *version)
{
    client_send(&fixture->client, "GET /stream HTTP/");
    client_send(&fixture->client, version);
    client_send(&fixture->client, "\r\nHost: t\r\n\r\n");
    while (fixture->opened == 0)
        turn_once(fixture->loop);
}

static void write_text(struct fixture *fixture, const char *text)
{
    assert_int_equal(nt_stream_write(fixture->stream, nt_span_of(text)), 0);
}

static bool is_closed(void *arg)
{
    return ((struct fixture *)arg)->closed > 0;
}

static bool is_drained(void *arg)
{
    return ((struct fixture *)arg)->drained > 0;
}

static double streams_now(const struct fixture *fixture)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf page = {0};

    assert_int_equal(nt_metrics_write(fixture->metrics, &page), 0);
    const char *line = strstr(nt_buf_text(&page), "\nneaptide_http_streams ");
    assert_non_null(line);
    return strtod(line + strlen("\nneaptide_http_streams "), NULL);
}

static void test_writes_arrive_as_they_are_made(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    write_text(fixture, ": hello\n\n");
    assert_true(client_sees(&fixture->client, ": hello\n\n"));
    assert_non_null(strstr(nt_buf_text(&fixture->client.got), "content-type: text/event-stream"));
    assert_non_null(strstr(nt_buf_text(&fixture->client.got), "cache-control: no-store"));
    write_text(fixture, "data: 1\n\n");
    write_text(fixture, "data: 2\n\n");
    assert_true(client_sees(&fixture->client, "data: 2\n\n"));
    assert_true(turn_until(fixture->loop, is_drained, fixture));
    assert_int_equal(nt_stream_queued(fixture->stream), 0);
    assert_true(streams_now(fixture) == 1);
}

static void test_end_sends_what_is_queued(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    write_text(fixture, "one,");
    write_text(fixture, "two,");
    write_text(fixture, "three");
    nt_stream_end(fixture->stream);
    assert_int_equal(fixture->closed, 1);
    assert_true(client_sees(&fixture->client, "three\r\n0\r\n\r\n"));
    assert_true(streams_now(fixture) == 0);
    /* The connection lives on. */
    nt_buf_reset(&fixture->client.got);
    fixture->ends_at_once = true;
    client_send(&fixture->client, "GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_true(client_sees(&fixture->client, "short\r\n0\r\n\r\n"));
}

static void test_an_empty_stream_ends(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    nt_stream_end(fixture->stream);
    assert_true(client_sees(&fixture->client, "\r\n\r\n0\r\n\r\n"));
}

static void test_http_1_0_gets_it_without_chunks(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.0");
    write_text(fixture, "plain");
    assert_true(client_sees(&fixture->client, "\r\n\r\nplain"));
    nt_stream_end(fixture->stream);
    assert_true(client_sees_end(&fixture->client));
    assert_null(strstr(nt_buf_text(&fixture->client.got), "chunked"));
}

static void test_head_gets_the_headers_only(void **state)
{
    struct fixture *fixture = *state;

    client_send(&fixture->client, "HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_true(client_sees(&fixture->client, "\r\n\r\n"));
    assert_int_equal(fixture->closed, 1);
    assert_null(strstr(nt_buf_text(&fixture->client.got), "chunked"));
}

static void test_an_idle_client_that_leaves_is_noticed(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    write_text(fixture, ": hello\n\n");
    assert_true(client_sees(&fixture->client, ": hello\n\n"));
    assert_int_equal(shutdown(fixture->client.fd, SHUT_RDWR), 0);
    assert_true(turn_until(fixture->loop, is_closed, fixture));
}

static void test_a_client_that_leaves_before_the_first_write_is_noticed(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    assert_int_equal(shutdown(fixture->client.fd, SHUT_RDWR), 0);
    assert_true(turn_until(fixture->loop, is_closed, fixture));
}

/* Writes to a client that does not read, until the queue is full. */
static void fill(struct fixture *fixture)
{
    char bytes[10000];
    int status = 0;

    memset(bytes, 'x', sizeof(bytes));
    for (int i = 0; i < 10000 && status == 0; i++) {
        status =
            nt_stream_write(fixture->stream, (struct nt_span){(uint8_t *)bytes, sizeof(bytes)});
        assert_true(nt_stream_queued(fixture->stream) <= QUEUE_MAX);
        turn_once(fixture->loop);
        if (fixture->stream == NULL)
            return;
    }
    assert_int_equal(status, -ENOBUFS);
}

static void test_a_client_that_does_not_read_is_cut(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    fill(fixture);
    if (fixture->stream != NULL)
        assert_int_equal(nt_stream_write(fixture->stream, nt_span_of("more")), -ENOBUFS);
    assert_true(turn_until(fixture->loop, is_closed, fixture));
    assert_true(client_sees_end(&fixture->client));
}

static void test_on_closed_is_not_called_inside_a_write(void **state)
{
    struct fixture *fixture = *state;
    char *bytes = nt_zalloc(QUEUE_MAX + 1);

    open_stream(fixture, "1.1");
    assert_int_equal(
        nt_stream_write(fixture->stream, (struct nt_span){(uint8_t *)bytes, QUEUE_MAX + 1}),
        -ENOBUFS);
    assert_int_equal(fixture->closed, 0);
    assert_true(turn_until(fixture->loop, is_closed, fixture));
    free(bytes);
}

static void test_close_ends_streams(void **state)
{
    struct fixture *fixture = *state;

    open_stream(fixture, "1.1");
    write_text(fixture, ": hello\n\n");
    assert_true(client_sees(&fixture->client, ": hello\n\n"));
    nt_serve_close(fixture->serve);
    fixture->serve = NULL;
    assert_int_equal(fixture->closed, 1);
    assert_true(client_sees_end(&fixture->client));
}

/* A peer that takes nothing must not keep the process: teardown's nt_loop_free() would abort. */
static void test_close_does_not_wait_for_a_client_that_does_not_read(void **state)
{
    struct fixture *fixture = *state;
    char bytes[10000];

    memset(bytes, 'x', sizeof(bytes));
    open_stream(fixture, "1.1");
    while (nt_stream_queued(fixture->stream) < QUEUE_MAX / 2) {
        (void)nt_stream_write(fixture->stream, (struct nt_span){(uint8_t *)bytes, sizeof(bytes)});
        turn_once(fixture->loop);
    }
    nt_stream_end(fixture->stream); /* ended, but still on its way */
    assert_int_equal(fixture->closed, 1);
}

static void test_many_streams_live_side_by_side(void **state)
{
    struct fixture *fixture = *state;
    struct nt_stream *streams[20];
    struct client clients[20];

    for (size_t i = 0; i < NT_COUNT(clients); i++) {
        client_open(&clients[i], fixture->loop, nt_serve_port(fixture->serve));
        client_send(&clients[i], "GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
        while (fixture->opened <= (int)i)
            turn_once(fixture->loop);
        streams[i] = fixture->stream;
        assert_int_equal(nt_stream_write(streams[i], nt_span_of("hello")), 0);
    }
    for (size_t i = 0; i < NT_COUNT(clients); i += 2)
        nt_stream_end(streams[i]);
    for (size_t i = 0; i < NT_COUNT(clients); i++)
        assert_true(client_sees(&clients[i], i % 2 == 0 ? "hello\r\n0\r\n\r\n" : "hello\r\n"));
    nt_serve_close(fixture->serve);
    fixture->serve = NULL;
    for (size_t i = 0; i < NT_COUNT(clients); i++) {
        assert_true(client_sees_end(&clients[i]));
        client_close(&clients[i]);
    }
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_writes_arrive_as_they_are_made),
        WITH_SERVER(test_end_sends_what_is_queued),
        WITH_SERVER(test_an_empty_stream_ends),
        WITH_SERVER(test_http_1_0_gets_it_without_chunks),
        WITH_SERVER(test_head_gets_the_headers_only),
        WITH_SERVER(test_an_idle_client_that_leaves_is_noticed),
        WITH_SERVER(test_a_client_that_leaves_before_the_first_write_is_noticed),
        WITH_SERVER(test_a_client_that_does_not_read_is_cut),
        WITH_SERVER(test_on_closed_is_not_called_inside_a_write),
        WITH_SERVER(test_close_ends_streams),
        WITH_SERVER(test_close_does_not_wait_for_a_client_that_does_not_read),
        WITH_SERVER(test_many_streams_live_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
