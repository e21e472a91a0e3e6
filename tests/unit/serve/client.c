#include "client.h"

#include <nt/clock.h>
#include <nt_cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#define PATIENCE_MS 10000

void turn_once(struct nt_loop *loop)
{
    (void)uv_run(nt_loop_uv(loop), UV_RUN_NOWAIT);
}

/* Sleeps until the loop or fd (may be -1) has something to do. */
static void wait_for(struct nt_loop *loop, int fd)
{
    uv_loop_t *uv = nt_loop_uv(loop);
    int timeout_ms = uv_backend_timeout(uv);
    struct pollfd fds[] = {{.fd = uv_backend_fd(uv), .events = POLLIN},
                           {.fd = fd, .events = POLLIN}};

    if (timeout_ms < 0 || timeout_ms > 1000)
        timeout_ms = 1000;
    (void)poll(fds, NT_COUNT(fds), timeout_ms);
}

bool turn_until(struct nt_loop *loop, bool (*is_done)(void *arg), void *arg)
{
    int64_t deadline_ms = nt_mono_ms() + PATIENCE_MS;

    for (;;) {
        turn_once(loop);
        if (is_done(arg))
            return true;
        if (nt_mono_ms() > deadline_ms)
            return false;
        wait_for(loop, -1);
    }
}

void client_open(struct client *client, struct nt_loop *loop, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};

    *client = (struct client){.loop = loop, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(client->fd >= 0);
    assert_int_equal(connect(client->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

void client_close(struct client *client)
{
    (void)close(client->fd);
    nt_buf_deinit(&client->got);
}

static void take(struct client *client)
{
    uint8_t bytes[16384];

    for (;;) {
        ssize_t len = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (len <= 0) {
            client->was_reset |= len < 0 && errno == ECONNRESET;
            client->has_ended |= len == 0 || client->was_reset;
            return;
        }
        assert_int_equal(nt_buf_add(&client->got, bytes, (size_t)len), 0);
    }
}

void client_send_bytes(struct client *client, const void *bytes, size_t len)
{
    const char *at = bytes;
    int64_t deadline_ms = nt_mono_ms() + PATIENCE_MS;

    while (len > 0 && nt_mono_ms() < deadline_ms) {
        ssize_t sent = send(client->fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return; /* the server has closed: what it said is still to be read */
        if (sent > 0) {
            at += sent;
            len -= (size_t)sent;
        }
        turn_once(client->loop);
    }
}

void client_send(struct client *client, const char *text)
{
    client_send_bytes(client, text, strlen(text));
}

bool client_sees(struct client *client, const char *text)
{
    int64_t deadline_ms = nt_mono_ms() + PATIENCE_MS;

    for (;;) {
        turn_once(client->loop);
        take(client);
        if (strstr(nt_buf_text(&client->got), text) != NULL)
            return true;
        if (client->has_ended || nt_mono_ms() > deadline_ms)
            return false;
        wait_for(client->loop, client->fd);
    }
}

bool client_sees_end(struct client *client)
{
    int64_t deadline_ms = nt_mono_ms() + PATIENCE_MS;

    while (!client->has_ended && nt_mono_ms() < deadline_ms) {
        wait_for(client->loop, client->fd);
        turn_once(client->loop);
        take(client);
    }
    return client->has_ended;
}

const char *client_answer(struct client *client)
{
    int64_t deadline_ms = nt_mono_ms() + PATIENCE_MS;

    assert_true(client_sees(client, "\r\n\r\n"));
    const char *text = nt_buf_text(&client->got);
    const char *length = strstr(text, "Content-Length: ");
    size_t head = (size_t)(strstr(text, "\r\n\r\n") + 4 - text);
    size_t wanted = head + (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
    while (client->got.len < wanted && !client->has_ended && nt_mono_ms() < deadline_ms) {
        wait_for(client->loop, client->fd);
        turn_once(client->loop);
        take(client);
    }
    return nt_buf_text(&client->got);
}

const char *client_ask(struct client *client, const char *request_line, const char *headers)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf request = {0};

    (void)nt_buf_printf(&request, "%s HTTP/1.1\r\nHost: test\r\n%s\r\n", request_line, headers);
    nt_buf_reset(&client->got);
    client_send(client, nt_buf_text(&request));
    return client_answer(client);
}
