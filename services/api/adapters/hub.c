#include <api/hub.h>

#include "handle.h"

#include <inttypes.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

#define GATHER_MS 50
#define LOADS_MS  250
#define BEAT_MS   10000
#define QUEUE_MAX ((size_t)1 << 20)
#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(9))

struct event {
    int64_t number;
    enum hub_kind kind;
    char *key;
};

struct reader {
    struct hub *hub;
    struct reader *next;
    struct nt_stream *stream;
    char *user;
    char *session; /* hash: the stream ends with it */
    bool is_admin;
    enum nt_language language;
};

struct hub {
    struct desk *desk;
    struct reader *readers;
    size_t readers_count;
    struct nt_timer *gather;
    struct nt_timer *loads;
    struct nt_timer *beat;
    int64_t boot_ms;             /* names this run: numbers of another mean nothing */
    int64_t next_number;         /* from 1 */
    int64_t sent_number;         /* up to which events have gone out */
    struct event kept[HUB_KEPT]; /* by number mod HUB_KEPT */
    struct nt_metric *readers_metric;
};

/* --- what an event says ---------------------------------------------------------------------- */

static bool is_owner(const struct reader *reader, const char *owner)
{
    return reader->is_admin || (owner != NULL && strcmp(owner, reader->user) == 0);
}

static json_t *data_server(const struct reader *reader, const struct view *view, const char *key)
{
    const struct nt_server_state *server = fleet_server(view->fleet, key);
    if (server == NULL)
        return reader->is_admin ? json_pack("{s:s, s:s}", "type", "server-gone", "server", key)
                                : NULL;
    if (!is_owner(reader, server->owner))
        return NULL;
    if (strcmp(server->desired, "deleted") == 0)
        return json_pack("{s:s, s:s}", "type", "server-gone", "server", key);
    return json_pack("{s:s, s:o}", "type", "server", "server", view_server(view, server));
}

static json_t *data_server_event(const struct reader *reader, const struct view *view,
                                 const char *key)
{
    const struct nt_server_event *event = table_find(&view->fleet->events, key);
    if (event == NULL || !is_owner(reader, event->owner))
        return NULL;
    return json_pack("{s:s, s:o}", "type", "server-event", "event", view_event(event, key));
}

static json_t *data_host(const struct reader *reader, const struct view *view, const char *key)
{
    (void)reader;
    const struct nt_host *host = table_find(&view->fleet->hosts, key);
    if (host == NULL)
        return NULL;
    return json_pack("{s:s, s:o}", "type", "host", "host", view_host(view, host));
}

static json_t *data_move(const struct reader *reader, const struct view *view, const char *key)
{
    const struct nt_move_event *move = table_find(&view->fleet->moves, key);
    if (move == NULL || !is_owner(reader, move->owner))
        return NULL;
    return json_pack("{s:s, s:o}", "type", "move", "move", view_move(move));
}

static json_t *data_plan(const struct reader *reader, const struct view *view, const char *key)
{
    const struct nt_plan *plan = table_find(&view->fleet->plans, key);
    if (plan == NULL || !reader->is_admin)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s}", "type", "plan", "plan", plan->plan, "host", plan->host,
                     "state", plan->state);
}

static json_t *data_windows(const struct reader *reader, const struct view *view, const char *key)
{
    if (!reader->is_admin)
        return NULL;
    return json_pack("{s:s, s:s, s:o}", "type", "windows", "host", key, "windows",
                     view_windows(view, key, NULL));
}

static json_t *data_forecast(const struct reader *reader, const struct view *view, const char *key)
{
    const struct nt_forecast_load *forecast = table_find(&view->fleet->forecasts, key);
    if (forecast == NULL)
        return NULL;
    const struct nt_server_state *server = fleet_server(view->fleet, forecast->subject);
    if (strcmp(forecast->kind, "host") != 0 && (server == NULL || !is_owner(reader, server->owner)))
        return NULL;
    return json_pack("{s:s, s:s}", "type", "forecast", "subject", forecast->subject);
}

static json_t *data_pool(const struct reader *reader, const struct view *view, const char *key)
{
    (void)reader;
    const struct nt_pool *pool = table_find(&view->fleet->pool, key);
    if (pool == NULL)
        return NULL;
    return json_pack("{s:s, s:o}", "type", "pool", "pool", view_pool(view, pool));
}

static json_t *data_task(const struct reader *reader, const struct view *view, const char *key)
{
    const struct nt_wish *wish = table_find(&view->fleet->wishes, key);
    if (wish == NULL || strcmp(wish->actor, reader->user) != 0)
        return NULL;
    return json_pack(
        "{s:s, s:o}", "type", "task", "task",
        view_task(view, wish, table_find(&view->fleet->outcomes, key), reader->language));
}

