/* Frames come out as they went in, however the bytes are cut. */
#include <nt/frame.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <string.h>

struct story {
    char text[256];
    int stop_at; /* a type that ends the reading with -ECANCELED */
};

static int note(void *arg, uint8_t type, struct nt_span payload)
{
    struct story *story = arg;
    size_t len = strlen(story->text);
    (void)snprintf(story->text + len, sizeof(story->text) - len, "%d:%.*s ", type, (int)payload.len,
                   payload.len > 0 ? (const char *)payload.data : "");
    return type == story->stop_at ? -ECANCELED : 0;
}

static void test_any_cut_gives_the_same(void **state)
{
    (void)state;
    struct nt_buf bytes = {0};
    assert_int_equal(nt_frame_add(&bytes, NT_FRAME_INPUT, nt_span_of("ls\r")), 0);
    assert_int_equal(nt_frame_add(&bytes, NT_FRAME_HANG_UP, (struct nt_span){0}), 0);
    assert_int_equal(nt_frame_add(&bytes, NT_FRAME_OUTPUT, nt_span_of("안녕")), 0);
    for (size_t cut = 1; cut <= bytes.len; cut++) {
        struct story story = {0};
        struct nt_frame_reader reader = {0};
        for (size_t at = 0; at < bytes.len; at += cut) {
            size_t len = bytes.len - at < cut ? bytes.len - at : cut;
            struct nt_span piece = {.data = bytes.data + at, .len = len};
            assert_int_equal(nt_frame_read(&reader, piece, note, &story), 0);
        }
        assert_string_equal(story.text, "1:ls\r 3: 18:안녕 ");
        nt_frame_reader_deinit(&reader);
    }
    nt_buf_deinit(&bytes);
}

static void test_what_is_too_long_is_refused(void **state)
{
    (void)state;
    struct nt_frame_reader reader = {0};
    struct story story = {0};
    static const uint8_t long_one[] = {1, 0, 1, 0, 1};
    assert_int_equal(nt_frame_read(&reader, (struct nt_span){long_one, 5}, note, &story), -EPROTO);
    nt_frame_reader_deinit(&reader);
    static uint8_t payload[NT_FRAME_MAX + 1];
    struct nt_buf out = {0};
    assert_int_equal(nt_frame_add(&out, NT_FRAME_INPUT, (struct nt_span){payload, NT_FRAME_MAX}),
                     0);
    assert_int_equal(nt_frame_add(&out, NT_FRAME_INPUT, (struct nt_span){payload, sizeof(payload)}),
                     -EMSGSIZE);
    assert_int_equal(out.len, NT_FRAME_HEAD + NT_FRAME_MAX);
    nt_buf_deinit(&out);
}

static void test_the_reader_stops_where_it_is_told(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {3, 0, 0, 0, 0, 2, 0, 0, 0, 0};
    struct nt_frame_reader reader = {0};
    struct story story = {.stop_at = 3};
    assert_int_equal(nt_frame_read(&reader, (struct nt_span){bytes, sizeof(bytes)}, note, &story),
                     -ECANCELED);
    assert_string_equal(story.text, "3: ");
    nt_frame_reader_deinit(&reader);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[4];
        size_t len;
        int result;
    } cases[] = {
        {{0, 80, 0, 24}, 4, 0},         {{0, 80, 0, 24}, 3, -EINVAL}, {{0, 0, 0, 24}, 4, -EINVAL},
        {{0, 80, 0, 0}, 4, -EINVAL},    {{3, 232, 3, 232}, 4, 0},     {{3, 233, 0, 24}, 4, -EINVAL},
        {{255, 255, 0, 1}, 4, -EINVAL},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        int columns = -1;
        int rows = -1;
        assert_int_equal(
            nt_frame_size((struct nt_span){cases[i].bytes, cases[i].len}, &columns, &rows),
            cases[i].result);
        assert_int_equal(columns == -1, cases[i].result != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_cut_gives_the_same),
        cmocka_unit_test(test_what_is_too_long_is_refused),
        cmocka_unit_test(test_the_reader_stops_where_it_is_told),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
