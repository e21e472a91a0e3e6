/* Listening, connections, and finding the handler of a request. */
#include "internal.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <utlist.h>

#define BODY_MAX_DEFAULT        ((size_t)1 << 20)
#define CONNECTIONS_MAX_DEFAULT 4096
#define BACKLOG                 1024

struct handler {
    h2o_handler_t super;
    struct nt_serve *serve;
};

/* --- requests --------------------------------------------------------------------------------- */

static bool is_method(const struct route *route, const struct nt_request *request)
{
    return strcmp(route->method, request->info.method) == 0 ||
           (request->is_head && strcmp(route->method, "GET") == 0);
}

static void answer_otherwise(struct nt_request *request)
{
    const struct nt_serve *serve = request->serve;

    if (serve->otherwise != NULL) {
        serve->otherwise(serve->arg, request);
        return;
    }
    const char *allowed = nt_request_allowed(request);
    if (allowed[0] != '\0')
        nt_request_add_header(request, "allow", allowed);
    answer_plain(request, allowed[0] != '\0' ? 405 : 404);
}

static void handle(struct nt_request *request)
{
    struct nt_serve *serve = request->serve;

    for (size_t i = 0; i < serve->routes_count; i++) {
        const struct route *route = &serve->routes[i];
        if (is_method(route, request) && route_match(route, &request->path, request->arena,
                                                     request->params, &request->params_count)) {
            route->handler(route->arg, request);
            return;
        }
    }
    answer_otherwise(request);
}

static int on_request(h2o_handler_t *super, h2o_req_t *req)
{
    struct nt_serve *serve = ((struct handler *)super)->serve;
    struct nt_request *request = request_new(serve, req);

    if (serve->is_closing)
        answer_plain(request, 503);
    else
        handle(request);
    /* h2o frees a request from its socket's callbacks only, so it is still there. */
    if (request->state == REQUEST_OPEN)
        answer_plain(request, 500); /* its handler forgot it */
    return 0;
}

/* --- connections ------------------------------------------------------------------------------ */

static void count_connections(struct nt_serve *serve)
{
    if (serve->has_metrics && !serve->is_closing)
        nt_metric_set(serve->metrics.connections, (double)serve->connections_count);
}

static void on_connection_closed(uv_handle_t *handle)
{
    struct connection *connection = (struct connection *)handle;
    struct nt_serve *serve = connection->serve;

    DL_DELETE(serve->connections, connection);
    serve->connections_count--;
    free(connection);
    count_connections(serve);
    serve_accept_due(serve);
    serve_end_if_idle(serve);
}

static void free_refused(uv_handle_t *handle)
{
    free(handle);
}

static void accept_one(struct nt_serve *serve)
{
    struct connection *connection = nt_zalloc(sizeof(*connection));

    connection->serve = serve;
    (void)uv_tcp_init(serve->listener.loop, &connection->tcp);
    if (uv_accept((uv_stream_t *)&serve->listener, (uv_stream_t *)&connection->tcp) != 0) {
        uv_close((uv_handle_t *)&connection->tcp, free_refused); /* it has left again */
        return;
    }
    (void)uv_tcp_nodelay(&connection->tcp, 1);
    DL_APPEND(serve->connections, connection);
    serve->connections_count++;
    count_connections(serve);
    h2o_accept(&serve->accept,
               h2o_uv_socket_create((uv_stream_t *)&connection->tcp, on_connection_closed));
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct nt_serve *serve = listener->data;

    if (status != 0)
        return; /* out of descriptors, or gone again: libuv goes on listening */
    if (serve->connections_count >= serve->connections_max) {
        serve->is_accept_due = true; /* libuv does not accept more before we took this one */
        return;
    }
    accept_one(serve);
}

void serve_accept_due(struct nt_serve *serve)
{
    if (!serve->is_accept_due || serve->is_closing)
        return;
    serve->is_accept_due = false;
    accept_one(serve);
}

/* --- clients that leave while their request waits ----------------------------------------------
 */

static void on_sweep(void *arg)
{
    struct nt_serve *serve = arg;

    serve->sweep_next = serve->waiting;
    while (serve->sweep_next != NULL) {
        struct nt_request *request = serve->sweep_next;
        serve->sweep_next = request->next;
        bool is_doomed = request->state == REQUEST_STREAMING && request->stream.is_doomed;
        if (!is_doomed && !request_has_left(request))
            continue;
        if (serve->has_metrics && !is_doomed)
            nt_metric_add(serve->metrics.gone, 1);
        request_abandon(request);
    }
    if (serve->waiting == NULL)
        nt_timer_stop(serve->sweep);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void register_metrics(struct nt_serve *serve, struct nt_metrics *metrics)
{
    static const double bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                    0.25,  0.5,    1,     2.5,  5,     10};
    static const char *const classes[] = {"class=\"1xx\"", "class=\"2xx\"", "class=\"3xx\"",
                                          "class=\"4xx\"", "class=\"5xx\""};
    struct serve_metrics *ours = &serve->metrics;

    if (metrics == NULL)
        return;
    serve->has_metrics = true;
    for (size_t i = 0; i < NT_COUNT(classes); i++)
        ours->requests[i] = nt_metrics_counter(metrics, "neaptide_http_requests_total", classes[i],
                                               "requests answered, by class of status");
    ours->seconds =
        nt_metrics_histogram(metrics, "neaptide_http_request_seconds", NULL,
                             "from a request read whole to its answer", bounds, NT_COUNT(bounds));
    ours->gone = nt_metrics_counter(metrics, "neaptide_http_gone_total", NULL,
                                    "clients that left before their answer or stream ended");
    ours->connections = nt_metrics_gauge(metrics, "neaptide_http_connections", NULL, "open now");
    ours->streams = nt_metrics_gauge(metrics, "neaptide_http_streams", NULL, "streams open now");
}

