/* Borrowed bytes, and a growing buffer with a bound. Any thread; no locking. */
#ifndef NT_SPAN_H
#define NT_SPAN_H

#include <nt/error.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that somebody else owns. data may be NULL only where len is 0. */
struct nt_span {
    const uint8_t *data;
    size_t len;
};

struct nt_span nt_span_of(const char *text); /* without the NUL; NULL gives an empty span */

/* A buffer that grows up to max bytes. Zero-initialised it is empty with NT_BUF_MAX. */
#define NT_BUF_MAX ((size_t)64 << 20)

struct nt_buf {
    uint8_t *data;
    size_t len;
    size_t capacity;
    size_t max; /* 0 means NT_BUF_MAX */
};

void nt_buf_deinit(struct nt_buf *buf);
void nt_buf_reset(struct nt_buf *buf); /* keeps the memory */

/* Append. Return 0 or -EMSGSIZE when the bound is reached (buffer unchanged). */
int nt_buf_add(struct nt_buf *buf, const void *data, size_t len);
int nt_buf_add_text(struct nt_buf *buf, const char *text);
int nt_buf_printf(struct nt_buf *buf, const char *format, ...) NT_PRINTF(2, 3);

/* Room for len more bytes at buf->data + buf->len, or NULL at the bound. Caller raises len. */
uint8_t *nt_buf_reserve(struct nt_buf *buf, size_t len);

/* NUL-terminate (not counted in len) and lend as text; never NULL. */
const char *nt_buf_text(struct nt_buf *buf);

static inline struct nt_span nt_buf_span(const struct nt_buf *buf)
{
    return (struct nt_span){.data = buf->data, .len = buf->len};
}

#endif
