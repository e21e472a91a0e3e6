/* Terminals, files and logs, relayed to a provisioner that the test plays. */
#include "stage.h"

#include <arpa/inet.h>
#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt/token.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#define SERVER "0197a000-0000-7000-8000-0000000000bb"
#define BIG    ((size_t)3 << 20)

static struct stage stage;
static struct nt_arena arena;
static char ann[160];
static int listen_fd;
static pthread_t thread;

/* --- a provisioner --------------------------------------------------------------------------- */

static char asked[4096]; /* the newest request; read when its answer is there */

static void send_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t count = send(fd, at, len, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        at += count;
        len -= (size_t)count;
    }
}

static bool is_ours(const char *operation)
{
    uint8_t key[NT_TOKEN_KEY_SIZE];
    char token[NT_TOKEN_SIZE] = "";
    const char *header = strcasestr(asked, "Authorization: Bearer ");
    const struct nt_token_claim claim = {
        .host = "host-1", .server = SERVER, .operation = operation};
    if (header == NULL)
        return false;
    (void)snprintf(token, sizeof(token), "%.*s", (int)strcspn(header + 22, "\r"), header + 22);
    return nt_token_parse_key("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                              key, NULL) == 0 &&
           nt_token_check(key, &claim, token, nt_wall_ms()) == 0;
}

static void reply(int fd, const char *status, const char *more, const char *body)
{
    char head[512];
    int len = snprintf(head, sizeof(head),
                       "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n", status,
                       more, strlen(body));
    send_all(fd, head, (size_t)len);
    send_all(fd, body, strlen(body));
}

/* Echoes input as output, until it is told to hang up. */
static void play_terminal(int fd)
{
    static const char head[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                               "Upgrade: neaptide-frames\r\n\r\n";
    static const char first[] = "\x11\0\0\0\x2A{\"id\":\"t1\",\"resumed\":false,\"cut\":false}   ";
    static const char last[] = "\x13\0\0\0\x24{\"reason\":\"exited\",\"exit_code\":null}";
    send_all(fd, head, sizeof(head) - 1);
    send_all(fd, first, sizeof(first) - 1);
    uint8_t frame[70000];
    size_t len = 0;
    for (;;) {
        ssize_t count = recv(fd, frame + len, sizeof(frame) - len, 0);
        if (count <= 0)
            return;
        len += (size_t)count;
        while (len >= 5) {
            size_t size = 5 + ((size_t)frame[2] << 16 | (size_t)frame[3] << 8 | frame[4]);
            if (len < size)
                break;
            if (frame[0] == 3) {
                send_all(fd, last, sizeof(last) - 1);
                return;
            }
            frame[0] = 18;
            send_all(fd, frame, size);
            memmove(frame, frame + size, len - size);
            len -= size;
        }
    }
}

static void play(int fd)
{
    size_t len = 0;
    size_t body_at = 0;
    size_t body_len = 0;
    static char all[(1 << 20) + 8192];
    while (len < sizeof(all) - 1) {
        ssize_t count = recv(fd, all + len, sizeof(all) - 1 - len, 0);
        if (count <= 0)
            return;
        len += (size_t)count;
        all[len] = '\0';
        const char *end = body_at == 0 ? strstr(all, "\r\n\r\n") : NULL;
        if (end != NULL) {
            const char *header = strcasestr(all, "Content-Length: ");
            body_at = (size_t)(end - all) + 4;
            body_len = header == NULL ? 0 : (size_t)strtoul(header + 16, NULL, 10);
        }
        if (body_at > 0 && len >= body_at + body_len)
            break;
    }
    (void)snprintf(asked, sizeof(asked), "%.*s", (int)body_at, all);
    if (nt_text_starts(asked, "GET /v1/servers/" SERVER "/terminal?") && is_ours("terminal")) {
        if (strstr(asked, "id=gone") != NULL)
            reply(fd, "410 Gone", "Content-Type: application/json\r\n",
                  "{\"code\":\"terminal-gone\",\"params\":{},\"detail\":\"\"}");
        else
            play_terminal(fd);
    } else if (nt_text_starts(asked, "GET /v1/servers/" SERVER "/logs?") && is_ours("logs")) {
        reply(fd, "200 OK", "Content-Type: text/plain\r\n",
              "2026-11-24T12:00:00.000000000Z o 안녕\n");
    } else if (nt_text_starts(asked, "GET /v1/servers/" SERVER "/files?") &&
               is_ours("files-read")) {
        reply(fd, "404 Not Found", "",
              "{\"code\":\"file-not-found\",\"params\":{\"path\":\"/none\"},\"detail\":\"x\"}");
    } else if (nt_text_starts(asked, "GET /v1/servers/" SERVER "/file?") && is_ours("files-read")) {
        char head[256];
        int head_len = snprintf(head, sizeof(head),
                                "HTTP/1.1 200 OK\r\nConnection: close\r\nNeaptide-Size: %zu\r\n"
                                "Content-Length: %zu\r\n\r\n",
                                BIG, BIG);
        send_all(fd, head, (size_t)head_len);
        char *bytes = nt_zalloc(BIG);
        memset(bytes, 'b', BIG);
        send_all(fd, bytes, BIG);
        free(bytes);
    } else if (nt_text_starts(asked, "PUT /v1/servers/" SERVER "/upload?") &&
               is_ours("files-write")) {
        char body[64];
        (void)snprintf(body, sizeof(body), "{\"offset\": %zu, \"done\": true}", body_len);
        reply(fd, "200 OK", "Content-Type: application/json\r\n", body);
    } else if (nt_text_starts(asked, "DELETE /v1/servers/" SERVER "/file?") &&
               is_ours("files-write")) {
        reply(fd, "204 No Content", "", "");
    } else {
        reply(fd, "401 Unauthorized", "", "");
    }
}

static void *run(void *arg)
{
    (void)arg;
    for (;;) {
        int fd = accept(listen_fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        play(fd);
        (void)close(fd);
    }
}

static int open_stage(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", ann, NULL, NULL);
    struct nt_server_state server =
        stage_server(SERVER, nt_arena_text(&arena, stage_text(me.json, "user")), "anns-shell");
    stage_reply_deinit(&me);
    stage_put(&stage, NT_TOPIC_SERVER_STATE, SERVER, &server);
    stage_until(&stage, "/api/v1/servers/" SERVER, ann, "name", "anns-shell");
    listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    assert_int_equal(bind(listen_fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listen_fd, 8), 0);
    assert_int_equal(getsockname(listen_fd, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
    stage_expect(&stage, "GET", "/api/v1/servers/" SERVER "/files?path=/", ann, NULL, NULL, 409,
                 "unreachable");
    struct nt_agent agent = {
        .host = "host-1",
        .address = nt_arena_printf(&arena, "http://127.0.0.1:%d", ntohs(address.sin_port)),
        .docker_version = "27",
        .at_ms = nt_wall_ms()};
    struct nt_host host = {.host = "host-1", .role = "active", .revision = 1};
    stage_put(&stage, NT_TOPIC_HOSTS, "host-1", &host);
    stage_put(&stage, NT_TOPIC_AGENTS, "host-1", &agent);
    stage_until(&stage, "/api/v1/hosts", ann, "items/0/engine", "27");
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    (void)shutdown(listen_fd, SHUT_RDWR);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)close(listen_fd);
    stage_close(&stage);
    nt_arena_deinit(&arena);
    return 0;
}

/* --- files and logs -------------------------------------------------------------------------- */

static void test_refusals_of_the_provisioner_are_problems(void **state)
{
    (void)state;
    stage_expect(&stage, "GET", "/api/v1/servers/" SERVER "/files?path=/no%20ne%26x", ann, NULL,
                 NULL, 404, "file-not-found");
    assert_non_null(strstr(asked, "files?path=%2Fno%20ne%26x HTTP"));
}

static void test_a_large_file_streams_through(void **state)
{
    (void)state;
    struct nt_test_reply got =
        nt_test_http(stage.port, "GET", "/api/v1/servers/" SERVER "/file?path=/srv/%ED%95%9C.txt",
                     ann, (struct nt_span){0}, STAGE_WAIT_MS);
    assert_int_equal(got.status, 200);
    const char *head = nt_buf_text(&got.head);
    assert_non_null(strcasestr(head, "neaptide-size: 3145728"));
    assert_non_null(strstr(head, "filename*=UTF-8''%ED%95%9C.txt"));
    assert_non_null(strcasestr(head, "content-type: application/octet-stream"));
    size_t count = 0; /* of the content, whatever the chunks are */
    for (size_t i = 0; i < got.body.len; i++)
        count += got.body.data[i] == 'b';
    assert_true(count >= BIG);
    nt_test_reply_deinit(&got);
}

static void test_a_piece_of_an_upload(void **state)
{
    (void)state;
    static uint8_t piece[300000];
    const char *url = "/api/v1/servers/" SERVER "/upload?path=/a&id=u1&offset=0&size=300000";
    struct stage_reply got =
        stage_ask_plainly(&stage, "PUT", url, ann, "Origin: " STAGE_ORIGIN "\r\n",
                          (struct nt_span){piece, sizeof(piece)});
    assert_int_equal(got.status, 200);
    assert_int_equal(stage_number(got.json, "offset"), 300000);
    assert_true(json_is_true(stage_find(got.json, "done")));
    stage_reply_deinit(&got);
    struct stage_reply deleted =
        stage_ask(&stage, "DELETE", "/api/v1/servers/" SERVER "/file?path=/a", ann, NULL, NULL);
    assert_int_equal(deleted.status, 204);
    stage_reply_deinit(&deleted);
}

static void test_logs(void **state)
{
    (void)state;
    struct nt_test_reply got =
        nt_test_http(stage.port, "GET", "/api/v1/servers/" SERVER "/logs?tail=5",
                     nt_arena_printf(&arena, "%sOrigin: %s\r\n", ann, STAGE_ORIGIN),
                     (struct nt_span){0}, STAGE_WAIT_MS);
    assert_int_equal(got.status, 200);
    assert_non_null(strstr(nt_buf_text(&got.body), "Z o 안녕\n"));
    assert_non_null(strstr(asked, "logs?tail=5 HTTP"));
    nt_test_reply_deinit(&got);
}

/* --- terminals ------------------------------------------------------------------------------- */

struct browser {
    int fd;
    char bytes[8192];
    size_t len;
};

static bool await(struct browser *browser, const char *text, size_t text_len)
{
    int64_t end_ms = nt_mono_ms() + STAGE_WAIT_MS;
    while (memmem(browser->bytes, browser->len, text, text_len) == NULL) {
        struct pollfd watch = {.fd = browser->fd, .events = POLLIN};
        int64_t left_ms = end_ms - nt_mono_ms();
        if (left_ms <= 0 || poll(&watch, 1, (int)left_ms) != 1)
            return false;
        ssize_t count = recv(browser->fd, browser->bytes + browser->len,
                             sizeof(browser->bytes) - browser->len, 0);
        if (count <= 0)
            return false;
        browser->len += (size_t)count;
    }
    return true;
}

static struct browser open_terminal(const char *query, const char *more)
{
    struct browser browser = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)stage.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(browser.fd, (struct sockaddr *)&address, sizeof(address)), 0);
    const char *request = nt_arena_printf(
        &arena,
        "GET /api/v1/servers/" SERVER "/terminal?%s HTTP/1.1\r\nHost: console.localhost\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s\r\n",
        query, more, ann);
    send_all(browser.fd, request, strlen(request));
    return browser;
}

#define OURS "Origin: " STAGE_ORIGIN "\r\nSec-WebSocket-Protocol: neaptide-terminal\r\n"

static void test_a_terminal_both_ways(void **state)
{
    (void)state;
    struct browser browser = open_terminal("cols=80&rows=24", OURS);
    assert_true(await(&browser, "HTTP/1.1 101", 12));
    assert_true(await(&browser, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28));
    assert_true(await(&browser, "{\"id\":\"t1\"", 10));
    assert_non_null(strcasestr(browser.bytes, "sec-websocket-protocol: neaptide-terminal"));
    /* Type 1, "hey", masked with zeros; it comes back as type 18. */
    send_all(browser.fd, "\x82\x84\0\0\0\0\1hey", 10);
    assert_true(await(&browser, "\x82\x04\x12hey", 6));
    send_all(browser.fd, "\x89\x82\0\0\0\0hi", 8);
    assert_true(await(&browser, "\x8A\x02hi", 4));
    send_all(browser.fd, "\x82\x81\0\0\0\0\3", 7); /* hang up */
    assert_true(await(&browser, "\"exited\"", 8));
    assert_true(await(&browser, "\x88\x02\x03\xE9", 4));
    (void)close(browser.fd);
}

static void test_what_is_no_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *more;
        const char *code;
    } cases[] = {
        {"cols=80", "Origin: " STAGE_ORIGIN "\r\n", "websocket-needed"}, /* no subprotocol */
        {"cols=80", "Sec-WebSocket-Protocol: other\r\nOrigin: " STAGE_ORIGIN "\r\n",
         "websocket-needed"},
        {"cols=80",
         "Sec-WebSocket-Protocol: neaptide-terminal\r\nOrigin: http://x.s.localhost:8088\r\n",
         "cross-origin"},
        {"id=gone", OURS, "terminal-gone"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].code);
        struct browser browser = open_terminal(cases[i].query, cases[i].more);
        assert_true(await(&browser, cases[i].code, strlen(cases[i].code)));
        (void)close(browser.fd);
    }
    stage_expect(&stage, "GET", "/api/v1/servers/" SERVER "/terminal", ann, NULL, NULL, 426,
                 "websocket-needed");
}

