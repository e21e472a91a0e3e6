/* Handlers: load curves, forecasts, and the tide table, which is made of both. */
#include "handle.h"

#include <api/resource_log.h>
#include <api/series.h>
#include <api/tide.h>
#include <nt/text.h>
#include <string.h>

#define HOUR_MS  (INT64_C(3600) * 1000)
#define TIME_MAX INT64_C(253402300799999)

/* --- one curve ------------------------------------------------------------------------------- */

struct curve {
    struct series series;
    const char *host; /* whose capacity, or server's host */
    bool is_server;
    void (*answer)(struct ask *ask, struct curve *curve);
};

static void add_rows(struct series *series, const char *subject, const struct history_row *rows,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].subject, subject) == 0)
            series_add(series, rows[i].from_ms, rows[i].step_ms, rows[i].cpu_mean, rows[i].cpu_max,
                       rows[i].mem_mean, rows[i].mem_max);
}

static json_t *positive_or_null(int64_t value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static void curve_read(void *arg, int status, const struct history_row *rows, size_t count)
{
    struct ask *ask = arg;
    struct curve *curve = ask->state;
    if (status < 0) {
        ask_code(ask, status == -EBUSY ? "busy" : "internal");
        return;
    }
    add_rows(&curve->series, ask->subject, rows, count);
    series_add_recent(&curve->series, ask->desk->recent, ask->subject);
    curve->answer(ask, curve);
}

static void answer_curve(struct ask *ask, struct curve *curve)
{
    struct view view = ask_view(ask);
    const struct nt_server_state *server = fleet_server(view.fleet, ask->subject);
    struct nt_resources limit = !curve->is_server         ? fleet_capacity(view.fleet, curve->host)
                                : server == NULL          ? (struct nt_resources){0}
                                : server->applied != NULL ? *server->applied
                                                          : server->granted;
    struct view_load now =
        view_load_now(&view, curve->host, curve->is_server ? ask->subject : NULL);
    json_t *json =
        json_pack("{s:s, s:o, s:o, s:b}", "subject", ask->subject, "cpu_limit_milli",
                  positive_or_null(limit.cpu_milli), "mem_limit_bytes",
                  positive_or_null(limit.mem_bytes), "older", (int)(now.is_known && now.is_older));
    series_to_json(&curve->series, json);
    ask_json(ask, 200, json);
}

static int64_t interval_of(const struct fleet *fleet, const char *host)
{
    const struct nt_host_load *load = table_find(&fleet->loads, host);
    return load != NULL && load->interval_ms > 0 ? load->interval_ms : 5000;
}

/* ?range=: how long before to_ms it begins. False: answered. */
static bool read_range(struct ask *ask, int64_t *ret_range_ms)
{
    static const struct {
        const char *word;
        int64_t hours;
    } ranges[] = {{"1h", 1}, {"6h", 6}, {"24h", 24}, {"7d", 168}, {"30d", 720}};
    const char *word = nt_request_query(ask->request, "range");
    *ret_range_ms = HOUR_MS;
    if (word == NULL)
        return true;
    for (size_t i = 0; i < NT_COUNT(ranges); i++) {
        *ret_range_ms = ranges[i].hours * HOUR_MS;
        if (strcmp(word, ranges[i].word) == 0)
            return true;
    }
    struct problem problem = {0};
    problem_field(&problem, "range", "field.enum",
                  json_pack("{s:s}", "allowed", "1h, 6h, 24h, 7d, 30d"));
    ask_problem(ask, &problem);
    return false;
}

static void read_curve(struct ask *ask, const char *host, bool is_server,
                       void (*answer)(struct ask *ask, struct curve *curve))
{
    struct view view = ask_view(ask);
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    int64_t points = 0;
    int64_t range_ms = 0;
    if (!read_range(ask, &range_ms) ||
        !ask_number(ask, "to_ms", 0, TIME_MAX, view.load_ms, &to_ms) ||
        !ask_number(ask, "from_ms", 0, TIME_MAX, to_ms - range_ms, &from_ms) ||
        !ask_number(ask, "points", 10, 2000, 300, &points))
        return;
    if (from_ms >= to_ms) {
        struct problem problem = {0};
        problem_field(&problem, "from_ms", "field.range",
                      json_pack("{s:i, s:I}", "min", 0, "max", (json_int_t)to_ms - 1));
        ask_problem(ask, &problem);
        return;
    }
    int64_t step_ms =
        series_step_ms(from_ms, to_ms, points, interval_of(view.fleet, host), view.load_ms);
    struct curve *curve = NT_NEW(&ask->arena, struct curve);
    *curve = (struct curve){.series = series_new(&ask->arena, from_ms, to_ms, step_ms),
                            .host = nt_arena_text(&ask->arena, host),
                            .is_server = is_server,
                            .answer = answer};
    ask->state = curve;
    ask_defer(ask);
    const char *subjects[] = {ask->subject};
    /* Fine steps come from the last hour alone: a five-minute mean is no curve. */
    history_read(ask->desk->history, subjects, step_ms < SERIES_ROLL_MS ? 0 : 1,
                 curve->series.from_ms, to_ms, curve_read, ask);
}

void handle_get_server_load(struct ask *ask)
{
    read_curve(ask, fleet_server(&ask->desk->fleet, ask->subject)->host, true, answer_curve);
}

static bool is_host(struct ask *ask)
{
    if (table_find(&ask->desk->fleet.hosts, ask->subject) != NULL)
        return true;
    struct problem problem = {0};
    (void)problem_set(&problem, "host-unknown");
    problem_text(&problem, "host", ask->subject);
    ask_problem(ask, &problem);
    return false;
}

void handle_get_host_load(struct ask *ask)
{
    if (is_host(ask))
        read_curve(ask, ask->subject, false, answer_curve);
}

/* --- the resource log ------------------------------------------------------------------------ */

static void answer_log(struct ask *ask, struct curve *curve)
{
    struct view view = ask_view(ask);
    const struct resource_log log = {
        .subject = ask->subject, .is_server = curve->is_server, .series = &curve->series};
    const char *accept = ask->request == NULL ? NULL : nt_request_header(ask->request, "accept");
    if (curve->is_server && fleet_server(view.fleet, ask->subject) == NULL) {
        ask_code(ask, "not-found"); /* gone while we read */
        return;
    }
    if (accept == NULL || strstr(accept, "text/csv") == NULL) {
        ask_json(ask, 200, resource_log_to_json(&view, &log));
        return;
    }
    struct nt_buf csv = {0};
    resource_log_to_csv(&view, &log, &csv);
    statics_add_headers(ask->request);
    ask_header(ask, "Cache-Control", "no-store");
    ask_header(ask, "Content-Disposition", "attachment; filename=\"resource-log.csv\"");
    nt_request_answer(ask->request, 200, "text/csv; charset=utf-8", nt_buf_span(&csv));
    nt_buf_deinit(&csv);
    ask_end(ask);
}

void handle_get_server_log(struct ask *ask)
{
    read_curve(ask, fleet_server(&ask->desk->fleet, ask->subject)->host, true, answer_log);
}

void handle_get_host_log(struct ask *ask)
{
    if (is_host(ask))
        read_curve(ask, ask->subject, false, answer_log);
}

/* --- habits ---------------------------------------------------------------------------------- */

void handle_get_server_habits(struct ask *ask)
{
    struct view view = ask_view(ask);
    ask_json(ask, 200, view_habits(&view, ask->subject));
}

void handle_get_host_habits(struct ask *ask)
{
    if (is_host(ask))
        handle_get_server_habits(ask);
}

/* --- forecasts ------------------------------------------------------------------------------- */

/* The query's resource; NULL: both. False: answered. */
static bool read_resource(struct ask *ask, const char **ret_resource)
{
    *ret_resource = nt_request_query(ask->request, "resource");
    if (*ret_resource == NULL || strcmp(*ret_resource, "cpu") == 0 ||
        strcmp(*ret_resource, "memory") == 0)
        return true;
    struct problem problem = {0};
    problem_field(&problem, "resource", "field.enum", json_pack("{s:s}", "allowed", "cpu, memory"));
    ask_problem(ask, &problem);
    return false;
}

static void answer_forecasts(struct ask *ask)
{
    const char *resource = NULL;
    if (!read_resource(ask, &resource))
        return;
    struct view view = ask_view(ask);
    json_t *items = json_array();
    static const char *const all[] = {"cpu", "memory"};
    for (size_t i = 0; i < NT_COUNT(all); i++)
        if (resource == NULL || strcmp(resource, all[i]) == 0)
            (void)json_array_append_new(items, view_forecast(&view, ask->subject, all[i]));
    ask_json(ask, 200, json_pack("{s:o}", "items", items));
}

void handle_get_server_forecast(struct ask *ask)
{
    answer_forecasts(ask);
}

void handle_get_host_forecast(struct ask *ask)
{
    if (is_host(ask))
        answer_forecasts(ask);
}

/* --- the tide table -------------------------------------------------------------------------- */

struct tide {
    const char *resource;
    struct tide_past *past;
    size_t count;
};

static void tide_read(void *arg, int status, const struct history_row *rows, size_t count)
{
    struct ask *ask = arg;
    const struct tide *tide = ask->state;
    if (status < 0) {
        ask_code(ask, status == -EBUSY ? "busy" : "internal");
        return;
    }
    size_t row = 0;
    for (size_t i = 0; i < tide->count; i++) {
        /* Rows come in the order of the subjects. */
        size_t first = row;
        while (row < count && strcmp(rows[row].subject, tide->past[i].host) == 0)
            row++;
        if (row > first)
            add_rows(&tide->past[i].series, tide->past[i].host, rows + first, row - first);
        series_add_recent(&tide->past[i].series, ask->desk->recent, tide->past[i].host);
    }
    struct view view = ask_view(ask);
    ask_json(ask, 200, tide_table(&view, tide->resource, tide->past, tide->count));
}

void handle_get_tide(struct ask *ask)
{
    const char *resource = NULL;
    if (!read_resource(ask, &resource))
        return;
    struct view view = ask_view(ask);
    const struct table *hosts = &view.fleet->hosts;
    struct tide *tide = NT_NEW(&ask->arena, struct tide);
    tide->resource = resource == NULL ? "cpu" : resource;
    tide->count = hosts->count;
    tide->past = NT_ARRAY(&ask->arena, tide->count, struct tide_past);
    const char **names = NT_ARRAY(&ask->arena, tide->count, const char *);
    for (size_t i = 0; i < tide->count; i++) {
        names[i] = nt_arena_text(&ask->arena, hosts->rows[i]->key);
        tide->past[i].host = names[i];
        tide->past[i].series =
            series_new(&ask->arena, view.load_ms - TIDE_SPAN_MS, view.load_ms, TIDE_STEP_MS);
    }
    ask->state = tide;
    ask_defer(ask);
    history_read(ask->desk->history, names, tide->count, view.load_ms - TIDE_SPAN_MS, view.load_ms,
                 tide_read, ask);
}
