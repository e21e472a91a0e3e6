/* Bytes of files on their way out: a large file read by the pool, a tar as Docker makes it. */
#include "files.h"

#include "ask.h"

#include <nt/arena.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/rootfs.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PIECE = 512 << 10,
    QUEUE_MAX = 4 << 20,
    SENDS_MAX = 32, /* of this host */
};

static bool may_send(struct fleet *fleet, struct nt_request *request)
{
    if (fleet->file_sends < SENDS_MAX)
        return true;
    ask_refuse_number(request, NT_PROBLEM_TOO_MANY_STREAMS, "max", SENDS_MAX,
                      "too many files are sent from this host");
    return false;
}

/* --- a file ---------------------------------------------------------------------------------- */

struct send {
    struct fleet *fleet;
    struct nt_stream *stream; /* NULL: closed */
    int fd;
    int64_t left;
    bool is_reading;
    int result;
    struct nt_buf piece;
};

static void send_free_if_over(struct send *send)
{
    if (send->stream != NULL || send->is_reading)
        return;
    send->fleet->file_sends--;
    (void)close(send->fd);
    nt_buf_deinit(&send->piece);
    free(send);
}

static void read_piece(void *arg)
{
    struct send *send = arg;
    size_t want = send->left < PIECE ? (size_t)send->left : (size_t)PIECE;
    uint8_t *room = nt_buf_reserve(&send->piece, want);
    ssize_t len = room == NULL ? -1 : read(send->fd, room, want);
    send->result = len < 0 ? -EIO : 0;
    send->left = len > 0 ? send->left - len : 0; /* it became shorter: that is its end */
    send->piece.len += len > 0 ? (size_t)len : 0;
}

static void on_piece(void *arg, bool cancelled)
{
    struct send *send = arg;
    send->is_reading = false;
    if (send->stream != NULL && (cancelled || send->result < 0)) {
        nt_log(NT_WARN, "file_not_read", NT_KV("left", send->left));
        nt_stream_end(send->stream); /* shorter than Neaptide-Size says: the reader knows */
        return;
    }
    if (send->stream == NULL) {
        send_free_if_over(send);
        return;
    }
    bool is_end = send->left == 0;
    if (nt_stream_write(send->stream, nt_buf_span(&send->piece)) < 0)
        return; /* on_closed follows */
    nt_buf_reset(&send->piece);
    if (is_end)
        nt_stream_end(send->stream);
}

static void read_on(struct send *send)
{
    send->is_reading = true;
    nt_work(send->fleet->options.loop, read_piece, on_piece, send);
}

static void on_send_drained(void *arg)
{
    struct send *send = arg;
    if (!send->is_reading && send->left > 0)
        read_on(send);
}

static void on_send_closed(void *arg)
{
    struct send *send = arg;
    send->stream = NULL;
    send_free_if_over(send);
}

void files_send(struct fleet *fleet, struct nt_request *request, int fd, int64_t size)
{
    if (!may_send(fleet, request)) {
        (void)close(fd);
        return;
    }
    struct send *send = nt_zalloc(sizeof(*send));
    char text[32];
    *send = (struct send){.fleet = fleet, .fd = fd, .left = size};
    fleet->file_sends++;
    (void)snprintf(text, sizeof(text), "%lld", (long long)size);
    nt_request_add_header(request, "neaptide-size", text);
    const struct nt_stream_options options = {
        .content_type = "application/octet-stream",
        .queue_max = QUEUE_MAX,
        .on_closed = on_send_closed,
        .on_drained = on_send_drained,
        .arg = send,
    };
    send->stream = nt_request_stream(request, &options);
    read_on(send);
}

/* --- a tar ----------------------------------------------------------------------------------- */

struct archive {
    struct fleet *fleet;
    struct nt_request *request; /* waits for Docker's first byte; NULL: it came, or it is gone */
    struct nt_stream *stream;
    struct nt_http_call *call; /* NULL: ended */
    bool is_paused;
    int status;
    char path[4200];
};

