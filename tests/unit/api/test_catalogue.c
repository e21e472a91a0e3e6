#include <api/catalogue.h>
#include <api/current.h>
#include <api/size.h>

#include <jansson.h>
#include <nt_cmocka.h>
#include <string.h>

static struct nt_span span(const char *text)
{
    return (struct nt_span){(const uint8_t *)text, strlen(text)};
}

static void test_the_templates_that_come_with_neaptide(void **state)
{
    (void)state;
    json_t *json = json_load_file(TEMPLATES, 0, NULL);
    assert_non_null(json);
    char *document = json_dumps(json, 0);
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_template *templates = NULL;
    assert_int_equal(catalogue_read(&arena, document, &templates, NULL), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct nt_template *template = &templates[i];
        print_message("%s\n", template->template);
        assert_true(template->title_en[0] != '\0' && template->title_ko[0] != '\0');
        assert_true(template->about_en[0] != '\0' && template->about_ko[0] != '\0');
        assert_true(template->spec.services_count > 0 && template->spec.volumes_count > 0);
        assert_non_null(size_find(template->default_size));
        assert_true(size_fits(size_find(template->default_size), &template->spec.minimum));
        struct nt_template newer = *template;
        newer.revision = 7;
        newer.at_ms = 7;
        assert_true(catalogue_is_same(template, &newer));
        newer.order++;
        assert_false(catalogue_is_same(template, &newer));
    }
    assert_string_equal(templates[0].spec.services[0].protocol, "ssh");
    free(document);
    json_decref(json);
    nt_arena_deinit(&arena);
}

static void test_a_catalogue_that_is_wrong_says_where(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    static const struct {
        const char *document;
        const char *story;
    } cases[] = {
        {"{", "line 1"},
        {"{\"templates\":[{\"template\":\"a\"}]}", "template 1"},
        {"{\"templates\":[{\"template\":\"a\",\"image\":\"i\",\"restart\":\"ask\","
         "\"services\":[{\"name\":\"x\"}]}]}",
         "service 1"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_template *templates = NULL;
        struct nt_error err = NT_ERROR_INIT;
        assert_int_equal(catalogue_read(&arena, cases[i].document, &templates, &err), -EINVAL);
        assert_non_null(strstr(err.message, cases[i].story));
    }
    nt_arena_deinit(&arena);
}

static void test_sizes_below_a_templates_minimum_are_not_offered(void **state)
{
    (void)state;
    struct nt_template template = {
        .template = "big",
        .title_en = "",
        .title_ko = "",
        .about_en = "",
        .about_ko = "",
        .spec = {.restart = "ask", .minimum = {.cpu_milli = 600, .mem_bytes = 1}}};
    json_t *json = size_template_to_json(&template);
    json_t *offered = json_object_get(json, "sizes");
    assert_int_equal(json_array_size(offered), 2);
    assert_string_equal(json_string_value(json_array_get(offered, 0)), "medium");
    json_decref(json);
    assert_null(size_find("huge"));
}

static void test_the_current_load_as_the_collector_writes_it(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_server_sample server = {
        .server = "s1", .container = "c", .sample = {.cpu_milli = 12.5, .mem_bytes = 34}};
    struct nt_host_load load = {.host = "host-1",
                                .at_ms = 99,
                                .interval_ms = 5000,
                                .sample = {.cpu_milli = 1000, .mem_bytes = 2000},
                                .servers = &server,
                                .servers_count = 1};
    json_t *json = nt_host_load_to_json(&load);
    char *text = json_dumps(json, 0);
    struct nt_host_load *read = NULL;
    assert_int_equal(current_parse(&arena, span(text), &read), 0);
    assert_string_equal(read->host, "host-1");
    assert_int_equal(read->at_ms, 99);
    assert_int_equal(read->interval_ms, 5000);
    assert_float_equal(read->servers[0].sample.cpu_milli, 12.5, 0.001);
    assert_int_equal(read->sample.mem_bytes, 2000);
    free(text);
    json_decref(json);
    static const char *const bad[] = {
        "",     "[]",
        "{}",   "{\"host\":\"a\"}",
        "\xff", "{\"host\":\"a\",\"at_ms\":1,\"sample\":{},\"servers\":[{}]}"};
    for (size_t i = 0; i < NT_COUNT(bad); i++)
        assert_int_equal(current_parse(&arena, span(bad[i]), &read), -EBADMSG);
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_templates_that_come_with_neaptide),
        cmocka_unit_test(test_a_catalogue_that_is_wrong_says_where),
        cmocka_unit_test(test_sizes_below_a_templates_minimum_are_not_offered),
        cmocka_unit_test(test_the_current_load_as_the_collector_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
