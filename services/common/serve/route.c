/* Patterns and paths. */
#include "internal.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <assert.h>
#include <string.h>

#define REST_END "...}"

static size_t count_segments(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '/';
    return count;
}

/* "{name}" or "{name...}": cuts the braces off in place. */
static bool cut_param(char *text, bool *ret_is_rest)
{
    size_t len = strlen(text);
    size_t rest_len = strlen(REST_END);

    if (len < 3 || text[0] != '{' || text[len - 1] != '}')
        return false;
    *ret_is_rest = len > rest_len + 1 && strcmp(text + len - rest_len, REST_END) == 0;
    text[len - (*ret_is_rest ? rest_len : 1)] = '\0';
    return true;
}

void route_init(struct route *route, const struct nt_route *from)
{
    assert(from->pattern[0] == '/');
    *route = (struct route){
        .method = nt_strdup(from->method),
        .handler = from->handler,
        .arg = from->arg,
        .memory = nt_strdup(from->pattern + 1),
    };
    size_t count = from->pattern[1] == '\0' ? 0 : count_segments(from->pattern);
    route->segments = nt_zalloc((count + 1) * sizeof(route->segments[0]));
    route->segments_count = count;
    char *rest = route->memory;
    size_t params = 0;
    for (size_t i = 0; i < count; i++) {
        char *text = strsep(&rest, "/");
        bool is_rest = false;
        bool is_param = cut_param(text, &is_rest);
        assert(!is_rest || i + 1 == count);
        params += is_param;
        route->takes_rest = is_rest;
        route->segments[i] = (struct route_segment){.text = text + is_param, .is_param = is_param};
    }
    assert(params <= NT_ROUTE_PARAMS_MAX);
    (void)params;
}

void route_deinit(struct route *route)
{
    free(route->method);
    free(route->memory);
    free(route->segments);
    *route = (struct route){0};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *percent_decode(struct nt_arena *arena, const char *text, size_t len, bool is_form)
{
    char *out = nt_arena_alloc(arena, len + 1);
    size_t size = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && is_form) {
            c = ' ';
        }
        out[size++] = c;
    }
    return nt_utf8_is_valid(out, size) ? out : NULL;
}

static bool is_good_segment(const char *segment)
{
    return segment != NULL && strchr(segment, '/') == NULL && strcmp(segment, ".") != 0 &&
           strcmp(segment, "..") != 0;
}

void path_parse(struct nt_arena *arena, const char *raw, size_t len, struct path *ret_path)
{
    const char *end = raw + len;
    size_t room = 0;

    *ret_path = (struct path){.text = nt_arena_text_n(arena, raw, len)};
    if (len == 0 || raw[0] != '/')
        return;
    for (const char *at = raw; at < end; at++)
        room += *at == '/';
    const char **segments = NT_ARRAY(arena, room, const char *);
    size_t count = 0;
    for (const char *at = raw + 1; len > 1 && at <= end;) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const char *stop = slash != NULL ? slash : end;
        segments[count] = percent_decode(arena, at, (size_t)(stop - at), false);
        if (!is_good_segment(segments[count]))
            return;
        count++;
        at = stop + 1;
    }
    char *text = nt_arena_alloc(arena, len + 1); /* decoding never makes it longer */
    char *to = text;
    for (size_t i = 0; i < count; i++)
        to = stpcpy(stpcpy(to, "/"), segments[i]);
    ret_path->text = count > 0 ? text : "/";
    ret_path->segments = segments;
    ret_path->segments_count = count;
    ret_path->is_good = true;
}

/* The segments from index on with slashes between them; NULL where one is empty. */
static const char *join_rest(const struct path *path, size_t from, struct nt_arena *arena)
{
    size_t size = 0;

    for (size_t i = from; i < path->segments_count; i++) {
        if (path->segments[i][0] == '\0')
            return NULL;
        size += strlen(path->segments[i]) + 1;
    }
    char *text = nt_arena_alloc(arena, size);
    char *to = text;
    for (size_t i = from; i < path->segments_count; i++)
        to = stpcpy(stpcpy(to, i > from ? "/" : ""), path->segments[i]);
    return text;
}

bool route_match(const struct route *route, const struct path *path, struct nt_arena *arena,
                 struct param *ret_params, size_t *ret_count)
{
    size_t wanted = route->segments_count;
    size_t count = 0;

    if (!path->is_good || path->segments_count < wanted ||
        (path->segments_count > wanted && !route->takes_rest))
        return false;
    for (size_t i = 0; i < wanted; i++) {
        const struct route_segment *segment = &route->segments[i];
        const char *value = path->segments[i];
        if (!segment->is_param) {
            if (strcmp(segment->text, value) != 0)
                return false;
            continue;
        }
        if (route->takes_rest && i + 1 == wanted)
            value = join_rest(path, i, arena);
        if (nt_text_is_empty(value))
            return false;
        ret_params[count++] = (struct param){.name = segment->text, .value = value};
    }
    *ret_count = count;
    return true;
}
