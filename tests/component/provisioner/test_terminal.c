/* A terminal from the api's side: a real provisioner, a fake Docker with real shells. */
#include "harness.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <nt/frame.h>
#include <nt/text.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

/* What the api holds: a connection, and what came over it. */
struct client {
    int fd;
    int status;
    char head[1024];
    struct nt_frame_reader reader;
    struct nt_buf output;
    char hello[256], end[256];
    bool is_closed;
};

static int on_frame(void *arg, uint8_t type, struct nt_span payload)
{
    struct client *client = arg;
    if (type == NT_FRAME_OUTPUT)
        assert_int_equal(nt_buf_add(&client->output, payload.data, payload.len), 0);
    char *text = type == NT_FRAME_HELLO ? client->hello : type == NT_FRAME_END ? client->end : NULL;
    if (text != NULL) {
        assert_int_equal(text[0], '\0');
        (void)snprintf(text, sizeof(client->end), "%.*s", (int)payload.len, payload.data);
    }
    return 0;
}

static void connect_to(struct client *client, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port)};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    const struct timeval patience = {.tv_sec = WAIT_MS / 1000};
    (void)setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

/* Up to the end of the head; what follows are frames. */
static void open_terminal(struct bench *bench, struct client *client, const char *query)
{
    *client = (struct client){0};
    char request[1024];
    connect_to(client, bench->hosts[0].port);
    int len = snprintf(request, sizeof(request),
                       "GET /v1/servers/" SERVER "/terminal?%s HTTP/1.1\r\nHost: x\r\n%s"
                       "Connection: Upgrade\r\nUpgrade: neaptide-frames\r\n\r\n",
                       query, token_line(bench, 0, "terminal"));
    assert_int_equal(send(client->fd, request, (size_t)len, MSG_NOSIGNAL), len);
    size_t have = 0;
    while (strstr(client->head, "\r\n\r\n") == NULL) {
        assert_true(have < sizeof(client->head) - 1);
        assert_int_equal(recv(client->fd, client->head + have, 1, 0), 1);
        have++;
    }
    assert_int_equal(sscanf(client->head, "HTTP/1.1 %d", &client->status), 1);
}

static void close_terminal(struct client *client)
{
    (void)close(client->fd);
    nt_frame_reader_deinit(&client->reader);
    nt_buf_deinit(&client->output);
}

static bool read_more(struct client *client)
{
    uint8_t bytes[16384];
    ssize_t len = recv(client->fd, bytes, sizeof(bytes), 0);
    if (len < 0)
        fail_msg("nothing came: %s; so far: %s", strerror(errno), nt_buf_text(&client->output));
    client->is_closed = len == 0;
    assert_int_equal(
        nt_frame_read(&client->reader, (struct nt_span){bytes, (size_t)len}, on_frame, client), 0);
    return len > 0;
}

static void await_output(struct client *client, const char *text)
{
    while (strstr(nt_buf_text(&client->output), text) == NULL) {
        if (!read_more(client))
            fail_msg("closed before \"%s\" came: %s", text, nt_buf_text(&client->output));
    }
}

static void await_end(struct client *client, const char *wanted)
{
    while (read_more(client))
        continue;
    assert_string_equal(client->end, wanted);
}

static void say(struct client *client, enum nt_frame_type type, struct nt_span payload)
{
    struct nt_buf frame = {0};
    assert_int_equal(nt_frame_add(&frame, type, payload), 0);
    assert_int_equal(send(client->fd, frame.data, frame.len, MSG_NOSIGNAL), frame.len);
    nt_buf_deinit(&frame);
}

static void type(struct client *client, const char *text)
{
    say(client, NT_FRAME_INPUT, nt_span_of(text));
}

static const char *id_of(const struct client *client)
{
    static char query[64];
    json_t *hello = json_loads(client->hello, 0, NULL);
    (void)snprintf(query, sizeof(query), "id=%s", json_string_value(json_object_get(hello, "id")));
    json_decref(hello);
    return query;
}

static void run_server(struct bench *bench)
{
    fake_docker_set_pid(bench->hosts[0].docker, getpid());
    start_host(bench, 0);
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .run = 1, .revision = 1});
}

struct count {
    struct nt_arena *arena;
    int32_t wanted;
};

static bool has_count(const struct nt_test_record *record, void *arg)
{
    const struct count *count = arg;
    struct nt_observed *observed = NULL;
    struct nt_error err = NT_ERROR_INIT;
    return record->value.len > 0 &&
           nt_observed_decode(count->arena, record->value, &observed, &err) == 0 &&
           observed->terminals == count->wanted;
}

/* Later than `after`: the record that says so. */
static const struct nt_test_record *await_terminals(struct bench *bench, int32_t wanted,
                                                    const struct nt_test_record *after)
{
    struct count count = {.arena = &bench->arena, .wanted = wanted};
    const struct nt_test_record *record = nt_test_bus_await(
        bench->bus, NT_TOPIC_OBSERVED, SERVER "/a", after, has_count, &count, WAIT_MS);
    assert_non_null(record);
    return record;
}

static void test_a_shell_answers_and_its_exit_code_is_told(void **state)
{
    struct bench *bench = *state;
    struct client client;
    run_server(bench);
    open_terminal(bench, &client, "cols=91&rows=33");
    assert_int_equal(client.status, 101);
    await_output(&client, "$ ");
    assert_non_null(strstr(client.hello, "\"resumed\":false"));
    const struct nt_test_record *one = await_terminals(bench, 1, NULL);
    type(&client, "stty size\r");
    await_output(&client, "33 91");
    say(&client, NT_FRAME_SIZE, (struct nt_span){(const uint8_t *)"\0\x64\0\x28", 4});
    type(&client, "echo 안녕; until stty size | grep 40.100; do :; done\r");
    await_output(&client, "안녕\r\n");
    await_output(&client, "\r\n40 100\r\n");
    type(&client, "exit 7\r");
    await_end(&client, "{\"reason\":\"exited\",\"exit_code\":7}");
    close_terminal(&client);
    (void)await_terminals(bench, 0, one);
}

