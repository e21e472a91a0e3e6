#include <api/tide.h>

#include "view_json.h"

static json_t *message(const char *key, json_t *params)
{
    return json_pack("{s:s, s:o}", "key", key, "params", params);
}

static double threshold_of(const struct view *view)
{
    const struct nt_pool *pool = fleet_pool(view->fleet);
    return pool == NULL || pool->threshold_pct <= 0 ? 90 : pool->threshold_pct;
}

static const char *mode_of(const struct view *view)
{
    const struct nt_pool *pool = fleet_pool(view->fleet);
    return pool == NULL ? "off" : pool->mode;
}

/* --- the sentence ---------------------------------------------------------------------------- */

static const struct nt_window *first_window(const struct view *view, const char *host)
{
    const struct nt_forecast_windows *of = table_find(&view->fleet->windows, host);
    const struct nt_window *first = NULL;
    for (size_t i = 0; of != NULL && i < of->windows_count; i++) {
        const struct nt_window *window = &of->windows[i];
        if (window->to_ms <= view->load_ms || window->from_ms > view->load_ms + TIDE_SPAN_MS)
            continue;
        if (first == NULL || window->from_ms < first->from_ms)
            first = window;
    }
    return first;
}

/* The newest plan for a host that is still about something to come. */
static const struct nt_plan *plan_for(const struct view *view, const char *host)
{
    const struct table *plans = &view->fleet->plans;
    for (size_t i = plans->count; i-- > 0;) {
        const struct nt_plan *plan = table_at(plans, i);
        if (strcmp(plan->host, host) == 0 && strcmp(plan->state, "superseded") != 0)
            return plan->window.to_ms > view->load_ms ? plan : NULL;
    }
    return NULL;
}

static void add_move(json_t *parts, const char *key, const struct nt_planned_move *move)
{
    (void)json_array_append_new(
        parts, message(key, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "server", move->server,
                                      "name", move->name, "from", move->from, "to", move->to,
                                      "at_ms", (json_int_t)move->cutover_at_ms, "pause_ms",
                                      (json_int_t)move->pause_ms)));
}

/* What is done about a window. */
static void add_answer(const struct view *view, json_t *parts, const char *host)
{
    const struct nt_plan *plan = plan_for(view, host);
    const struct nt_planned_move *first = NULL;
    size_t planned = 0;
    for (size_t i = 0; plan != NULL && i < plan->moves_count; i++) {
        const struct nt_planned_move *move = &plan->moves[i];
        bool is_open = strcmp(move->state, "done") != 0 && strcmp(move->state, "aborted") != 0;
        planned += is_open;
        if (is_open && (first == NULL || move->cutover_at_ms < first->cutover_at_ms))
            first = move;
    }
    json_t *of_host = json_pack("{s:s}", "host", host);
    if (plan != NULL && strcmp(plan->state, "no-useful-move") == 0) {
        (void)json_array_append_new(parts, message("tide.no-move", json_incref(of_host)));
    } else if (first != NULL && strcmp(plan->state, "suggested") == 0) {
        add_move(parts, "tide.suggested", first);
    } else if (first != NULL && planned == 1) {
        add_move(parts, "tide.move", first);
    } else if (first != NULL) {
        (void)json_array_append_new(
            parts, message("tide.moves",
                           json_pack("{s:s, s:I, s:I}", "host", host, "count", (json_int_t)planned,
                                     "at_ms", (json_int_t)first->cutover_at_ms)));
    } else if (strcmp(mode_of(view), "off") == 0) {
        (void)json_array_append_new(parts, message("tide.mode-off", json_incref(of_host)));
    }
    json_decref(of_host);
}

