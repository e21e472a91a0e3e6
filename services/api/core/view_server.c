/* Servers: state, address, what may be done, what happened. */
#include "view_json.h"

#include <api/edgemap.h>
#include <api/state.h>
#include <inttypes.h>

json_t *view_message(const char *key, const struct nt_pair *params, size_t count)
{
    json_t *figures = json_object();
    for (size_t i = 0; i < count; i++) {
        int64_t whole = 0;
        double real = 0;
        json_t *value = NULL;
        if (nt_parse_i64(params[i].value, INT64_MIN, INT64_MAX, &whole) == 0)
            value = json_integer(whole);
        else if (nt_parse_f64(params[i].value, -1e300, 1e300, &real) == 0)
            value = json_real(real);
        else
            value = json_string(params[i].value);
        (void)json_object_set_new(figures, params[i].key, value);
    }
    return json_pack("{s:s, s:o}", "key", key, "params", figures);
}

json_t *view_resources(const struct nt_resources *resources)
{
    return json_pack("{s:I, s:I}", "cpu_milli", (json_int_t)resources->cpu_milli, "mem_bytes",
                     (json_int_t)resources->mem_bytes);
}

/* --- address --------------------------------------------------------------------------------- */

/* The servers' web addresses share scheme and port with the console's. */
static json_t *web_address(const struct view_site *site, const char *name)
{
    const char *colon = strstr(site->console, "://");
    const char *port = colon == NULL ? NULL : strchr(colon + 3, ':');
    return json_sprintf("%.*s://%s.%s%s/", colon == NULL ? 0 : (int)(colon - site->console),
                        site->console, name, site->domain, port == NULL ? "" : port);
}

static int edge_port(const struct nt_server_state *server, const char *service)
{
    for (size_t i = 0; i < server->edge_ports_count; i++)
        if (strcmp(server->edge_ports[i].service, service) == 0)
            return server->edge_ports[i].port;
    return 0;
}

static json_t *address(const struct view_site *site, const struct nt_server_state *server)
{
    json_t *url = json_null();
    json_t *ssh = json_null();
    json_t *tcp = json_array();
    for (size_t i = 0; i < server->services_count; i++) {
        const struct nt_service *service = &server->services[i];
        int port = edge_port(server, service->name);
        if (strcmp(service->protocol, "http") == 0) {
            if (json_is_null(url))
                url = web_address(site, server->name);
        } else if (port > 0 && strcmp(service->protocol, "ssh") == 0) {
            if (json_is_null(ssh))
                ssh = json_pack("{s:s, s:i, s:s, s:o}", "host", site->tcp_host, "port", port,
                                "user", "root", "command",
                                json_sprintf("ssh -p %d root@%s", port, site->tcp_host));
        } else if (port > 0) {
            (void)json_array_append_new(tcp, json_pack("{s:s, s:s, s:i}", "service", service->name,
                                                       "host", site->tcp_host, "port", port));
        }
    }
    return json_pack("{s:o, s:o, s:o}", "url", url, "ssh", ssh, "tcp", tcp);
}

/* --- load ------------------------------------------------------------------------------------ */

static const struct nt_sample *sample_of(const struct nt_host_load *load, const char *server)
{
    if (server == NULL)
        return &load->sample;
    for (size_t i = 0; i < load->servers_count; i++)
        if (strcmp(load->servers[i].server, server) == 0)
            return &load->servers[i].sample;
    return NULL;
}

struct view_load view_load_now(const struct view *view, const char *host, const char *server)
{
    const struct nt_host_load *kafka = table_find(&view->fleet->loads, host);
    const struct nt_host_load *redis = table_find(&view->fleet->current, host);
    bool is_redis =
        redis != NULL && !view->is_redis_away && (kafka == NULL || redis->at_ms >= kafka->at_ms);
    const struct nt_host_load *load = is_redis ? redis : kafka;
    const struct nt_sample *sample = load == NULL ? NULL : sample_of(load, server);
    if (sample == NULL)
        return (struct view_load){0};
    int64_t interval_ms = load->interval_ms > 0 ? load->interval_ms : 5000;
    return (struct view_load){
        .is_known = true,
        .is_redis = is_redis,
        .is_older = view->is_redis_away || view->load_ms - load->at_ms > 4 * interval_ms + 10000,
        .at_ms = load->at_ms,
        .cpu_milli = sample->cpu_milli,
        .mem_bytes = (double)sample->mem_bytes,
    };
}

