#include "app.h"

#include "leader.h"

#include <balancer/preview_json.h>
#include <balancer/whatif_json.h>
#include <nt/bus.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/loop.h>
#include <nt/memory.h>
#include <nt/metrics.h>
#include <nt/serve.h>
#include <nt/text.h>

#include <stdlib.h>
#include <unistd.h>

enum {
    TICK_MS = 1000,
    TAKING_MS = 100, /* look whether the views are at the end */
    TAKING_MAX_MS = 20 * 1000,
    IN_FLIGHT_MAX = 500, /* decisions not yet written; beyond, requests wait in Kafka */
    IN_FLIGHT_GO_ON = 200,
    STOP_GRACE_MS = 5000,
    LOADS_NEWEST_MS = 15 * 60 * 1000, /* scenarios come every five minutes */
    BODY_MAX = 64 * 1024,
};
static const int64_t OUTCOMES_NEWEST_MS = OUTCOMES_KEPT_MS;
static const int64_t ROLLUPS_NEWEST_MS = INT64_C(24) * 3600 * 1000; /* as long as a window */

enum role {
    ROLE_STANDBY, /* tables are kept warm */
    ROLE_TAKING,  /* we hold the partition: fence the last leader, read the views to their end */
    ROLE_LEADING,
};

struct app {
    const struct settings *settings;
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_bus *bus;
    struct nt_view *records;  /* what decisions stand on */
    struct nt_view *outcomes; /* of the last day */
    struct nt_view *loads;    /* samples and scenarios */
    struct nt_view *rollups;  /* of the last day; nobody waits for them */
    struct nt_group *requests;
    struct writer *writer;
    struct nt_serve *serve;
    struct nt_timer *tick;
    struct nt_timer *taking;
    struct leader *leader;
    enum role role;
    int64_t taking_mono_ms; /* since when we take over */
    int64_t fenced_mono_ms; /* others cannot write since then; 0: they can */
    bool is_paused;         /* too many decisions under way */
    bool is_stopping;
};

static const enum nt_topic record_topics[] = {
    NT_TOPIC_POOL,       NT_TOPIC_HOSTS,    NT_TOPIC_HOST_STATE,   NT_TOPIC_AGENTS,
    NT_TOPIC_PLACEMENTS, NT_TOPIC_OBSERVED, NT_TOPIC_SERVER_STATE, NT_TOPIC_PLANS,
};
static const enum nt_topic outcome_topics[] = {NT_TOPIC_OUTCOMES};
static const enum nt_topic load_topics[] = {NT_TOPIC_HOST_LOAD, NT_TOPIC_SCENARIOS};
static const enum nt_topic rollup_topics[] = {NT_TOPIC_HOST_ROLLUP};

/* --- leadership ------------------------------------------------------------------------------- */

static void lose(struct app *app, const char *event, const char *reason)
{
    if (app->is_stopping)
        return;
    nt_log(NT_ERROR, event, NT_KV("reason", reason));
    nt_loop_quit(app->loop, APP_LOST);
}

static void on_writer_ready(void *arg)
{
    struct app *app = arg;
    app->fenced_mono_ms = nt_mono_ms();
}

static void on_writer_fatal(void *arg, const struct nt_error *err)
{
    lose(arg, "decision_not_written", err->message);
}

static void on_written(void *arg)
{
    struct app *app = arg;
    const size_t in_flight = writer_in_flight(app->writer);
    if (app->is_stopping) {
        if (in_flight == 0)
            nt_loop_quit(app->loop, APP_STOPPED);
    } else if (app->is_paused && in_flight < IN_FLIGHT_GO_ON) {
        app->is_paused = false;
        nt_group_resume(app->requests);
    }
}

/* All that was committed before the last leader was fenced has been delivered. Not "now": on a busy
 * machine Kafka's newest answer may always be older than nt_view_is_current() allows. */
static bool is_read(const struct app *app, const struct nt_view *view)
{
    return nt_view_current_mono_ms(view) > app->fenced_mono_ms;
}

/* What a take-over waits for; NULL: nothing. */
static const char *what_is_missing(const struct app *app)
{
    if (app->fenced_mono_ms == 0)
        return "the last leader is not fenced";
    if (!is_read(app, app->records))
        return "the records are not read to their end";
    if (!is_read(app, app->outcomes))
        return "the outcomes are not read to their end";
    return nt_view_is_ready(app->loads) ? NULL : "the loads are not read to their end";
}

/* The log cannot grow by another's hand any more; we have read all of it. */
static void on_taking(void *arg)
{
    struct app *app = arg;
    const char *missing = what_is_missing(app);
    if (missing != NULL) {
        /* A new process begins with new connections; one that waits for ever leads nobody. */
        if (nt_mono_ms() - app->taking_mono_ms > TAKING_MAX_MS)
            lose(app, "leading_not_begun", missing);
        return;
    }
    nt_timer_stop(app->taking);
    app->role = ROLE_LEADING;
    leader_begin(app->leader, app->writer);
    nt_group_resume(app->requests);
}

