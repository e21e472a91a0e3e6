/*
 * What a provisioner must remember of a server through any crash: which run it has applied, and how
 * far its side of a move is. One small JSON file a server in the state directory, fsynced before
 * anything that depends on it happens. Plain data; texts are borrowed. Any thread.
 */
#ifndef PROVISIONER_MARK_H
#define PROVISIONER_MARK_H

#include <nt/arena.h>
#include <nt/error.h>
#include <nt/span.h>
#include <stdint.h>

enum mark_role { MARK_NONE, MARK_SOURCE, MARK_TARGET };

enum mark_step {
    MARK_SERVING,     /* source: the server runs, its data may be read */
    MARK_HANDED_OVER, /* source: it stands still and never starts by itself again */
    MARK_RESUMED,     /* source: the move was aborted, the server is ours again */
    MARK_COPYING,     /* target: a first pass is under way */
    MARK_COPIED,      /* target: the first pass is whole */
    MARK_ENDED,       /* target: has the end of the last pass: it may start */
    MARK_REFUSED,     /* target: has given up and will never start this copy */
    MARK_RUNNING,     /* target: started and answered */
    MARK_DROPPED,     /* either: its copy is gone */
};

struct mark {
    /* Runs: run is applied as soon as the container's start differs from base_started. */
    int64_t run;
    int64_t run_before;
    const char *base_started; /* Docker's StartedAt when run was asked for */

    /* The newest move we took part in. */
    enum mark_role role;
    enum mark_step step;
    const char *move;
    const char *source;  /* host */
    const char *adopted; /* cluster of an orphan that an administrator took in; "": none */
    int64_t revision;    /* of the placement that led to this step */
    int64_t generation;  /* under which a container with an older label goes on here; or 0 */
    int64_t bytes_done;
    int64_t bytes_total;
    int64_t copy_ms;
    int64_t stopped_at_ms;
    int64_t started_at_ms;
    int64_t at_ms; /* of the last progress */
};

#define MARK_INIT                                                                                  \
    (struct mark)                                                                                  \
    {                                                                                              \
        .base_started = "", .move = "", .source = "", .adopted = ""                                \
    }

/* The word of Observed.hand.step; MARK_ENDED is "copied" to the world. */
const char *mark_step_word(enum mark_step step);

int mark_encode(const struct mark *mark, struct nt_buf *out, struct nt_error *err);
int mark_decode(struct nt_arena *arena, struct nt_span bytes, struct mark *ret_mark,
                struct nt_error *err);

struct mark mark_dup(struct nt_arena *arena, const struct mark *mark);

#endif
