/*
 * A request whose connection becomes something else. curl resolves and connects; the request, its
 * answer's head and all that follows are ours.
 */
#include "call.h"

#include <assert.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

enum {
    TIMEOUT_DEFAULT_MS = 10000,
    QUEUE_DEFAULT = 256 << 10,
    HEAD_MAX = 16 << 10,
    BODY_MAX = 64 << 10,
};

struct nt_http_upgrade {
    struct nt_http *http;
    struct nt_http_upgrade_options options; /* numbers and callbacks; its texts are not kept */
    struct nt_buf request;
    struct nt_buf answer;
    struct nt_http_call *call;
    struct nt_duplex *duplex;
    struct nt_timer *deadline;
    struct nt_http_upgrade *prev, *next;
};

/* --- the end ---------------------------------------------------------------------------------- */

static void finish(struct nt_http_upgrade *upgrade, struct nt_http_upgraded *upgraded)
{
    struct nt_http *http = upgrade->http;
    struct nt_http_call *call = nt_take(upgrade->call);
    DL_DELETE(http->upgrades, upgrade);
    nt_timer_free(upgrade->deadline);
    if (upgraded->duplex == NULL)
        nt_duplex_close(upgrade->duplex);
    if (call != NULL)
        nt_http_cancel(call); /* its done finds no upgrade any more */
    upgraded->message = upgraded->message == NULL ? "" : upgraded->message;
    upgraded->head = upgraded->head == NULL ? "" : upgraded->head;
    upgrade->options.done(upgrade->options.arg, upgraded);
    nt_buf_deinit(&upgrade->request);
    nt_buf_deinit(&upgrade->answer);
    free(upgrade);
}

static void fail(struct nt_http_upgrade *upgrade, int error, const char *message)
{
    struct nt_http_upgraded upgraded = {.error = error, .message = message};
    finish(upgrade, &upgraded);
}

void nt_http_upgrade_cancel(struct nt_http_upgrade *upgrade)
{
    fail(upgrade, -ECANCELED, "cancelled");
}

void upgrades_cancel(struct nt_http *http)
{
    while (http->upgrades != NULL)
        nt_http_upgrade_cancel(http->upgrades);
}

static void on_deadline(void *arg)
{
    fail(arg, -ETIMEDOUT, "no answer in time");
}

/* --- the answer ------------------------------------------------------------------------------- */

/* The head's length with its empty line, or 0. */
static size_t head_len(const struct nt_buf *answer)
{
    const uint8_t *end = memmem(answer->data, answer->len, "\r\n\r\n", 4);
    return end == NULL ? 0 : (size_t)(end - answer->data) + 4;
}

static int status_of(const char *head)
{
    int64_t status = 0;
    char digits[4] = "";
    if (strncasecmp(head, "HTTP/1.", 7) != 0 || strlen(head) < 12 || head[8] != ' ')
        return -EPROTO;
    (void)snprintf(digits, sizeof(digits), "%.3s", head + 9);
    if (nt_parse_i64(digits, 100, 599, &status) < 0)
        return -EPROTO;
    return (int)status;
}

/* The bytes of body that the head promises; BODY_MAX where it says nothing that we understand. */
static size_t body_len(const char *head)
{
    static const char name[] = "\r\ncontent-length:";
    const char *at = strcasestr(head, name);
    int64_t len = 0;
    if (at == NULL)
        return BODY_MAX;
    at += sizeof(name) - 1;
    at += strspn(at, " \t");
    char digits[24];
    (void)snprintf(digits, sizeof(digits), "%.*s", (int)strspn(at, "0123456789"), at);
    return nt_parse_i64(digits, 0, BODY_MAX, &len) < 0 ? BODY_MAX : (size_t)len;
}

static void answer_whole(struct nt_http_upgrade *upgrade, bool is_end)
{
    size_t len = head_len(&upgrade->answer);
    if (len == 0) {
        if (upgrade->answer.len >= HEAD_MAX)
            fail(upgrade, -EPROTO, "the answer's head is too long");
        else if (is_end)
            fail(upgrade, -ECONNRESET, "the connection ended before an answer");
        return;
    }
    char *head = nt_zalloc(len + 1);
    memcpy(head, upgrade->answer.data, len);
    int status = status_of(head);
    struct nt_span rest = {.data = upgrade->answer.data + len, .len = upgrade->answer.len - len};
    struct nt_http_upgraded upgraded = {.status = status, .head = head};
    if (status < 0) {
        fail(upgrade, status, "the answer is not HTTP");
    } else if (status == 101) {
        nt_duplex_unread(upgrade->duplex, rest);
        upgraded.duplex = upgrade->duplex;
        finish(upgrade, &upgraded);
    } else if (is_end || rest.len >= body_len(head)) {
        upgraded.body = rest;
        finish(upgrade, &upgraded);
    }
    free(head);
}

