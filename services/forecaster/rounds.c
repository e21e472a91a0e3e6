/* When what is done: slots are closed, fits go to the pool, a round of forecasts goes out for each
 * slot; where the clock runs faster than we do, for the newest one only. */
#include "internal.h"

#include <nt/log.h>
#include <nt/memory.h>
#include <string.h>

enum {
    TICK_MIN_MS = 50,
    TICK_MAX_MS = 1000,
    GRACE_MIN_MS = 200, /* wall time that a round waits for hosts that are late */
    GRACE_MAX_MS = 15000,
    UNACKNOWLEDGED_MAX = 50000, /* records on the way to Kafka; no round begins above it */
};

static int64_t slot_wall_ms(const struct app *app)
{
    double rate = app->clock.rate > 0 ? app->clock.rate : 1;
    return (int64_t)(SLOT_MS / rate);
}

static int64_t within(int64_t value, int64_t min, int64_t max)
{
    return value < min ? min : value > max ? max : value;
}

/* --- out ------------------------------------------------------------------------------------- */

static void on_sent(void *arg, int status)
{
    struct app *app = arg;
    app->unacknowledged--;
    if (status < 0)
        nt_metric_add(app->numbers.unsent, 1); /* the next slot brings a newer one */
}

static void send_bytes(struct app *app, enum nt_topic topic, const char *key, struct nt_span value)
{
    const struct nt_record record = {.topic = topic, .key = key, .value = value};
    if (nt_producer_send(app->producer, &record, on_sent, app) == 0)
        app->unacknowledged++;
    else
        nt_metric_add(app->numbers.unsent, 1);
}

static void send_encoded(struct app *app, enum nt_topic topic, const char *key, int status,
                         const struct nt_buf *bytes, const struct nt_error *err)
{
    if (status < 0)
        nt_log(NT_ERROR, "record_not_encoded", NT_KV("key", key), NT_KV("reason", err->message));
    else
        send_bytes(app, topic, key, nt_buf_span(bytes));
}

static void on_forecast(void *arg, const struct issued_forecast *forecast)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_error err = NT_ERROR_INIT;
    int status = codec_encode_forecast(forecast, &bytes, &err);
    send_encoded(arg, NT_TOPIC_FORECAST_LOAD,
                 codec_key(&arena, forecast->subject, forecast->resource), status, &bytes, &err);
}

static void on_scenarios(void *arg, const struct issued_scenarios *scenarios)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_error err = NT_ERROR_INIT;
    int status = codec_encode_scenarios(scenarios, &bytes, &err);
    send_encoded(arg, NT_TOPIC_SCENARIOS,
                 codec_key(&arena, scenarios->subject, scenarios->resource), status, &bytes, &err);
}

static void on_windows(void *arg, const struct issued_windows *windows)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    int status = codec_encode_windows(windows, &bytes, &err);
    send_encoded(arg, NT_TOPIC_FORECAST_WINDOWS, windows->host, status, &bytes, &err);
}

void rounds_send_tombstones(struct app *app, const char *server)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    if (!app->is_leading)
        return;
    for (size_t i = 0; i < RESOURCES; i++) {
        const char *key = codec_key(&arena, server, (enum resource)i);
        send_bytes(app, NT_TOPIC_FORECAST_LOAD, key, (struct nt_span){0});
        send_bytes(app, NT_TOPIC_SCENARIOS, key, (struct nt_span){0});
    }
    send_bytes(app, NT_TOPIC_FORECAST_RELATIONS, server, (struct nt_span){0});
}

static void on_closed(void *arg, const char *host, const struct slot_roll *roll)
{
    struct app *app = arg;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    nt_metric_add(app->numbers.slots, 1);
    if (codec_encode_roll(host, roll, &bytes, &err) < 0)
        nt_log(NT_ERROR, "record_not_encoded", NT_KV("key", host), NT_KV("reason", err.message));
    else
        outbox_add(app->outbox, host, roll->slot, nt_buf_span(&bytes));
}

/* The clock closes slots only as far as the log has been read. */
struct fleet_progress rounds_progress(struct app *app)
{
    int64_t wall_ms = nt_wall_ms();
    bool is_current = app->loads != NULL && nt_view_is_current(app->loads);
    int64_t load_ms = nt_load_ms(&app->clock, is_current ? wall_ms : app->read_wall_ms);
    return (struct fleet_progress){
        .load_ms = load_ms, .wall_ms = wall_ms, .on_closed = on_closed, .arg = app};
}

/* --- fits ------------------------------------------------------------------------------------ */

struct fit_work {
    struct app *app;
    struct fit_job *job;
};

static void send_fits(struct app *app);

static void fit_work_run(void *arg)
{
    fit_job_run(((struct fit_work *)arg)->job);
}

static void on_fitted(void *arg, bool cancelled)
{
    struct fit_work *work = arg;
    struct app *app = work->app;
    (void)cancelled; /* the job then has no result, and says so itself */
    fleet_return_fit(app->fleet, work->job);
    free(work);
    app->fits_out--;
    nt_metric_add(app->numbers.fits, 1);
    if (!app->is_shut)
        send_fits(app);
}

static void send_fits(struct app *app)
{
    while (app->fits_out < app->settings->fits_max && !app->is_shut) {
        struct fit_job *job = fleet_take_fit(app->fleet);
        if (job == NULL)
            return;
        struct fit_work *work = nt_zalloc(sizeof(*work));
        *work = (struct fit_work){.app = app, .job = job};
        app->fits_out++;
        nt_work(app->loop, fit_work_run, on_fitted, work);
    }
}

