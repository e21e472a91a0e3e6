#include <offline/file.h>

#include <zlib.h>

enum { CHUNK = 1 << 20 };

static void close_p(gzFile *slot)
{
    if (*slot != NULL)
        (void)gzclose(*slot);
}

int file_read(const char *path, struct nt_buf *ret_text, struct nt_error *err)
{
    errno = 0;
    NT_CLEANUP(close_p) gzFile file = gzopen(path, "rbe");
    if (file == NULL)
        return nt_fail(err, errno != 0 ? -errno : -ENOMEM, "%s cannot be opened: %m", path);
    NT_CLEANUP(nt_buf_deinit) struct nt_buf text = {.max = FILE_BYTES_MAX};
    for (;;) {
        uint8_t *room = nt_buf_reserve(&text, CHUNK);
        if (room == NULL)
            return nt_fail(err, -E2BIG, "%s is larger than %zu bytes", path, FILE_BYTES_MAX);
        int got = gzread(file, room, CHUNK - 1); /* one byte stays for a NUL */
        int code = Z_OK;
        const char *why = gzerror(file, &code);
        if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
            return nt_fail(err, code == Z_ERRNO ? -errno : -EINVAL, "%s cannot be read: %s", path,
                           code == Z_BUF_ERROR ? "it ends in the middle" : why);
        if (got == 0)
            break;
        text.len += (size_t)got;
    }
    *ret_text = text;
    text = (struct nt_buf){0};
    return 0;
}

int file_read_table(const char *path, int64_t step_s, struct table *ret_table, struct nt_error *err)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf text = {0};
    if (file_read(path, &text, err) < 0)
        return err->code;
    return table_parse((char *)text.data, text.len, path, step_s, ret_table, err);
}
