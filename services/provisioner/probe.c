#include "probe.h"

#include <arpa/inet.h>
#include <nt/clock.h>
#include <nt/memory.h>
#include <string.h>
#include <sys/socket.h>

enum { TRY_MS = 20, CONNECT_MS = 500 };

/* One port after the other; one that has answered is not asked again. */
struct probe {
    struct nt_loop *loop;
    struct sockaddr_in to;
    int32_t ports[PROBE_PORTS_MAX];
    size_t count, next;
    int64_t deadline_ms;
    int fd;
    struct nt_watch *watch;
    struct nt_timer *timer;
    bool has_address;
    void (*done)(void *arg, const struct nt_error *err);
    void *arg;
};

static void close_try(struct probe *probe)
{
    nt_watch_free(nt_take(probe->watch));
    nt_close_p(&probe->fd);
    probe->fd = -1;
}

static void finish(struct probe *probe, int code, const char *story)
{
    struct nt_error err = NT_ERROR_INIT;
    if (code != 0)
        (void)nt_fail(&err, code, "%s (port %d)", story,
                      probe->next < probe->count ? (int)probe->ports[probe->next] : 0);
    close_try(probe);
    nt_timer_free(probe->timer);
    probe->done(probe->arg, &err);
    free(probe);
}

static void on_connected(void *arg, int events)
{
    struct probe *probe = arg;
    (void)events;
    int error = 0;
    socklen_t len = sizeof(error);
    bool is_open = getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
    close_try(probe);
    probe->next += is_open;
    nt_timer_start(probe->timer, is_open ? 0 : TRY_MS, 0);
}

static void try_next(struct probe *probe)
{
    probe->to.sin_port = htons((uint16_t)probe->ports[probe->next]);
    probe->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int result =
        probe->fd < 0 ? -1 : connect(probe->fd, (struct sockaddr *)&probe->to, sizeof(probe->to));
    if (result == 0 || errno == EINPROGRESS) {
        probe->watch = nt_watch_new(probe->loop, probe->fd, on_connected, probe);
        nt_watch_set(probe->watch, NT_WRITABLE);
        nt_timer_start(probe->timer, CONNECT_MS, 0);
        return;
    }
    close_try(probe);
    nt_timer_start(probe->timer, TRY_MS, 0);
}

static void on_time(void *arg)
{
    struct probe *probe = arg;
    close_try(probe); /* one that hung */
    if (probe->next == probe->count)
        finish(probe, 0, "");
    else if (!probe->has_address)
        finish(probe, -EINVAL, "it has no address");
    else if (nt_mono_ms() >= probe->deadline_ms)
        finish(probe, -ETIMEDOUT, "it does not answer");
    else
        try_next(probe);
}

void probe_start(struct nt_loop *loop, const char *ip, const int32_t *ports, size_t count,
                 uint32_t timeout_ms, void (*done)(void *arg, const struct nt_error *err),
                 void *arg)
{
    struct probe *probe = nt_zalloc(sizeof(*probe));
    probe->loop = loop;
    probe->to.sin_family = AF_INET;
    probe->has_address = inet_pton(AF_INET, ip, &probe->to.sin_addr) == 1;
    probe->count = count < PROBE_PORTS_MAX ? count : PROBE_PORTS_MAX;
    memcpy(probe->ports, ports, probe->count * sizeof(ports[0]));
    probe->deadline_ms = nt_mono_ms() + timeout_ms;
    probe->fd = -1;
    probe->done = done;
    probe->arg = arg;
    probe->timer = nt_timer_new(loop, on_time, probe);
    nt_timer_start(probe->timer, 0, 0);
}
