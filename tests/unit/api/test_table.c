#include <api/table.h>
#include <nt_cmocka.h>
#include <string.h>

static int put(struct table *table, const char *key, const char *value)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    int code = table_put(table, key, &arena, nt_arena_text(&arena, value));
    nt_arena_deinit(&arena);
    return code;
}

static void test_rows_are_in_order_and_the_newest_counts(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, 10);
    assert_int_equal(put(&table, "m", "1"), 0);
    assert_int_equal(put(&table, "a", "2"), 0);
    assert_int_equal(put(&table, "z", "3"), 0);
    assert_int_equal(put(&table, "m", "4"), 0);
    assert_int_equal(table.count, 3);
    assert_string_equal(table_at(&table, 0), "2");
    assert_string_equal(table_find(&table, "m"), "4");
    assert_string_equal(table_at(&table, 2), "3");
    assert_null(table_find(&table, "b"));
    assert_null(table_find(&table, NULL));
    table_deinit(&table);
}

static void test_pages_go_on_after_a_row_that_is_gone(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, 10);
    static const char *const keys[] = {"a", "c", "e"};
    for (size_t i = 0; i < NT_COUNT(keys); i++)
        assert_int_equal(put(&table, keys[i], keys[i]), 0);
    assert_int_equal(table_after(&table, NULL), 0);
    assert_int_equal(table_after(&table, "a"), 1);
    table_remove(&table, "c");
    table_remove(&table, "never there");
    assert_int_equal(table_after(&table, "c"), 1);
    assert_int_equal(table_after(&table, "e"), 2);
    assert_int_equal(table_before(&table, NULL), 2);
    assert_int_equal(table_before(&table, "e"), 1);
    assert_int_equal(table_before(&table, "c"), 1);
    table_deinit(&table);
}

static void test_a_full_table_refuses_new_keys_only(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, 2);
    assert_int_equal(put(&table, "a", "1"), 0);
    assert_int_equal(put(&table, "b", "1"), 0);
    assert_int_equal(put(&table, "c", "1"), -ENOSPC);
    assert_int_equal(put(&table, "b", "2"), 0);
    assert_string_equal(table_find(&table, "b"), "2");
    table_deinit(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_in_order_and_the_newest_counts),
        cmocka_unit_test(test_pages_go_on_after_a_row_that_is_gone),
        cmocka_unit_test(test_a_full_table_refuses_new_keys_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
