#include "ask.h"

#include <api/cursor.h>
#include <api/waits.h>
#include <inttypes.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(9))

static void on_gone(void *arg)
{
    struct ask *ask = arg;
    ask->request = NULL;
}

void ask_defer(struct ask *ask)
{
    if (ask->is_deferred)
        return;
    ask->is_deferred = true;
    nt_request_defer(ask->request, on_gone, ask);
}

void ask_end(struct ask *ask)
{
    json_decref(ask->body);
    nt_arena_deinit(&ask->arena);
    free(ask);
}

void ask_header(struct ask *ask, const char *name, const char *value)
{
    if (ask->request != NULL)
        nt_request_add_header(ask->request, name, value);
}

void ask_etag(struct ask *ask, int64_t revision)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "\"%" PRId64 "\"", revision);
    ask_header(ask, "ETag", text);
}

static void answer(struct ask *ask, int status, const char *type, json_t *json)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_FORM);
    if (ask->request != NULL) {
        statics_add_headers(ask->request);
        nt_request_add_header(ask->request, "Cache-Control", "no-store");
        nt_request_add_header(ask->request, "Neaptide-Trace", ask->trace_id);
        nt_request_answer(ask->request, status, type, nt_span_of(text));
    }
    free(text);
    json_decref(json);
    ask_end(ask);
}

void ask_json(struct ask *ask, int status, json_t *json)
{
    if (json == NULL) {
        nt_log(NT_ERROR, "answer_not_made", NT_KV("operation", ask->route->operation));
        ask_code(ask, "internal");
        return;
    }
    answer(ask, status, "application/json", json);
}

void ask_nothing(struct ask *ask)
{
    answer(ask, 204, NULL, NULL);
}

/* What comes back by itself says when to try again. */
static const char *retry_after(const struct problem *problem)
{
    static const struct {
        const char *code;
        const char *seconds;
    } table[] = {{"moving", "5"}, {"kafka-down", "5"}, {"not-ready", "2"}, {"busy", "2"}};
    for (size_t i = 0; i < NT_COUNT(table); i++)
        if (strcmp(table[i].code, problem->code) == 0)
            return table[i].seconds;
    return NULL;
}

void ask_problem(struct ask *ask, struct problem *problem)
{
    json_t *json = problem_to_json(problem, ask->language, ask->trace_id);
    int status = problem_status(problem);
    json_int_t wait_s = json_integer_value(json_object_get(problem->params, "retry_after_s"));
    char seconds[24];
    (void)snprintf(seconds, sizeof(seconds), "%" JSON_INTEGER_FORMAT, wait_s);
    const char *retry = wait_s > 0 ? seconds : retry_after(problem);
    if (retry != NULL)
        ask_header(ask, "Retry-After", retry);
    problem_deinit(problem);
    answer(ask, status, "application/problem+json", json);
}

void ask_code(struct ask *ask, const char *code)
{
    struct problem problem = {0};
    (void)problem_set(&problem, code);
    ask_problem(ask, &problem);
}

struct view ask_view(const struct ask *ask)
{
    return desk_view(ask->desk, ask->user, ask->who.is_admin);
}

const char *ask_text(const struct ask *ask, const char *field)
{
    return json_string_value(json_object_get(ask->body, field));
}

/* --- query ----------------------------------------------------------------------------------- */

bool ask_number(struct ask *ask, const char *name, int64_t min, int64_t max, int64_t otherwise,
                int64_t *ret_value)
{
    const char *text = nt_request_query(ask->request, name);
    *ret_value = otherwise;
    if (text == NULL || nt_parse_i64(text, min, max, ret_value) == 0)
        return true;
    struct problem problem = {0};
    problem_field(&problem, name, "field.range",
                  json_pack("{s:I, s:I}", "min", (json_int_t)min, "max", (json_int_t)max));
    ask_problem(ask, &problem);
    return false;
}

bool ask_page(struct ask *ask, const char *list, size_t *ret_limit, const char **ret_after)
{
    int64_t limit = 0;
    if (!ask_number(ask, "limit", 1, 100, 50, &limit))
        return false;
    *ret_limit = (size_t)limit;
    *ret_after = NULL;
    const char *mark = nt_request_query(ask->request, "after");
    if (mark == NULL || cursor_decode(&ask->arena, list, mark, ret_after) == 0)
        return true;
    ask_code(ask, "cursor-wrong");
    return false;
}

void ask_items(struct ask *ask, const char *list, json_t *items, const char *last)
{
    json_t *next = last == NULL ? json_null() : json_string(cursor_encode(&ask->arena, list, last));
    ask_json(ask, 200, json_pack("{s:o, s:o}", "items", items, "next", next));
}

/* --- audit ----------------------------------------------------------------------------------- */

void ask_audit(const struct ask *ask, const char *subject, const char *result)
{
    struct nt_audit audit = {.actor = ask->user[0] == '\0' ? "nobody" : ask->user,
                             .action = ask->route->operation,
                             .subject = subject,
                             .result = result,
                             .address = ask->peer,
                             .trace = ask->trace_id,
                             .at_ms = nt_wall_ms()};
    struct desk_record record = {.topic = NT_TOPIC_AUDIT, .key = audit.actor, .value = &audit};
    desk_commit(ask->desk, &record, 1, ask->trace, NULL, NULL);
}

/* --- read your writes ------------------------------------------------------------------------ */

struct after {
    ask_handler handler;
    const char *subject;
    int64_t revision;
};

static bool is_there(void *arg)
{
    const struct ask *ask = arg;
    const struct after *after = ask->state;
    return fleet_revision(&ask->desk->fleet, after->subject) >= after->revision;
}

static void after_done(void *arg, bool is_met)
{
    struct ask *ask = arg;
    const struct after *after = ask->state;
    if (ask->request == NULL) {
        ask_end(ask);
        return;
    }
    if (!is_met)
        ask_header(ask, "Neaptide-Stale", "true");
    /* The account may have changed while we waited. */
    ask->account = fleet_account(&ask->desk->fleet, ask->user);
    after->handler(ask);
}

void ask_after(struct ask *ask, ask_handler handler)
{
    const char *header = nt_request_header(ask->request, "neaptide-after");
    const char *at = header == NULL ? NULL : strrchr(header, '@');
    int64_t revision = 0;
    if (at == NULL || at - header > 63 || nt_parse_i64(at + 1, 0, INT64_MAX, &revision) < 0) {
        handler(ask);
        return;
    }
    struct after *after = NT_NEW(&ask->arena, struct after);
    *after = (struct after){
        .handler = handler,
        .subject = nt_arena_text_n(&ask->arena, header, (size_t)(at - header)),
        .revision = revision,
    };
    ask->state = after;
    if (is_there(ask)) {
        handler(ask);
        return;
    }
    ask_defer(ask);
    waits_add(ask->desk->waits, WAITS_MS, is_there, after_done, ask);
}
