/* Handlers: a server's files and logs, relayed to and from the provisioner of its host. */
#include "handle.h"
#include "relay.h"

#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

#define SHORT_MS      30000 /* a whole answer in JSON */
#define IDLE_MS       60000 /* no byte of a download for so long */
#define JSON_MAX      ((size_t)4 << 20)
#define QUEUE_FULL    ((size_t)256 << 10) /* of a client that reads slowly: the source waits */
#define QUEUE_MAX     ((size_t)1 << 20)
#define REFUSAL_MAX   ((size_t)64 << 10)
#define DOWNLOADS_MAX 200 /* at once, of everybody */

/* --- answers in JSON ------------------------------------------------------------------------- */

static void on_json(void *arg, const struct nt_http_reply *reply)
{
    struct ask *ask = arg;
    if (reply->status < 200 || reply->status > 299) {
        relay_refuse(ask, reply->status, reply->body);
        return;
    }
    if (ask->route->is_mutation)
        ask_audit(ask, ask->subject, "ok");
    if (reply->body.len == 0) {
        ask_nothing(ask);
        return;
    }
    json_t *json = json_loadb((const char *)reply->body.data, reply->body.len, 0, NULL);
    const char *etag = json_string_value(json_object_get(json, "etag"));
    if (etag != NULL)
        ask_header(ask, "ETag", etag);
    ask_json(ask, reply->status, json);
}

static void relay_json(struct ask *ask, const char *method, const char *operation, const char *what,
                       const char *const *names)
{
    struct relay relay;
    const char *tail = nt_arena_printf(&ask->arena, "%s?%s", what, relay_query(ask, names));
    if (!relay_to(ask, operation, tail, &relay))
        return;
    static const char *const passed[] = {"if-match", "if-none-match"};
    size_t count = 1;
    for (size_t i = 0; i < NT_COUNT(passed); i++) {
        const char *value = nt_request_header(ask->request, passed[i]);
        if (value != NULL)
            relay.headers[count++] = nt_arena_printf(&ask->arena, "%s: %s", passed[i], value);
    }
    struct nt_http_request request = {
        .method = method,
        .url = relay.url,
        .headers = relay.headers,
        .body = ask->route->is_raw ? nt_request_info(ask->request)->body : (struct nt_span){0},
        .reply_max = JSON_MAX,
        .timeout_ms = SHORT_MS,
        .done = on_json,
        .arg = ask};
    ask_defer(ask);
    (void)nt_http_start(ask->desk->http, &request);
}

static const char *const path_only[] = {"path", NULL};

void handle_list_files(struct ask *ask)
{
    relay_json(ask, "GET", RELAY_FILES_READ, "files", path_only);
}

void handle_write_file(struct ask *ask)
{
    relay_json(ask, "PUT", RELAY_FILES_WRITE, "file", path_only);
}

void handle_delete_file(struct ask *ask)
{
    static const char *const names[] = {"path", "recursive", NULL};
    relay_json(ask, "DELETE", RELAY_FILES_WRITE, "file", names);
}

void handle_upload_piece(struct ask *ask)
{
    static const char *const names[] = {"path", "id", "offset", "size", NULL};
    relay_json(ask, "PUT", RELAY_FILES_WRITE, "upload", names);
}

void handle_get_upload(struct ask *ask)
{
    static const char *const names[] = {"path", "id", NULL};
    relay_json(ask, "GET", RELAY_FILES_READ, "upload", names);
}

void handle_make_folder(struct ask *ask)
{
    relay_json(ask, "POST", RELAY_FILES_WRITE, "folder", path_only);
}

void handle_rename_file(struct ask *ask)
{
    static const char *const names[] = {"path", "to", "replace", NULL};
    relay_json(ask, "POST", RELAY_FILES_WRITE, "rename", names);
}

/* --- downloads and logs: bytes that go on ---------------------------------------------------- */

struct download {
    struct ask *ask;
    struct nt_http_call *call;
    struct nt_stream *stream; /* NULL: not begun, or the client has left */
    struct nt_buf refusal;
    bool has_begun;
    bool is_done;
    const char *content_type;
    const char *file_name; /* NULL: shown, not saved */
};

static void on_stream_closed(void *arg)
{
    struct download *download = arg;
    download->stream = NULL;
    if (!download->is_done)
        nt_http_cancel(download->call); /* on_end frees */
}

static void on_stream_drained(void *arg)
{
    struct download *download = arg;
    if (!download->is_done)
        nt_http_resume(download->call);
}

