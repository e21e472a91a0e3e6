/*
 * The heart: what is the next thing to do for one server on this host? Pure and level-triggered:
 * given the placement, what Docker shows and what the mark remembers, it returns one step. The
 * shell carries it out, looks again, asks again, until there is nothing to do. So a crash between
 * any two steps is the ordinary case, not a special one.
 *
 * Rules that hold in every branch (DESIGN.md sections 2 and 7):
 *  - absence never destroys: without a placement of our cluster a container is stopped and kept;
 *  - a server runs on one host: never started where the placement names another, nor on the source
 *    after the hand-over mark, nor on the target before the end mark or after a refusal;
 *  - only `desired: deleted` removes a server; copies left by moves go when the mark proves that
 *    the other side holds the server.
 */
#ifndef PROVISIONER_RECONCILE_H
#define PROVISIONER_RECONCILE_H

#include <provisioner/mark.h>
#include <provisioner/seen.h>

struct world {
    const char *host;    /* ours */
    const char *cluster; /* ours */
    const char *server;
    int64_t now_ms;                       /* wall */
    int64_t trash_ms;                     /* how long a deleted server is kept */
    int64_t grace_ms;                     /* how long a moved-away copy is kept */
    const struct nt_placement *placement; /* NULL: there is none */
    const struct seen *seen;              /* all containers of this server on this host */
    size_t seen_count;
    struct mark mark; /* MARK_INIT where there is none */
    int crash_starts; /* starts after a crash since it last ran for a minute */
    bool is_swept;    /* since its last container went: no volume stayed behind */
};

enum act {
    ACT_NONE,
    ACT_WAIT,        /* look again at until_ms */
    ACT_CREATE,      /* a container from the placement, not started */
    ACT_UPDATE,      /* live limits of container to cpu_milli and mem_bytes */
    ACT_START,       /* container; is_crash: count it */
    ACT_STOP,        /* container: 5 s, then SIGKILL */
    ACT_RENAME,      /* container to name */
    ACT_REMOVE,      /* container with its volumes */
    ACT_SWEEP,       /* volumes that stayed behind when we died between the two */
    ACT_MARK,        /* store mark, fsynced */
    ACT_COPY,        /* target: image, container, first pass; then mark MARK_COPIED */
    ACT_FINISH,      /* target: the last pass up to its end; then mark MARK_ENDED */
    ACT_AWAIT_READY, /* target: until its services answer; then mark MARK_RUNNING */
};

struct step {
    enum act act;
    const char *container; /* id */
    const char *name;      /* RENAME */
    const char *why;       /* stable word for the log */
    int64_t until_ms;      /* WAIT */
    int64_t cpu_milli;     /* UPDATE */
    int64_t mem_bytes;     /* UPDATE */
    struct mark mark;      /* MARK */
    bool is_crash;         /* START */
    const char *fault;     /* WAIT, NONE: a code of problems.json, or NULL */
};

/* Texts of the step live in arena or are borrowed from world. */
struct step reconcile(struct nt_arena *arena, const struct world *world);

/* The container that is the server here, or NULL: live, ours, the highest generation. */
const struct seen *world_live(const struct world *world);

/* Is the container of our cluster, or one that was adopted? */
bool world_owns(const struct world *world, const struct seen *seen);

/* A container's generation, raised where an administrator resumed it under a newer one. */
int64_t world_generation(const struct world *world, const struct seen *seen);

/* When a server that stopped by itself may be started again: 0, 1, 2, 4 ... 60 s after its end. */
int64_t restart_at_ms(const struct seen *seen, int crash_starts);

/*
 * What there is to say in the topic `observed`, or false: nothing of this server is or should be
 * here. fault is the shell's last failure, or NULL. Texts as in reconcile().
 */
struct observe_extra {
    const char *boot;
    const char *address;    /* host address for published ports */
    int64_t acted_revision; /* the newest placement after which there was nothing left to do */
    int32_t ssh_sessions;
    int32_t terminals;
    int64_t writable_bytes;           /* -1: unknown */
    int64_t net_up_bps, net_down_bps; /* read back; 0: not limited */
    const char *waiting_for;          /* NULL: nothing */
    struct nt_fault *fault;
};
bool observe(struct nt_arena *arena, const struct world *world, const struct observe_extra *extra,
             struct nt_observed *ret_observed);

#endif
