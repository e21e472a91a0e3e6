#include <nt/frame.h>

#include <nt/text.h>
#include <string.h>

int nt_frame_add(struct nt_buf *out, enum nt_frame_type type, struct nt_span payload)
{
    if (payload.len > NT_FRAME_MAX)
        return -EMSGSIZE;
    uint8_t *at = nt_buf_reserve(out, NT_FRAME_HEAD + payload.len);
    if (at == NULL)
        return -EMSGSIZE;
    at[0] = (uint8_t)type;
    at[1] = 0;
    at[2] = (uint8_t)(payload.len >> 16);
    at[3] = (uint8_t)(payload.len >> 8);
    at[4] = (uint8_t)payload.len;
    if (payload.len > 0)
        memcpy(at + NT_FRAME_HEAD, payload.data, payload.len);
    out->len += NT_FRAME_HEAD + payload.len;
    return 0;
}

void nt_frame_reader_deinit(struct nt_frame_reader *reader)
{
    nt_buf_deinit(&reader->rest);
}

static size_t payload_len(const uint8_t *head)
{
    return (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
}

int nt_frame_read(struct nt_frame_reader *reader, struct nt_span data,
                  int (*on_frame)(void *arg, uint8_t type, struct nt_span payload), void *arg)
{
    reader->rest.max = (size_t)2 * NT_BUF_MAX; /* what is kept is less than one frame */
    if (data.len > NT_BUF_MAX || nt_buf_add(&reader->rest, data.data, data.len) < 0)
        return -EPROTO;
    const uint8_t *at = reader->rest.data;
    size_t left = reader->rest.len;
    int result = 0;
    while (result == 0 && left >= NT_FRAME_HEAD) {
        size_t len = payload_len(at);
        if (len > NT_FRAME_MAX)
            return -EPROTO;
        if (left < NT_FRAME_HEAD + len)
            break;
        result = on_frame(arg, at[0], (struct nt_span){.data = at + NT_FRAME_HEAD, .len = len});
        at += NT_FRAME_HEAD + len;
        left -= NT_FRAME_HEAD + len;
    }
    if (left > 0)
        memmove(reader->rest.data, at, left);
    reader->rest.len = left;
    return result;
}

int nt_frame_size(struct nt_span payload, int *ret_columns, int *ret_rows)
{
    if (payload.len != 4)
        return -EINVAL;
    int columns = payload.data[0] << 8 | payload.data[1];
    int rows = payload.data[2] << 8 | payload.data[3];
    if (columns < 1 || columns > 1000 || rows < 1 || rows > 1000)
        return -EINVAL;
    *ret_columns = columns;
    *ret_rows = rows;
    return 0;
}
