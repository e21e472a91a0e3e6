#include "codec.h"

#include <string.h>

#include "in.h"
#include "out.h"

static int32_t prefix_id(const uint8_t *bytes)
{
    uint32_t id = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 |
                  (uint32_t)bytes[4];

    return id <= INT32_MAX ? (int32_t)id : -1;
}

int nt_codec_encode(const struct nt_codec *codec, const void *from, struct nt_buf *buf,
                    struct nt_error *err)
{
    struct nt_out out = {.buf = buf, .at = buf->data, .end = buf->data};
    uint32_t id = (uint32_t)codec->schema_id;
    const uint8_t prefix[NT_CONTRACT_PREFIX_SIZE] = {0, (uint8_t)(id >> 24), (uint8_t)(id >> 16),
                                                     (uint8_t)(id >> 8), (uint8_t)id};

    if (buf->data != NULL)
        out.at = out.end = buf->data + buf->len;
    if (!nt_out_room(&out, sizeof(prefix)))
        return nt_fail(err, out.code, "cannot encode %s: %s", codec->info->name, out.problem);
    memcpy(out.at, prefix, sizeof(prefix));
    out.at += sizeof(prefix);
    if (!codec->write(&out, from))
        return nt_fail(err, out.code, "cannot encode %s.%s: %s", codec->info->name, out.path,
                       out.problem);
    buf->len = (size_t)(out.at - buf->data);
    return 0;
}

static const struct nt_reader *reader_of(const struct nt_codec *codec, int32_t schema_id)
{
    for (size_t i = codec->readers_count; i > 0; i--) { /* the newest is last */
        if (codec->readers[i - 1].schema_id == schema_id)
            return &codec->readers[i - 1];
    }
    return NULL;
}

static int fail_unknown_id(const struct nt_codec *codec, int32_t id, struct nt_error *err)
{
    const struct nt_schema_info *other = nt_schema_find(id);

    if (other != NULL)
        return nt_fail(err, -EPROTO, "not a %s: schema id %d belongs to %s", codec->info->name, id,
                       nt_topics[other->topic].name);
    return nt_fail(err, -EPROTO,
                   "not a %s that this version knows: schema id %d; update this service first",
                   codec->info->name, id);
}

int nt_codec_decode(const struct nt_codec *codec, struct nt_arena *arena, struct nt_span bytes,
                    void *to, struct nt_error *err)
{
    const char *name = codec->info->name;

    if (bytes.len < NT_CONTRACT_PREFIX_SIZE)
        return nt_fail(err, -EBADMSG, "not a %s: %zu bytes are too few", name, bytes.len);
    if (bytes.len > NT_CONTRACT_MESSAGE_MAX)
        return nt_fail(err, -EMSGSIZE, "not a %s: %zu bytes, the limit is %d", name, bytes.len,
                       NT_CONTRACT_MESSAGE_MAX);
    if (bytes.data[0] != 0)
        return nt_fail(err, -EBADMSG, "not a %s: it begins with 0x%02x instead of 0x00", name,
                       bytes.data[0]);
    int32_t id = prefix_id(bytes.data);
    const struct nt_reader *reader = reader_of(codec, id);
    if (reader == NULL)
        return fail_unknown_id(codec, id, err);

    struct nt_in in = {
        .at = bytes.data + NT_CONTRACT_PREFIX_SIZE,
        .end = bytes.data + bytes.len,
        .arena = arena,
        .text = nt_arena_alloc(arena, bytes.len),
    };
    if (!reader->read(&in, to))
        return nt_fail(err, in.code, "bad %s.%s: %s", name, in.path, in.problem);
    if (in.at != in.end)
        return nt_fail(err, -EBADMSG, "bad %s: %td bytes too many", name, in.end - in.at);
    return 0;
}

/* --- lookups ---------------------------------------------------------------------------------- */

int nt_topic_find(const char *name)
{
    for (int i = 0; i < NT_TOPIC_COUNT; i++) {
        if (strcmp(nt_topics[i].name, name) == 0)
            return i;
    }
    return -1;
}

const struct nt_record_info *nt_topic_record(enum nt_topic topic)
{
    const struct nt_codec *codec = nt_topics[topic].codec;

    return codec != NULL ? codec->info : NULL;
}

int nt_topic_decode(enum nt_topic topic, struct nt_arena *arena, struct nt_span bytes,
                    const struct nt_record_info **ret_info, void **ret_record, struct nt_error *err)
{
    const struct nt_codec *codec = nt_topics[topic].codec;

    if (codec == NULL)
        return nt_fail(err, -EPROTO, "%s has values of any kind", nt_topics[topic].name);
    void *record = nt_arena_alloc(arena, codec->info->size);
    int status = nt_codec_decode(codec, arena, bytes, record, err);
    if (status < 0)
        return status;
    *ret_info = codec->info;
    *ret_record = record;
    return 0;
}

int nt_topic_encode(enum nt_topic topic, const void *record, struct nt_buf *out,
                    struct nt_error *err)
{
    const struct nt_codec *codec = nt_topics[topic].codec;

    if (codec == NULL)
        return nt_fail(err, -EPROTO, "%s has values of any kind", nt_topics[topic].name);
    return nt_codec_encode(codec, record, out, err);
}

const struct nt_schema_info *nt_schema_find(int32_t id)
{
    for (size_t i = 0; i < nt_schemas_count; i++) {
        if (nt_schemas[i].id == id)
            return &nt_schemas[i];
    }
    return NULL;
}

const char *nt_pairs_find(const struct nt_pair *pairs, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(pairs[i].key != NULL ? pairs[i].key : "", key) == 0)
            return pairs[i].value != NULL ? pairs[i].value : "";
    }
    return NULL;
}
