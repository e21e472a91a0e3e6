/* Inside of nt_http: the multi handle (http.c) and one call on it (call.c). */
#ifndef NT_HTTP_CALL_H
#define NT_HTTP_CALL_H

#include <curl/curl.h>
#include <nt/http.h>

struct socket_watch;

struct nt_http {
    struct nt_loop *loop;
    CURLM *multi;
    struct nt_timer *timer; /* curl's own wish to be called */
    struct nt_timer *later; /* work put off out of curl's callbacks */
    struct nt_http_call *calls;
    struct nt_http_upgrade *upgrades;
    struct socket_watch *watches;
    int depth; /* > 0: inside curl, which must not be entered again */
};

struct nt_http_call {
    struct nt_http *http;
    CURL *easy;
    struct curl_slist *headers;
    struct nt_http_request request; /* numbers and callbacks; its texts are not kept */
    struct nt_buf body;             /* ours, while curl sends it */
    struct nt_buf reply;
    void (*on_connected)(void *arg, int fd); /* connect only: fd is the callee's, before done */
    struct nt_timer *idle;
    int64_t last_byte_ms;
    int error;        /* set by our callbacks before they abort the transfer */
    bool is_new;      /* not given to curl yet */
    bool is_resuming; /* to be unpaused in the next turn */
    bool is_paused;
    bool is_done; /* done was called: only to be freed */
    char curl_story[CURL_ERROR_SIZE];
    char story[512];
    struct nt_http_call *prev, *next;
};

/* Connects and no more: on_connected, then done; or done alone with what went wrong. */
struct nt_http_call *call_connect(struct nt_http *http, const struct nt_http_request *request,
                                  void (*on_connected)(void *arg, int fd));
void upgrades_cancel(struct nt_http *http);

void http_later(struct nt_http *http);

void call_enter(struct nt_http_call *call);   /* give it to curl */
void call_unpause(struct nt_http_call *call); /* may deliver bytes at once */
void call_finish(struct nt_http_call *call, CURLcode result);
void call_reap(struct nt_http_call *call); /* takes it out of curl and frees it */

#endif
