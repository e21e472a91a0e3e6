/*
 * Files of a running server. A request becomes a job: its root is opened, Docker is asked whether
 * that process is still the container's (a number may have been given to somebody else), then the
 * pool works. Writing happens one job after the other for each server, so that what one compares
 * the next cannot change.
 */
#include "files.h"

#include "ask.h"

#include <jansson.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/rootfs.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

enum {
    JOBS_MAX = 64, /* of this host; each holds a body of ASK_BODY_MAX at most */
    ALIVE_TIMEOUT_MS = 10000,
};

enum op { LIST, READ, WRITE, REMOVE, UPLOAD, UPLOADED, FOLDER, RENAME };

struct file_job {
    struct server *server;
    struct nt_request *request; /* NULL: the client left */
    enum op op;
    struct nt_arena arena;
    const char *path, *to, *id, *etag;
    bool is_new, may; /* only if new; replace or recursive */
    int64_t offset, total;
    struct nt_buf body;
    int root;
    int64_t pid;

    int result; /* of the work */
    char *json; /* LIST */
    int fd;     /* READ: a large file */
    int64_t size;
    struct nt_buf content; /* READ: a small one */
    char new_etag[ROOTFS_ETAG_SIZE];
    bool is_done;
    struct file_job *prev, *next; /* server->file_writes: the first is at work */
};

static void job_free(struct file_job *job)
{
    job->server->fleet->file_jobs--;
    if (job->root >= 0)
        (void)close(job->root);
    if (job->fd >= 0)
        (void)close(job->fd);
    nt_buf_deinit(&job->body);
    nt_buf_deinit(&job->content);
    nt_arena_deinit(&job->arena);
    free(job->json);
    free(job);
}

/* --- the work, on the pool ------------------------------------------------------------------- */

static void list(struct file_job *job)
{
    struct rootfs_list found;
    job->result = rootfs_list(job->root, job->path, &job->arena, &found);
    if (job->result < 0)
        return;
    json_t *entries = json_array();
    for (size_t i = 0; i < found.count; i++) {
        const struct rootfs_entry *entry = &found.entries[i];
        (void)json_array_append_new(entries, json_pack("{s:s, s:s, s:I, s:i, s:I}", "name",
                                                       entry->name, "kind", entry->kind, "size",
                                                       (json_int_t)entry->size, "mode", entry->mode,
                                                       "mtime_ms", (json_int_t)entry->mtime_ms));
    }
    json_t *answer = json_pack("{s:s, s:o, s:b}", "path", job->path, "entries", entries, "cut",
                               (int)found.is_cut);
    job->json = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
}

static void read_file(struct file_job *job)
{
    int fd = rootfs_read(job->root, job->path, &job->size);
    if (fd < 0) {
        job->result = fd;
    } else if (job->size > ROOTFS_SMALL) {
        job->fd = fd;
    } else {
        job->result = rootfs_read_whole(fd, &job->content);
        (void)close(fd);
        rootfs_etag(nt_buf_span(&job->content), job->new_etag);
    }
}

static void work(void *arg)
{
    struct file_job *job = arg;
    const struct rootfs_upload upload = {
        .path = job->path, .id = job->id, .offset = job->offset, .total = job->total};
    switch (job->op) {
    case LIST:
        list(job);
        break;
    case READ:
        read_file(job);
        break;
    case WRITE:
        job->result =
            rootfs_write(job->root, job->path, nt_buf_span(&job->body), job->etag, job->is_new);
        rootfs_etag(nt_buf_span(&job->body), job->new_etag);
        break;
    case REMOVE:
        job->result = rootfs_remove(job->root, job->path, job->may);
        break;
    case UPLOAD:
        job->result =
            rootfs_upload(job->root, &upload, nt_buf_span(&job->body), &job->offset, &job->is_done);
        break;
    case UPLOADED:
        job->result = rootfs_uploaded(job->root, job->path, job->id, &job->offset);
        break;
    case FOLDER:
        job->result = rootfs_make_folder(job->root, job->path);
        break;
    case RENAME:
        job->result = rootfs_rename(job->root, job->path, job->to, job->may);
        break;
    }
}

