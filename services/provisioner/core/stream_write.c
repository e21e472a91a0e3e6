#include <provisioner/stream.h>

#include <string.h>

static int put_number(struct nt_buf *out, uint64_t value, int size)
{
    uint8_t bytes[8];
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    return nt_buf_add(out, bytes, (size_t)size);
}

static int put_text(struct nt_buf *out, const char *text)
{
    size_t len = text == NULL ? 0 : strlen(text);
    if (len > STREAM_PATH_MAX)
        return -EMSGSIZE;
    int result = put_number(out, len, 2);
    return result < 0 ? result : nt_buf_add(out, text == NULL ? "" : text, len);
}

/* The length is not known before the payload is there: leave room for it, then fill it in. */
static int begin_frame(struct nt_buf *out, char type)
{
    int result = nt_buf_add(out, &type, 1);
    return result < 0 ? result : put_number(out, 0, 4);
}

static int end_frame(struct nt_buf *out, size_t start, int result)
{
    size_t len = out->len - start - 5;
    if (result < 0 || len > STREAM_FRAME_MAX) {
        out->len = start;
        return result < 0 ? result : -EMSGSIZE;
    }
    for (int i = 0; i < 4; i++)
        out->data[start + 1 + (size_t)i] = (uint8_t)(len >> (8 * (3 - i)));
    return 0;
}

int stream_put_begin(struct nt_buf *out)
{
    size_t start = out->len;
    int result = begin_frame(out, 'B');
    if (result == 0)
        result = put_number(out, 1, 4);
    return end_frame(out, start, result);
}

static int put_meta(struct nt_buf *out, const struct stream_entry *entry)
{
    int result = put_number(out, entry->mode, 4);
    if (result == 0)
        result = put_number(out, entry->uid, 4);
    if (result == 0)
        result = put_number(out, entry->gid, 4);
    if (result == 0)
        result = put_number(out, (uint64_t)entry->mtime_ns, 8);
    if (result == 0)
        result = put_number(out, entry->xattrs_count, 2);
    for (size_t i = 0; i < entry->xattrs_count && result == 0; i++) {
        const struct stream_xattr *xattr = &entry->xattrs[i];
        result = put_text(out, xattr->name);
        if (result == 0)
            result = put_number(out, xattr->value.len, 4);
        if (result == 0)
            result = nt_buf_add(out, xattr->value.data, xattr->value.len);
    }
    return result;
}

int stream_put_entry(struct nt_buf *out, const struct stream_entry *entry)
{
    size_t start = out->len;
    if (entry->xattrs_count > STREAM_XATTRS_MAX)
        return -EMSGSIZE;
    int result = begin_frame(out, (char)entry->kind);
    if (result == 0 && entry->kind != STREAM_HARDLINK)
        result = put_meta(out, entry);
    if (result == 0)
        result = put_text(out, entry->path);
    if (result == 0 && (entry->kind == STREAM_SYMLINK || entry->kind == STREAM_HARDLINK))
        result = put_text(out, entry->target);
    if (result == 0 && entry->kind == STREAM_NODE)
        result = put_number(out, ((uint64_t)entry->major << 32) | entry->minor, 8);
    return end_frame(out, start, result);
}

int stream_put_chunk(struct nt_buf *out, int64_t offset, struct nt_span data)
{
    size_t start = out->len;
    if (data.len > STREAM_CHUNK_MAX)
        return -EMSGSIZE;
    int result = begin_frame(out, 'C');
    if (result == 0)
        result = put_number(out, (uint64_t)offset, 8);
    if (result == 0)
        result = nt_buf_add(out, data.data, data.len);
    return end_frame(out, start, result);
}

int stream_put_file_end(struct nt_buf *out, int64_t size)
{
    size_t start = out->len;
    int result = begin_frame(out, 'E');
    if (result == 0)
        result = put_number(out, (uint64_t)size, 8);
    return end_frame(out, start, result);
}

int stream_put_dir_end(struct nt_buf *out, const char *path, int64_t mtime_ns)
{
    size_t start = out->len;
    int result = begin_frame(out, 'T');
    if (result == 0)
        result = put_number(out, (uint64_t)mtime_ns, 8);
    if (result == 0)
        result = put_text(out, path);
    return end_frame(out, start, result);
}

int stream_put_end(struct nt_buf *out, int64_t entries, int64_t bytes)
{
    size_t start = out->len;
    int result = begin_frame(out, 'Z');
    if (result == 0)
        result = put_number(out, (uint64_t)entries, 8);
    if (result == 0)
        result = put_number(out, (uint64_t)bytes, 8);
    return end_frame(out, start, result);
}
