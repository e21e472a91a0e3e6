#include "fake_http.h"

#include <nt/memory.h>
#include <nt/span.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { CONNECTIONS_MAX = 1024 };

struct fake_http {
    char path[108];
    void (*on_request)(void *arg, struct fake_request *request);
    void *arg;
    atomic_int listen_fd;
    pthread_t acceptor;
    pthread_mutex_t mutex; /* of what follows */
    pthread_t threads[CONNECTIONS_MAX];
    int fds[CONNECTIONS_MAX]; /* -1: ended */
    int count;
};

struct connection {
    struct fake_http *http;
    int fd, index;
};

/* --- bytes ----------------------------------------------------------------------------------- */

struct input {
    int fd;
    char buffer[4096];
    size_t at, have;
};

static int next_byte(struct input *input)
{
    if (input->at == input->have) {
        ssize_t len = recv(input->fd, input->buffer, sizeof(input->buffer), 0);
        if (len <= 0)
            return -1;
        input->at = 0;
        input->have = (size_t)len;
    }
    return (unsigned char)input->buffer[input->at++];
}

static bool read_line(struct input *input, char *line, size_t size)
{
    size_t len = 0;
    for (;;) {
        int byte = next_byte(input);
        if (byte < 0)
            return false;
        if (byte == '\n') {
            line[len] = '\0';
            return true;
        }
        if (byte != '\r' && len + 1 < size)
            line[len++] = (char)byte;
    }
}

static bool read_bytes(struct input *input, size_t len, struct nt_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        int byte = next_byte(input);
        char one = (char)byte;
        if (byte < 0 || nt_buf_add(out, &one, 1) < 0)
            return false;
    }
    return true;
}

static bool read_chunks(struct input *input, struct nt_buf *out)
{
    char line[64];
    struct nt_buf ignored = {0};
    bool is_good = true;
    for (;;) {
        if (!read_line(input, line, sizeof(line)))
            return false;
        size_t size = strtoul(line, NULL, 16);
        is_good = read_bytes(input, size, out) && read_bytes(input, 2, &ignored);
        if (!is_good || size == 0)
            break;
    }
    nt_buf_deinit(&ignored);
    return is_good;
}

static void say(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        len -= (size_t)sent;
    }
}

void fake_http_answer(struct fake_request *request, int status, const char *json)
{
    char head[160];
    int len = status == 204 ? snprintf(head, sizeof(head), "HTTP/1.1 204 No Content\r\n\r\n")
                            : snprintf(head, sizeof(head),
                                       "HTTP/1.1 %d Fake\r\nContent-Type: application/json\r\n"
                                       "Content-Length: %zu\r\n\r\n",
                                       status, strlen(json));
    say(request->fd, head, (size_t)len);
    if (status != 204)
        say(request->fd, json, strlen(json));
}

void fake_http_begin_stream(struct fake_request *request)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    say(request->fd, head, sizeof(head) - 1);
}

void fake_http_chunk(struct fake_request *request, const void *bytes, size_t len)
{
    char head[32];
    say(request->fd, head, (size_t)snprintf(head, sizeof(head), "%zx\r\n", len));
    say(request->fd, bytes, len);
    say(request->fd, "\r\n", 2);
}

