#include <nt/text.h>
#include <nt_cmocka.h>
#include <registry/registry.h>
#include <string.h>

#define SUBJECT "neaptide.server.state.v1-value"

static struct registry_reply call(const char *method, const char *pattern, struct registry_ask ask)
{
    for (size_t i = 0; i < registry_endpoints_count; i++) {
        const struct registry_endpoint *endpoint = &registry_endpoints[i];
        if (strcmp(endpoint->method, method) != 0)
            continue;
        if (nt_text_starts(endpoint->pattern, "/registry") &&
            strcmp(endpoint->pattern + strlen("/registry"), pattern) == 0)
            return endpoint->handler(&ask);
    }
    fail_msg("no endpoint %s %s", method, pattern);
    return (struct registry_reply){0};
}

static struct registry_reply get(const char *pattern, struct registry_ask ask)
{
    return call("GET", pattern, ask);
}

static void expect_error(struct registry_reply reply, int status, int error_code)
{
    assert_int_equal(reply.status, status);
    assert_int_equal(json_integer_value(json_object_get(reply.body, "error_code")), error_code);
    assert_true(json_string_length(json_object_get(reply.body, "message")) > 0);
    json_decref(reply.body);
}

static void expect_text(struct registry_reply reply, const char *json)
{
    assert_int_equal(reply.status, 200);
    char *text = json_dumps(reply.body, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, json);
    free(text);
    json_decref(reply.body);
}

/* Every schema is found by its id, by its subject and by itself. */
static void test_each_schema_is_found_three_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < nt_schemas_count; i++) {
        const struct nt_schema_info *schema = &nt_schemas[i];
        char id[16];
        char version[16];
        char subject[128];
        (void)snprintf(id, sizeof(id), "%d", schema->id);
        (void)snprintf(version, sizeof(version), "%d", schema->version);
        (void)snprintf(subject, sizeof(subject), "%s-value", nt_topics[schema->topic].name);
        print_message("%s %s\n", id, subject);

        struct registry_reply reply = get("/schemas/ids/{id}", (struct registry_ask){.id = id});
        assert_int_equal(reply.status, 200);
        assert_string_equal(json_string_value(json_object_get(reply.body, "schema")), schema->text);
        json_decref(reply.body);

        reply = get("/subjects/{subject}/versions/{version}",
                    (struct registry_ask){.subject = subject, .version = version});
        assert_int_equal(reply.status, 200);
        assert_int_equal(json_integer_value(json_object_get(reply.body, "id")), schema->id);
        json_t *whole = reply.body;

        json_t *body = json_pack("{s:s}", "schema", schema->text);
        char *text = json_dumps(body, 0);
        reply = call("POST", "/subjects/{subject}",
                     (struct registry_ask){.subject = subject, .body = nt_span_of(text)});
        assert_int_equal(reply.status, 200);
        assert_true(json_equal(reply.body, whole));
        json_decref(reply.body);
        reply = call("POST", "/subjects/{subject}/versions",
                     (struct registry_ask){.subject = subject, .body = nt_span_of(text)});
        assert_int_equal(json_integer_value(json_object_get(reply.body, "id")), schema->id);
        json_decref(reply.body);
        free(text);
        json_decref(body);
        json_decref(whole);
    }
}

static void test_ids(void **state)
{
    (void)state;
    static const char *const unknown[] = {"1", "0", "-100001", "100001x", "99999999999999999999"};
    for (size_t i = 0; i < NT_COUNT(unknown); i++) {
        struct registry_ask ask = {.id = unknown[i]};
        print_message("%s\n", unknown[i]);
        expect_error(get("/schemas/ids/{id}", ask), 404, 40403);
        expect_error(get("/schemas/ids/{id}/schema", ask), 404, 40403);
        expect_error(get("/schemas/ids/{id}/versions", ask), 404, 40403);
        expect_error(get("/schemas/ids/{id}/subjects", ask), 404, 40403);
    }
    struct registry_ask known = {.id = "100018"};
    expect_text(get("/schemas/ids/{id}/versions", known),
                "[{\"subject\":\"" SUBJECT "\",\"version\":1}]");
    expect_text(get("/schemas/ids/{id}/subjects", known), "[\"" SUBJECT "\"]");
    struct registry_reply reply = get("/schemas/ids/{id}/schema", known);
    assert_string_equal(json_string_value(json_object_get(reply.body, "name")), "ServerState");
    json_decref(reply.body);
}

