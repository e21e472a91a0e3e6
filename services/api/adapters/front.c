#include <api/front.h>

#include "handle.h"

#include <api/cookie.h>
#include <api/origin.h>
#include <api/token.h>
#include <assert.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <registry/routes.h>
#include <string.h>

#define USE_MS      (INT64_C(10) * 60 * 1000)
#define CLIENT_PATH "/usr/local/bin/neaptide-cli"

struct binding {
    struct desk *desk;
    const struct route *route;
    ask_handler handler;
};

struct front {
    struct desk *desk;
    struct binding *bindings;
    struct nt_serve *serve;
};

/* --- who is it? ------------------------------------------------------------------------------ */

/* The token of the cookie, or of Authorization: Bearer for programs. NULL: none. */
static const char *token_of(const struct desk *desk, struct nt_request *request)
{
    static const char bearer[] = "Bearer ";
    const char *header = nt_request_header(request, "authorization");
    if (header != NULL && nt_text_starts(header, bearer))
        return header + strlen(bearer);
    const char *cookie = nt_request_cookie(request, cookie_name(desk->site.console));
    return nt_text_is_empty(cookie) ? NULL : cookie;
}

/* When it was used last: written every ten minutes at most, nobody waits for it. */
static void note_use(struct ask *ask, const struct nt_session *session)
{
    int64_t now_ms = nt_wall_ms();
    if (now_ms - session->last_used_ms < USE_MS || !desk_can_write(ask->desk))
        return;
    struct nt_session used;
    nt_session_copy(&ask->arena, &used, session);
    used.last_used_ms = now_ms;
    used.address = ask->peer;
    struct desk_record record = {NT_TOPIC_SESSIONS, used.hash, &used};
    desk_apply(ask->desk, &record);
    desk_commit(ask->desk, &record, 1, ask->trace, NULL, NULL);
}

/* Fills in who asks. Returns 0, or -EPROTO where a session was shown that is none. */
static int identify(struct ask *ask, struct problem *problem)
{
    const char *token = token_of(ask->desk, ask->request);
    if (token == NULL)
        return 0;
    char hash[TOKEN_HASH];
    token_hash(token, hash);
    const struct nt_session *session = fleet_session(&ask->desk->fleet, hash, nt_wall_ms());
    if (session == NULL)
        return problem_set(problem, "session-expired");
    ask->account = fleet_account(&ask->desk->fleet, session->user);
    (void)snprintf(ask->session, sizeof(ask->session), "%s", hash);
    (void)snprintf(ask->user, sizeof(ask->user), "%s", ask->account->user);
    ask->who = (struct route_who){.is_signed_in = true,
                                  .is_admin = strcmp(ask->account->role, "admin") == 0,
                                  .user = ask->user};
    ask->language = nt_language_of(ask->account->language);
    note_use(ask, session);
    return 0;
}

/* Whose is the thing that the path names? NULL: there is none. */
static const char *owner_of(const struct ask *ask)
{
    const struct fleet *fleet = &ask->desk->fleet;
    if (nt_request_param(ask->request, "task") != NULL) {
        const struct nt_wish *wish = table_find(&fleet->wishes, ask->subject);
        const struct nt_outcome *outcome = table_find(&fleet->outcomes, ask->subject);
        if (wish != NULL)
            return wish->actor;
        return outcome == NULL ? NULL : outcome->actor;
    }
    bool is_token = nt_request_param(ask->request, "token") != NULL;
    if (is_token || nt_request_param(ask->request, "session") != NULL) {
        const struct nt_session *session = fleet_session_by_id(fleet, ask->subject);
        bool is_kind =
            session != NULL && strcmp(session->kind, is_token ? "token" : "session") == 0;
        return is_kind && !session->revoked ? session->user : NULL;
    }
    const struct nt_server_state *server = fleet_server(fleet, ask->subject);
    return server == NULL || strcmp(server->desired, "deleted") == 0 ? NULL : server->owner;
}

/* --- the checks, in this order --------------------------------------------------------------- */

