#include "internal.h"

#include <nt/log.h>
#include <nt/memory.h>
#include <string.h>
#include <unistd.h>

enum {
    LINGER_MS = 20,
    GRACE_MS = 5000,
    FLUSH_MS = 3000,
    /* Patient: two who lead for a moment write the same, while a busy machine that is taken for a
     * dead one costs rounds. */
    SESSION_MS = 10000,
};

/* --- leading --------------------------------------------------------------------------------- */

/* Who holds the one partition of this topic in our group leads. Its records are of no interest. */
static const enum nt_topic LEASE_TOPIC = NT_TOPIC_FORECAST_WINDOWS;

static int on_lease_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    (void)arg;
    (void)message;
    (void)err;
    return 0;
}

static void on_assigned(void *arg, int32_t partitions_count)
{
    struct app *app = arg;
    if (partitions_count == 0 || app->is_leading || app->is_shut)
        return;
    app->is_leading = true;
    nt_log(NT_INFO, "leading", NT_KV("instance", app->instance));
    outbox_set_leading(app->outbox, true);
    inputs_take_over(app);
}

/* Another leads, or soon will. What we still write for a moment is what it would write. */
static void on_lost(void *arg)
{
    struct app *app = arg;
    if (!app->is_leading)
        return;
    app->is_leading = false;
    nt_log(NT_WARN, "standing_by", NT_KV("instance", app->instance));
    outbox_set_leading(app->outbox, false);
    rounds_stop(app);
}

static void on_topics(void *arg)
{
    struct app *app = arg;
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_group_options options = {
        .group = "neaptide-forecaster",
        .topic = LEASE_TOPIC,
        .session_timeout_ms = SESSION_MS,
        .on_message = on_lease_message,
        .on_assigned = on_assigned,
        .on_lost = on_lost,
        .arg = app,
    };
    app->are_topics_there = true;
    inputs_open(app);
    if (nt_group_open(app->bus, &options, &app->group, &err) < 0) {
        nt_log(NT_ERROR, "group_not_joined", NT_KV("reason", err.message));
        nt_loop_quit(app->loop, EXIT_FAILURE);
    }
}

/* --- life ------------------------------------------------------------------------------------ */

static const char *why_not_ready(void *arg)
{
    const struct app *app = arg;
    if (!app->are_topics_there || !nt_bus_is_connected(app->bus))
        return "Kafka";
    if (app->loads == NULL || !nt_view_is_ready(app->loads))
        return "the history";
    return app->has_clock ? NULL : "the balancer's clock";
}

static void make_numbers(struct app *app)
{
    static const double bounds_ms[] = {1, 5, 10, 50, 100, 500, 1000, 5000};
    struct nt_metrics *metrics = app->metrics = nt_metrics_new();
    app->numbers = (struct numbers){
        .samples = nt_metrics_counter(metrics, "neaptide_forecaster_samples_total", NULL,
                                      "Samples of hosts that were taken in"),
        .late = nt_metrics_counter(metrics, "neaptide_forecaster_late_samples_total", NULL,
                                   "Samples whose slot was closed or is older than the history"),
        .slots = nt_metrics_counter(metrics, "neaptide_forecaster_slots_total", NULL,
                                    "Five-minute slots of hosts that were closed"),
        .rounds = nt_metrics_counter(metrics, "neaptide_forecaster_rounds_total", NULL,
                                     "Rounds of forecasts that were issued"),
        .round_ms = nt_metrics_histogram(metrics, "neaptide_forecaster_round_ms", NULL,
                                         "Time that a round took", bounds_ms, NT_COUNT(bounds_ms)),
        .fits = nt_metrics_counter(metrics, "neaptide_forecaster_fits_total", NULL,
                                   "Series that were fitted"),
        .unsent = nt_metrics_counter(metrics, "neaptide_forecaster_unsent_total", NULL,
                                     "Forecasts that Kafka did not take"),
        .hosts = nt_metrics_gauge(metrics, "neaptide_forecaster_hosts", NULL, "Hosts known"),
        .servers = nt_metrics_gauge(metrics, "neaptide_forecaster_servers", NULL, "Servers known"),
        .leading = nt_metrics_gauge(metrics, "neaptide_forecaster_leading", NULL,
                                    "1 while this one leads"),
        .outbox = nt_metrics_gauge(metrics, "neaptide_forecaster_outbox", NULL,
                                   "Roll-ups that Kafka does not have yet"),
    };
}

