/*
 * Messages of older writers, on the schemas of tests/unit/contract/schemas: three versions of
 * Thing. avro-c writes them with the writers' own schemas.
 */
#include <nt/contract.h>
#include <nt_cmocka.h>

#include <avro.h>
#include <stdlib.h>
#include <string.h>

#include "random_record.h"

static void check(int status)
{
    if (status != 0) {
        fail_msg("avro-c: %s", avro_strerror());
        abort(); /* fail_msg() does not return, but does not say so */
    }
}

/* --- writing as an older program would -------------------------------------------------------- */

struct old {
    int32_t id;
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;
};

static void old_open(struct old *old, int32_t id)
{
    const struct nt_schema_info *info = nt_schema_find(id);

    assert_non_null(info);
    old->id = id;
    check(avro_schema_from_json_length(info->text, strlen(info->text), &old->schema));
    old->iface = avro_generic_class_from_schema(old->schema);
    check(avro_generic_value_new(old->iface, &old->value));
}

static avro_value_t field_of(avro_value_t *record, const char *name)
{
    avro_value_t field = {0};

    check(avro_value_get_by_name(record, name, &field, NULL));
    if (field.iface == NULL)
        abort();
    return field;
}

static void set_text(avro_value_t *record, const char *name, const char *text)
{
    avro_value_t field = field_of(record, name);

    check(avro_value_set_string(&field, text));
}

static void set_long(avro_value_t *record, const char *name, int64_t value)
{
    avro_value_t field = field_of(record, name);

    check(avro_value_set_long(&field, value));
}

static avro_value_t append(avro_value_t *record, const char *name)
{
    avro_value_t array = field_of(record, name);
    avro_value_t item = {0};

    check(avro_value_append(&array, &item, NULL));
    if (item.iface == NULL)
        abort();
    return item;
}

static avro_value_t branch_of(avro_value_t *record, const char *name, int branch)
{
    avro_value_t field = field_of(record, name);
    avro_value_t value = {0};

    check(avro_value_set_branch(&field, branch, &value));
    return value;
}

/* The message with its prefix; closes old. */
static void old_write(struct old *old, struct nt_buf *out)
{
    static char bytes[10000];
    uint32_t id = (uint32_t)old->id;
    const uint8_t prefix[] = {0, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8),
                              (uint8_t)id};
    avro_writer_t writer = avro_writer_memory(bytes, sizeof(bytes));

    check(avro_value_write(writer, &old->value));
    assert_int_equal(nt_buf_add(out, prefix, sizeof(prefix)), 0);
    assert_int_equal(nt_buf_add(out, bytes, (size_t)avro_writer_tell(writer)), 0);
    avro_writer_free(writer);
    avro_value_decref(&old->value);
    avro_value_iface_decref(old->iface);
    avro_schema_decref(old->schema);
}

static void fill_gone(avro_value_t *gone)
{
    set_text(gone, "word", "gone");
    for (int64_t i = 0; i < 3; i++) {
        avro_value_t number = append(gone, "numbers");
        check(avro_value_set_long(&number, i * 1000));
    }
}

