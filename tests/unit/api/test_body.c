#include <api/body.h>
#include <nt_cmocka.h>
#include <string.h>

static const char *const words[] = {"small", "large", NULL};
static const struct body_field inner[] = {{.name = "n", .kind = BODY_INT, .min = 1, .max = 9}, {0}};
static const struct body_field fields[] = {
    {.name = "name", .kind = BODY_NAME},
    {.name = "title", .kind = BODY_TEXT, .is_optional = true, .min = 1, .max = 4},
    {.name = "size", .kind = BODY_WORD, .is_optional = true, .words = words},
    {.name = "on", .kind = BODY_BOOL, .is_optional = true},
    {.name = "in", .kind = BODY_OBJECT, .is_optional = true, .fields = inner},
    {0}};

static struct nt_span span(const char *text)
{
    return (struct nt_span){(const uint8_t *)text, strlen(text)};
}

static void test_bodies_that_are_no_json_object(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *body;
        const char *type;
        const char *code;
    } cases[] = {
        {"empty", "", "application/json", "body-not-json"},
        {"no type", "{}", NULL, "content-type"},
        {"a form", "name=x", "application/x-www-form-urlencoded", "content-type"},
        {"nearly the type", "{}", "application/jsonp", "content-type"},
        {"cut", "{\"name\": \"ab\"", "application/json", "body-not-json"},
        {"an array", "[]", "application/json", "body-not-json"},
        {"twice the same key", "{\"name\":\"ab\",\"name\":\"cd\"}", "application/json",
         "body-not-json"},
        {"a byte that is no UTF-8", "{\"name\": \"a\xff\"}", "application/json", "body-not-utf8"},
        {"half a surrogate", "{\"name\": \"a\\ud800\"}", "application/json", "body-not-json"},
        {"an escaped NUL", "{\"name\": \"a\\u0000b\"}", "application/json", "body-not-json"},
        {"too deep", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "application/json",
         "body-not-json"},
        {"more than one", "{} {}", "application/json", "body-not-json"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        struct problem problem = {0};
        json_t *json = NULL;
        assert_int_equal(body_read(span(cases[i].body), cases[i].type, fields, &json, &problem),
                         -EPROTO);
        assert_string_equal(problem.code, cases[i].code);
        problem_deinit(&problem);
    }
}

static void test_the_place_of_the_bad_byte_is_named(void **state)
{
    (void)state;
    struct problem problem = {0};
    json_t *json = NULL;
    (void)body_read(span("{\"name\": \"한글\xc3(\"}"), "application/json", fields, &json, &problem);
    assert_int_equal(json_integer_value(json_object_get(problem.params, "offset")), 16);
    problem_deinit(&problem);
}

static void test_a_body_over_the_bound(void **state)
{
    (void)state;
    static char much[BODY_MAX + 1];
    struct problem problem = {0};
    json_t *json = NULL;
    assert_int_equal(body_read((struct nt_span){(const uint8_t *)much, sizeof(much)},
                               "application/json", fields, &json, &problem),
                     -EPROTO);
    assert_string_equal(problem.code, "body-too-large");
    problem_deinit(&problem);
}

static void test_each_wrong_field_is_named_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *field;
        const char *key;
    } cases[] = {
        {"{}", "/name", "field.missing"},
        {"{\"name\":7}", "/name", "field.type"},
        {"{\"name\":\"Big\"}", "/name", "field.pattern"},
        {"{\"name\":\"a\"}", "/name", "field.pattern"},
        {"{\"name\":\"ab-\"}", "/name", "field.pattern"},
        {"{\"name\":\"ab\",\"title\":\"\"}", "/title", "field.too-short"},
        {"{\"name\":\"ab\",\"title\":\"다섯글자임\"}", "/title", "field.too-long"},
        {"{\"name\":\"ab\",\"size\":\"huge\"}", "/size", "field.enum"},
        {"{\"name\":\"ab\",\"on\":1}", "/on", "field.type"},
        {"{\"name\":\"ab\",\"in\":[]}", "/in", "field.type"},
        {"{\"name\":\"ab\",\"in\":{\"n\":10}}", "/in/n", "field.range"},
        {"{\"name\":\"ab\",\"in\":{\"n\":1.5}}", "/in/n", "field.type"},
        {"{\"name\":\"ab\",\"other\":1}", "/other", "field.unknown"},
        {"{\"name\":null}", "/name", "field.type"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].body);
        struct problem problem = {0};
        json_t *json = NULL;
        assert_int_equal(body_read(span(cases[i].body), "application/json; charset=utf-8", fields,
                                   &json, &problem),
                         -EPROTO);
        assert_string_equal(problem.code, "invalid-request");
        json_t *error = json_array_get(problem.errors, 0);
        assert_int_equal(json_array_size(problem.errors), 1);
        assert_string_equal(json_string_value(json_object_get(error, "field")), cases[i].field);
        json_t *message = json_object_get(error, "message");
        assert_string_equal(json_string_value(json_object_get(message, "key")), cases[i].key);
        problem_deinit(&problem);
    }
}

static void test_a_right_body_passes_and_no_body_is_right_where_none_is_asked(void **state)
{
    (void)state;
    static const char *const right[] = {
        "{\"name\":\"ab\",\"title\":\"네글자야\",\"size\":\"small\",\"on\":false,\"in\":{\"n\":9}}",
        "{\"name\":\"a123456789012345678901234567890\"}"};
    struct problem problem = {0};
    json_t *json = NULL;
    for (size_t i = 0; i < NT_COUNT(right); i++) {
        assert_int_equal(body_read(span(right[i]), "application/json", fields, &json, &problem), 0);
        json_decref(json);
    }
    assert_int_equal(body_read((struct nt_span){0}, NULL, NULL, &json, &problem), 0);
    json_decref(json);
    assert_int_equal(body_read(span("{}"), "application/json", NULL, &json, &problem), 0);
    json_decref(json);
    assert_int_equal(body_read(span("{\"x\":1}"), "application/json", NULL, &json, &problem),
                     -EPROTO);
    problem_deinit(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_that_are_no_json_object),
        cmocka_unit_test(test_the_place_of_the_bad_byte_is_named),
        cmocka_unit_test(test_a_body_over_the_bound),
        cmocka_unit_test(test_each_wrong_field_is_named_with_its_reason),
        cmocka_unit_test(test_a_right_body_passes_and_no_body_is_right_where_none_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
