#include "tiny_server.h"

#include <arpa/inet.h>
#include <nt/loop.h>
#include <nt/memory.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <uv.h>

enum { CONNECTIONS_MAX = 32, HEAD_MAX = 8192 };

struct tiny_server {
    int tcp_fd, unix_fd, port;
    char folder[64];
    char path[96];
    atomic_int accepted;
    pthread_t acceptors[2];
    pthread_t threads[CONNECTIONS_MAX];
    atomic_int fds[CONNECTIONS_MAX];
};

struct acceptor {
    struct tiny_server *server;
    int fd;
};

static void say(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        data += sent;
        len -= (size_t)sent;
    }
}

static void say_text(int fd, const char *body)
{
    char reply[1024];
    int len = snprintf(reply, sizeof(reply), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(body), body);
    say(fd, reply, (size_t)len);
}

static uint8_t mega_at(size_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

uint32_t tiny_mega_sum(void)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < TINY_MEGA; i++)
        sum = sum * 31 + mega_at(i);
    return sum;
}

static void say_mega(int fd)
{
    char *body = nt_zalloc(TINY_MEGA);
    for (size_t i = 0; i < TINY_MEGA; i++)
        body[i] = (char)mega_at(i);
    char head[128];
    int len =
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", TINY_MEGA);
    say(fd, head, (size_t)len);
    say(fd, body, TINY_MEGA);
    free(body);
}

/* Bytes that were read beyond the head stay in buffer; returns the head's length, 0 at the end. */
static size_t read_head(int fd, char *buffer, size_t *have)
{
    for (;;) {
        buffer[*have] = '\0';
        const char *end = strstr(buffer, "\r\n\r\n");
        if (end != NULL)
            return (size_t)(end - buffer) + 4;
        if (*have >= HEAD_MAX)
            return 0;
        ssize_t len = recv(fd, buffer + *have, HEAD_MAX - *have, 0);
        if (len <= 0)
            return 0;
        *have += (size_t)len;
    }
}

static int next_byte(int fd, char *buffer, size_t *at, size_t *have)
{
    if (*at == *have) {
        ssize_t len = recv(fd, buffer, HEAD_MAX, 0);
        if (len <= 0)
            return -1;
        *at = 0;
        *have = (size_t)len;
    }
    return (unsigned char)buffer[(*at)++];
}

/* Length of the body, read to its end; a chunked one is counted through its framing. */
static long read_body(int fd, const char *head, char *buffer, size_t *at, size_t *have)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    if (length != NULL) {
        long total = atol(length + 17);
        for (long i = 0; i < total; i++) {
            if (next_byte(fd, buffer, at, have) < 0)
                return -1;
        }
        return total;
    }
    if (strcasestr(head, "\r\nTransfer-Encoding: chunked") == NULL)
        return -1;
    long total = 0;
    for (;;) {
        long size = 0;
        int byte = 0;
        while ((byte = next_byte(fd, buffer, at, have)) != '\n') {
            if (byte < 0)
                return -1;
            if (byte != '\r')
                size = size * 16 + (byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10);
        }
        for (long i = 0; i < size + 2; i++) {
            if (next_byte(fd, buffer, at, have) < 0)
                return -1;
        }
        total += size;
        if (size == 0)
            return total;
    }
}

/* Returns false where the connection is to be closed. */
static bool answer(int fd, const char *head, long body_len)
{
    char method[16] = "";
    char path[64] = "";
    (void)sscanf(head, "%15s %63s", method, path);
    char text[256];
    if (strcmp(path, "/hello") == 0) {
        say_text(fd, "hello");
    } else if (strcmp(path, "/mega") == 0) {
        say_mega(fd);
    } else if (strcmp(path, "/method") == 0) {
        (void)snprintf(text, sizeof(text), "%s %ld", method, body_len);
        say_text(fd, text);
    } else if (strcmp(path, "/count") == 0) {
        char type[64] = "";
        const char *found = strcasestr(head, "\r\nContent-Type: ");
        if (found != NULL)
            (void)sscanf(found + 16, "%63[^\r]", type);
        (void)snprintf(text, sizeof(text), "%ld bytes, %s, %s", body_len,
                       strcasestr(head, "\r\nExpect:") == NULL ? "no expect" : "expect", type);
        say_text(fd, text);
    } else if (strcmp(path, "/stall") == 0) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 42);
    } else if (strcmp(path, "/cut") == 0) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 42);
        return false;
    } else if (strcmp(path, "/silent") != 0) {
        say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 45);
    }
    return true;
}

