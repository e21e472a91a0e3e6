/*
 * Answers that go on. Two buffers: h2o has one (in flight) until it asks for more, what is written
 * meanwhile gathers in the other.
 */
#include "internal.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#define QUEUE_MAX_DEFAULT ((size_t)256 << 10)

static struct nt_stream *of_generator(h2o_generator_t *generator)
{
    return (struct nt_stream *)(void *)((char *)generator - offsetof(struct nt_stream, generator));
}

/* Tell the owner, once. The request itself lives on until h2o is through with it. */
static void say_closed(struct nt_stream *stream)
{
    struct nt_request *request = stream->request;

    if (request->state != REQUEST_STREAMING)
        return;
    request_unwait(request);
    request->state = REQUEST_ANSWERED;
    if (request->serve->has_metrics && !request->serve->is_closing)
        nt_metric_add(request->serve->metrics.streams, -1);
    stream->options.on_closed(stream->options.arg);
}

/* Give h2o what has gathered. With the last bytes h2o may free the request before it returns. */
static void send_queue(struct nt_stream *stream)
{
    struct nt_buf sent = stream->flight;

    stream->flight = stream->queue;
    stream->queue = sent;
    nt_buf_reset(&stream->queue);
    stream->is_in_flight = true;
    h2o_iovec_t bytes = h2o_iovec_init(stream->flight.data, stream->flight.len);
    h2o_send(stream->request->req, &bytes, bytes.len > 0 ? 1 : 0,
             stream->is_ending ? H2O_SEND_STATE_FINAL : H2O_SEND_STATE_IN_PROGRESS);
}

static void on_proceed(h2o_generator_t *generator, h2o_req_t *req)
{
    struct nt_stream *stream = of_generator(generator);

    stream->is_in_flight = false;
    nt_buf_reset(&stream->flight);
    if (stream->queue.len > 0 || stream->is_ending) {
        send_queue(stream);
        return;
    }
    if (stream->request->state != REQUEST_STREAMING)
        h2o_send(req, NULL, 0, H2O_SEND_STATE_ERROR); /* cut while these bytes were on their way */
    else if (stream->options.on_drained != NULL)
        stream->options.on_drained(stream->options.arg);
}

static void on_stop(h2o_generator_t *generator, h2o_req_t *req)
{
    (void)req;
    stream_lost(of_generator(generator));
}

void stream_lost(struct nt_stream *stream)
{
    say_closed(stream);
}

struct nt_stream *nt_request_stream(struct nt_request *request,
                                    const struct nt_stream_options *options)
{
    struct nt_stream *stream = &request->stream;

    assert(options->on_closed != NULL && !request->is_too_large);
    answer_begin(request, 200);
    answer_header(request, "content-type", options->content_type);
    *stream = (struct nt_stream){
        .request = request,
        .generator = {.proceed = on_proceed, .stop = on_stop},
        .options = *options,
        .is_doomed = request->is_head, /* nothing may follow the headers */
    };
    if (stream->options.queue_max == 0)
        stream->options.queue_max = QUEUE_MAX_DEFAULT;
    assert(stream->options.queue_max <= NT_BUF_MAX);
    request_wait(request, REQUEST_STREAMING);
    if (request->serve->has_metrics && !request->serve->is_closing)
        nt_metric_add(request->serve->metrics.streams, 1);
    if (request->is_head)
        nt_timer_start(request->serve->sweep, 0, 1000);
    h2o_start_response(request->req, &stream->generator);
    return stream;
}

size_t nt_stream_queued(const struct nt_stream *stream)
{
    return stream->queue.len + stream->flight.len;
}

int nt_stream_write(struct nt_stream *stream, struct nt_span data)
{
    if (stream->is_doomed)
        return -ENOBUFS;
    if (data.len > stream->options.queue_max - nt_stream_queued(stream)) {
        stream->is_doomed = true;
        nt_timer_start(stream->request->serve->sweep, 0, 1000);
        return -ENOBUFS;
    }
    (void)nt_buf_add(&stream->queue, data.data, data.len); /* cannot fail below queue_max */
    if (!stream->is_in_flight && stream->queue.len > 0)
        send_queue(stream);
    return 0;
}

void nt_stream_end(struct nt_stream *stream)
{
    stream->is_ending = true;
    say_closed(stream);
    if (!stream->is_in_flight)
        send_queue(stream);
}

/* The client has left or cannot follow. What is in flight comes back as a failed write. */
void stream_cut(struct nt_stream *stream)
{
    struct nt_request *request = stream->request;
    bool is_in_flight = stream->is_in_flight;

    if (request->is_head) {
        nt_stream_end(stream);
        return;
    }
    say_closed(stream);
    request->req->http1_is_persistent = 0;
    (void)shutdown(request_fd(request), SHUT_RDWR);
    if (!is_in_flight)
        h2o_send(request->req, NULL, 0, H2O_SEND_STATE_ERROR);
}
