/* What an event says to one reader, as the thing looks now. */
#include "hub_private.h"

#include <string.h>

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

const struct hub_say hub_says[HUB_NAMES] = {
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
