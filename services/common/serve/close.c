/*
 * The orderly end. h2o 2.2.5 has no way to close what is idle, and h2o_context_dispose() runs the
 * loop inside itself, which libuv forbids in a callback. So connections are told by a half-closed
 * socket, the context is taken apart here, and its memory goes two turns later, when libuv has let
 * go of h2o's timers (close callbacks of one turn come in no order that we could lean on).
 */
#include "internal.h"

#include <assert.h>
#include <sys/socket.h>
#include <utlist.h>

#define CUT_AFTER_MS 1000

static void free_serve(uv_handle_t *handle)
{
    struct nt_serve *serve = handle->data;

    h2o_config_dispose(&serve->config);
    for (size_t i = 0; i < serve->routes_count; i++)
        route_deinit(&serve->routes[i]);
    free(serve->routes);
    free(serve);
}

static void next_turn(uv_handle_t *handle)
{
    struct nt_serve *serve = handle->data;

    uv_close((uv_handle_t *)&serve->last[1], free_serve);
}

/* h2o_context_dispose() without its uv_run(). */
static void dispose_context(h2o_context_t *context)
{
    h2o_timeout_t *timeouts[] = {
        &context->zero_timeout,
        &context->one_sec_timeout,
        &context->hundred_ms_timeout,
        &context->handshake_timeout,
        &context->http1.req_timeout,
        &context->http2.idle_timeout,
        &context->http2.graceful_shutdown_timeout,
        &context->proxy.io_timeout,
    };

    for (h2o_hostconf_t **host = context->globalconf->hosts; *host != NULL; host++)
        h2o_context_dispose_pathconf_context(context, &(*host)->fallback_path);
    free(context->_pathconfs_inited.entries);
    free(context->_module_configs);
    for (size_t i = 0; i < NT_COUNT(timeouts); i++)
        h2o_timeout_dispose(context->loop, timeouts[i]);
    h2o_filecache_destroy(context->filecache);
    h2o_multithread_unregister_receiver(context->queue, &context->receivers.hostinfo_getaddr);
    h2o_multithread_destroy_queue(context->queue);
    if (context->_timestamp_cache.value != NULL)
        h2o_mem_release_shared(context->_timestamp_cache.value);
}

void serve_end_if_idle(struct nt_serve *serve)
{
    if (!serve->is_closing || serve->connections_count > 0 || serve->stragglers_count > 0 ||
        serve->closing == NULL)
        return;
    nt_timer_free(serve->closing);
    serve->closing = NULL;
    dispose_context(&serve->context);
    uv_close((uv_handle_t *)&serve->last[0], next_turn);
}

static void on_cut(void *arg)
{
    struct nt_serve *serve = arg;
    struct connection *connection;
    int fd;

    /* A write that its peer does not take now fails, and h2o closes the connection. */
    DL_FOREACH(serve->connections, connection)
    {
        if (uv_fileno((uv_handle_t *)&connection->tcp, &fd) == 0)
            (void)shutdown(fd, SHUT_RDWR);
    }
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct nt_serve *serve = handle->data;

    serve->closing = nt_timer_new(serve->loop, on_cut, serve);
    nt_timer_start(serve->closing, CUT_AFTER_MS, 0);
    serve_end_if_idle(serve);
}

void nt_serve_close(struct nt_serve *serve)
{
    struct connection *connection;
    int fd;

    if (serve == NULL)
        return;
    assert(!serve->is_closing);
    serve->is_closing = true;
    /* Not h2o_context_request_shutdown(): it starts a timer of HTTP/2's that nobody stops. */
    serve->context.shutdown_requested = 1;
    uv_close((uv_handle_t *)&serve->listener, on_listener_closed);
    nt_timer_free(serve->sweep);
    serve->sweep = NULL;
    while (serve->waiting != NULL)
        request_abandon(serve->waiting);
    stragglers_cut(serve);
    /* Idle ones read the end and are closed; the others do so after their answer. */
    DL_FOREACH(serve->connections, connection)
    {
        if (uv_fileno((uv_handle_t *)&connection->tcp, &fd) == 0)
            (void)shutdown(fd, SHUT_RD);
    }
}