static const struct {
    const char *name;
    json_t *(*data)(const struct reader *reader, const struct view *view, const char *key);
} kinds[] = {
    [HUB_SERVER] = {"server", data_server},
    [HUB_SERVER_EVENT] = {"server-event", data_server_event},
    [HUB_HOST] = {"host", data_host},
    [HUB_MOVE] = {"move", data_move},
    [HUB_PLAN] = {"plan", data_plan},
    [HUB_WINDOWS] = {"windows", data_windows},
    [HUB_FORECAST] = {"forecast", data_forecast},
    [HUB_POOL] = {"pool", data_pool},
    [HUB_TASK] = {"task", data_task},
};

/* --- writing --------------------------------------------------------------------------------- */

/* data is taken. id "": none. A reader that is too slow is ended by the stream itself. */
static void write_event(struct reader *reader, const char *name, const char *id, json_t *data)
{
    char *text = json_dumps(data, JSON_FORM);
    struct nt_buf line = {0};
    if (text != NULL && reader->stream != NULL) {
        if (id[0] != '\0')
            (void)nt_buf_printf(&line, "id: %s\n", id);
        (void)nt_buf_printf(&line, "event: %s\ndata: ", name);
        (void)nt_buf_add_text(&line, text);
        (void)nt_buf_add_text(&line, "\n\n");
        (void)nt_stream_write(reader->stream, nt_buf_span(&line));
    }
    nt_buf_deinit(&line);
    free(text);
    json_decref(data);
}

static void write_kept(struct reader *reader, const struct event *event)
{
    struct view view = desk_view(reader->hub->desk, reader->user, reader->is_admin);
    json_t *data = kinds[event->kind].data(reader, &view, event->key);
    char id[64];
    if (data == NULL)
        return;
    (void)snprintf(id, sizeof(id), "%" PRIx64 "-%" PRId64, reader->hub->boot_ms, event->number);
    write_event(reader, kinds[event->kind].name, id, data);
}

static struct event *kept_at(struct hub *hub, int64_t number)
{
    return &hub->kept[number % HUB_KEPT];
}

static int64_t oldest_number(const struct hub *hub)
{
    return hub->next_number > HUB_KEPT ? hub->next_number - HUB_KEPT : 1;
}

/* Is the same thing told again later, before until? */
static bool is_told_later(struct hub *hub, int64_t number, int64_t until)
{
    const struct event *event = kept_at(hub, number);
    for (int64_t later = number + 1; later < until; later++)
        if (kept_at(hub, later)->kind == event->kind &&
            strcmp(kept_at(hub, later)->key, event->key) == 0)
            return true;
    return false;
}

static void on_gather(void *arg)
{
    struct hub *hub = arg;
    int64_t from = hub->sent_number + 1;
    if (from < oldest_number(hub))
        from = oldest_number(hub);
    int64_t until = hub->next_number;
    hub->sent_number = until - 1;
    for (int64_t number = from; number < until; number++) {
        if (is_told_later(hub, number, until))
            continue;
        for (struct reader *reader = hub->readers; reader != NULL; reader = reader->next)
            write_kept(reader, kept_at(hub, number));
    }
}

static void on_loads(void *arg)
{
    struct hub *hub = arg;
    for (struct reader *reader = hub->readers; reader != NULL; reader = reader->next) {
        struct view view = desk_view(hub->desk, reader->user, reader->is_admin);
        write_event(reader, "loads", "",
                    json_pack("{s:s, s:o}", "type", "loads", "loads", view_loads(&view)));
    }
}

static void on_beat(void *arg)
{
    struct hub *hub = arg;
    struct reader *next = NULL;
    for (struct reader *reader = hub->readers; reader != NULL; reader = next) {
        next = reader->next;
        if (fleet_session(&hub->desk->fleet, reader->session, nt_wall_ms()) == NULL)
            nt_stream_end(reader->stream); /* signed out, or over */
        else
            (void)nt_stream_write(reader->stream, nt_span_of(": beat\n\n"));
    }
}

/* --- life ------------------------------------------------------------------------------------ */

struct hub *hub_new(struct desk *desk)
{
    struct hub *hub = nt_zalloc(sizeof(*hub));
    hub->desk = desk;
    hub->boot_ms = nt_wall_ms();
    hub->next_number = 1;
    hub->gather = nt_timer_new(desk->loop, on_gather, hub);
    hub->loads = nt_timer_new(desk->loop, on_loads, hub);
    hub->beat = nt_timer_new(desk->loop, on_beat, hub);
    nt_timer_start(hub->beat, BEAT_MS, BEAT_MS);
    hub->readers_metric =
        nt_metrics_gauge(desk->metrics, "neaptide_api_event_streams", NULL, "open event streams");
    return hub;
}

