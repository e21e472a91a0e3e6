#include <api/problem.h>
#include <nt_cmocka.h>
#include <string.h>

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void test_a_problem_says_its_figures_in_both_languages(void **state)
{
    (void)state;
    struct problem problem = {0};
    assert_int_equal(problem_set(&problem, "no-room"), -EPROTO);
    problem_text(&problem, "cpu_milli", "500"); /* as it comes in an outcome */
    problem_int(&problem, "mem_bytes", INT64_C(512) << 20);
    problem_int(&problem, "largest_cpu_milli", 1500);
    problem_int(&problem, "largest_mem_bytes", INT64_C(1) << 30);
    assert_int_equal(problem_status(&problem), 409);
    json_t *en = problem_to_json(&problem, NT_LANGUAGE_EN, "abc");
    assert_string_equal(text(en, "detail"),
                        "No host has room for 0.5 CPU and 512 MB. The largest that fits is 1.5 CPU "
                        "and 1 GB.");
    assert_string_equal(text(en, "type"), "/problems/no-room");
    assert_string_equal(text(en, "trace_id"), "abc");
    json_t *ko = problem_to_json(&problem, NT_LANGUAGE_KO, "abc");
    assert_non_null(strstr(text(ko, "detail"), "512 MB"));
    assert_non_null(strstr(text(ko, "title"), "자리가 없습니다"));
    json_decref(en);
    json_decref(ko);
    problem_deinit(&problem);
}

static void test_an_unknown_code_is_our_mistake(void **state)
{
    (void)state;
    struct problem problem = {0};
    (void)problem_set(&problem, "nobody-knows-this");
    assert_int_equal(problem_status(&problem), 500);
    json_t *json = problem_to_json(&problem, NT_LANGUAGE_EN, "");
    assert_string_equal(text(json, "code"), "internal");
    json_decref(json);
    problem_deinit(&problem);
}

static void test_figures_that_are_no_text(void **state)
{
    (void)state;
    struct problem problem = {0};
    (void)problem_set(&problem, "cross-origin");
    problem_text(&problem, "origin", "\xff\xfe");
    json_t *json = problem_to_json(&problem, NT_LANGUAGE_EN, "");
    assert_non_null(strstr(text(json, "detail"), "came from ?"));
    json_decref(json);
    problem_deinit(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_problem_says_its_figures_in_both_languages),
        cmocka_unit_test(test_an_unknown_code_is_our_mistake),
        cmocka_unit_test(test_figures_that_are_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