static void on_assigned(void *arg, int32_t partitions_count)
{
    struct app *app = arg;
    if (partitions_count == 0 || app->role != ROLE_STANDBY || app->is_stopping)
        return;
    nt_log(NT_INFO, "leading_taken_over");
    app->role = ROLE_TAKING;
    app->taking_mono_ms = nt_mono_ms();
    nt_timer_start(app->taking, TAKING_MS, TAKING_MS);
    const struct writer_options options = {
        .bus = app->bus,
        .on_ready = on_writer_ready,
        .on_fatal = on_writer_fatal,
        .on_written = on_written,
        .arg = app,
    };
    struct nt_error err = NT_ERROR_INIT;
    if (writer_open(&options, &app->writer, &err) < 0)
        lose(app, "writer_not_opened", err.message);
}

static void on_lost(void *arg)
{
    struct app *app = arg;
    if (app->role != ROLE_STANDBY)
        lose(app, "leading_lost", "the requests partition was given to another");
}

/* --- messages --------------------------------------------------------------------------------- */

static int on_record(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    return leader_on_view(app->leader, message, err);
}

static int on_outcome(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    return leader_on_outcome(app->leader, message, err);
}

static int on_request(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    nt_log_set_trace(message->traceparent);
    int status = leader_on_request(app->leader, message, app->requests, err);
    nt_log_set_trace(NULL);
    if (!app->is_paused && writer_in_flight(app->writer) > IN_FLIGHT_MAX) {
        app->is_paused = true;
        nt_group_pause(app->requests);
    }
    return status;
}

static void on_tick(void *arg)
{
    struct app *app = arg;
    if (nt_view_is_ready(app->records))
        leader_tick(app->leader, nt_view_is_current(app->records));
}

/* --- HTTP ------------------------------------------------------------------------------------- */

static const char *ready(void *arg)
{
    const struct app *app = arg;
    if (!nt_view_is_ready(app->records) || !nt_view_is_ready(app->outcomes))
        return "waiting for Kafka";
    if (app->role == ROLE_TAKING)
        return "taking over";
    return NULL;
}

static void answer(struct nt_request *request, int status, struct nt_buf *body)
{
    nt_request_answer(request, status, "application/json", nt_buf_span(body));
    nt_buf_deinit(body);
}

static void refuse(struct nt_request *request, int status, const char *code)
{
    struct nt_buf body = {0};
    (void)nt_buf_printf(&body, "{\"code\":\"%s\"}", code);
    answer(request, status, &body);
}

/* Only the leader may answer; false: refused. */
static bool leads(const struct app *app, struct nt_request *request)
{
    if (app->role != ROLE_LEADING)
        refuse(request, 503, "not-ready");
    return app->role == ROLE_LEADING;
}

static void refuse_body(struct nt_request *request, const char *event, const struct nt_error *err)
{
    nt_log(NT_WARN, event, NT_KV("reason", err->message));
    refuse(request, 422, "invalid-request");
}

static void on_preview(void *arg, struct nt_request *request)
{
    struct app *app = arg;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_arena *arena = nt_request_arena(request);
    struct preview_sizes sizes;
    if (!leads(app, request))
        return;
    if (preview_json_read(arena, nt_request_info(request)->body, &sizes, &err) < 0) {
        refuse_body(request, "preview_not_understood", &err);
        return;
    }
    struct preview previews[PREVIEW_SIZES_MAX];
    for (size_t i = 0; i < sizes.count; i++)
        leader_preview(app->leader, arena, &sizes.asks[i], &previews[i]);
    struct nt_buf body = {0};
    preview_json_write(&sizes, previews, &body);
    answer(request, 200, &body);
}

static void on_whatif(void *arg, struct nt_request *request)
{
    struct app *app = arg;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_arena *arena = nt_request_arena(request);
    struct whatif_ask ask;
    if (!leads(app, request))
        return;
    if (whatif_json_read(arena, nt_request_info(request)->body, &ask, &err) < 0) {
        refuse_body(request, "whatif_not_understood", &err);
        return;
    }
    struct whatif whatif;
    leader_whatif(app->leader, arena, &ask, &whatif);
    struct nt_buf body = {0};
    whatif_json_write(&whatif, &body);
    answer(request, 200, &body);
}

static int open_serve(struct app *app, struct nt_error *err)
{
    const struct nt_route routes[] = {
        {"POST", "/preview", on_preview, app},
        {"POST", "/what-if", on_whatif, app},
    };
    const struct nt_serve_options options = {
        .loop = app->loop,
        .metrics = app->metrics,
        .listen = app->settings->listen,
        .routes = routes,
        .routes_count = NT_COUNT(routes),
        .ready = ready,
        .ready_arg = app,
        .body_max = BODY_MAX,
    };
    return nt_serve_open(&options, &app->serve, err);
}

