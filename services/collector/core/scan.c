#include <collector/scan.h>

#include <string.h>

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

bool scan_line(struct nt_span *text, struct nt_span *ret_line)
{
    if (text->len == 0)
        return false;
    if (scan_until(text, '\n', ret_line))
        return true;
    *ret_line = *text;
    *text = (struct nt_span){.data = text->data + text->len, .len = 0};
    return true;
}

bool scan_word(struct nt_span *text, struct nt_span *ret_word)
{
    size_t begin = 0;
    while (begin < text->len && is_space(text->data[begin]))
        begin++;
    size_t end = begin;
    while (end < text->len && !is_space(text->data[end]))
        end++;
    if (end == begin)
        return false;
    *ret_word = (struct nt_span){.data = text->data + begin, .len = end - begin};
    *text = (struct nt_span){.data = text->data + end, .len = text->len - end};
    return true;
}

bool scan_until(struct nt_span *text, char sep, struct nt_span *ret_part)
{
    const uint8_t *found = text->len > 0 ? memchr(text->data, sep, text->len) : NULL;
    if (found == NULL)
        return false;
    size_t len = (size_t)(found - text->data);
    *ret_part = (struct nt_span){.data = text->data, .len = len};
    *text = (struct nt_span){.data = found + 1, .len = text->len - len - 1};
    return true;
}

bool scan_is(struct nt_span word, const char *text)
{
    size_t len = strlen(text);
    return word.len == len && (len == 0 || memcmp(word.data, text, len) == 0);
}

bool scan_starts(struct nt_span text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && (len == 0 || memcmp(text.data, prefix, len) == 0);
}

int scan_u64(struct nt_span word, uint64_t *ret_value)
{
    if (word.len == 0)
        return -EINVAL;
    uint64_t value = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return -EINVAL;
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(word.data[i] - '0'), &value))
            return -ERANGE;
    }
    *ret_value = value;
    return 0;
}

bool scan_copy(struct nt_span word, char *ret_text, size_t size)
{
    if (word.len >= size)
        return false;
    if (word.len > 0)
        memcpy(ret_text, word.data, word.len);
    ret_text[word.len] = '\0';
    return true;
}
