/* Bytes that are no message of ours: each gets an error that says what is wrong and where. */
#include <nt/contract.h>
#include <nt_cmocka.h>

#include <string.h>

#define LONG_MAX_BYTES "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
#define LONG_MIN_BYTES "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"

/* Session: hash, user, kind, title: strings; created_at_ms, expires_at_ms: long; revoked: boolean
 */
#define SESSION       "\x00\x00\x01\x86\xa9"
#define SESSION_TEXTS "\x02h\x02u\x02k\x02t"
#define SESSION_WHOLE SESSION SESSION_TEXTS "\x02\x04\x01"

/* ServerEvent: server, owner, name, host, kind: strings; params: map; request: string; at_ms */
#define EVENT       "\x00\x00\x01\x86\xb3"
#define EVENT_TEXTS "\x00\x00\x00\x00\x00"
#define EVENT_END   "\x00\x00"

/* ForecastWindows: host, issued_ms, threshold_pct, windows[], recurring[] */
#define WINDOWS       "\x00\x00\x01\x86\xb1"
#define WINDOWS_BEGIN "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

/* A Window without its contributors */
#define WINDOW                                                                                     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"                                                     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00"

struct bad {
    const char *name;
    enum nt_topic topic;
    const char *bytes;
    size_t len;
    int code;
    const char *message; /* a part of it */
};

#define BAD(name, topic, bytes, code, message)                                                     \
    {                                                                                              \
        name, topic, bytes, sizeof(bytes) - 1, code, message                                       \
    }