/* --- building and taking down ------------------------------------------------------------------
 */

static int open_views(struct app *app, struct nt_error *err)
{
    const struct nt_view_options records = {.topics = record_topics,
                                            .topics_count = NT_COUNT(record_topics),
                                            .on_message = on_record,
                                            .arg = app};
    const struct nt_view_options outcomes = {.topics = outcome_topics,
                                             .topics_count = NT_COUNT(outcome_topics),
                                             .on_message = on_outcome,
                                             .arg = app,
                                             .newest_ms = OUTCOMES_NEWEST_MS};
    const struct nt_view_options loads = {.topics = load_topics,
                                          .topics_count = NT_COUNT(load_topics),
                                          .on_message = on_record,
                                          .arg = app,
                                          .newest_ms = LOADS_NEWEST_MS};
    int status = nt_view_open(app->bus, &records, &app->records, err);
    if (status == 0)
        status = nt_view_open(app->bus, &outcomes, &app->outcomes, err);
    if (status == 0)
        status = nt_view_open(app->bus, &loads, &app->loads, err);
    const struct nt_view_options rollups = {.topics = rollup_topics,
                                            .topics_count = NT_COUNT(rollup_topics),
                                            .on_message = on_record,
                                            .arg = app,
                                            .newest_ms = ROLLUPS_NEWEST_MS};
    if (status == 0)
        status = nt_view_open(app->bus, &rollups, &app->rollups, err);
    return status;
}

static int open_requests(struct app *app, struct nt_error *err)
{
    const struct nt_group_options options = {.group = "neaptide-balancer",
                                             .topic = NT_TOPIC_REQUESTS,
                                             .on_message = on_request,
                                             .is_transactional = true,
                                             .on_assigned = on_assigned,
                                             .on_lost = on_lost,
                                             .arg = app};
    int status = nt_group_open(app->bus, &options, &app->requests, err);
    if (status == 0)
        nt_group_pause(app->requests); /* until we lead */
    return status;
}

static int build(struct app *app, struct nt_error *err)
{
    int status = nt_loop_new(&app->loop, err);
    if (status < 0)
        return status;
    app->metrics = nt_metrics_new();
    app->leader = leader_new(app->settings, app->metrics);
    char instance[256] = "balancer";
    (void)gethostname(instance, sizeof(instance) - 1);
    const struct nt_bus_options options = {.loop = app->loop,
                                           .metrics = app->metrics,
                                           .brokers = app->settings->common.kafka,
                                           .service = "balancer",
                                           .instance = instance};
    status = nt_bus_open(&options, &app->bus, err);
    if (status == 0)
        status = open_views(app, err);
    if (status == 0)
        status = open_requests(app, err);
    if (status == 0)
        status = open_serve(app, err);
    if (status < 0)
        return status;
    app->tick = nt_timer_new(app->loop, on_tick, app);
    app->taking = nt_timer_new(app->loop, on_taking, app);
    nt_timer_start(app->tick, TICK_MS, TICK_MS);
    return 0;
}

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err)
{
    struct app *app = nt_zalloc(sizeof(*app));
    app->settings = settings;
    int status = build(app, err);
    if (status < 0) {
        app_free(app);
        return status;
    }
    *ret_app = app;
    return 0;
}

void app_free(struct app *app)
{
    if (app == NULL)
        return;
    app->is_stopping = true;
    nt_timer_free(app->tick);
    nt_timer_free(app->taking);
    nt_serve_close(app->serve);
    nt_group_close(app->requests);
    writer_close(app->writer);
    nt_view_close(app->rollups);
    nt_view_close(app->loads);
    nt_view_close(app->outcomes);
    nt_view_close(app->records);
    nt_bus_close(app->bus);
    leader_free(app->leader);
    nt_metrics_free(app->metrics);
    nt_loop_free(app->loop);
    free(app);
}

/* What was decided is written; nothing new is read. */
static void on_stop(void *arg)
{
    struct app *app = arg;
    nt_log(NT_INFO, "stopping_began");
    app->is_stopping = true;
    nt_timer_stop(app->tick);
    nt_timer_stop(app->taking);
    nt_group_pause(app->requests);
    if (app->writer == NULL || writer_in_flight(app->writer) == 0)
        nt_loop_quit(app->loop, APP_STOPPED);
}

int app_run(struct app *app)
{
    nt_log(NT_INFO, "service_started", NT_KV("version", NT_VERSION),
           NT_KV("kafka", app->settings->common.kafka), NT_KV("listen", app->settings->listen));
    int status = nt_loop_run(app->loop, on_stop, app, STOP_GRACE_MS);
    if (status == APP_LOST)
        _exit(
            APP_LOST); /* closing would wait for a Kafka that may be away; nothing is to be saved */
    return status;
}
