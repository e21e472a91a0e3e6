#include <api/resource_log.h>

#include "view_json.h"

#include <stdlib.h>
#include <time.h>

/* One change of an allotment. */
struct change {
    int64_t at_ms; /* load time */
    const struct nt_server_event *event;
    int64_t cpu_milli; /* -1: not said */
    int64_t mem_bytes;
};

struct changes {
    struct change *items; /* oldest first */
    size_t count;
};

/* Wall time as load time. */
static int64_t load_time(const struct view *view, int64_t wall_ms)
{
    return fleet_load_ms(view->fleet, wall_ms);
}

static int64_t figure(const struct nt_server_event *event, const char *name)
{
    int64_t value = -1;
    const char *text = nt_pairs_find(event->params, event->params_count, name);
    return text != NULL && nt_parse_i64(text, 0, INT64_MAX, &value) == 0 ? value : -1;
}

static bool is_change(const struct resource_log *log, const struct nt_server_event *event)
{
    return strcmp(event->kind, "resized") == 0 &&
           strcmp(log->is_server ? event->server : event->host, log->subject) == 0;
}

static int by_time(const void *a, const void *b)
{
    const struct change *left = a;
    const struct change *right = b;
    return left->at_ms < right->at_ms ? -1 : left->at_ms > right->at_ms;
}

static struct changes changes_of(const struct view *view, const struct resource_log *log,
                                 struct nt_arena *arena)
{
    const struct table *events = &view->fleet->events;
    size_t first = 0;
    size_t end = events->count;
    if (log->is_server) {
        first = table_after(events, nt_arena_printf(arena, "%s/", log->subject));
        end = table_before(events, nt_arena_printf(arena, "%s0", log->subject));
    }
    struct changes changes = {.items = NT_ARRAY(arena, end - first, struct change)};
    for (size_t i = first; i < end; i++) {
        const struct nt_server_event *event = table_at(events, i);
        if (is_change(log, event))
            changes.items[changes.count++] =
                (struct change){.at_ms = load_time(view, event->at_ms),
                                .event = event,
                                .cpu_milli = figure(event, "cpu_milli"),
                                .mem_bytes = figure(event, "mem_bytes")};
    }
    if (changes.count > 1)
        qsort(changes.items, changes.count, sizeof(changes.items[0]), by_time);
    return changes;
}

struct allotted {
    int64_t cpu_milli; /* -1: nobody knows any more */
    int64_t mem_bytes;
};

/* What was allotted at the end of a step that ends at end_ms. */
static struct allotted allotted_at(const struct view *view, const struct resource_log *log,
                                   const struct changes *changes, int64_t end_ms)
{
    if (!log->is_server) {
        struct nt_resources capacity = fleet_capacity(view->fleet, log->subject);
        return (struct allotted){capacity.cpu_milli, capacity.mem_bytes};
    }
    const struct nt_server_state *server = fleet_server(view->fleet, log->subject);
    const struct nt_resources *now = server->applied != NULL ? server->applied : &server->granted;
    struct allotted allotted = {-1, -1};
    if (changes->count == 0 || changes->items[changes->count - 1].at_ms < end_ms)
        return (struct allotted){now->cpu_milli, now->mem_bytes};
    for (size_t i = 0; i < changes->count && changes->items[i].at_ms < end_ms; i++)
        allotted = (struct allotted){changes->items[i].cpu_milli, changes->items[i].mem_bytes};
    return allotted;
}