static void on_data(void *arg, struct nt_span data)
{
    struct nt_http_upgrade *upgrade = arg;
    bool is_full = nt_buf_add(&upgrade->answer, data.data, data.len) < 0;
    answer_whole(upgrade, is_full);
}

static void on_closed(void *arg, int error)
{
    struct nt_http_upgrade *upgrade = arg;
    if (error < 0)
        fail(upgrade, error, strerror(-error));
    else
        answer_whole(upgrade, true);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static void on_connected(void *arg, int fd)
{
    struct nt_http_upgrade *upgrade = arg;
    const struct nt_duplex_events events = {
        .on_data = on_data, .on_closed = on_closed, .arg = upgrade};
    size_t queue_max =
        upgrade->options.queue_max > 0 ? upgrade->options.queue_max : (size_t)QUEUE_DEFAULT;
    upgrade->duplex = nt_duplex_new(upgrade->http->loop, fd, queue_max);
    nt_duplex_start(upgrade->duplex, &events);
    (void)nt_duplex_write(upgrade->duplex, nt_buf_span(&upgrade->request)); /* checked to fit */
}

static void on_connect_done(void *arg, const struct nt_http_reply *reply)
{
    struct nt_http_upgrade *upgrade = arg;
    if (upgrade->call == NULL)
        return; /* we are finishing, and this was cancelled */
    upgrade->call = NULL;
    if (reply->error != 0)
        fail(upgrade, reply->error, reply->message);
}

/* "http://host:port/path" -> the two ends of host:port. */
static const char *split_url(const char *url, size_t *ret_host_len, const char **ret_path)
{
    const char *host = strstr(url, "://");
    assert(host != NULL);
    host += 3;
    *ret_host_len = strcspn(host, "/");
    *ret_path = host[*ret_host_len] == '\0' ? "/" : host + *ret_host_len;
    return host;
}

static void write_request(struct nt_buf *out, const struct nt_http_upgrade_options *options)
{
    size_t host_len = 0;
    const char *path = NULL;
    const char *host = split_url(options->url, &host_len, &path);
    (void)nt_buf_printf(out,
                        "%s %s HTTP/1.1\r\nHost: %.*s\r\nConnection: Upgrade\r\nUpgrade: %s\r\n",
                        options->method, path, (int)host_len, host, options->protocol);
    if (options->body.len > 0)
        (void)nt_buf_printf(out, "Content-Length: %zu\r\n", options->body.len);
    for (const char *const *at = options->headers; at != NULL && *at != NULL; at++)
        (void)nt_buf_printf(out, "%s\r\n", *at);
    (void)nt_buf_add_text(out, "\r\n");
    (void)nt_buf_add(out, options->body.data, options->body.len);
}

struct nt_http_upgrade *nt_http_upgrade(struct nt_http *http,
                                        const struct nt_http_upgrade_options *options)
{
    struct nt_http_upgrade *upgrade = nt_zalloc(sizeof(*upgrade));
    upgrade->http = http;
    upgrade->options = *options;
    upgrade->answer.max = HEAD_MAX + BODY_MAX;
    write_request(&upgrade->request, options);
    if (options->queue_max > 0 && upgrade->request.len > options->queue_max)
        upgrade->options.queue_max = upgrade->request.len;
    uint32_t timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_DEFAULT_MS;
    upgrade->deadline = nt_timer_new(http->loop, on_deadline, upgrade);
    nt_timer_start(upgrade->deadline, timeout_ms, 0);
    DL_APPEND(http->upgrades, upgrade);
    const struct nt_http_request connect = {
        .method = "GET",
        .url = options->url,
        .unix_socket = options->unix_socket,
        .connect_timeout_ms = timeout_ms,
        .done = on_connect_done,
        .arg = upgrade,
    };
    upgrade->call = call_connect(http, &connect, on_connected);
    return upgrade;
}
