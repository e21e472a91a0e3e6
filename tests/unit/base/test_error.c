#include <nt/error.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_fail_and_wrap_tell_the_story_outside_in(void **state)
{
    (void)state;
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_fail(&err, -ENOENT, "cannot open %s", "a.json"), -ENOENT);
    assert_int_equal(nt_wrap(&err, "template %d", 3), -ENOENT);
    assert_string_equal(err.message, "template 3: cannot open a.json");
}

static void test_without_an_error_only_the_code_travels(void **state)
{
    (void)state;
    assert_int_equal(nt_fail(NULL, -EINVAL, "unused"), -EINVAL);
    assert_true(nt_wrap(NULL, "unused") < 0);
}

static void test_long_stories_are_cut_not_overrun(void **state)
{
    (void)state;
    char longest[600];
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    struct nt_error err = NT_ERROR_INIT;
    (void)nt_fail(&err, -EIO, "%s", longest);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    (void)nt_wrap(&err, "doing");
    assert_int_equal(strncmp(err.message, "doing: xxx", 10), 0);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    (void)nt_wrap(&err, "%s", longest);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
}

static void test_retryable_is_what_passes_by_itself(void **state)
{
    (void)state;
    assert_true(nt_is_retryable(-ECONNREFUSED));
    assert_true(nt_is_retryable(-ETIMEDOUT));
    assert_false(nt_is_retryable(-EINVAL));
    assert_false(nt_is_retryable(0));
}

static void test_take_leaves_null_behind(void **state)
{
    (void)state;
    int value = 1;
    int *owner = &value;
    int *other = nt_take(owner);
    assert_ptr_equal(other, &value);
    assert_null(owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_and_wrap_tell_the_story_outside_in),
        cmocka_unit_test(test_without_an_error_only_the_code_travels),
        cmocka_unit_test(test_long_stories_are_cut_not_overrun),
        cmocka_unit_test(test_retryable_is_what_passes_by_itself),
        cmocka_unit_test(test_take_leaves_null_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