/* --- habits ---------------------------------------------------------------------------------- */

struct explain_work {
    struct app *app;
    struct explain_job *job;
};

static void explain_work_run(void *arg)
{
    explain_job_run(((struct explain_work *)arg)->job);
}

static void on_told(void *arg, const char *kind, const char *id, const struct explained *explained)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    int status = codec_encode_explained(kind, id, explained, &bytes, &err);
    send_encoded(arg, NT_TOPIC_FORECAST_RELATIONS, id, status, &bytes, &err);
}

static void send_explain(struct app *app);

static void on_explained(void *arg, bool cancelled)
{
    struct explain_work *work = arg;
    struct app *app = work->app;
    (void)cancelled; /* the job then has no result, and says so itself */
    app->is_explaining = false;
    if (app->is_shut)
        explain_job_free(work->job);
    else
        fleet_return_explain(app->fleet, work->job, on_told, app);
    free(work);
    if (!app->is_shut)
        send_explain(app);
}

/* One at a time, and after the fits, which people wait for. */
static void send_explain(struct app *app)
{
    if (app->is_explaining || app->fits_out > 0 || !app->is_leading || app->is_taking_over)
        return;
    struct explain_job *job = fleet_take_explain(app->fleet);
    if (job == NULL)
        return;
    struct explain_work *work = nt_zalloc(sizeof(*work));
    *work = (struct explain_work){.app = app, .job = job};
    app->is_explaining = true;
    nt_work(app->loop, explain_work_run, on_explained, work);
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void continue_round(void *arg)
{
    struct app *app = arg;
    if (!app->is_leading || app->is_shut) {
        app->is_round = false;
        return;
    }
    if (issue_next(app->issue)) {
        nt_timer_start(app->next, 0, 0); /* messages get their turn between two hosts */
        return;
    }
    app->is_round = false;
    app->issued_origin = app->round_origin;
    nt_metric_add(app->numbers.rounds, 1);
    nt_metric_observe(app->numbers.round_ms, (double)(nt_mono_ms() - app->round_began_ms));
    rounds_consider_soon(app); /* a newer slot may have closed meanwhile */
}

static void begin_round(struct app *app, int64_t origin)
{
    inputs_refresh_zone(app, slot_begin_ms(origin));
    app->is_round = true;
    app->round_origin = origin;
    app->round_began_ms = nt_mono_ms();
    issue_begin(app->issue);
    nt_timer_start(app->next, 0, 0);
}

static bool is_due(struct app *app, int64_t origin)
{
    int64_t mono_ms = nt_mono_ms();
    if (origin != app->seen_origin) {
        app->seen_origin = origin;
        app->seen_mono_ms = mono_ms;
    }
    int64_t grace_ms = within(slot_wall_ms(app) / 4, GRACE_MIN_MS, GRACE_MAX_MS);
    return fleet_is_complete(app->fleet, origin) || mono_ms - app->seen_mono_ms >= grace_ms;
}

static void consider(void *arg)
{
    struct app *app = arg;
    if (app->is_shut || !app->has_clock || app->loads == NULL || !nt_view_is_ready(app->states))
        return;
    struct fleet_progress progress = rounds_progress(app);
    fleet_close_slots(app->fleet, &progress);
    int64_t origin = fleet_origin(app->fleet);
    if (origin == 0)
        return;
    inputs_refresh_zone(app, slot_begin_ms(origin));
    send_fits(app);
    send_explain(app);
    bool may_issue = app->is_leading && !app->is_taking_over && !app->is_round &&
                     nt_view_is_ready(app->loads) && app->unacknowledged < UNACKNOWLEDGED_MAX;
    if (may_issue && origin > app->issued_origin && is_due(app, origin))
        begin_round(app, origin);
}

static void on_tick(void *arg)
{
    struct app *app = arg;
    consider(app);
    outbox_retry(app->outbox);
    nt_metric_set(app->numbers.hosts, (double)fleet_hosts_count(app->fleet));
    nt_metric_set(app->numbers.servers, (double)fleet_servers_count(app->fleet));
    nt_metric_set(app->numbers.outbox, (double)outbox_waiting(app->outbox));
    nt_metric_set(app->numbers.leading, app->is_leading);
    nt_timer_start(app->tick, (uint64_t)within(slot_wall_ms(app) / 10, TICK_MIN_MS, TICK_MAX_MS),
                   0);
}

void rounds_consider_soon(struct app *app)
{
    if (!nt_timer_is_active(app->soon) && !app->is_shut)
        nt_timer_start(app->soon, 0, 0);
}

void rounds_stop(struct app *app)
{
    nt_timer_stop(app->next);
    app->is_round = false;
}

void rounds_open(struct app *app)
{
    const struct issue_sink sink = {
        .forecast = on_forecast, .scenarios = on_scenarios, .windows = on_windows, .arg = app};
    app->issue = issue_new(app->fleet, &sink);
    app->tick = nt_timer_new(app->loop, on_tick, app);
    app->soon = nt_timer_new(app->loop, consider, app);
    app->next = nt_timer_new(app->loop, continue_round, app);
    nt_timer_start(app->tick, TICK_MAX_MS, 0);
}

void rounds_close(struct app *app)
{
    nt_timer_free(nt_take(app->tick));
    nt_timer_free(nt_take(app->soon));
    nt_timer_free(nt_take(app->next));
    issue_free(nt_take(app->issue));
}
