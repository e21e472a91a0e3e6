/* nt_http_upgrade() against nt_request_upgrade(): both ends of a connection that becomes frames. */
#include <nt/duplex.h>
#include <nt/http.h>
#include <nt/memory.h>
#include <nt/serve.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <string.h>

enum { QUEUE_MAX = 64 << 10, BIG = 4 << 20 };

struct end {
    struct nt_duplex *duplex;
    size_t got;
    uint32_t sum;
    char text[64];
    bool is_closed;
    int error;
    size_t to_send; /* of BIG, still */
};

struct bench {
    struct nt_loop *loop;
    struct nt_http *http;
    struct nt_serve *serve;
    struct nt_timer *patience;
    struct end server, client;
    int status, error, done_count;
    char body[64];
    bool is_refusing, is_silent, is_closing_at_once;
    struct nt_request *deferred;
    bool (*is_enough)(const struct bench *bench);
};

static void look(struct bench *bench)
{
    if (bench->is_enough != NULL && bench->is_enough(bench))
        nt_loop_quit(bench->loop, 0);
}

static struct bench *the_bench;

static void on_data(void *arg, struct nt_span data)
{
    struct end *end = arg;
    for (size_t i = 0; i < data.len; i++) {
        if (end->got < sizeof(end->text) - 1)
            end->text[end->got] = (char)data.data[i];
        end->sum = end->sum * 31 + data.data[i];
        end->got++;
    }
    look(the_bench);
}

static void send_more(struct end *end)
{
    uint8_t piece[10000];
    while (end->to_send > 0) {
        size_t len = end->to_send < sizeof(piece) ? end->to_send : sizeof(piece);
        for (size_t i = 0; i < len; i++)
            piece[i] = (uint8_t)((end->to_send - i) * 7);
        if (nt_duplex_write(end->duplex, (struct nt_span){piece, len}) < 0)
            return; /* full: on_drained goes on */
        end->to_send -= len;
    }
}

static void on_drained(void *arg)
{
    send_more(arg);
}

static void on_closed(void *arg, int error)
{
    struct end *end = arg;
    end->is_closed = true;
    end->error = error;
    nt_duplex_close(nt_take(end->duplex));
    look(the_bench);
}

static void begin(struct end *end, struct nt_duplex *duplex)
{
    const struct nt_duplex_events events = {
        .on_data = on_data, .on_drained = on_drained, .on_closed = on_closed, .arg = end};
    end->duplex = duplex;
    nt_duplex_start(duplex, &events);
    send_more(end);
}

static void on_open(void *arg, struct nt_duplex *duplex)
{
    struct bench *bench = arg;
    assert_non_null(duplex);
    begin(&bench->server, duplex);
    (void)nt_duplex_write(duplex, nt_span_of("hello"));
    if (bench->is_closing_at_once)
        nt_duplex_close(nt_take(bench->server.duplex));
}

static void on_gone(void *arg)
{
    ((struct bench *)arg)->deferred = NULL;
}

static void on_route(void *arg, struct nt_request *request)
{
    struct bench *bench = arg;
    assert_true(nt_request_is_upgrade(request, "neaptide-frames"));
    assert_false(nt_request_is_upgrade(request, "websocket"));
    if (bench->is_refusing) {
        nt_request_answer(request, 429, "text/plain", nt_span_of("too many"));
    } else if (bench->is_silent) {
        nt_request_defer(request, on_gone, bench);
        bench->deferred = request;
    } else {
        nt_request_add_header(request, "neaptide-terminal", "t1");
        nt_request_upgrade(request, "neaptide-frames", QUEUE_MAX, on_open, bench);
    }
}

static void on_done(void *arg, const struct nt_http_upgraded *upgraded)
{
    struct bench *bench = arg;
    bench->done_count++;
    bench->status = upgraded->status;
    bench->error = upgraded->error;
    assert_int_equal(upgraded->duplex != NULL, upgraded->status == 101);
    assert_true((upgraded->error == 0) == (upgraded->message[0] == '\0'));
    (void)snprintf(bench->body, sizeof(bench->body), "%.*s", (int)upgraded->body.len,
                   upgraded->body.data == NULL ? "" : (const char *)upgraded->body.data);
    if (upgraded->duplex != NULL) {
        assert_non_null(strstr(upgraded->head, "neaptide-terminal: t1\r\n"));
        begin(&bench->client, upgraded->duplex);
    }
    look(bench);
}

static void on_patience(void *arg)
{
    nt_loop_quit(((struct bench *)arg)->loop, 1);
}

