/* Moves and plans. */
#include "view_json.h"

/* How many of the newest plans are searched for a server's planned move. */
#define PLANS_SEARCHED 64
#define LATE_MS        (INT64_C(10) * 60 * 1000)

json_t *view_move(const struct nt_move_event *move)
{
    bool has_ended = strcmp(move->phase, "done") == 0 || strcmp(move->phase, "aborted") == 0;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:s?, s:o}", "move", move->move,
        "server", move->server, "name", move->name, "from", move->from, "to", move->to, "phase",
        move->phase, "since_ms", (json_int_t)move->at_ms, "cutover_at_ms",
        (json_int_t)move->cutover_at_ms, "ended_ms",
        has_ended ? json_integer(move->load_ms) : json_null(), "pause_ms",
        move->pause_ms > 0 ? json_integer(move->pause_ms) : json_null(), "plan", move->plan,
        "reason", view_message(move->reason.key, move->reason.params, move->reason.params_count));
}

json_t *view_planned_move(const struct nt_plan *plan, const struct nt_planned_move *move)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:n, s:I, s:s, s:o}", "move", move->move,
        "server", move->server, "name", move->name, "from", move->from, "to", move->to, "phase",
        "planned", "since_ms", (json_int_t)plan->at_ms, "cutover_at_ms",
        (json_int_t)move->cutover_at_ms, "ended_ms", "pause_ms", (json_int_t)move->pause_ms, "plan",
        plan->plan, "reason",
        view_message(move->reason.key, move->reason.params, move->reason.params_count));
}

const struct nt_planned_move *view_find_planned(const struct view *view, const char *server,
                                                const struct nt_plan **ret_plan)
{
    const struct table *plans = &view->fleet->plans;
    for (size_t back = 0; back < plans->count && back < PLANS_SEARCHED; back++) {
        const struct nt_plan *plan = table_at(plans, plans->count - 1 - back);
        if (strcmp(plan->state, "applied") != 0)
            continue;
        for (size_t i = 0; i < plan->moves_count; i++) {
            const struct nt_planned_move *move = &plan->moves[i];
            if (strcmp(move->server, server) != 0 || strcmp(move->state, "planned") != 0 ||
                move->cutover_at_ms < view->load_ms - LATE_MS)
                continue;
            *ret_plan = plan;
            return move;
        }
    }
    return NULL;
}

/* --- plans ----------------------------------------------------------------------------------- */

static json_t *moves_of(const struct nt_plan *plan)
{
    json_t *moves = json_array();
    for (size_t i = 0; i < plan->moves_count; i++) {
        const struct nt_planned_move *move = &plan->moves[i];
        (void)json_array_append_new(
            moves,
            json_pack(
                "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:s}", "move", move->move, "server",
                move->server, "name", move->name, "from", move->from, "to", move->to,
                "cutover_at_ms", (json_int_t)move->cutover_at_ms, "pause_ms",
                (json_int_t)move->pause_ms, "bytes", (json_int_t)move->bytes, "reason",
                view_message(move->reason.key, move->reason.params, move->reason.params_count),
                "state", move->state));
    }
    return moves;
}

static json_t *percents(const float *from, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(array, j_round((double)from[i]));
    return array;
}

static json_t *curves_of(const struct nt_plan *plan)
{
    json_t *curves = json_array();
    for (size_t i = 0; i < plan->curves_count; i++) {
        const struct nt_curve *curve = &plan->curves[i];
        (void)json_array_append_new(
            curves, json_pack("{s:s, s:I, s:i, s:o, s:o}", "host", curve->host, "from_ms",
                              (json_int_t)plan->curve_from_ms, "step_ms", (int)plan->curve_step_ms,
                              "without_pct", percents(curve->without_pct, curve->without_pct_count),
                              "with_pct", percents(curve->with_pct, curve->with_pct_count)));
    }
    return curves;
}

static json_t *rejected_of(const struct nt_plan *plan)
{
    json_t *rejected = json_array();
    for (size_t i = 0; i < plan->rejected_count; i++) {
        const struct nt_alternative *other = &plan->rejected[i];
        (void)json_array_append_new(rejected,
                                    json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "server",
                                              other->server, "name", other->name, "to", other->to,
                                              "from_peak_pct", j_round(other->from_peak_pct),
                                              "to_peak_pct", j_round(other->to_peak_pct), "reason",
                                              view_message(other->reason.key, other->reason.params,
                                                           other->reason.params_count)));
    }
    return rejected;
}

json_t *view_plan(const struct view *view, const struct nt_plan *plan, bool is_whole)
{
    const struct nt_pool *pool = fleet_pool(view->fleet);
    struct nt_forecast_windows of = {.host = plan->host,
                                     .issued_ms = plan->made_ms,
                                     .threshold_pct = pool == NULL ? 90 : pool->threshold_pct};
    json_t *helped = plan->helped == NULL ? json_null()
                                          : view_message(plan->helped->key, plan->helped->params,
                                                         plan->helped->params_count);
    return json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "plan",
                     plan->plan, "at_ms", (json_int_t)plan->made_ms, "mode", plan->mode, "state",
                     plan->state, "host", plan->host, "window",
                     view_window(view, &of, &plan->window), "moves", moves_of(plan), "reason",
                     view_message(plan->reason.key, plan->reason.params, plan->reason.params_count),
                     "curves", is_whole ? curves_of(plan) : json_array(), "rejected",
                     is_whole ? rejected_of(plan) : json_array(), "helped", helped, "revision",
                     (json_int_t)plan->revision);
}
