#include <api/cursor.h>
#include <nt_cmocka.h>
#include <string.h>

static void test_marks_of_any_length_come_back(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    char key[129] = "";
    for (size_t len = 0; len < 128; len++) {
        const char *back = NULL;
        char *mark = cursor_encode(&arena, "servers", key);
        assert_int_equal(
            strspn(mark, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            strlen(mark));
        assert_int_equal(cursor_decode(&arena, "servers", mark, &back), 0);
        assert_string_equal(back, key);
        key[len] = (char)('!' + len % 90);
    }
    nt_arena_deinit(&arena);
}

static void test_what_is_no_mark_of_this_list_is_refused(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    char much[400];
    memset(much, 'A', sizeof(much));
    much[sizeof(much) - 1] = '\0';
    const char *const bad[] = {
        "", "A", "!!!!", "c2Vy", much, cursor_encode(&arena, "hosts", "x"), "____"};
    for (size_t i = 0; i < NT_COUNT(bad); i++) {
        const char *key = NULL;
        assert_int_equal(cursor_decode(&arena, "servers", bad[i], &key), -EINVAL);
        assert_null(key);
    }
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_of_any_length_come_back),
        cmocka_unit_test(test_what_is_no_mark_of_this_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
