/* nt_http against a tiny server that answers by path, over loopback and over a unix socket. */
#include "tiny_server.h"

#include <nt/http.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct nt_loop *loop;
    struct nt_http *http;
    struct tiny_server *server;
    int left; /* calls not done yet; the loop ends with the last */
};

/* What one call came to. */
struct result {
    struct bench *bench;
    struct nt_http_call *call;
    int done_count;
    int status;
    int error;
    char body[256];
    size_t streamed;
    size_t pauses;
    size_t offered; /* bytes of the upload so far */
    uint32_t sum;
    bool cancel_inside;
    bool start_inside;
    struct nt_timer *timer;
    struct result *other;
};

static int setup(void **state)
{
    struct bench *bench = nt_zalloc(sizeof(*bench));
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_loop_new(&bench->loop, &err), 0);
    assert_int_equal(nt_http_open(bench->loop, &bench->http, &err), 0);
    bench->server = tiny_server_new();
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    nt_http_close(bench->http);
    tiny_server_free(bench->server);
    nt_loop_free(bench->loop);
    free(bench);
    return 0;
}

static void on_done(void *arg, const struct nt_http_reply *reply)
{
    struct result *result = arg;
    result->done_count++;
    result->status = reply->status;
    result->error = reply->error;
    (void)snprintf(result->body, sizeof(result->body), "%s",
                   reply->body.data == NULL ? "" : (const char *)reply->body.data);
    assert_true(reply->error == 0 || reply->message[0] != '\0');
    nt_timer_free(nt_take(result->timer));
    if (--result->bench->left == 0)
        nt_loop_quit(result->bench->loop, 0);
}

static struct nt_http_request request_to(struct result *result, const char *path, bool is_unix)
{
    static char url[8][128];
    static unsigned turn;
    char *at = url[turn++ % NT_COUNT(url)];
    (void)snprintf(at, sizeof(url[0]), "http://127.0.0.1:%d%s",
                   tiny_server_port(result->bench->server), path);
    return (struct nt_http_request){
        .method = "GET",
        .url = at,
        .unix_socket = is_unix ? tiny_server_path(result->bench->server) : NULL,
        .timeout_ms = 10000,
        .done = on_done,
        .arg = result,
    };
}

static void start(struct result *result, const struct nt_http_request *request)
{
    result->bench->left++;
    result->call = nt_http_start(result->bench->http, request);
}

static void run(struct bench *bench)
{
    assert_int_equal(nt_loop_run(bench->loop, NULL, NULL, 0), 0);
    assert_int_equal(bench->left, 0);
}

static void test_get_over_tcp_and_unix(void **state)
{
    struct result results[2] = {{.bench = *state}, {.bench = *state}};
    for (int i = 0; i < 2; i++) {
        struct nt_http_request request = request_to(&results[i], "/hello", i == 1);
        start(&results[i], &request);
    }
    run(*state);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(results[i].error, 0);
        assert_int_equal(results[i].status, 200);
        assert_string_equal(results[i].body, "hello");
    }
}

static void test_post_has_length_and_no_expect(void **state)
{
    static uint8_t big[100000];
    struct result result = {.bench = *state};
    struct nt_http_request request = request_to(&result, "/count", false);
    request.method = "POST";
    request.body = (struct nt_span){.data = big, .len = sizeof(big)};
    request.headers = (const char *const[]){"Content-Type: application/json", NULL};
    start(&result, &request);
    run(*state);
    assert_string_equal(result.body, "100000 bytes, no expect, application/json");
}

static void test_methods_without_body(void **state)
{
    static const struct {
        const char *method, *answer;
    } cases[] = {{"POST", "POST 0"}, {"DELETE", "DELETE -1"}, {"PUT", "PUT 0"}, {"GET", "GET -1"}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct bench *bench = *state;
        struct result result = {.bench = bench};
        struct nt_http_request request = request_to(&result, "/method", false);
        request.method = cases[i].method;
        start(&result, &request);
        run(bench);
        assert_string_equal(result.body, cases[i].answer);
        teardown(state);
        setup(state);
    }
}

