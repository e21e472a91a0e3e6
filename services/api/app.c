#include "app.h"

#include "embed.h"

#include <api/current_poll.h>
#include <api/desk.h>
#include <api/feed.h>
#include <api/front.h>
#include <api/hub.h>
#include <api/seed.h>
#include <api/token.h>
#include <api/waits.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <string.h>
#include <unistd.h>

#define GRACE_MS        5000
#define TOPICS_AGAIN_MS 2000

struct app {
    const struct settings *settings;
    struct nt_loop *loop;
    struct desk desk;
    struct feed *feed;
    struct front *front;
    struct current_poll *current;
    struct seed *seed;
    struct nt_timer *topics; /* make them again after a failure */
    char *domain;
    bool is_stopped;
};

/* --- topics: made by the first start ---------------------------------------------------------- */

static void topics_made(void *arg, const struct nt_error *err)
{
    struct app *app = arg;
    if (err == NULL || err->code == 0) {
        nt_log(NT_INFO, "topics_made");
        return;
    }
    nt_log(NT_WARN, "topics_not_made", NT_KV("reason", err->message));
    if (!app->is_stopped)
        nt_timer_start(app->topics, TOPICS_AGAIN_MS, 0);
}

static void make_topics(void *arg)
{
    struct app *app = arg;
    nt_bus_create_topics(app->desk.bus, topics_made, app);
}

/* --- the writer: one active api, fenced by its transactional id ------------------------------- */

static void txn_ready(void *arg)
{
    struct app *app = arg;
    app->desk.is_txn_ready = true;
    nt_log(NT_INFO, "writer_ready");
}

static void txn_fatal(void *arg, const struct nt_error *err)
{
    struct app *app = arg;
    nt_log(NT_ERROR, "writer_lost", NT_KV("reason", err->message));
    app->desk.is_txn_ready = false;
    nt_loop_quit(app->loop, EXIT_FAILURE);
}

/* --- the edge holds: say so ------------------------------------------------------------------- */

struct holding {
    struct app *app;
    char move[64];
};

static void holding_written(void *arg, int status)
{
    struct holding *holding = arg;
    if (holding->app->desk.edge != NULL)
        edge_said(holding->app->desk.edge, holding->move, status);
    free(holding);
}

static void on_holding(void *arg, const char *server, const char *move)
{
    struct app *app = arg;
    static const char actor[] = "service:api";
    struct holding *holding = nt_zalloc(sizeof(*holding));
    holding->app = app;
    (void)snprintf(holding->move, sizeof(holding->move), "%s", move);
    char key[96];
    char id[TOKEN_ID_SIZE];
    (void)snprintf(key, sizeof(key), "edge-holding %s", move);
    token_request_id(actor, key, id); /* said again, it is the same request */
    struct nt_wish wish = {.id = id,
                           .op = "edge-holding",
                           .actor = actor,
                           .admin = true,
                           .at_ms = nt_wall_ms(),
                           .server = server,
                           .move = move};
    struct desk_record record = {NT_TOPIC_REQUESTS, server, &wish};
    desk_commit(&app->desk, &record, 1, NULL, holding_written, holding);
}

/* --- all read --------------------------------------------------------------------------------- */

static void feed_ready(void *arg)
{
    struct app *app = arg;
    app->seed = seed_start(&app->desk, embed_templates);
}

/* --- making it -------------------------------------------------------------------------------- */

static int open_outside(struct app *app, struct nt_error *err)
{
    struct desk *desk = &app->desk;
    const struct settings *settings = app->settings;
    char instance[256] = "api";
    (void)gethostname(instance, sizeof(instance) - 1);
    struct nt_bus_options bus = {.loop = app->loop,
                                 .metrics = desk->metrics,
                                 .brokers = settings->common.kafka,
                                 .service = "api",
                                 .instance = instance};
    struct nt_txn_options txn = {.transactional_id = "neaptide-api",
                                 .on_ready = txn_ready,
                                 .on_fatal = txn_fatal,
                                 .arg = app};
    int code = nt_bus_open(&bus, &desk->bus, err);
    if (code == 0)
        code = nt_txn_open(desk->bus, &txn, &desk->txn, err);
    if (code == 0)
        code = nt_cache_open(app->loop, settings->common.redis, &desk->cache, err);
    if (code == 0)
        code = nt_http_open(app->loop, &desk->http, err);
    return code;
}

