/*
 * What people get to see: records of the fleet as the JSON of openapi.json, for one reader at one
 * moment. Every function returns a new reference, or NULL where it says so. Pure.
 */
#ifndef API_VIEW_H
#define API_VIEW_H

#include <api/fleet.h>
#include <jansson.h>
#include <nt/problem.h>

struct view_site {
    const char *console;  /* origin: http://console.localhost:8088 */
    const char *domain;   /* of the servers: s.localhost */
    const char *tcp_host; /* name under which the edge's TCP ports are reached: localhost */
};

struct view {
    const struct fleet *fleet;
    const struct view_site *site;
    int64_t wall_ms;
    int64_t load_ms;
    const char *user; /* the reader */
    bool is_admin;
    bool is_redis_away;
};

/* key and params of a sentence; its figures become numbers again where they are numbers. */
json_t *view_message(const char *key, const struct nt_pair *params, size_t count);
json_t *view_resources(const struct nt_resources *resources);

/* --- servers --------------------------------------------------------------------------------- */

json_t *view_server(const struct view *view, const struct nt_server_state *server);
json_t *view_event(const struct nt_server_event *event, const char *id);

/* LoadNow of a host, or of a server on it; null (JSON) where nothing is known. */
json_t *view_load(const struct view *view, const char *host, const char *server);

struct view_load {
    bool is_known;
    bool is_older;
    bool is_redis;
    int64_t at_ms;
    double cpu_milli;
    double mem_bytes;
};

struct view_load view_load_now(const struct view *view, const char *host, const char *server);

/* LoadTick: all that the reader may see. */
json_t *view_loads(const struct view *view);

/* --- hosts, forecasts, windows --------------------------------------------------------------- */

json_t *view_host(const struct view *view, const struct nt_host *host);
bool view_host_is_reachable(const struct view *view, const char *host);

/* ForecastSeries; one without figures where there is no forecast. resource is cpu or memory. */
json_t *view_forecast(const struct view *view, const char *subject, const char *resource);
json_t *view_window(const struct view *view, const struct nt_forecast_windows *of,
                    const struct nt_window *window);

/* Windows of a host that are not over. resource NULL: of all. */
json_t *view_windows(const struct view *view, const char *host, const char *resource);
json_t *view_pool(const struct view *view, const struct nt_pool *pool);

/* Habits of a host or server: patterns, relations, recurring windows; empty where none are known.
 */
json_t *view_habits(const struct view *view, const char *subject);

/* --- moves and plans ------------------------------------------------------------------------- */

json_t *view_move(const struct nt_move_event *move);
json_t *view_planned_move(const struct nt_plan *plan, const struct nt_planned_move *move);

/* The move that is planned for a server, and the plan; NULL where none is. */
const struct nt_planned_move *view_find_planned(const struct view *view, const char *server,
                                                const struct nt_plan **ret_plan);
json_t *view_plan(const struct view *view, const struct nt_plan *plan, bool is_whole);

/* --- people ---------------------------------------------------------------------------------- */

json_t *view_quota(const struct view *view, const struct nt_account *account);
json_t *view_user(const struct view *view, const struct nt_account *account);
json_t *view_session(const struct nt_account *account, const struct nt_session *session);

/* A sign-in or API token in a list; current is the hash of the one that asks. */
json_t *view_sign_in(const struct nt_session *session, const char *current);
json_t *view_audit(const struct view *view, const struct nt_audit *audit, const char *id);

/* --- tasks ----------------------------------------------------------------------------------- */

/* wish or outcome may be NULL, not both. */
json_t *view_task(const struct view *view, const struct nt_wish *wish,
                  const struct nt_outcome *outcome, enum nt_language language);

#endif
