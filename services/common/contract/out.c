#include "out.h"
#include "text_copy.h"

#include <stdio.h>

#define GROW_LEAST 512

bool nt_out_at(struct nt_out *out, const char *name)
{
    char path[sizeof(out->path)];
    const char *joint = out->path[0] == '\0' || out->path[0] == '[' ? "" : ".";

    /* Names come from our schemas; were they ever longer than the path, its end is cut. */
    int length = snprintf(path, sizeof(path), "%s%s%s", name, joint, out->path);
    if (length > 0)
        memcpy(out->path, path, sizeof(path));
    return false;
}

bool nt_out_at_item(struct nt_out *out, const char *name, size_t index)
{
    char part[32];

    (void)snprintf(part, sizeof(part), "[%zu]", index);
    (void)nt_out_at(out, part);
    return nt_out_at(out, name);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t buf_max(const struct nt_buf *buf)
{
    return buf->max > 0 ? buf->max : NT_BUF_MAX;
}

/* All of the buffer's capacity is ours to fill, but its last byte (nt_buf_text's NUL), within its
 * bound and the message's. */
bool nt_out_grow(struct nt_out *out, size_t size)
{
    size_t begin = out->buf->len;
    size_t used = out->at != NULL ? (size_t)(out->at - out->buf->data) - begin : 0;

    if (size > NT_CONTRACT_MESSAGE_MAX || used + size > NT_CONTRACT_MESSAGE_MAX)
        return nt_out_fail(out, -EMSGSIZE, "the message is larger than the limit");
    if (nt_buf_reserve(out->buf, used + size + GROW_LEAST) == NULL &&
        nt_buf_reserve(out->buf, used + size) == NULL)
        return nt_out_fail(out, -EMSGSIZE, "the buffer is at its bound");
    out->at = out->buf->data + begin + used;
    out->end = out->at + least(least(out->buf->capacity - 1, buf_max(out->buf)) - begin - used,
                               NT_CONTRACT_MESSAGE_MAX - used);
    return true;
}

bool nt_out_long_near_end(struct nt_out *out, int64_t value)
{
    uint8_t bytes[NT_OUT_VARINT_MAX];
    size_t len = (size_t)(nt_out_varint(bytes, value) - bytes);

    if (!nt_out_room(out, len))
        return false;
    memcpy(out->at, bytes, len);
    out->at += len;
    return true;
}

bool nt_out_string(struct nt_out *out, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;

    if (len > NT_CONTRACT_TEXT_MAX)
        return nt_out_fail(out, -EMSGSIZE, "is longer than the limit");
    if (!nt_out_long(out, (int64_t)len) || !nt_out_room(out, len))
        return false;
    if (!nt_copy_text((char *)out->at, (const uint8_t *)text, len))
        return nt_out_fail(out, -EBADMSG, "is not UTF-8");
    out->at += len;
    return true;
}

bool nt_out_bytes(struct nt_out *out, struct nt_span bytes)
{
    if (bytes.len > NT_CONTRACT_BYTES_MAX)
        return nt_out_fail(out, -EMSGSIZE, "is longer than the limit");
    if (!nt_out_long(out, (int64_t)bytes.len) || !nt_out_room(out, bytes.len))
        return false;
    if (bytes.len > 0)
        memcpy(out->at, bytes.data, bytes.len);
    out->at += bytes.len;
    return true;
}

bool nt_out_array(struct nt_out *out, const void *items, size_t count)
{
    if (count == 0)
        return true;
    if (items == NULL)
        return nt_out_fail(out, -EINVAL, "has a count but no items");
    if (count > NT_CONTRACT_ARRAY_MAX)
        return nt_out_fail(out, -EMSGSIZE, "has more items than the limit");
    return nt_out_long(out, (int64_t)count);
}

bool nt_out_array_end(struct nt_out *out)
{
    return nt_out_long(out, 0);
}

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

bool nt_out_map(struct nt_out *out, const struct nt_pair *pairs, size_t count)
{
    if (count > NT_CONTRACT_MAP_MAX)
        return nt_out_fail(out, -EMSGSIZE, "has more pairs than the limit");
    if (!nt_out_array(out, pairs, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(text_of(pairs[i].key), text_of(pairs[j].key)) == 0)
                return nt_out_fail(out, -EBADMSG, "has a key twice");
        }
        if (!nt_out_string(out, pairs[i].key) || !nt_out_string(out, pairs[i].value))
            return false;
    }
    return nt_out_long(out, 0);
}
