/* One call: from the request to its only done(). */
#include "call.h"

#include <assert.h>
#include <fcntl.h>
#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <utlist.h>

enum {
    REPLY_MAX_DEFAULT = 8 << 20,
    CONNECT_TIMEOUT_DEFAULT_MS = 2000,
};

/* --- what curl calls ---------------------------------------------------------------------------
 */

static int status_of(const struct nt_http_call *call)
{
    long status = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static size_t on_reply(char *data, size_t size, size_t count, void *arg)
{
    struct nt_http_call *call = arg;
    size_t len = size * count;
    call->last_byte_ms = nt_mono_ms();
    if (call->is_done)
        return CURL_WRITEFUNC_ERROR;
    if (call->request.on_data == NULL) {
        call->error = nt_buf_add(&call->reply, data, len);
        return call->error == 0 ? len : CURL_WRITEFUNC_ERROR;
    }
    int answer = call->request.on_data(call->request.arg, status_of(call),
                                       (struct nt_span){.data = (const uint8_t *)data, .len = len});
    if (call->is_done) /* cancelled inside */
        return CURL_WRITEFUNC_ERROR;
    if (answer == -EAGAIN) {
        call->is_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (answer < 0) {
        call->error = answer;
        return CURL_WRITEFUNC_ERROR;
    }
    return len;
}

static size_t on_upload(char *into, size_t size, size_t count, void *arg)
{
    struct nt_http_call *call = arg;
    call->last_byte_ms = nt_mono_ms();
    if (call->is_done)
        return CURL_READFUNC_ABORT;
    ssize_t len = call->request.read(call->request.arg, (uint8_t *)into, size * count);
    if (call->is_done)
        return CURL_READFUNC_ABORT;
    if (len == -EAGAIN) {
        call->is_paused = true;
        return CURL_READFUNC_PAUSE;
    }
    if (len < 0) {
        call->error = (int)len;
        return CURL_READFUNC_ABORT;
    }
    assert((size_t)len <= size * count);
    return (size_t)len;
}

/* --- the end ------------------------------------------------------------------------------------
 */

static int error_of(const struct nt_http_call *call, CURLcode result)
{
    if (call->error != 0)
        return call->error;
    long os_error = 0;
    switch (result) {
    case CURLE_OK:
        return 0;
    case CURLE_OPERATION_TIMEDOUT:
        return -ETIMEDOUT;
    case CURLE_COULDNT_CONNECT:
        (void)curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os_error);
        return os_error > 0 ? -(int)os_error : -ECONNREFUSED;
    case CURLE_COULDNT_RESOLVE_HOST:
        return -EHOSTUNREACH;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return -EINVAL;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return -ECONNRESET;
    case CURLE_OUT_OF_MEMORY:
        return -ENOMEM;
    default:
        return -EIO;
    }
}

static void tell(struct nt_http_call *call, int status, int error, const char *story)
{
    assert(!call->is_done);
    call->is_done = true;
    nt_timer_free(nt_take(call->idle));
    const char *type = NULL;
    if (status != 0)
        (void)curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)nt_buf_text(&call->reply);
    struct nt_http_reply reply = {
        .status = status,
        .error = error,
        .message = story,
        .content_type = type == NULL ? "" : type,
        .body = nt_buf_span(&call->reply),
    };
    call->request.done(call->request.arg, &reply);
}

/* curl closes its own descriptor; the copy lives on. */
static int give_socket(struct nt_http_call *call)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(call->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
        fd == CURL_SOCKET_BAD)
        return -ENOTCONN;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return -errno;
    call->on_connected(call->request.arg, copy);
    return 0;
}

void call_finish(struct nt_http_call *call, CURLcode result)
{
    if (call->is_done)
        return;
    int error = error_of(call, result);
    if (error == 0 && call->on_connected != NULL)
        error = give_socket(call);
    if (call->is_done)
        return;
    if (error == -EMSGSIZE && call->request.on_data == NULL)
        (void)snprintf(call->story, sizeof(call->story), "the reply is larger than %zu bytes",
                       call->reply.max);
    else if (call->error != 0)
        (void)snprintf(call->story, sizeof(call->story), "%s", strerror(-call->error));
    else if (error != 0)
        (void)snprintf(call->story, sizeof(call->story), "%s",
                       call->curl_story[0] != '\0' ? call->curl_story : curl_easy_strerror(result));
    tell(call, status_of(call), error, call->story);
}

void call_reap(struct nt_http_call *call)
{
    struct nt_http *http = call->http;
    assert(call->is_done && http->depth == 0);
    if (!call->is_new) {
        http->depth++; /* removing closes sockets, which calls us back */
        (void)curl_multi_remove_handle(http->multi, call->easy);
        http->depth--;
    }
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    nt_buf_deinit(&call->body);
    nt_buf_deinit(&call->reply);
    DL_DELETE(http->calls, call);
    free(call);
}

