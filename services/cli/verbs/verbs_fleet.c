/* Hosts, what is expected of them, and what the balancer does about it. */
#include "step.h"

#include <math.h>
#include <nt/text.h>
#include <string.h>

#define HOSTS "/api/v1/hosts"
#define POOL  "/api/v1/pool"

static const char *pct(const struct run *run, const json_t *of, const char *name)
{
    return json_is_number(json_object_get(of, name)) ? say_percent(&run->say, number_at(of, name))
                                                     : NULL;
}

/* Forecasts and plans live in load time, which is the pool's. */
static void pool_time(struct run *run)
{
    if (number_at(run->answer, "now_ms") > 0)
        run->say.now_ms = time_at(run->answer, "now_ms");
}

/* --- hosts ----------------------------------------------------------------------------------- */

static const char *host_state(const struct run *run, const json_t *host)
{
    if (!json_is_true(json_object_get(host, "reachable")))
        return say(&run->say, "host.away", NULL);
    if (json_is_true(json_object_get(host, "draining")))
        return say(&run->say, "host.draining", NULL);
    return say(&run->say,
               json_is_true(json_object_get(host, "cordoned")) ? "host.cordoned" : "host.open",
               NULL);
}

/* "92% at 14:20" */
static const char *peak_of(const struct run *run, const json_t *host)
{
    const json_t *peak = json_object_get(host, "peak");
    if (!json_is_object(peak))
        return NULL;
    json_t *params = json_pack("{s:s, s:o, s:o}", "resource", text_at(peak, "resource"), "peak_pct",
                               json_real(number_at(peak, "p90_pct")), "at_ms",
                               json_real(number_at(peak, "at_ms")));
    const char *text = say(&run->say, "host.peak", params);
    json_decref(params);
    return text;
}

static void list_hosts(struct run *run)
{
    static const char *const heads[] = {"host",   "role",    "state", "cpu",
                                        "memory", "servers", "peak",  NULL};
    struct grid grid;
    grid_init(&grid, &run->arena, "lllrrrl");
    for (const char *const *head = heads; *head != NULL; head++)
        grid_add(&grid, step_head(run, *head));
    size_t index = 0;
    json_t *host = NULL;
    json_array_foreach(run->items, index, host)
    {
        const json_t *load = json_object_get(host, "load");
        grid_add(&grid, text_at(host, "host"));
        grid_add(&grid, say_word(&run->say, "role", text_at(host, "role")));
        grid_add(&grid, host_state(run, host));
        grid_add(&grid, pct(run, load, "cpu_pct"));
        grid_add(&grid, pct(run, load, "mem_pct"));
        grid_add(&grid, nt_arena_printf(&run->arena, "%.0f", number_at(host, "servers")));
        grid_add(&grid, peak_of(run, host));
    }
    step_grid(run, &grid);
}

void steps_hosts(struct run *run)
{
    switch (run->step++) {
    case 0:
        step_try(run, POOL);
        break;
    case 1:
        pool_time(run);
        step_list(run, HOSTS);
        break;
    default:
        if (step_is_json(run, run->items))
            return;
        if (json_array_size(run->items) == 0)
            step_say(run, "hosts.none", NULL);
        else
            list_hosts(run);
        step_done(run);
    }
}

/* body is taken. */
static void change_host(struct run *run, const char *more, json_t *body)
{
    if (run->step++ == 0) {
        step_change(run, "POST",
                    nt_arena_printf(&run->arena, HOSTS "/%s%s",
                                    step_segment(run, run->command->args[0]), more),
                    body);
        return;
    }
    json_decref(body);
    const json_t *host = json_object_get(run->answer, "host");
    if (step_is_json(run, host))
        return;
    json_t *params =
        json_pack("{s:s, s:s, s:s}", "host", run->command->args[0], "how", host_state(run, host),
                  "role", say_word(&run->say, "role", text_at(host, "role")));
    step_say(run, "host.now", params);
    json_decref(params);
    step_done(run);
}

void steps_cordon(struct run *run)
{
    change_host(run, "/cordon", json_pack("{s:b}", "cordoned", 1));
}

void steps_uncordon(struct run *run)
{
    change_host(run, "/cordon", json_pack("{s:b}", "cordoned", 0));
}

void steps_role(struct run *run)
{
    change_host(run, "/role", json_pack("{s:s}", "role", run->command->args[1]));
}

/* --- forecasts ------------------------------------------------------------------------------- */

#define CURVE_COLUMNS 48 /* half an hour each, of the next 24 h */

