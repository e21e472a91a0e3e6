/* One pass: what arrives is applied on the pool, and what is too fast for it waits at the source.
 */
#include "take.h"

#include <nt/clock.h>
#include <nt/memory.h>

enum {
    APPLY_BYTES = 256 << 10, /* enough for the pool to begin */
    WAITING_BYTES = 1 << 20, /* more than this waits on the wire */
    PASS_IDLE_MS = 20000,    /* the source may take 5 s to stop the server, and then some */
    REFUSAL_BYTES = 300,
};

static void go_on(struct take *take);

static void apply_work(void *arg)
{
    struct take *take = arg;
    if (take->applying.len > 0)
        (void)tree_apply_write(take->apply, nt_buf_span(&take->applying), &take->apply_err);
    else
        (void)tree_apply_finish(take->apply, &take->apply_err);
}

static void apply_done(void *arg, bool cancelled)
{
    struct take *take = arg;
    bool was_finish = take->applying.len == 0;
    take->is_applying = false;
    nt_buf_reset(&take->applying);
    take->bytes = tree_apply_bytes(take->apply);
    take->progress_ms = nt_wall_ms();
    if (cancelled)
        take->is_cancelled = true;
    if (take->apply_err.code != 0 && take->err.code == 0)
        take->err = take->apply_err;
    if (was_finish && take->err.code == 0) {
        take_end(take, &take->err);
        return;
    }
    go_on(take);
}

static void start_apply(struct take *take)
{
    struct nt_buf swap = take->applying;
    take->applying = take->filling;
    take->filling = swap;
    take->is_applying = true;
    nt_work(take->server->fleet->options.loop, apply_work, apply_done, take);
}

/* After anything has happened: what is next? */
static void go_on(struct take *take)
{
    if (take->is_applying)
        return;
    if (take->err.code != 0 || take->is_cancelled) {
        if (take->call != NULL)
            nt_http_cancel(take->call); /* comes back here by its end */
        else
            take_end(take, &take->err);
        return;
    }
    if (take->filling.len >= APPLY_BYTES || take->is_fetched)
        start_apply(take); /* with nothing left to apply it is the finish */
    if (take->is_paused && take->call != NULL) {
        take->is_paused = false;
        nt_http_resume(take->call);
    }
}

static int on_data(void *arg, int status, struct nt_span data)
{
    struct take *take = arg;
    take->status = status;
    if (status != 200) { /* a sentence about why not */
        if (take->filling.len + data.len <= REFUSAL_BYTES)
            (void)nt_buf_add(&take->filling, data.data, data.len);
        return 0;
    }
    if (take->is_applying && take->filling.len + data.len > WAITING_BYTES) {
        take->is_paused = true;
        return -EAGAIN;
    }
    if (take->pass_began_ms == 0) /* the wait for the source to stop is not the copy's time */
        take->pass_began_ms = nt_mono_ms();
    (void)nt_buf_add(&take->filling, data.data, data.len);
    if (!take->is_applying && take->filling.len >= APPLY_BYTES)
        start_apply(take);
    return 0;
}

static void on_end(void *arg, const struct nt_http_reply *reply)
{
    struct take *take = arg;
    take->call = NULL;
    if (take->err.code == 0 && reply->error != 0)
        (void)nt_fail(&take->err, reply->error, "%s: %s", take->source, reply->message);
    else if (take->err.code == 0 && reply->status != 200)
        (void)nt_fail(&take->err, -EAGAIN, "%s says %d: %s", take->source, reply->status,
                      nt_buf_text(&take->filling));
    take->is_fetched = true;
    go_on(take);
}

void take_pass(struct take *take)
{
    struct tree_root *roots = NULL;
    size_t count = 0;
    struct nt_error err = NT_ERROR_INIT;
    if (server_roots(take->server, &take->arena, &roots, &count, &err) < 0) {
        take_end(take, &err);
        return;
    }
    take->apply = tree_apply_new(roots, count);
    take->is_fetched = false;
    struct nt_http_request request = {
        .idle_timeout_ms = PASS_IDLE_MS, .on_data = on_data, .done = on_end};
    take_get(take, take->is_last ? "pass?last=1" : "pass?last=0", &request);
}