static int open_inside(struct app *app, int64_t *ret_history_ms, struct nt_error *err)
{
    struct desk *desk = &app->desk;
    char path[2048];
    (void)snprintf(path, sizeof(path), "%s/history.db", app->settings->data_dir);
    int code = history_open(app->loop, path, &desk->history, ret_history_ms, err);
    if (code == 0)
        code = passwords_new(app->loop, &desk->passwords, err);
    if (code == 0)
        code = statics_new(app->settings->web_dir, &desk->statics, err);
    if (code < 0)
        return code;
    fleet_init(&desk->fleet);
    desk->recent = recent_new();
    desk->tries = tries_new();
    desk->waits = waits_new(app->loop);
    desk->hub = hub_new(desk);
    if (app->settings->edge_socket[0] != '\0') {
        struct edge_options edge = {.loop = app->loop,
                                    .metrics = desk->metrics,
                                    .socket = app->settings->edge_socket,
                                    .domain = app->domain,
                                    .servers = &desk->fleet.servers,
                                    .on_holding = on_holding,
                                    .arg = app};
        desk->edge = edge_new(&edge);
    }
    return 0;
}

static int open_all(struct app *app, struct nt_error *err)
{
    int64_t history_ms = 0;
    int code = nt_loop_new(&app->loop, err);
    if (code < 0)
        return code;
    app->desk.loop = app->loop;
    code = open_inside(app, &history_ms, err);
    if (code == 0)
        code = open_outside(app, err);
    if (code == 0)
        code = feed_open(&app->desk, history_ms, feed_ready, app, &app->feed, err);
    if (code == 0)
        code = front_open(&app->desk, app->settings->listen, &app->front, err);
    if (code < 0)
        return code;
    app->current = current_poll_new(&app->desk);
    app->topics = nt_timer_new(app->loop, make_topics, app);
    nt_timer_start(app->topics, 0, 0);
    return 0;
}

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err)
{
    enum nt_log_level level = NT_INFO;
    if (nt_log_level_parse(settings->common.log_level, &level) < 0)
        return nt_fail(err, -EINVAL, "NEAPTIDE_LOG_LEVEL must be debug, info, warn or error");
    nt_log_set_level(level);
    struct app *app = nt_zalloc(sizeof(*app));
    struct nt_buf domain = {0};
    (void)nt_buf_printf(&domain, "s.%s", settings->domain);
    app->domain = nt_strdup(nt_buf_text(&domain));
    nt_buf_deinit(&domain);
    app->settings = settings;
    app->desk.metrics = nt_metrics_new();
    app->desk.setup_token_file = settings->setup_token_file;
    app->desk.key = settings->key;
    app->desk.openapi = embed_openapi;
    app->desk.asyncapi = embed_asyncapi;
    app->desk.session_ms = settings->session_hours * 3600 * 1000;
    app->desk.site = (struct view_site){
        .console = settings->url, .domain = app->domain, .tcp_host = settings->domain};
    int code = open_all(app, err);
    if (code < 0) {
        app_free(app);
        return code;
    }
    nt_log(NT_INFO, "api_started", NT_KV("port", front_port(app->front)),
           NT_KV("url", settings->url), NT_KV("version", NT_VERSION));
    *ret_app = app;
    return 0;
}

/* --- running and stopping ----------------------------------------------------------------------
 */

/* Backwards: first nobody asks any more, then nothing is under way, then what everybody used. */
static void stop(struct app *app)
{
    if (app->is_stopped)
        return;
    app->is_stopped = true;
    struct desk *desk = &app->desk;
    nt_timer_free(app->topics);
    current_poll_free(app->current);
    seed_free(app->seed);
    hub_free(desk->hub);
    front_close(app->front);
    feed_close(app->feed);
    edge_free(desk->edge);
    desk->edge = NULL;
    if (desk->http != NULL)
        nt_http_close(desk->http);
    if (desk->txn != NULL)
        nt_txn_close(desk->txn);
    waits_free(desk->waits);
    passwords_free(desk->passwords);
    history_close(desk->history);
    if (desk->cache != NULL)
        nt_cache_close(desk->cache);
    nt_bus_close(desk->bus);
}

void app_free(struct app *app)
{
    if (app == NULL)
        return;
    stop(app);
    nt_loop_free(app->loop);
    statics_free(app->desk.statics);
    recent_free(app->desk.recent);
    tries_free(app->desk.tries);
    if (app->desk.fleet.servers.max > 0)
        fleet_deinit(&app->desk.fleet);
    nt_metrics_free(app->desk.metrics);
    free(app->domain);
    free(app);
}

static void on_stop(void *arg)
{
    struct app *app = arg;
    nt_log(NT_INFO, "api_stopping");
    stop(app);
    nt_loop_quit(app->loop, EXIT_SUCCESS);
}

int app_run(struct app *app)
{
    return nt_loop_run(app->loop, on_stop, app, GRACE_MS);
}
