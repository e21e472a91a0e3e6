/* What comes in: the pool's settings, hosts, servers, roll-ups, samples; and, when we take over,
 * what was published before us. */
#include "internal.h"

#include <forecaster/zonefile.h>
#include <inttypes.h>
#include <nt/log.h>
#include <nt/text.h>
#include <string.h>

enum {
    /* Samples are read again from so far before the newest roll-up: what was open then, and history
     * that was being written. Closed slots are final, so the repeats change nothing. */
    OVERLAP_MS = 600000,
    DAY_MS = 86400000,
};

static const int64_t HISTORY_MS = INT64_C(28) * DAY_MS;

static const enum nt_topic state_topics[] = {NT_TOPIC_POOL, NT_TOPIC_HOSTS, NT_TOPIC_SERVER_STATE};
static const enum nt_topic rollup_topics[] = {NT_TOPIC_HOST_ROLLUP};
static const enum nt_topic load_topics[] = {NT_TOPIC_HOST_LOAD};
static const enum nt_topic published_topics[] = {NT_TOPIC_FORECAST_LOAD};

static void fail(struct app *app, const char *event, const struct nt_error *err)
{
    nt_log(NT_ERROR, event, NT_KV("reason", err->message));
    nt_loop_quit(app->loop, EXIT_FAILURE);
}

/* --- settings and servers -------------------------------------------------------------------- */

void inputs_refresh_zone(struct app *app, int64_t load_ms)
{
    struct nt_error err = NT_ERROR_INIT;
    struct zone zone;
    if (load_ms + 3 * (int64_t)DAY_MS <= app->zone_until_ms)
        return;
    int64_t until_ms = load_ms + 14 * (int64_t)DAY_MS;
    if (zonefile_load(app->zone_name, load_ms - HISTORY_MS - 3 * (int64_t)DAY_MS, until_ms, &zone,
                      &err) < 0) {
        nt_log(NT_ERROR, "time_zone_unknown", NT_KV("zone", app->zone_name),
               NT_KV("reason", err.message), NT_KV("used", "UTC"));
        zone = (struct zone){0};
    }
    fleet_set_zone(app->fleet, &zone);
    app->zone_until_ms = until_ms;
}

static int take_pool(struct app *app, struct nt_arena *arena, struct nt_span value,
                     struct nt_error *err)
{
    struct nt_pool *pool = NULL;
    int status = nt_pool_decode(arena, value, &pool, err);
    if (status < 0)
        return status;
    app->clock = (struct nt_load_clock){.load0_ms = pool->clock.load0_ms,
                                        .wall0_ms = pool->clock.wall0_ms,
                                        .rate = pool->clock.rate};
    app->has_clock = true;
    fleet_set_policy(app->fleet, pool->threshold_pct, pool->act_probability);
    if (!nt_text_is(app->zone_name, pool->time_zone)) {
        (void)snprintf(app->zone_name, sizeof(app->zone_name), "%s", pool->time_zone);
        app->zone_until_ms = 0;
    }
    return 0;
}

static int take_host(struct app *app, struct nt_arena *arena, struct nt_span value,
                     struct nt_error *err)
{
    struct nt_host *host = NULL;
    int status = nt_host_decode(arena, value, &host, err);
    if (status < 0)
        return status;
    if (host->capacity != NULL)
        fleet_set_capacity(app->fleet, host->host, (double)host->capacity->cpu_milli,
                           (double)host->capacity->mem_bytes);
    else
        fleet_set_capacity(app->fleet, host->host, 0, 0);
    return 0;
}

static int take_server(struct app *app, struct nt_arena *arena, struct nt_span value,
                       struct nt_error *err)
{
    struct nt_server_state *state = NULL;
    int status = nt_server_state_decode(arena, value, &state, err);
    if (status < 0)
        return status;
    bool rests = nt_text_is(state->state, "stopped") || nt_text_is(state->state, "failed") ||
                 nt_text_is(state->state, "deleting");
    fleet_set_server(app->fleet, state->server, state->template, !rests);
    return 0;
}

static int on_state(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    if (message->value.len == 0) {
        if (message->topic == NT_TOPIC_SERVER_STATE && message->key != NULL) {
            fleet_remove_server(app->fleet, message->key);
            if (!message->is_replay)
                rounds_send_tombstones(app, message->key);
        }
        return 0;
    }
    switch (message->topic) {
    case NT_TOPIC_POOL:
        return take_pool(app, &arena, message->value, err);
    case NT_TOPIC_HOSTS:
        return take_host(app, &arena, message->value, err);
    default:
        return take_server(app, &arena, message->value, err);
    }
}

/* --- roll-ups -------------------------------------------------------------------------------- */

static int on_rollup(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    const char *host = NULL;
    struct slot_roll roll;
    if (message->value.len == 0)
        return 0;
    int status = codec_decode_roll(&arena, message->value, &host, &roll, err);
    if (status < 0)
        return status;
    outbox_drop(app->outbox, host, roll.slot);
    /* Most come back to who closed them: -EALREADY. Too old or too many: ignored likewise. */
    (void)fleet_apply_roll(app->fleet, host, &roll);
    return 0;
}

