/*
 * The servers of this host: one entry each, and the cycle that looks at Docker, reconciles, acts
 * and looks again. Inside of the program: fleet.c (what makes it turn), cycle.c (the cycle), act.c
 * (one step), tell.c (what is published), give.c and take.c (the two sides of a move). Loop thread.
 */
#ifndef FLEET_H
#define FLEET_H

#include "settings.h"

#include <nt/http.h>
#include <nt/metrics.h>
#include <nt/serve.h>
#include <provisioner/docker.h>
#include <provisioner/netrate.h>
#include <provisioner/reconcile.h>
#include <provisioner/store.h>
#include <uthash.h>

struct fleet;
struct server;
struct take; /* a copy that is coming in */
struct terminal;
struct file_job;
struct farewell;
struct give; /* a request that waits for the hand-over */

/* Only what goes to Kafka; joined in app.c, so that the fleet needs no broker in tests. */
struct fleet_options {
    const struct settings *settings;
    struct nt_loop *loop;
    struct nt_http *http;
    struct nt_metrics *metrics;
    struct store *store;
    const char *boot;
    /* Publish what is observed (NULL: a tombstone). False: the queue is full, ask again. */
    bool (*publish)(void *arg, const char *server, const struct nt_observed *observed,
                    const char *traceparent);
    /* The HTTP address of another host's provisioner, or NULL. */
    const char *(*address_of)(void *arg, const char *host);
    void *arg;
};

struct server {
    struct fleet *fleet;
    char id[40];
    struct nt_arena placement_arena;
    struct nt_placement *placement; /* NULL: none */
    char traceparent[64];           /* of the placement */
    struct nt_arena mark_arena;
    struct mark mark;
    struct nt_arena seen_arena;
    struct seen *seen;
    size_t seen_count;
    char *upper_dir;   /* newest one known, for engines that tell only while it runs */
    char upper_of[72]; /* the container it is of */
    bool is_busy;      /* the cycle runs */
    bool is_dirty;     /* something happened meanwhile */
    bool is_queued;
    int crash_starts;
    bool is_swept;      /* no volume of a removed container is left */
    int64_t wake_at_ms; /* 0: no wish */

    /* The last failure, kept until something succeeds or nothing is left to do. */
    int fail_count;
    int64_t not_before_ms;
    bool has_fault;
    struct nt_fault fault; /* code is static */
    char fault_message[512];

    struct nt_arena step_arena; /* of the step under way */
    struct step step;
    bool was_image_loaded, is_image_due;
    struct server *next_waiting; /* fleet->image_waiters */
    struct take *take;           /* NULL: none */
    struct give *gives;          /* requests for the last pass that wait for the mark */

    int64_t acted_revision;
    struct nt_buf told; /* what was published last, without its time */
    bool is_told;
    int32_t ssh_sessions;
    int64_t writable_bytes, measured_at_ms;
    bool is_measuring;
    struct netrate rate; /* read back */
    struct netrate rate_wanted;
    char rate_of[144]; /* the container's start that this is of */
    int64_t rated_at_ms;
    bool is_rating;
    struct file_job *file_writes; /* files.c: the first is at work */
    struct server *next_queued;
    UT_hash_handle hh;
};

struct fleet {
    struct fleet_options options;
    struct docker *docker;
    struct server *servers;
    struct server *queue, **queue_end;
    struct server *image_waiters; /* the first one's image is being loaded */
    char *image;                  /* which that is */
    struct terminal *terminals;
    int log_streams, file_jobs, file_sends; /* bounded by their files */
    struct farewell *farewells;             /* clients that are told why it ended */
    size_t busy_count;
    bool has_begun; /* all placements are read */
    bool is_engine_right;
    bool is_closing;
    struct nt_timer *tick;
    int64_t looked_at_ms; /* the last time all servers were looked at */
    int64_t down_since_ms;
    char engine[128], engine_version[64], engine_fault[512];
    struct nt_metric *steps, *failures, *known;
};

struct fleet *fleet_new(const struct fleet_options *options);

/* Shutting down: fleet_shut(), nt_http_close(), then fleet_free() after the pool's work is done. */
void fleet_shut(struct fleet *fleet);
bool fleet_is_idle(const struct fleet *fleet);
void fleet_free(struct fleet *fleet);

/* A record of the topic; value of len 0: a tombstone. Borrowed. */
int fleet_placement(struct fleet *fleet, const char *id, struct nt_span value,
                    const char *traceparent, struct nt_error *err);

/* The view is at its end: from now on, act. */
void fleet_begin(struct fleet *fleet);

/* Somebody published under our key before: make sure that it is true, or gone. */
void fleet_remember(struct fleet *fleet, const char *id);

/* Why we are not ready, or NULL. */
const char *fleet_trouble(const struct fleet *fleet);

/* What was published last did not arrive: say it again. */
void fleet_untold(struct fleet *fleet, const char *id);

/* --- between the files of the fleet ---------------------------------------------------------- */

bool fleet_may_act(const struct fleet *fleet);
void fleet_turn(struct fleet *fleet);     /* cycle.c: begin what may begin */
void server_touch(struct server *server); /* look at it soon */
void server_keep_seen(struct server *server, const struct seen *seen, size_t count);
void server_world(struct server *server, struct world *ret_world);
struct server *fleet_find(struct fleet *fleet, const char *id);

/* The step under way has ended. */
void server_done(struct server *server, const struct nt_error *err);
void server_fault(struct server *server, const char *code, const char *message);

/* Stores and takes over; 0 or the store's error. */
int server_set_mark(struct server *server, const struct mark *mark, struct nt_error *err);

void server_act(struct server *server);    /* act.c: carry out server->step */
void image_wait(struct server *server);    /* image_wait.c: load its image; server_done() */
void server_tell(struct server *server);   /* tell.c: publish what changed */
void server_rate(struct server *server);   /* rate.c: the network's limits hold */
void server_sample(struct server *server); /* tell.c: sessions, size; once in a while */
void give_check(struct server *server);    /* give.c: answer those that may be answered */
void give_drop(struct server *server);     /* give.c: at the end of the process */
void take_start(struct server *server, bool is_last); /* take.c: ends with server_done() */
void take_cancel(struct server *server);
void take_progress(const struct take *take, struct mark *mark); /* into a copy, to be told */

/* Routes under which other hosts fetch; three of them. */
enum { GIVE_ROUTES = 3 };
void give_routes(struct fleet *fleet, struct nt_route routes[GIVE_ROUTES]);

/* The trees of the server's container here. -ENOTSUP where the writable layer cannot be found. */
struct tree_root;
int server_roots(struct server *server, struct nt_arena *arena, struct tree_root **ret_roots,
                 size_t *ret_count, struct nt_error *err);

#endif
