/*
 * HTTP/1.1 server on the loop (libh2o, libuv flavour). HTTP/2 is off: 2.2.5 has unpatched flaws.
 * Requests are matched against a table; handlers answer now or later. Loop thread only.
 *
 * Bounds: connections_max, 400 KiB of request head, 10 s for head and body together and for idle
 * connections, body_max of body, queue_max of each stream.
 */
#ifndef NT_SERVE_H
#define NT_SERVE_H

#include <nt/arena.h>
#include <nt/duplex.h>
#include <nt/loop.h>
#include <nt/metrics.h>
#include <nt/span.h>

struct nt_serve;
struct nt_request;

/* What a handler may ask; valid until the request is answered or gone. */
struct nt_request_info {
    const char *method;
    const char *path;  /* decoded, without query; where it cannot be decoded, as it came */
    const char *query; /* "" where absent, still encoded */
    const char *peer;  /* address; with trust_forwarded the last of X-Forwarded-For */
    struct nt_span body;
    const char *traceparent; /* the client's, else a new one; W3C form */
};

typedef void (*nt_handler)(void *arg, struct nt_request *request);

/*
 * "/api/v1/servers/{server}/start"; "{rest...}" at the end takes all segments that are left, at
 * least one. A parameter is one segment, decoded: not empty, UTF-8 without NUL or "/". A path with
 * a segment "." or ".." matches nothing, so "{rest...}" is safe to put behind a folder's name. HEAD
 * is served by the GET route, without the body.
 */
struct nt_route {
    const char *method; /* "GET" ... */
    const char *pattern;
    nt_handler handler;
    void *arg;
};

#define NT_ROUTE_PARAMS_MAX 8

struct nt_serve_options {
    struct nt_loop *loop;
    struct nt_metrics *metrics;    /* may be NULL; must live until nt_serve_close() */
    const char *listen;            /* host:port, [v6]:port; port 0 picks one */
    const struct nt_route *routes; /* copied; first match wins */
    size_t routes_count;
    /*
     * Not NULL: what every service serves is served too, before routes. /healthz: 200 while the
     * loop turns; /readyz: 200, or 503 with what is waited for: ready returns NULL when ready, else
     * a short English reason; /metrics.
     */
    const char *(*ready)(void *arg);
    void *ready_arg;
    /* No path matches (nt_request_allowed() is ""), or another method does; NULL: plain text. */
    nt_handler otherwise;
    void *arg;       /* of otherwise and on_too_large */
    size_t body_max; /* 0: 1 MiB */
    /* A larger body came: answer 413 at once (no deferring); the body is empty. NULL: plain text.
     * The connection is closed after the answer, which the client gets to read. */
    nt_handler on_too_large;
    bool trust_forwarded;   /* our edge is in front, and nobody else reaches us */
    size_t connections_max; /* 0: 4,096; more wait in the kernel's backlog */
};

int nt_serve_open(const struct nt_serve_options *options, struct nt_serve **ret_serve,
                  struct nt_error *err);

/*
 * Stops listening, tells deferred requests (on_gone) and streams (on_closed) that they are over,
 * closes idle connections, and gives answers under way a second. No handler is called any more.
 * What is left is freed by the loop, which then has no handle of ours. NULL does nothing.
 */
void nt_serve_close(struct nt_serve *serve);
NT_DEFINE_CLEANUP(struct nt_serve *, nt_serve_close);

int nt_serve_port(const struct nt_serve *serve); /* the one that was picked */

/* --- requests --------------------------------------------------------------------------------- */

const struct nt_request_info *nt_request_info(const struct nt_request *request);
const char *nt_request_param(const struct nt_request *request, const char *name); /* {name} */

/* The first header of that name in any case, or NULL; bytes as they came. */
const char *nt_request_header(const struct nt_request *request, const char *name);

/* Decoded query parameter, in the request's memory; NULL where absent or badly encoded. */
const char *nt_request_query(struct nt_request *request, const char *name);
const char *nt_request_cookie(struct nt_request *request, const char *name);

/* The methods that this path has routes for: "GET, POST", or "" where it has none. */
const char *nt_request_allowed(struct nt_request *request);

/* Memory that lives as long as the request. */
struct nt_arena *nt_request_arena(struct nt_request *request);

/*
 * A handler that does not answer must say so before it returns. on_gone is called once if the
 * client leaves before the answer (noticed within a second) or the server closes: then request must
 * not be touched again. Not called after an answer.
 */
void nt_request_defer(struct nt_request *request, void (*on_gone)(void *arg), void *arg);

/* --- answers: exactly one of these four a request ----------------------------------------------
 */

/* Add a header to the answer; both copied, control characters become spaces. Before answering. */
void nt_request_add_header(struct nt_request *request, const char *name, const char *value);

/* Answer and end; body is copied. content_type may be NULL with an empty body. */
void nt_request_answer(struct nt_request *request, int status, const char *content_type,
                       struct nt_span body);

/*
 * Answer with a file's content: 200 or 206, with ETag, Last-Modified, single ranges and the
 * conditions on them (304, 416). Returns 0, or a negative errno when there is no such regular file
 * that we may read: then nothing is answered yet. Reads on the loop: for files that are small or
 * in the page cache.
 */
int nt_request_answer_file(struct nt_request *request, const char *path, const char *content_type);

/* --- streams: server-sent events, downloads ----------------------------------------------------
 */

struct nt_stream;

struct nt_stream_options {
    const char *content_type;
    size_t queue_max;              /* bytes waiting; beyond: the stream is ended. 0: 256 KiB */
    void (*on_closed)(void *arg);  /* once, whoever ended it; the stream is then gone */
    void (*on_drained)(void *arg); /* the queue became empty; may be NULL */
    void *arg;
};

/*
 * Answer with 200 and a body that goes on until nt_stream_end(). The headers leave with the first
 * write: begin an event stream with a comment. A client that left is noticed within a second.
 * on_closed is never called from inside nt_request_stream() or nt_stream_write().
 */
struct nt_stream *nt_request_stream(struct nt_request *request,
                                    const struct nt_stream_options *options);

/* Copies. 0, or -ENOBUFS: the queue is full and the stream is being ended; on_closed follows. */
int nt_stream_write(struct nt_stream *stream, struct nt_span data);
size_t nt_stream_queued(const struct nt_stream *stream); /* not yet taken by the kernel */

/* Sends what is queued, then ends; calls on_closed before it returns. */
void nt_stream_end(struct nt_stream *stream);

/* --- connections that become something else ------------------------------------------------------
 */

/* Did the client ask for this protocol? Only then may the request be upgraded. */
bool nt_request_is_upgrade(const struct nt_request *request, const char *protocol);

/*
 * Answer with 101. on_open is called once, in a later turn: duplex is the owner's from then on, to
 * be started and closed; NULL: the client has left. It counts among connections_max no more, and
 * nt_serve_close() does not touch it: its owner bounds how many there are. queue_max: of the
 * duplex.
 */
void nt_request_upgrade(struct nt_request *request, const char *protocol, size_t queue_max,
                        void (*on_open)(void *arg, struct nt_duplex *duplex), void *arg);

#endif