static const struct bad cases[] = {
    BAD("nothing", NT_TOPIC_SESSIONS, "", -EBADMSG, "not a Session: 0 bytes are too few"),
    BAD("half a prefix", NT_TOPIC_SESSIONS, "\x00\x00\x01", -EBADMSG, "3 bytes are too few"),
    BAD("wrong magic", NT_TOPIC_SESSIONS, "\x01\x00\x01\x86\xa9", -EBADMSG, "0x01 instead of 0x00"),
    BAD("JSON", NT_TOPIC_SESSIONS, "{\"hash\":\"h\"}", -EBADMSG, "0x7b instead of 0x00"),
    BAD("unknown id", NT_TOPIC_SESSIONS, "\x00\x00\x0f\x42\x40", -EPROTO,
        "schema id 1000000; update this service"),
    BAD("negative id", NT_TOPIC_SESSIONS, "\x00\xff\xff\xff\xff", -EPROTO, "schema id -1"),
    BAD("another topic's id", NT_TOPIC_SESSIONS, "\x00\x00\x01\x86\xa8", -EPROTO,
        "schema id 100008 belongs to neaptide.internal.accounts.v1"),
    BAD("no body", NT_TOPIC_SESSIONS, SESSION, -EBADMSG,
        "bad Session.hash: the message ends too early"),
    BAD("string ends early", NT_TOPIC_SESSIONS, SESSION "\x08hh", -EBADMSG,
        "bad Session.hash: the message ends too early"),
    BAD("negative length", NT_TOPIC_SESSIONS, SESSION "\x01", -EBADMSG,
        "Session.hash: has a negative length"),
    BAD("longest length", NT_TOPIC_SESSIONS, SESSION LONG_MAX_BYTES, -EBADMSG,
        "Session.hash: the message ends too early"),
    BAD("smallest length", NT_TOPIC_SESSIONS, SESSION LONG_MIN_BYTES, -EBADMSG,
        "Session.hash: has a negative length"),
    BAD("number too long", NT_TOPIC_SESSIONS, SESSION "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
        -EBADMSG, "Session.hash: is no 64-bit number"),
    BAD("number of 11 bytes", NT_TOPIC_SESSIONS,
        SESSION "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", -EBADMSG, "is no 64-bit number"),
    BAD("number ends early", NT_TOPIC_SESSIONS, SESSION SESSION_TEXTS "\x80\x80", -EBADMSG,
        "Session.created_at_ms: the message ends too early"),
    BAD("not UTF-8", NT_TOPIC_SESSIONS, SESSION "\x02h\x02\xff", -EBADMSG,
        "Session.user: is not UTF-8"),
    BAD("not UTF-8, longer", NT_TOPIC_SESSIONS, SESSION "\x02h\x18uuuuuuuuuuu\xff", -EBADMSG,
        "Session.user: is not UTF-8"),
    BAD("surrogate", NT_TOPIC_SESSIONS, SESSION "\x06\xed\xa0\x80", -EBADMSG,
        "Session.hash: is not UTF-8"),
    BAD("NUL in a string", NT_TOPIC_SESSIONS, SESSION "\x04h\x00", -EBADMSG,
        "Session.hash: is not UTF-8 without NUL"),
    BAD("NUL in a longer string", NT_TOPIC_SESSIONS, SESSION "\x14hhhh\x00hhhhh", -EBADMSG,
        "Session.hash: is not UTF-8 without NUL"),
    BAD("boolean 2", NT_TOPIC_SESSIONS, SESSION SESSION_TEXTS "\x02\x04\x02", -EBADMSG,
        "Session.revoked: is neither true nor false"),
    BAD("no boolean", NT_TOPIC_SESSIONS, SESSION SESSION_TEXTS "\x02\x04", -EBADMSG,
        "Session.revoked: the message ends too early"),
    BAD("one byte too many", NT_TOPIC_SESSIONS, SESSION_WHOLE "\x00", -EBADMSG,
        "bad Session: 1 bytes too many"),
    BAD("map ends early", NT_TOPIC_SERVER_EVENTS, EVENT EVENT_TEXTS "\x02", -EBADMSG,
        "ServerEvent.params: has more items than the message has room for"),
    BAD("map of 2^62 pairs", NT_TOPIC_SERVER_EVENTS, EVENT EVENT_TEXTS LONG_MAX_BYTES, -EBADMSG,
        "ServerEvent.params: has more items"),
    BAD("map of -2^63 pairs", NT_TOPIC_SERVER_EVENTS, EVENT EVENT_TEXTS LONG_MIN_BYTES "\x00",
        -EBADMSG, "ServerEvent.params: has more items"),
    BAD("map with a key twice", NT_TOPIC_SERVER_EVENTS,
        EVENT EVENT_TEXTS "\x04\x02k\x02v\x02k\x02w\x00" EVENT_END, -EBADMSG,
        "ServerEvent.params[1]: has the same key as one before"),
    BAD("key twice in two blocks", NT_TOPIC_SERVER_EVENTS,
        EVENT EVENT_TEXTS "\x02\x02k\x02v\x02\x02k\x02w\x00" EVENT_END, -EBADMSG,
        "ServerEvent.params[1]: has the same key as one before"),
    BAD("map value not UTF-8", NT_TOPIC_SERVER_EVENTS, EVENT EVENT_TEXTS "\x02\x02k\x02\xff\x00",
        -EBADMSG, "ServerEvent.params[0]: is not UTF-8"),
    BAD("map without end", NT_TOPIC_SERVER_EVENTS, EVENT EVENT_TEXTS "\x02\x02k\x02v", -EBADMSG,
        "ServerEvent.params: the message ends too early"),
    BAD("block with a wrong size", NT_TOPIC_SERVER_EVENTS,
        EVENT EVENT_TEXTS "\x01\x0a\x02k\x02v\x00" EVENT_END, -EBADMSG,
        "ServerEvent.params: has a block of another size"),
    BAD("block beyond the message", NT_TOPIC_SERVER_EVENTS,
        EVENT EVENT_TEXTS "\x01\x7e\x02k\x02v\x00" EVENT_END, -EBADMSG,
        "ServerEvent.params: has a block that is larger"),
    BAD("block of negative size", NT_TOPIC_SERVER_EVENTS,
        EVENT EVENT_TEXTS "\x01\x01\x02k\x02v\x00" EVENT_END, -EBADMSG,
        "ServerEvent.params: has a block that is larger"),
    BAD("array of more than there is", NT_TOPIC_FORECAST_WINDOWS, WINDOWS WINDOWS_BEGIN "\x06\x00",
        -EBADMSG, "ForecastWindows.windows: has more items"),
    BAD("inside an array", NT_TOPIC_FORECAST_WINDOWS,
        WINDOWS WINDOWS_BEGIN "\x04" WINDOW "\x00" WINDOW "\x02\x02\xff" WINDOW WINDOW, -EBADMSG,
        "ForecastWindows.windows[1].contributors[0].server: is not UTF-8"),
};

static void test_bad_input_gets_a_clear_error(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};

    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        const struct bad *bad = &cases[i];
        const struct nt_record_info *info = NULL;
        struct nt_error err = NT_ERROR_INIT;
        void *record = NULL;
        struct nt_span bytes = {(const uint8_t *)bad->bytes, bad->len};
        int status = nt_topic_decode(bad->topic, &arena, bytes, &info, &record, &err);
        if (status != bad->code || strstr(err.message, bad->message) == NULL)
            fail_msg("%s: %d %s", bad->name, status, err.message);
        assert_null(record);
    }
}