/* --- the answer ------------------------------------------------------------------------------ */

static void refuse_job(struct file_job *job, int error)
{
    static const struct {
        int error;
        const char *code;
    } codes[] = {
        {-ENOENT, NT_PROBLEM_FILE_NOT_FOUND},      {-EEXIST, NT_PROBLEM_FILE_EXISTS},
        {-ENOTDIR, NT_PROBLEM_FILE_KIND},          {-EISDIR, NT_PROBLEM_FILE_KIND},
        {-ENOTEMPTY, NT_PROBLEM_FOLDER_NOT_EMPTY}, {-ESTALE, NT_PROBLEM_FILE_CHANGED},
        {-EINVAL, NT_PROBLEM_PATH_INVALID},        {-ENAMETOOLONG, NT_PROBLEM_PATH_INVALID},
        {-EACCES, NT_PROBLEM_FILE_FORBIDDEN},      {-EPERM, NT_PROBLEM_FILE_FORBIDDEN},
        {-EROFS, NT_PROBLEM_FILE_FORBIDDEN},       {-EBUSY, NT_PROBLEM_FILE_FORBIDDEN},
        {-EXDEV, NT_PROBLEM_FILE_FORBIDDEN},       {-ELOOP, NT_PROBLEM_FILE_FORBIDDEN},
        {-ETXTBSY, NT_PROBLEM_FILE_FORBIDDEN},
    };
    struct nt_request *request = nt_take(job->request);
    const char *path = error == -EEXIST && job->to != NULL ? job->to : job->path;
    if (error == -EAGAIN)
        ask_refuse_number(request, NT_PROBLEM_UPLOAD_OFFSET, "offset", job->offset,
                          "the upload goes on elsewhere");
    else if (error == -EFBIG)
        ask_refuse_number(request, NT_PROBLEM_FILE_TOO_LARGE, "max_bytes", ROOTFS_SMALL,
                          strerror(-error));
    else if (error == -ENOSPC || error == -EDQUOT)
        ask_refuse(request, NT_PROBLEM_DISK_FULL, NULL, NULL, strerror(-error));
    else if (error == -ESRCH)
        ask_refuse(request, NT_PROBLEM_SERVER_NOT_RUNNING, "name", job->server->placement->name,
                   "the server stopped");
    else {
        for (size_t i = 0; i < NT_COUNT(codes); i++) {
            if (codes[i].error != error)
                continue;
            ask_refuse(request, codes[i].code, "path", path, strerror(-error));
            return;
        }
        ask_refuse(request, NT_PROBLEM_INTERNAL, NULL, NULL, strerror(-error));
    }
}

static void answer_content(struct file_job *job)
{
    struct nt_request *request = nt_take(job->request);
    if (job->fd >= 0) {
        files_send(job->server->fleet, request, job->fd, job->size);
        job->fd = -1;
        return;
    }
    char size[32];
    (void)snprintf(size, sizeof(size), "%zu", job->content.len);
    nt_request_add_header(request, "neaptide-size", size);
    nt_request_add_header(request, "etag", job->new_etag);
    nt_request_answer(request, 200, "application/octet-stream", nt_buf_span(&job->content));
}