bool fake_http_stream(struct fake_request *request, const char *line)
{
    char head[32];
    int len = snprintf(head, sizeof(head), "%zx\r\n", strlen(line) + 1);
    say(request->fd, head, (size_t)len);
    say(request->fd, line, strlen(line));
    say(request->fd, "\n\r\n", 3);
    char peek = 0;
    return recv(request->fd, &peek, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

/* --- requests -------------------------------------------------------------------------------- */

static void decode_filters(struct fake_request *request)
{
    const char *at = strstr(request->path, "filters=");
    size_t len = 0;
    for (at = at == NULL ? "" : at + 8; *at != '\0' && *at != '&'; at++) {
        unsigned byte = (unsigned char)*at;
        if (*at == '%' && sscanf(at + 1, "%2x", &byte) == 1)
            at += 2;
        request->filters[len++] = (char)byte;
    }
    request->filters[len] = '\0';
}

static bool read_request(struct input *input, struct fake_request *request, struct nt_buf *body)
{
    char line[4096];
    if (!read_line(input, line, sizeof(line)) ||
        sscanf(line, "%15s %2047s", request->method, request->path) != 2)
        return false;
    size_t length = 0;
    bool is_chunked = false;
    while (read_line(input, line, sizeof(line)) && line[0] != '\0') {
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            length = strtoul(line + 15, NULL, 10);
        if (strncasecmp(line, "Transfer-Encoding: chunked", 26) == 0)
            is_chunked = true;
    }
    decode_filters(request);
    bool is_good = is_chunked ? read_chunks(input, body) : read_bytes(input, length, body);
    (void)nt_buf_text(body);
    request->body = (char *)body->data;
    return is_good;
}

static void *serve(void *arg)
{
    struct connection connection = *(struct connection *)arg;
    free(arg);
    struct fake_http *http = connection.http;
    struct input *input = nt_zalloc(sizeof(*input));
    struct fake_request *request = nt_zalloc(sizeof(*request));
    struct nt_buf body = {0};
    input->fd = request->fd = connection.fd;
    while (read_request(input, request, &body)) {
        http->on_request(http->arg, request);
        nt_buf_reset(&body);
    }
    nt_buf_deinit(&body);
    free(input);
    free(request);
    (void)pthread_mutex_lock(&http->mutex);
    (void)close(connection.fd);
    http->fds[connection.index] = -1;
    (void)pthread_mutex_unlock(&http->mutex);
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------ */

static int listen_at(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    (void)unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 64) < 0)
        abort();
    return fd;
}

static void *accept_all(void *arg)
{
    struct fake_http *http = arg;
    for (;;) {
        int fd = accept4(atomic_load(&http->listen_fd), NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL;
        (void)pthread_mutex_lock(&http->mutex);
        if (http->count == CONNECTIONS_MAX)
            abort();
        struct connection *connection = nt_zalloc(sizeof(*connection));
        *connection = (struct connection){.http = http, .fd = fd, .index = http->count};
        http->fds[http->count] = fd;
        if (pthread_create(&http->threads[http->count++], NULL, serve, connection) != 0)
            abort();
        (void)pthread_mutex_unlock(&http->mutex);
    }
}

static void cut(struct fake_http *http)
{
    (void)shutdown(atomic_load(&http->listen_fd), SHUT_RDWR);
    (void)pthread_join(http->acceptor, NULL);
    (void)close(atomic_load(&http->listen_fd));
    (void)unlink(http->path);
    (void)pthread_mutex_lock(&http->mutex);
    for (int i = 0; i < http->count; i++) {
        if (http->fds[i] >= 0)
            (void)shutdown(http->fds[i], SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&http->mutex);
}

static void open_up(struct fake_http *http)
{
    atomic_store(&http->listen_fd, listen_at(http->path));
    if (pthread_create(&http->acceptor, NULL, accept_all, http) != 0)
        abort();
}

struct fake_http *fake_http_new(const char *socket_path,
                                void (*on_request)(void *arg, struct fake_request *request),
                                void *arg)
{
    struct fake_http *http = nt_zalloc(sizeof(*http));
    (void)snprintf(http->path, sizeof(http->path), "%s", socket_path);
    http->on_request = on_request;
    http->arg = arg;
    (void)pthread_mutex_init(&http->mutex, NULL);
    open_up(http);
    return http;
}

void fake_http_set_down(struct fake_http *http, bool is_down)
{
    if (is_down)
        cut(http);
    else
        open_up(http);
}

void fake_http_free(struct fake_http *http)
{
    cut(http);
    for (int i = 0; i < http->count; i++)
        (void)pthread_join(http->threads[i], NULL);
    (void)pthread_mutex_destroy(&http->mutex);
    free(http);
}
