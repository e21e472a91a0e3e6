/*
 * The target of a move fetches: first the image, a container from it (not started) and the trees as
 * they are while the server runs; later the last pass, whose end is the permission to start. One
 * at a time for a server. Every way through here ends with server_done().
 */
#include "take.h"

#include <jansson.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

enum {
    ABOUT_TIMEOUT_MS = 5000,
    TOKEN_LIFE_MS = 3600000,
};

void take_get(struct take *take, const char *what, struct nt_http_request *request)
{
    const struct fleet_options *options = &take->server->fleet->options;
    char operation[96];
    (void)snprintf(operation, sizeof(operation), "move %.64s", take->move);
    struct nt_token_claim claim = {.host = take->source,
                                   .server = take->server->id,
                                   .operation = operation,
                                   .expiry_ms = nt_wall_ms() + TOKEN_LIFE_MS};
    char token[NT_TOKEN_SIZE];
    nt_token_make(options->settings->key, &claim, token);
    char header[NT_TOKEN_SIZE + 32];
    (void)snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
    char url[640];
    (void)snprintf(url, sizeof(url), "%s/v1/servers/%s/moves/%s/%s", take->address,
                   take->server->id, take->move, what);
    request->method = "GET";
    request->url = url;
    request->headers = (const char *const[]){header, NULL};
    request->arg = take;
    take->call = nt_http_start(options->http, request);
}

/* --- the end --------------------------------------------------------------------------------- */

void take_end(struct take *take, const struct nt_error *err)
{
    struct server *server = take->server;
    struct nt_error story = *err;
    if (story.code == 0 && take->is_cancelled)
        (void)nt_fail(&story, -ECANCELED, "cancelled");
    if (story.code == 0) {
        struct mark mark = server->mark;
        mark.step = take->is_last ? MARK_ENDED : MARK_COPIED;
        mark.bytes_done = take->bytes;
        mark.bytes_total = take->bytes;
        mark.copy_ms = nt_mono_ms() - take->pass_began_ms;
        mark.at_ms = nt_wall_ms();
        (void)server_set_mark(server, &mark, &story);
        nt_log(NT_INFO, take->is_last ? "last_pass_taken" : "first_pass_taken",
               NT_KV("server", server->id), NT_KV("move", take->move), NT_KV("bytes", take->bytes),
               NT_KV("ms", mark.copy_ms));
    }
    tree_apply_free(take->apply);
    nt_buf_deinit(&take->filling);
    nt_buf_deinit(&take->applying);
    nt_arena_deinit(&take->arena);
    server->take = NULL;
    free(take);
    server_done(server, &story);
}

/* Has it come to an end meanwhile? Then it is ended, and take is gone. */
static bool is_over(struct take *take, const struct nt_error *err)
{
    if (err->code == 0 && !take->is_cancelled)
        return false;
    take_end(take, err);
    return true;
}

void take_cancel(struct server *server)
{
    struct take *take = server->take;
    take->is_cancelled = true;
    if (take->upload != NULL)
        nt_http_cancel(take->upload);
    else if (take->call != NULL)
        nt_http_cancel(take->call);
}

void take_progress(const struct take *take, struct mark *mark)
{
    mark->bytes_done = take->bytes;
    if (take->bytes_total > mark->bytes_total)
        mark->bytes_total = take->bytes_total;
    if (take->progress_ms > mark->at_ms)
        mark->at_ms = take->progress_ms;
}

/* --- the container --------------------------------------------------------------------------- */

static void on_looked(void *arg, const struct seen *seen, size_t count, const struct nt_error *err)
{
    struct take *take = arg;
    if (is_over(take, err))
        return;
    server_keep_seen(take->server, seen, count);
    take_pass(take);
}

static void on_created(void *arg, const struct nt_error *err)
{
    struct take *take = arg;
    if (!is_over(take, err))
        docker_look(take->server->fleet->docker, take->server->id, on_looked, take);
}

void take_container(struct take *take)
{
    struct server *server = take->server;
    const struct settings *settings = server->fleet->options.settings;
    struct world world;
    server_world(server, &world);
    if (world_live(&world) != NULL) {
        take_pass(take);
        return;
    }
    struct nt_error err = NT_ERROR_INIT;
    struct spec spec;
    struct spec_options options = {.host = settings->host,
                                   .publish_address = settings->publish_address,
                                   .image_id = take->image};
    if (spec_make(&take->arena, server->placement, &options, &spec, &err) < 0)
        take_end(take, &err);
    else
        docker_create(server->fleet->docker, &spec, server->id, settings->cluster, on_created,
                      take);
}

/* --- what it is made of ---------------------------------------------------------------------- */

static void on_image(void *arg, int status, struct json_t *json, const struct nt_error *err)
{
    struct take *take = arg;
    (void)status;
    (void)json;
    struct nt_error story = *err;
    bool is_missing = story.code == -ENOENT;
    if (is_missing)
        story.code = 0;
    if (is_over(take, &story))
        return;
    if (is_missing)
        take_image(take);
    else
        take_container(take);
}

static void on_about(void *arg, const struct nt_http_reply *reply)
{
    struct take *take = arg;
    take->call = NULL;
    struct nt_error err = NT_ERROR_INIT;
    json_t *about = json_loadb((const char *)reply->body.data, reply->body.len, 0, NULL);
    const char *image = json_string_value(json_object_get(about, "image"));
    if (reply->error != 0)
        (void)nt_fail(&err, reply->error, "%s: %s", take->source, reply->message);
    else if (reply->status != 200)
        (void)nt_fail(&err, -EAGAIN, "%s says %d: %.200s", take->source, reply->status,
                      (const char *)reply->body.data);
    else if (image == NULL || image[0] == '\0' || strlen(image) > 100)
        (void)nt_fail(&err, -EBADMSG, "%s does not say which image", take->source);
    if (err.code == 0) {
        take->image = nt_arena_text(&take->arena, image);
        take->bytes_total = json_integer_value(json_object_get(about, "bytes"));
    }
    json_decref(about);
    if (is_over(take, &err))
        return;
    char path[192];
    (void)snprintf(path, sizeof(path), "/images/%s/json",
                   nt_arena_encoded(&take->arena, take->image));
    docker_call(take->server->fleet->docker, "GET", path, NULL, ABOUT_TIMEOUT_MS, on_image, take);
}

void take_start(struct server *server, bool is_last)
{
    const struct fleet_options *options = &server->fleet->options;
    struct take *take = nt_zalloc(sizeof(*take));
    nt_arena_init(&take->arena);
    take->server = server;
    take->is_last = is_last;
    take->source = nt_arena_text(&take->arena, server->mark.source);
    take->move = nt_arena_text(&take->arena, server->mark.move);
    take->address =
        nt_arena_text(&take->arena, options->address_of(options->arg, server->mark.source));
    server->take = take;
    if (take->address == NULL) {
        struct nt_error err = NT_ERROR_INIT;
        (void)nt_fail(&err, -EHOSTUNREACH, "the provisioner of %s has not said its address",
                      take->source);
        take_end(take, &err);
        return;
    }
    if (is_last) {
        take_pass(take);
        return;
    }
    struct nt_http_request request = {.timeout_ms = ABOUT_TIMEOUT_MS, .done = on_about};
    take_get(take, "about", &request);
}
