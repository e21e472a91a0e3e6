/* Encoding and decoding of every topic's record: there and back, limits, and bad input. */
#include <nt/contract.h>
#include <nt_cmocka.h>

#include <stdio.h>
#include <string.h>

#include "random_record.h"

#define ROUNDS 200

/* --- there and back --------------------------------------------------------------------------- */

static void check_round_trip(enum nt_topic topic, struct random *random, struct nt_arena *arena,
                             struct nt_buf *out)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_record_info *info = nt_topic_record(topic);
    void *record = random_record(random, arena, info);

    nt_buf_reset(out);
    assert_int_equal(nt_topic_encode(topic, record, out, &err), 0);
    const struct nt_record_info *read_info = NULL;
    void *read = NULL;
    int status = nt_topic_decode(topic, arena, nt_buf_span(out), &read_info, &read, &err);
    if (status < 0)
        fail_msg("%s", err.message);
    assert_ptr_equal(read_info, info);
    assert_true(nt_record_is_equal(info, record, read));

    void *copy = nt_arena_alloc(arena, info->size);
    nt_record_copy(info, arena, copy, read);
    memset(out->data, 0xff, out->len); /* nothing may point into the message */
    size_t len = out->len;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf again = {0};
    assert_int_equal(nt_topic_encode(topic, copy, &again, &err), 0);
    assert_int_equal(again.len, len);
    assert_true(nt_record_is_equal(info, record, copy));
}

static void every_topic_there_and_back(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    struct random random = {.state = 20261124};

    nt_arena_init(&arena);
    for (int topic = 0; topic < NT_TOPIC_COUNT; topic++) {
        for (int round = 0; round < ROUNDS && nt_topic_record(topic) != NULL; round++) {
            check_round_trip(topic, &random, &arena, &out);
            nt_arena_reset(&arena);
        }
    }
}

static void zeroed_records_are_valid(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    struct nt_error err = NT_ERROR_INIT;

    nt_arena_init(&arena);
    for (int topic = 0; topic < NT_TOPIC_COUNT; topic++) {
        const struct nt_record_info *info = nt_topic_record(topic);
        const struct nt_record_info *same = NULL;
        void *read = NULL;
        if (info == NULL)
            continue;
        const void *zero = nt_arena_alloc(&arena, info->size);
        nt_buf_reset(&out);
        assert_int_equal(nt_topic_encode(topic, zero, &out, &err), 0);
        assert_int_equal(nt_topic_decode(topic, &arena, nt_buf_span(&out), &same, &read, &err), 0);
        assert_true(nt_record_is_equal(info, zero, read));
    }
}

static void decoded_strings_are_never_null(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_placement *read = NULL;

    nt_arena_init(&arena);
    assert_int_equal(nt_placement_encode(&(struct nt_placement){0}, &out, &err), 0);
    assert_int_equal(nt_placement_decode(&arena, nt_buf_span(&out), &read, &err), 0);
    assert_string_equal(read->server, "");
    assert_string_equal(read->spec.image_digest, "");
    assert_null(read->pinned_host);
    assert_null(read->move);
    assert_int_equal(read->edge_ports_count, 0);
}

static void clone_of_null_is_null(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;

    nt_arena_init(&arena);
    assert_null(nt_resources_clone(&arena, NULL));
    struct nt_resources *copy =
        nt_resources_clone(&arena, &(struct nt_resources){.cpu_milli = 500, .gpu_count = 1});
    assert_int_equal(copy->cpu_milli, 500);
    assert_int_equal(copy->gpu_count, 1);
}

/* --- what is not equal ------------------------------------------------------------------------ */

static void equality_sees_every_field(void **state)
{
    (void)state;
    struct nt_pair one = {"a", "1"};
    struct nt_pair two = {"a", "2"};
    const struct nt_wish base = {.id = "x"};
    const struct nt_wish others[] = {
        {.id = "y"},
        {.id = "x", .server = "s"},
        {.id = "x", .server = ""},
        {.id = "x", .revision = {true, 0}},
        {.id = "x", .admin = true},
        {.id = "x", .requested = &(struct nt_resources){0}},
    };

    assert_true(nt_wish_is_equal(&base, &(struct nt_wish){.id = "x", .revision = {false, 7}}));
    for (size_t i = 0; i < NT_COUNT(others); i++)
        assert_false(nt_wish_is_equal(&base, &others[i]));
    struct nt_reason first = {.key = "k", .params = &one, .params_count = 1};
    struct nt_reason second = {.key = "k", .params = &two, .params_count = 1};
    assert_false(nt_reason_is_equal(&first, &second));
    assert_false(nt_reason_is_equal(&first, &(struct nt_reason){.key = "k"}));
    assert_true(nt_reason_is_equal(&(struct nt_reason){.key = ""}, &(struct nt_reason){0}));
}