/* The highest value of the curve in each column, as bars from nothing to the limit. */
static const char *curve(const struct run *run, const json_t *points, double limit, size_t count)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    struct nt_buf out = {0};
    for (size_t column = 0; column < CURVE_COLUMNS; column++) {
        double highest = NAN;
        for (size_t i = column * count / CURVE_COLUMNS; i < (column + 1) * count / CURVE_COLUMNS;
             i++) {
            const json_t *point = json_array_get(points, i);
            if (json_is_number(point))
                highest = fmax(highest, json_number_value(point));
        }
        double share = isnan(highest) || limit <= 0 ? NAN : fmin(1, fmax(0, highest / limit));
        (void)nt_buf_add_text(&out, isnan(share) ? " " : bars[(size_t)lround(share * 7)]);
    }
    const char *text = nt_arena_text(run->say.arena, nt_buf_text(&out));
    nt_buf_deinit(&out);
    return text;
}

static void show_peak(struct run *run, const json_t *series, size_t count, double limit)
{
    const json_t *high = json_object_get(series, "p90");
    const json_t *middle = json_object_get(series, "p50");
    size_t at = 0;
    double peak = NAN;
    for (size_t i = 0; i < count; i++) {
        const json_t *point = json_array_get(high, i);
        if (!json_is_number(point) || json_number_value(point) <= peak)
            continue;
        peak = json_number_value(point);
        at = i;
    }
    if (isnan(peak) || limit <= 0)
        return;
    json_t *params = json_pack(
        "{s:o, s:o, s:o}", "peak_pct", json_real(peak / limit * 100), "middle_pct",
        json_real(json_number_value(json_array_get(middle, at)) / limit * 100), "at_ms",
        json_real(number_at(series, "from_ms") + (double)at * number_at(series, "step_ms")));
    step_say(run, "forecast.peak", params);
    json_decref(params);
}

static void show_forecast(struct run *run, const json_t *series)
{
    double step_ms = number_at(series, "step_ms");
    size_t count = json_array_size(json_object_get(series, "p50"));
    size_t day = step_ms >= 1000 ? (size_t)(86400000 / step_ms) : count;
    count = count < day ? count : day;
    double limit = number_at(series, "limit");
    step_print(run, say_word(&run->say, "resource", text_at(series, "resource")));
    if (!json_is_true(json_object_get(series, "enough"))) {
        step_say(run, "forecast.early", series);
        return;
    }
    step_print(run, nt_arena_printf(&run->arena, "  %s",
                                    curve(run, json_object_get(series, "p50"), limit, count)));
    show_peak(run, series, count, limit);
    const json_t *accuracy = json_object_get(series, "accuracy");
    if (json_is_object(accuracy))
        step_say(run, "forecast.accuracy", accuracy);
}

void steps_forecast(struct run *run)
{
    const char *subject = step_segment(run, run->command->args[0]);
    switch (run->step++) {
    case 0:
        step_get(run, POOL);
        break;
    case 1:
        pool_time(run);
        step_get(run, nt_arena_printf(&run->arena, HOSTS "/%s/forecast", subject));
        break;
    default: {
        const json_t *items = json_object_get(run->answer, "items");
        if (step_is_json(run, items))
            return;
        for (size_t i = 0; i < json_array_size(items); i++)
            show_forecast(run, json_array_get(items, i));
        if (json_array_size(items) == 0)
            step_say(run, "forecast.none", NULL);
        step_done(run);
    }
    }
}

void steps_tide(struct run *run)
{
    if (!step_got(run, "/api/v1/tide"))
        return;
    pool_time(run);
    size_t index = 0;
    json_t *sentence = NULL;
    json_array_foreach(json_object_get(run->answer, "sentence"), index, sentence)
    {
        step_print(run, say_message(&run->say, sentence));
    }
    step_done(run);
}

/* --- plans ----------------------------------------------------------------------------------- */

static void list_plans(struct run *run)
{
    const json_t *items = json_object_get(run->answer, "items");
    struct grid grid;
    grid_init(&grid, &run->arena, "llll");
    grid_add(&grid, step_head(run, "plan"));
    grid_add(&grid, step_head(run, "made"));
    grid_add(&grid, step_head(run, "state"));
    grid_add(&grid, step_head(run, "reason"));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *plan = json_array_get(items, i);
        grid_add(&grid, text_at(plan, "plan"));
        grid_add(&grid, say_moment(&run->say, time_at(plan, "at_ms")));
        grid_add(&grid, say_word(&run->say, "plan", text_at(plan, "state")));
        grid_add(&grid, say_message(&run->say, json_object_get(plan, "reason")));
    }
    step_grid(run, &grid);
}

