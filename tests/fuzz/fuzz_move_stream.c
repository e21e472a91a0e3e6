/*
 * The stream of a move comes from another host. Whatever it holds, the reader must neither crash
 * nor hand on an unsafe path; and cutting it into pieces must not change what it says.
 */
#include <provisioner/stream.h>
#include <stdlib.h>
#include <string.h>

struct told {
    uint64_t hash;
    size_t count;
};

static void add(struct told *told, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++)
        told->hash = (told->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    told->count++;
}

static int on_entry(void *arg, const struct stream_entry *entry, struct nt_error *err)
{
    (void)err;
    if (entry->kind != STREAM_ROOT && !stream_path_is_safe(entry->path))
        abort();
    if (entry->kind == STREAM_HARDLINK && !stream_path_is_safe(entry->target))
        abort();
    add(arg, entry->path, strlen(entry->path));
    add(arg, entry->target, strlen(entry->target));
    for (size_t i = 0; i < entry->xattrs_count; i++)
        add(arg, entry->xattrs[i].value.data, entry->xattrs[i].value.len);
    return 0;
}

static int on_chunk(void *arg, int64_t offset, struct nt_span data, struct nt_error *err)
{
    (void)err;
    if (offset < 0 || data.len > STREAM_CHUNK_MAX)
        abort();
    add(arg, data.data, data.len);
    return 0;
}

static int on_file_end(void *arg, int64_t size, struct nt_error *err)
{
    (void)err;
    if (size < 0)
        abort();
    add(arg, &size, sizeof(size));
    return 0;
}

static int on_dir_end(void *arg, const char *path, int64_t mtime_ns, struct nt_error *err)
{
    (void)err;
    if (path[0] != '\0' && !stream_path_is_safe(path))
        abort();
    add(arg, &mtime_ns, sizeof(mtime_ns));
    return 0;
}

static int read_in_pieces(const uint8_t *data, size_t size, size_t piece, struct told *told)
{
    const struct stream_sink sink = {.entry = on_entry,
                                     .chunk = on_chunk,
                                     .file_end = on_file_end,
                                     .dir_end = on_dir_end,
                                     .arg = told};
    struct stream_reader reader;
    struct nt_error err = NT_ERROR_INIT;
    int result = 0;
    stream_reader_init(&reader);
    for (size_t at = 0; at < size && result == 0; at += piece) {
        size_t len = size - at < piece ? size - at : piece;
        result = stream_read(&reader, (struct nt_span){.data = data + at, .len = len}, &sink, &err);
    }
    stream_reader_deinit(&reader);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told whole = {0};
    struct told cut = {0};
    int result = read_in_pieces(data, size, size + 1, &whole);
    if (read_in_pieces(data, size, 7, &cut) != result || whole.hash != cut.hash ||
        whole.count != cut.count)
        abort();
    return 0;
}