static void archive_free_if_over(struct archive *archive)
{
    if (archive->call != NULL || archive->stream != NULL || archive->request != NULL)
        return;
    archive->fleet->file_sends--;
    free(archive);
}

static void on_archive_closed(void *arg)
{
    struct archive *archive = arg;
    archive->stream = NULL;
    if (archive->call != NULL)
        nt_http_cancel(archive->call); /* its end frees */
    else
        archive_free_if_over(archive);
}

static void on_archive_drained(void *arg)
{
    struct archive *archive = arg;
    if (archive->is_paused && archive->call != NULL) {
        archive->is_paused = false;
        nt_http_resume(archive->call);
    }
}

static void on_archive_gone(void *arg)
{
    struct archive *archive = arg;
    archive->request = NULL;
    if (archive->call != NULL)
        nt_http_cancel(archive->call);
}

static int on_archive_data(void *arg, int status, struct nt_span data)
{
    struct archive *archive = arg;
    archive->status = status;
    if (status != 200)
        return -EPROTO;
    if (archive->request != NULL) {
        const struct nt_stream_options options = {
            .content_type = "application/x-tar",
            .queue_max = QUEUE_MAX,
            .on_closed = on_archive_closed,
            .on_drained = on_archive_drained,
            .arg = archive,
        };
        archive->stream = nt_request_stream(nt_take(archive->request), &options);
    }
    if (archive->stream == NULL)
        return -EPIPE;
    if (nt_stream_queued(archive->stream) > QUEUE_MAX / 2) {
        archive->is_paused = true;
        return -EAGAIN;
    }
    return nt_stream_write(archive->stream, data) < 0 ? -EPIPE : 0;
}

static void on_archive_end(void *arg, const struct nt_http_reply *reply)
{
    struct archive *archive = arg;
    int status = reply->status > 0 ? reply->status : archive->status;
    archive->call = NULL;
    if (archive->request != NULL) {
        struct nt_request *request = nt_take(archive->request);
        if (status == 404)
            ask_refuse(request, NT_PROBLEM_FILE_NOT_FOUND, "path", archive->path, "Docker: 404");
        else
            ask_refuse(request, NT_PROBLEM_INTERNAL, NULL, NULL, reply->message);
    }
    if (archive->stream != NULL)
        nt_stream_end(
            archive->stream); /* a tar that was cut off has no end, and the reader knows */
    else
        archive_free_if_over(archive);
}

void files_archive(void *arg, struct nt_request *request)
{
    struct fleet *fleet = arg;
    struct server *server = ask_admit(fleet, request, "files-read");
    const struct seen *live = server == NULL ? NULL : ask_container(server, request);
    const char *path = nt_request_query(request, "path");
    if (live == NULL)
        return;
    if (path == NULL || !rootfs_is_path(path)) {
        ask_refuse(request, NT_PROBLEM_PATH_INVALID, "path", path == NULL ? "" : path, "path");
        return;
    }
    if (!may_send(fleet, request))
        return;
    struct archive *archive = nt_zalloc(sizeof(*archive));
    *archive = (struct archive){.fleet = fleet, .request = request};
    (void)snprintf(archive->path, sizeof(archive->path), "%s", path);
    fleet->file_sends++;
    struct nt_http_request get = {
        .method = "GET", .on_data = on_archive_data, .done = on_archive_end, .arg = archive};
    struct nt_arena *arena = nt_request_arena(request);
    const char *escaped = nt_arena_encoded(arena, path);
    size_t size = strlen(escaped) + 256;
    char *url = nt_arena_alloc(arena, size);
    docker_address(fleet->docker, &get, url, size,
                   nt_arena_printf(arena, "/containers/%.64s/archive?path=%s", live->id, escaped));
    nt_request_defer(request, on_archive_gone, archive);
    archive->call = nt_http_start(fleet->options.http, &get);
}