static void reader_free(struct reader *reader)
{
    struct hub *hub = reader->hub;
    struct reader **at = &hub->readers;
    while (*at != reader)
        at = &(*at)->next;
    *at = reader->next;
    hub->readers_count--;
    nt_metric_set(hub->readers_metric, (double)hub->readers_count);
    free(reader->user);
    free(reader->session);
    free(reader);
}

void hub_free(struct hub *hub)
{
    if (hub == NULL)
        return;
    while (hub->readers != NULL)
        nt_stream_end(hub->readers->stream); /* on_closed takes it off the list */
    nt_timer_free(hub->gather);
    nt_timer_free(hub->loads);
    nt_timer_free(hub->beat);
    for (size_t i = 0; i < HUB_KEPT; i++)
        free(hub->kept[i].key);
    free(hub);
}

void hub_changed(struct hub *hub, enum hub_kind kind, const char *key)
{
    struct event *event = kept_at(hub, hub->next_number);
    free(event->key);
    *event = (struct event){.number = hub->next_number, .kind = kind, .key = nt_strdup(key)};
    hub->next_number++;
    if (!nt_timer_is_active(hub->gather))
        nt_timer_start(hub->gather, GATHER_MS, 0);
}

void hub_loads(struct hub *hub)
{
    if (!nt_timer_is_active(hub->loads))
        nt_timer_start(hub->loads, LOADS_MS, 0);
}

/* --- a new reader ---------------------------------------------------------------------------- */

static void on_closed(void *arg)
{
    struct reader *reader = arg;
    reader->stream = NULL;
    reader_free(reader);
}

/* The number in Last-Event-ID; -1 where it is of another run, or none of ours. */
static int64_t number_of(const struct hub *hub, const char *id)
{
    char boot[32];
    (void)snprintf(boot, sizeof(boot), "%" PRIx64 "-", hub->boot_ms);
    int64_t number = 0;
    if (!nt_text_starts(id, boot) ||
        nt_parse_i64(id + strlen(boot), 0, hub->next_number - 1, &number) < 0)
        return -1;
    return number;
}

static void replay(struct reader *reader, const char *last_id)
{
    struct hub *hub = reader->hub;
    int64_t last = number_of(hub, last_id);
    if (last < 0 || last + 1 < oldest_number(hub)) {
        write_event(reader, "reset", "", json_pack("{s:s}", "type", "reset"));
        return;
    }
    int64_t until = hub->sent_number + 1;
    for (int64_t number = last + 1; number < until; number++)
        if (!is_told_later(hub, number, until))
            write_kept(reader, kept_at(hub, number));
}

static size_t streams_of(const struct hub *hub, const char *user)
{
    size_t count = 0;
    for (const struct reader *reader = hub->readers; reader != NULL; reader = reader->next)
        count += strcmp(reader->user, user) == 0;
    return count;
}

static void refuse(struct ask *ask, int64_t max)
{
    struct problem problem = {0};
    (void)problem_set(&problem, "too-many-streams");
    problem_int(&problem, "max", max);
    ask_problem(ask, &problem);
}

void handle_stream_events(struct ask *ask)
{
    struct hub *hub = ask->desk->hub;
    if (hub->readers_count >= HUB_STREAMS_MAX) {
        refuse(ask, HUB_STREAMS_MAX);
        return;
    }
    if (streams_of(hub, ask->user) >= HUB_STREAMS_EACH) {
        refuse(ask, HUB_STREAMS_EACH);
        return;
    }
    const char *last_id = nt_request_header(ask->request, "last-event-id");
    last_id = last_id == NULL ? NULL : nt_arena_text(&ask->arena, last_id);
    struct reader *reader = nt_zalloc(sizeof(*reader));
    *reader = (struct reader){.hub = hub,
                              .next = hub->readers,
                              .user = nt_strdup(ask->user),
                              .session = nt_strdup(ask->session),
                              .is_admin = ask->who.is_admin,
                              .language = ask->language};
    hub->readers = reader;
    hub->readers_count++;
    nt_metric_set(hub->readers_metric, (double)hub->readers_count);
    statics_add_headers(ask->request);
    nt_request_add_header(ask->request, "Cache-Control", "no-store");
    nt_request_add_header(ask->request, "X-Accel-Buffering", "no");
    struct nt_stream_options options = {.content_type = "text/event-stream",
                                        .queue_max = QUEUE_MAX,
                                        .on_closed = on_closed,
                                        .arg = reader};
    reader->stream = nt_request_stream(ask->request, &options);
    (void)nt_stream_write(reader->stream, nt_span_of(": welcome\nretry: 2000\n\n"));
    struct view view = ask_view(ask);
    write_event(reader, "hello", "",
                json_pack("{s:s, s:I, s:s}", "type", "hello", "at_ms", (json_int_t)view.load_ms,
                          "version", NT_VERSION));
    if (last_id != NULL)
        replay(reader, last_id);
    ask_end(ask);
}