static void test_rubbish_ends_it(void **state)
{
    (void)state;
    struct browser browser = open_terminal("cols=80&rows=24", OURS);
    assert_true(await(&browser, "{\"id\":\"t1\"", 10));
    send_all(browser.fd, "\x82\x03hey", 5); /* not masked */
    assert_true(await(&browser, "\x88\x02\x03\xEA", 4));
    (void)close(browser.fd);
}

/* The last test leaves one open: stopping the api must hang up. */
static void test_the_end_of_the_api_hangs_up(void **state)
{
    (void)state;
    struct browser browser = open_terminal("cols=80&rows=24", OURS);
    assert_true(await(&browser, "{\"id\":\"t1\"", 10));
    assert_int_equal(nt_test_stop(&stage.process, STAGE_WAIT_MS), 0);
    char byte = 0;
    ssize_t count = 0;
    while ((count = recv(browser.fd, &byte, 1, 0)) > 0)
        ;
    assert_true(count <= 0);
    (void)close(browser.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals_of_the_provisioner_are_problems),
        cmocka_unit_test(test_a_large_file_streams_through),
        cmocka_unit_test(test_a_piece_of_an_upload),
        cmocka_unit_test(test_logs),
        cmocka_unit_test(test_a_terminal_both_ways),
        cmocka_unit_test(test_what_is_no_terminal),
        cmocka_unit_test(test_rubbish_ends_it),
        cmocka_unit_test(test_the_end_of_the_api_hangs_up),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
