/* Private: copying text and looking at it in one go. */
#ifndef NT_TEXT_COPY_H
#define NT_TEXT_COPY_H

#include <nt/text.h>
#include <string.h>

/* All eight bytes ASCII and none a NUL? Most text of ours is: then the slow look is skipped. */
static inline bool nt_is_plain(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);

    return ((word | (word - ones)) & highs) == 0;
}

/* Copies len bytes, without a NUL of its own. Is it UTF-8 without NUL? from may be NULL with 0. */
static inline bool nt_copy_text(char *to, const uint8_t *from, size_t len)
{
    bool plain = true;
    uint64_t word;
    size_t at = 0;

    if (len >= sizeof(word)) {
        for (; at + sizeof(word) <= len; at += sizeof(word)) {
            memcpy(&word, from + at, sizeof(word));
            plain &= nt_is_plain(word);
            memcpy(to + at, &word, sizeof(word));
        }
        at = len - sizeof(word); /* the rest, overlapping what is done */
        memcpy(&word, from + at, sizeof(word));
        plain &= nt_is_plain(word);
        memcpy(to + at, &word, sizeof(word));
    } else {
        for (; at < len; at++) {
            plain &= from[at] - 1U < 0x7f;
            to[at] = (char)from[at];
        }
    }
    return plain || nt_utf8_is_valid(to, len);
}

#endif