/* Above the line at this moment? Says so and returns true. */
static bool add_now(const struct view *view, json_t *parts, const char *host)
{
    struct view_load now = view_load_now(view, host, NULL);
    struct nt_resources capacity = fleet_capacity(view->fleet, host);
    double cpu_pct = share_pct(now.cpu_milli, (double)capacity.cpu_milli);
    double mem_pct = share_pct(now.mem_bytes, (double)capacity.mem_bytes);
    double line = threshold_of(view);
    if (!now.is_known || (cpu_pct <= line && mem_pct <= line))
        return false;
    bool is_cpu = cpu_pct >= mem_pct;
    (void)json_array_append_new(
        parts, message("tide.over-now", json_pack("{s:s, s:s, s:o}", "host", host, "resource",
                                                  is_cpu ? "cpu" : "memory", "load_pct",
                                                  j_round(is_cpu ? cpu_pct : mem_pct))));
    return true;
}

static bool add_window(const struct view *view, json_t *parts, const char *host)
{
    const struct nt_window *window = first_window(view, host);
    if (window == NULL)
        return false;
    (void)json_array_append_new(
        parts, message("tide.window",
                       json_pack("{s:s, s:s, s:I, s:I, s:o, s:f}", "host", host, "resource",
                                 window->resource, "from_ms", (json_int_t)window->from_ms, "to_ms",
                                 (json_int_t)window->to_ms, "peak_pct", j_round(window->peak_pct),
                                 "probability", window->probability)));
    add_answer(view, parts, host);
    return true;
}

static bool has_forecast(const struct view *view, const char *host)
{
    const struct nt_forecast_load *forecast = fleet_forecast(view->fleet, host, "cpu");
    return forecast != NULL && forecast->reliable;
}

json_t *tide_sentence(const struct view *view)
{
    json_t *parts = json_array();
    size_t fine = 0;
    const struct nt_host *unknown = NULL;
    for (size_t i = 0; i < view->fleet->hosts.count; i++) {
        const struct nt_host *host = table_at(&view->fleet->hosts, i);
        if (!view_host_is_reachable(view, host->host)) {
            (void)json_array_append_new(
                parts, message("tide.unreachable", json_pack("{s:s}", "host", host->host)));
            continue;
        }
        bool is_over = add_now(view, parts, host->host);
        bool is_coming = add_window(view, parts, host->host);
        if (!is_over && !is_coming)
            fine++;
        if (!has_forecast(view, host->host) && unknown == NULL)
            unknown = host;
    }
    if (view->fleet->hosts.count == 0)
        (void)json_array_append_new(parts, message("tide.no-hosts", json_object()));
    if (fine > 0)
        (void)json_array_insert_new(
            parts, 0, message("tide.fine", json_pack("{s:I}", "count", (json_int_t)fine)));
    if (unknown != NULL) {
        json_t *forecast = view_forecast(view, unknown->host, "cpu");
        (void)json_array_append_new(
            parts, message("tide.no-history",
                           json_pack("{s:s, s:O, s:O}", "host", unknown->host, "history_days",
                                     json_object_get(forecast, "history_days"), "need_days",
                                     json_object_get(forecast, "need_days"))));
        json_decref(forecast);
    }
    return parts;
}

/* --- the table ------------------------------------------------------------------------------- */

static json_t *pct_of(const json_t *values, double limit)
{
    json_t *array = json_array();
    size_t index = 0;
    json_t *value = NULL;
    json_array_foreach(values, index, value)(void) json_array_append_new(
        array, limit > 0 && json_is_number(value) ? j_round(100 * json_number_value(value) / limit)
                                                  : json_null());
    return array;
}