static int open_all(struct app *app, struct nt_error *err)
{
    enum nt_log_level level = NT_INFO;
    int status = nt_log_level_parse(app->settings->common.log_level, &level);
    if (status < 0)
        return nt_fail(err, status, "NEAPTIDE_LOG_LEVEL must be debug, info, warn or error");
    nt_log_set_level(level);
    if (gethostname(app->instance, sizeof(app->instance) - 1) < 0)
        (void)snprintf(app->instance, sizeof(app->instance), "forecaster");
    make_numbers(app);
    app->fleet = fleet_new();
    if ((status = nt_loop_new(&app->loop, err)) < 0)
        return status;
    const struct nt_bus_options bus = {.loop = app->loop,
                                       .metrics = app->metrics,
                                       .brokers = app->settings->common.kafka,
                                       .service = "forecaster",
                                       .instance = app->instance};
    const struct nt_serve_options serve = {.loop = app->loop,
                                           .metrics = app->metrics,
                                           .listen = app->settings->listen,
                                           .ready = why_not_ready,
                                           .ready_arg = app};
    if ((status = nt_bus_open(&bus, &app->bus, err)) < 0 ||
        (status = nt_producer_open(app->bus, LINGER_MS, &app->producer, err)) < 0 ||
        (status = nt_serve_open(&serve, &app->serve, err)) < 0)
        return status;
    app->outbox = outbox_new(app->producer);
    rounds_open(app);
    static const enum nt_topic topics[] = {
        NT_TOPIC_POOL,
        NT_TOPIC_HOSTS,
        NT_TOPIC_SERVER_STATE,
        NT_TOPIC_HOST_LOAD,
        NT_TOPIC_HOST_ROLLUP,
        NT_TOPIC_SCENARIOS,
        NT_TOPIC_FORECAST_WINDOWS,
        NT_TOPIC_FORECAST_LOAD,
        NT_TOPIC_FORECAST_RELATIONS,
    };
    nt_bus_await_topics(app->bus, topics, NT_COUNT(topics), on_topics, app);
    return 0;
}

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err)
{
    NT_CLEANUP(app_free_p) struct app *app = nt_zalloc(sizeof(*app));
    app->settings = settings;
    int status = open_all(app, err);
    if (status < 0)
        return status;
    *ret_app = nt_take(app);
    return 0;
}

void app_free(struct app *app)
{
    if (app == NULL)
        return;
    app->is_shut = true;
    if (app->group != NULL)
        nt_group_close(app->group);
    inputs_close(app);
    rounds_close(app);
    if (app->producer != NULL)
        nt_producer_close(app->producer, FLUSH_MS);
    nt_bus_close(app->bus);
    if (app->serve != NULL)
        nt_serve_close(app->serve);
    nt_loop_free(app->loop); /* fits that are out come back here */
    outbox_free(app->outbox);
    fleet_free(app->fleet);
    nt_metrics_free(app->metrics);
    free(app);
}

static void on_stop(void *arg)
{
    struct app *app = arg;
    nt_loop_quit(app->loop, EXIT_SUCCESS);
}

int app_run(struct app *app)
{
    nt_log(NT_INFO, "forecaster_started", NT_KV("instance", app->instance),
           NT_KV("port", nt_serve_port(app->serve)));
    int exit_code = nt_loop_run(app->loop, on_stop, app, GRACE_MS);
    nt_log(NT_INFO, "forecaster_stopped", NT_KV("exit_code", exit_code));
    return exit_code;
}