static json_t *known(int64_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

/* Somebody asked for it, or the balancer shared the host out anew. */
static const char *reason_of(const struct nt_server_event *event)
{
    return event->request[0] != '\0' ? "asked" : "balancer";
}

json_t *resource_log_to_json(const struct view *view, const struct resource_log *log)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct changes changes = changes_of(view, log, &arena);
    const struct series *series = log->series;
    int64_t end_ms = series->from_ms + (int64_t)series->count * series->step_ms;
    json_t *items = json_array();
    json_t *list = json_array();
    for (size_t i = 0; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        int64_t at_ms = series->from_ms + (int64_t)i * series->step_ms;
        struct allotted allotted = allotted_at(view, log, &changes, at_ms + series->step_ms);
        bool is_known = point->weight > 0;
        (void)json_array_append_new(
            items, json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "at_ms", (json_int_t)at_ms,
                             "cpu_milli",
                             is_known ? j_round(point->cpu_mean / point->weight) : json_null(),
                             "cpu_milli_max", is_known ? j_round(point->cpu_max) : json_null(),
                             "cpu_allotted_milli", known(allotted.cpu_milli), "mem_bytes",
                             is_known ? j_whole(point->mem_mean / point->weight) : json_null(),
                             "mem_bytes_max", is_known ? j_whole(point->mem_max) : json_null(),
                             "mem_allotted_bytes", known(allotted.mem_bytes)));
    }
    for (size_t i = 0; i < changes.count; i++) {
        const struct change *change = &changes.items[i];
        if (change->at_ms >= series->from_ms && change->at_ms < end_ms)
            (void)json_array_append_new(
                list,
                json_pack("{s:I, s:s, s:s, s:o, s:o, s:s}", "at_ms", (json_int_t)change->at_ms,
                          "server", change->event->server, "name", change->event->name, "cpu_milli",
                          known(change->cpu_milli), "mem_bytes", known(change->mem_bytes), "reason",
                          reason_of(change->event)));
    }
    json_t *json = json_pack("{s:s, s:I, s:I, s:o, s:o}", "subject", log->subject, "from_ms",
                             (json_int_t)series->from_ms, "step_ms", (json_int_t)series->step_ms,
                             "items", items, "changes", list);
    nt_arena_deinit(&arena);
    return json;
}

/* --- CSV ------------------------------------------------------------------------------------- */

static void add_time(struct nt_buf *out, int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm parts;
    char text[32] = "";
    if (gmtime_r(&seconds, &parts) != NULL)
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    (void)nt_buf_add_text(out, text);
}

static void add_value(struct nt_buf *out, const json_t *value)
{
    if (json_is_number(value))
        (void)nt_buf_printf(out, ",%.15g", json_number_value(value));
    else
        (void)nt_buf_add_text(out, ",");
}

void resource_log_to_csv(const struct view *view, const struct resource_log *log,
                         struct nt_buf *out)
{
    static const char *const columns[] = {"cpu_milli", "cpu_milli_max", "cpu_allotted_milli",
                                          "mem_bytes", "mem_bytes_max", "mem_allotted_bytes"};
    json_t *json = resource_log_to_json(view, log);
    const json_t *changes = json_object_get(json, "changes");
    (void)nt_buf_add_text(out, "time");
    for (size_t i = 0; i < NT_COUNT(columns); i++)
        (void)nt_buf_printf(out, ",%s", columns[i]);
    (void)nt_buf_add_text(out, ",change\r\n");
    size_t next = 0;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach(json_object_get(json, "items"), index, item)
    {
        int64_t end_ms = json_integer_value(json_object_get(item, "at_ms")) + log->series->step_ms;
        add_time(out, end_ms - log->series->step_ms);
        for (size_t i = 0; i < NT_COUNT(columns); i++)
            add_value(out, json_object_get(item, columns[i]));
        (void)nt_buf_add_text(out, ",");
        /* Names are letters, digits and hyphens: nothing to quote. */
        for (const char *gap = ""; next < json_array_size(changes); next++, gap = "; ") {
            const json_t *change = json_array_get(changes, next);
            if (json_integer_value(json_object_get(change, "at_ms")) >= end_ms)
                break;
            (void)nt_buf_printf(out, "%s%s %s", gap,
                                json_string_value(json_object_get(change, "name")),
                                json_string_value(json_object_get(change, "reason")));
        }
        (void)nt_buf_add_text(out, "\r\n");
    }
    json_decref(json);
}
