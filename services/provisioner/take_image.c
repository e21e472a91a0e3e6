/* The image comes from the source's engine and goes straight into ours; neither waits on a disk. */
#include "take.h"

#include <nt/clock.h>
#include <provisioner/image.h>
#include <string.h>

enum {
    PIPE_BYTES = 2 << 20,
    IMAGE_IDLE_MS = 60000,
    IMAGE_TIMEOUT_MS = 600000,
};

static void finish(struct take *take)
{
    if (take->call != NULL || take->upload != NULL)
        return; /* whoever is last comes here */
    nt_buf_reset(&take->filling);
    if (take->err.code != 0 || take->is_cancelled)
        take_end(take, &take->err);
    else
        take_container(take);
}

/* --- in -------------------------------------------------------------------------------------- */

static int on_data(void *arg, int status, struct nt_span data)
{
    struct take *take = arg;
    if (status != 200)
        return -EPROTO;
    if (take->filling.len - take->filling_at + data.len > PIPE_BYTES) {
        take->is_paused = true;
        return -EAGAIN;
    }
    if (take->filling_at == take->filling.len) {
        nt_buf_reset(&take->filling);
        take->filling_at = 0;
    }
    if (nt_buf_add(&take->filling, data.data, data.len) < 0)
        return -ENOMEM;
    take->progress_ms = nt_wall_ms();
    if (take->is_upload_waiting) {
        take->is_upload_waiting = false;
        nt_http_resume(take->upload);
    }
    return 0;
}

static void on_fetched(void *arg, const struct nt_http_reply *reply)
{
    struct take *take = arg;
    take->call = NULL;
    take->is_fetched = true;
    if (reply->error != 0 && take->err.code == 0)
        (void)nt_fail(&take->err, reply->error, "the image from %s: %s", take->source,
                      reply->message);
    if (take->upload != NULL)
        nt_http_resume(take->upload);
    finish(take);
}

/* --- out ------------------------------------------------------------------------------------- */

static ssize_t give(void *arg, uint8_t *into, size_t room)
{
    struct take *take = arg;
    size_t len = take->filling.len - take->filling_at;
    if (len == 0) {
        if (take->is_fetched)
            return take->err.code; /* 0: the end */
        take->is_upload_waiting = true;
        return -EAGAIN;
    }
    len = len < room ? len : room;
    memcpy(into, take->filling.data + take->filling_at, len);
    take->filling_at += len;
    if (take->filling_at > PIPE_BYTES / 2) { /* what was taken makes room at the front */
        memmove(take->filling.data, take->filling.data + take->filling_at,
                take->filling.len - take->filling_at);
        take->filling.len -= take->filling_at;
        take->filling_at = 0;
    }
    if (take->is_paused && take->call != NULL) {
        take->is_paused = false;
        nt_http_resume(take->call);
    }
    return (ssize_t)len;
}

static void on_loaded(void *arg, const struct nt_http_reply *reply)
{
    struct take *take = arg;
    take->upload = NULL;
    const char *wrong = image_load_error(&take->arena, reply->body);
    if (take->err.code == 0 && reply->error != 0)
        (void)nt_fail(&take->err, reply->error, "loading the image: %s", reply->message);
    else if (take->err.code == 0 && (reply->status != 200 || wrong != NULL))
        (void)nt_fail(&take->err, -EIO, "loading the image: the engine says %d %s", reply->status,
                      wrong != NULL ? wrong : "");
    if (take->call != NULL)
        nt_http_cancel(take->call); /* its end finishes */
    else
        finish(take);
}

void take_image(struct take *take)
{
    struct fleet *fleet = take->server->fleet;
    take->filling.max = (size_t)4 * PIPE_BYTES;
    struct nt_http_request load = {
        .method = "POST",
        .headers = (const char *const[]){"Content-Type: application/x-tar", NULL},
        .read = give,
        .timeout_ms = IMAGE_TIMEOUT_MS,
        .done = on_loaded,
        .arg = take,
    };
    char url[128];
    docker_address(fleet->docker, &load, url, sizeof(url), "/images/load?quiet=1");
    take->upload = nt_http_start(fleet->options.http, &load);
    struct nt_http_request fetch = {
        .idle_timeout_ms = IMAGE_IDLE_MS, .on_data = on_data, .done = on_fetched};
    take_get(take, "image", &fetch);
}
