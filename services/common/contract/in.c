#include "in.h"
#include "text_copy.h"

#include <stdio.h>

static bool put_in_front(struct nt_in *in, const char *part)
{
    char path[sizeof(in->path)];
    const char *joint = in->path[0] == '\0' || in->path[0] == '[' ? "" : ".";

    /* Names come from our schemas; were they ever longer than the path, its end is cut. */
    int length = snprintf(path, sizeof(path), "%s%s%s", part, joint, in->path);
    if (length > 0)
        memcpy(in->path, path, sizeof(path));
    return false;
}

bool nt_in_at(struct nt_in *in, const char *name)
{
    return put_in_front(in, name);
}

bool nt_in_at_index(struct nt_in *in, size_t index)
{
    char part[32];

    (void)snprintf(part, sizeof(part), "[%zu]", index);
    return put_in_front(in, part);
}

bool nt_in_at_item(struct nt_in *in, const char *name, size_t index)
{
    (void)nt_in_at_index(in, index);
    return nt_in_at(in, name);
}

bool nt_in_varint(struct nt_in *in, uint64_t *ret_value)
{
    const uint8_t *at = in->at;
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (at == in->end)
            return nt_in_fail(in, -EBADMSG, "the message ends too early");
        uint64_t bits = *at & 0x7f;
        if (shift == 63 && bits > 1)
            break;
        value |= bits << shift;
        if (*at++ < 0x80) {
            in->at = at;
            *ret_value = value;
            return true;
        }
    }
    return nt_in_fail(in, -EBADMSG, "is no 64-bit number");
}

/* The length before a string or bytes: within the message and the bound. */
static bool length(struct nt_in *in, size_t max, size_t *ret_len)
{
    int64_t len;

    if (!nt_in_long(in, &len))
        return false;
    if (len < 0)
        return nt_in_fail(in, -EBADMSG, "has a negative length");
    if ((uint64_t)len > (uint64_t)(in->end - in->at))
        return nt_in_fail(in, -EBADMSG, "the message ends too early");
    if ((uint64_t)len > max)
        return nt_in_fail(in, -EMSGSIZE, "is longer than the limit");
    *ret_len = (size_t)len;
    return true;
}

bool nt_in_string(struct nt_in *in, const char **ret_text)
{
    size_t len;

    if (in->at < in->end && *in->at < 0x80 && *in->at % 2 == 0 &&
        *in->at / 2 < in->end - in->at) /* a length of one byte: nearly always */
        len = *in->at++ / 2;
    else if (!length(in, NT_CONTRACT_TEXT_MAX, &len))
        return false;
    if (!nt_copy_text(in->text, in->at, len))
        return nt_in_fail(in, -EBADMSG, "is not UTF-8 without NUL");
    in->text[len] = '\0';
    *ret_text = in->text;
    in->text += len + 1;
    in->at += len;
    return true;
}

bool nt_in_bytes(struct nt_in *in, struct nt_span *ret_bytes)
{
    size_t len;

    if (!length(in, NT_CONTRACT_BYTES_MAX, &len))
        return false;
    uint8_t *copy = nt_arena_alloc(in->arena, len);
    if (len > 0)
        memcpy(copy, in->at, len);
    in->at += len;
    *ret_bytes = (struct nt_span){.data = copy, .len = len};
    return true;
}

static bool block_count(struct nt_in *in, struct nt_in_array *array, uint64_t *ret_count)
{
    int64_t count;
    int64_t bytes;

    if (!nt_in_long(in, &count))
        return false;
    if (count >= 0) {
        *ret_count = (uint64_t)count;
        return true;
    }
    if (!nt_in_long(in, &bytes))
        return false;
    if (bytes < 0 || bytes > in->end - in->at)
        return nt_in_fail(in, -EBADMSG, "has a block that is larger than the message");
    array->block_end = in->at + bytes;
    *ret_count = -(uint64_t)count; /* also right for INT64_MIN */
    return true;
}

bool nt_in_block(struct nt_in *in, struct nt_in_array *array)
{
    size_t max = array->max > 0 ? array->max : NT_CONTRACT_ARRAY_MAX;
    uint64_t count;

    if (array->block_end != NULL && array->block_end != in->at)
        return nt_in_fail(in, -EBADMSG, "has a block of another size than it says");
    array->block_end = NULL;
    array->read = array->count;
    if (!block_count(in, array, &count) || count == 0)
        return false;
    if (count > (uint64_t)(in->end - in->at) / array->least)
        return nt_in_fail(in, -EBADMSG, "has more items than the message has room for");
    if (count > max - array->count)
        return nt_in_fail(in, -EMSGSIZE, "has more items than the limit");
    size_t total = array->count + (size_t)count;
    if (array->size > 0) {
        char *items = nt_arena_array(in->arena, total, array->size);
        if (array->count > 0)
            memcpy(items, array->items, array->count * array->size);
        array->items = items;
    }
    array->count = total;
    return true;
}

static bool is_known_key(const struct nt_pair *pairs, size_t count, const char *key)
{
    return nt_pairs_find(pairs, count, key) != NULL;
}

bool nt_in_map(struct nt_in *in, struct nt_pair **ret_pairs, size_t *ret_count)
{
    struct nt_in_array map = {
        .size = sizeof(struct nt_pair), .least = 2, .max = NT_CONTRACT_MAP_MAX};

    while (nt_in_block(in, &map)) {
        struct nt_pair *pairs = map.items;
        for (size_t i = map.read; i < map.count; i++) {
            if (!nt_in_string(in, &pairs[i].key) || !nt_in_string(in, &pairs[i].value))
                return nt_in_at_index(in, i);
            if (is_known_key(pairs, i, pairs[i].key)) {
                (void)nt_in_fail(in, -EBADMSG, "has the same key as one before");
                return nt_in_at_index(in, i);
            }
        }
    }
    *ret_pairs = map.items;
    *ret_count = map.count;
    return in->problem == NULL;
}

bool nt_in_skip_map(struct nt_in *in)
{
    struct nt_pair *pairs;
    size_t count;

    return nt_in_map(in, &pairs, &count);
}

bool nt_in_skip_string(struct nt_in *in)
{
    const char *text;

    return nt_in_string(in, &text);
}

bool nt_in_skip_bytes(struct nt_in *in)
{
    size_t len;

    if (!length(in, NT_CONTRACT_BYTES_MAX, &len))
        return false;
    in->at += len;
    return true;
}

bool nt_in_skip_long(struct nt_in *in)
{
    int64_t value;

    return nt_in_long(in, &value);
}

bool nt_in_skip_int(struct nt_in *in)
{
    int32_t value;

    return nt_in_int(in, &value);
}

bool nt_in_skip_bool(struct nt_in *in)
{
    bool value;

    return nt_in_bool(in, &value);
}

bool nt_in_skip_double(struct nt_in *in)
{
    double value;

    return nt_in_double(in, &value);
}

bool nt_in_skip_float(struct nt_in *in)
{
    float value;

    return nt_in_float(in, &value);
}