/* --- what cannot be encoded ------------------------------------------------------------------- */

struct refused {
    const char *name;
    struct nt_server_event event;
    int code;
    const char *message; /* a part of it */
};

static void refuses_to_encode(void **state)
{
    (void)state;
    static char long_text[NT_CONTRACT_TEXT_MAX + 2];
    static struct nt_pair many[NT_CONTRACT_MAP_MAX + 1];
    static struct nt_pair twice[] = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
    memset(long_text, 'x', sizeof(long_text) - 1);
    const struct refused cases[] = {
        {"not UTF-8", {.name = "\xff"}, -EBADMSG, "ServerEvent.name: is not UTF-8"},
        {"half a character", {.host = "a\xe2\x82"}, -EBADMSG, "ServerEvent.host: is not UTF-8"},
        {"a long string", {.kind = long_text}, -EMSGSIZE, "ServerEvent.kind: is longer"},
        {"count without items", {.params_count = 1}, -EINVAL, "ServerEvent.params: has a count"},
        {"a key twice", {.params = twice, .params_count = 3}, -EBADMSG, "params: has a key twice"},
        {"too many pairs",
         {.params = many, .params_count = NT_CONTRACT_MAP_MAX + 1},
         -EMSGSIZE,
         "ServerEvent.params: has more pairs"},
    };

    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
        struct nt_error err = NT_ERROR_INIT;
        assert_int_equal(nt_buf_add_text(&out, "before"), 0);
        print_message("%s\n", cases[i].name);
        assert_int_equal(nt_server_event_encode(&cases[i].event, &out, &err), cases[i].code);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_string_equal(nt_buf_text(&out), "before");
    }
}

static void encode_keeps_to_the_message_limit(void **state)
{
    (void)state;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    static char text[NT_CONTRACT_TEXT_MAX + 1];
    static struct nt_pair pairs[20];
    struct nt_server_event event = {.params = pairs, .params_count = 15};
    struct nt_error err = NT_ERROR_INIT;
    static char keys[20][4];

    memset(text, 'x', NT_CONTRACT_TEXT_MAX);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(keys[i], sizeof(keys[i]), "%d", i);
        pairs[i] = (struct nt_pair){keys[i], text};
    }
    assert_int_equal(nt_server_event_encode(&event, &out, &err), 0);
    nt_buf_reset(&out);
    event.params_count = 16;
    assert_int_equal(nt_server_event_encode(&event, &out, &err), -EMSGSIZE);
    assert_int_equal(out.len, 0);
}

static void encode_keeps_to_the_buffers_bound(void **state)
{
    (void)state;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {.max = 20};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_reason reason = {.key = "a key that has over twenty bytes"};
    struct nt_move_event event = {.reason = reason};

    assert_int_equal(nt_move_event_encode(&event, &out, &err), -EMSGSIZE);
    assert_int_equal(out.len, 0);
    assert_non_null(strstr(err.message, "MoveEvent.reason.key"));
}

static void encode_appends(void **state)
{
    (void)state;
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_session session = {.hash = "h", .user = "u", .expires_at_ms = 5};
    struct nt_session *read = NULL;

    nt_arena_init(&arena);
    assert_int_equal(nt_buf_add_text(&out, "12345"), 0);
    assert_int_equal(nt_session_encode(&session, &out, &err), 0);
    struct nt_span tail = {.data = out.data + 5, .len = out.len - 5};
    assert_int_equal(nt_session_decode(&arena, tail, &read, &err), 0);
    assert_true(nt_session_is_equal(read, &session));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_topic_there_and_back),
        cmocka_unit_test(zeroed_records_are_valid),
        cmocka_unit_test(decoded_strings_are_never_null),
        cmocka_unit_test(clone_of_null_is_null),
        cmocka_unit_test(equality_sees_every_field),
        cmocka_unit_test(refuses_to_encode),
        cmocka_unit_test(encode_keeps_to_the_message_limit),
        cmocka_unit_test(encode_keeps_to_the_buffers_bound),
        cmocka_unit_test(encode_appends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