static struct nt_resources limit_of(const struct view *view, const char *host, const char *server)
{
    if (server == NULL)
        return fleet_capacity(view->fleet, host);
    const struct nt_server_state *state = fleet_server(view->fleet, server);
    if (state == NULL)
        return (struct nt_resources){0};
    return state->applied != NULL ? *state->applied : state->granted;
}

json_t *view_load(const struct view *view, const char *host, const char *server)
{
    struct view_load now = view_load_now(view, host, server);
    if (!now.is_known)
        return json_null();
    struct nt_resources limit = limit_of(view, host, server);
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:s, s:b}", "at_ms", (json_int_t)now.at_ms,
                     "cpu_milli", j_round(now.cpu_milli), "mem_bytes", j_whole(now.mem_bytes),
                     "cpu_pct", j_round(share_pct(now.cpu_milli, (double)limit.cpu_milli)),
                     "mem_pct", j_round(share_pct(now.mem_bytes, (double)limit.mem_bytes)),
                     "source", now.is_redis ? "redis" : "kafka", "older", (int)now.is_older);
}

static json_t *load_point(const struct view *view, const char *id, const char *host,
                          const char *server)
{
    struct view_load now = view_load_now(view, host, server);
    struct nt_resources limit = limit_of(view, host, server);
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", id, "cpu_milli", j_round(now.cpu_milli),
                     "mem_bytes", j_whole(now.mem_bytes), "cpu_pct",
                     j_round(share_pct(now.cpu_milli, (double)limit.cpu_milli)), "mem_pct",
                     j_round(share_pct(now.mem_bytes, (double)limit.mem_bytes)));
}

json_t *view_loads(const struct view *view)
{
    json_t *hosts = json_array();
    json_t *servers = json_array();
    int64_t newest_ms = 0;
    bool is_older = false;
    for (size_t i = 0; i < view->fleet->hosts.count; i++) {
        const struct nt_host *host = table_at(&view->fleet->hosts, i);
        struct view_load now = view_load_now(view, host->host, NULL);
        if (!now.is_known)
            continue;
        is_older |= now.is_older;
        newest_ms = now.at_ms > newest_ms ? now.at_ms : newest_ms;
        (void)json_array_append_new(hosts, load_point(view, host->host, host->host, NULL));
    }
    for (size_t i = 0; i < view->fleet->servers.count; i++) {
        const struct nt_server_state *server = table_at(&view->fleet->servers, i);
        bool is_mine = view->is_admin || strcmp(server->owner, view->user) == 0;
        if (is_mine && view_load_now(view, server->host, server->server).is_known)
            (void)json_array_append_new(
                servers, load_point(view, server->server, server->host, server->server));
    }
    return json_pack("{s:I, s:o, s:o, s:b}", "at_ms", (json_int_t)newest_ms, "hosts", hosts,
                     "servers", servers, "older", (int)is_older);
}

/* --- the whole ------------------------------------------------------------------------------- */

static json_t *actions(const struct view *view, const struct nt_server_state *server,
                       bool has_planned)
{
    json_t *names = json_array();
    unsigned allowed = state_actions(server, view->is_admin);
    for (unsigned i = 0; i < STATE_ACTIONS; i++)
        if ((allowed & 1U << i) != 0)
            (void)json_array_append_new(names, json_string(state_action_names[i]));
    static const char *const of_plan[] = {"stay", "defer", "consent"};
    for (size_t i = 0; has_planned && i < NT_COUNT(of_plan); i++)
        (void)json_array_append_new(names, json_string(of_plan[i]));
    return names;
}

