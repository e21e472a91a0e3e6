#include <api/problem.h>
#include <inttypes.h>
#include <nt/problems.h>
#include <nt/text.h>
#include <string.h>

void problem_deinit(struct problem *problem)
{
    json_decref(problem->params);
    json_decref(problem->errors);
    *problem = (struct problem){0};
}

int problem_set(struct problem *problem, const char *code)
{
    problem_deinit(problem);
    problem->code = code;
    problem->params = json_object();
    return -EPROTO;
}

void problem_text(struct problem *problem, const char *name, const char *value)
{
    /* Figures may quote what came from outside; what is no UTF-8 is not worth quoting. */
    json_t *text = value == NULL ? NULL : json_string(value);
    (void)json_object_set_new(problem->params, name, text != NULL ? text : json_string("?"));
}

void problem_int(struct problem *problem, const char *name, int64_t value)
{
    (void)json_object_set_new(problem->params, name, json_integer(value));
}

void problem_field(struct problem *problem, const char *field, const char *key, json_t *params)
{
    if (problem->code == NULL) {
        (void)problem_set(problem, "invalid-request");
        problem_text(problem, "field", field);
    }
    if (problem->errors == NULL)
        problem->errors = json_array();
    if (params == NULL)
        params = json_object();
    (void)json_object_set_new(params, "field", json_string(field));
    (void)json_array_append_new(
        problem->errors,
        json_pack("{s:s, s:{s:s, s:o}}", "field", field, "message", "key", key, "params", params));
}

static const struct nt_problem *find(const char *code)
{
    const struct nt_problem *known = nt_problem_find(code);
    return known != NULL ? known : nt_problem_find("internal");
}

int problem_status(const struct problem *problem)
{
    return find(problem->code)->status;
}

/* --- figures in words ------------------------------------------------------------------------ */

struct word {
    const char *name;
    const char *value;
    const char *en;
    const char *ko;
};

static const struct word words[] = {
    {"resource", "cpu", "CPU", "CPU"},
    {"resource", "memory", "memory", "메모리"},
    {"resource", "servers", "servers", "서버 수"},
    {"state", "preparing", "being prepared", "준비 중"},
    {"state", "running", "running", "실행 중"},
    {"state", "stopped", "stopped", "정지"},
    {"state", "moving", "moving", "이동 중"},
    {"state", "unreachable", "unreachable", "연결 끊김"},
    {"state", "failed", "failed", "실패"},
    {"state", "deleting", "being deleted", "삭제 중"},
};

static const char *size_text(struct nt_arena *arena, int64_t bytes)
{
    static const struct {
        int64_t unit;
        const char *name;
    } units[] = {{INT64_C(1) << 30, "GB"}, {INT64_C(1) << 20, "MB"}, {INT64_C(1) << 10, "kB"}};
    for (size_t i = 0; i < NT_COUNT(units); i++) {
        if (bytes < units[i].unit)
            continue;
        double value = (double)bytes / (double)units[i].unit;
        bool is_whole = bytes % units[i].unit == 0 || value >= 100;
        return nt_arena_printf(arena, "%.*f %s", is_whole ? 0 : 1, value, units[i].name);
    }
    return nt_arena_printf(arena, "%" PRId64 " B", bytes);
}

static const char *milli_text(struct nt_arena *arena, int64_t milli)
{
    return nt_arena_printf(arena, "%g", (double)milli / 1000);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t len = strlen(name);
    size_t ending_len = strlen(ending);
    return len >= ending_len && strcmp(name + len - ending_len, ending) == 0;
}

static const char *unit_of(const char *name, const json_t *params)
{
    if (ends_with(name, "_bytes"))
        return "bytes";
    if (ends_with(name, "_milli"))
        return "milli";
    static const char *const in_resource[] = {"limit", "used", "left", "asked"};
    const char *resource = json_string_value(json_object_get(params, "resource"));
    for (size_t i = 0; resource != NULL && i < NT_COUNT(in_resource); i++) {
        if (strcmp(name, in_resource[i]) != 0)
            continue;
        if (strcmp(resource, "memory") == 0)
            return "bytes";
        if (strcmp(resource, "cpu") == 0)
            return "milli";
    }
    return "";
}

static const char *figure_text(struct nt_arena *arena, const char *name, const json_t *params,
                               const char *language)
{
    const json_t *value = json_object_get(params, name);
    if (value == NULL)
        return "?";
    const char *text = json_string_value(value);
    int64_t number = 0;
    bool is_number = json_is_number(value);
    if (is_number)
        number = (int64_t)json_number_value(value);
    else if (text != NULL) /* the figures of an outcome arrive as texts */
        is_number = nt_parse_i64(text, INT64_MIN, INT64_MAX, &number) == 0;
    const char *unit = unit_of(name, params);
    if (is_number && strcmp(unit, "bytes") == 0)
        return size_text(arena, number);
    if (is_number && strcmp(unit, "milli") == 0)
        return milli_text(arena, number);
    for (size_t i = 0; text != NULL && i < NT_COUNT(words); i++)
        if (strcmp(words[i].name, name) == 0 && strcmp(words[i].value, text) == 0)
            return strcmp(language, "ko") == 0 ? words[i].ko : words[i].en;
    if (text != NULL)
        return text;
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (json_is_real(value))
        return nt_arena_printf(arena, "%g", json_real_value(value));
    return nt_arena_printf(arena, "%" PRId64, number);
}

const char *problem_fill(struct nt_arena *arena, const char *text, const json_t *params,
                         const char *language)
{
    struct nt_buf out = {.max = 8192};
    while (*text != '\0') {
        const char *open = strchr(text, '{');
        const char *close = open == NULL ? NULL : strchr(open, '}');
        if (close == NULL) {
            (void)nt_buf_add_text(&out, text);
            break;
        }
        (void)nt_buf_add(&out, text, (size_t)(open - text));
        const char *name = nt_arena_text_n(arena, open + 1, (size_t)(close - open - 1));
        (void)nt_buf_add_text(&out, figure_text(arena, name, params, language));
        text = close + 1;
    }
    const char *filled = nt_arena_text(arena, nt_buf_text(&out));
    nt_buf_deinit(&out);
    return filled;
}

json_t *problem_to_json(const struct problem *problem, const char *language, const char *trace_id)
{
    const struct nt_problem *known = find(problem->code);
    const struct nt_problem_text *text = strcmp(language, "ko") == 0 ? &known->ko : &known->en;
    struct nt_arena arena;
    nt_arena_init(&arena);
    const char *type = nt_arena_printf(&arena, "/problems/%s", known->code);
    json_t *params = problem->params != NULL ? json_incref(problem->params) : json_object();
    json_t *json = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:O, s:s}", "type", type, "code",
                             known->code, "status", known->status, "title", text->title, "detail",
                             problem_fill(&arena, text->detail, params, language), "next",
                             problem_fill(&arena, text->next, params, language), "params", params,
                             "trace_id", trace_id);
    json_decref(params);
    if (problem->errors != NULL)
        (void)json_object_set(json, "errors", problem->errors);
    nt_arena_deinit(&arena);
    return json;
}
