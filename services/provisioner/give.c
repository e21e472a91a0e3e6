/*
 * The source of a move serves, to who shows a token of this installation:
 *   GET /v1/servers/{server}/moves/{move}/about        image and volumes, as JSON
 *   GET /v1/servers/{server}/moves/{move}/image        the image, as docker save writes it
 *   GET /v1/servers/{server}/moves/{move}/pass?last=0  the trees while the server runs
 *   GET /v1/servers/{server}/moves/{move}/pass?last=1  waits for the hand-over mark, then the trees
 * The last pass is the permission to start: not a byte of it leaves before the mark is on the disk.
 */
#include "fleet.h"

#include <jansson.h>
#include <nt/arena.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/tree.h>
#include <utlist.h>

enum {
    FILL_BYTES = 512 << 10,
    QUEUE_BYTES = 4 << 20, /* of one stream; it is filled again when empty */
    GIVES_MAX = 4, /* waiting for one server's mark; only the target asks, so one is usual */
};

/* A request that waits for the mark, then a stream. */
struct give {
    struct server *server;
    char move[64];
    struct nt_request *request; /* waits; NULL afterwards */
    struct nt_stream *stream;   /* NULL: closed */
    struct tree_walk *walk;
    struct nt_buf filled;
    struct nt_error err;
    int result;
    bool is_filling, is_still;
    struct give *next;
};

static void refuse(struct nt_request *request, int status, const char *why)
{
    nt_request_answer(request, status, "text/plain; charset=utf-8", nt_span_of(why));
}

/* --- the stream of trees --------------------------------------------------------------------- */

static void give_free(struct give *give)
{
    tree_walk_free(give->walk);
    nt_buf_deinit(&give->filled);
    free(give);
}

static void fill_work(void *arg)
{
    struct give *give = arg;
    give->result = tree_walk_fill(give->walk, &give->filled, FILL_BYTES, &give->err);
}

static void fill(struct give *give);

static void fill_done(void *arg, bool cancelled)
{
    struct give *give = arg;
    give->is_filling = false;
    if (give->stream == NULL) {
        give_free(give);
        return;
    }
    if (cancelled || give->result < 0) {
        /* Without its end frame the stream is not whole, and the target knows. */
        nt_log(NT_WARN, "pass_broken", NT_KV("move", give->move),
               NT_KV("reason", give->err.message));
        nt_stream_end(give->stream);
        return;
    }
    bool is_end = give->result == 1;
    struct nt_stream *stream = give->stream;
    int sent = nt_stream_write(stream, nt_buf_span(&give->filled));
    if (sent < 0)
        return; /* being ended: on_closed frees */
    nt_buf_reset(&give->filled);
    if (is_end)
        nt_stream_end(stream);
}

static void fill(struct give *give)
{
    give->is_filling = true;
    nt_work(give->server->fleet->options.loop, fill_work, fill_done, give);
}

static void on_drained(void *arg)
{
    struct give *give = arg;
    if (!give->is_filling && give->result == 0)
        fill(give);
}

static void on_closed(void *arg)
{
    struct give *give = arg;
    give->stream = NULL;
    if (!give->is_filling)
        give_free(give);
}

static void begin_stream(struct give *give)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct tree_root *roots = NULL;
    size_t count = 0;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_request *request = nt_take(give->request);
    if (server_roots(give->server, &arena, &roots, &count, &err) < 0) {
        refuse(request, 500, err.message);
        give_free(give);
    } else {
        give->walk = tree_walk_new(roots, count, give->is_still, true);
        struct nt_stream_options options = {
            .content_type = "application/octet-stream",
            .queue_max = QUEUE_BYTES,
            .on_closed = on_closed,
            .on_drained = on_drained,
            .arg = give,
        };
        give->stream = nt_request_stream(request, &options);
        fill(give);
    }
    nt_arena_deinit(&arena);
}

/* --- waiting for the mark -------------------------------------------------------------------- */

static void on_gone(void *arg)
{
    struct give *give = arg;
    LL_DELETE(give->server->gives, give);
    give->request = NULL;
    give_free(give);
}

void give_check(struct server *server)
{
    const struct mark *mark = &server->mark;
    struct give *give = NULL;
    struct give *next = NULL;
    LL_FOREACH_SAFE(server->gives, give, next)
    {
        bool is_ours = mark->role == MARK_SOURCE && nt_text_is(mark->move, give->move);
        if (is_ours && mark->step == MARK_SERVING)
            continue;
        LL_DELETE(server->gives, give); /* NOLINT(clang-analyzer-unix.Malloc): utlist relinks */
        if (is_ours && mark->step == MARK_HANDED_OVER) {
            begin_stream(give);
        } else {
            refuse(nt_take(give->request), 409, "the move has ended");
            give_free(give);
        }
    }
}

void give_drop(struct server *server)
{
    while (server->gives != NULL) {
        struct give *give = server->gives;
        LL_DELETE(server->gives, give);
        refuse(nt_take(give->request), 503, "this provisioner is stopping");
        give_free(give);
    }
}

/* --- who may ask ----------------------------------------------------------------------------- */

