#include <nt/arena.h>
#include <nt_cmocka.h>

#include <string.h>

static void test_pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    uint8_t *last = NULL;
    for (size_t size = 0; size < 3000; size += 7) {
        uint8_t *piece = nt_arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
        assert_ptr_not_equal(piece, last);
        last = size > 0 ? piece : last;
    }
    nt_arena_deinit(&arena);
}

static void test_what_is_reused_after_a_reset_is_zeroed_again(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    memset(nt_arena_alloc(&arena, 512), 0xff, 512);
    nt_arena_reset(&arena);
    assert_int_equal(arena.used_bytes, 0);
    uint8_t *again = nt_arena_alloc(&arena, 512);
    for (size_t i = 0; i < 512; i++)
        assert_int_equal(again[i], 0);
    nt_arena_deinit(&arena);
}

static void test_large_pieces_do_not_stay(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    (void)nt_arena_alloc(&arena, (size_t)4 << 20);
    nt_arena_reset(&arena);
    assert_null(arena.blocks);
    nt_arena_deinit(&arena);
}

static void test_texts_are_copied(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    char source[] = "한국어";
    char *copy = nt_arena_text(&arena, source);
    source[0] = 'x';
    assert_string_equal(copy, "한국어");
    assert_null(nt_arena_text(&arena, NULL));
    assert_string_equal(nt_arena_text_n(&arena, "abcdef", 3), "abc");
    assert_string_equal(nt_arena_printf(&arena, "%s-%d", "web", 1), "web-1");
    nt_arena_deinit(&arena);
}

static void test_texts_are_encoded_for_urls(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    assert_string_equal(nt_arena_encoded(&arena, ""), "");
    assert_string_equal(nt_arena_encoded(&arena, "Az09-._~"), "Az09-._~");
    assert_string_equal(nt_arena_encoded(&arena, "/a b?&=%+"), "%2Fa%20b%3F%26%3D%25%2B");
    assert_string_equal(nt_arena_encoded(&arena, "\xed\x95\x98"),
                        "%ED%95%98"); /* a Korean syllable */
    nt_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(test_what_is_reused_after_a_reset_is_zeroed_again),
        cmocka_unit_test(test_large_pieces_do_not_stay),
        cmocka_unit_test(test_texts_are_copied),
        cmocka_unit_test(test_texts_are_encoded_for_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
