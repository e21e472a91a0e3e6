/*
 * A person sees and touches only their own: every operation of openapi.json is asked by a stranger
 * about ann's things, and must keep its x-owner rule. An operation without a rule fails.
 */
#include "stage.h"

#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <strings.h>

#define SERVER "0197a000-0000-7000-8000-0000000000aa"
#define SECRET "anns-secret-server" /* its name */

static struct stage stage;
static struct nt_arena arena;
static json_t *openapi;
static char ann[160];
static char eve[160];
static char ann_id[64];
static char session_id[64];
static char token_id[64];
static char task_id[64];

/* --- ann and her things ---------------------------------------------------------------------- */

static void copy_text(const char *method, const char *url, const char *body, const char *path,
                      char ret_text[64])
{
    struct stage_reply reply = stage_ask(&stage, method, url, ann, NULL, body);
    assert_non_null(stage_text(reply.json, path));
    (void)snprintf(ret_text, 64, "%s", stage_text(reply.json, path));
    stage_reply_deinit(&reply);
}

static void put_things(void)
{
    struct nt_host host = {.host = "host-1", .role = "active", .revision = 1};
    struct nt_pool pool = {.pool = "pool", .mode = "off", .revision = 1};
    struct nt_server_state server = stage_server(SERVER, ann_id, SECRET);
    server.template = "shell";
    struct nt_server_event event = {.server = SERVER,
                                    .owner = ann_id,
                                    .name = SECRET,
                                    .kind = "started",
                                    .at_ms = nt_wall_ms()};
    struct nt_move_event move = {.move = "m1",
                                 .server = SERVER,
                                 .owner = ann_id,
                                 .name = SECRET,
                                 .from = "host-1",
                                 .to = "host-2",
                                 .phase = "done",
                                 .at_ms = nt_wall_ms(),
                                 .reason = {.key = "move.asked"}};
    struct nt_planned_move planned = {
        .move = "m2", .server = SERVER, .name = SECRET, .state = "planned"};
    struct nt_plan plan = {.plan = "p1",
                           .host = "host-1",
                           .state = "applied",
                           .moves = &planned,
                           .moves_count = 1,
                           .revision = 1};
    struct nt_server_sample sample = {.server = SERVER, .sample = {.cpu_milli = 1}};
    struct nt_host_load load = {.host = "host-1",
                                .at_ms = nt_wall_ms(),
                                .interval_ms = 5000,
                                .servers = &sample,
                                .servers_count = 1};
    stage_put(&stage, NT_TOPIC_HOSTS, "host-1", &host);
    stage_put(&stage, NT_TOPIC_POOL, "pool", &pool);
    stage_put(&stage, NT_TOPIC_SERVER_STATE, SERVER, &server);
    stage_put(&stage, NT_TOPIC_SERVER_EVENTS, SERVER, &event);
    stage_put(&stage, NT_TOPIC_MOVE_EVENTS, SERVER, &move);
    stage_put(&stage, NT_TOPIC_PLANS, "p1", &plan);
    stage_put(&stage, NT_TOPIC_HOST_LOAD, "host-1", &load);
}