static int check_origin(const struct ask *ask, struct problem *problem)
{
    if (!ask->route->is_mutation && !ask->route->is_stream)
        return 0;
    const char *origin = nt_request_header(ask->request, "origin");
    const char *site = nt_request_header(ask->request, "sec-fetch-site");
    if (origin_is_ours(ask->desk->site.console, origin, site))
        return 0;
    int code = problem_set(problem, "cross-origin");
    problem_text(problem, "origin", origin != NULL ? origin : site);
    return code;
}

static int check_ready(const struct ask *ask, struct problem *problem)
{
    static const char *const needs_nothing[] = {"getSetup", "getOpenapi", "getAsyncapi"};
    bool is_needless = false;
    for (size_t i = 0; i < NT_COUNT(needs_nothing); i++)
        is_needless |= strcmp(ask->route->operation, needs_nothing[i]) == 0;
    if (is_needless || ask->desk->is_fleet_ready)
        return 0;
    int code = problem_set(problem, "not-ready");
    problem_text(problem, "parts", nt_bus_is_connected(ask->desk->bus) ? "topics" : "kafka");
    return code;
}

static int check(struct ask *ask, struct problem *problem)
{
    int code = check_origin(ask, problem);
    if (code == 0)
        code = check_ready(ask, problem);
    if (code == 0 && ask->route->access != ROUTE_PUBLIC)
        code = identify(ask, problem);
    if (code == 0) {
        bool has_owner = ask->route->access == ROUTE_OWNER;
        code = route_check(ask->route, &ask->who, has_owner ? owner_of(ask) : NULL, problem);
    }
    if (code == 0 && ask->route->is_mutation && !ask->route->is_raw)
        code = body_read(nt_request_info(ask->request)->body,
                         nt_request_header(ask->request, "content-type"), ask->route->body,
                         &ask->body, problem);
    /* What a line of the console changes is asked for, and checked, by itself. */
    bool is_console = strcmp(ask->route->operation, "runConsole") == 0;
    if (code == 0 && ask->route->is_mutation && !is_console && !desk_can_write(ask->desk))
        code = problem_set(problem, "kafka-down");
    return code;
}

/* --- requests -------------------------------------------------------------------------------- */

static const char *subject_of(const struct nt_request *request)
{
    static const char *const names[] = {"server", "host",    "user", "plan",
                                        "task",   "session", "token"};
    for (size_t i = 0; i < NT_COUNT(names); i++) {
        const char *value = nt_request_param(request, names[i]);
        if (value != NULL)
            return value;
    }
    return "";
}

static struct ask *ask_new(struct desk *desk, const struct route *route, struct nt_request *request)
{
    const struct nt_request_info *info = nt_request_info(request);
    struct ask *ask = nt_zalloc(sizeof(*ask));
    ask->desk = desk;
    ask->request = request;
    ask->route = route;
    ask->language = nt_language_of(nt_request_header(request, "accept-language"));
    nt_trace_child(info->traceparent, ask->trace);
    (void)snprintf(ask->trace_id, sizeof(ask->trace_id), "%.32s", ask->trace + 3);
    (void)snprintf(ask->peer, sizeof(ask->peer), "%s", info->peer);
    (void)snprintf(ask->subject, sizeof(ask->subject), "%s", subject_of(request));
    nt_arena_init(&ask->arena);
    return ask;
}

static void on_request(void *arg, struct nt_request *request)
{
    struct binding *binding = arg;
    struct ask *ask = ask_new(binding->desk, binding->route, request);
    nt_log_set_trace(ask->trace);
    struct problem problem = {0};
    if (check(ask, &problem) < 0)
        ask_problem(ask, &problem);
    else
        binding->handler(ask);
    nt_log_set_trace(NULL);
}

/* What is outside of the table: a file of the page, or a problem. */
static const struct route nowhere = {.operation = "none", .access = ROUTE_PUBLIC};

static void on_otherwise(void *arg, struct nt_request *request)
{
    struct front *front = arg;
    const struct nt_request_info *info = nt_request_info(request);
    const char *allowed = nt_request_allowed(request);
    bool is_api = nt_text_starts(info->path, "/api/");
    bool is_read = strcmp(info->method, "GET") == 0 || strcmp(info->method, "HEAD") == 0;
    if (!is_api && is_read && allowed[0] == '\0' && statics_answer(front->desk->statics, request))
        return;
    struct ask *ask = ask_new(front->desk, &nowhere, request);
    struct problem problem = {0};
    if (allowed[0] != '\0') {
        (void)problem_set(&problem, "method-not-allowed");
        problem_text(&problem, "method", info->method);
        problem_text(&problem, "allowed", allowed);
        ask_header(ask, "Allow", allowed);
    } else {
        (void)problem_set(&problem, "not-found");
    }
    ask_problem(ask, &problem);
}

