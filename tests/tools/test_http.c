#include <nt/test_process.h>

#include <nt/clock.h>

#include <nt_cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { RETRY_MS = 20 };

static struct sockaddr_in address_of(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
}

int nt_test_free_port(void)
{
    struct sockaddr_in address = address_of(0);
    socklen_t size = sizeof(address);
    NT_CLEANUP(nt_close_p) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

void nt_test_reply_deinit(struct nt_test_reply *reply)
{
    nt_buf_deinit(&reply->head);
    nt_buf_deinit(&reply->body);
}

static bool send_all(int fd, struct nt_span bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.data += sent;
        bytes.len -= (size_t)sent;
    }
    return true;
}

/* Everything until the other side closes: we ask it to. */
static void receive_all(int fd, struct nt_buf *all, int64_t until_ms)
{
    for (;;) {
        int64_t left_ms = until_ms - nt_mono_ms();
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        uint8_t *room = nt_buf_reserve(all, 65536);
        if (left_ms <= 0 || room == NULL || poll(&readable, 1, (int)left_ms) <= 0)
            return;
        ssize_t got = recv(fd, room, 65536, 0);
        if (got <= 0)
            return;
        all->len += (size_t)got;
    }
}

static void join_chunks(struct nt_buf *body, const char *at)
{
    for (;;) {
        char *end = NULL;
        unsigned long size = strtoul(at, &end, 16);
        const char *line = strstr(end, "\r\n");
        if (size == 0 || line == NULL || strnlen(line + 2, size) < size)
            return;
        (void)nt_buf_add(body, line + 2, size);
        at = line + 2 + size + 2;
    }
}

static void parse(struct nt_buf *all, struct nt_test_reply *reply)
{
    const char *text = nt_buf_text(all);
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL || strncmp(text, "HTTP/1.1 ", 9) != 0)
        return;
    reply->status = (int)strtol(text + 9, NULL, 10);
    (void)nt_buf_add(&reply->head, text, (size_t)(end - text));
    const char *body = end + 4;
    if (strcasestr(nt_buf_text(&reply->head), "transfer-encoding: chunked") != NULL)
        join_chunks(&reply->body, body);
    else
        (void)nt_buf_add(&reply->body, body, all->len - (size_t)(body - text));
}

struct nt_test_reply nt_test_http(int port, const char *method, const char *path,
                                  const char *headers, struct nt_span body, int timeout_ms)
{
    struct nt_test_reply reply = {0};
    struct nt_buf bytes = {0};
    struct sockaddr_in address = address_of(port);
    NT_CLEANUP(nt_close_p) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return reply;
    (void)nt_buf_printf(&bytes,
                        "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n"
                        "Content-Length: %zu\r\n%s\r\n",
                        method, path, port, body.len, headers != NULL ? headers : "");
    (void)nt_buf_add(&bytes, body.data, body.len);
    if (send_all(fd, nt_buf_span(&bytes))) {
        nt_buf_reset(&bytes);
        receive_all(fd, &bytes, nt_mono_ms() + timeout_ms);
        parse(&bytes, &reply);
    }
    nt_buf_deinit(&bytes);
    return reply;
}

bool nt_test_wait_http(struct nt_test_process *process, int port, const char *path, int timeout_ms)
{
    int64_t until_ms = nt_mono_ms() + timeout_ms;
    int64_t left_ms;
    int status = 0;
    while (status != 200 && (left_ms = until_ms - nt_mono_ms()) > 0) {
        struct nt_test_reply reply =
            nt_test_http(port, "GET", path, NULL, (struct nt_span){0}, (int)left_ms);
        status = reply.status;
        nt_test_reply_deinit(&reply);
        /* The pause between two tries; ends early with the process. */
        if (status != 200 && process != NULL && nt_test_wait_exit(process, RETRY_MS))
            break;
    }
    if (status != 200)
        (void)fprintf(stderr, "%s: GET %s answers %d\n",
                      process != NULL ? process->program : "server", path, status);
    return status == 200;
}

bool nt_test_wait_ready(struct nt_test_process *process, int port, int timeout_ms)
{
    return nt_test_wait_http(process, port, "/readyz", timeout_ms);
}