static int on_load(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_load *load = NULL;
    if (message->value.len == 0)
        return 0;
    int status = nt_host_load_decode(&arena, message->value, &load, err);
    if (status < 0)
        return status;
    struct sample sample = codec_sample(&arena, load);
    struct fleet_progress progress = rounds_progress(app);
    status = fleet_add_sample(app->fleet, &sample, &progress);
    if (status == -EINVAL)
        return nt_fail(err, status, "the sample's interval, time or figures cannot be");
    nt_metric_add(status == 0 ? app->numbers.samples : app->numbers.late, 1);
    if (message->append_ms > app->read_wall_ms)
        app->read_wall_ms = message->append_ms;
    rounds_consider_soon(app);
    return 0;
}

static void open_loads(struct app *app)
{
    struct nt_error err = NT_ERROR_INIT;
    if (app->loads != NULL || app->is_shut || !nt_view_is_ready(app->states) ||
        !nt_view_is_ready(app->rollups))
        return;
    int64_t newest_ms = 0; /* nothing was rolled up yet: all that there is */
    int64_t origin = fleet_origin(app->fleet);
    if (origin > 0) {
        int64_t wall_ms = nt_wall_ms();
        int64_t age_ms = wall_ms - nt_load_to_wall_ms(&app->clock, slot_begin_ms(origin));
        newest_ms = (age_ms > 0 ? age_ms : 0) + OVERLAP_MS;
    }
    const struct nt_view_options options = {.topics = load_topics,
                                            .topics_count = NT_COUNT(load_topics),
                                            .on_message = on_load,
                                            .newest_ms = newest_ms,
                                            .arg = app};
    nt_log(NT_INFO, "history_read", NT_KV("hosts", (int64_t)fleet_hosts_count(app->fleet)),
           NT_KV("servers", (int64_t)fleet_servers_count(app->fleet)), NT_KV("origin", origin),
           NT_KV("samples_from_ms", newest_ms));
    if (nt_view_open(app->bus, &options, &app->loads, &err) < 0)
        fail(app, "view_not_opened", &err);
}

static void on_view_ready(void *arg)
{
    open_loads(arg);
}

/* --- taking over ----------------------------------------------------------------------------- */

/* Which servers the topics still speak of, and how the predecessor's forecasts did. */
static int on_published(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    enum resource resource;
    if (message->value.len == 0)
        return 0;
    struct nt_forecast_load *forecast = NULL;
    int status = nt_forecast_load_decode(&arena, message->value, &forecast, err);
    if (status < 0)
        return status;
    if (!codec_parse_resource(forecast->resource, &resource))
        return 0; /* of a newer version of us */
    const struct accuracy_sum sum = {.scored = forecast->accuracy.scored,
                                     .mae = forecast->accuracy.mae,
                                     .mae_naive = forecast->accuracy.mae_naive,
                                     .coverage_80_pct = forecast->accuracy.coverage_80_pct,
                                     .told = forecast->accuracy.window_told,
                                     .over = forecast->accuracy.window_over,
                                     .foreseen = forecast->accuracy.window_foreseen};
    fleet_seed_accuracy(app->fleet, forecast->kind, forecast->subject, resource,
                        slot_of(forecast->issued_ms) - 1, &sum);
    if (nt_text_is(forecast->kind, "server") && !fleet_has_server(app->fleet, forecast->subject))
        rounds_send_tombstones(app, forecast->subject); /* deleted while nobody led */
    return 0;
}

static void on_published_ready(void *arg)
{
    struct app *app = arg;
    nt_view_close(nt_take(app->published));
    app->is_taking_over = false;
    nt_log(NT_INFO, "took_over");
    rounds_consider_soon(app);
}

void inputs_take_over(struct app *app)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_view_options options = {.topics = published_topics,
                                            .topics_count = NT_COUNT(published_topics),
                                            .on_message = on_published,
                                            .on_ready = on_published_ready,
                                            .arg = app};
    if (app->published != NULL)
        nt_view_close(nt_take(app->published));
    app->is_taking_over = true;
    if (nt_view_open(app->bus, &options, &app->published, &err) < 0)
        fail(app, "view_not_opened", &err);
}

/* --- open and close -------------------------------------------------------------------------- */

void inputs_open(struct app *app)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_view_options states = {.topics = state_topics,
                                           .topics_count = NT_COUNT(state_topics),
                                           .on_message = on_state,
                                           .on_ready = on_view_ready,
                                           .arg = app};
    const struct nt_view_options rollups = {.topics = rollup_topics,
                                            .topics_count = NT_COUNT(rollup_topics),
                                            .on_message = on_rollup,
                                            .on_ready = on_view_ready,
                                            .arg = app};
    if (nt_view_open(app->bus, &states, &app->states, &err) < 0 ||
        nt_view_open(app->bus, &rollups, &app->rollups, &err) < 0)
        fail(app, "view_not_opened", &err);
}

void inputs_close(struct app *app)
{
    struct nt_view **views[] = {&app->published, &app->loads, &app->rollups, &app->states};
    for (size_t i = 0; i < NT_COUNT(views); i++) {
        if (*views[i] != NULL)
            nt_view_close(nt_take(*views[i]));
    }
}
