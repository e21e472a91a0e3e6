#include <api/ws.h>
#include <errno.h>
#include <nt/text.h>
#include <nt_cmocka.h>
#include <string.h>

static void test_the_handshakes_answer(void **state)
{
    (void)state;
    char accept[WS_ACCEPT_SIZE];
    /* RFC 6455, 1.3 */
    assert_true(ws_accept("dGhlIHNhbXBsZSBub25jZQ==", accept));
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_false(ws_accept("short", accept));
    assert_false(ws_accept(NULL, accept));
}

struct heard {
    char text[256];
    int count;
    bool is_deaf;
};

static bool hear(void *arg, enum ws_kind kind, struct nt_span data)
{
    struct heard *heard = arg;
    size_t len = strlen(heard->text);
    (void)snprintf(heard->text + len, sizeof(heard->text) - len, "%d:%.*s ", (int)kind,
                   (int)(data.len < 60 ? data.len : 60), (const char *)data.data);
    heard->count++;
    return !heard->is_deaf;
}

/* A frame as a client sends it. */
static void add_masked(struct nt_buf *out, uint8_t first, const char *text, size_t len)
{
    static const uint8_t mask[4] = {1, 2, 3, 250};
    uint8_t head[4] = {first, (uint8_t)(0x80 | (len < 126 ? len : 126)), (uint8_t)(len >> 8),
                       (uint8_t)len};
    (void)nt_buf_add(out, head, len < 126 ? 2 : 4);
    (void)nt_buf_add(out, mask, 4);
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i] ^ mask[i % 4];
        (void)nt_buf_add(out, &byte, 1);
    }
}

static void test_messages_arrive_whole_however_they_are_cut(void **state)
{
    (void)state;
    struct nt_buf bytes = {0};
    add_masked(&bytes, 0x82, "one", 3);
    add_masked(&bytes, 0x02, "tw", 2);
    add_masked(&bytes, 0x89, "ping", 4); /* between fragments */
    add_masked(&bytes, 0x00, "", 0);
    add_masked(&bytes, 0x80, "o", 1);
    add_masked(&bytes, 0x88, "", 0);
    for (size_t piece = 1; piece <= bytes.len; piece++) {
        struct ws ws = {0};
        struct heard heard = {0};
        for (size_t at = 0; at < bytes.len; at += piece) {
            size_t len = bytes.len - at < piece ? bytes.len - at : piece;
            assert_int_equal(ws_feed(&ws, (struct nt_span){bytes.data + at, len}, hear, &heard), 0);
        }
        assert_string_equal(heard.text, "2:one 9:ping 2:two 8: ");
        ws_deinit(&ws);
    }
    nt_buf_deinit(&bytes);
}

static void test_what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
        int code;
    } cases[] = {
        {"not masked", "\x82\x01x", 3, -EPROTO},
        {"reserved bits", "\xC2\x80\0\0\0\0", 6, -EPROTO},
        {"an unknown opcode", "\x83\x80\0\0\0\0", 6, -EPROTO},
        {"a fragment of nothing", "\x80\x80\0\0\0\0", 6, -EPROTO},
        {"a message within a message", "\x02\x80\0\0\0\0\x82\x80\0\0\0\0", 12, -EPROTO},
        {"a long ping", "\x89\xFE\0\x7F\0\0\0\0", 8, -EPROTO},
        {"a ping in parts", "\x09\x80\0\0\0\0", 6, -EPROTO},
        {"too long", "\x82\xFF\0\0\0\0\0\1\0\1\0\0\0\0", 14, -EMSGSIZE},
        {"absurdly long", "\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14, -EMSGSIZE},
        {"half a head: wait", "\x82\xFE\0", 3, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        struct ws ws = {0};
        struct heard heard = {0};
        assert_int_equal(ws_feed(&ws,
                                 (struct nt_span){(const uint8_t *)cases[i].bytes, cases[i].len},
                                 hear, &heard),
                         cases[i].code);
        assert_int_equal(heard.count, 0);
        ws_deinit(&ws);
    }
}

static void test_who_stops_hears_no_more(void **state)
{
    (void)state;
    struct nt_buf bytes = {0};
    struct ws ws = {0};
    struct heard heard = {.is_deaf = true};
    add_masked(&bytes, 0x82, "one", 3);
    add_masked(&bytes, 0x82, "two", 3);
    assert_int_equal(ws_feed(&ws, nt_buf_span(&bytes), hear, &heard), 0);
    assert_string_equal(heard.text, "2:one ");
    ws_deinit(&ws);
    nt_buf_deinit(&bytes);
}

static void test_frames_out_say_their_length(void **state)
{
    (void)state;
    static uint8_t payload[WS_MESSAGE_MAX + 1];
    static const struct {
        size_t len;
        size_t head;
    } cases[] = {{0, 2}, {125, 2}, {126, 4}, {65535, 4}, {65537, 10}};
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_buf out = {0};
        ws_add(&out, WS_BINARY, (struct nt_span){payload, cases[i].len});
        assert_int_equal(out.len, cases[i].head + cases[i].len);
        assert_int_equal(out.data[0], 0x82);
        nt_buf_deinit(&out);
    }
    struct nt_buf out = {0};
    ws_add_close(&out, 1001);
    assert_memory_equal(out.data, "\x88\x02\x03\xE9", 4);
    nt_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_handshakes_answer),
        cmocka_unit_test(test_messages_arrive_whole_however_they_are_cut),
        cmocka_unit_test(test_what_is_wrong_is_refused),
        cmocka_unit_test(test_who_stops_hears_no_more),
        cmocka_unit_test(test_frames_out_say_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
