#include <nt/memory.h>
#include <nt/span.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_a_buffer_grows_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct nt_buf buf = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(nt_buf_printf(&buf, "%d,", i), 0);
    assert_int_equal(strncmp(nt_buf_text(&buf), "0,1,2,3,", 8), 0);
    assert_int_equal(buf.len, 10 * 2 + 90 * 3 + 900 * 4);
    nt_buf_deinit(&buf);
}

static void test_the_bound_refuses_and_changes_nothing(void **state)
{
    (void)state;
    struct nt_buf buf = {.max = 8};
    assert_int_equal(nt_buf_add_text(&buf, "12345678"), 0);
    assert_int_equal(nt_buf_add_text(&buf, "9"), -EMSGSIZE);
    assert_int_equal(nt_buf_printf(&buf, "%d", 9), -EMSGSIZE);
    assert_null(nt_buf_reserve(&buf, SIZE_MAX));
    assert_string_equal(nt_buf_text(&buf), "12345678");
    nt_buf_deinit(&buf);
}

static void test_an_empty_buffer_is_empty_text(void **state)
{
    (void)state;
    struct nt_buf buf = {0};
    assert_string_equal(nt_buf_text(&buf), "");
    assert_int_equal(nt_buf_add(&buf, NULL, 0), 0);
    nt_buf_deinit(&buf);
    assert_int_equal(nt_span_of(NULL).len, 0);
}

static void test_a_vector_makes_room_one_by_one(void **state)
{
    (void)state;
    int *items = NULL;
    size_t count = 0;
    size_t capacity = 0;
    for (int i = 0; i < 100; i++)
        nt_vec_push(items, count, capacity) = i;
    assert_int_equal(count, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(items[i], i);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_buffer_grows_and_keeps_what_it_has),
        cmocka_unit_test(test_the_bound_refuses_and_changes_nothing),
        cmocka_unit_test(test_an_empty_buffer_is_empty_text),
        cmocka_unit_test(test_a_vector_makes_room_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
