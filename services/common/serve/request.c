/* One request: what came, and how long it lives. */
#include "internal.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <utlist.h>

int64_t serve_now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* --- life ------------------------------------------------------------------------------------- */

struct slot {
    struct nt_request *request;
};

/* h2o is through with the request: answered and sent, or its connection is lost. */
static void on_dispose(void *arg)
{
    struct nt_request *request = ((struct slot *)arg)->request;

    if (request->state == REQUEST_DEFERRED) {
        request_unwait(request);
        request->state = REQUEST_ANSWERED;
        if (request->on_gone != NULL)
            request->on_gone(request->gone_arg);
    } else if (request->state == REQUEST_STREAMING) {
        stream_lost(&request->stream);
    }
    if (request->straggler != NULL)
        straggler_start(request->straggler);
    nt_buf_deinit(&request->stream.queue);
    nt_buf_deinit(&request->stream.flight);
    nt_arena_deinit(&request->memory);
    free(request);
}

static const char *text_of(struct nt_request *request, h2o_iovec_t text)
{
    return nt_arena_text_n(request->arena, text.base, text.len);
}

static const char *peer_address(struct nt_request *request)
{
    struct sockaddr_storage address;
    char text[INET6_ADDRSTRLEN] = "";

    if (request->req->conn->callbacks->get_peername(request->req->conn, (void *)&address) == 0)
        return ""; /* it has left already */
    if (address.ss_family == AF_INET)
        (void)inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, text, sizeof(text));
    else
        (void)inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, text,
                        sizeof(text));
    return nt_arena_text(request->arena, text);
}

/* Our edge puts what it saw last; what comes before is the client's own word. */
static const char *peer_of(struct nt_request *request)
{
    const h2o_headers_t *headers = &request->req->headers;
    ssize_t last = -1;

    for (ssize_t i = -1; request->serve->trust_forwarded;) {
        i = h2o_find_header(headers, H2O_TOKEN_X_FORWARDED_FOR, i);
        if (i < 0)
            break;
        last = i;
    }
    if (last < 0)
        return peer_address(request);
    const char *text = text_of(request, headers->entries[last].value);
    const char *comma = strrchr(text, ',');
    return comma != NULL ? comma + 1 + strspn(comma + 1, " \t") : text;
}

struct nt_request *request_new(struct nt_serve *serve, h2o_req_t *req)
{
    struct nt_request *request = nt_zalloc(sizeof(*request));
    size_t path_len = req->query_at != SIZE_MAX ? req->query_at : req->path.len;

    request->serve = serve;
    request->req = req;
    request->begun_ns = serve_now_ns();
    nt_arena_init(&request->memory);
    request->arena = &request->memory;
    path_parse(request->arena, req->path.base, path_len, &request->path);
    request->info.method = text_of(request, req->method);
    request->is_head = strcmp(request->info.method, "HEAD") == 0;
    request->info.path = request->path.text;
    request->info.query = "";
    if (path_len < req->path.len)
        request->info.query = nt_arena_text_n(request->arena, req->path.base + path_len + 1,
                                              req->path.len - path_len - 1);
    request->info.peer = peer_of(request);
    request->info.body = (struct nt_span){(const uint8_t *)req->entity.base, req->entity.len};
    const char *traceparent = nt_request_header(request, "traceparent");
    if (nt_trace_is_valid(traceparent))
        memcpy(request->traceparent, traceparent, sizeof(request->traceparent));
    else
        nt_trace_new(request->traceparent);
    request->info.traceparent = request->traceparent;

    struct slot *slot = h2o_mem_alloc_shared(&req->pool, sizeof(*slot), on_dispose);
    slot->request = request;
    return request;
}

void request_wait(struct nt_request *request, enum request_state state)
{
    struct nt_serve *serve = request->serve;

    request->state = state;
    DL_APPEND(serve->waiting, request);
    if (!nt_timer_is_active(serve->sweep))
        nt_timer_start(serve->sweep, 1000, 1000);
}

