/* Private to serve/: what its files share. The only place that names libh2o's types. */
#ifndef NT_SERVE_INTERNAL_H
#define NT_SERVE_INTERNAL_H

#include <nt/serve.h>
#include <nt/trace.h>

#include <h2o.h>
#include <uv.h>

#if !H2O_USE_LIBUV
#error "H2O_USE_LIBUV must be set by the build: struct layouts depend on it"
#endif

#define SERVE_STRAGGLERS_MAX 64

/* --- routes ----------------------------------------------------------------------------------- */

struct route_segment {
    const char *text; /* literal, or the parameter's name */
    bool is_param;
};

struct route {
    char *method;
    nt_handler handler;
    void *arg;
    char *memory; /* what the segments point into */
    struct route_segment *segments;
    size_t segments_count;
    bool takes_rest; /* the last segment is {rest...} */
};

struct param {
    const char *name;
    const char *value;
};

/* A path, decoded and split. is_good false: no route can match. */
struct path {
    const char *text;
    const char **segments;
    size_t segments_count;
    bool is_good;
};

void route_init(struct route *route, const struct nt_route *from);
void route_deinit(struct route *route);
void path_parse(struct nt_arena *arena, const char *raw, size_t len, struct path *ret_path);

/* Does the path match? Then params (room for NT_ROUTE_PARAMS_MAX) are filled. */
bool route_match(const struct route *route, const struct path *path, struct nt_arena *arena,
                 struct param *ret_params, size_t *ret_count);

/* Percent-decode, "+" too where is_form. NULL: bad encoding, NUL, or not UTF-8. */
const char *percent_decode(struct nt_arena *arena, const char *text, size_t len, bool is_form);

/* --- the server ------------------------------------------------------------------------------- */

struct connection {
    uv_tcp_t tcp; /* first: h2o gives it back to us when it is closed */
    struct nt_serve *serve;
    struct connection *prev, *next;
};

struct serve_metrics {
    struct nt_metric *requests[5]; /* by the status's first digit, 1xx to 5xx */
    struct nt_metric *seconds;
    struct nt_metric *gone;
    struct nt_metric *connections;
    struct nt_metric *streams;
};

struct nt_serve {
    struct nt_loop *loop;
    struct route *routes;
    size_t routes_count;
    const char *(*ready)(void *arg); /* NULL: no routes of health.c */
    void *ready_arg;
    struct nt_metrics *all_metrics; /* of the service, for its page */
    nt_handler otherwise;
    nt_handler on_too_large;
    void *arg;
    bool trust_forwarded;
    bool has_metrics;
    struct serve_metrics metrics;

    h2o_globalconf_t config;
    h2o_context_t context;
    h2o_accept_ctx_t accept;
    uv_tcp_t listener;
    int port;
    h2o_req_t *answering; /* set while h2o begins an answer of ours: other answers are its own */
    bool is_accept_due;   /* a client waits until a connection is closed */

    struct connection *connections;
    size_t connections_count;
    size_t connections_max;
    struct nt_request *waiting;    /* deferred or streaming */
    struct nt_request *sweep_next; /* the sweep goes on here, whatever is unlinked meanwhile */
    struct nt_timer *sweep;        /* looks whether clients of waiting requests have left */
    struct straggler *stragglers;
    size_t stragglers_count;

    bool is_closing;
    struct nt_timer *closing; /* cuts what is left a second after nt_serve_close() */
    uv_timer_t last[2];       /* see close.c: our memory goes after h2o's last handle */
};

/* --- requests --------------------------------------------------------------------------------- */

enum request_state {
    REQUEST_OPEN,      /* in its handler */
    REQUEST_DEFERRED,  /* waits for an answer */
    REQUEST_STREAMING, /* its stream is open */
    REQUEST_ANSWERED,  /* nothing of it may be called any more */
};

struct nt_stream {
    struct nt_request *request;
    h2o_generator_t generator;
    struct nt_stream_options options;
    struct nt_buf queue;  /* what h2o has not got */
    struct nt_buf flight; /* what it has, until it asks for more */
    bool is_in_flight;
    bool is_ending; /* the queue is the last that comes */
    bool is_doomed; /* over its bound, or its client left: the next sweep cuts it */
};

struct nt_request {
    struct nt_serve *serve;
    h2o_req_t *req;
    enum request_state state;
    struct nt_arena memory;
    struct nt_arena *arena; /* &memory: a const request can still lend texts */
    struct nt_request_info info;
    struct path path;
    struct param params[NT_ROUTE_PARAMS_MAX];
    size_t params_count;
    char traceparent[NT_TRACEPARENT_SIZE];
    int64_t begun_ns;
    bool is_head;
    bool is_too_large; /* answered from inside h2o's own answer: see too_large.c */
    struct nt_span too_large_body;
    struct straggler *straggler;
    void (*on_gone)(void *arg);
    void *gone_arg;
    struct nt_stream stream;
    struct nt_request *prev, *next; /* serve->waiting */
};

/* Freed when h2o is through with req. */
struct nt_request *request_new(struct nt_serve *serve, h2o_req_t *req);
void request_wait(struct nt_request *request, enum request_state state);
void request_unwait(struct nt_request *request);

/* The client left, or we close: tell the owner, let h2o close the connection. */
void request_abandon(struct nt_request *request);

int request_fd(const struct nt_request *request);
bool request_has_left(const struct nt_request *request);

/* Status, reason and metrics of the answer that begins now. */
void answer_begin(struct nt_request *request, int status);
void answer_header(struct nt_request *request, const char *name, const char *value);
void answer_plain(struct nt_request *request, int status);

/* The generator's stop: h2o lost the connection. */
void stream_lost(struct nt_stream *stream);
void stream_cut(struct nt_stream *stream);

/* --- bodies that are too large ---------------------------------------------------------------- */

void too_large_register(struct nt_serve *serve, h2o_pathconf_t *pathconf);
void straggler_start(
    struct straggler *straggler); /* the answer is written: wait for the client to go */
void stragglers_cut(struct nt_serve *serve);

/* --- the end ---------------------------------------------------------------------------------- */

/* Frees serve a few turns later, if it is closing and nothing is left. */
void serve_end_if_idle(struct nt_serve *serve);
void serve_accept_due(struct nt_serve *serve);

int64_t serve_now_ns(void);

/* health.c: what every service serves. */
#define HEALTH_ROUTES 3
void health_routes(struct nt_serve *serve, struct nt_route ret_routes[HEALTH_ROUTES]);

#endif
