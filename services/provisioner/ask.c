#include "ask.h"

#include <jansson.h>
#include <nt/clock.h>
#include <nt/problem.h>
#include <nt/text.h>
#include <nt/token.h>

void ask_answer_json(struct nt_request *request, int status, struct json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    nt_request_answer(request, status, "application/json", nt_span_of(text));
    free(text);
    json_decref(json);
}

static void refuse(struct nt_request *request, const char *code, json_t *params, const char *detail)
{
    const struct nt_problem *problem = nt_problem_find(code);
    ask_answer_json(request, problem->status,
                    json_pack("{s:s, s:o, s:s}", "code", code, "params", params, "detail", detail));
}

void ask_refuse(struct nt_request *request, const char *code, const char *param, const char *value,
                const char *detail)
{
    json_t *params = json_object();
    if (param != NULL)
        (void)json_object_set_new(params, param, json_string(value));
    refuse(request, code, params, detail);
}

void ask_refuse_number(struct nt_request *request, const char *code, const char *param,
                       int64_t value, const char *detail)
{
    refuse(request, code, json_pack("{s:I}", param, (json_int_t)value), detail);
}

bool ask_number(struct nt_request *request, const char *name, int64_t fallback, int64_t min,
                int64_t max, int64_t *ret_value)
{
    const char *text = nt_request_query(request, name);
    *ret_value = fallback;
    if (text == NULL || nt_parse_i64(text, min, max, ret_value) == 0)
        return true;
    char detail[128];
    (void)snprintf(detail, sizeof(detail), "%s is a number from %lld to %lld", name, (long long)min,
                   (long long)max);
    ask_refuse(request, NT_PROBLEM_INVALID_REQUEST, "field", name, detail);
    return false;
}

struct server *ask_admit(struct fleet *fleet, struct nt_request *request, const char *operation)
{
    const struct settings *settings = fleet->options.settings;
    const char *id = nt_request_param(request, "server");
    const char *header = nt_request_header(request, "authorization");
    const char *token = header != NULL && nt_text_starts(header, "Bearer ") ? header + 7 : NULL;
    struct nt_token_claim claim = {.host = settings->host, .server = id, .operation = operation};
    if (nt_token_check(settings->key, &claim, token, nt_wall_ms()) < 0) {
        nt_request_answer(request, 401, "text/plain; charset=utf-8",
                          nt_span_of("a token of this installation is needed\n"));
        return NULL;
    }
    struct server *server = fleet_find(fleet, id);
    if (server == NULL || server->placement == NULL ||
        !nt_text_is(server->placement->host, settings->host)) {
        ask_refuse(request, NT_PROBLEM_SERVER_ELSEWHERE, "name",
                   server == NULL || server->placement == NULL ? "" : server->placement->name,
                   "this server is not placed on this host");
        return NULL;
    }
    if (!docker_is_up(fleet->docker)) {
        ask_refuse(request, NT_PROBLEM_DOCKER_GONE, "host", settings->host,
                   "the Docker Engine does not answer");
        return NULL;
    }
    return server;
}

const struct seen *ask_container(struct server *server, struct nt_request *request)
{
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live == NULL)
        ask_refuse(request, NT_PROBLEM_SERVER_NOT_RUNNING, "name", server->placement->name,
                   "the server has no container yet");
    return live;
}

const struct seen *ask_running(struct server *server, struct nt_request *request)
{
    const struct seen *live = ask_container(server, request);
    if (live == NULL || live->state == SEEN_RUNNING)
        return live;
    ask_refuse(request, NT_PROBLEM_SERVER_NOT_RUNNING, "name", server->placement->name,
               "the server is stopped");
    return NULL;
}

void ask_too_large(void *arg, struct nt_request *request)
{
    (void)arg;
    ask_refuse_number(request, NT_PROBLEM_FILE_TOO_LARGE, "max_bytes", ASK_BODY_MAX,
                      "the body is too large");
}