/* "host:port", "[v6]:port" into what getaddrinfo() takes. */
static int split_listen(const char *listen, struct nt_arena *arena, const char **ret_host,
                        const char **ret_port, struct nt_error *err)
{
    const char *colon = strrchr(listen, ':');
    int64_t port;

    if (colon == NULL || colon == listen || nt_parse_i64(colon + 1, 0, 65535, &port) < 0)
        return nt_fail(err, -EINVAL, "cannot listen on \"%s\": say host:port, as 127.0.0.1:8080",
                       listen);
    size_t len = (size_t)(colon - listen);
    bool has_brackets = len > 2 && listen[0] == '[' && colon[-1] == ']';
    *ret_host = nt_arena_text_n(arena, listen + has_brackets, len - 2 * (size_t)has_brackets);
    *ret_port = colon + 1;
    return 0;
}

static int bind_and_listen(struct nt_serve *serve, const char *listen, struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    struct sockaddr_storage bound;
    int size = sizeof(bound);
    const char *host = NULL;
    const char *port = NULL;

    if (split_listen(listen, &arena, &host, &port, err) < 0)
        return err != NULL ? err->code : -EINVAL;
    int status = getaddrinfo(host, port, &hints, &found);
    if (status != 0)
        return nt_fail(err, -EINVAL, "cannot listen on %s: %s", listen, gai_strerror(status));
    status = uv_tcp_bind(&serve->listener, found->ai_addr, 0);
    freeaddrinfo(found);
    if (status == 0)
        status = uv_listen((uv_stream_t *)&serve->listener, BACKLOG, on_connection);
    if (status == 0)
        status = uv_tcp_getsockname(&serve->listener, (struct sockaddr *)&bound, &size);
    if (status != 0)
        return nt_fail(err, status, "cannot listen on %s: %s", listen, uv_strerror(status));
    serve->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                    : ((struct sockaddr_in *)&bound)->sin_port);
    return 0;
}

static void init_h2o(struct nt_serve *serve, size_t body_max)
{
    h2o_config_init(&serve->config);
    serve->config.server_name = h2o_iovec_init(NULL, 0);
    serve->config.http1.upgrade_to_http2 = 0;
    serve->config.max_request_entity_size = body_max;
    h2o_hostconf_t *host =
        h2o_config_register_host(&serve->config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    struct handler *handler =
        (struct handler *)h2o_create_handler(&host->fallback_path, sizeof(*handler));
    handler->super.on_req = on_request;
    handler->serve = serve;
    too_large_register(serve, &host->fallback_path);
    h2o_context_init(&serve->context, nt_loop_uv(serve->loop), &serve->config);
    serve->accept = (h2o_accept_ctx_t){.ctx = &serve->context, .hosts = serve->config.hosts};
}

int nt_serve_open(const struct nt_serve_options *options, struct nt_serve **ret_serve,
                  struct nt_error *err)
{
    struct nt_serve *serve = nt_zalloc(sizeof(*serve));
    uv_loop_t *uv = nt_loop_uv(options->loop);

    serve->loop = options->loop;
    serve->otherwise = options->otherwise;
    serve->on_too_large = options->on_too_large;
    serve->arg = options->arg;
    serve->trust_forwarded = options->trust_forwarded;
    serve->connections_max =
        options->connections_max > 0 ? options->connections_max : CONNECTIONS_MAX_DEFAULT;
    serve->ready = options->ready;
    serve->ready_arg = options->ready_arg;
    serve->all_metrics = options->metrics;
    struct nt_route own[HEALTH_ROUTES];
    size_t own_count = options->ready != NULL ? HEALTH_ROUTES : 0;
    if (own_count > 0)
        health_routes(serve, own);
    serve->routes_count = own_count + options->routes_count;
    serve->routes = nt_zalloc((serve->routes_count + 1) * sizeof(serve->routes[0]));
    for (size_t i = 0; i < own_count; i++)
        route_init(&serve->routes[i], &own[i]);
    for (size_t i = 0; i < options->routes_count; i++)
        route_init(&serve->routes[own_count + i], &options->routes[i]);
    register_metrics(serve, options->metrics);
    init_h2o(serve, options->body_max > 0 ? options->body_max : BODY_MAX_DEFAULT);
    serve->sweep = nt_timer_new(serve->loop, on_sweep, serve);
    for (size_t i = 0; i < NT_COUNT(serve->last); i++) {
        (void)uv_timer_init(uv, &serve->last[i]);
        serve->last[i].data = serve;
    }
    (void)uv_tcp_init(uv, &serve->listener);
    serve->listener.data = serve;
    int status = bind_and_listen(serve, options->listen, err);
    if (status < 0) {
        nt_serve_close(serve);
        return status;
    }
    *ret_serve = serve;
    return 0;
}

int nt_serve_port(const struct nt_serve *serve)
{
    return serve->port;
}
