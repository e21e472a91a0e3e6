/*
 * libcurl multi on the loop. curl tells us which descriptors to watch and when it wants to be
 * called again; everything that would re-enter curl from one of its own callbacks (adding,
 * resuming, removing) is put off to the next turn of the loop.
 */
#include "call.h"

#include <assert.h>
#include <nt/memory.h>
#include <utlist.h>

/* One watch per socket; curl hands it back to us with curl_multi_assign(). */
struct socket_watch {
    struct nt_http *http;
    curl_socket_t fd;
    struct nt_watch *watch;
    struct socket_watch *prev, *next;
};

static void collect(struct nt_http *http);

static void act(struct nt_http *http, curl_socket_t fd, int curl_events)
{
    int running = 0;
    http->depth++;
    (void)curl_multi_socket_action(http->multi, fd, curl_events, &running);
    http->depth--;
    collect(http);
}

static void on_socket(void *arg, int events)
{
    const struct socket_watch *watch = arg;
    int curl_events = 0;
    if ((events & NT_READABLE) != 0)
        curl_events |= CURL_CSELECT_IN;
    if ((events & NT_WRITABLE) != 0)
        curl_events |= CURL_CSELECT_OUT;
    act(watch->http, watch->fd, curl_events);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct nt_http *http = arg;
    struct socket_watch *watch = socket_arg;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch == NULL)
            return 0;
        (void)curl_multi_assign(http->multi, fd, NULL);
        nt_watch_free(watch->watch);
        DL_DELETE(http->watches, watch);
        free(watch);
        return 0;
    }
    if (watch == NULL) {
        watch = nt_zalloc(sizeof(*watch));
        watch->http = http;
        watch->fd = fd;
        watch->watch = nt_watch_new(http->loop, fd, on_socket, watch);
        DL_APPEND(http->watches, watch);
        (void)curl_multi_assign(http->multi, fd, watch);
    }
    int events = 0;
    if ((what & CURL_POLL_IN) != 0)
        events |= NT_READABLE;
    if ((what & CURL_POLL_OUT) != 0)
        events |= NT_WRITABLE;
    nt_watch_set(watch->watch, events);
    return 0;
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
    const struct nt_http *http = arg;
    (void)multi;
    if (timeout_ms < 0)
        nt_timer_stop(http->timer);
    else
        nt_timer_start(http->timer, (uint64_t)timeout_ms, 0);
    return 0;
}

static void on_timer(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void collect(struct nt_http *http)
{
    if (http->depth > 0)
        return;
    for (;;) {
        int left = 0;
        const CURLMsg *message = curl_multi_info_read(http->multi, &left);
        if (message == NULL)
            return;
        if (message->msg != CURLMSG_DONE)
            continue;
        struct nt_http_call *call = NULL;
        CURLcode result = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        call_finish(call, result);
        call_reap(call);
    }
}

void http_later(struct nt_http *http)
{
    if (!nt_timer_is_active(http->later))
        nt_timer_start(http->later, 0, 0);
}

/* What could not be done inside a callback of curl. */
static void on_later(void *arg)
{
    struct nt_http *http = arg;
    struct nt_http_call *call = NULL;
    struct nt_http_call *next = NULL;
    DL_FOREACH_SAFE(http->calls, call, next)
    {
        if (call->is_done)
            call_reap(call);
    }
    /* Resuming delivers bytes at once, and a callback may end other calls: begin again after it. */
    for (bool more = true; more;) {
        more = false;
        DL_FOREACH(http->calls, call)
        {
            if (call->is_done || !(call->is_new || call->is_resuming))
                continue;
            http->depth++;
            if (call->is_new)
                call_enter(call);
            else
                call_unpause(call);
            http->depth--;
            more = true;
            break;
        }
    }
    collect(http);
}

int nt_http_open(struct nt_loop *loop, struct nt_http **ret_http, struct nt_error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return nt_fail(err, -ENOMEM, "libcurl does not start");
    CURLM *multi = curl_multi_init();
    if (multi == NULL) {
        curl_global_cleanup();
        return nt_fail(err, -ENOMEM, "libcurl has no memory");
    }
    struct nt_http *http = nt_zalloc(sizeof(*http));
    http->loop = loop;
    http->multi = multi;
    http->timer = nt_timer_new(loop, on_timer, http);
    http->later = nt_timer_new(loop, on_later, http);
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http);
    (void)curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    *ret_http = http;
    return 0;
}

void nt_http_close(struct nt_http *http)
{
    if (http == NULL)
        return;
    assert(http->depth == 0);
    upgrades_cancel(http);
    while (http->calls != NULL) {
        struct nt_http_call *call = http->calls;
        if (!call->is_done)
            nt_http_cancel(call);
        else
            call_reap(call);
    }
    (void)curl_multi_cleanup(http->multi);
    struct socket_watch *watch = NULL;
    struct socket_watch *next = NULL;
    DL_FOREACH_SAFE(http->watches, watch, next)
    { /* curl 7.88 forgets to remove some at its end */
        nt_watch_free(watch->watch);
        DL_DELETE(http->watches, watch);
        free(watch);
    }
    nt_timer_free(http->timer);
    nt_timer_free(http->later);
    free(http);
    curl_global_cleanup();
}
