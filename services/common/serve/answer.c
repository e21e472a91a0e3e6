#include "internal.h"

#include <nt/text.h>

#include <assert.h>
#include <ctype.h>
#include <string.h>

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    };

    for (size_t i = 0; i < NT_COUNT(reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Answer";
}

void answer_begin(struct nt_request *request, int status)
{
    struct nt_serve *serve = request->serve;

    assert(status == 101 || (status >= 200 && status <= 599));
    assert(request->state == REQUEST_OPEN || request->state == REQUEST_DEFERRED);
    if (request->state == REQUEST_DEFERRED)
        request_unwait(request);
    request->state = REQUEST_ANSWERED;
    if (!request->is_too_large)
        serve->answering = request->req;
    request->req->res.status = status;
    request->req->res.reason = reason_of(status);
    if (serve->is_closing)
        request->req->http1_is_persistent = 0;
    if (serve->has_metrics && !serve->is_closing) {
        nt_metric_add(serve->metrics.requests[status / 100 - 1], 1);
        nt_metric_observe(serve->metrics.seconds,
                          (double)(serve_now_ns() - request->begun_ns) / 1e9);
    }
}

void answer_header(struct nt_request *request, const char *name, const char *value)
{
    h2o_req_t *req = request->req;
    size_t len = strlen(name);
    h2o_iovec_t lower = h2o_strdup(&req->pool, name, len);
    h2o_iovec_t copy = h2o_strdup(&req->pool, value, strlen(value));

    for (size_t i = 0; i < len; i++)
        lower.base[i] = (char)tolower((unsigned char)name[i]);
    for (size_t i = 0; i < copy.len; i++) {
        if (iscntrl((unsigned char)copy.base[i]))
            copy.base[i] = ' '; /* a line break would begin a header of somebody else's choice */
    }
    h2o_add_header_by_str(&req->pool, &req->res.headers, lower.base, len, 1, NULL, copy.base,
                          copy.len);
}

void nt_request_add_header(struct nt_request *request, const char *name, const char *value)
{
    assert(request->state == REQUEST_OPEN || request->state == REQUEST_DEFERRED);
    answer_header(request, name, value);
}

static bool has_no_body(int status)
{
    return status == 204 || status == 304;
}

void nt_request_answer(struct nt_request *request, int status, const char *content_type,
                       struct nt_span body)
{
    static h2o_generator_t generator = {NULL, NULL};
    h2o_req_t *req = request->req;

    assert(content_type != NULL || body.len == 0);
    answer_begin(request, status);
    if (content_type != NULL)
        answer_header(request, "content-type", content_type);
    if (!has_no_body(status))
        req->res.content_length = body.len;
    char *copy = nt_arena_text_n(request->arena, (const char *)body.data, body.len);
    if (request->is_too_large) { /* h2o sends: see too_large.c */
        request->too_large_body = (struct nt_span){(const uint8_t *)copy, body.len};
        return;
    }
    h2o_iovec_t sent = h2o_iovec_init(copy, body.len);
    bool is_empty = body.len == 0 || request->is_head || has_no_body(status);
    h2o_start_response(req, &generator);
    h2o_send(req, &sent, is_empty ? 0 : 1, H2O_SEND_STATE_FINAL);
}

void answer_plain(struct nt_request *request, int status)
{
    const char *text = nt_arena_printf(request->arena, "%d %s\n", status, reason_of(status));

    nt_request_answer(request, status, "text/plain; charset=utf-8", nt_span_of(text));
}
