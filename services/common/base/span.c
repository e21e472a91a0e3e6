#include <nt/memory.h>
#include <nt/span.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct nt_span nt_span_of(const char *text)
{
    return (struct nt_span){.data = (const uint8_t *)text, .len = text != NULL ? strlen(text) : 0};
}

void nt_buf_deinit(struct nt_buf *buf)
{
    free(buf->data);
    *buf = (struct nt_buf){.max = buf->max};
}

void nt_buf_reset(struct nt_buf *buf)
{
    buf->len = 0;
}

uint8_t *nt_buf_reserve(struct nt_buf *buf, size_t len)
{
    size_t max = buf->max > 0 ? buf->max : NT_BUF_MAX;
    if (len > max || buf->len > max - len)
        return NULL;
    size_t wanted = buf->len + len + 1; /* one more for nt_buf_text's NUL */
    if (wanted > buf->capacity) {
        size_t capacity = buf->capacity > 0 ? buf->capacity : 256;
        while (capacity < wanted)
            capacity *= 2;
        buf->data = nt_realloc(buf->data, capacity);
        buf->capacity = capacity;
    }
    return buf->data + buf->len;
}

int nt_buf_add(struct nt_buf *buf, const void *data, size_t len)
{
    uint8_t *room = nt_buf_reserve(buf, len);
    if (room == NULL)
        return -EMSGSIZE;
    if (len > 0)
        memcpy(room, data, len);
    buf->len += len;
    return 0;
}

int nt_buf_add_text(struct nt_buf *buf, const char *text)
{
    return nt_buf_add(buf, text, strlen(text));
}

int nt_buf_printf(struct nt_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *room = len >= 0 ? nt_buf_reserve(buf, (size_t)len) : NULL;
    if (room != NULL) {
        (void)vsnprintf((char *)room, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    return room != NULL ? 0 : -EMSGSIZE;
}

const char *nt_buf_text(struct nt_buf *buf)
{
    if (buf->data == NULL && nt_buf_reserve(buf, 0) == NULL)
        return "";
    buf->data[buf->len] = '\0';
    return (const char *)buf->data;
}
