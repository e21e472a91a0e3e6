#include <api/problem.h>
#include <errno.h>

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
    problem->code = "invalid-request";
    if (problem->errors == NULL)
        problem->errors = json_array();
    if (params == NULL)
        params = json_object();
    (void)json_object_set_new(params, "field", json_string(field));
    (void)json_array_append_new(
        problem->errors,
        json_pack("{s:s, s:{s:s, s:o}}", "field", field, "message", "key", key, "params", params));
}

void problem_alone(struct problem *problem, const char *code, const char *name, const char *value)
{
    if (json_array_size(problem->errors) != 1)
        return;
    problem->code = code;
    problem_text(problem, name, value);
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

/* The figures as texts, in arena; what is no text, number or boolean is "?". */
static size_t pairs_of(struct nt_arena *arena, json_t *params, struct nt_pair **ret_pairs)
{
    size_t count = 0;
    struct nt_pair *pairs = NT_ARRAY(arena, json_object_size(params), struct nt_pair);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(params, name, value)
    {
        const char *text = "?";
        if (json_is_string(value))
            text = json_string_value(value);
        else if (json_is_integer(value))
            text = nt_arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else if (json_is_real(value))
            text = nt_arena_printf(arena, "%g", json_real_value(value));
        else if (json_is_boolean(value))
            text = json_is_true(value) ? "true" : "false";
        pairs[count++] = (struct nt_pair){.key = name, .value = text};
    }
    *ret_pairs = pairs;
    return count;
}

json_t *problem_to_json(const struct problem *problem, enum nt_language language,
                        const char *trace_id)
{
    const struct nt_problem *known = find(problem->code);
    const struct nt_problem_texts *texts = &known->texts[language];
    struct nt_arena arena;
    nt_arena_init(&arena);
    json_t *params = problem->params != NULL ? json_incref(problem->params) : json_object();
    struct nt_pair *pairs = NULL;
    size_t count = pairs_of(&arena, params, &pairs);
    json_t *json = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:s}", "type",
                             nt_arena_printf(&arena, "/problems/%s", known->code), "code",
                             known->code, "status", known->status, "title",
                             nt_problem_render(&arena, texts->title, pairs, count), "detail",
                             nt_problem_render(&arena, texts->detail, pairs, count), "next",
                             nt_problem_render(&arena, texts->next, pairs, count), "params", params,
                             "trace_id", trace_id);
    if (problem->errors != NULL)
        (void)json_object_set(json, "errors", problem->errors);
    nt_arena_deinit(&arena);
    return json;
}
