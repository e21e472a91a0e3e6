#include <provisioner/log_lines.h>

#include <nt/text.h>
#include <provisioner/clean.h>
#include <string.h>

enum { HEAD = 8, STAMP_MAX = 36 };

void log_reader_deinit(struct log_reader *reader)
{
    nt_buf_deinit(&reader->line);
}

/* The length of the timestamp that an entry begins with, or 0. */
static size_t stamp_len(const char *text, size_t len)
{
    size_t digits = 0;
    while (digits < len && digits < STAMP_MAX && text[digits] != ' ')
        digits++;
    bool is_stamp = digits >= 20 && digits < STAMP_MAX && text[4] == '-' && text[10] == 'T' &&
                    text[digits - 1] == 'Z' && strspn(text, "0123456789-:.TZ") >= digits;
    return is_stamp ? digits : 0;
}

static int add_line(struct log_reader *reader, struct nt_buf *out)
{
    const char *text = nt_buf_text(&reader->line);
    size_t len = reader->line.len;
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    size_t stamp = stamp_len(text, len);
    size_t begin = stamp + (stamp < len && stamp > 0);
    const char *stream = reader->head[0] >= 2 ? "e" : "o";
    int result =
        nt_buf_printf(out, "%.*s %s ", stamp > 0 ? (int)stamp : 1, stamp > 0 ? text : "-", stream);
    while (result == 0 && begin < len) { /* a break inside would look like another entry */
        const char *breaks = memchr(text + begin, '\n', len - begin);
        size_t piece = breaks == NULL ? len - begin : (size_t)(breaks - text) - begin;
        result = clean_add(out, text + begin, piece);
        begin += piece + (breaks != NULL);
        if (result == 0 && breaks != NULL)
            result = nt_buf_add_text(out, " ");
    }
    nt_buf_reset(&reader->line);
    return result == 0 ? nt_buf_add_text(out, "\n") : result;
}

static int begin_entry(struct log_reader *reader)
{
    const uint8_t *head = reader->head;
    if (head[0] > 3 || head[1] != 0 || head[2] != 0 || head[3] != 0)
        return -EPROTO;
    reader->left =
        (uint32_t)head[4] << 24 | (uint32_t)head[5] << 16 | (uint32_t)head[6] << 8 | head[7];
    return 0;
}

int log_read(struct log_reader *reader, struct nt_span data, struct nt_buf *out)
{
    int result = 0;
    while (data.len > 0 && result == 0) {
        if (reader->head_len < HEAD) {
            reader->head[reader->head_len++] = data.data[0];
            data = (struct nt_span){data.data + 1, data.len - 1};
            if (reader->head_len == HEAD)
                result = begin_entry(reader);
        } else {
            size_t take = data.len < reader->left ? data.len : reader->left;
            size_t room = (size_t)LOG_LINE_MAX + STAMP_MAX - reader->line.len;
            (void)nt_buf_add(&reader->line, data.data, take < room ? take : room);
            reader->left -= (uint32_t)take;
            data = (struct nt_span){data.data + take, data.len - take};
        }
        if (result == 0 && reader->head_len == HEAD && reader->left == 0) {
            result = add_line(reader, out);
            reader->head_len = 0;
        }
    }
    return result;
}
