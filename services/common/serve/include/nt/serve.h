/*
 * HTTP/1.1 server on the loop (libh2o, libuv flavour). HTTP/2 is off: 2.2.5 has unpatched flaws.
 * Requests are matched against a table; handlers answer now or later. Loop thread only.
 */
#ifndef NT_SERVE_H
#define NT_SERVE_H

#include <nt/loop.h>
#include <nt/metrics.h>
#include <nt/span.h>

struct nt_serve;
struct nt_request;

/* What a handler may ask; valid until the request is answered or gone. */
struct nt_request_info {
    const char *method;
    const char *path;  /* normalised, without query */
    const char *query; /* "" where absent, still encoded */
    const char *peer;  /* address; the first X-Forwarded-For value where the peer is trusted */
    struct nt_span body;
    const char *traceparent; /* the client's, else a new one; W3C form */
};

typedef void (*nt_handler)(void *arg, struct nt_request *request);

struct nt_route {
    const char *method;  /* "GET" ... */
    const char *pattern; /* "/api/v1/servers/{server}/start"; "{rest...}" at the end takes all */
    nt_handler handler;
    void *arg;
};

struct nt_serve_options {
    struct nt_loop *loop;
    struct nt_metrics *metrics;    /* may be NULL */
    const char *listen;            /* host:port; port 0 picks one */
    const struct nt_route *routes; /* copied; first match wins */
    size_t routes_count;
    nt_handler otherwise; /* no path matches (404) or another method does (405); NULL: plain */
    void *arg;
    size_t body_max; /* 0: 1 MiB; beyond: 413 by on_error or plain */
    void (*on_too_large)(void *arg, struct nt_request *request); /* may be NULL */
    bool trust_forwarded;
};

int nt_serve_open(const struct nt_serve_options *options, struct nt_serve **ret_serve,
                  struct nt_error *err);

/* Stops listening, ends streams and idle connections, closes the rest. */
void nt_serve_close(struct nt_serve *serve);
int nt_serve_port(const struct nt_serve *serve); /* the one that was picked */

const struct nt_request_info *nt_request_info(const struct nt_request *request);
const char *nt_request_param(const struct nt_request *request, const char *name);  /* {name} */
const char *nt_request_header(const struct nt_request *request, const char *name); /* or NULL */

/* Decoded query parameter, in the request's memory; NULL where absent or badly encoded. */
const char *nt_request_query(struct nt_request *request, const char *name);
const char *nt_request_cookie(struct nt_request *request, const char *name);

/* Memory that lives as long as the request. */
struct nt_arena *nt_request_arena(struct nt_request *request);

/*
 * on_gone is called once if the client leaves before the answer: then request must not be touched
 * again. Not called after an answer.
 */
void nt_request_defer(struct nt_request *request, void (*on_gone)(void *arg), void *arg);

/* Add a header to the answer; both copied. Before answering. */
void nt_request_add_header(struct nt_request *request, const char *name, const char *value);

/* Answer and end; body is copied. content_type may be NULL with an empty body. */
void nt_request_answer(struct nt_request *request, int status, const char *content_type,
                       struct nt_span body);

/* Answer with a file's content, with ETag, Last-Modified and ranges handled. */
void nt_request_answer_file(struct nt_request *request, const char *path, const char *content_type);

/* --- streams: server-sent events, downloads --------------------------------------------------- */

struct nt_stream;

struct nt_stream_options {
    const char *content_type;
    size_t queue_max;              /* bytes waiting; beyond: the stream is ended. 0: 256 KiB */
    void (*on_closed)(void *arg);  /* once, whoever ended it; the stream is then gone */
    void (*on_drained)(void *arg); /* the queue became empty; may be NULL */
    void *arg;
};

struct nt_stream *nt_request_stream(struct nt_request *request,
                                    const struct nt_stream_options *options);
int nt_stream_write(struct nt_stream *stream, struct nt_span data); /* 0 or -ENOBUFS: being ended */
size_t nt_stream_queued(const struct nt_stream *stream);
void nt_stream_end(struct nt_stream *stream);

/* --- what every service serves ---------------------------------------------------------------- */

/*
 * /healthz: 200 while the loop turns. /readyz: 200 or 503 with what is waited for. /metrics.
 * ready returns NULL when ready, else a short English reason. Appends to routes, returns count.
 */
struct nt_health {
    const char *(*ready)(void *arg);
    void *arg;
    struct nt_metrics *metrics;
};

#define NT_HEALTH_ROUTES 3
size_t nt_health_routes(struct nt_health *health, struct nt_route routes[NT_HEALTH_ROUTES]);

#endif
