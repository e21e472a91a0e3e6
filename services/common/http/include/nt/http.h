/*
 * HTTP client on the loop (libcurl multi): TCP and unix sockets, bounded replies, streams.
 * Loop thread only.
 */
#ifndef NT_HTTP_H
#define NT_HTTP_H

#include <nt/duplex.h>
#include <nt/loop.h>
#include <nt/span.h>

struct nt_http;
struct nt_http_call;

int nt_http_open(struct nt_loop *loop, struct nt_http **ret_http, struct nt_error *err);

/* Calls under way end with -ECANCELED before this returns. */
void nt_http_close(struct nt_http *http);

struct nt_http_reply {
    int status;          /* HTTP status; 0 when there was no answer */
    int error;           /* 0, or negative errno: -ECONNREFUSED, -ETIMEDOUT, -EMSGSIZE ... */
    const char *message; /* the story of error, "" otherwise */
    const char *content_type;
    struct nt_span body; /* empty where on_data took it; NUL-terminated one past the end */
};

struct nt_http_request {
    const char *method;
    const char *url;            /* http://host:port/path; for a unix socket http://docker/path */
    const char *unix_socket;    /* NULL: TCP */
    const char *const *headers; /* "Name: value", NULL-terminated, or NULL */
    struct nt_span body;        /* copied */
    /* Upload instead of body: fill at most room bytes, return how many; 0: the end; -EAGAIN: call
     * nt_http_resume() later; other negative: abort. */
    ssize_t (*read)(void *arg, uint8_t *into, size_t room);
    size_t reply_max;            /* bytes kept of the reply; 0: 8 MiB; beyond: -EMSGSIZE */
    uint32_t connect_timeout_ms; /* 0: 2000 */
    uint32_t timeout_ms;         /* whole call; 0: none (streams) */
    uint32_t idle_timeout_ms;    /* no byte for so long: -ETIMEDOUT; 0: none */
    /* Stream the reply: return 0 to go on, -EAGAIN to pause (those bytes are given again after
     * nt_http_resume()), other negative to abort with it. NULL: keep the body. */
    int (*on_data)(void *arg, int status, struct nt_span data);
    void (*done)(void *arg, const struct nt_http_reply *reply); /* exactly once */
    void *arg;
};

/* Copies all texts. Never fails at once: problems arrive at done, later. */
struct nt_http_call *nt_http_start(struct nt_http *http, const struct nt_http_request *request);

/* Both are allowed inside the call's own callbacks, and while it is not done. */
void nt_http_cancel(struct nt_http_call *call); /* done is called with -ECANCELED, at once */
void nt_http_resume(struct nt_http_call *call); /* takes effect in the next turn of the loop */

/* A header of the reply, inside on_data and done; NULL where there is none. Lives for the call. */
const char *nt_http_header(const struct nt_http_call *call, const char *name);

/* --- connections that become something else ------------------------------------------------------
 */

struct nt_http_upgrade;

struct nt_http_upgraded {
    struct nt_duplex *duplex; /* 101: the caller's now, start it inside done or later; else NULL */
    int status;               /* HTTP status; 0 when there was no answer */
    int error;                /* 0, or negative errno; 0 with another status than 101 */
    const char *message;      /* the story of error, "" otherwise */
    const char *head;         /* status line and headers, as they came */
    struct nt_span body;      /* of a refusal, 64 KiB at most */
};

struct nt_http_upgrade_options {
    const char *method;
    const char *url;
    const char *unix_socket;    /* NULL: TCP */
    const char *protocol;       /* of the Upgrade header */
    const char *const *headers; /* further ones, NULL-terminated, or NULL */
    struct nt_span body;        /* copied */
    uint32_t timeout_ms;        /* until the answer; 0: 10,000 */
    size_t queue_max;           /* of the duplex; 0: 256 KiB */
    void (*done)(void *arg, const struct nt_http_upgraded *upgraded); /* exactly once */
    void *arg;
};

/* Copies all texts. Never fails at once: problems arrive at done, later. nt_http_close() ends it
 * with -ECANCELED. */
struct nt_http_upgrade *nt_http_upgrade(struct nt_http *http,
                                        const struct nt_http_upgrade_options *options);

/* While it is not done: done is called with -ECANCELED, at once. */
void nt_http_upgrade_cancel(struct nt_http_upgrade *upgrade);

#endif
