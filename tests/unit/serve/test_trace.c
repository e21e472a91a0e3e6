#include <nt/trace.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_valid_and_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_valid;
    } cases[] = {
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true},
        {NULL, false},
        {"", false},
        {"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false},
        {"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x", false},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g", false},
        {"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
        {"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(nt_trace_is_valid(cases[i].text), cases[i].is_valid);
}

static void test_new_ones_differ(void **state)
{
    (void)state;
    char one[NT_TRACEPARENT_SIZE];
    char other[NT_TRACEPARENT_SIZE];

    nt_trace_new(one);
    nt_trace_new(other);
    assert_true(nt_trace_is_valid(one));
    assert_true(nt_trace_is_valid(other));
    assert_string_not_equal(one, other);
}

static void test_a_child_keeps_the_trace(void **state)
{
    (void)state;
    static const char parent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    char child[NT_TRACEPARENT_SIZE];

    nt_trace_child(parent, child);
    assert_true(nt_trace_is_valid(child));
    assert_int_equal(strncmp(child, parent, 36), 0);
    assert_string_not_equal(child, parent);
    assert_string_equal(child + 52, "-00");
    nt_trace_child("nonsense", child);
    assert_true(nt_trace_is_valid(child));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_and_not),
        cmocka_unit_test(test_new_ones_differ),
        cmocka_unit_test(test_a_child_keeps_the_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
