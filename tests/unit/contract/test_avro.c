/* Our codecs against avro-c's generic values: the same bytes, read both ways, for every topic. */
#include <nt/contract.h>
#include <nt_cmocka.h>

#include <avro.h>
#include <stdlib.h>
#include <string.h>

#include "random_record.h"

#define ROUNDS 100

static void check(int status)
{
    if (status != 0) {
        fail_msg("avro-c: %s", avro_strerror());
        abort(); /* fail_msg() does not return, but does not say so */
    }
}

/* --- a record as an avro-c value -------------------------------------------------------------- */

static void set_record(avro_value_t *to, const struct nt_record_info *info, const void *record);

static void set_item(avro_value_t *to, const struct nt_field_info *field, const void *slot)
{
    const struct nt_span *bytes = slot;

    switch (field->kind) {
    case NT_KIND_STRING:
        check(avro_value_set_string(to, *(const char *const *)slot));
        break;
    case NT_KIND_I64:
        check(avro_value_set_long(to, *(const int64_t *)slot));
        break;
    case NT_KIND_I32:
        check(avro_value_set_int(to, *(const int32_t *)slot));
        break;
    case NT_KIND_BOOL:
        check(avro_value_set_boolean(to, *(const bool *)slot));
        break;
    case NT_KIND_F64:
        check(avro_value_set_double(to, *(const double *)slot));
        break;
    case NT_KIND_F32:
        check(avro_value_set_float(to, *(const float *)slot));
        break;
    case NT_KIND_BYTES:
        check(avro_value_set_bytes(to, (void *)bytes->data, bytes->len));
        break;
    case NT_KIND_RECORD:
        set_record(to, field->record, slot);
        break;
    }
}

/* NULL: null. Else where the value itself is. */
static const void *optional_value(const struct nt_field_info *field, const void *slot)
{
    switch (field->kind) {
    case NT_KIND_I64: {
        const struct nt_opt_i64 *opt = slot;
        return opt->is_set ? &opt->value : NULL;
    }
    case NT_KIND_I32: {
        const struct nt_opt_i32 *opt = slot;
        return opt->is_set ? &opt->value : NULL;
    }
    case NT_KIND_BOOL: {
        const struct nt_opt_bool *opt = slot;
        return opt->is_set ? &opt->value : NULL;
    }
    case NT_KIND_F64: {
        const struct nt_opt_f64 *opt = slot;
        return opt->is_set ? &opt->value : NULL;
    }
    case NT_KIND_STRING:
        return *(const char *const *)slot != NULL ? slot : NULL;
    case NT_KIND_RECORD:
        return *(const void *const *)slot;
    case NT_KIND_F32:
    case NT_KIND_BYTES:
        break;
    }
    fail_msg("%s cannot be optional", field->name);
    return NULL;
}

static void set_map(avro_value_t *to, const struct nt_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        avro_value_t value = {0};
        int is_new = 0;
        check(avro_value_add(to, pairs[i].key, &value, NULL, &is_new));
        if (!is_new || value.iface == NULL)
            abort();
        check(avro_value_set_string(&value, pairs[i].value));
    }
}

static size_t item_size(const struct nt_field_info *field)
{
    static const size_t sizes[] = {
        [NT_KIND_STRING] = sizeof(char *), [NT_KIND_I64] = sizeof(int64_t),
        [NT_KIND_I32] = sizeof(int32_t),   [NT_KIND_F64] = sizeof(double),
        [NT_KIND_F32] = sizeof(float),     [NT_KIND_RECORD] = 0};

    return field->kind == NT_KIND_RECORD ? field->record->size : sizes[field->kind];
}