static int open_stage(void **state)
{
    (void)state;
    openapi = json_load_file(OPENAPI, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(openapi);
    nt_arena_init(&arena);
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    stage_make_person(&stage, "eve", eve);
    stage_until(&stage, "/api/v1/templates", ann, "templates/2/template", "web");
    copy_text("GET", "/api/v1/me", NULL, "user", ann_id);
    put_things();
    stage_until(&stage, "/api/v1/moves", ann, "items/0/name", SECRET);
    stage_until(&stage, "/api/v1/server-events", ann, "items/0/name", SECRET);
    stage_until(&stage, "/api/v1/plans", stage.admin, "items/0/plan", "p1");
    stage_until(&stage, "/api/v1/servers", ann, "items/0/name", SECRET);
    copy_text("GET", "/api/v1/sessions", NULL, "items/0/session", session_id);
    copy_text("POST", "/api/v1/tokens", "{\"title\":\"t\"}", "info/session", token_id);
    /* Nobody decides: it stays a task. */
    copy_text("POST", "/api/v1/servers/" SERVER "/restart", NULL, "task", task_id);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    nt_arena_deinit(&arena);
    json_decref(openapi);
    return 0;
}

/* --- every operation ------------------------------------------------------------------------- */

struct operation {
    const char *id;
    const char *method;
    const char *path;
    const char *access;
    const char *rule;
    const json_t *json;
};

static void for_all(void (*look)(const struct operation *operation))
{
    const char *path = NULL;
    json_t *methods = NULL;
    json_object_foreach(json_object_get(openapi, "paths"), path, methods)
    {
        const char *method = NULL;
        json_t *json = NULL;
        json_object_foreach(methods, method, json)
        {
            char upper[16] = "";
            for (size_t i = 0; method[i] != '\0' && i < sizeof(upper) - 1; i++)
                upper[i] = (char)(method[i] - 'a' + 'A');
            const struct operation operation = {
                .id = stage_text(json, "operationId"),
                .method = upper,
                .path = path,
                .access = stage_text(json, "x-neaptide-access"),
                .rule = stage_text(json, "x-owner"),
                .json = json,
            };
            print_message("%s\n", operation.id);
            look(&operation);
        }
    }
}

/* What the path names is ann's; what a query must have is there. */
static const char *url_of(const struct operation *operation)
{
    const struct {
        const char *name;
        const char *value;
    } things[] = {{"{server}", SERVER}, {"{host}", "host-1"}, {"{user}", ann_id},
                  {"{plan}", "p1"},     {"{task}", task_id},  {"{session}", session_id},
                  {"{token}", token_id}};
    static const struct {
        const char *operation;
        const char *query;
    } queries[] = {{"previewServer", "?template=web"}};
    const char *url = operation->path;
    for (size_t i = 0; i < NT_COUNT(things); i++) {
        const char *at = strstr(url, things[i].name);
        if (at != NULL)
            url = nt_arena_printf(&arena, "%.*s%s%s", (int)(at - url), url, things[i].value,
                                  at + strlen(things[i].name));
    }
    assert_null(strchr(url, '{')); /* a new kind of thing: say here which is ann's */
    for (size_t i = 0; i < NT_COUNT(queries); i++)
        if (strcmp(queries[i].operation, operation->id) == 0)
            url = nt_arena_printf(&arena, "%s%s", url, queries[i].query);
    return url;
}

static bool is_get(const struct operation *operation)
{
    return strcmp(operation->method, "GET") == 0;
}

/* Its answer does not end: test_stream.c reads it as a stranger. */
static bool is_endless(const struct operation *operation)
{
    return strcmp(operation->id, "streamEvents") == 0;
}

static struct stage_reply ask(const struct operation *operation, const char *cookie)
{
    return stage_ask(&stage, operation->method, url_of(operation), cookie, NULL,
                     is_get(operation) ? NULL : "{}");
}

static void expect(const struct operation *operation, const char *cookie, int status,
                   const char *code)
{
    struct stage_reply reply = ask(operation, cookie);
    if (reply.status != status || !nt_text_is(stage_text(reply.json, "code"), code))
        fail_msg("%s: expected %d %s, got %d %s", operation->id, status, code, reply.status,
                 reply.text);
    stage_reply_deinit(&reply);
}

/* --- the rules ------------------------------------------------------------------------------- */

static void has_rule(const struct operation *operation)
{
    static const struct {
        const char *rule;
        const char *access; /* NULL: several */
    } rules[] = {{"anyone", "public"},
                 {"everyone", "signed-in"},
                 {"caller", "signed-in"},
                 {"owner", "owner"},
                 {"admin", "admin"}};
    bool is_good = false;
    for (size_t i = 0; i < NT_COUNT(rules); i++)
        is_good |= nt_text_is(operation->rule, rules[i].rule) &&
                   nt_text_is(operation->access, rules[i].access);
    if (!is_good)
        fail_msg("%s needs an x-owner that goes with its x-neaptide-access", operation->id);
    /* Who changes something by name must have a rule about whose it is. */
    if (!is_get(operation) && strchr(operation->path, '{') != NULL)
        assert_true(strcmp(operation->rule, "owner") == 0 || strcmp(operation->rule, "admin") == 0);
}

static void test_every_operation_has_a_rule(void **state)
{
    (void)state;
    for_all(has_rule);
}

static void keeps_out_strangers(const struct operation *operation)
{
    if (strcmp(operation->rule, "owner") == 0) {
        expect(operation, eve, 404, "not-found");
    } else if (strcmp(operation->rule, "admin") == 0) {
        expect(operation, eve, 403, "administrator-only");
    } else if (is_get(operation) && !is_endless(operation)) {
        struct nt_test_reply reply = nt_test_http(stage.port, "GET", url_of(operation), eve,
                                                  (struct nt_span){0}, STAGE_WAIT_MS);
        const char *const hers[] = {SECRET, SERVER, ann_id, task_id, session_id, token_id};
        const char *text = nt_buf_text(&reply.body);
        assert_int_equal(reply.status, 200);
        for (size_t i = 0; i < NT_COUNT(hers); i++)
            if (strstr(text, hers[i]) != NULL)
                fail_msg("%s tells a stranger of %s", operation->id, hers[i]);
        nt_test_reply_deinit(&reply);
    }
}

static void test_a_stranger_gets_nothing(void **state)
{
    (void)state;
    for_all(keeps_out_strangers);
}

static void lets_in(const struct operation *operation)
{
    if (!is_get(operation) || is_endless(operation))
        return;
    bool is_admins = strcmp(operation->rule, "admin") == 0;
    struct stage_reply reply = ask(operation, is_admins ? stage.admin : ann);
    if (reply.status == 401 || reply.status == 403 || reply.status == 404)
        fail_msg("%s refuses who may: %d %s", operation->id, reply.status, reply.text);
    stage_reply_deinit(&reply);
}

static void test_who_may_is_let_in(void **state)
{
    (void)state;
    for_all(lets_in);
}

static void needs_a_session(const struct operation *operation)
{
    if (strcmp(operation->access, "public") != 0)
        expect(operation, NULL, 401, "sign-in-needed");
}

static void test_without_a_session_nothing_but_what_is_public(void **state)
{
    (void)state;
    for_all(needs_a_session);
}

static void checks_origin(const struct operation *operation)
{
    bool is_checked = json_is_true(json_object_get(operation->json, "x-origin"));
    assert_true(is_checked || (is_get(operation) && !is_endless(operation)));
    if (!is_checked)
        return;
    struct stage_reply reply = stage_ask_plainly(
        &stage, operation->method, url_of(operation), ann,
        "Origin: http://" SECRET ".s.localhost:8088\r\nContent-Type: application/json\r\n",
        nt_span_of(is_get(operation) ? NULL : "{}"));
    if (reply.status != 403 || !nt_text_is(stage_text(reply.json, "code"), "cross-origin"))
        fail_msg("%s takes it from another origin: %d %s", operation->id, reply.status, reply.text);
    stage_reply_deinit(&reply);
}

static void test_changes_and_streams_come_from_the_console(void **state)
{
    (void)state;
    for_all(checks_origin);
}

static void test_queries_do_not_reach_what_is_anothers(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        int status;
        const char *code;
    } cases[] = {
        {"/api/v1/servers/preview?template=web&server=" SERVER, 404, "not-found"},
        {"/api/v1/servers?owner=all", 403, "administrator-only"},
        {"/api/v1/server-events?owner=all", 403, "administrator-only"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++)
        stage_expect(&stage, "GET", cases[i].url, eve, NULL, NULL, cases[i].status, cases[i].code);
    stage_expect(&stage, "GET", nt_arena_printf(&arena, "/api/v1/servers?owner=%s", ann_id), eve,
                 NULL, NULL, 403, "administrator-only");
    struct stage_reply moves =
        stage_ask(&stage, "GET", "/api/v1/moves?server=" SERVER, eve, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(moves.json, "items")), 0);
    stage_reply_deinit(&moves);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_has_a_rule),
        cmocka_unit_test(test_a_stranger_gets_nothing),
        cmocka_unit_test(test_who_may_is_let_in),
        cmocka_unit_test(test_without_a_session_nothing_but_what_is_public),
        cmocka_unit_test(test_changes_and_streams_come_from_the_console),
        cmocka_unit_test(test_queries_do_not_reach_what_is_anothers),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
