/* Docker's multiplexed log becomes lines, however its bytes are cut. */
#include <nt/text.h>
#include <nt_cmocka.h>
#include <provisioner/log_lines.h>
#include <string.h>

#define T "2026-11-24T12:00:00.123456789Z"

static void add_entry(struct nt_buf *stream, uint8_t type, const char *text, size_t len)
{
    const uint8_t head[8] = {
        type,        0, 0, 0, (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
        (uint8_t)len};
    assert_int_equal(nt_buf_add(stream, head, sizeof(head)), 0);
    assert_int_equal(nt_buf_add(stream, text, len), 0);
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *wanted;
        uint8_t type;
    } cases[] = {
        {"stdout", T " hello\n", T " o hello\n", 1},
        {"stderr", T " oh\r\n", T " e oh\n", 2},
        {"Korean", T " 안녕하세요\n", T " o 안녕하세요\n", 1},
        {"empty", T " \n", T " o \n", 1},
        {"no line's end", T " part", T " o part\n", 1},
        {"no timestamp", "hello", "- o hello\n", 1},
        {"not UTF-8", T " a\xff\xc3z\n", T " o a\xef\xbf\xbd\xef\xbf\xbdz\n", 1},
        {"a break inside", T " a\nb\n", T " o a b\n", 1},
        {"a timestamp alone", T, T " o \n", 1},
        {"nothing at all", "", "- o \n", 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_buf stream = {0};
        add_entry(&stream, cases[i].type, cases[i].text, strlen(cases[i].text));
        add_entry(&stream, 2, T " next", strlen(T " next"));
        for (size_t cut = 1; cut <= stream.len; cut++) {
            struct log_reader reader = {0};
            struct nt_buf out = {0};
            char wanted[256];
            for (size_t at = 0; at < stream.len; at += cut) {
                size_t len = stream.len - at < cut ? stream.len - at : cut;
                assert_int_equal(log_read(&reader, (struct nt_span){stream.data + at, len}, &out),
                                 0);
            }
            (void)snprintf(wanted, sizeof(wanted), "%s" T " e next\n", cases[i].wanted);
            if (!nt_text_is(nt_buf_text(&out), wanted))
                fail_msg("%s, cut at %zu: %s", cases[i].name, cut, nt_buf_text(&out));
            nt_buf_deinit(&out);
            log_reader_deinit(&reader);
        }
        nt_buf_deinit(&stream);
    }
}

static void test_long_lines_are_cut(void **state)
{
    (void)state;
    static char text[100000];
    struct nt_buf stream = {0};
    struct nt_buf out = {0};
    struct log_reader reader = {0};
    memset(text, 'x', sizeof(text));
    memcpy(text, T " ", sizeof(T)); /* with the space, without the NUL */
    add_entry(&stream, 1, text, sizeof(text));
    add_entry(&stream, 1, T " short\n", strlen(T " short\n"));
    assert_int_equal(log_read(&reader, nt_buf_span(&stream), &out), 0);
    const char *end = strchr(nt_buf_text(&out), '\n');
    assert_in_range(end - (const char *)out.data, LOG_LINE_MAX, LOG_LINE_MAX + 64);
    assert_string_equal(end + 1, T " o short\n");
    nt_buf_deinit(&out);
    nt_buf_deinit(&stream);
    log_reader_deinit(&reader);
}

static void test_other_streams_are_refused(void **state)
{
    (void)state;
    static const uint8_t heads[][8] = {{4}, {'h', 'e', 'l', 'l', 'o', '\n', 0, 0}, {1, 0, 1}};
    for (size_t i = 0; i < NT_COUNT(heads); i++) {
        struct log_reader reader = {0};
        struct nt_buf out = {0};
        assert_int_equal(log_read(&reader, (struct nt_span){heads[i], 8}, &out), -EPROTO);
        assert_int_equal(out.len, 0);
        log_reader_deinit(&reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_lines_are_cut),
        cmocka_unit_test(test_other_streams_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