static void set_field(avro_value_t *to, const struct nt_field_info *field, const char *record)
{
    const void *slot = record + field->offset;
    size_t count = 0;

    if (field->shape == NT_SHAPE_ARRAY || field->shape == NT_SHAPE_MAP)
        count = *(const size_t *)(const void *)(record + field->count_offset);
    switch (field->shape) {
    case NT_SHAPE_ONE:
        set_item(to, field, slot);
        break;
    case NT_SHAPE_OPTIONAL: {
        const void *value = optional_value(field, slot);
        avro_value_t branch = {0};
        check(avro_value_set_branch(to, value != NULL, &branch));
        if (value != NULL)
            set_item(&branch, field, value);
        break;
    }
    case NT_SHAPE_ARRAY:
        for (size_t i = 0; i < count; i++) {
            avro_value_t item = {0};
            check(avro_value_append(to, &item, NULL));
            set_item(&item, field, *(const char *const *)slot + i * item_size(field));
        }
        break;
    case NT_SHAPE_MAP:
        set_map(to, *(const struct nt_pair *const *)slot, count);
        break;
    }
}

static void set_record(avro_value_t *to, const struct nt_record_info *info, const void *record)
{
    size_t fields = 0;

    check(avro_value_get_size(to, &fields));
    assert_int_equal(fields, info->fields_count);
    for (size_t i = 0; i < info->fields_count; i++) {
        const struct nt_field_info *field = &info->fields[i];
        avro_value_t value = {0};
        const char *name = NULL;
        check(avro_value_get_by_index(to, i, &value, &name));
        assert_string_equal(name, field->name);
        set_field(&value, field, record);
    }
}

/* --- the comparison --------------------------------------------------------------------------- */

static void check_topic(enum nt_topic topic, struct random *random)
{
    static char theirs[NT_CONTRACT_MESSAGE_MAX];
    const struct nt_record_info *info = nt_topic_record(topic);
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena = {0};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf ours = {0};
    struct nt_error err = NT_ERROR_INIT;
    avro_schema_t schema;

    check(avro_schema_from_json_length(nt_topics[topic].schema, strlen(nt_topics[topic].schema),
                                       &schema));
    avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
    for (int round = 0; round < ROUNDS; round++) {
        const void *record = random_record(random, &arena, info);
        avro_value_t value = {0};
        check(avro_generic_value_new(iface, &value));
        set_record(&value, info, record);
        avro_writer_t writer = avro_writer_memory(theirs, sizeof(theirs));
        check(avro_value_write(writer, &value));
        size_t len = (size_t)avro_writer_tell(writer);
        avro_writer_free(writer);

        nt_buf_reset(&ours);
        assert_int_equal(nt_topic_encode(topic, record, &ours, &err), 0);
        assert_int_equal(ours.len, len + NT_CONTRACT_PREFIX_SIZE);
        assert_memory_equal(ours.data + NT_CONTRACT_PREFIX_SIZE, theirs, len);

        /* The bytes are theirs as much as ours: what we decode is what they were given. */
        const struct nt_record_info *same = NULL;
        void *decoded = NULL;
        memcpy(ours.data + NT_CONTRACT_PREFIX_SIZE, theirs, len);
        if (nt_topic_decode(topic, &arena, nt_buf_span(&ours), &same, &decoded, &err) < 0)
            fail_msg("%s", err.message);
        assert_true(nt_record_is_equal(info, record, decoded));

        /* And they read ours. */
        avro_value_t again;
        check(avro_generic_value_new(iface, &again));
        avro_reader_t reader =
            avro_reader_memory((const char *)ours.data + NT_CONTRACT_PREFIX_SIZE, (int64_t)len);
        check(avro_value_read(reader, &again));
        assert_true(avro_value_equal(&value, &again));
        avro_reader_free(reader);
        avro_value_decref(&again);
        avro_value_decref(&value);
        nt_arena_reset(&arena);
    }
    avro_value_iface_decref(iface);
    avro_schema_decref(schema);
}

static void test_every_topic_is_as_avro_c_has_it(void **state)
{
    (void)state;
    struct random random = {.state = 20261124};
    int checked = 0;

    for (int topic = 0; topic < NT_TOPIC_COUNT; topic++) {
        if (nt_topic_record(topic) == NULL)
            continue;
        check_topic(topic, &random);
        checked++;
    }
    assert_true(checked >= 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_topic_is_as_avro_c_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
