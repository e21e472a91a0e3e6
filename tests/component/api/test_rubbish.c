/*
 * Every operation of openapi.json gets rubbish in its path, query, headers and body: the answer is
 * one that the document knows, never a mistake of ours (5xx), and the api goes on.
 */
#include "stage.h"

#include <nt/text.h>
#include <string.h>

static struct stage stage;
static struct nt_arena arena;
static json_t *openapi;

/* As they stand in a URL. */
static const char *const words[] = {
    "-1",
    "99999999999999999999",
    "1e308",
    "%ED%95%9C%EA%B8%80",
    "%00",
    "%FF%FE",
    "..%2F..%2Fetc",
    "a%0D%0AX-Evil%3A%201",
    "%7B%22%24ne%22%3A1%7D",
    "0197a000-0000-7000-8000-00000000dead",
};

static const char *const bodies[] = {
    "{}", "[]", "null", "\"x\"", "{\"\":0}", "{\"name\":{\"a\":[1,2]}}", "{\"size\":1e999}", "{",
};

static int open_stage(void **state)
{
    (void)state;
    openapi = json_load_file(OPENAPI, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(openapi);
    nt_arena_init(&arena);
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    struct nt_pool pool = {.pool = "pool", .mode = "off", .revision = 1};
    stage_put(&stage, NT_TOPIC_POOL, "pool", &pool);
    stage_until(&stage, "/api/v1/pool", stage.admin, "mode", "off");
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

/* The path with word for each {thing}. */
static const char *fill(const char *path, const char *word)
{
    for (const char *at = strchr(path, '{'); at != NULL; at = strchr(path, '{'))
        path =
            nt_arena_printf(&arena, "%.*s%s%s", (int)(at - path), path, word, strchr(at, '}') + 1);
    return path;
}

/* Everything that the operation takes in the query, with word in it. */
static const char *query_of(const json_t *operation, const char *word)
{
    const char *query = "?";
    size_t index = 0;
    json_t *parameter = NULL;
    json_array_foreach(json_object_get(operation, "parameters"), index, parameter)
    {
        if (nt_text_is(stage_text(parameter, "in"), "query"))
            query = nt_arena_printf(&arena, "%s%s=%s&", query, stage_text(parameter, "name"), word);
    }
    return nt_arena_printf(&arena, "%slimit=%s&after=%s", query, word, word);
}

static void ask(const char *id, const char *method, const char *url, const char *body)
{
    static const char headers[] = "If-Match: \"x\r\nIdempotency-Key: \xED\x95\x9C\r\n"
                                  "Neaptide-After: @@@\r\nLast-Event-ID: -\r\n";
    struct stage_reply reply = stage_ask(&stage, method, url, stage.admin, headers, body);
    if (reply.status == 0 || reply.status >= 500)
        fail_msg("%s: %s %s %s: %d %s", id, method, url, body == NULL ? "" : body, reply.status,
                 reply.text);
    if (reply.status >= 400 && stage_text(reply.json, "code") == NULL)
        fail_msg("%s: %s: %d is no problem+json", id, url, reply.status);
    stage_reply_deinit(&reply);
}

static void ask_all(const char *path, const char *method, const json_t *operation)
{
    const char *id = stage_text(operation, "operationId");
    bool is_get = strcmp(method, "GET") == 0;
    /* Endless, or what the server itself answers in plain text. */
    static const char *const left_out[] = {"streamEvents", "getHealth", "getReady", "getMetrics",
                                           "signOut"};
    for (size_t i = 0; i < NT_COUNT(left_out); i++)
        if (strcmp(id, left_out[i]) == 0)
            return;
    print_message("%s\n", id);
    for (size_t i = 0; i < NT_COUNT(words); i++)
        ask(id, method,
            nt_arena_printf(&arena, "%s%s", fill(path, words[i]), query_of(operation, words[i])),
            is_get ? NULL : bodies[i % NT_COUNT(bodies)]);
    for (size_t i = 0; i < NT_COUNT(bodies) && json_object_get(operation, "requestBody"); i++)
        ask(id, method, fill(path, "none"), bodies[i]);
}

static void test_rubbish_is_refused_and_nothing_breaks(void **state)
{
    (void)state;
    const char *path = NULL;
    json_t *methods = NULL;
    json_object_foreach(json_object_get(openapi, "paths"), path, methods)
    {
        const char *method = NULL;
        json_t *operation = NULL;
        json_object_foreach(methods, method, operation)
        {
            char upper[16] = "";
            for (size_t i = 0; method[i] != '\0' && i < sizeof(upper) - 1; i++)
                upper[i] = (char)(method[i] - 'a' + 'A');
            ask_all(path, upper, operation);
        }
    }
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", stage.admin, NULL, NULL);
    assert_int_equal(me.status, 200);
    stage_reply_deinit(&me);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rubbish_is_refused_and_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