static void write_version_1(struct nt_buf *out)
{
    static char bytes[] = {'\xff', 0};
    struct old old;
    avro_value_t value = {0};

    old_open(&old, 200001);
    set_text(&old.value, "id", "thing-1");
    set_text(&old.value, "old_text", "gone");
    set_long(&old.value, "old_long", 1234567);
    value = field_of(&old.value, "old_int");
    check(avro_value_set_int(&value, -7));
    value = field_of(&old.value, "old_bool");
    check(avro_value_set_boolean(&value, 1));
    value = field_of(&old.value, "old_double");
    check(avro_value_set_double(&value, 1.25));
    value = field_of(&old.value, "old_float");
    check(avro_value_set_float(&value, 2.5F));
    value = field_of(&old.value, "old_bytes");
    check(avro_value_set_bytes(&value, bytes, sizeof(bytes)));
    avro_value_t map = field_of(&old.value, "old_map");
    check(avro_value_add(&map, "key", &value, NULL, NULL));
    check(avro_value_set_string(&value, "value"));
    for (int i = 0; i < 2; i++) {
        value = append(&old.value, "old_array");
        fill_gone(&value);
        value = append(&old.value, "old_texts");
        check(avro_value_set_string(&value, "gone"));
    }
    value = field_of(&old.value, "old_record");
    fill_gone(&value);
    value = branch_of(&old.value, "old_maybe", 1);
    fill_gone(&value);
    value = branch_of(&old.value, "old_maybe_text", 0);
    set_long(&old.value, "count", 42);
    value = append(&old.value, "parts");
    set_text(&value, "name", "wheel");
    set_long(&value, "size", 3);
    value = field_of(&old.value, "main");
    set_text(&value, "name", "frame");
    set_long(&value, "size", 9);
    set_long(&old.value, "at_ms", 1795507200000);
    old_write(&old, out);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void check_defaults_of_3(const struct nt_thing *thing)
{
    assert_string_equal(thing->added_text, "a \"text\"\nof two lines, 물때?");
    assert_true(thing->added_long == INT64_C(-9000000000));
    assert_int_equal(thing->added_int, -5);
    assert_true(thing->added_bool);
    assert_true(thing->added_double == 0.25);
    assert_true(thing->added_float == 1.5F);
    assert_int_equal(thing->added_bytes.len, 0);
    assert_int_equal(thing->added_map_count, 0);
    assert_int_equal(thing->added_array_count, 0);
    assert_int_equal(thing->added_numbers_count, 0);
    assert_string_equal(thing->added_record.word, "word"); /* Extra's own default */
    assert_int_equal(thing->added_record.number, 8);       /* the field's default wins */
    assert_null(thing->added_maybe);
    assert_false(thing->added_maybe_long.is_set);
    assert_false(thing->added_maybe_int.is_set);
    assert_false(thing->added_maybe_bool.is_set);
    assert_false(thing->added_maybe_double.is_set);
}

static void test_version_1_is_read(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf message = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_thing *thing = NULL;

    write_version_1(&message);
    if (nt_thing_decode(&arena, nt_buf_span(&message), &thing, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(thing->id, "thing-1");
    assert_int_equal(thing->count, 42);
    assert_int_equal(thing->parts_count, 1);
    assert_string_equal(thing->parts[0].name, "wheel");
    assert_int_equal(thing->parts[0].size, 3);
    assert_string_equal(thing->parts[0].colour, "grey"); /* came with version 2 */
    assert_string_equal(thing->main.name, "frame");
    assert_string_equal(thing->main.colour, "grey");
    assert_null(thing->note);
    assert_true(thing->at_ms == INT64_C(1795507200000));
    check_defaults_of_3(thing);
}

static void test_version_2_is_read(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf message = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_thing *thing = NULL;
    struct old old;
    avro_value_t value = {0};

    old_open(&old, 200003);
    set_text(&old.value, "id", "thing-2");
    set_long(&old.value, "count", 43);
    value = field_of(&old.value, "main");
    set_text(&value, "name", "frame");
    set_long(&value, "size", 9);
    set_text(&value, "colour", "red");
    value = branch_of(&old.value, "note", 1);
    check(avro_value_set_string(&value, "a note"));
    set_long(&old.value, "at_ms", 5);
    old_write(&old, &message);
    if (nt_thing_decode(&arena, nt_buf_span(&message), &thing, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(thing->id, "thing-2");
    assert_string_equal(thing->main.colour, "red");
    assert_string_equal(thing->note, "a note");
    assert_int_equal(thing->at_ms, 5);
    check_defaults_of_3(thing);
}

/* Every kind and shape of field, there and back; the real schemas do not have all of them. */
static void test_the_newest_there_and_back(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf out = {0};
    struct random random = {.state = 7};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_thing *read = NULL;

    for (int i = 0; i < 500; i++) {
        struct nt_thing *thing = random_record(&random, &arena, &nt_thing_info);
        nt_buf_reset(&out);
        assert_int_equal(nt_thing_encode(thing, &out, &err), 0);
        assert_int_equal(nt_thing_decode(&arena, nt_buf_span(&out), &read, &err), 0);
        assert_true(nt_thing_is_equal(thing, read));
        assert_true(nt_thing_is_equal(thing, nt_thing_clone(&arena, read)));
        read->added_int ^= 1;
        assert_false(nt_thing_is_equal(thing, read));
        nt_arena_reset(&arena);
    }
}

/* Cutting an old message anywhere is noticed, also in the middle of what is skipped. */
static void test_cut_old_messages_are_refused(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf message = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_thing *thing = NULL;

    write_version_1(&message);
    for (size_t len = 0; len < message.len; len++) {
        struct nt_span cut = {message.data, len};
        assert_int_equal(nt_thing_decode(&arena, cut, &thing, &err), -EBADMSG);
    }
}

static void test_errors_in_what_is_skipped_say_where(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf message = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_thing *thing = NULL;

    write_version_1(&message);
    uint8_t *second = memmem(message.data, message.len, "\x08gone\x06", 6);
    assert_non_null(second); /* old_array[0].word */
    second[1] = 0xff;
    assert_int_equal(nt_thing_decode(&arena, nt_buf_span(&message), &thing, &err), -EBADMSG);
    assert_string_equal(err.message, "bad Thing.old_array[0].word: is not UTF-8 without NUL");
}

static void test_ids(void **state)
{
    (void)state;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    static const uint8_t retired[] = {0, 0, 3, 0x0d, 0x44}; /* 200004 */
    struct nt_error err = NT_ERROR_INIT;
    struct nt_thing *thing = NULL;

    assert_int_equal(nt_schemas_count, 4);
    assert_int_equal(nt_schema_find(200001)->version, 1);
    assert_int_equal(nt_schema_find(200003)->version, 2);
    assert_int_equal(nt_schema_find(200005)->version, 3);
    assert_int_equal(nt_schema_find(200005)->topic, NT_TOPIC_THINGS);
    assert_int_equal(nt_schema_find(200002)->topic, NT_TOPIC_OTHERS);
    assert_null(nt_schema_find(200004));
    assert_int_equal(nt_topics[NT_TOPIC_THINGS].schema_id, 200005);
    struct nt_span message = {retired, sizeof(retired)};
    assert_int_equal(nt_thing_decode(&arena, message, &thing, &err), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_1_is_read),
        cmocka_unit_test(test_version_2_is_read),
        cmocka_unit_test(test_the_newest_there_and_back),
        cmocka_unit_test(test_cut_old_messages_are_refused),
        cmocka_unit_test(test_errors_in_what_is_skipped_say_where),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