static void answer(struct file_job *job)
{
    if (job->result < 0) {
        refuse_job(job, job->result);
        return;
    }
    switch (job->op) {
    case LIST:
        nt_request_answer(nt_take(job->request), 200, "application/json", nt_span_of(job->json));
        return;
    case READ:
        answer_content(job);
        return;
    case REMOVE:
        nt_request_answer(nt_take(job->request), 204, NULL, (struct nt_span){0});
        return;
    case WRITE:
        ask_answer_json(nt_take(job->request), 200,
                        json_pack("{s:s, s:I, s:s}", "path", job->path, "size",
                                  (json_int_t)job->body.len, "etag", job->new_etag));
        return;
    case UPLOAD:
        ask_answer_json(
            nt_take(job->request), 200,
            json_pack("{s:I, s:b}", "offset", (json_int_t)job->offset, "done", (int)job->is_done));
        return;
    case UPLOADED:
        ask_answer_json(nt_take(job->request), 200,
                        json_pack("{s:I}", "offset", (json_int_t)job->offset));
        return;
    case FOLDER:
        ask_answer_json(nt_take(job->request), 201, json_pack("{s:s}", "path", job->path));
        return;
    case RENAME:
        ask_answer_json(nt_take(job->request), 200, json_pack("{s:s}", "path", job->to));
        return;
    }
}

/* --- one after the other --------------------------------------------------------------------- */

static bool is_writing(enum op op)
{
    return op != LIST && op != READ && op != UPLOADED;
}

static void on_worked(void *arg, bool cancelled)
{
    struct file_job *job = arg;
    struct server *server = job->server;
    bool was_writing = is_writing(job->op);
    if (job->request != NULL && cancelled)
        refuse_job(job, -EIO);
    else if (job->request != NULL)
        answer(job);
    if (was_writing)
        DL_DELETE(server->file_writes, job);
    job_free(job);
    if (was_writing && server->file_writes != NULL)
        nt_work(server->fleet->options.loop, work, on_worked, server->file_writes);
}

static void begin_work(struct file_job *job)
{
    struct server *server = job->server;
    bool must_wait = is_writing(job->op) && server->file_writes != NULL;
    if (is_writing(job->op))
        DL_APPEND(server->file_writes, job);
    if (!must_wait)
        nt_work(server->fleet->options.loop, work, on_worked, job);
}

/* Docker says so after the root was opened: so it was this container's. */
static void on_alive(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct file_job *job = arg;
    json_t *state = json_object_get(json, "State");
    int64_t pid = json_integer_value(json_object_get(state, "Pid"));
    bool is_alive = err->code == 0 && status == 200 && pid == job->pid &&
                    nt_text_is(json_string_value(json_object_get(state, "Status")), "running");
    if (is_alive && job->request != NULL) {
        begin_work(job);
        return;
    }
    if (job->request != NULL)
        refuse_job(job, err->code == 0 || err->code == -ENOENT ? -ESRCH : -EIO);
    job_free(job);
}

static void on_gone(void *arg)
{
    ((struct file_job *)arg)->request = NULL;
}

/* --- requests -------------------------------------------------------------------------------- */

/* Copies what the job needs; false: it was refused. */
static bool parse(struct file_job *job, struct nt_request *request)
{
    const struct settings *settings = job->server->fleet->options.settings;
    const char *path = nt_request_query(request, "path");
    const char *to = nt_request_query(request, "to");
    const char *id = nt_request_query(request, "id");
    const char *match = nt_request_header(request, "if-match");
    const char *none = nt_request_header(request, "if-none-match");
    int64_t may = 0;
    if (path == NULL || !rootfs_is_path(path)) {
        ask_refuse(request, NT_PROBLEM_PATH_INVALID, "path", path == NULL ? "" : path, "path");
        return false;
    }
    if (job->op == RENAME && (to == NULL || !rootfs_is_path(to))) {
        ask_refuse(request, NT_PROBLEM_PATH_INVALID, "path", to == NULL ? "" : to, "to");
        return false;
    }
    bool is_upload = job->op == UPLOAD || job->op == UPLOADED;
    if (is_upload && id == NULL) {
        ask_refuse(request, NT_PROBLEM_INVALID_REQUEST, "field", "id", "an upload has an id");
        return false;
    }
    if (!ask_number(request, job->op == RENAME ? "replace" : "recursive", 0, 0, 1, &may) ||
        !ask_number(request, "offset", 0, 0, INT64_MAX / 2, &job->offset) ||
        !ask_number(request, "size", 0, 0, INT64_MAX / 2, &job->total))
        return false;
    if (job->total > (int64_t)settings->upload_max_mb << 20) {
        ask_refuse_number(request, NT_PROBLEM_FILE_TOO_LARGE, "max_bytes",
                          (int64_t)settings->upload_max_mb << 20, "the upload is too large");
        return false;
    }
    job->path = nt_arena_text(&job->arena, path);
    job->to = to == NULL ? NULL : nt_arena_text(&job->arena, to);
    job->id = id == NULL ? NULL : nt_arena_text(&job->arena, id);
    job->etag = match == NULL ? NULL : nt_arena_text(&job->arena, match);
    job->is_new = nt_text_is(none, "*");
    job->may = may == 1;
    struct nt_span body = nt_request_info(request)->body;
    job->body.max = (size_t)2 * ASK_BODY_MAX;
    (void)nt_buf_add(&job->body, body.data, body.len);
    return true;
}