static void test_a_client_comes_back(void **state)
{
    struct bench *bench = *state;
    struct client first;
    struct client second;
    run_server(bench);
    open_terminal(bench, &first, "");
    await_output(&first, "$ ");
    type(&first, "word=sea\r");
    await_output(&first, "word=sea\r\n");
    char query[64];
    (void)snprintf(query, sizeof(query), "%s", id_of(&first));
    close_terminal(&first);

    open_terminal(bench, &second, query);
    assert_int_equal(second.status, 101);
    await_output(&second, "word=sea\r\n"); /* remembered */
    assert_non_null(strstr(second.hello, "\"resumed\":true,\"cut\":false"));
    type(&second, "echo the-$word\r");
    await_output(&second, "the-sea");

    open_terminal(bench, &first, query); /* on another page */
    await_end(&second, "{\"reason\":\"taken-over\",\"exit_code\":null}");
    close_terminal(&second);
    await_output(&first, "the-sea");
    say(&first, NT_FRAME_HANG_UP, (struct nt_span){0});
    await_end(&first, "{\"reason\":\"exited\",\"exit_code\":129}");
    close_terminal(&first);

    open_terminal(bench, &first, query);
    assert_int_equal(first.status, 410);
    close_terminal(&first);
}

static void test_nobody_comes_back(void **state)
{
    struct bench *bench = *state;
    struct client client;
    bench->terminal_keep_s = "1";
    run_server(bench);
    open_terminal(bench, &client, "");
    await_output(&client, "$ ");
    const struct nt_test_record *one = await_terminals(bench, 1, NULL);
    close_terminal(&client);
    (void)await_terminals(bench, 0, one);
}

static void test_a_flood_is_bounded_and_whole(void **state)
{
    struct bench *bench = *state;
    struct client client;
    run_server(bench);
    open_terminal(bench, &client, "");
    await_output(&client, "$ ");
    /* More than every queue on the way holds, while nobody reads. */
    type(&client, "stty -echo; yes neaptide | head -c 9000000; echo; echo all''-of-it\r");
    await_output(&client, "all-of-it\r\n");
    assert_true(client.output.len > 10000000); /* a line's end is two bytes on a terminal */
    char query[64];
    (void)snprintf(query, sizeof(query), "%s", id_of(&client));
    close_terminal(&client);
    open_terminal(bench, &client, query);
    await_output(&client, "all-of-it\r\n");
    assert_non_null(strstr(client.hello, "\"cut\":true"));
    assert_true(client.output.len <= 256 << 10);
    assert_memory_equal(client.output.data, "neaptide\r\n", 10); /* from a line's beginning */
    close_terminal(&client);
}

static void test_who_may_not(void **state)
{
    struct bench *bench = *state;
    struct client clients[9];
    run_server(bench);
    struct nt_test_reply reply = ask(bench, 0, "logs", "GET", "terminal", (struct nt_span){0});
    assert_int_equal(reply.status, 401); /* a token for something else */
    nt_test_reply_deinit(&reply);
    reply = ask(bench, 0, "terminal", "GET", "terminal", (struct nt_span){0});
    assert_int_equal(reply.status, 422); /* no upgrade */
    nt_test_reply_deinit(&reply);
    reply = ask(bench, 0, "terminal", "GET", "terminal?cols=0", (struct nt_span){0});
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(nt_buf_text(&reply.body), "\"field\":\"cols\""));
    nt_test_reply_deinit(&reply);
    for (int i = 0; i < 8; i++) {
        open_terminal(bench, &clients[i], "");
        assert_int_equal(clients[i].status, 101);
    }
    open_terminal(bench, &clients[8], "");
    assert_int_equal(clients[8].status, 429);
    type(&clients[0], "x");
    assert_int_equal(send(clients[1].fd, "\xff\xff\xff\xff\xff\xff", 6, MSG_NOSIGNAL), 6);
    while (read_more(&clients[1])) /* no client of ours: it is shown the door */
        continue;
    for (int i = 0; i < 9; i++)
        close_terminal(&clients[i]);

    bench->placement.desired = "stopped";
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "stopped"});
    open_terminal(bench, &clients[0], "");
    assert_int_equal(clients[0].status, 409);
    close_terminal(&clients[0]);
    bench->placement.host = "b";
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "orphan"});
    reply = ask(bench, 0, "terminal", "GET", "terminal", (struct nt_span){0});
    assert_non_null(strstr(nt_buf_text(&reply.body), "server-elsewhere"));
    nt_test_reply_deinit(&reply);
}

static void test_a_provisioner_that_stops_says_so(void **state)
{
    struct bench *bench = *state;
    struct client client;
    run_server(bench);
    open_terminal(bench, &client, "");
    await_output(&client, "$ ");
    assert_true(nt_test_signal(&bench->hosts[0].process, SIGTERM));
    await_end(&client, "{\"reason\":\"closing\",\"exit_code\":null}");
    close_terminal(&client);
    assert_true(nt_test_wait_exit(&bench->hosts[0].process, WAIT_MS));
    assert_int_equal(bench->hosts[0].process.exit_code, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_a_shell_answers_and_its_exit_code_is_told),
        CASE(test_a_client_comes_back),
        CASE(test_nobody_comes_back),
        CASE(test_a_flood_is_bounded_and_whole),
        CASE(test_who_may_not),
        CASE(test_a_provisioner_that_stops_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
