#include <inttypes.h>
#include <nt/clock.h>
#include <nt/problem.h>
#include <nt/text.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum nt_language nt_language_of(const char *tags)
{
    static const char *const names[NT_LANGUAGE_COUNT] = {
        [NT_LANGUAGE_EN] = "en", [NT_LANGUAGE_KO] = "ko"};

    for (const char *at = tags; at != NULL && *at != '\0'; at += *at == ',') {
        at += strspn(at, " \t");
        size_t len = strcspn(at, "-;, \t");
        for (int i = 0; i < NT_LANGUAGE_COUNT; i++) {
            if (len == strlen(names[i]) && strncasecmp(at, names[i], len) == 0)
                return (enum nt_language)i;
        }
        at += strcspn(at, ",");
    }
    return NT_LANGUAGE_EN;
}

const struct nt_problem *nt_problem_find(const char *code)
{
    size_t from = 0;
    size_t to = nt_problems_count;

    while (code != NULL && from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(code, nt_problems[middle].code);
        if (order == 0)
            return &nt_problems[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* At most so many decimals, and none that are zero at the end. */
static const char *short_number(struct nt_arena *arena, double value, int decimals,
                                const char *unit)
{
    char text[64];
    int length = snprintf(text, sizeof(text), "%.*f", decimals, value);

    if (strchr(text, '.') != NULL) {
        while (text[length - 1] == '0')
            text[--length] = '\0';
        if (text[length - 1] == '.')
            text[--length] = '\0';
    }
    return nt_arena_printf(arena, "%s%s", text, unit);
}

static const char *as_size(struct nt_arena *arena, int64_t bytes)
{
    static const char *const units[] = {" bytes", " kB", " MB", " GB", " TB"};
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < NT_COUNT(units)) {
        value /= 1024;
        unit++;
    }
    return short_number(arena, value, unit > 0 ? 1 : 0, units[unit]);
}

static const char *as_time(struct nt_arena *arena, int64_t wall_ms)
{
    char text[NT_TIME_SIZE];

    nt_time_text(wall_ms, text); /* 2026-11-24T16:00:00.000Z */
    return nt_arena_printf(arena, "%.10s %.5s UTC", text, text + strlen("2026-11-24T"));
}

static bool ends(const char *name, size_t len, const char *ending)
{
    size_t size = strlen(ending);

    return len > size && memcmp(name + len - size, ending, size) == 0;
}

/* Years 0001 to 9999: what the time's text has room for. */
#define TIME_MIN_MS INT64_C(-62135596800000)
#define TIME_MAX_MS INT64_C(253402300799999)

static const char *for_people(struct nt_arena *arena, const char *name, size_t len,
                              const char *value)
{
    int64_t number;

    if (nt_parse_i64(value, INT64_MIN, INT64_MAX, &number) < 0)
        return value;
    if (ends(name, len, "_bytes"))
        return as_size(arena, number);
    if (ends(name, len, "_milli"))
        return short_number(arena, (double)number / 1000, 3, "");
    if (ends(name, len, "_ms") && number >= TIME_MIN_MS && number <= TIME_MAX_MS)
        return as_time(arena, number);
    return value;
}

static const char *value_of(const struct nt_pair *params, size_t count, const char *name,
                            size_t len)
{
    for (size_t i = 0; i < count; i++) {
        const char *key = params[i].key != NULL ? params[i].key : "";
        if (strlen(key) == len && memcmp(key, name, len) == 0)
            return params[i].value != NULL ? params[i].value : "";
    }
    return "?";
}

const char *nt_problem_render(struct nt_arena *arena, const char *text,
                              const struct nt_pair *params, size_t params_count)
{
    const char *out = "";

    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        const char *close = strchr(text + plain, '}');
        if (close == NULL)
            return nt_arena_printf(arena, "%s%s", out, text);
        const char *name = text + plain + (text[plain] == '{');
        size_t len = (size_t)(close - name);
        const char *value = value_of(params, params_count, name, len);
        out = nt_arena_printf(arena, "%s%.*s%s", out, (int)plain, text,
                              for_people(arena, name, len, value));
        text = close + 1;
    }
    return out;
}
