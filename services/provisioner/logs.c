/* GET /v1/servers/{server}/logs: from Docker's log, as lines of text (README). */
#include "logs.h"

#include "ask.h"

#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/log_lines.h>

enum {
    TAIL_DEFAULT = 200,
    TAIL_MAX = 10000,
    STREAMS_MAX = 64,   /* of this host */
    BEHIND = 256 << 10, /* then Docker has to wait */
    QUEUE_MAX = 1 << 20,
};

struct log_stream {
    struct fleet *fleet;
    struct nt_http_call *call; /* NULL: ended */
    struct nt_stream *stream;  /* NULL: closed */
    struct log_reader reader;
    bool is_paused;
};

static void free_if_over(struct log_stream *out)
{
    if (out->call != NULL || out->stream != NULL)
        return;
    out->fleet->log_streams--;
    log_reader_deinit(&out->reader);
    free(out);
}

static int on_data(void *arg, int status, struct nt_span data)
{
    struct log_stream *out = arg;
    if (status != 200)
        return -EPROTO;
    if (out->stream == NULL)
        return -EPIPE;
    if (nt_stream_queued(out->stream) > BEHIND) {
        out->is_paused = true;
        return -EAGAIN;
    }
    struct nt_buf lines = {0};
    int result = log_read(&out->reader, data, &lines);
    if (result == 0 && lines.len > 0)
        result = nt_stream_write(out->stream, nt_buf_span(&lines));
    nt_buf_deinit(&lines);
    return result;
}

static void on_end(void *arg, const struct nt_http_reply *reply)
{
    struct log_stream *out = arg;
    out->call = NULL;
    if (reply->error != 0 && reply->error != -ECANCELED)
        nt_log(NT_WARN, "logs_broken", NT_KV("reason", reply->message));
    if (out->stream != NULL)
        nt_stream_end(out->stream); /* on_closed frees */
    else
        free_if_over(out);
}

static void on_closed(void *arg)
{
    struct log_stream *out = arg;
    out->stream = NULL;
    if (out->call != NULL)
        nt_http_cancel(out->call); /* its end frees */
    else
        free_if_over(out);
}

static void on_drained(void *arg)
{
    struct log_stream *out = arg;
    if (out->is_paused && out->call != NULL) {
        out->is_paused = false;
        nt_http_resume(out->call);
    }
}

static void on_logs(void *arg, struct nt_request *request)
{
    struct fleet *fleet = arg;
    struct server *server = ask_admit(fleet, request, "logs");
    const struct seen *live = server == NULL ? NULL : ask_container(server, request);
    int64_t tail = 0;
    int64_t follow = 0;
    int64_t since_ms = 0;
    if (live == NULL || !ask_number(request, "tail", TAIL_DEFAULT, 0, TAIL_MAX, &tail) ||
        !ask_number(request, "follow", 0, 0, 1, &follow) ||
        !ask_number(request, "since", 0, 0, INT64_C(1) << 46, &since_ms))
        return;
    if (fleet->log_streams >= STREAMS_MAX) {
        ask_refuse_number(request, NT_PROBLEM_TOO_MANY_STREAMS, "max", STREAMS_MAX,
                          "too many read logs of this host");
        return;
    }
    struct log_stream *out = nt_zalloc(sizeof(*out));
    out->fleet = fleet;
    fleet->log_streams++;
    const struct nt_stream_options options = {
        .content_type = "text/plain; charset=utf-8",
        .queue_max = QUEUE_MAX,
        .on_closed = on_closed,
        .on_drained = on_drained,
        .arg = out,
    };
    struct nt_http_request get = {.method = "GET", .on_data = on_data, .done = on_end, .arg = out};
    char path[256];
    char url[320];
    (void)snprintf(path, sizeof(path),
                   "/containers/%.64s/logs?stdout=1&stderr=1&timestamps=1&tail=%lld&follow=%lld"
                   "&since=%lld.%03lld",
                   live->id, (long long)tail, (long long)follow, (long long)(since_ms / 1000),
                   (long long)(since_ms % 1000));
    docker_address(fleet->docker, &get, url, sizeof(url), path);
    out->stream = nt_request_stream(request, &options);
    out->call = nt_http_start(fleet->options.http, &get);
    (void)nt_stream_write(out->stream, nt_span_of("\n")); /* so that the head leaves at once */
}

void logs_routes(struct fleet *fleet, struct nt_route routes[LOGS_ROUTES])
{
    routes[0] = (struct nt_route){"GET", "/v1/servers/{server}/logs", on_logs, fleet};
}