static void test_subjects(void **state)
{
    (void)state;
    struct registry_reply reply = get("/subjects", (struct registry_ask){0});
    size_t with_schema = 0;
    for (size_t i = 0; i < NT_TOPIC_COUNT; i++)
        with_schema += nt_topics[i].schema != NULL;
    assert_int_equal(json_array_size(reply.body), with_schema);
    json_decref(reply.body);
    expect_text(get("/subjects", (struct registry_ask){.prefix = "neaptide.server.state"}),
                "[\"" SUBJECT "\"]");
    expect_text(get("/subjects", (struct registry_ask){.prefix = "no"}), "[]");
    expect_text(get("/subjects/{subject}/versions", (struct registry_ask){.subject = SUBJECT}),
                "[1]");
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    static const char *const subjects[] = {
        "neaptide.server.state.v1",
        "neaptide.server.state.v1-key",
        "neaptide.server.state.v1-value2",
        "neaptide.internal.dlq.api.v1-value",
        "나의-주제",
        "",
    };
    for (size_t i = 0; i < NT_COUNT(subjects); i++) {
        struct registry_ask ask = {.subject = subjects[i], .version = "1"};
        print_message("%s\n", subjects[i]);
        expect_error(get("/subjects/{subject}/versions", ask), 404, 40401);
        expect_error(get("/subjects/{subject}/versions/{version}", ask), 404, 40401);
        expect_error(get("/subjects/{subject}/versions/{version}/schema", ask), 404, 40401);
        expect_error(call("POST", "/subjects/{subject}", ask), 404, 40401);
        expect_error(get("/config/{subject}", ask), 404, 40401);
        expect_error(get("/mode/{subject}", ask), 404, 40401);
    }
}

static void test_versions(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        int error_code; /* 0: found */
    } cases[] = {
        {"1", 0},       {"latest", 0}, {"-1", 0},      {"2", 40402},          {"2147483647", 40402},
        {"0", 42202},   {"-2", 42202}, {"one", 42202}, {"2147483648", 42202}, {"Latest", 42202},
        {"1.0", 42202}, {"", 42202},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].version);
        struct registry_reply reply =
            get("/subjects/{subject}/versions/{version}",
                (struct registry_ask){.subject = SUBJECT, .version = cases[i].version});
        if (cases[i].error_code != 0) {
            expect_error(reply, cases[i].error_code / 100, cases[i].error_code);
            continue;
        }
        assert_int_equal(json_integer_value(json_object_get(reply.body, "id")), 100018);
        assert_int_equal(json_integer_value(json_object_get(reply.body, "version")), 1);
        json_decref(reply.body);
    }
}

/* --- look-ups -------------------------------------------------------------------------------- */

static struct registry_reply look_up(json_t *schema)
{
    char *inner = json_dumps(schema, JSON_ENCODE_ANY);
    json_t *body = json_pack("{s:s}", "schema", inner);
    char *text = json_dumps(body, JSON_INDENT(1));
    struct registry_reply reply =
        call("POST", "/subjects/{subject}",
             (struct registry_ask){.subject = SUBJECT, .body = nt_span_of(text)});
    free(text);
    json_decref(body);
    free(inner);
    return reply;
}

/* The same object with its keys the other way round, and no docs below it. */
static json_t *turned(const json_t *json)
{
    if (json_is_array(json)) {
        json_t *array = json_array();
        for (size_t i = 0; i < json_array_size(json); i++)
            (void)json_array_append_new(array, turned(json_array_get(json, i)));
        return array;
    }
    if (!json_is_object(json))
        return json_deep_copy(json);
    const char *keys[16];
    size_t count = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)json, key, value) keys[count++] = key;
    json_t *object = json_object();
    while (count-- > 0) {
        if (strcmp(keys[count], "doc") != 0)
            (void)json_object_set_new(object, keys[count],
                                      turned(json_object_get(json, keys[count])));
    }
    return object;
}

