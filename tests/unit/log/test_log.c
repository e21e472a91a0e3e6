#include <nt/cleanup.h>
#include <nt/log.h>
#include <nt_cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static FILE *captured;
static int real_stderr;

static int begin(void **state)
{
    (void)state;
    captured = tmpfile();
    real_stderr = dup(STDERR_FILENO);
    (void)dup2(fileno(captured), STDERR_FILENO);
    return captured != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    (void)dup2(real_stderr, STDERR_FILENO);
    (void)close(real_stderr);
    (void)fclose(captured);
    nt_log_set_level(NT_INFO);
    nt_log_set_trace(NULL);
    return 0;
}

static void decref_p(json_t **json)
{
    json_decref(*json);
}

/* The next captured line as JSON, or NULL. */
static json_t *next_line(void)
{
    static char line[32768];
    if (fgets(line, sizeof(line), captured) == NULL)
        return NULL;
    return json_loads(line, JSON_REJECT_DUPLICATES, NULL);
}

static void test_a_line_is_json_with_typed_fields(void **state)
{
    (void)state;
    const bool is_spare = false;
    const char *name = "웹 \"서버\"\n";
    nt_log(NT_INFO, "container_started", NT_KV("name", name), NT_KV("count", 3), NT_KV("load", 0.5),
           NT_KV("spare", is_spare), NT_KV("none", (const char *)NULL));
    rewind(captured);
    NT_CLEANUP(decref_p) json_t *line = next_line();
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "event")), "container_started");
    assert_string_equal(json_string_value(json_object_get(line, "level")), "info");
    assert_string_equal(json_string_value(json_object_get(line, "name")), name);
    assert_int_equal(json_integer_value(json_object_get(line, "count")), 3);
    assert_true(json_real_value(json_object_get(line, "load")) == 0.5);
    assert_true(json_is_false(json_object_get(line, "spare")));
    assert_true(json_is_null(json_object_get(line, "none")));
    assert_true(json_integer_value(json_object_get(line, "ts_ms")) > 0);
}

static void test_bytes_that_are_not_utf8_are_escaped(void **state)
{
    (void)state;
    nt_log(NT_WARN, "odd_bytes", NT_KV("text", "a\xff\xfe"));
    rewind(captured);
    NT_CLEANUP(decref_p) json_t *line = next_line();
    assert_non_null(line);
}

static void test_below_the_level_nothing_is_written(void **state)
{
    (void)state;
    nt_log(NT_DEBUG, "quiet_thing");
    assert_int_equal(ftell(captured), 0);
    enum nt_log_level level = NT_INFO;
    assert_int_equal(nt_log_level_parse("debug", &level), 0);
    assert_true(nt_log_level_parse("loud", &level) < 0);
    nt_log_set_level(level);
    nt_log(NT_DEBUG, "quiet_thing");
    rewind(captured);
    NT_CLEANUP(decref_p) json_t *line = next_line();
    assert_non_null(line);
}

static void test_repeats_are_limited_and_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        nt_log(NT_WARN, "flood_came", NT_KV("i", i));
    rewind(captured);
    int lines = 0;
    for (json_t *line = next_line(); line != NULL; line = next_line()) {
        lines++;
        json_decref(line);
    }
    assert_in_range(lines, 10, 30); /* 10 a second; the loop may cross a second or two */
}

static void test_a_huge_field_is_left_out_and_said(void **state)
{
    (void)state;
    NT_CLEANUP(nt_free_p) char *huge = calloc(1, 100000);
    memset(huge, 'x', 99999);
    nt_log(NT_INFO, "huge_came", NT_KV("before", 1), NT_KV("huge", huge));
    rewind(captured);
    NT_CLEANUP(decref_p) json_t *line = next_line();
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "cut")), "huge");
    assert_int_equal(json_integer_value(json_object_get(line, "before")), 1);
}

static void test_the_trace_is_on_each_line(void **state)
{
    (void)state;
    nt_log_set_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    nt_log(NT_INFO, "traced_thing");
    nt_log_set_trace("garbage");
    nt_log(NT_INFO, "untraced_thing");
    rewind(captured);
    NT_CLEANUP(decref_p) json_t *first = next_line();
    NT_CLEANUP(decref_p) json_t *second = next_line();
    assert_string_equal(json_string_value(json_object_get(first, "trace_id")),
                        "0af7651916cd43dd8448eb211c80319c");
    assert_null(json_object_get(second, "trace_id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_is_json_with_typed_fields, begin, end),
        cmocka_unit_test_setup_teardown(test_bytes_that_are_not_utf8_are_escaped, begin, end),
        cmocka_unit_test_setup_teardown(test_below_the_level_nothing_is_written, begin, end),
        cmocka_unit_test_setup_teardown(test_repeats_are_limited_and_counted, begin, end),
        cmocka_unit_test_setup_teardown(test_a_huge_field_is_left_out_and_said, begin, end),
        cmocka_unit_test_setup_teardown(test_the_trace_is_on_each_line, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