static void test_reply_beyond_its_bound(void **state)
{
    struct result result = {.bench = *state};
    struct nt_http_request request = request_to(&result, "/mega", true);
    request.reply_max = 1000;
    start(&result, &request);
    run(*state);
    assert_int_equal(result.error, -EMSGSIZE);
}

static void on_resume(void *arg)
{
    struct result *result = arg;
    nt_http_resume(result->call);
}

/* Takes every second offer only; the refused bytes must come again, none lost or doubled. */
static int on_data_pausing(void *arg, int status, struct nt_span data)
{
    struct result *result = arg;
    assert_int_equal(status, 200);
    if (result->pauses++ % 2 == 0) {
        nt_timer_start(result->timer, 0, 0);
        return -EAGAIN;
    }
    for (size_t i = 0; i < data.len; i++)
        result->sum = result->sum * 31 + data.data[i];
    result->streamed += data.len;
    return 0;
}

static void test_stream_with_pauses(void **state)
{
    struct bench *bench = *state;
    struct result result = {.bench = bench, .timer = nt_timer_new(bench->loop, on_resume, &result)};
    struct nt_http_request request = request_to(&result, "/mega", false);
    request.on_data = on_data_pausing;
    start(&result, &request);
    run(bench);
    assert_int_equal(result.error, 0);
    assert_int_equal(result.streamed, TINY_MEGA);
    assert_int_equal(result.sum, tiny_mega_sum());
    assert_true(result.pauses > 8);
}

enum { UPLOAD_BYTES = 300000 };

static ssize_t read_pausing(void *arg, uint8_t *into, size_t room)
{
    struct result *result = arg;
    if (result->pauses++ % 2 == 0) {
        nt_timer_start(result->timer, 0, 0);
        return -EAGAIN;
    }
    size_t len = UPLOAD_BYTES - result->offered < room ? UPLOAD_BYTES - result->offered : room;
    memset(into, 'x', len);
    result->offered += len;
    return (ssize_t)len;
}

static void test_upload_with_pauses(void **state)
{
    struct bench *bench = *state;
    struct result result = {.bench = bench, .timer = nt_timer_new(bench->loop, on_resume, &result)};
    struct nt_http_request request = request_to(&result, "/count", true);
    request.method = "POST";
    request.read = read_pausing;
    start(&result, &request);
    run(bench);
    assert_int_equal(result.error, 0);
    assert_string_equal(result.body, "300000 bytes, no expect, ");
}

static int on_data_refusing(void *arg, int status, struct nt_span data)
{
    (void)arg;
    (void)status;
    (void)data;
    return -ENOSPC;
}

static ssize_t read_refusing(void *arg, uint8_t *into, size_t room)
{
    (void)arg;
    (void)into;
    (void)room;
    return -EBADMSG;
}

static void test_callbacks_abort_with_their_error(void **state)
{
    struct result down = {.bench = *state};
    struct nt_http_request request = request_to(&down, "/mega", false);
    request.on_data = on_data_refusing;
    start(&down, &request);
    struct result up = {.bench = *state};
    request = request_to(&up, "/count", false);
    request.method = "POST";
    request.read = read_refusing;
    start(&up, &request);
    run(*state);
    assert_int_equal(down.error, -ENOSPC);
    assert_int_equal(up.error, -EBADMSG);
}

static void test_time_outs(void **state)
{
    struct result whole = {.bench = *state};
    struct nt_http_request request = request_to(&whole, "/silent", false);
    request.timeout_ms = 50;
    start(&whole, &request);
    struct result idle = {.bench = *state};
    request = request_to(&idle, "/stall", false); /* a few bytes, then nothing */
    request.idle_timeout_ms = 50;
    start(&idle, &request);
    run(*state);
    assert_int_equal(whole.error, -ETIMEDOUT);
    assert_int_equal(idle.error, -ETIMEDOUT);
}

