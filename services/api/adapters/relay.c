#include "relay.h"

#include <inttypes.h>
#include <nt/log.h>
#include <nt/text.h>
#include <nt/token.h>
#include <string.h>

#define TOKEN_MS 30000

/* --- there ----------------------------------------------------------------------------------- */

static void refuse_named(struct ask *ask, const char *code, const struct nt_server_state *server)
{
    struct problem problem = {0};
    (void)problem_set(&problem, code);
    problem_text(&problem, "name", server->name);
    problem_text(&problem, "host", server->host);
    ask_problem(ask, &problem);
}

bool relay_to(struct ask *ask, const char *operation, const char *tail, struct relay *ret_relay)
{
    const struct fleet *fleet = &ask->desk->fleet;
    const struct nt_server_state *server = fleet_server(fleet, ask->subject);
    const struct nt_agent *agent = table_find(&fleet->agents, server->host);
    if (server->host[0] == '\0') {
        refuse_named(ask, "server-not-running", server);
        return false;
    }
    if (agent == NULL || agent->address[0] == '\0') {
        refuse_named(ask, "unreachable", server);
        return false;
    }
    uint8_t key[NT_TOKEN_KEY_SIZE];
    char token[NT_TOKEN_SIZE];
    const struct nt_token_claim claim = {.host = server->host,
                                         .server = server->server,
                                         .operation = operation,
                                         .expiry_ms = nt_wall_ms() + TOKEN_MS};
    if (nt_token_parse_key(ask->desk->key, key, NULL) < 0) {
        ask_code(ask, "internal");
        return false;
    }
    nt_token_make(key, &claim, token);
    *ret_relay = (struct relay){
        .url = nt_arena_printf(&ask->arena, "%s/v1/servers/%s/%s", agent->address, server->server,
                               tail),
        .headers = {nt_arena_printf(&ask->arena, "Authorization: Bearer %s", token)},
    };
    return true;
}

const char *relay_query(struct ask *ask, const char *const *names)
{
    struct nt_buf out = {0};
    for (size_t i = 0; names[i] != NULL; i++) {
        const char *value = nt_request_query(ask->request, names[i]);
        if (value == NULL)
            continue;
        (void)nt_buf_printf(&out, "%s%s=%s", out.len == 0 ? "" : "&", names[i],
                            nt_arena_encoded(&ask->arena, value));
    }
    const char *query = nt_arena_text(&ask->arena, nt_buf_text(&out));
    nt_buf_deinit(&out);
    return query;
}

/* --- back ------------------------------------------------------------------------------------ */

/* Its code is one of schemas/problems.json: the person reads it in their language. */
static bool read_refusal(struct nt_span body, struct problem *problem)
{
    json_t *json = json_loadb((const char *)body.data, body.len, 0, NULL);
    const char *code = json_string_value(json_object_get(json, "code"));
    const struct nt_problem *known = code == NULL ? NULL : nt_problem_find(code);
    if (known != NULL) {
        (void)problem_set(problem, known->code);
        (void)json_object_update(problem->params, json_object_get(json, "params"));
    }
    json_decref(json);
    return known != NULL;
}

void relay_refuse(struct ask *ask, int status, struct nt_span body)
{
    const struct nt_server_state *server = fleet_server(&ask->desk->fleet, ask->subject);
    struct problem problem = {0};
    if (status != 0 && read_refusal(body, &problem)) {
        ask_problem(ask, &problem);
        return;
    }
    nt_log(NT_WARN, "not_relayed", NT_KV("operation", ask->route->operation),
           NT_KV("status", status));
    if (server == NULL)
        ask_code(ask, "not-found");
    else if (status == 0)
        refuse_named(ask, "unreachable", server);
    else
        ask_code(ask, "internal");
}
