#include <nt/text.h>

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

bool nt_text_is(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool nt_text_is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

bool nt_text_starts(const char *text, const char *prefix)
{
    return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* strtoll and strtod skip leading space; a whole-string parse must not. */
static bool begins_a_number(const char *text)
{
    return text != NULL && text[0] != '\0' && !isspace((unsigned char)text[0]);
}

int nt_parse_i64(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
    if (!begins_a_number(text))
        return -EINVAL;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (*end != '\0')
        return -EINVAL;
    if (errno == ERANGE || value < min || value > max)
        return -ERANGE;
    *ret_value = value;
    return 0;
}

int nt_parse_f64(const char *text, double min, double max, double *ret_value)
{
    if (!begins_a_number(text))
        return -EINVAL;
    char *end = NULL;
    double value = strtod(text, &end);
    if (*end != '\0' || !isfinite(value))
        return -EINVAL;
    if (value < min || value > max)
        return -ERANGE;
    *ret_value = value;
    return 0;
}

int nt_parse_bytes(const char *text, int64_t *ret_bytes)
{
    static const char units[] = "kmgt";
    if (!begins_a_number(text) || !isdigit((unsigned char)text[0]))
        return -EINVAL;
    char *end = NULL;
    double value = strtod(text, &end);
    double factor = 1;
    if (*end != '\0') {
        const char *unit = strchr(units, tolower((unsigned char)*end));
        if (unit != NULL) {
            factor = pow(1024, (double)(unit - units + 1));
            end++;
        }
        if (tolower((unsigned char)*end) == 'i' && factor > 1)
            end++;
        if (tolower((unsigned char)*end) == 'b')
            end++;
    }
    if (*end != '\0' || !isfinite(value))
        return -EINVAL;
    double bytes = value * factor;
    if (bytes > 9e18)
        return -ERANGE;
    *ret_bytes = (int64_t)bytes;
    return 0;
}

/* Length of the well-formed sequence at text, 0 if there is none (RFC 3629 section 4). */
static size_t utf8_sequence(const unsigned char *text, size_t room)
{
    unsigned char lead = text[0];
    size_t len = lead < 0x80   ? 1
                 : lead < 0xc2 ? 0
                 : lead < 0xe0 ? 2
                 : lead < 0xf0 ? 3
                 : lead < 0xf5 ? 4
                               : 0;
    if (len == 0 || len > room)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    bool is_overlong = (lead == 0xe0 && text[1] < 0xa0) || (lead == 0xf0 && text[1] < 0x90);
    bool is_surrogate = lead == 0xed && text[1] > 0x9f;
    bool is_beyond = lead == 0xf4 && text[1] > 0x8f;
    return is_overlong || is_surrogate || is_beyond ? 0 : len;
}

bool nt_utf8_is_valid(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t step = utf8_sequence((const unsigned char *)text + at, len - at);
        if (step == 0 || text[at] == '\0')
            return false;
        at += step;
    }
    return true;
}

void nt_hex(const uint8_t *bytes, size_t len, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_hex[2 * len] = '\0';
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

int nt_unhex(const char *hex, uint8_t *ret_bytes, size_t size)
{
    size_t len = strlen(hex);
    if (len % 2 != 0 || len / 2 > size)
        return -EINVAL;
    for (size_t i = 0; i < len / 2; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        ret_bytes[i] = (uint8_t)(high << 4 | low);
    }
    return (int)(len / 2);
}

void nt_random(void *ret_bytes, size_t len)
{
    uint8_t *into = ret_bytes;
    while (len > 0) {
        ssize_t got = getrandom(into, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort(); /* a kernel without random numbers cannot make ids or secrets */
        into += got;
        len -= (size_t)got;
    }
}

void nt_uuid7(int64_t wall_ms, char ret_uuid[NT_UUID_SIZE])
{
    uint8_t bytes[16];
    nt_random(bytes, sizeof(bytes));
    for (int i = 0; i < 6; i++)
        bytes[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x70);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    char hex[33];
    nt_hex(bytes, sizeof(bytes), hex);
    char *out = ret_uuid;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *out++ = '-';
        *out++ = hex[i];
    }
    *out = '\0';
}
