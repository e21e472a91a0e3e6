/* Hosts, their forecasts and windows, and the pool. */
#include "view_json.h"

#define SILENT_MS 60000 /* DESIGN section 2: unreachable when both were silent for so long */
#define DAY_MS    (INT64_C(24) * 3600 * 1000)
#define NEED_DAYS 7 /* of history, for a forecast that names the weekday */

static const char *const resources[] = {"cpu", "memory"};

bool view_host_is_reachable(const struct view *view, const char *host)
{
    const struct nt_host_state *state = table_find(&view->fleet->host_states, host);
    const struct nt_agent *agent = table_find(&view->fleet->agents, host);
    return (state != NULL && view->wall_ms - state->at_ms < SILENT_MS) ||
           (agent != NULL && view->wall_ms - agent->at_ms < SILENT_MS);
}

static double capacity_of(const struct nt_resources *capacity, const char *resource)
{
    return strcmp(resource, "cpu") == 0 ? (double)capacity->cpu_milli : (double)capacity->mem_bytes;
}

/* The highest median of the next 24 h, as a share of the capacity, over both resources. */
static json_t *peak_of(const struct view *view, const struct nt_host *host)
{
    struct nt_resources capacity = fleet_capacity(view->fleet, host->host);
    json_t *peak = json_null();
    double highest = -1;
    for (size_t r = 0; r < NT_COUNT(resources); r++) {
        const struct nt_forecast_load *forecast =
            fleet_forecast(view->fleet, host->host, resources[r]);
        double limit = capacity_of(&capacity, resources[r]);
        if (forecast == NULL || !forecast->reliable || limit <= 0)
            continue;
        for (size_t i = 0; i < forecast->p50_count && i < forecast->p90_count; i++) {
            int64_t at_ms = forecast->issued_ms + (int64_t)i * forecast->step_ms;
            double pct = share_pct((double)forecast->p50[i], limit);
            if (at_ms < view->load_ms || at_ms > view->load_ms + DAY_MS || pct <= highest)
                continue;
            highest = pct;
            json_decref(peak);
            peak = json_pack("{s:s, s:I, s:o, s:o}", "resource", resources[r], "at_ms",
                             (json_int_t)at_ms, "p50_pct", j_round(pct), "p90_pct",
                             j_round(share_pct((double)forecast->p90[i], limit)));
        }
    }
    return peak;
}

json_t *view_host(const struct view *view, const struct nt_host *host)
{
    const struct nt_host_state *state = table_find(&view->fleet->host_states, host->host);
    const struct nt_agent *agent = table_find(&view->fleet->agents, host->host);
    struct nt_resources capacity = fleet_capacity(view->fleet, host->host);
    struct fleet_use given = fleet_given_on(view->fleet, host->host);
    struct nt_resources given_res = {.cpu_milli = given.cpu_milli, .mem_bytes = given.mem_bytes};
    int64_t seen_ms = state != NULL ? state->at_ms : 0;
    if (agent != NULL && agent->at_ms > seen_ms)
        seen_ms = agent->at_ms;
    return json_pack("{s:s, s:s, s:b, s:b, s:b, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:I}",
                     "host", host->host, "role", host->role, "cordoned", (int)host->cordon,
                     "draining", (int)host->drain, "reachable",
                     (int)view_host_is_reachable(view, host->host), "capacity",
                     view_resources(&capacity), "given", view_resources(&given_res), "servers",
                     (json_int_t)given.servers, "load", view_load(view, host->host, NULL), "peak",
                     peak_of(view, host), "engine",
                     agent == NULL ? json_null() : j_text_or_null(agent->docker_version), "seen_ms",
                     seen_ms == 0 ? json_null() : json_integer(seen_ms), "clock_wrong",
                     (int)(state != NULL && state->clock_wrong), "playback",
                     (int)(state != NULL && nt_text_is(state->source, "playback")), "revision",
                     (json_int_t)host->revision);
}

/* --- forecasts ------------------------------------------------------------------------------- */

static json_t *values(const float *from, size_t skip, size_t count)
{
    json_t *array = json_array();
    for (size_t i = skip; i < skip + count; i++)
        (void)json_array_append_new(array, j_whole((double)from[i]));
    return array;
}

static json_t *accuracy_of(const struct nt_forecast_load *forecast)
{
    const struct nt_accuracy *accuracy = &forecast->accuracy;
    if (accuracy->scored == 0)
        return json_null();
    return json_pack("{s:i, s:o, s:o, s:o}", "scored", accuracy->scored, "mae",
                     j_round(accuracy->mae), "mae_naive", j_round(accuracy->mae_naive),
                     "coverage_pct", j_round(accuracy->coverage_80_pct));
}

