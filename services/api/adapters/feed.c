#include <api/feed.h>

#include <api/hub.h>
#include <api/waits.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

#define DAY_MS   (INT64_C(24) * 3600 * 1000)
#define HOUR_MS  (INT64_C(3600) * 1000)
#define TASKS_MS (15 * INT64_C(60) * 1000) /* longer than any task lasts */
/* Roll-ups are read again from this long before the mark: appends of one batch share a time. */
#define OVERLAP_MS (INT64_C(60) * 1000)

/* Topics that are read together, because they begin at the same age. */
struct source {
    struct feed *feed;
    struct nt_view *view;
    bool is_needed; /* before the fleet is ready */
    bool is_ready;
};

enum { SOURCE_STATE, SOURCE_DAY, SOURCE_EVENTS, SOURCE_LOAD, SOURCE_ROLLUP, SOURCES };

struct feed {
    struct desk *desk;
    struct source sources[SOURCES];
    void (*on_ready)(void *arg);
    void *arg;
    struct nt_timer *tidy;
};

/* --- a record came --------------------------------------------------------------------------- */

static const struct {
    enum nt_topic topic;
    enum hub_kind kind;
} told[] = {
    {NT_TOPIC_SERVER_STATE, HUB_SERVER},
    {NT_TOPIC_HOSTS, HUB_HOST},
    {NT_TOPIC_HOST_STATE, HUB_HOST},
    {NT_TOPIC_POOL, HUB_POOL},
    {NT_TOPIC_PLANS, HUB_PLAN},
    {NT_TOPIC_FORECAST_WINDOWS, HUB_WINDOWS},
    {NT_TOPIC_FORECAST_LOAD, HUB_FORECAST},
    {NT_TOPIC_OUTCOMES, HUB_TASK},
};

/* A task is done when the server's state has caught up: tell those that were asked for lately. */
static void tell_tasks(struct desk *desk, const char *server)
{
    int64_t since_ms = nt_wall_ms() - TASKS_MS;
    for (size_t i = 0; i < desk->fleet.wishes.count; i++) {
        const struct nt_wish *wish = table_at(&desk->fleet.wishes, i);
        if (wish->at_ms >= since_ms && nt_text_is(wish->server, server))
            hub_changed(desk->hub, HUB_TASK, wish->id);
    }
}

static void tell(struct desk *desk, const struct nt_message *message)
{
    if (message->topic == NT_TOPIC_SERVER_STATE)
        tell_tasks(desk, message->key);
    for (size_t i = 0; i < NT_COUNT(told); i++)
        if (told[i].topic == message->topic)
            hub_changed(desk->hub, told[i].kind, message->key);
    if (message->topic == NT_TOPIC_SERVER_STATE && desk->edge != NULL)
        edge_changed(desk->edge);
    waits_check(desk->waits);
}

/* Events are kept under keys of the fleet's own: the newest of this server is the one that came. */
static void tell_event(struct desk *desk, const struct nt_message *message)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    size_t end = table_before(&desk->fleet.events, nt_arena_printf(&arena, "%s0", message->key));
    if (end > 0)
        hub_changed(desk->hub, HUB_SERVER_EVENT, desk->fleet.events.rows[end - 1]->key);
    nt_arena_deinit(&arena);
}

static void tell_move(struct desk *desk, const struct nt_message *message)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_move_event *move = NULL;
    if (nt_move_event_decode(&arena, message->value, &move, NULL) == 0)
        hub_changed(desk->hub, HUB_MOVE, move->move);
    nt_arena_deinit(&arena);
}

static int on_state(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct source *source = arg;
    struct desk *desk = source->feed->desk;
    struct fleet_record record = {.topic = message->topic,
                                  .key = message->key,
                                  .value = message->value,
                                  .offset = message->offset};
    int code = fleet_apply(&desk->fleet, &record, err);
    if (code <= 0 || !desk->is_fleet_ready)
        return code < 0 ? code : 0;
    if (message->topic == NT_TOPIC_SERVER_EVENTS)
        tell_event(desk, message);
    else if (message->topic == NT_TOPIC_MOVE_EVENTS)
        tell_move(desk, message);
    else
        tell(desk, message);
    return 0;
}

static int on_load(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct source *source = arg;
    struct desk *desk = source->feed->desk;
    struct fleet_record record = {
        .topic = message->topic, .key = message->key, .value = message->value};
    int code = fleet_apply(&desk->fleet, &record, err);
    if (code < 0)
        return code;
    const struct nt_host_load *load = table_find(&desk->fleet.loads, message->key);
    if (load != NULL)
        recent_add(desk->recent, load);
    if (desk->is_fleet_ready)
        hub_loads(desk->hub);
    return 0;
}

static int on_rollup(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct source *source = arg;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_rollup *rollup = NULL;
    int code =
        message->value.len == 0 ? 0 : nt_host_rollup_decode(&arena, message->value, &rollup, err);
    if (rollup != NULL)
        history_add(source->feed->desk->history, rollup, message->append_ms);
    nt_arena_deinit(&arena);
    return code;
}

/* --- ready ----------------------------------------------------------------------------------- */

