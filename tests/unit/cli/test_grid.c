#include <nt_cmocka.h>
#include <verbs/grid.h>

static void test_widths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"한글", 4},
        {"가a나", 5},
        {"–", 1},
        {"e\u0301", 1},
        {"＄", 2},
        {"🌊", 2},
        {"漢字", 4},
        {"\033[31m", 4},
        {"\u1112\u1161\u11ab", 2}, /* a decomposed 한 */
        {"\xff\xc3", 2},           /* no UTF-8: one column a byte */
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].text);
        assert_int_equal(grid_width(cases[i].text), cases[i].width);
    }
}

static void expect(const char *aligns, const char *const *cells, const char *text)
{
    struct nt_arena arena;
    struct nt_buf out = {0};
    struct grid grid;
    nt_arena_init(&arena);
    grid_init(&grid, &arena, aligns);
    for (; *cells != NULL; cells++)
        grid_add(&grid, *cells);
    grid_write(&grid, &out);
    assert_string_equal(nt_buf_text(&out), text);
    grid_deinit(&grid);
    nt_buf_deinit(&out);
    nt_arena_deinit(&arena);
}

static void test_rows_stay_in_line(void **state)
{
    (void)state;
    static const char *const latin[] = {"NAME", "CPU", "STATE", "a", "0.5", "Running", NULL};
    expect("lrl", latin, "NAME  CPU  STATE\na     0.5  Running\n");
    static const char *const korean[] = {"이름",    "상태", "web-1", "실행 중",
                                         "내 서버", "정지", NULL};
    expect("ll", korean, "이름     상태\nweb-1    실행 중\n내 서버  정지\n");
    static const char *const empty[] = {NULL};
    expect("ll", empty, "");
}

/* What people name their servers must not move the cursor of who looks at them. */
static void test_nothing_steers_the_terminal(void **state)
{
    (void)state;
    static const char *const cells[] = {"a\033[2Jb\n",
                                        "\xc2\x9b"
                                        "31m",
                                        "", NULL};
    expect("lll", cells, "a [2Jb     31m  –\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_rows_stay_in_line),
        cmocka_unit_test(test_nothing_steers_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
