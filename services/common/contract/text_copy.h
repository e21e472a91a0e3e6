/* Private: copying text and looking at it in one go. */
#ifndef NT_TEXT_COPY_H
#define NT_TEXT_COPY_H

#include <nt/text.h>
#include <string.h>

#define NT_TEXT_ONES  UINT64_C(0x0101010101010101)
#define NT_TEXT_HIGHS UINT64_C(0x8080808080808080)

/*
 * Copies len bytes, without a NUL of its own. Is it UTF-8 without NUL? from may be NULL with 0.
 * Most text of ours is ASCII: eight bytes at a time are looked at, and only where one of them has
 * its high bit, before or after one is taken away (a NUL), the slow look follows.
 */
static inline bool nt_copy_text(char *to, const uint8_t *from, size_t len)
{
    uint64_t odd = 0;
    uint64_t word;
    size_t at = 0;

    if (len >= sizeof(word)) {
        for (; at + sizeof(word) <= len; at += sizeof(word)) {
            memcpy(&word, from + at, sizeof(word));
            memcpy(to + at, &word, sizeof(word));
            odd |= word | (word - NT_TEXT_ONES);
        }
        at = len - sizeof(word); /* the rest, overlapping what is done */
        memcpy(&word, from + at, sizeof(word));
        memcpy(to + at, &word, sizeof(word));
        odd |= word | (word - NT_TEXT_ONES);
    } else {
        for (; at < len; at++) {
            to[at] = (char)from[at];
            odd |= from[at] | (from[at] - UINT64_C(1));
        }
    }
    return (odd & NT_TEXT_HIGHS) == 0 || nt_utf8_is_valid(to, len);
}

#endif