static void test_a_schema_in_other_clothes_is_the_same(void **state)
{
    (void)state;
    json_t *schema = json_loads(registry_newest(SUBJECT)->text, 0, NULL);
    json_t *other = turned(schema);
    /* The long form of the first field's type. */
    json_t *field = json_array_get(json_object_get(other, "fields"), 0);
    assert_true(json_is_string(json_object_get(field, "type")));
    json_object_set_new(field, "type", json_pack("{s:O}", "type", json_object_get(field, "type")));
    struct registry_reply reply = look_up(other);
    assert_int_equal(reply.status, 200);
    assert_int_equal(json_integer_value(json_object_get(reply.body, "id")), 100018);
    json_decref(reply.body);
    json_decref(other);
    json_decref(schema);
}

static void test_another_schema_is_not(void **state)
{
    (void)state;
    json_t *schema = json_loads(registry_newest(SUBJECT)->text, 0, NULL);
    json_t *fields = json_object_get(schema, "fields");
    json_array_remove(fields, json_array_size(fields) - 1);
    expect_error(look_up(schema), 404, 40403);
    json_decref(schema);

    schema = json_loads(registry_newest(SUBJECT)->text, 0, NULL);
    json_object_set_new(json_array_get(json_object_get(schema, "fields"), 0), "default",
                        json_pack("{s:s}", "type", "x"));
    expect_error(look_up(schema), 404, 40403);
    json_decref(schema);

    /* Another topic's. */
    schema = json_loads(nt_topics[NT_TOPIC_HOST_STATE].schema, 0, NULL);
    expect_error(look_up(schema), 404, 40403);
    json_decref(schema);
}

static void test_bodies_that_are_none(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "x",
        "[]",
        "{}",
        "null",
        "{\"schema\": 5}",
        "{\"schema\": {\"type\": \"string\"}}",
        "{\"schema\": \"{\"}",
        "{\"schema\": \"\\\"string\\\"\", \"schemaType\": \"JSON\"}",
        "{\"schema\": \"\\\"string\\\"\", \"schemaType\": 1}",
        "{\"schema\": \"\\\"string\\\"\", \"references\": [{}]}",
        "{\"schema\": \"\\\"a\\\"\", \"schema\": \"\\\"b\\\"\"}",
    };
    for (size_t i = 0; i < NT_COUNT(bodies); i++) {
        struct registry_ask ask = {.subject = SUBJECT, .body = nt_span_of(bodies[i])};
        print_message("%s\n", bodies[i]);
        expect_error(call("POST", "/subjects/{subject}", ask), 422, 42201);
        expect_error(call("POST", "/subjects/{subject}/versions", ask), 422, 42201);
    }
    struct registry_ask good = {.subject = SUBJECT,
                                .body =
                                    nt_span_of("{\"schema\": \"\\\"string\\\"\", \"schemaType\": "
                                               "\"AVRO\", \"references\": []}")};
    expect_error(call("POST", "/subjects/{subject}", good), 404, 40403);
}

static void test_nothing_can_be_changed(void **state)
{
    (void)state;
    struct registry_ask ask = {.subject = SUBJECT,
                               .body = nt_span_of("{\"schema\": \"\\\"int\\\"\"}")};
    expect_error(call("POST", "/subjects/{subject}/versions", ask), 422, 42205);
    ask.subject = "mine-value";
    expect_error(call("POST", "/subjects/{subject}/versions", ask), 422, 42205);
    expect_error(call("PUT", "/{rest...}", ask), 422, 42205);
    expect_error(call("DELETE", "/{rest...}", ask), 422, 42205);
}

static void test_the_rest(void **state)
{
    (void)state;
    struct registry_ask ask = {0};
    expect_text(get("", ask), "{}");
    expect_text(get("/", ask), "{}");
    expect_text(get("/schemas/types", ask), "[\"AVRO\"]");
    expect_text(get("/config", ask), "{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
    expect_text(get("/mode", ask), "{\"mode\":\"READONLY\"}");
    expect_error(get("/{rest...}", ask), 404, 404);
    expect_error(call("POST", "/{rest...}", ask), 404, 404);
    ask.subject = SUBJECT;
    expect_text(get("/config/{subject}", ask), "{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
    expect_text(get("/mode/{subject}", ask), "{\"mode\":\"READONLY\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_schema_is_found_three_ways),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_a_schema_in_other_clothes_is_the_same),
        cmocka_unit_test(test_another_schema_is_not),
        cmocka_unit_test(test_bodies_that_are_none),
        cmocka_unit_test(test_nothing_can_be_changed),
        cmocka_unit_test(test_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