/* The first 24 h of a forecast. */
static json_t *ahead_of(const struct view *view, const char *host, const char *resource,
                        double limit)
{
    json_t *forecast = view_forecast(view, host, resource);
    int64_t step_ms = json_integer_value(json_object_get(forecast, "step_ms"));
    size_t keep = step_ms <= 0 ? 0 : (size_t)(TIDE_SPAN_MS / step_ms);
    static const struct {
        const char *from;
        const char *to;
    } bands[] = {{"p10", "p10_pct"}, {"p50", "p50_pct"}, {"p90", "p90_pct"}};
    json_t *ahead = json_pack(
        "{s:O, s:O, s:O, s:O, s:O, s:O}", "from_ms", json_object_get(forecast, "from_ms"),
        "step_ms", json_object_get(forecast, "step_ms"), "enough",
        json_object_get(forecast, "enough"), "history_days",
        json_object_get(forecast, "history_days"), "need_days",
        json_object_get(forecast, "need_days"), "accuracy", json_object_get(forecast, "accuracy"));
    for (size_t i = 0; i < NT_COUNT(bands); i++) {
        json_t *values = json_object_get(forecast, bands[i].from);
        while (json_array_size(values) > keep)
            (void)json_array_remove(values, json_array_size(values) - 1);
        (void)json_object_set_new(ahead, bands[i].to, pct_of(values, limit));
    }
    json_decref(forecast);
    return ahead;
}

static json_t *row_of(const struct view *view, const struct nt_host *host, const char *resource,
                      const struct series *past)
{
    struct nt_resources capacity = fleet_capacity(view->fleet, host->host);
    bool is_cpu = strcmp(resource, "cpu") == 0;
    double limit = is_cpu ? (double)capacity.cpu_milli : (double)capacity.mem_bytes;
    json_t *behind =
        json_pack("{s:I, s:I, s:o, s:o}", "from_ms", (json_int_t)past->from_ms, "step_ms",
                  (json_int_t)past->step_ms, "load_pct", series_pct(past, is_cpu, false, limit),
                  "max_pct", series_pct(past, is_cpu, true, limit));
    return json_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "host", host->host, "role",
                     host->role, "cordoned", (int)host->cordon, "reachable",
                     (int)view_host_is_reachable(view, host->host), "capacity",
                     view_resources(&capacity), "load", view_load(view, host->host, NULL), "past",
                     behind, "ahead", ahead_of(view, host->host, resource, limit), "windows",
                     view_windows(view, host->host, resource));
}

/* Moves that ended within the last 24 h or are under way, and those that are planned. */
static json_t *moves_of(const struct view *view)
{
    json_t *moves = json_array();
    for (size_t i = 0; i < view->fleet->moves.count; i++) {
        const struct nt_move_event *move = table_at(&view->fleet->moves, i);
        if (strcmp(move->phase, "planned") != 0 && strcmp(move->phase, "aborted") != 0 &&
            move->load_ms >= view->load_ms - TIDE_SPAN_MS)
            (void)json_array_append_new(moves, view_move(move));
    }
    for (size_t i = 0; i < view->fleet->plans.count; i++) {
        const struct nt_plan *plan = table_at(&view->fleet->plans, i);
        for (size_t m = 0; m < plan->moves_count; m++) {
            const struct nt_planned_move *move = &plan->moves[m];
            const struct nt_server_state *server = fleet_server(view->fleet, move->server);
            const struct nt_plan *newest = NULL;
            if (server != NULL && server->move == NULL &&
                view_find_planned(view, move->server, &newest) == move)
                (void)json_array_append_new(moves, view_planned_move(plan, move));
        }
    }
    return moves;
}

json_t *tide_table(const struct view *view, const char *resource, const struct tide_past *past,
                   size_t past_count)
{
    json_t *hosts = json_array();
    for (size_t i = 0; i < past_count; i++) {
        const struct nt_host *host = table_find(&view->fleet->hosts, past[i].host);
        if (host != NULL)
            (void)json_array_append_new(hosts, row_of(view, host, resource, &past[i].series));
    }
    return json_pack("{s:I, s:s, s:o, s:s, s:o, s:o, s:o, s:b}", "now_ms",
                     (json_int_t)view->load_ms, "resource", resource, "limit_pct",
                     j_round(threshold_of(view)), "mode", mode_of(view), "sentence",
                     tide_sentence(view), "hosts", hosts, "moves", moves_of(view), "older",
                     (int)view->is_redis_away);
}