static int setup(void **state)
{
    struct bench *bench = nt_zalloc(sizeof(*bench));
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_route routes[] = {{"GET", "/t", on_route, bench}};
    assert_int_equal(nt_loop_new(&bench->loop, &err), 0);
    assert_int_equal(nt_http_open(bench->loop, &bench->http, &err), 0);
    const struct nt_serve_options options = {
        .loop = bench->loop, .listen = "127.0.0.1:0", .routes = routes, .routes_count = 1};
    assert_int_equal(nt_serve_open(&options, &bench->serve, &err), 0);
    bench->patience = nt_timer_new(bench->loop, on_patience, bench);
    nt_timer_start(bench->patience, 20000, 0);
    *state = the_bench = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    nt_duplex_close(bench->server.duplex);
    nt_duplex_close(bench->client.duplex);
    nt_http_close(bench->http);
    nt_serve_close(bench->serve);
    nt_timer_free(bench->patience);
    nt_loop_free(bench->loop);
    free(bench);
    return 0;
}

static void run(struct bench *bench, const char *url, uint32_t timeout_ms,
                bool (*is_enough)(const struct bench *bench))
{
    char own[64];
    (void)snprintf(own, sizeof(own), "http://localhost:%d/t", nt_serve_port(bench->serve));
    const struct nt_http_upgrade_options options = {
        .method = "GET",
        .url = url != NULL ? url : own,
        .protocol = "neaptide-frames",
        .headers = (const char *const[]){"Authorization: Bearer x", NULL},
        .timeout_ms = timeout_ms,
        .queue_max = QUEUE_MAX,
        .done = on_done,
        .arg = bench,
    };
    bench->is_enough = is_enough;
    (void)nt_http_upgrade(bench->http, &options);
    assert_int_equal(nt_loop_run(bench->loop, NULL, NULL, 0), 0);
}

static bool is_done(const struct bench *bench)
{
    return bench->done_count > 0;
}

static bool has_greeted(const struct bench *bench)
{
    return bench->client.got >= 5;
}

static bool has_client_closed(const struct bench *bench)
{
    return bench->client.is_closed;
}

static bool has_all(const struct bench *bench)
{
    return bench->client.got == BIG + 5 && bench->server.got == BIG;
}

static void test_bytes_go_both_ways(void **state)
{
    struct bench *bench = *state;
    run(bench, NULL, 0, has_greeted);
    assert_string_equal(bench->client.text, "hello");
    assert_int_equal(bench->done_count, 1);
}

static void test_more_than_the_queue_holds(void **state)
{
    struct bench *bench = *state;
    bench->client.to_send = BIG;
    bench->server.to_send = BIG;
    run(bench, NULL, 0, has_all);
    assert_int_equal(bench->client.to_send, 0);
    assert_int_equal(bench->server.to_send, 0);
    assert_int_not_equal(bench->server.sum, 0);
}

static void test_what_is_written_before_closing_arrives(void **state)
{
    struct bench *bench = *state;
    bench->is_closing_at_once = true;
    run(bench, NULL, 0, has_client_closed);
    assert_string_equal(bench->client.text, "hello");
    assert_int_equal(bench->client.error, 0);
}

static void test_a_refusal_is_told_with_its_body(void **state)
{
    struct bench *bench = *state;
    bench->is_refusing = true;
    run(bench, NULL, 0, is_done);
    assert_int_equal(bench->status, 429);
    assert_int_equal(bench->error, 0);
    assert_string_equal(bench->body, "too many");
}

static void test_nobody_listens(void **state)
{
    struct bench *bench = *state;
    run(bench, "http://127.0.0.1:1/t", 0, is_done);
    assert_int_equal(bench->status, 0);
    assert_int_equal(bench->error, -ECONNREFUSED);
}

static void test_no_answer_in_time(void **state)
{
    struct bench *bench = *state;
    bench->is_silent = true;
    run(bench, NULL, 50, is_done);
    assert_int_equal(bench->error, -ETIMEDOUT);
}

static bool is_asked(const struct bench *bench)
{
    return bench->deferred != NULL;
}

static void on_asked(void *arg)
{
    look(arg);
}

static void test_closing_the_client_ends_what_waits(void **state)
{
    struct bench *bench = *state;
    bench->is_silent = true;
    struct nt_timer *timer = nt_timer_new(bench->loop, on_asked, bench);
    nt_timer_start(timer, 1, 1);
    run(bench, NULL, 0, is_asked);
    nt_timer_free(timer);
    bench->is_enough = NULL;
    nt_http_close(nt_take(bench->http));
    assert_int_equal(bench->done_count, 1);
    assert_int_equal(bench->error, -ECANCELED);
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_http_open(bench->loop, &bench->http, &err), 0);
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(test_bytes_go_both_ways),
        WITH_BENCH(test_more_than_the_queue_holds),
        WITH_BENCH(test_what_is_written_before_closing_arrives),
        WITH_BENCH(test_a_refusal_is_told_with_its_body),
        WITH_BENCH(test_nobody_listens),
        WITH_BENCH(test_no_answer_in_time),
        WITH_BENCH(test_closing_the_client_ends_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
