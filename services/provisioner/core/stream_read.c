#include <provisioner/stream.h>

#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>

bool stream_path_is_safe(const char *path)
{
    size_t len = strlen(path);
    if (len == 0 || len > STREAM_PATH_MAX)
        return false;
    for (const char *part = path;;) {
        size_t part_len = strcspn(part, "/");
        if (part_len == 0 || part_len > 255 || (part_len == 1 && part[0] == '.') ||
            (part_len == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        if (part[part_len] == '\0')
            return true;
        part += part_len + 1;
    }
}

/* --- one payload ----------------------------------------------------------------------------- */

struct cursor {
    const uint8_t *at, *end;
    struct nt_arena *arena;
    bool is_bad; /* sticky: read past the end, or a text with a NUL */
};

static uint64_t take_number(struct cursor *cursor, size_t size)
{
    if ((size_t)(cursor->end - cursor->at) < size) {
        cursor->is_bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | *cursor->at++;
    return value;
}

static struct nt_span take_bytes(struct cursor *cursor, size_t len)
{
    if ((size_t)(cursor->end - cursor->at) < len) {
        cursor->is_bad = true;
        return (struct nt_span){0};
    }
    struct nt_span bytes = {.data = cursor->at, .len = len};
    cursor->at += len;
    return bytes;
}

static const char *take_text(struct cursor *cursor)
{
    struct nt_span bytes = take_bytes(cursor, take_number(cursor, 2));
    if (bytes.len > STREAM_PATH_MAX || (bytes.len > 0 && memchr(bytes.data, 0, bytes.len) != NULL))
        cursor->is_bad = true;
    return cursor->is_bad ? ""
                          : nt_arena_text_n(cursor->arena, (const char *)bytes.data, bytes.len);
}

static void take_meta(struct cursor *cursor, struct stream_entry *entry)
{
    entry->mode = (uint32_t)take_number(cursor, 4);
    entry->uid = (uint32_t)take_number(cursor, 4);
    entry->gid = (uint32_t)take_number(cursor, 4);
    entry->mtime_ns = (int64_t)take_number(cursor, 8);
    size_t count = take_number(cursor, 2);
    if (count > STREAM_XATTRS_MAX) {
        cursor->is_bad = true;
        return;
    }
    struct stream_xattr *xattrs = NT_ARRAY(cursor->arena, count, struct stream_xattr);
    for (size_t i = 0; i < count && !cursor->is_bad; i++) {
        xattrs[i].name = take_text(cursor);
        size_t len = take_number(cursor, 4);
        if (len > STREAM_XATTR_MAX)
            cursor->is_bad = true;
        else
            xattrs[i].value = take_bytes(cursor, len);
    }
    entry->xattrs = xattrs;
    entry->xattrs_count = count;
}

/* --- frames ---------------------------------------------------------------------------------- */

static int bad(struct nt_error *err, const char *what)
{
    return nt_fail(err, -EBADMSG, "the stream of a move: %s", what);
}

static bool is_type_right(const struct stream_entry *entry)
{
    mode_t type = entry->mode & S_IFMT;
    switch (entry->kind) {
    case STREAM_ROOT:
    case STREAM_DIR:
        return type == S_IFDIR;
    case STREAM_FILE:
        return type == S_IFREG;
    case STREAM_SYMLINK:
        return type == S_IFLNK;
    case STREAM_NODE:
        return type == S_IFCHR || type == S_IFBLK || type == S_IFIFO || type == S_IFSOCK;
    case STREAM_HARDLINK:
        return true;
    }
    return false;
}

static int on_entry(struct stream_reader *reader, char type, struct cursor *cursor,
                    const struct stream_sink *sink, struct nt_error *err)
{
    struct stream_entry entry = {.kind = (enum stream_kind)type, .target = ""};
    if (entry.kind != STREAM_HARDLINK)
        take_meta(cursor, &entry);
    entry.path = take_text(cursor);
    if (entry.kind == STREAM_SYMLINK || entry.kind == STREAM_HARDLINK)
        entry.target = take_text(cursor);
    if (entry.kind == STREAM_NODE) {
        uint64_t device = take_number(cursor, 8);
        entry.major = (uint32_t)(device >> 32);
        entry.minor = (uint32_t)device;
    }
    if (cursor->is_bad || cursor->at != cursor->end)
        return bad(err, "an entry that is cut off");
    if (reader->file_at >= 0)
        return bad(err, "an entry inside a file");
    if (!is_type_right(&entry))
        return bad(err, "an entry whose mode is of another type");
    if (entry.kind == STREAM_ROOT)
        reader->has_root = true;
    else if (!reader->has_root || !stream_path_is_safe(entry.path))
        return bad(err, "an entry outside its tree");
    if (entry.kind == STREAM_HARDLINK && !stream_path_is_safe(entry.target))
        return bad(err, "a hard link out of its tree");
    if (entry.kind == STREAM_SYMLINK && entry.target[0] == '\0')
        return bad(err, "a symbolic link to nothing");
    if (entry.kind == STREAM_FILE)
        reader->file_at = 0;
    reader->entries++;
    return sink->entry(sink->arg, &entry, err);
}

static int on_chunk(struct stream_reader *reader, struct cursor *cursor,
                    const struct stream_sink *sink, struct nt_error *err)
{
    int64_t offset = (int64_t)take_number(cursor, 8);
    struct nt_span data = {.data = cursor->at, .len = (size_t)(cursor->end - cursor->at)};
    if (cursor->is_bad || data.len == 0 || data.len > STREAM_CHUNK_MAX)
        return bad(err, "content of a wrong length");
    if (reader->file_at < 0 || offset < reader->file_at || offset > INT64_MAX - (int64_t)data.len)
        return bad(err, "content out of order");
    reader->file_at = offset + (int64_t)data.len;
    reader->bytes += (int64_t)data.len;
    return sink->chunk(sink->arg, offset, data, err);
}

static int on_file_end(struct stream_reader *reader, struct cursor *cursor,
                       const struct stream_sink *sink, struct nt_error *err)
{
    int64_t size = (int64_t)take_number(cursor, 8);
    if (cursor->is_bad || cursor->at != cursor->end || reader->file_at < 0 ||
        size < reader->file_at)
        return bad(err, "a file's end out of order");
    reader->file_at = -1;
    return sink->file_end(sink->arg, size, err);
}

static int on_dir_end(struct stream_reader *reader, struct cursor *cursor,
                      const struct stream_sink *sink, struct nt_error *err)
{
    int64_t mtime_ns = (int64_t)take_number(cursor, 8);
    const char *path = take_text(cursor);
    bool is_root = path[0] == '\0';
    if (cursor->is_bad || cursor->at != cursor->end || reader->file_at >= 0 || !reader->has_root ||
        !(is_root || stream_path_is_safe(path)))
        return bad(err, "a directory's end out of order");
    return sink->dir_end(sink->arg, path, mtime_ns, err);
}

static int on_end(struct stream_reader *reader, struct cursor *cursor, struct nt_error *err)
{
    int64_t entries = (int64_t)take_number(cursor, 8);
    int64_t bytes = (int64_t)take_number(cursor, 8);
    if (cursor->is_bad || cursor->at != cursor->end || reader->file_at >= 0)
        return bad(err, "an end out of order");
    if (entries != reader->entries || bytes != reader->bytes)
        return bad(err, "something is missing");
    reader->is_end = true;
    return 0;
}

static int on_frame(struct stream_reader *reader, char type, struct nt_span payload,
                    const struct stream_sink *sink, struct nt_error *err)
{
    struct cursor cursor = {
        .at = payload.data, .end = payload.data + payload.len, .arena = &reader->arena};
    if (!reader->has_begun) {
        if (type != 'B' || take_number(&cursor, 4) != 1 || cursor.is_bad)
            return bad(err, "not one of ours, or of another version");
        reader->has_begun = true;
        return 0;
    }
    switch (type) {
    case STREAM_ROOT:
    case STREAM_DIR:
    case STREAM_FILE:
    case STREAM_SYMLINK:
    case STREAM_NODE:
    case STREAM_HARDLINK:
        return on_entry(reader, type, &cursor, sink, err);
    case 'C':
        return on_chunk(reader, &cursor, sink, err);
    case 'E':
        return on_file_end(reader, &cursor, sink, err);
    case 'T':
        return on_dir_end(reader, &cursor, sink, err);
    case 'Z':
        return on_end(reader, &cursor, err);
    default:
        return bad(err, "a frame of an unknown type");
    }
}

/* --- pieces ---------------------------------------------------------------------------------- */

void stream_reader_init(struct stream_reader *reader)
{
    *reader = (struct stream_reader){.file_at = -1};
    reader->pending.max = STREAM_FRAME_MAX + 5;
    nt_arena_init(&reader->arena);
}

void stream_reader_deinit(struct stream_reader *reader)
{
    nt_buf_deinit(&reader->pending);
    nt_arena_deinit(&reader->arena);
}

/* The length of the frame that begins at data, with its head; 0 while the head is not whole. */
static size_t frame_len(struct nt_span data)
{
    if (data.len < 5)
        return 0;
    size_t len = 0;
    for (int i = 1; i <= 4; i++)
        len = len << 8 | data.data[i];
    return len + 5;
}

static int take_frame(struct stream_reader *reader, struct nt_span frame,
                      const struct stream_sink *sink, struct nt_error *err)
{
    if (reader->is_end)
        return bad(err, "more after the end");
    nt_arena_reset(&reader->arena);
    return on_frame(reader, (char)frame.data[0],
                    (struct nt_span){.data = frame.data + 5, .len = frame.len - 5}, sink, err);
}

int stream_read(struct stream_reader *reader, struct nt_span data, const struct stream_sink *sink,
                struct nt_error *err)
{
    while (data.len > 0) {
        /* Whole frames are read where they are; only one that is cut goes through pending. */
        struct nt_span frame = reader->pending.len > 0 ? nt_buf_span(&reader->pending) : data;
        size_t len = frame_len(frame);
        if (len > STREAM_FRAME_MAX + 5)
            return bad(err, "a frame that is too large");
        if (reader->pending.len == 0 && len > 0 && len <= data.len) {
            int result =
                take_frame(reader, (struct nt_span){.data = data.data, .len = len}, sink, err);
            if (result < 0)
                return result;
            data = (struct nt_span){.data = data.data + len, .len = data.len - len};
            continue;
        }
        size_t want = (len == 0 ? 5 : len) - reader->pending.len;
        size_t part = want < data.len ? want : data.len;
        int result = nt_buf_add(&reader->pending, data.data, part);
        if (result < 0)
            return bad(err, "a frame that is too large");
        data = (struct nt_span){.data = data.data + part, .len = data.len - part};
        len = frame_len(nt_buf_span(&reader->pending));
        if (len > STREAM_FRAME_MAX + 5)
            return bad(err, "a frame that is too large");
        if (len > 0 && reader->pending.len == len) {
            result = take_frame(reader, nt_buf_span(&reader->pending), sink, err);
            nt_buf_reset(&reader->pending);
            if (result < 0)
                return result;
        }
    }
    return 0;
}