static void *serve_connection(void *arg)
{
    int fd = *(const int *)arg;
    free(arg);
    char buffer[HEAD_MAX + 1];
    size_t have = 0;
    for (;;) {
        size_t head_len = read_head(fd, buffer, &have);
        if (head_len == 0)
            break;
        char head[HEAD_MAX + 1];
        memcpy(head, buffer, head_len);
        head[head_len] = '\0';
        size_t at = head_len;
        long body_len = read_body(fd, head, buffer, &at, &have);
        memmove(buffer, buffer + at, have - at);
        have -= at;
        if (!answer(fd, head, body_len))
            break;
    }
    (void)shutdown(fd, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct acceptor acceptor = *(const struct acceptor *)arg;
    free(arg);
    for (;;) {
        int fd = accept4(acceptor.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL;
        int index = atomic_fetch_add(&acceptor.server->accepted, 1);
        if (index >= CONNECTIONS_MAX)
            abort();
        int *copy = nt_zalloc(sizeof(*copy));
        *copy = fd;
        atomic_store(&acceptor.server->fds[index], fd);
        if (pthread_create(&acceptor.server->threads[index], NULL, serve_connection, copy) != 0)
            abort();
    }
}

struct tiny_server *tiny_server_new(void)
{
    struct tiny_server *server = nt_zalloc(sizeof(*server));
    (void)snprintf(server->folder, sizeof(server->folder), "/tmp/nt_http_test_XXXXXX");
    if (mkdtemp(server->folder) == NULL)
        abort();
    (void)snprintf(server->path, sizeof(server->path), "%s/socket", server->folder);
    server->tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(tcp);
    server->unix_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    (void)snprintf(local.sun_path, sizeof(local.sun_path), "%s", server->path);
    if (bind(server->tcp_fd, (struct sockaddr *)&tcp, sizeof(tcp)) < 0 ||
        getsockname(server->tcp_fd, (struct sockaddr *)&tcp, &len) < 0 ||
        bind(server->unix_fd, (struct sockaddr *)&local, sizeof(local)) < 0 ||
        listen(server->tcp_fd, 16) < 0 || listen(server->unix_fd, 16) < 0)
        abort();
    server->port = ntohs(tcp.sin_port);
    for (int i = 0; i < 2; i++) {
        struct acceptor *acceptor = nt_zalloc(sizeof(*acceptor));
        *acceptor =
            (struct acceptor){.server = server, .fd = i == 0 ? server->tcp_fd : server->unix_fd};
        if (pthread_create(&server->acceptors[i], NULL, accept_all, acceptor) != 0)
            abort();
    }
    return server;
}

void tiny_server_free(struct tiny_server *server)
{
    (void)shutdown(server->tcp_fd, SHUT_RDWR);
    (void)shutdown(server->unix_fd, SHUT_RDWR);
    for (int i = 0; i < 2; i++)
        (void)pthread_join(server->acceptors[i], NULL);
    for (int i = 0; i < atomic_load(&server->accepted); i++) {
        (void)shutdown(atomic_load(&server->fds[i]), SHUT_RDWR);
        (void)pthread_join(server->threads[i], NULL);
        (void)close(atomic_load(&server->fds[i]));
    }
    (void)close(server->tcp_fd);
    (void)close(server->unix_fd);
    (void)unlink(server->path);
    (void)rmdir(server->folder);
    free(server);
}

int tiny_server_port(const struct tiny_server *server)
{
    return server->port;
}

const char *tiny_server_path(const struct tiny_server *server)
{
    return server->path;
}

int tiny_server_accepted(const struct tiny_server *server)
{
    return atomic_load(&server->accepted);
}

void tiny_turn(struct nt_loop *loop)
{
    (void)uv_run(nt_loop_uv(loop), UV_RUN_ONCE);
}