static json_t *move_of(const struct view *view, const struct nt_server_state *server)
{
    const struct nt_move *move = server->move;
    if (move == NULL)
        return json_null();
    const struct nt_move_event *event = table_find(&view->fleet->moves, move->id);
    json_t *reason = event == NULL ? json_null()
                                   : view_message(event->reason.key, event->reason.params,
                                                  event->reason.params_count);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:n, s:n, s:s?, s:o}", "move",
                     move->id, "server", server->server, "name", server->name, "from", move->from,
                     "to", move->to, "phase", move->phase, "since_ms", (json_int_t)move->since_ms,
                     "cutover_at_ms", (json_int_t)move->cutover_at_ms, "ended_ms", "pause_ms",
                     "plan", move->plan, "reason", reason);
}

static json_t *fault_of(const struct nt_server_state *server)
{
    const struct nt_fault *fault = server->fault;
    if (fault == NULL)
        return json_null();
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:s, s:I}", "code", fault->code, "params", "name",
                     server->name, "host", server->host, "reason", fault->message, "message",
                     fault->message, "at_ms", (json_int_t)fault->at_ms);
}

json_t *view_server(const struct view *view, const struct nt_server_state *server)
{
    const struct nt_account *owner = fleet_account(view->fleet, server->owner);
    const struct nt_plan *plan = NULL;
    const struct nt_planned_move *planned =
        server->move != NULL ? NULL : view_find_planned(view, server->server, &plan);
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:s, s:b, s:I, s:I, s:I}",
                  "server", server->server, "name", server->name, "title", server->title, "owner",
                  server->owner, "owner_name", owner == NULL ? "" : owner->name, "template",
                  server->template, "size", j_text_or_null(server->size), "state", server->state,
                  "since_ms", (json_int_t)server->at_ms, "restart", server->restart, "pinned",
                  (int)(server->never_move || server->pinned_host != NULL), "created_ms",
                  (json_int_t)server->created_at_ms, "generation", (json_int_t)server->generation,
                  "revision", (json_int_t)server->revision);
    (void)json_object_set_new(json, "actions", actions(view, server, planned != NULL));
    (void)json_object_set_new(json, "host", j_text_or_null(server->host));
    (void)json_object_set_new(json, "requested", view_resources(&server->requested));
    (void)json_object_set_new(json, "granted", view_resources(&server->granted));
    (void)json_object_set_new(
        json, "applied", server->applied == NULL ? json_null() : view_resources(server->applied));
    (void)json_object_set_new(json, "address", address(view->site, server));
    (void)json_object_set_new(json, "move", move_of(view, server));
    (void)json_object_set_new(json, "planned_move",
                              planned == NULL ? json_null() : view_planned_move(plan, planned));
    (void)json_object_set_new(
        json, "reason",
        server->reason.key[0] == '\0'
            ? json_null()
            : view_message(server->reason.key, server->reason.params, server->reason.params_count));
    (void)json_object_set_new(json, "fault", fault_of(server));
    bool is_live = strcmp(server->state, "running") == 0 || strcmp(server->state, "moving") == 0;
    (void)json_object_set_new(
        json, "load", is_live ? view_load(view, server->host, server->server) : json_null());
    return json;
}

json_t *view_event(const struct nt_server_event *event, const char *id)
{
    char key[64];
    (void)snprintf(key, sizeof(key), "event.%s", event->kind);
    json_t *message = view_message(key, event->params, event->params_count);
    json_t *params = json_object_get(message, "params");
    (void)json_object_set_new(params, "name", json_string(event->name));
    (void)json_object_set_new(params, "host", json_string(event->host));
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "event", id, "server", event->server,
                     "name", event->name, "kind", event->kind, "at_ms", (json_int_t)event->at_ms,
                     "host", j_text_or_null(event->host), "message", message);
}
