#include "app.h"

#include "ask.h"
#include "files.h"
#include "logs.h"
#include "terminal.h"

#include <nt/bus.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/procfs.h>
#include <string.h>

enum {
    PRESENCE_MS = 10000,
    FLUSH_MS = 2000,
    GRACE_MS = 9000,
    IDLE_CHECK_MS = 20,
};

/* Another host's provisioner, as it presents itself. */
struct agent {
    char host[64];
    char *address;
    UT_hash_handle hh;
};

struct app {
    const struct settings *settings;
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_bus *bus;
    struct nt_view *view;
    struct nt_producer *producer;
    struct nt_http *http;
    struct nt_serve *serve;
    struct store *store;
    struct fleet *fleet;
    struct nt_timer *presence;
    struct nt_timer *closing;
    struct agent *agents;
    struct nt_arena arena;
    const char *boot;
};

/* --- out ------------------------------------------------------------------------------------- */

struct sent {
    struct app *app;
    char server[40];
};

static void on_sent(void *arg, int status)
{
    struct sent *sent = arg;
    if (status < 0 && status != -ECANCELED && sent->app->fleet != NULL)
        fleet_untold(sent->app->fleet, sent->server);
    free(sent);
}

static bool publish(void *arg, const char *server, const struct nt_observed *observed,
                    const char *traceparent)
{
    struct app *app = arg;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_buf value = {0};
    if (observed != NULL && nt_observed_encode(observed, &value, &err) < 0) {
        nt_log(NT_ERROR, "observed_not_encoded", NT_KV("server", server),
               NT_KV("reason", err.message));
        nt_buf_deinit(&value);
        return false;
    }
    char key[128];
    (void)snprintf(key, sizeof(key), "%s/%s", server, app->settings->host);
    struct sent *sent = nt_zalloc(sizeof(*sent));
    sent->app = app;
    (void)snprintf(sent->server, sizeof(sent->server), "%s", server);
    const struct nt_record record = {
        .topic = NT_TOPIC_OBSERVED,
        .key = key,
        .value = nt_buf_span(&value),
        .subject = server,
        .traceparent = nt_text_is_empty(traceparent) ? NULL : traceparent,
    };
    int result = nt_producer_send(app->producer, &record, on_sent, sent);
    if (result < 0)
        free(sent);
    nt_buf_deinit(&value);
    return result == 0;
}

static void send_presence(void *arg)
{
    struct app *app = arg;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_buf value = {0};
    const struct nt_agent agent = {
        .host = app->settings->host,
        .engine = app->fleet->engine,
        .boot = app->boot,
        .address = app->settings->address,
        .host_address = app->settings->host_address,
        .version = NT_VERSION,
        .docker_version = app->fleet->engine_version,
        .cluster = app->settings->cluster,
        .placement_offset = nt_view_offset(app->view, NT_TOPIC_PLACEMENTS),
        .at_ms = nt_wall_ms(),
    };
    if (nt_agent_encode(&agent, &value, &err) == 0) {
        const struct nt_record record = {
            .topic = NT_TOPIC_AGENTS, .key = agent.host, .value = nt_buf_span(&value)};
        (void)nt_producer_send(app->producer, &record, NULL, NULL); /* the next comes in 10 s */
    }
    nt_buf_deinit(&value);
}

/* --- in -------------------------------------------------------------------------------------- */

static const char *address_of(void *arg, const char *host)
{
    const struct app *app = arg;
    const struct agent *agent = NULL;
    HASH_FIND_STR(app->agents, host, agent);
    return agent == NULL ? NULL : agent->address;
}

static int on_agent(struct app *app, const struct nt_message *message, struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_agent *record = NULL;
    if (message->value.len == 0)
        return 0; /* a forgotten host: nobody is sent there any more */
    int result = nt_agent_decode(&arena, message->value, &record, err);
    if (result < 0)
        return result;
    struct agent *agent = NULL;
    HASH_FIND_STR(app->agents, record->host, agent);
    if (agent == NULL) {
        if (strlen(record->host) >= sizeof(agent->host))
            return nt_fail(err, -EBADMSG, "a host's name of more than 63 bytes");
        agent = nt_zalloc(sizeof(*agent));
        (void)snprintf(agent->host, sizeof(agent->host), "%s", record->host);
        HASH_ADD_STR(app->agents, host, agent);
    }
    free(agent->address);
    agent->address = nt_strdup(record->address);
    return 0;
}

/* What a process before us said: it must stay true, or go. Keys are server/host. */
static void on_own_past(struct app *app, const struct nt_message *message)
{
    const char *slash = strchr(message->key, '/');
    if (!message->is_replay || message->value.len == 0 || slash == NULL ||
        !nt_text_is(slash + 1, app->settings->host) || slash - message->key >= 40)
        return;
    char server[40];
    (void)snprintf(server, sizeof(server), "%.*s", (int)(slash - message->key), message->key);
    fleet_remember(app->fleet, server);
}

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    if (message->topic == NT_TOPIC_AGENTS)
        return on_agent(app, message, err);
    if (message->topic == NT_TOPIC_OBSERVED) {
        on_own_past(app, message);
        return 0;
    }
    return fleet_placement(app->fleet, message->key, message->value, message->traceparent, err);
}

static void on_ready(void *arg)
{
    struct app *app = arg;
    nt_log(NT_INFO, "placements_read",
           NT_KV("offset", nt_view_offset(app->view, NT_TOPIC_PLACEMENTS)));
    fleet_begin(app->fleet);
    nt_timer_start(app->presence, 0, PRESENCE_MS);
}