static void test_nobody_there(void **state)
{
    struct result unix_socket = {.bench = *state};
    struct nt_http_request request = request_to(&unix_socket, "/hello", true);
    request.unix_socket = "/nonexistent/docker.sock";
    start(&unix_socket, &request);
    struct result tcp = {.bench = *state};
    request = request_to(&tcp, "/hello", false);
    request.url = "http://127.0.0.1:1/";
    start(&tcp, &request);
    struct result scheme = {.bench = *state};
    request = request_to(&scheme, "/hello", false);
    request.url = "file:///etc/passwd";
    start(&scheme, &request);
    run(*state);
    assert_int_equal(unix_socket.error, -ENOENT);
    assert_int_equal(tcp.error, -ECONNREFUSED);
    assert_int_equal(scheme.error, -EINVAL);
    assert_int_equal(tcp.status, 0);
}

static void test_peer_leaves_in_the_middle(void **state)
{
    struct result result = {.bench = *state};
    struct nt_http_request request = request_to(&result, "/cut", false);
    start(&result, &request);
    run(*state);
    assert_int_equal(result.error, -ECONNRESET);
}

static void test_cancel_before_it_began(void **state)
{
    struct result result = {.bench = *state};
    struct nt_http_request request = request_to(&result, "/hello", false);
    start(&result, &request);
    nt_http_cancel(result.call);
    assert_int_equal(result.done_count, 1);
    assert_int_equal(result.error, -ECANCELED);
}

static int on_data_meddling(void *arg, int status, struct nt_span data)
{
    struct result *result = arg;
    (void)status;
    result->streamed += data.len;
    if (result->start_inside) { /* a new call from inside curl's callback */
        result->start_inside = false;
        struct nt_http_request request = request_to(result->other, "/hello", false);
        start(result->other, &request);
    }
    if (result->cancel_inside)
        nt_http_cancel(result->call);
    return 0;
}

static void test_cancel_and_start_inside_a_callback(void **state)
{
    struct result other = {.bench = *state};
    struct result result = {
        .bench = *state, .cancel_inside = true, .start_inside = true, .other = &other};
    struct nt_http_request request = request_to(&result, "/mega", false);
    request.on_data = on_data_meddling;
    start(&result, &request);
    run(*state);
    assert_int_equal(result.done_count, 1);
    assert_int_equal(result.error, -ECANCELED);
    assert_string_equal(other.body, "hello");
}

static void test_connections_are_kept(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 3; i++) {
        struct result result = {.bench = bench};
        struct nt_http_request request = request_to(&result, "/hello", true);
        result.bench->left++;
        result.call = nt_http_start(bench->http, &request);
        /* Each call has a loop run of its own: a quit loop is not run again, so drive libuv. */
        while (result.done_count == 0)
            tiny_turn(bench->loop);
        assert_string_equal(result.body, "hello");
        bench->left = 0;
    }
    assert_int_equal(tiny_server_accepted(bench->server), 1);
}

static void test_close_ends_what_is_under_way(void **state)
{
    struct bench *bench = *state;
    struct result results[2] = {{.bench = bench}, {.bench = bench}};
    for (int i = 0; i < 2; i++) {
        struct nt_http_request request = request_to(&results[i], "/silent", i == 1);
        start(&results[i], &request);
    }
    tiny_turn(bench->loop);
    nt_http_close(bench->http);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(results[i].done_count, 1);
        assert_int_equal(results[i].error, -ECANCELED);
    }
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_http_open(bench->loop, &bench->http, &err), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_get_over_tcp_and_unix),
        CASE(test_post_has_length_and_no_expect),
        CASE(test_methods_without_body),
        CASE(test_reply_beyond_its_bound),
        CASE(test_stream_with_pauses),
        CASE(test_upload_with_pauses),
        CASE(test_callbacks_abort_with_their_error),
        CASE(test_time_outs),
        CASE(test_nobody_there),
        CASE(test_peer_leaves_in_the_middle),
        CASE(test_cancel_before_it_began),
        CASE(test_cancel_and_start_inside_a_callback),
        CASE(test_connections_are_kept),
        CASE(test_close_ends_what_is_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
