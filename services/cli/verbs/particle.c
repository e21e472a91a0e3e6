/* Korean particles follow the last sound of the word before them; as the page's josa.ts has it. */
#include <verbs/say.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct end {
    bool is_closed; /* ends in a consonant */
    bool is_rieul;  /* that is ㄹ */
};

/* The last character, and the word's length without closing brackets and quotes. */
static size_t bare_length(const char *word)
{
    static const char *const closing[] = {")", "]", "\"", "'", "”", "’", " "};
    size_t len = strlen(word);
    for (size_t i = 0; i < NT_COUNT(closing); i++) {
        size_t size = strlen(closing[i]);
        if (len >= size && memcmp(word + len - size, closing[i], size) == 0) {
            len -= size;
            i = (size_t)-1; /* there may be more */
        }
    }
    return len;
}

/* The last code point of len bytes of UTF-8. */
static uint32_t last_point(const char *word, size_t len)
{
    size_t start = len;
    while (start > 0 && ((uint8_t)word[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return 0;
    start--;
    uint8_t first = (uint8_t)word[start];
    uint32_t point = first < 0x80 ? first : first & (0x3FU >> (len - start - 1));
    for (size_t i = start + 1; i < len; i++)
        point = point << 6 | ((uint8_t)word[i] & 0x3F);
    return point;
}

/* How Korean readers end a Latin word: "web" 웹, "lab" 랩, "book" 북; a letter alone by its name.
 */
static struct end latin_end(const char *word, size_t len)
{
    size_t start = len;
    while (start > 0 && isalpha((unsigned char)word[start - 1]))
        start--;
    int last = tolower((unsigned char)word[len - 1]);
    int before = len - start > 1 ? tolower((unsigned char)word[len - 2]) : '\0';
    int third = len - start > 2 ? tolower((unsigned char)word[len - 3]) : '\0';
    struct end end = {.is_rieul = last == 'l'};
    if (len - start == 1)
        end.is_closed = strchr("lmnr", last) != NULL;
    else
        end.is_closed = strchr("lmn", last) != NULL ||
                        (strchr("aeiou", before) != NULL && strchr("bpkmnl", last) != NULL) ||
                        (third != '\0' && strchr("aeiou", third) != NULL &&
                         ((before == 'n' && last == 'g') || (before == 'c' && strchr("kt", last))));
    return end;
}

static struct end end_of(const char *word)
{
    static const char digit_closed[] = "1101001110"; /* 영일이삼사오육칠팔구: 0 to 9 */
    size_t len = bare_length(word);
    uint32_t point = last_point(word, len);
    if (point >= 0xAC00 && point <= 0xD7A3) {
        uint32_t tail = (point - 0xAC00) % 28;
        return (struct end){.is_closed = tail != 0, .is_rieul = tail == 8};
    }
    if (point >= '0' && point <= '9')
        return (struct end){.is_closed = digit_closed[point - '0'] == '1',
                            .is_rieul = strchr("178", (int)point) != NULL};
    if (point < 0x80 && isalpha((int)point))
        return latin_end(word, len);
    return (struct end){0};
}

const char *say_particle(struct nt_arena *arena, const char *word, const char *pair)
{
    const char *slash = strchr(pair, '/');
    if (slash == NULL)
        return pair;
    struct end end = end_of(word);
    /* 으로 only behind a consonant other than ㄹ: 집으로, 서울로. */
    bool is_ro = strncmp(pair, "으", strlen("으")) == 0;
    if (!end.is_closed || (is_ro && end.is_rieul))
        return slash + 1;
    return nt_arena_text_n(arena, pair, (size_t)(slash - pair));
}