static const char *why_not_ready(void *arg)
{
    struct app *app = arg;
    if (!nt_bus_is_connected(app->bus))
        return "Kafka does not answer";
    return fleet_trouble(app->fleet);
}

/* --- life ------------------------------------------------------------------------------------ */

static int open_bus(struct app *app, struct nt_error *err)
{
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS, NT_TOPIC_AGENTS, NT_TOPIC_OBSERVED};
    const struct nt_bus_options bus = {
        .loop = app->loop,
        .metrics = app->metrics,
        .brokers = app->settings->common.kafka,
        .service = "provisioner",
        .instance = app->settings->host,
    };
    int result = nt_bus_open(&bus, &app->bus, err);
    if (result == 0)
        result = nt_producer_open(app->bus, 0, &app->producer, err);
    if (result < 0)
        return result;
    const struct nt_view_options view = {
        .topics = topics,
        .topics_count = NT_COUNT(topics),
        .on_message = on_message,
        .on_ready = on_ready,
        .arg = app,
    };
    return nt_view_open(app->bus, &view, &app->view, err);
}

static int open_serve(struct app *app, struct nt_error *err)
{
    struct nt_route routes[GIVE_ROUTES + TERMINAL_ROUTES + LOGS_ROUTES + FILES_ROUTES];
    size_t count = 0;
    give_routes(app->fleet, routes);
    count += GIVE_ROUTES;
    terminal_routes(app->fleet, routes + count);
    count += TERMINAL_ROUTES;
    logs_routes(app->fleet, routes + count);
    count += LOGS_ROUTES;
    files_routes(app->fleet, routes + count);
    count += FILES_ROUTES;
    const struct nt_serve_options options = {
        .loop = app->loop,
        .metrics = app->metrics,
        .listen = app->settings->listen,
        .routes = routes,
        .routes_count = count,
        .ready = why_not_ready,
        .ready_arg = app,
        .body_max = ASK_BODY_MAX,
        .on_too_large = ask_too_large,
    };
    return nt_serve_open(&options, &app->serve, err);
}

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err)
{
    NT_CLEANUP(app_free_p) struct app *app = nt_zalloc(sizeof(*app));
    app->settings = settings;
    nt_arena_init(&app->arena);
    int result = store_open(settings->state_dir, &app->store, err);
    if (result == 0)
        result = nt_loop_new(&app->loop, err);
    if (result == 0)
        result = nt_http_open(app->loop, &app->http, err);
    if (result < 0)
        return result;
    app->metrics = nt_metrics_new();
    app->boot = procfs_boot(&app->arena);
    app->presence = nt_timer_new(app->loop, send_presence, app);
    const struct fleet_options fleet = {
        .settings = settings,
        .loop = app->loop,
        .http = app->http,
        .metrics = app->metrics,
        .store = app->store,
        .boot = app->boot,
        .publish = publish,
        .address_of = address_of,
        .arg = app,
    };
    app->fleet = fleet_new(&fleet);
    result = open_serve(app, err);
    if (result == 0)
        result = open_bus(app, err);
    if (result < 0)
        return result;
    *ret_app = nt_take(app);
    return 0;
}

/* What the pool still has in its hands comes back first. */
static void on_closing(void *arg)
{
    struct app *app = arg;
    if (!fleet_is_idle(app->fleet))
        return;
    nt_timer_stop(app->closing);
    nt_loop_quit(app->loop, EXIT_SUCCESS);
}

static void on_stop(void *arg)
{
    struct app *app = arg;
    nt_log(NT_INFO, "stopping");
    nt_timer_stop(app->presence);
    fleet_shut(app->fleet);
    nt_serve_close(nt_take(app->serve));
    nt_http_close(nt_take(app->http));
    app->closing = nt_timer_new(app->loop, on_closing, app);
    nt_timer_start(app->closing, 0, IDLE_CHECK_MS);
}

int app_run(struct app *app)
{
    nt_log(NT_INFO, "started", NT_KV("host", app->settings->host),
           NT_KV("address", app->settings->address), NT_KV("version", NT_VERSION),
           NT_KV("port", nt_serve_port(app->serve)));
    int code = nt_loop_run(app->loop, on_stop, app, GRACE_MS);
    if (!fleet_is_idle(app->fleet)) /* the grace is over: whatever hangs, the disk is in order */
        _exit(code);
    return code;
}

void app_free(struct app *app)
{
    if (app == NULL)
        return;
    if (app->http != NULL) {
        if (app->fleet != NULL)
            fleet_shut(app->fleet);
        nt_serve_close(app->serve);
        nt_http_close(app->http);
    }
    if (app->view != NULL)
        nt_view_close(app->view);
    if (app->producer != NULL)
        nt_producer_close(app->producer, FLUSH_MS);
    nt_bus_close(app->bus);
    nt_timer_free(app->presence);
    nt_timer_free(app->closing);
    fleet_free(app->fleet);
    nt_loop_free(app->loop);
    store_close(app->store);
    nt_metrics_free(app->metrics);
    struct agent *agent = NULL;
    struct agent *next = NULL;
    HASH_ITER(hh, app->agents, agent, next)
    {
        HASH_DEL(app->agents, agent); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        free(agent->address);
        free(agent);
    }
    nt_arena_deinit(&app->arena);
    free(app);
}