void steps_plans(struct run *run)
{
    switch (run->step++) {
    case 0:
        step_get(run, POOL);
        break;
    case 1:
        pool_time(run);
        step_get(run, "/api/v1/plans?limit=20");
        break;
    default:
        if (step_is_json(run, json_object_get(run->answer, "items")))
            return;
        if (json_array_size(json_object_get(run->answer, "items")) == 0)
            step_say(run, "plans.none", NULL);
        else
            list_plans(run);
        step_done(run);
    }
}

static void show_moves(struct run *run, const json_t *plan)
{
    size_t index = 0;
    json_t *move = NULL;
    json_array_foreach(json_object_get(plan, "moves"), index, move)
    {
        json_t *params = json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", text_at(move, "name"),
                                   "from", text_at(move, "from"), "to", text_at(move, "to"),
                                   "at_ms", json_real(number_at(move, "cutover_at_ms")), "pause_ms",
                                   json_real(number_at(move, "pause_ms")));
        step_say(run, "why.move", params);
        json_decref(params);
        step_print(run, nt_arena_printf(&run->arena, "  %s",
                                        say_message(&run->say, json_object_get(move, "reason"))));
    }
}

static void show_rejected(struct run *run, const json_t *plan)
{
    const json_t *rejected = json_object_get(plan, "rejected");
    if (json_array_size(rejected) == 0)
        return;
    step_say(run, "why.rejected", NULL);
    struct grid grid;
    grid_init(&grid, &run->arena, "lll");
    for (size_t i = 0; i < json_array_size(rejected); i++) {
        const json_t *other = json_array_get(rejected, i);
        grid_add(&grid, nt_arena_printf(&run->arena, "  %s", text_at(other, "name")));
        grid_add(&grid, text_at(other, "to"));
        grid_add(&grid, say_message(&run->say, json_object_get(other, "reason")));
    }
    step_grid(run, &grid);
}

static void show_plan(struct run *run)
{
    const json_t *plan = run->answer;
    step_print(run, say_message(&run->say, json_object_get(plan, "reason")));
    show_moves(run, plan);
    show_rejected(run, plan);
    if (json_is_object(json_object_get(plan, "helped")))
        step_print(run, say_message(&run->say, json_object_get(plan, "helped")));
}

void steps_why(struct run *run)
{
    switch (run->step++) {
    case 0:
        step_get(run, POOL);
        break;
    case 1:
        pool_time(run);
        step_get(run, nt_arena_printf(&run->arena, "/api/v1/plans/%s",
                                      step_segment(run, run->command->args[0])));
        break;
    default:
        if (step_is_json(run, run->answer))
            return;
        show_plan(run);
        step_done(run);
    }
}

void steps_mode(struct run *run)
{
    const struct command *command = run->command;
    if (run->step++ == 0) {
        if (command->args_count == 0)
            step_get(run, POOL);
        else
            step_change(run, "PATCH", POOL, json_pack("{s:s}", "mode", command->args[0]));
        return;
    }
    const json_t *pool = json_object_get(run->answer, "pool");
    pool = pool == NULL ? run->answer : pool;
    if (step_is_json(run, pool))
        return;
    step_print(run, say_word(&run->say, "mode", text_at(pool, "mode")));
    step_done(run);
}

/* --- tasks ----------------------------------------------------------------------------------- */

void steps_tasks(struct run *run)
{
    if (!step_listed(run, "/api/v1/tasks"))
        return;
    struct grid grid;
    grid_init(&grid, &run->arena, "lllll");
    static const char *const heads[] = {"since", "task", "name", "state", "reason", NULL};
    for (const char *const *head = heads; *head != NULL; head++)
        grid_add(&grid, step_head(run, *head));
    size_t index = 0;
    json_t *task = NULL;
    json_array_foreach(run->items, index, task)
    {
        const char *problem = text_at(json_object_get(task, "problem"), "title");
        grid_add(&grid, say_stamp(&run->say, time_at(task, "created_ms")));
        grid_add(&grid, text_at(task, "kind"));
        grid_add(&grid, text_at(task, "name"));
        grid_add(&grid, say_word(&run->say, "task", text_at(task, "state")));
        grid_add(&grid, problem != NULL ? problem
                                        : say_message(&run->say, json_object_get(task, "stage")));
    }
    step_grid(run, &grid);
    step_done(run);
}

/* --- what only a terminal does --------------------------------------------------------------- */

void steps_schemas_export(struct run *run)
{
    step_local(run, RUN_LOCAL_SCHEMAS);
}

void steps_completion(struct run *run)
{
    step_local(run, RUN_LOCAL_COMPLETION);
}
