#include <api/cursor.h>
#include <nt/text.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *cursor_encode(struct nt_arena *arena, const char *list, const char *key)
{
    const char *plain = nt_arena_printf(arena, "%s:%s", list, key);
    size_t len = strlen(plain);
    char *mark = nt_arena_alloc(arena, len * 4 / 3 + 4);
    size_t out = 0;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = (uint32_t)(uint8_t)plain[i] << 16;
        if (i + 1 < len)
            bits |= (uint32_t)(uint8_t)plain[i + 1] << 8;
        if (i + 2 < len)
            bits |= (uint8_t)plain[i + 2];
        size_t digits = len - i >= 3 ? 4 : len - i + 1;
        for (size_t digit = 0; digit < digits; digit++)
            mark[out++] = alphabet[bits >> (18 - 6 * digit) & 63];
    }
    mark[out] = '\0';
    return mark;
}

int cursor_decode(struct nt_arena *arena, const char *list, const char *mark, const char **ret_key)
{
    size_t len = strlen(mark);
    if (len == 0 || len > CURSOR_MAX || len % 4 == 1)
        return -EINVAL;
    char *plain = nt_arena_alloc(arena, len * 3 / 4 + 1);
    size_t out = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        const char *at = strchr(alphabet, mark[i]);
        if (at == NULL)
            return -EINVAL;
        bits = bits << 6 | (uint32_t)(at - alphabet);
        if (i % 4 != 0)
            plain[out++] = (char)(bits >> (6 - 2 * (i % 4)) & 255);
    }
    plain[out] = '\0';
    size_t list_len = strlen(list);
    if (!nt_utf8_is_valid(plain, out) || strncmp(plain, list, list_len) != 0 ||
        plain[list_len] != ':')
        return -EINVAL;
    *ret_key = plain + list_len + 1;
    return 0;
}
