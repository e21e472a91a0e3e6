#include <api/body.h>
#include <inttypes.h>
#include <nt/text.h>
#include <string.h>
#include <strings.h>

bool body_is_name(const char *text)
{
    size_t len = strlen(text);
    if (len < 2 || len > 31 || text[0] < 'a' || text[0] > 'z' || text[len - 1] == '-')
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

size_t body_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((uint8_t)*text & 0xC0) != 0x80;
    return count;
}

/* --- one field ------------------------------------------------------------------------------- */

static void check_object(const json_t *json, const struct body_field *fields, const char *prefix,
                         struct problem *problem);

static void check_length(const struct body_field *field, const char *path, const char *text,
                         struct problem *problem)
{
    size_t count = body_characters(text);
    if (field->max > 0 && count > (size_t)field->max)
        problem_field(problem, path, "field.too-long",
                      json_pack("{s:I}", "max", (json_int_t)field->max));
    else if (count < (size_t)field->min)
        problem_field(problem, path, "field.too-short",
                      json_pack("{s:I}", "min", (json_int_t)field->min));
}

static void check_word(const struct body_field *field, const char *path, const char *text,
                       struct problem *problem)
{
    char allowed[256] = "";
    for (size_t i = 0; field->words[i] != NULL; i++) {
        if (strcmp(field->words[i], text) == 0)
            return;
        size_t len = strlen(allowed);
        (void)snprintf(allowed + len, sizeof(allowed) - len, "%s%s", i == 0 ? "" : ", ",
                       field->words[i]);
    }
    problem_field(problem, path, "field.enum", json_pack("{s:s}", "allowed", allowed));
    if (field->code != NULL)
        problem_alone(problem, field->code, field->name, text);
}

static void check_name(const struct body_field *field, const char *path, const char *text,
                       struct problem *problem)
{
    if (body_is_name(text))
        return;
    problem_field(problem, path, "field.pattern", NULL);
    if (field->code != NULL)
        problem_alone(problem, field->code, field->name, text);
}

static void wrong_type(const char *path, const char *expected, struct problem *problem)
{
    problem_field(problem, path, "field.type", json_pack("{s:s}", "expected", expected));
}

static void check_field(const struct body_field *field, const char *path, const json_t *value,
                        struct problem *problem)
{
    const char *text = json_string_value(value);
    switch (field->kind) {
    case BODY_TEXT:
    case BODY_PASSWORD:
        if (text == NULL)
            wrong_type(path, "text", problem);
        else
            check_length(field, path, text, problem);
        return;
    case BODY_NAME:
        if (text == NULL)
            wrong_type(path, "text", problem);
        else
            check_name(field, path, text, problem);
        return;
    case BODY_WORD:
        if (text == NULL)
            wrong_type(path, "text", problem);
        else
            check_word(field, path, text, problem);
        return;
    case BODY_INT:
        if (!json_is_integer(value))
            wrong_type(path, "integer", problem);
        else if (json_integer_value(value) < field->min || json_integer_value(value) > field->max)
            problem_field(problem, path, "field.range",
                          json_pack("{s:I, s:I}", "min", (json_int_t)field->min, "max",
                                    (json_int_t)field->max));
        return;
    case BODY_BOOL:
        if (!json_is_boolean(value))
            wrong_type(path, "boolean", problem);
        return;
    case BODY_OBJECT:
        if (!json_is_object(value))
            wrong_type(path, "object", problem);
        else
            check_object(value, field->fields, path, problem);
        return;
    }
}

static const struct body_field *find(const struct body_field *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static void check_object(const json_t *json, const struct body_field *fields, const char *prefix,
                         struct problem *problem)
{
    char path[128];
    for (const struct body_field *field = fields; field->name != NULL; field++) {
        (void)snprintf(path, sizeof(path), "%s/%s", prefix, field->name);
        const json_t *value = json_object_get(json, field->name);
        if (value != NULL)
            check_field(field, path, value, problem);
        else if (!field->is_optional)
            problem_field(problem, path, "field.missing", NULL);
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)json, name, value)
    {
        if (find(fields, name) != NULL)
            continue;
        (void)snprintf(path, sizeof(path), "%s/%.40s", prefix, name);
        /* A cut may end inside a character. */
        while (!nt_utf8_is_valid(path, strlen(path)))
            path[strlen(path) - 1] = '\0';
        problem_field(problem, path, "field.unknown", NULL);
    }
}

/* --- the whole body -------------------------------------------------------------------------- */

static int64_t first_bad_byte(const char *text, size_t len)
{
    /* Halve: a prefix that ends inside a character is bad too, but only by its last 3 bytes. */
    size_t good = 0;
    for (size_t at = 1; at <= len; at++) {
        size_t from = good;
        if (nt_utf8_is_valid(text + from, at - from))
            good = at;
        else if (at - from >= 4)
            break;
    }
    return (int64_t)good;
}

static bool is_json_type(const char *content_type)
{
    static const char json[] = "application/json";
    if (content_type == NULL || strncasecmp(content_type, json, strlen(json)) != 0)
        return false;
    char after = content_type[strlen(json)];
    return after == '\0' || after == ';' || after == ' ';
}

/* Nesting is bounded before the parser sees it, so that its recursion is. */
static bool is_too_deep(const char *text, size_t len)
{
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < len; i++) {
        if (in_text) {
            if (text[i] == '\\')
                i++;
            else
                in_text = text[i] != '"';
        } else if (text[i] == '"') {
            in_text = true;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > BODY_DEPTH)
                return true;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return false;
}

static int not_json(struct problem *problem, const char *reason, int line)
{
    int code = problem_set(problem, "body-not-json");
    problem_text(problem, "reason", reason);
    problem_int(problem, "line", line);
    return code;
}

int body_read(struct nt_span body, const char *content_type, const struct body_field *fields,
              json_t **ret_json, struct problem *problem)
{
    static const struct body_field nothing[] = {{0}};
    if (body.len == 0 && fields == NULL) {
        *ret_json = json_object();
        return 0;
    }
    if (body.len > BODY_MAX) {
        int code = problem_set(problem, "body-too-large");
        problem_int(problem, "max_bytes", (int64_t)BODY_MAX);
        return code;
    }
    if (body.len == 0)
        return not_json(problem, "the body is empty", 1);
    if (!is_json_type(content_type))
        return problem_set(problem, "content-type");
    const char *text = (const char *)body.data;
    if (memchr(text, '\0', body.len) == NULL && !nt_utf8_is_valid(text, body.len)) {
        int code = problem_set(problem, "body-not-utf8");
        problem_int(problem, "offset", first_bad_byte(text, body.len));
        return code;
    }
    if (is_too_deep(text, body.len))
        return not_json(problem, "nested too deeply", 1);
    json_error_t story;
    json_t *json = json_loadb(text, body.len, JSON_REJECT_DUPLICATES, &story);
    if (json == NULL)
        return not_json(problem, story.text, story.line);
    if (!json_is_object(json)) {
        json_decref(json);
        return not_json(problem, "an object is expected", 1);
    }
    check_object(json, fields != NULL ? fields : nothing, "", problem);
    if (problem->code != NULL) {
        json_decref(json);
        return -EPROTO;
    }
    *ret_json = json;
    return 0;
}
