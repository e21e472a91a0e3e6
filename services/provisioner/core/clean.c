#include <provisioner/clean.h>

#include <nt/text.h>

/* How many bytes at `at` are one character; 0: none. */
static size_t character_len(const char *at, size_t left)
{
    for (size_t len = 1; len <= 4 && len <= left; len++) {
        if (nt_utf8_is_valid(at, len))
            return len;
    }
    return 0;
}

int clean_add(struct nt_buf *out, const char *text, size_t len)
{
    if (nt_utf8_is_valid(text, len))
        return nt_buf_add(out, text, len);
    int result = 0;
    for (size_t at = 0; at < len && result == 0;) {
        size_t one = character_len(text + at, len - at);
        result = one > 0 ? nt_buf_add(out, text + at, one) : nt_buf_add_text(out, "\xef\xbf\xbd");
        at += one > 0 ? one : 1;
    }
    return result;
}