static void on_source_ready(void *arg)
{
    struct source *source = arg;
    struct feed *feed = source->feed;
    source->is_ready = true;
    for (size_t i = 0; i < SOURCES; i++)
        if (feed->sources[i].is_needed && !feed->sources[i].is_ready)
            return;
    if (feed->desk->is_fleet_ready)
        return;
    feed->desk->is_fleet_ready = true;
    fleet_prune(&feed->desk->fleet, nt_wall_ms());
    nt_log(NT_INFO, "fleet_read", NT_KV("servers", feed->desk->fleet.servers.count),
           NT_KV("hosts", feed->desk->fleet.hosts.count),
           NT_KV("accounts", feed->desk->fleet.accounts.count));
    if (feed->desk->edge != NULL)
        edge_changed(feed->desk->edge);
    feed->on_ready(feed->arg);
}

/* Sessions that ended a day ago leave the topic too, some each time. */
static void bury_sessions(struct desk *desk)
{
    const struct table *sessions = &desk->fleet.sessions;
    int64_t before_ms = nt_wall_ms() - FLEET_REMEMBER_MS;
    struct desk_record records[DESK_RECORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sessions->count && count < NT_COUNT(records); i++) {
        const struct nt_session *session = table_at(sessions, i);
        if (session->expires_at_ms < before_ms)
            records[count++] = (struct desk_record){NT_TOPIC_SESSIONS, session->hash, NULL};
    }
    if (count > 0 && desk_can_write(desk))
        desk_commit(desk, records, count, NULL, NULL, NULL);
}

static void on_tidy(void *arg)
{
    struct feed *feed = arg;
    if (feed->desk->is_fleet_ready)
        bury_sessions(feed->desk);
    if (feed->desk->is_fleet_ready)
        fleet_prune(&feed->desk->fleet, nt_wall_ms());
}

static int open_source(struct feed *feed, size_t index, const enum nt_topic *topics, size_t count,
                       nt_on_message on_message, int64_t newest_ms, struct nt_error *err)
{
    struct source *source = &feed->sources[index];
    struct nt_view_options options = {.topics = topics,
                                      .topics_count = count,
                                      .on_message = on_message,
                                      .on_ready = on_source_ready,
                                      .arg = source,
                                      .newest_ms = newest_ms};
    source->feed = feed;
    source->is_needed = on_message == on_state;
    return nt_view_open(feed->desk->bus, &options, &source->view, err);
}

static int open_sources(struct feed *feed, int64_t history_from_ms, struct nt_error *err)
{
    static const enum nt_topic state[] = {
        NT_TOPIC_ACCOUNTS,      NT_TOPIC_SESSIONS,         NT_TOPIC_TEMPLATES,
        NT_TOPIC_HOSTS,         NT_TOPIC_HOST_STATE,       NT_TOPIC_AGENTS,
        NT_TOPIC_POOL,          NT_TOPIC_SERVER_STATE,     NT_TOPIC_PLANS,
        NT_TOPIC_FORECAST_LOAD, NT_TOPIC_FORECAST_WINDOWS, NT_TOPIC_FORECAST_RELATIONS};
    static const enum nt_topic day[] = {NT_TOPIC_REQUESTS, NT_TOPIC_OUTCOMES};
    static const enum nt_topic events[] = {NT_TOPIC_SERVER_EVENTS, NT_TOPIC_MOVE_EVENTS,
                                           NT_TOPIC_AUDIT};
    static const enum nt_topic load[] = {NT_TOPIC_HOST_LOAD};
    static const enum nt_topic rollup[] = {NT_TOPIC_HOST_ROLLUP};
    int64_t age_ms = 0; /* the beginning */
    if (history_from_ms > 0)
        age_ms = nt_wall_ms() - history_from_ms + OVERLAP_MS;
    if (age_ms < 0)
        age_ms = 0; /* the wall clock went back: everything again does no harm */
    int code = open_source(feed, SOURCE_STATE, state, NT_COUNT(state), on_state, 0, err);
    if (code == 0)
        code = open_source(feed, SOURCE_DAY, day, NT_COUNT(day), on_state, DAY_MS, err);
    if (code == 0)
        code = open_source(feed, SOURCE_EVENTS, events, NT_COUNT(events), on_state, FLEET_EVENTS_MS,
                           err);
    if (code == 0)
        code = open_source(feed, SOURCE_LOAD, load, NT_COUNT(load), on_load, HOUR_MS, err);
    if (code == 0)
        code = open_source(feed, SOURCE_ROLLUP, rollup, NT_COUNT(rollup), on_rollup, age_ms, err);
    return code;
}

int feed_open(struct desk *desk, int64_t history_from_ms, void (*on_ready)(void *arg), void *arg,
              struct feed **ret_feed, struct nt_error *err)
{
    struct feed *feed = nt_zalloc(sizeof(*feed));
    feed->desk = desk;
    feed->on_ready = on_ready;
    feed->arg = arg;
    int code = open_sources(feed, history_from_ms, err);
    if (code < 0) {
        feed_close(feed);
        return code;
    }
    feed->tidy = nt_timer_new(desk->loop, on_tidy, feed);
    nt_timer_start(feed->tidy, (uint64_t)HOUR_MS, (uint64_t)HOUR_MS);
    *ret_feed = feed;
    return 0;
}

void feed_close(struct feed *feed)
{
    if (feed == NULL)
        return;
    for (size_t i = 0; i < SOURCES; i++)
        nt_view_close(feed->sources[i].view);
    nt_timer_free(feed->tidy);
    free(feed);
}