static void ask_for(struct fleet *fleet, struct nt_request *request, enum op op)
{
    const char *operation = is_writing(op) ? "files-write" : "files-read";
    struct server *server = ask_admit(fleet, request, operation);
    const struct seen *live = server == NULL ? NULL : ask_running(server, request);
    if (live == NULL)
        return;
    if (fleet->file_jobs >= JOBS_MAX) {
        ask_refuse(request, NT_PROBLEM_BUSY, NULL, NULL, "too many files are asked for at once");
        return;
    }
    struct file_job *job = nt_zalloc(sizeof(*job));
    job->server = server;
    job->op = op;
    job->root = job->fd = -1;
    nt_arena_init(&job->arena);
    fleet->file_jobs++;
    if (!parse(job, request)) {
        job_free(job);
        return;
    }
    job->request = request;
    job->pid = live->pid;
    job->root = rootfs_open(live->pid);
    if (job->root < 0) {
        refuse_job(job, job->root == -ENOENT ? -ESRCH : job->root);
        job_free(job);
        return;
    }
    char path[128];
    (void)snprintf(path, sizeof(path), "/containers/%.64s/json", live->id);
    nt_request_defer(request, on_gone, job);
    docker_call(fleet->docker, "GET", path, NULL, ALIVE_TIMEOUT_MS, on_alive, job);
}

static void on_list(void *arg, struct nt_request *request)
{
    ask_for(arg, request, LIST);
}

static void on_read(void *arg, struct nt_request *request)
{
    ask_for(arg, request, READ);
}

static void on_write(void *arg, struct nt_request *request)
{
    ask_for(arg, request, WRITE);
}

static void on_remove(void *arg, struct nt_request *request)
{
    ask_for(arg, request, REMOVE);
}

static void on_upload(void *arg, struct nt_request *request)
{
    ask_for(arg, request, UPLOAD);
}

static void on_uploaded(void *arg, struct nt_request *request)
{
    ask_for(arg, request, UPLOADED);
}

static void on_folder(void *arg, struct nt_request *request)
{
    ask_for(arg, request, FOLDER);
}

static void on_rename(void *arg, struct nt_request *request)
{
    ask_for(arg, request, RENAME);
}

void files_routes(struct fleet *fleet, struct nt_route routes[FILES_ROUTES])
{
    const struct nt_route ours[FILES_ROUTES] = {
        {"GET", "/v1/servers/{server}/files", on_list, fleet},
        {"GET", "/v1/servers/{server}/file", on_read, fleet},
        {"PUT", "/v1/servers/{server}/file", on_write, fleet},
        {"DELETE", "/v1/servers/{server}/file", on_remove, fleet},
        {"PUT", "/v1/servers/{server}/upload", on_upload, fleet},
        {"GET", "/v1/servers/{server}/upload", on_uploaded, fleet},
        {"POST", "/v1/servers/{server}/folder", on_folder, fleet},
        {"POST", "/v1/servers/{server}/rename", on_rename, fleet},
        {"GET", "/v1/servers/{server}/archive", files_archive, fleet},
    };
    memcpy(routes, ours, sizeof(ours));
}