void request_unwait(struct nt_request *request)
{
    struct nt_serve *serve = request->serve;

    if (serve->sweep_next == request)
        serve->sweep_next = request->next;
    DL_DELETE(serve->waiting, request);
}

void request_abandon(struct nt_request *request)
{
    if (request->state == REQUEST_STREAMING) {
        stream_cut(&request->stream);
        return;
    }
    assert(request->state == REQUEST_DEFERRED);
    void (*on_gone)(void *arg) = request->on_gone;
    request->on_gone = NULL;
    if (on_gone != NULL)
        on_gone(request->gone_arg);
    request->req->http1_is_persistent = 0;
    answer_plain(request, 503);
}

int request_fd(const struct nt_request *request)
{
    h2o_conn_t *conn = request->req->conn;
    h2o_socket_t *socket = conn->callbacks->get_socket(conn);

    return h2o_socket_get_fd(socket);
}

/* h2o does not read while a request is under way: look ourselves. */
bool request_has_left(const struct nt_request *request)
{
    char byte;
    ssize_t len = recv(request_fd(request), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR);
}

/* --- what handlers ask ------------------------------------------------------------------------ */

const struct nt_request_info *nt_request_info(const struct nt_request *request)
{
    return &request->info;
}

struct nt_arena *nt_request_arena(struct nt_request *request)
{
    return request->arena;
}

const char *nt_request_param(const struct nt_request *request, const char *name)
{
    for (size_t i = 0; i < request->params_count; i++) {
        if (strcmp(request->params[i].name, name) == 0)
            return request->params[i].value;
    }
    return NULL;
}

const char *nt_request_header(const struct nt_request *request, const char *name)
{
    const h2o_headers_t *headers = &request->req->headers;

    if (strcasecmp(name, "host") == 0)
        return nt_arena_text_n(request->arena, request->req->authority.base,
                               request->req->authority.len);
    for (size_t i = 0; i < headers->size; i++) {
        const h2o_header_t *header = &headers->entries[i];
        if (header->name->len == strlen(name) &&
            strncasecmp(header->name->base, name, header->name->len) == 0)
            return nt_arena_text_n(request->arena, header->value.base, header->value.len);
    }
    return NULL;
}

const char *nt_request_query(struct nt_request *request, const char *name)
{
    const char *at = request->info.query;

    while (*at != '\0') {
        size_t len = strcspn(at, "&");
        size_t name_len = strcspn(at, "=&");
        const char *key = percent_decode(request->arena, at, name_len, true);
        if (key != NULL && strcmp(key, name) == 0) {
            size_t skip = name_len < len ? name_len + 1 : len;
            return percent_decode(request->arena, at + skip, len - skip, true);
        }
        at += len + (at[len] == '&');
    }
    return NULL;
}

const char *nt_request_cookie(struct nt_request *request, const char *name)
{
    const char *at = nt_request_header(request, "cookie");
    size_t name_len = strlen(name);

    while (at != NULL && *at != '\0') {
        at += strspn(at, " \t;");
        size_t len = strcspn(at, ";");
        if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == '=')
            return nt_arena_text_n(request->arena, at + name_len + 1, len - name_len - 1);
        at += len;
    }
    return NULL;
}

const char *nt_request_allowed(struct nt_request *request)
{
    const char *allowed = "";
    struct param params[NT_ROUTE_PARAMS_MAX];
    size_t count;

    for (size_t i = 0; i < request->serve->routes_count; i++) {
        const struct route *route = &request->serve->routes[i];
        if (route_match(route, &request->path, request->arena, params, &count) &&
            strstr(allowed, route->method) == NULL)
            allowed = nt_arena_printf(request->arena, "%s%s%s", allowed,
                                      allowed[0] != '\0' ? ", " : "", route->method);
    }
    return allowed;
}

void nt_request_defer(struct nt_request *request, void (*on_gone)(void *arg), void *arg)
{
    assert(request->state == REQUEST_OPEN && !request->is_too_large);
    request->on_gone = on_gone;
    request->gone_arg = arg;
    request_wait(request, REQUEST_DEFERRED);
}
