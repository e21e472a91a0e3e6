#include <api/hub.h>

#include "handle.h"
#include "hub_private.h"

#include <inttypes.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

#define GATHER_MS 50
#define LOADS_MS  250
#define BEAT_MS   10000
#define QUEUE_MAX ((size_t)1 << 20)
#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(9))

/* --- writing --------------------------------------------------------------------------------- */

void hub_write(struct reader *reader, const char *name, const char *id, json_t *data)
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

void hub_write_kept(struct reader *reader, const struct event *event)
{
    struct view view = desk_view(reader->hub->desk, reader->user, reader->is_admin);
    json_t *data = hub_says[event->kind].data(reader, &view, event->key);
    char id[64];
    if (data == NULL)
        return;
    (void)snprintf(id, sizeof(id), "%" PRIx64 "-%" PRId64 "-%" PRIx64, reader->hub->boot_ms,
                   event->number, event->at_ms);
    hub_write(reader, hub_says[event->kind].name, id, data);
}

struct event *hub_kept(struct hub *hub, int64_t number)
{
    return &hub->kept[number % HUB_KEPT];
}

int64_t hub_oldest(const struct hub *hub)
{
    return hub->next_number > HUB_KEPT ? hub->next_number - HUB_KEPT : 1;
}

bool hub_is_told_later(struct hub *hub, int64_t number, int64_t until)
{
    const struct event *event = hub_kept(hub, number);
    for (int64_t later = number + 1; later < until; later++)
        if (hub_kept(hub, later)->kind == event->kind &&
            strcmp(hub_kept(hub, later)->key, event->key) == 0)
            return true;
    return false;
}

static void on_gather(void *arg)
{
    struct hub *hub = arg;
    int64_t from = hub->sent_number + 1;
    if (from < hub_oldest(hub))
        from = hub_oldest(hub);
    int64_t until = hub->next_number;
    hub->sent_number = until - 1;
    for (int64_t number = from; number < until; number++) {
        if (hub_is_told_later(hub, number, until))
            continue;
        for (struct reader *reader = hub->readers; reader != NULL; reader = reader->next)
            hub_write_kept(reader, hub_kept(hub, number));
    }
}

static void on_loads(void *arg)
{
    struct hub *hub = arg;
    for (struct reader *reader = hub->readers; reader != NULL; reader = reader->next) {
        struct view view = desk_view(hub->desk, reader->user, reader->is_admin);
        hub_write(reader, "loads", "",
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
    struct event *event = hub_kept(hub, hub->next_number);
    free(event->key);
    *event = (struct event){
        .number = hub->next_number, .at_ms = nt_wall_ms(), .kind = kind, .key = nt_strdup(key)};
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
    hub_write(reader, "hello", "",
              json_pack("{s:s, s:I, s:s}", "type", "hello", "at_ms", (json_int_t)view.load_ms,
                        "version", NT_VERSION));
    if (last_id != NULL)
        hub_replay(reader, last_id);
    ask_end(ask);
}
