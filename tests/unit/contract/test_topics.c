/* The manifest as the program sees it, the JSON of records, and the table of problems. */
#include <nt/contract.h>
#include <nt/problems.h>
#include <nt_cmocka.h>

#include <jansson.h>
#include <math.h>
#include <string.h>

/* --- topics ----------------------------------------------------------------------------------- */

static void test_ids_are_fixed_and_unique(void **state)
{
    (void)state;

    assert_true(nt_schemas_count >= 22);
    for (size_t i = 0; i < nt_schemas_count; i++) {
        assert_true(nt_schemas[i].id >= 100001);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(nt_schemas[i].id, nt_schemas[j].id);
    }
    for (int i = 0; i < NT_TOPIC_COUNT; i++) {
        const struct nt_topic_info *topic = &nt_topics[i];
        assert_true((topic->schema_id == 0) == (topic->schema == NULL));
        if (topic->schema != NULL)
            assert_int_equal(nt_schema_find(topic->schema_id)->topic, i);
    }
    /* Given out with the first version; whoever changes them breaks every reader outside. */
    assert_int_equal(nt_topics[NT_TOPIC_REQUESTS].schema_id, 100001);
    assert_int_equal(nt_topics[NT_TOPIC_ALERT_EVENTS].schema_id, 100022);
}

static void test_every_schema_is_what_its_record_says(void **state)
{
    (void)state;

    for (size_t i = 0; i < nt_schemas_count; i++) {
        json_t *schema = json_loads(nt_schemas[i].text, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(schema);
        const struct nt_record_info *info = nt_topic_record(nt_schemas[i].topic);
        assert_string_equal(json_string_value(json_object_get(schema, "name")), info->name);
        assert_string_equal(json_string_value(json_object_get(schema, "namespace")), "io.neaptide");
        if (nt_schemas[i].id == nt_topics[nt_schemas[i].topic].schema_id)
            assert_int_equal(json_array_size(json_object_get(schema, "fields")),
                             info->fields_count);
        json_decref(schema);
    }
}

static void test_topics_are_found_by_name(void **state)
{
    (void)state;
    const struct nt_topic_info *load = &nt_topics[NT_TOPIC_HOST_LOAD];

    for (int i = 0; i < NT_TOPIC_COUNT; i++)
        assert_int_equal(nt_topic_find(nt_topics[i].name), i);
    assert_int_equal(nt_topic_find("neaptide.host.load.v2"), -1);
    assert_int_equal(nt_topic_find(""), -1);
    assert_string_equal(load->name, "neaptide.host.load.v1");
    assert_string_equal(load->kind, "host.load");
    assert_string_equal(load->short_name, "host-load");
    assert_string_equal(load->writer, "collector");
    assert_false(load->is_compact);
    assert_true(load->retention_ms == 172800000);
    assert_true(nt_topics[NT_TOPIC_PLACEMENTS].is_compact);
    assert_int_equal(nt_topics[NT_TOPIC_PLACEMENTS].flush_messages, 1);
    assert_string_equal(nt_topics[NT_TOPIC_DLQ_API].kind, "internal.dlq.api");
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void expect_json(json_t *json, const char *wanted)
{
    char *text = json_dumps(json, JSON_COMPACT);

    assert_string_equal(text, wanted);
    free(text);
    json_decref(json);
}

static void test_json_has_every_kind(void **state)
{
    (void)state;
    struct nt_pair params[] = {{"name", "물때"}, {"other", NULL}};
    float p50[] = {0.5F, INFINITY};
    int64_t origins[] = {1, -1};

    expect_json(
        nt_reason_to_json(&(struct nt_reason){.key = "k", .params = params, .params_count = 2}),
        "{\"key\":\"k\",\"params\":{\"name\":\"물때\",\"other\":\"\"}}");
    expect_json(nt_reason_to_json(&(struct nt_reason){0}), "{\"key\":\"\",\"params\":{}}");
    expect_json(nt_curve_to_json(
                    &(struct nt_curve){.host = "h", .without_pct = p50, .without_pct_count = 2}),
                "{\"host\":\"h\",\"without_pct\":[0.5,null],\"with_pct\":[]}");
    expect_json(nt_host_to_json(&(struct nt_host){.host = "\xff", .at_ms = INT64_MAX}),
                "{\"host\":\"\xef\xbf\xbd\",\"role\":\"\",\"cordon\":false,\"drain\":false,"
                "\"capacity\":null,\"engine\":\"\",\"quarantined\":false,\"revision\":0,"
                "\"at_ms\":9223372036854775807}");
    json_t *wish =
        nt_wish_to_json(&(struct nt_wish){.revision = {true, 7},
                                          .quota_servers = {true, 3},
                                          .name = "n",
                                          .requested = &(struct nt_resources){.cpu_milli = 500}});
    assert_int_equal(json_integer_value(json_object_get(wish, "revision")), 7);
    assert_int_equal(json_integer_value(json_object_get(wish, "quota_servers")), 3);
    assert_true(json_is_null(json_object_get(wish, "at_load_ms")));
    assert_true(json_is_null(json_object_get(wish, "title")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(wish, "requested"), "cpu_milli")), 500);
    json_decref(wish);
    json_t *scenarios =
        nt_scenarios_to_json(&(struct nt_scenarios){.p50 = nt_span_of("a"),
                                                    .residuals = nt_span_of("ab\xff"),
                                                    .origins_ms = origins,
                                                    .origins_ms_count = 2});
    assert_string_equal(json_string_value(json_object_get(scenarios, "p50")), "YQ==");
    assert_string_equal(json_string_value(json_object_get(scenarios, "residuals")), "YWL/");
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(scenarios, "origins_ms"), 1)), -1);
    json_decref(scenarios);
}

