/* Inside of the target's side: take.c (the order of things), take_pass.c, take_image.c. */
#ifndef TAKE_H
#define TAKE_H

#include "fleet.h"

#include <nt/arena.h>
#include <provisioner/tree.h>

struct take {
    struct server *server;
    struct nt_arena arena;
    const char *source, *move, *address, *image;
    bool is_last, is_cancelled;
    struct nt_http_call *call;   /* from the source; NULL: none */
    struct nt_http_call *upload; /* of the image, to the engine; NULL: none */
    int64_t bytes, bytes_total, progress_ms, pass_began_ms;

    /* Bytes gather in filling while the pool works on applying. */
    struct nt_buf filling, applying;
    size_t filling_at; /* of an image: how far the upload is */
    bool is_applying, is_paused, is_fetched, is_upload_waiting;
    int status;
    struct tree_apply *apply;
    struct nt_error err;
    struct nt_error apply_err; /* the pool's, while is_applying */
};

/* GET below the move; the request's callbacks and time-outs are given. */
void take_get(struct take *take, const char *what, struct nt_http_request *request);
void take_end(struct take *take, const struct nt_error *err); /* frees take */
void take_image(struct take *take);                           /* then take_container() */
void take_container(struct take *take);                       /* then take_pass() */
void take_pass(struct take *take);                            /* then take_end() */

#endif