/* Every way of cutting a message short is refused. */
static void test_cut_messages_are_refused(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_session *session = NULL;

    for (size_t len = 0; len < sizeof(SESSION_WHOLE) - 1; len++) {
        struct nt_span bytes = {(const uint8_t *)SESSION_WHOLE, len};
        assert_int_equal(nt_session_decode(&arena, bytes, &session, &err), -EBADMSG);
    }
    struct nt_span whole = {(const uint8_t *)SESSION_WHOLE, sizeof(SESSION_WHOLE) - 1};
    assert_int_equal(nt_session_decode(&arena, whole, &session, &err), 0);
    assert_string_equal(session->title, "t");
    assert_int_equal(session->expires_at_ms, 2);
    assert_true(session->revoked);
}

/* The specification lets a writer split arrays and maps, and give a block's size in bytes. */
static void test_blocks_of_both_kinds_are_read(void **state)
{
    (void)state;
    static const char bytes[] = EVENT EVENT_TEXTS "\x02\x02"
                                                  "a\x02"
                                                  "1"
                                                  "\x03\x10\x02"
                                                  "b\x02"
                                                  "2\x02"
                                                  "c\x02"
                                                  "3"
                                                  "\x00" EVENT_END;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_server_event *event = NULL;
    struct nt_span span = {(const uint8_t *)bytes, sizeof(bytes) - 1};

    if (nt_server_event_decode(&arena, span, &event, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(event->params_count, 3);
    assert_string_equal(nt_pairs_find(event->params, 3, "a"), "1");
    assert_string_equal(nt_pairs_find(event->params, 3, "b"), "2");
    assert_string_equal(nt_pairs_find(event->params, 3, "c"), "3");
    assert_null(nt_pairs_find(event->params, 3, "d"));
}

/* Limits: a message that says more than we take, in a well-formed way. */
static void put_long(struct nt_buf *out, int64_t value)
{
    for (uint64_t zigzag = (uint64_t)value << 1;; zigzag >>= 7) {
        uint8_t byte = (uint8_t)(zigzag < 0x80 ? zigzag : (zigzag | 0x80));
        assert_int_equal(nt_buf_add(out, &byte, 1), 0);
        if (zigzag < 0x80)
            return;
    }
}

static void put_filled(struct nt_buf *out, size_t len)
{
    uint8_t *room = nt_buf_reserve(out, len);

    assert_non_null(room);
    memset(room, 'x', len);
    out->len += len;
}

static void expect_too_large(enum nt_topic topic, const struct nt_buf *message, const char *text)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    const struct nt_record_info *info = NULL;
    struct nt_error err = NT_ERROR_INIT;
    void *record = NULL;

    assert_int_equal(nt_topic_decode(topic, &arena, nt_buf_span(message), &info, &record, &err),
                     -EMSGSIZE);
    if (strstr(err.message, text) == NULL)
        fail_msg("%s", err.message);
}

static void test_limits(void **state)
{
    (void)state;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf text = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf map = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf array = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf whole = {0};

    assert_int_equal(nt_buf_add(&text, SESSION, 5), 0);
    put_long(&text, NT_CONTRACT_TEXT_MAX + 1);
    put_filled(&text, NT_CONTRACT_TEXT_MAX + 1);
    expect_too_large(NT_TOPIC_SESSIONS, &text, "Session.hash: is longer than the limit");

    assert_int_equal(nt_buf_add(&map, EVENT EVENT_TEXTS, 10), 0);
    put_long(&map, NT_CONTRACT_MAP_MAX + 1);
    put_filled(&map, 10000);
    expect_too_large(NT_TOPIC_SERVER_EVENTS, &map, "ServerEvent.params: has more items than");

    assert_int_equal(nt_buf_add(&array, WINDOWS WINDOWS_BEGIN, 15), 0);
    put_long(&array, NT_CONTRACT_ARRAY_MAX + 1);
    put_filled(&array, 900000);
    expect_too_large(NT_TOPIC_FORECAST_WINDOWS, &array, "windows: has more items than the limit");

    assert_int_equal(nt_buf_add(&whole, SESSION, 5), 0);
    put_filled(&whole, NT_CONTRACT_MESSAGE_MAX);
    expect_too_large(NT_TOPIC_SESSIONS, &whole, "1000005 bytes, the limit is 1000000");
}

static void test_dead_letters_have_no_record(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    const struct nt_record_info *info = NULL;
    struct nt_error err = NT_ERROR_INIT;
    void *record = NULL;

    assert_null(nt_topic_record(NT_TOPIC_DLQ_API));
    assert_int_equal(
        nt_topic_decode(NT_TOPIC_DLQ_API, &arena, nt_span_of("x"), &info, &record, &err), -EPROTO);
    assert_int_equal(nt_topic_encode(NT_TOPIC_DLQ_API, "x", &out, &err), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_input_gets_a_clear_error),
        cmocka_unit_test(test_cut_messages_are_refused),
        cmocka_unit_test(test_blocks_of_both_kinds_are_read),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_dead_letters_have_no_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