json_t *view_forecast(const struct view *view, const char *subject, const char *resource)
{
    const struct nt_forecast_load *forecast = fleet_forecast(view->fleet, subject, resource);
    struct nt_forecast_load none = {.subject = subject, .resource = resource, .model = ""};
    const struct nt_forecast_load *it = forecast != NULL ? forecast : &none;
    /* Steps that are over already say nothing about what comes. */
    size_t skip = 0;
    if (it->step_ms > 0 && view->load_ms > it->issued_ms)
        skip = (size_t)((view->load_ms - it->issued_ms) / it->step_ms);
    bool is_enough = it->reliable && it->p50_count > skip && it->p10_count == it->p50_count &&
                     it->p90_count == it->p50_count;
    size_t count = is_enough ? it->p50_count - skip : 0;
    if (count == 0)
        skip = 0;
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:i, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:i, s:b, s:o}",
        "subject", subject, "resource", resource, "unit",
        strcmp(resource, "cpu") == 0 ? "cpu_milli" : "mem_bytes", "issued_ms",
        (json_int_t)it->issued_ms, "from_ms",
        (json_int_t)it->issued_ms + (json_int_t)skip * it->step_ms, "step_ms", (int)it->step_ms,
        "p10", values(it->p10, skip, count), "p50", values(it->p50, skip, count), "p90",
        values(it->p90, skip, count), "limit",
        it->capacity > 0 ? j_whole(it->capacity) : json_null(), "model", it->model, "band",
        "residual", "history_days", j_round((double)it->history_ms / (double)DAY_MS), "need_days",
        NEED_DAYS, "enough", (int)is_enough, "accuracy", accuracy_of(it));
}

/* --- windows --------------------------------------------------------------------------------- */

static const char *name_of(const struct view *view, const char *server)
{
    const struct nt_server_state *state = fleet_server(view->fleet, server);
    return state == NULL ? server : state->name;
}

static json_t *recurring_of(const struct nt_forecast_windows *of, const struct nt_window *window)
{
    /* The pattern that this window belongs to: the same resource, and most often right. */
    const struct nt_recurring_window *best = NULL;
    for (size_t i = 0; i < of->recurring_count; i++) {
        const struct nt_recurring_window *each = &of->recurring[i];
        if (strcmp(each->resource, window->resource) == 0 &&
            (best == NULL || each->seen > best->seen))
            best = each;
    }
    if (best == NULL)
        return json_null();
    return json_pack("{s:s, s:i, s:i, s:i, s:i}", "days", best->days, "from_minute",
                     best->from_minute, "to_minute", best->to_minute, "seen", best->seen, "of",
                     best->of);
}

json_t *view_window(const struct view *view, const struct nt_forecast_windows *of,
                    const struct nt_window *window)
{
    json_t *contributors = json_array();
    for (size_t i = 0; i < window->contributors_count; i++)
        (void)json_array_append_new(
            contributors, json_pack("{s:s, s:s, s:o}", "server", window->contributors[i].server,
                                    "name", name_of(view, window->contributors[i].server),
                                    "share_pct", j_round(window->contributors[i].share_pct)));
    return json_pack(
        "{s:o, s:s, s:s, s:I, s:I, s:o, s:f, s:o, s:o, s:o, s:I}", "window",
        json_sprintf("%s/%s/%lld", of->host, window->resource, (long long)window->from_ms), "host",
        of->host, "resource", window->resource, "from_ms", (json_int_t)window->from_ms, "to_ms",
        (json_int_t)window->to_ms, "peak_pct", j_round(window->peak_pct), "probability",
        window->probability, "threshold_pct", j_round(of->threshold_pct), "recurring",
        recurring_of(of, window), "contributors", contributors, "issued_ms",
        (json_int_t)of->issued_ms);
}

json_t *view_windows(const struct view *view, const char *host, const char *resource)
{
    json_t *windows = json_array();
    const struct nt_forecast_windows *of = table_find(&view->fleet->windows, host);
    for (size_t i = 0; of != NULL && i < of->windows_count; i++) {
        const struct nt_window *window = &of->windows[i];
        if (window->to_ms > view->load_ms &&
            (resource == NULL || strcmp(resource, window->resource) == 0))
            (void)json_array_append_new(windows, view_window(view, of, window));
    }
    return windows;
}

json_t *view_pool(const struct view *view, const struct nt_pool *pool)
{
    return json_pack("{s:s, s:{s:I, s:I, s:f}, s:I, s:s, s:i, s:f, s:I, s:o, s:b, s:I}", "mode",
                     pool->mode, "clock", "load0_ms", (json_int_t)pool->clock.load0_ms, "wall0_ms",
                     (json_int_t)pool->clock.wall0_ms, "rate", pool->clock.rate, "now_ms",
                     (json_int_t)view->load_ms, "time_zone", pool->time_zone, "moves_per_hour",
                     pool->moves_per_hour, "act_probability", pool->act_probability, "cool_down_ms",
                     (json_int_t)pool->cool_down_ms, "threshold_pct", j_round(pool->threshold_pct),
                     "leader", (int)(pool->leader[0] != '\0'), "revision",
                     (json_int_t)pool->revision);
}
