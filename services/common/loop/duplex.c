/* A socket with a queue. What happens is told from the loop's own turns, never from inside calls.
 */
#include <nt/duplex.h>

#include <nt/memory.h>

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 << 10,
    READS_A_TURN = 4, /* then the others on the loop have theirs */
};

struct nt_duplex {
    struct nt_loop *loop;
    struct nt_watch *watch;
    struct nt_timer *turn; /* tells what cannot be told where it is found */
    int fd;
    struct nt_buf queue;
    size_t sent;         /* of the queue */
    struct nt_buf first; /* given before anything is read */
    struct nt_duplex_events events;
    int error;
    bool is_started, is_paused;
    bool is_ended;   /* on_closed was called or is due: no reading, no writing */
    bool is_told;    /* it was called */
    bool is_calling; /* inside a callback: closing is put off to its end */
    bool is_closed;
};

static void destroy(struct nt_duplex *duplex)
{
    nt_watch_free(duplex->watch);
    nt_timer_free(duplex->turn);
    (void)close(duplex->fd);
    nt_buf_deinit(&duplex->queue);
    nt_buf_deinit(&duplex->first);
    free(duplex);
}

static void wish(struct nt_duplex *duplex)
{
    int events = 0;
    if (!duplex->is_paused && !duplex->is_ended && duplex->first.len == 0)
        events |= NT_READABLE;
    if (duplex->sent < duplex->queue.len && !duplex->is_ended)
        events |= NT_WRITABLE;
    nt_watch_set(duplex->watch, duplex->is_started ? events : 0);
}

/* Something that must not be told from where we are: in the next turn. */
static void later(struct nt_duplex *duplex)
{
    nt_timer_start(duplex->turn, 0, 0);
}

static void end(struct nt_duplex *duplex, int error)
{
    if (duplex->is_ended)
        return;
    duplex->is_ended = true;
    duplex->error = error;
    later(duplex);
}

/* Between these two the owner may close us. Returns false when it did. */
static void enter(struct nt_duplex *duplex)
{
    duplex->is_calling = true;
}

static bool leave(struct nt_duplex *duplex)
{
    duplex->is_calling = false;
    if (!duplex->is_closed)
        return true;
    destroy(duplex);
    return false;
}

static bool flush(struct nt_duplex *duplex)
{
    while (duplex->sent < duplex->queue.len) {
        ssize_t len = send(duplex->fd, duplex->queue.data + duplex->sent,
                           duplex->queue.len - duplex->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0 && errno != EAGAIN)
            end(duplex, -errno);
        if (len <= 0)
            return false;
        duplex->sent += (size_t)len;
    }
    bool was_waiting = duplex->queue.len > 0;
    nt_buf_reset(&duplex->queue);
    duplex->sent = 0;
    return was_waiting;
}

/* One piece of what came. False: all that has come is read, or it is closed. */
static bool read_once(struct nt_duplex *duplex)
{
    uint8_t bytes[READ_BYTES];
    ssize_t len = recv(duplex->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (len <= 0) {
        end(duplex, len < 0 ? -errno : 0);
        return false;
    }
    duplex->events.on_data(duplex->events.arg, (struct nt_span){.data = bytes, .len = (size_t)len});
    return !duplex->is_closed && !duplex->is_paused && !duplex->is_ended &&
           duplex->first.len == 0 && (size_t)len == sizeof(bytes);
}

static void on_ready(void *arg, int events)
{
    struct nt_duplex *duplex = arg;
    enter(duplex);
    if ((events & NT_WRITABLE) != 0 && !duplex->is_ended && flush(duplex) &&
        duplex->events.on_drained != NULL)
        duplex->events.on_drained(duplex->events.arg);
    if ((events & NT_READABLE) != 0 && !duplex->is_closed && !duplex->is_paused &&
        !duplex->is_ended && duplex->first.len == 0) {
        for (int i = 0; i < READS_A_TURN && read_once(duplex); i++)
            continue;
    }
    if (leave(duplex))
        wish(duplex);
}

static void on_turn(void *arg)
{
    struct nt_duplex *duplex = arg;
    enter(duplex);
    if (duplex->first.len > 0 && !duplex->is_paused) {
        struct nt_buf first = duplex->first;
        duplex->first = (struct nt_buf){0};
        duplex->events.on_data(duplex->events.arg, nt_buf_span(&first));
        nt_buf_deinit(&first);
    }
    if (duplex->is_ended && !duplex->is_closed && !duplex->is_told) {
        duplex->is_told = true;
        duplex->events.on_closed(duplex->events.arg, duplex->error);
    }
    if (leave(duplex))
        wish(duplex);
}

struct nt_duplex *nt_duplex_new(struct nt_loop *loop, int fd, size_t queue_max)
{
    struct nt_duplex *duplex = nt_zalloc(sizeof(*duplex));
    duplex->loop = loop;
    duplex->fd = fd;
    duplex->queue.max = queue_max;
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    duplex->watch = nt_watch_new(loop, fd, on_ready, duplex);
    duplex->turn = nt_timer_new(loop, on_turn, duplex);
    return duplex;
}

void nt_duplex_start(struct nt_duplex *duplex, const struct nt_duplex_events *events)
{
    duplex->events = *events;
    duplex->is_started = true;
    if (duplex->first.len > 0)
        later(duplex);
    wish(duplex);
}

void nt_duplex_unread(struct nt_duplex *duplex, struct nt_span data)
{
    (void)nt_buf_add(&duplex->first, data.data, data.len);
    if (duplex->first.len > 0 && duplex->is_started)
        later(duplex);
    wish(duplex);
}

int nt_duplex_write(struct nt_duplex *duplex, struct nt_span data)
{
    if (duplex->is_ended || duplex->is_closed)
        return 0; /* nobody reads it; on_closed is due */
    if (duplex->sent > 0) {
        memmove(duplex->queue.data, duplex->queue.data + duplex->sent,
                duplex->queue.len - duplex->sent);
        duplex->queue.len -= duplex->sent;
        duplex->sent = 0;
    }
    bool was_empty = duplex->queue.len == 0;
    if (nt_buf_add(&duplex->queue, data.data, data.len) < 0)
        return -ENOBUFS;
    if (was_empty)
        (void)flush(duplex);
    wish(duplex);
    return 0;
}

size_t nt_duplex_queued(const struct nt_duplex *duplex)
{
    return duplex->queue.len - duplex->sent;
}

void nt_duplex_pause(struct nt_duplex *duplex, bool is_paused)
{
    duplex->is_paused = is_paused;
    if (!is_paused && duplex->first.len > 0 && duplex->is_started)
        later(duplex);
    wish(duplex);
}

void nt_duplex_close(struct nt_duplex *duplex)
{
    if (duplex == NULL || duplex->is_closed)
        return;
    duplex->is_closed = true;
    nt_watch_set(duplex->watch, 0);
    if (!duplex->is_calling)
        destroy(duplex);
}