void nt_http_cancel(struct nt_http_call *call)
{
    struct nt_http *http = call->http;
    if (call->is_done)
        return;
    tell(call, 0, -ECANCELED, "cancelled");
    if (http->depth == 0)
        call_reap(call);
    else
        http_later(http);
}

/* --- the beginning ------------------------------------------------------------------------------
 */

static void on_idle(void *arg)
{
    struct nt_http_call *call = arg;
    int64_t quiet_ms = nt_mono_ms() - call->last_byte_ms;
    int64_t limit_ms = call->request.idle_timeout_ms;
    if (call->is_paused) { /* our own side is slow: not the peer's fault */
        nt_timer_start(call->idle, (uint64_t)limit_ms, 0);
        return;
    }
    if (quiet_ms < limit_ms) {
        nt_timer_start(call->idle, (uint64_t)(limit_ms - quiet_ms), 0);
        return;
    }
    (void)snprintf(call->story, sizeof(call->story), "no byte for %lld ms", (long long)limit_ms);
    tell(call, status_of(call), -ETIMEDOUT, call->story);
    http_later(call->http);
}

static bool has_header(const char *const *headers, const char *name)
{
    size_t len = strlen(name);
    for (; headers != NULL && *headers != NULL; headers++) {
        if (strncasecmp(*headers, name, len) == 0 && (*headers)[len] == ':')
            return true;
    }
    return false;
}

static void set_headers(struct nt_http_call *call, const struct nt_http_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no pause for a 100 */
    if (!has_header(request->headers, "Content-Type"))
        list = curl_slist_append(list, "Content-Type:"); /* not curl's form-urlencoded */
    for (const char *const *at = request->headers; at != NULL && *at != NULL; at++)
        list = curl_slist_append(list, *at);
    call->headers = list;
    (void)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, list);
}

static void set_body(struct nt_http_call *call, const struct nt_http_request *request)
{
    CURL *easy = call->easy;
    if (request->read != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
        (void)curl_easy_setopt(easy, CURLOPT_READDATA, call);
    } else if (request->body.len > 0 || nt_text_is(request->method, "POST") ||
               nt_text_is(request->method, "PUT")) {
        (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                               call->body.data == NULL ? "" : (const char *)call->body.data);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    } else if (nt_text_is(request->method, "HEAD")) {
        (void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    if (!nt_text_is(request->method, "GET") && !nt_text_is(request->method, "HEAD"))
        (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

struct nt_http_call *nt_http_start(struct nt_http *http, const struct nt_http_request *request)
{
    assert(request->method != NULL && request->url != NULL && request->done != NULL);
    struct nt_http_call *call = nt_zalloc(sizeof(*call));
    call->http = http;
    call->request = *request;
    call->is_new = true;
    call->last_byte_ms = nt_mono_ms();
    call->reply.max = request->reply_max > 0 ? request->reply_max : REPLY_MAX_DEFAULT;
    call->body.max = request->body.len + 1;
    (void)nt_buf_add(&call->body, request->body.data, request->body.len);
    call->easy = curl_easy_init();
    if (call->easy == NULL)
        nt_out_of_memory(sizeof(*call));

    CURL *easy = call->easy;
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_story);
    (void)curl_easy_setopt(easy, CURLOPT_URL, request->url);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* whatever the environment says */
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    if (request->unix_socket != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           request->connect_timeout_ms > 0 ? (long)request->connect_timeout_ms
                                                           : (long)CONNECT_TIMEOUT_DEFAULT_MS);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    set_headers(call, request);
    set_body(call, request);

    if (request->idle_timeout_ms > 0) {
        call->idle = nt_timer_new(http->loop, on_idle, call);
        nt_timer_start(call->idle, request->idle_timeout_ms, 0);
    }
    DL_APPEND(http->calls, call);
    http_later(http);
    return call;
}

struct nt_http_call *call_connect(struct nt_http *http, const struct nt_http_request *request,
                                  void (*on_connected)(void *arg, int fd))
{
    struct nt_http_call *call = nt_http_start(http, request);
    call->on_connected = on_connected;
    (void)curl_easy_setopt(call->easy, CURLOPT_CONNECT_ONLY, 1L);
    return call;
}

void call_enter(struct nt_http_call *call)
{
    call->is_new = false;
    (void)curl_multi_add_handle(call->http->multi, call->easy);
}

void nt_http_resume(struct nt_http_call *call)
{
    if (call->is_done)
        return;
    call->is_resuming = true;
    http_later(call->http);
}

void call_unpause(struct nt_http_call *call)
{
    call->is_resuming = false;
    call->is_paused = false;
    (void)curl_easy_pause(call->easy, CURLPAUSE_CONT);
}

const char *nt_http_header(const struct nt_http_call *call, const char *name)
{
    struct curl_header *header = NULL;
    if (curl_easy_header(call->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}
