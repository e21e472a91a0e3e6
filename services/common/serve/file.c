/* A file as an answer: RFC 9110 sections 8.8 (validators), 13 (conditions) and 14 (ranges). */
#include "internal.h"

#include <nt/text.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define CHUNK_BYTES ((size_t)64 << 10)
#define DATE_FORMAT "%a, %d %b %Y %H:%M:%S GMT"

struct file {
    h2o_generator_t generator;
    int fd;
    off_t at;
    size_t left;
    char chunk[];
};

static struct file *of_generator(h2o_generator_t *generator)
{
    return (struct file *)(void *)generator; /* its first member */
}

static void on_dispose(void *slot)
{
    const struct file *file = slot;

    (void)close(file->fd);
}

static void on_proceed(h2o_generator_t *generator, h2o_req_t *req)
{
    struct file *file = of_generator(generator);
    size_t wanted = file->left < CHUNK_BYTES ? file->left : CHUNK_BYTES;
    ssize_t len = pread(file->fd, file->chunk, wanted, file->at);

    if (len <= 0) { /* it became shorter, or the disk failed: the length is promised, so cut */
        h2o_send(req, NULL, 0, H2O_SEND_STATE_ERROR);
        return;
    }
    file->at += len;
    file->left -= (size_t)len;
    h2o_iovec_t bytes = h2o_iovec_init(file->chunk, (size_t)len);
    h2o_send(req, &bytes, 1, file->left == 0 ? H2O_SEND_STATE_FINAL : H2O_SEND_STATE_IN_PROGRESS);
}

/* --- conditions ------------------------------------------------------------------------------- */

struct validators {
    char etag[48];
    char date[40];
    time_t modified;
};

static void validators_of(const struct stat *stat, struct validators *ret)
{
    struct tm tm = {0};

    (void)snprintf(ret->etag, sizeof(ret->etag), "\"%llx.%lx-%llx\"",
                   (unsigned long long)stat->st_mtim.tv_sec, (unsigned long)stat->st_mtim.tv_nsec,
                   (unsigned long long)stat->st_size);
    (void)gmtime_r(&stat->st_mtim.tv_sec, &tm);
    (void)strftime(ret->date, sizeof(ret->date), DATE_FORMAT, &tm);
    ret->modified = stat->st_mtim.tv_sec;
}

static bool is_unchanged(const struct nt_request *request, const struct validators *ours)
{
    const char *tags = nt_request_header(request, "if-none-match");

    if (tags != NULL) /* then the date does not count */
        return strcmp(tags, "*") == 0 || strstr(tags, ours->etag) != NULL;
    const char *since = nt_request_header(request, "if-modified-since");
    struct tm tm = {0};
    const char *end = since != NULL ? strptime(since, DATE_FORMAT, &tm) : NULL;
    return end != NULL && *end == '\0' && ours->modified <= timegm(&tm);
}

/* --- ranges ----------------------------------------------------------------------------------- */

enum range { RANGE_ALL, RANGE_PART, RANGE_WRONG };

/* "bytes=5-9", "bytes=5-", "bytes=-5". Several ranges, or none that we know: all of it. */
static enum range parse_range(struct nt_arena *arena, const char *text, int64_t size,
                              int64_t *ret_from, int64_t *ret_to)
{
    int64_t from = 0;
    int64_t to = INT64_MAX;

    if (!nt_text_starts(text, "bytes="))
        return RANGE_ALL;
    text += strlen("bytes=");
    size_t first_len = strcspn(text, "-");
    if (text[first_len] != '-')
        return RANGE_ALL;
    const char *first = nt_arena_text_n(arena, text, first_len);
    const char *last = text + first_len + 1;
    if ((first[0] == '\0' && last[0] == '\0') ||
        (first[0] != '\0' && nt_parse_i64(first, 0, INT64_MAX, &from) < 0) ||
        (last[0] != '\0' && nt_parse_i64(last, 0, INT64_MAX, &to) < 0) || to < from)
        return RANGE_ALL;
    if (first[0] == '\0') { /* the last so many */
        from = to < size ? size - to : 0;
        to = INT64_MAX;
    }
    if (from >= size)
        return RANGE_WRONG;
    *ret_from = from;
    *ret_to = to < size ? to : size - 1;
    return RANGE_PART;
}

static enum range range_of(const struct nt_request *request, const struct validators *ours,
                           int64_t size, int64_t *ret_from, int64_t *ret_to)
{
    const char *range = nt_request_header(request, "range");
    const char *condition = nt_request_header(request, "if-range");

    if (range == NULL || (condition != NULL && strcmp(condition, ours->etag) != 0 &&
                          strcmp(condition, ours->date) != 0))
        return RANGE_ALL;
    return parse_range(request->arena, range, size, ret_from, ret_to);
}

/* --- the answer ------------------------------------------------------------------------------- */

static void send_part(struct nt_request *request, int fd, int64_t from, size_t len)
{
    h2o_req_t *req = request->req;
    size_t room = len < CHUNK_BYTES ? len : CHUNK_BYTES;
    struct file *file = h2o_mem_alloc_shared(&req->pool, sizeof(*file) + room, on_dispose);

    file->generator = (h2o_generator_t){.proceed = on_proceed};
    file->fd = fd;
    file->at = from;
    file->left = len;
    req->res.content_length = len;
    h2o_start_response(req, &file->generator);
    if (len == 0 || request->is_head)
        h2o_send(req, NULL, 0, H2O_SEND_STATE_FINAL);
    else
        on_proceed(&file->generator, req);
}

static int open_file(const char *path, struct stat *ret_stat)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return -errno;
    int status = fstat(fd, ret_stat) < 0 ? -errno : 0;
    if (status == 0 && !S_ISREG(ret_stat->st_mode))
        status = -ENOENT; /* a folder, a device: not a file to give away */
    if (status == 0)
        return fd;
    (void)close(fd);
    return status;
}

int nt_request_answer_file(struct nt_request *request, const char *path, const char *content_type)
{
    struct validators ours = {0};
    struct stat stat = {0};
    int64_t from = 0;
    int64_t to = 0;

    assert(!request->is_too_large);
    int fd = open_file(path, &stat);
    if (fd < 0)
        return fd;
    validators_of(&stat, &ours);
    nt_request_add_header(request, "etag", ours.etag);
    nt_request_add_header(request, "last-modified", ours.date);
    nt_request_add_header(request, "accept-ranges", "bytes");
    if (is_unchanged(request, &ours)) {
        (void)close(fd);
        nt_request_answer(request, 304, NULL, (struct nt_span){0});
        return 0;
    }
    enum range range = range_of(request, &ours, stat.st_size, &from, &to);
    if (range == RANGE_WRONG) {
        (void)close(fd);
        nt_request_add_header(
            request, "content-range",
            nt_arena_printf(request->arena, "bytes */%lld", (long long)stat.st_size));
        answer_plain(request, 416);
        return 0;
    }
    if (range == RANGE_PART)
        nt_request_add_header(request, "content-range",
                              nt_arena_printf(request->arena, "bytes %lld-%lld/%lld",
                                              (long long)from, (long long)to,
                                              (long long)stat.st_size));
    nt_request_add_header(request, "content-type", content_type);
    answer_begin(request, range == RANGE_PART ? 206 : 200);
    send_part(request, fd, from,
              range == RANGE_PART ? (size_t)(to - from + 1) : (size_t)stat.st_size);
    return 0;
}