/* False: the client left before. */
static bool begin(struct download *download)
{
    static const char *const passed[] = {"Neaptide-Size", "ETag"};
    struct ask *ask = download->ask;
    download->has_begun = true;
    if (ask->request == NULL)
        return false;
    for (size_t i = 0; i < NT_COUNT(passed); i++) {
        const char *value = nt_http_header(download->call, passed[i]);
        if (value != NULL)
            ask_header(ask, passed[i], value);
    }
    if (download->file_name != NULL) /* any browser takes it: RFC 6266 with RFC 8187 */
        ask_header(ask, "Content-Disposition",
                   nt_arena_printf(&ask->arena, "attachment; filename*=UTF-8''%s",
                                   nt_arena_encoded(&ask->arena, download->file_name)));
    statics_add_headers(ask->request);
    ask_header(ask, "Cache-Control", "no-store");
    ask_header(ask, "X-Accel-Buffering", "no");
    struct nt_stream_options options = {.content_type = download->content_type,
                                        .queue_max = QUEUE_MAX,
                                        .on_closed = on_stream_closed,
                                        .on_drained = on_stream_drained,
                                        .arg = download};
    download->stream = nt_request_stream(ask->request, &options);
    ask->request = NULL; /* the stream's from here on */
    return true;
}

static int on_bytes(void *arg, int status, struct nt_span data)
{
    struct download *download = arg;
    if (status != 200) {
        bool is_room = download->refusal.len + data.len <= REFUSAL_MAX;
        return is_room && nt_buf_add(&download->refusal, data.data, data.len) == 0 ? 0 : -EMSGSIZE;
    }
    if (!download->has_begun && !begin(download))
        return -ECANCELED;
    if (download->stream == NULL)
        return -ECANCELED;
    if (nt_stream_queued(download->stream) >= QUEUE_FULL)
        return -EAGAIN;
    return nt_stream_write(download->stream, data);
}

static void on_end(void *arg, const struct nt_http_reply *reply)
{
    struct download *download = arg;
    struct ask *ask = download->ask;
    download->is_done = true;
    ask->desk->downloads_count--;
    bool is_empty = reply->status == 200 && reply->error == 0 && !download->has_begun;
    if (is_empty)
        (void)begin(download);
    if (download->stream != NULL)
        nt_stream_end(download->stream);
    if (download->has_begun)
        ask_end(ask);
    else
        relay_refuse(ask, reply->status, nt_buf_span(&download->refusal));
    nt_buf_deinit(&download->refusal);
    free(download);
}

static void download(struct ask *ask, const char *operation, const char *tail,
                     const char *content_type, const char *file_name, bool has_pauses)
{
    struct relay relay;
    if (ask->desk->downloads_count >= DOWNLOADS_MAX) {
        ask_code(ask, "busy");
        return;
    }
    if (!relay_to(ask, operation, tail, &relay))
        return;
    struct download *new = nt_zalloc(sizeof(*new));
    *new = (struct download){.ask = ask, .content_type = content_type, .file_name = file_name};
    struct nt_http_request request = {.method = "GET",
                                      .url = relay.url,
                                      .headers = relay.headers,
                                      .idle_timeout_ms = has_pauses ? 0 : IDLE_MS,
                                      .on_data = on_bytes,
                                      .done = on_end,
                                      .arg = new};
    ask->desk->downloads_count++;
    ask_defer(ask);
    new->call = nt_http_start(ask->desk->http, &request);
}

static const char *last_part(struct ask *ask, const char *otherwise)
{
    const char *path = nt_request_query(ask->request, "path");
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? otherwise : nt_arena_text(&ask->arena, slash + 1);
}

void handle_read_file(struct ask *ask)
{
    download(ask, RELAY_FILES_READ,
             nt_arena_printf(&ask->arena, "file?%s", relay_query(ask, path_only)),
             "application/octet-stream", last_part(ask, "file"), false);
}

void handle_download_archive(struct ask *ask)
{
    download(ask, RELAY_FILES_READ,
             nt_arena_printf(&ask->arena, "archive?%s", relay_query(ask, path_only)),
             "application/x-tar", nt_arena_printf(&ask->arena, "%s.tar", last_part(ask, "files")),
             false);
}

void handle_get_server_logs(struct ask *ask)
{
    static const char *const names[] = {"tail", "follow", "since", NULL};
    bool is_following = nt_text_is(nt_request_query(ask->request, "follow"), "1");
    download(ask, RELAY_LOGS, nt_arena_printf(&ask->arena, "logs?%s", relay_query(ask, names)),
             "text/plain; charset=utf-8", NULL, is_following);
}
