#include "fake_docker.h"

#include <nt/text.h>
#include <nt_cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 16, REQUEST_SIZE = 4096, BODY_SIZE = 65536 };

struct connection {
    int fd; /* 0: free */
    bool is_stream;
    char request[REQUEST_SIZE];
    size_t len;
};

static const char EVENT[] = "{\"Type\":\"container\"}\n";

static void answer_file(int fd, const char *folder, const char *name)
{
    static char body[BODY_SIZE];
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s.json", folder, name);
    FILE *file = fopen(path, "re");
    size_t len = file != NULL ? fread(body, 1, sizeof(body), file) : 0;
    (void)dprintf(fd,
                  "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                  file != NULL ? "200 OK" : "404 Not Found", len);
    if (file != NULL) {
        (void)!write(fd, body, len);
        (void)fclose(file);
    }
}

static void answer(struct connection *connection, const char *folder)
{
    char id[128];
    if (nt_text_starts(connection->request, "GET /events?")) {
        connection->is_stream = true;
        (void)dprintf(connection->fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                      "Transfer-Encoding: chunked\r\n\r\n");
    } else if (nt_text_starts(connection->request, "GET /containers/json?")) {
        answer_file(connection->fd, folder, "list");
    } else if (sscanf(connection->request, "GET /containers/%100[0-9a-f]/json", id) == 1) {
        answer_file(connection->fd, folder, id);
    } else {
        answer_file(connection->fd, folder, "none");
    }
}

static void serve_one(struct connection *connection, const char *folder)
{
    ssize_t len = read(connection->fd, connection->request + connection->len,
                       sizeof(connection->request) - 1 - connection->len);
    if (len <= 0) {
        (void)close(connection->fd);
        *connection = (struct connection){0};
        return;
    }
    connection->len += (size_t)len;
    connection->request[connection->len] = '\0';
    if (strstr(connection->request, "\r\n\r\n") == NULL)
        return;
    answer(connection, folder);
    connection->len = 0;
}

static void serve(const char *folder, int listener, int bell)
{
    static struct connection connections[CONNECTIONS_MAX];
    for (;;) {
        struct pollfd polls[CONNECTIONS_MAX + 2] = {{.fd = listener, .events = POLLIN},
                                                    {.fd = bell, .events = POLLIN}};
        for (int i = 0; i < CONNECTIONS_MAX; i++)
            polls[i + 2] = (struct pollfd){.fd = connections[i].fd > 0 ? connections[i].fd : -1,
                                           .events = POLLIN};
        if (poll(polls, CONNECTIONS_MAX + 2, -1) < 0)
            return;
        char byte = 0;
        if (polls[1].revents != 0 && read(bell, &byte, 1) <= 0)
            return;
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            if (polls[1].revents != 0 && connections[i].is_stream)
                (void)dprintf(connections[i].fd, "%zx\r\n%s\r\n", sizeof(EVENT) - 1, EVENT);
            if (polls[i + 2].revents != 0)
                serve_one(&connections[i], folder);
        }
        for (int i = 0; polls[0].revents != 0 && i < CONNECTIONS_MAX; i++) {
            if (connections[i].fd == 0) {
                connections[i].fd = accept(listener, NULL, NULL);
                break;
            }
        }
    }
}

struct fake_docker fake_docker_start(const char *folder, const char *socket_path)
{
    int ends[2];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    (void)unlink(socket_path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(pipe(ends), 0);
    struct fake_docker docker = {.pid = fork(), .bell = ends[1]};
    assert_true(docker.pid >= 0);
    if (docker.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGPIPE, SIG_IGN);
        (void)close(ends[1]);
        serve(folder, listener, ends[0]);
        _exit(0);
    }
    (void)close(listener);
    (void)close(ends[0]);
    return docker;
}

void fake_docker_ring(const struct fake_docker *docker)
{
    assert_int_equal(write(docker->bell, "!", 1), 1);
}

void fake_docker_stop(struct fake_docker *docker)
{
    if (docker->pid <= 0)
        return;
    (void)close(docker->bell);
    (void)kill(docker->pid, SIGKILL);
    (void)waitpid(docker->pid, NULL, 0);
    docker->pid = 0;
}
