#include <api/route.h>
#include <nt_cmocka.h>
#include <string.h>
#include <strings.h>

static json_t *openapi;

static const char *access_name(enum route_access access)
{
    static const char *const names[] = {"public", "signed-in", "owner", "admin"};
    return names[access];
}

/* The document's operation with this id, its path and its method. */
static json_t *find(const char *id, const char **ret_path, const char **ret_method)
{
    const char *path = NULL;
    json_t *methods = NULL;
    json_object_foreach(json_object_get(openapi, "paths"), path, methods)
    {
        const char *method = NULL;
        json_t *operation = NULL;
        json_object_foreach(methods, method, operation)
        {
            if (strcmp(json_string_value(json_object_get(operation, "operationId")), id) != 0)
                continue;
            *ret_path = path;
            *ret_method = method;
            return operation;
        }
    }
    return NULL;
}

static void test_the_table_is_what_openapi_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        print_message("%s\n", route->operation);
        const char *path = NULL;
        const char *method = NULL;
        json_t *operation = find(route->operation, &path, &method);
        assert_non_null(operation);
        assert_string_equal(path, route->pattern);
        assert_int_equal(strcasecmp(method, route->method), 0);
        assert_string_equal(json_string_value(json_object_get(operation, "x-neaptide-access")),
                            access_name(route->access));
        assert_int_equal(route->body != NULL || route->is_raw,
                         json_object_get(operation, "requestBody") != NULL);
        assert_int_equal(route->is_mutation, strcmp(method, "get") != 0);
        bool is_checked = json_is_true(json_object_get(operation, "x-origin"));
        assert_int_equal(route->is_mutation || route->is_stream, is_checked);
    }
}

static void test_openapi_has_no_operation_that_the_table_lacks(void **state)
{
    (void)state;
    static const char *const of_the_server[] = {"/healthz", "/readyz", "/metrics"};
    const char *path = NULL;
    json_t *methods = NULL;
    json_object_foreach(json_object_get(openapi, "paths"), path, methods)
    {
        bool is_of_server = false;
        for (size_t i = 0; i < NT_COUNT(of_the_server); i++)
            is_of_server |= strcmp(path, of_the_server[i]) == 0;
        const char *method = NULL;
        json_t *operation = NULL;
        json_object_foreach(methods, method, operation)
        {
            const char *id = json_string_value(json_object_get(operation, "operationId"));
            print_message("%s\n", id);
            assert_int_equal(route_find(id) != NULL, !is_of_server);
        }
    }
}

/* Bodies: the same fields, the same of them required. */
static json_t *schema_of(json_t *operation)
{
    json_t *content = json_object_get(json_object_get(operation, "requestBody"), "content");
    json_t *schema = json_object_get(json_object_get(content, "application/json"), "schema");
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    json_t *schemas = json_object_get(json_object_get(openapi, "components"), "schemas");
    return json_object_get(schemas, strrchr(ref, '/') + 1);
}

static bool is_required(const json_t *schema, const char *name)
{
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(json_object_get(schema, "required"), index, each)
    {
        if (strcmp(json_string_value(each), name) == 0)
            return true;
    }
    return false;
}

static void test_bodies_have_the_fields_that_openapi_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < routes_count; i++) {
        if (routes[i].body == NULL)
            continue;
        const char *path = NULL;
        const char *method = NULL;
        json_t *schema = schema_of(find(routes[i].operation, &path, &method));
        size_t count = 0;
        for (const struct body_field *field = routes[i].body; field->name != NULL; field++) {
            print_message("%s %s\n", routes[i].operation, field->name);
            assert_non_null(json_object_get(json_object_get(schema, "properties"), field->name));
            assert_int_equal(is_required(schema, field->name), !field->is_optional);
            count++;
        }
        assert_int_equal(json_object_size(json_object_get(schema, "properties")), count);
    }
}

static void test_who_may_ask(void **state)
{
    (void)state;
    static const struct route_who nobody = {0};
    static const struct route_who ann = {.is_signed_in = true, .user = "ann"};
    static const struct route_who root = {.is_signed_in = true, .is_admin = true, .user = "root"};
    static const struct {
        const char *operation;
        const struct route_who *who;
        const char *owner;
        const char *code; /* NULL: fine */
    } cases[] = {
        {"getSetup", &nobody, NULL, NULL},       {"listServers", &nobody, NULL, "sign-in-needed"},
        {"listServers", &ann, NULL, NULL},       {"getServer", &nobody, "ann", "sign-in-needed"},
        {"getServer", &ann, "ann", NULL},        {"getServer", &ann, "bob", "not-found"},
        {"getServer", &ann, NULL, "not-found"},  {"getServer", &root, "bob", NULL},
        {"getServer", &root, NULL, "not-found"}, {"moveServer", &ann, "ann", "administrator-only"},
        {"getTide", &root, NULL, NULL},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%zu %s\n", i, cases[i].operation);
        struct problem problem = {0};
        int code =
            route_check(route_find(cases[i].operation), cases[i].who, cases[i].owner, &problem);
        assert_int_equal(code, cases[i].code == NULL ? 0 : -EPROTO);
        if (cases[i].code != NULL)
            assert_string_equal(problem.code, cases[i].code);
        problem_deinit(&problem);
    }
}

static int load(void **state)
{
    (void)state;
    openapi = json_load_file(OPENAPI, JSON_REJECT_DUPLICATES, NULL);
    return openapi == NULL ? -1 : 0;
}

static int unload(void **state)
{
    (void)state;
    json_decref(openapi);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_what_openapi_says),
        cmocka_unit_test(test_openapi_has_no_operation_that_the_table_lacks),
        cmocka_unit_test(test_bodies_have_the_fields_that_openapi_names),
        cmocka_unit_test(test_who_may_ask),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
