/*
 * Bodies over body_max. h2o answers 413 itself, before we see a request, and closes the connection
 * with bytes of the body unread: the kernel then sends a reset, and the client may lose the answer.
 * So a filter puts our answer in the place of h2o's, and a copy of the descriptor keeps the
 * connection until the client has stopped sending.
 */
#include "internal.h"

#include <nt/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <utlist.h>

#define LINGER_MS        5000
#define LINGER_BYTES_MAX (64 << 20)
#define LINGER_TURN_MAX  16 /* reads in one turn of the loop */

struct straggler {
    struct nt_serve *serve;
    int fd; /* ours: a duplicate */
    size_t read_bytes;
    struct nt_watch *watch; /* NULL before straggler_start() */
    struct nt_timer *timer;
    struct straggler *prev, *next;
};

/* --- lingering -------------------------------------------------------------------------------- */

static void straggler_free(struct straggler *straggler)
{
    struct nt_serve *serve = straggler->serve;

    nt_watch_free(straggler->watch);
    nt_timer_free(straggler->timer);
    (void)close(straggler->fd);
    DL_DELETE(serve->stragglers, straggler);
    serve->stragglers_count--;
    free(straggler);
    serve_end_if_idle(serve);
}

static struct straggler *straggler_new(struct nt_request *request)
{
    struct nt_serve *serve = request->serve;

    if (serve->stragglers_count == SERVE_STRAGGLERS_MAX)
        return NULL; /* then a reset it is */
    int fd = fcntl(request_fd(request), F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    struct straggler *straggler = nt_zalloc(sizeof(*straggler));
    *straggler = (struct straggler){.serve = serve, .fd = fd};
    DL_APPEND(serve->stragglers, straggler);
    serve->stragglers_count++;
    return straggler;
}

static void on_readable(void *arg, int events)
{
    struct straggler *straggler = arg;
    char bytes[16384];

    (void)events;
    for (int turn = 0; turn < LINGER_TURN_MAX; turn++) {
        ssize_t len = recv(straggler->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (len < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        straggler->read_bytes += len > 0 ? (size_t)len : 0;
        if (len <= 0 || straggler->read_bytes > LINGER_BYTES_MAX) {
            straggler_free(straggler);
            return;
        }
    }
}

static void on_time(void *arg)
{
    straggler_free(arg);
}

void straggler_start(struct straggler *straggler)
{
    struct nt_serve *serve = straggler->serve;

    (void)shutdown(straggler->fd, SHUT_WR);
    if (serve->is_closing) {
        straggler_free(straggler);
        return;
    }
    straggler->watch = nt_watch_new(serve->loop, straggler->fd, on_readable, straggler);
    nt_watch_set(straggler->watch, NT_READABLE);
    straggler->timer = nt_timer_new(serve->loop, on_time, straggler);
    nt_timer_start(straggler->timer, LINGER_MS, 0);
}

void stragglers_cut(struct nt_serve *serve)
{
    struct straggler *straggler;
    struct straggler *next;

    DL_FOREACH_SAFE(serve->stragglers, straggler, next)
    {
        if (straggler->watch != NULL) /* the others still belong to their request */
            straggler_free(straggler);
    }
}

/* --- our answer in the place of h2o's --------------------------------------------------------- */

struct filter {
    h2o_filter_t super;
    struct nt_serve *serve;
};

struct replacement {
    h2o_ostream_t super;
    h2o_iovec_t body;
};

static void send_replacement(h2o_ostream_t *ostream, h2o_req_t *req, h2o_iovec_t *bufs,
                             size_t bufs_count, h2o_send_state_t state)
{
    struct replacement *self = (struct replacement *)ostream;

    (void)bufs;
    (void)bufs_count;
    h2o_ostream_send_next(ostream, req, &self->body, self->body.len > 0 ? 1 : 0, state);
}

static void on_setup(h2o_filter_t *super, h2o_req_t *req, h2o_ostream_t **slot)
{
    struct nt_serve *serve = ((struct filter *)super)->serve;

    bool is_ours = serve->answering == req;

    serve->answering = NULL;
    if (req->res.status == 413 && !is_ours && !serve->is_closing) {
        struct nt_request *request = request_new(serve, req);
        request->is_too_large = true;
        request->straggler = straggler_new(request);
        req->res.headers = (h2o_headers_t){0};
        if (serve->on_too_large != NULL)
            serve->on_too_large(serve->arg, request);
        if (request->state == REQUEST_OPEN)
            answer_plain(request, 413);
        struct replacement *replacement = (void *)h2o_add_ostream(req, sizeof(*replacement), slot);
        replacement->super.do_send = send_replacement;
        replacement->body =
            h2o_iovec_init(request->too_large_body.data, request->too_large_body.len);
        slot = &replacement->super.next;
    }
    h2o_setup_next_ostream(req, slot);
}

void too_large_register(struct nt_serve *serve, h2o_pathconf_t *pathconf)
{
    struct filter *filter = (void *)h2o_create_filter(pathconf, sizeof(*filter));

    filter->super.on_setup_ostream = on_setup;
    filter->serve = serve;
}
