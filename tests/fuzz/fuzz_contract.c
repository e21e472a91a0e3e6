/*
 * Every decoder, for every writer's schema: the first byte picks the schema, the rest is the Avro
 * body. Garbage never crashes; what was decoded encodes, and decodes to the same again.
 */
#include <nt/contract.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* jansson's, without its header: the contract does not ask users for it either. */
void json_delete(struct json_t *json);

static void check_again(enum nt_topic topic, struct nt_arena *arena, const void *record)
{
    const struct nt_record_info *info = nt_topic_record(topic);
    struct nt_error err = NT_ERROR_INIT;
    struct nt_buf first = {0};
    struct nt_buf second = {0};
    void *again = NULL;

    int status = nt_topic_encode(topic, record, &first, &err);
    assert(status == 0);
    status = nt_topic_decode(topic, arena, nt_buf_span(&first), &info, &again, &err);
    assert(status == 0);
    assert(nt_record_is_equal(info, record, again));
    void *copy = nt_arena_alloc(arena, info->size);
    nt_record_copy(info, arena, copy, again);
    memset(first.data, 0xaa, first.len); /* nothing decoded may point into the message */
    status = nt_topic_encode(topic, again, &first, &err);
    assert(status == 0);
    status = nt_topic_encode(topic, copy, &second, &err);
    assert(status == 0);
    assert(first.len == 2 * second.len);
    assert(memcmp(first.data + second.len, second.data, second.len) == 0);
    nt_buf_deinit(&first);
    nt_buf_deinit(&second);
    json_delete(nt_record_to_json(info, record));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_arena arena = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct nt_buf message = {0};
    const struct nt_record_info *info = NULL;
    void *record = NULL;

    if (size == 0)
        return 0;
    const struct nt_schema_info *schema = &nt_schemas[data[0] % nt_schemas_count];
    uint32_t id = (uint32_t)schema->id;
    const uint8_t prefix[] = {0, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8),
                              (uint8_t)id};
    (void)nt_buf_add(&message, prefix, sizeof(prefix));
    (void)nt_buf_add(&message, data + 1, size - 1);
    if (nt_topic_decode(schema->topic, &arena, nt_buf_span(&message), &info, &record, &err) == 0)
        check_again(schema->topic, &arena, record);
    else
        assert(record == NULL && err.message[0] != '\0');
    nt_buf_deinit(&message);
    nt_arena_deinit(&arena);
    return 0;
}