/* The server whose move this request may see, or NULL: then it is answered. */
static struct server *admit(struct fleet *fleet, struct nt_request *request)
{
    const struct settings *settings = fleet->options.settings;
    const char *id = nt_request_param(request, "server");
    const char *move = nt_request_param(request, "move");
    const char *header = nt_request_header(request, "authorization");
    char operation[96];
    (void)snprintf(operation, sizeof(operation), "move %.64s", move);
    struct nt_token_claim claim = {.host = settings->host, .server = id, .operation = operation};
    const char *token = header != NULL && nt_text_starts(header, "Bearer ") ? header + 7 : NULL;
    if (nt_token_check(settings->key, &claim, token, nt_wall_ms()) < 0) {
        refuse(request, 401, "a token of this installation is needed");
        return NULL;
    }
    struct server *server = fleet_find(fleet, id);
    const struct mark *mark = server == NULL ? NULL : &server->mark;
    if (mark == NULL || mark->role != MARK_SOURCE || !nt_text_is(mark->move, move) ||
        (mark->step != MARK_SERVING && mark->step != MARK_HANDED_OVER)) {
        refuse(request, 409, "this host does not serve that move (yet)");
        return NULL;
    }
    return server;
}

static void on_pass(void *arg, struct nt_request *request)
{
    struct server *server = admit(arg, request);
    if (server == NULL)
        return;
    int waiting = 0;
    struct give *other = NULL;
    LL_COUNT(server->gives, other, waiting);
    if (waiting >= GIVES_MAX) {
        refuse(request, 429, "asked for already");
        return;
    }
    struct give *give = nt_zalloc(sizeof(*give));
    give->server = server;
    give->request = request;
    (void)snprintf(give->move, sizeof(give->move), "%s", server->mark.move);
    give->is_still = server->mark.step == MARK_HANDED_OVER;
    if (!nt_text_is(nt_request_query(request, "last"), "1")) {
        begin_stream(give);
        return;
    }
    give->is_still = true;
    nt_request_defer(request, on_gone, give);
    LL_APPEND(server->gives, give);
    give_check(server);
}

static void on_about(void *arg, struct nt_request *request)
{
    struct server *server = admit(arg, request);
    if (server == NULL)
        return;
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live == NULL) {
        refuse(request, 409, "the server has no container here");
        return;
    }
    json_t *about = json_pack("{s:s, s:I}", "image", live->image_id, "bytes",
                              (json_int_t)server->writable_bytes);
    char *text = json_dumps(about, JSON_COMPACT);
    nt_request_answer(request, 200, "application/json", nt_span_of(text));
    free(text);
    json_decref(about);
}

/* --- the image: from the engine straight on -------------------------------------------------- */

struct image_out {
    struct nt_http_call *call;
    struct nt_stream *stream;
    bool is_paused, is_failed;
};

static int on_image_data(void *arg, int status, struct nt_span data)
{
    struct image_out *out = arg;
    if (status != 200) {
        out->is_failed = true;
        return -EPROTO;
    }
    if (out->stream == NULL)
        return -EPIPE;
    if (nt_stream_queued(out->stream) + data.len > QUEUE_BYTES) {
        out->is_paused = true;
        return -EAGAIN;
    }
    return nt_stream_write(out->stream, data) < 0 ? -EPIPE : 0;
}

static void on_image_end(void *arg, const struct nt_http_reply *reply)
{
    struct image_out *out = arg;
    out->call = NULL;
    if (reply->error != 0)
        nt_log(NT_WARN, "image_not_given", NT_KV("reason", reply->message));
    if (out->stream != NULL)
        nt_stream_end(out->stream); /* a tar that was cut off is refused by the other engine */
    else
        free(out);
}

static void on_image_closed(void *arg)
{
    struct image_out *out = arg;
    out->stream = NULL;
    if (out->call != NULL)
        nt_http_cancel(out->call); /* its end frees */
    else
        free(out);
}

static void on_image_drained(void *arg)
{
    struct image_out *out = arg;
    if (out->is_paused && out->call != NULL) {
        out->is_paused = false;
        nt_http_resume(out->call);
    }
}

static void on_image(void *arg, struct nt_request *request)
{
    struct fleet *fleet = arg;
    struct server *server = admit(fleet, request);
    if (server == NULL)
        return;
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live == NULL || !docker_is_up(fleet->docker)) {
        refuse(request, 503, "the server has no container here, or Docker is away");
        return;
    }
    struct image_out *out = nt_zalloc(sizeof(*out));
    struct nt_stream_options options = {
        .content_type = "application/x-tar",
        .queue_max = (size_t)2 * QUEUE_BYTES,
        .on_closed = on_image_closed,
        .on_drained = on_image_drained,
        .arg = out,
    };
    out->stream = nt_request_stream(request, &options);
    struct nt_http_request get = {
        .method = "GET",
        .on_data = on_image_data,
        .done = on_image_end,
        .arg = out,
    };
    char path[192];
    char url[256];
    (void)snprintf(path, sizeof(path), "/images/%.100s/get", live->image_id);
    docker_address(fleet->docker, &get, url, sizeof(url), path);
    out->call = nt_http_start(fleet->options.http, &get);
}

void give_routes(struct fleet *fleet, struct nt_route routes[GIVE_ROUTES])
{
    routes[0] =
        (struct nt_route){"GET", "/v1/servers/{server}/moves/{move}/about", on_about, fleet};
    routes[1] =
        (struct nt_route){"GET", "/v1/servers/{server}/moves/{move}/image", on_image, fleet};
    routes[2] = (struct nt_route){"GET", "/v1/servers/{server}/moves/{move}/pass", on_pass, fleet};
}