static void on_too_large(void *arg, struct nt_request *request)
{
    struct front *front = arg;
    struct ask *ask = ask_new(front->desk, &nowhere, request);
    struct problem problem = {0};
    (void)problem_set(&problem, "body-too-large");
    problem_int(&problem, "max_bytes", (int64_t)BODY_RAW_MAX);
    ask_problem(ask, &problem);
}

static const char *ready(void *arg)
{
    const struct desk *desk = arg;
    if (!nt_bus_is_connected(desk->bus))
        return "kafka";
    if (!desk->is_fleet_ready)
        return "topics";
    return desk->is_txn_ready ? NULL : "the writer of requests";
}

/* --- open and close -------------------------------------------------------------------------- */

static ask_handler handler_of(const char *operation)
{
    for (size_t i = 0; i < ask_operations_count; i++)
        if (strcmp(ask_operations[i].operation, operation) == 0)
            return ask_operations[i].handler;
    return NULL;
}

/* Where we reach ourselves: at the address that we listen on, by loopback where that is all. */
static void name_self(struct desk *desk, const char *listen, int port)
{
    size_t len = (size_t)(strrchr(listen, ':') - listen);
    bool is_all = nt_text_starts(listen, "0.0.0.0:") || nt_text_starts(listen, "[::]:");
    (void)snprintf(desk->self, sizeof(desk->self), "http://%.*s:%d", is_all ? 9 : (int)len,
                   is_all ? "127.0.0.1" : listen, port);
}

/* The client for a terminal, as it was built with us; where it is not, nothing is there. */
static void on_download(void *arg, struct nt_request *request)
{
    nt_request_add_header(request, "Content-Disposition", "attachment; filename=\"neaptide\"");
    nt_request_add_header(request, "X-Content-Type-Options", "nosniff");
    if (nt_request_answer_file(request, CLIENT_PATH, "application/octet-stream") < 0)
        on_otherwise(arg, request);
}

int front_open(struct desk *desk, const char *listen, struct front **ret_front,
               struct nt_error *err)
{
    struct front *front = nt_zalloc(sizeof(*front));
    front->desk = desk;
    front->bindings = nt_zalloc(routes_count * sizeof(front->bindings[0]));
    struct nt_route *table = nt_zalloc((routes_count + REGISTRY_ROUTES_MAX + 1) * sizeof(table[0]));
    size_t count = registry_routes(table);
    table[count++] = (struct nt_route){
        .method = "GET", .pattern = "/download/neaptide", .handler = on_download, .arg = front};
    for (size_t i = 0; i < routes_count; i++) {
        front->bindings[i] = (struct binding){desk, &routes[i], handler_of(routes[i].operation)};
        assert(front->bindings[i].handler != NULL);
        table[count++] = (struct nt_route){.method = routes[i].method,
                                           .pattern = routes[i].pattern,
                                           .handler = on_request,
                                           .arg = &front->bindings[i]};
    }
    struct nt_serve_options options = {.loop = desk->loop,
                                       .metrics = desk->metrics,
                                       .listen = listen,
                                       .routes = table,
                                       .routes_count = count,
                                       .ready = ready,
                                       .ready_arg = desk,
                                       .otherwise = on_otherwise,
                                       .arg = front,
                                       .body_max = BODY_RAW_MAX,
                                       .on_too_large = on_too_large,
                                       .trust_forwarded = true};
    int code = nt_serve_open(&options, &front->serve, err);
    free(table);
    if (code < 0) {
        front_close(front);
        return code;
    }
    name_self(desk, listen, nt_serve_port(front->serve));
    *ret_front = front;
    return 0;
}

void front_close(struct front *front)
{
    if (front == NULL)
        return;
    terminals_close(front->desk);
    nt_serve_close(front->serve);
    free(front->bindings);
    free(front);
}

int front_port(const struct front *front)
{
    return nt_serve_port(front->serve);
}