/* --- problems --------------------------------------------------------------------------------- */

static void test_problems_are_found_by_code(void **state)
{
    (void)state;

    assert_int_equal(nt_problems_count, NT_PROBLEMS_COUNT);
    for (size_t i = 0; i < nt_problems_count; i++) {
        assert_ptr_equal(nt_problem_find(nt_problems[i].code), &nt_problems[i]);
        for (int language = 0; language < NT_LANGUAGE_COUNT; language++) {
            assert_true(strlen(nt_problems[i].texts[language].title) > 0);
            assert_true(strlen(nt_problems[i].texts[language].detail) > 0);
            assert_true(strlen(nt_problems[i].texts[language].next) > 0);
        }
    }
    assert_null(nt_problem_find("no-such-problem"));
    assert_null(nt_problem_find(""));
    assert_null(nt_problem_find(NULL));
    assert_int_equal(nt_problem_find(NT_PROBLEM_NAME_TAKEN)->status, 409);
}

static void test_languages(void **state)
{
    (void)state;
    static const struct {
        const char *tags;
        enum nt_language language;
    } cases[] = {
        {NULL, NT_LANGUAGE_EN},        {"", NT_LANGUAGE_EN},
        {"ko", NT_LANGUAGE_KO},        {"ko-KR,ko;q=0.9,en;q=0.8", NT_LANGUAGE_KO},
        {"en-GB, ko", NT_LANGUAGE_EN}, {"fr, KO;q=0.5", NT_LANGUAGE_KO},
        {"kok", NT_LANGUAGE_EN},       {"fr", NT_LANGUAGE_EN},
        {", ,", NT_LANGUAGE_EN},
    };

    for (size_t i = 0; i < NT_COUNT(cases); i++)
        assert_int_equal(nt_language_of(cases[i].tags), cases[i].language);
}

static void test_placeholders(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    static const struct nt_pair params[] = {
        {"name", "sea"},
        {"small_bytes", "512"},
        {"mem_bytes", "536870912"},
        {"disk_bytes", "1610612736"},
        {"cpu_milli", "1500"},
        {"whole_milli", "2000"},
        {"odd_milli", "1234"},
        {"at_ms", "1795536000000"},
        {"bad_bytes", "many"},
        {"huge_ms", "9223372036854775807"},
        {"evil", "{name}"},
        {"none", NULL},
    };
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"{name}", "sea"},
        {"a {name} b {name}.", "a sea b sea."},
        {"{small_bytes}, {mem_bytes}, {disk_bytes}", "512 bytes, 512 MB, 1.5 GB"},
        {"{cpu_milli}, {whole_milli}, {odd_milli}", "1.5, 2, 1.234"},
        {"{at_ms}", "2026-11-24 16:00 UTC"},
        {"{bad_bytes} {huge_ms}", "many 9223372036854775807"},
        {"{unknown}", "?"},
        {"{evil}", "{name}"}, /* values are not looked into again */
        {"{none}.", "."},
        {"{open", "{open"},
        {"close}", "close}"},
        {"{} {", "? {"},
    };

    for (size_t i = 0; i < NT_COUNT(cases); i++)
        assert_string_equal(nt_problem_render(&arena, cases[i].text, params, NT_COUNT(params)),
                            cases[i].wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_are_fixed_and_unique),
        cmocka_unit_test(test_every_schema_is_what_its_record_says),
        cmocka_unit_test(test_topics_are_found_by_name),
        cmocka_unit_test(test_json_has_every_kind),
        cmocka_unit_test(test_problems_are_found_by_code),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_placeholders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
