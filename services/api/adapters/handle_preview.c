/*
 * "Fits now?": the quota is ours to see, the room is the leading balancer's to know. It has 300 ms;
 * later the answer is "estimate not available".
 */
#include "handle.h"

#include <api/size.h>
#include <api/when.h>
#include <nt/text.h>
#include <string.h>

#define LIMIT_MS 300

static json_t *message(const char *key, json_t *params)
{
    return json_pack("{s:s, s:o}", "key", key, "params", params);
}

/* Why the quota does not allow this; NULL where it does. */
static json_t *quota_message(const struct size *size, const struct nt_account *account,
                             const struct fleet_use *used, bool is_resize)
{
    int64_t cpu_left = account->quota.cpu_milli - used->cpu_milli;
    int64_t mem_left = account->quota.mem_bytes - used->mem_bytes;
    if (!is_resize && used->servers >= account->quota_servers)
        return message("fits.quota-servers",
                       json_pack("{s:I, s:I}", "limit", (json_int_t)account->quota_servers, "used",
                                 (json_int_t)used->servers));
    if (size->cpu_milli > cpu_left)
        return message("fits.quota-cpu",
                       json_pack("{s:I, s:I}", "limit_milli", (json_int_t)account->quota.cpu_milli,
                                 "left_milli", (json_int_t)(cpu_left > 0 ? cpu_left : 0)));
    if (size->mem_bytes > mem_left)
        return message("fits.quota-memory",
                       json_pack("{s:I, s:I}", "limit_bytes", (json_int_t)account->quota.mem_bytes,
                                 "left_bytes", (json_int_t)(mem_left > 0 ? mem_left : 0)));
    return NULL;
}

static json_t *fit_new(const struct size *size, const char *fits, json_t *sentence)
{
    return json_pack("{s:s, s:{s:I, s:I}, s:s, s:n, s:n, s:n, s:o}", "size", size->name,
                     "requested", "cpu_milli", (json_int_t)size->cpu_milli, "mem_bytes",
                     (json_int_t)size->mem_bytes, "fits", fits, "granted", "full_after_ms",
                     "largest", "sentence", sentence);
}

struct preview {
    json_t *answer; /* the Preview, filled while we go */
};

static void finish(struct ask *ask)
{
    struct preview *preview = ask->state;
    ask_json(ask, 200, preview->answer);
}

static json_t *amounts(const json_t *resources)
{
    if (!json_is_object(resources))
        return json_null();
    return json_pack("{s:I, s:I}", "cpu_milli",
                     json_integer_value(json_object_get(resources, "cpu_milli")), "mem_bytes",
                     json_integer_value(json_object_get(resources, "mem_bytes")));
}

/* The balancer's sentence; its figures arrive as texts. NULL where it is none. */
static json_t *sentence_of(struct ask *ask, json_t *said)
{
    const char *key = json_string_value(json_object_get(said, "key"));
    json_t *params = json_object_get(said, "params");
    if (key == NULL)
        return NULL;
    struct nt_pair *pairs = NT_ARRAY(&ask->arena, json_object_size(params), struct nt_pair);
    size_t count = 0;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(params, name, value)
    {
        if (json_is_string(value))
            pairs[count++] = (struct nt_pair){.key = name, .value = json_string_value(value)};
    }
    return view_message(key, pairs, count);
}

/* When the full size will probably fit, where the balancer did not say. A sentence about part of it
 * then says so. */
static void set_full_after(struct ask *ask, json_t *fit, const char *fits, const json_t *said)
{
    struct view view = ask_view(ask);
    const json_t *requested = json_object_get(fit, "requested");
    struct nt_resources size = {
        .cpu_milli = json_integer_value(json_object_get(requested, "cpu_milli")),
        .mem_bytes = json_integer_value(json_object_get(requested, "mem_bytes"))};
    int64_t full_ms = WHEN_UNKNOWN;
    if (json_is_integer(said))
        full_ms = json_integer_value(said);
    else
        full_ms = strcmp(fits, "now") == 0 ? view.load_ms : when_full(&view, &size);
    if (full_ms == WHEN_UNKNOWN)
        return;
    (void)json_object_set_new(fit, "full_after_ms", json_integer(full_ms));
    json_t *sentence = json_object_get(fit, "sentence");
    if (!nt_text_is(json_string_value(json_object_get(sentence, "key")), "fits.partly"))
        return;
    (void)json_object_set_new(sentence, "key", json_string("fits.partly-until"));
    (void)json_object_set_new(json_object_get(sentence, "params"), "full_after_ms",
                              json_integer(full_ms));
}

/* What the balancer says of a size that the quota allows. */
static void take_over(struct ask *ask, json_t *fit, const json_t *said)
{
    static const char *const words[] = {"now", "partly", "no"};
    const char *fits = json_string_value(json_object_get(said, "fits"));
    bool is_word = false;
    for (size_t i = 0; i < NT_COUNT(words); i++)
        is_word |= nt_text_is(fits, words[i]);
    json_t *sentence = is_word ? sentence_of(ask, json_object_get(said, "message")) : NULL;
    if (sentence == NULL)
        return;
    (void)json_object_set_new(fit, "fits", json_string(fits));
    (void)json_object_set_new(fit, "sentence", sentence);
    (void)json_object_set_new(fit, "granted", amounts(json_object_get(said, "granted")));
    (void)json_object_set_new(fit, "largest", amounts(json_object_get(said, "largest")));
    set_full_after(ask, fit, fits, json_object_get(said, "full_after_ms"));
}

static bool is_open(const json_t *fit)
{
    return nt_text_is(json_string_value(json_object_get(fit, "fits")), "unknown");
}

static void on_reply(void *arg, const struct nt_http_reply *reply)
{
    struct ask *ask = arg;
    const struct preview *preview = ask->state;
    json_t *json = NULL;
    if (reply->status == 200)
        json = json_loadb((const char *)reply->body.data, reply->body.len, 0, NULL);
    size_t at = 0;
    json_t *fit = NULL;
    json_array_foreach(json_object_get(preview->answer, "items"), at, fit)
    {
        const char *size = json_string_value(json_object_get(fit, "size"));
        size_t index = 0;
        json_t *said = NULL;
        json_array_foreach(json_object_get(json, "items"), index, said)
        {
            if (is_open(fit) && nt_text_is(size, json_string_value(json_object_get(said, "size"))))
                take_over(ask, fit, said);
        }
    }
    json_decref(json);
    finish(ask);
}

/* Ask about the sizes that the quota allows; false: there is nothing to ask, or nobody. */
static bool ask_leader(struct ask *ask, const struct nt_template *template, const char *owner,
                       const char *server)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    const struct preview *preview = ask->state;
    const struct nt_pool *pool = fleet_pool(&ask->desk->fleet);
    json_t *open = json_array();
    size_t at = 0;
    json_t *fit = NULL;
    json_array_foreach(json_object_get(preview->answer, "items"), at, fit)
    {
        if (is_open(fit))
            (void)json_array_append_new(
                open, size_to_json(size_find(json_string_value(json_object_get(fit, "size")))));
    }
    bool is_asked = pool != NULL && pool->leader[0] != '\0' && json_array_size(open) > 0;
    json_t *body = json_pack("{s:s, s:s?, s:s, s:o, s:o}", "owner", owner, "server", server,
                             "template", template->template, "minimum",
                             view_resources(&template->spec.minimum), "sizes", open);
    if (is_asked) {
        char *text = json_dumps(body, JSON_COMPACT);
        struct nt_http_request request = {
            .method = "POST",
            .url = nt_arena_printf(&ask->arena, "http://%s/preview", pool->leader),
            .headers = headers,
            .body = nt_span_of(text),
            .reply_max = 65536,
            .connect_timeout_ms = LIMIT_MS,
            .timeout_ms = LIMIT_MS,
            .done = on_reply,
            .arg = ask,
        };
        ask_defer(ask);
        (void)nt_http_start(ask->desk->http, &request);
        free(text);
    }
    json_decref(body);
    return is_asked;
}

void handle_preview_server(struct ask *ask)
{
    const struct fleet *fleet = &ask->desk->fleet;
    const char *name = nt_request_query(ask->request, "template");
    const struct nt_template *template = name == NULL ? NULL : table_find(&fleet->templates, name);
    const char *server_id = nt_request_query(ask->request, "server");
    const struct nt_server_state *server =
        server_id == NULL ? NULL : fleet_server(fleet, server_id);
    struct problem problem = {0};
    if (template == NULL) {
        (void)problem_set(&problem, "template-unknown");
        problem_text(&problem, "template", name == NULL ? "" : name);
        ask_problem(ask, &problem);
        return;
    }
    bool is_foreign = server != NULL && !ask->who.is_admin && strcmp(server->owner, ask->user) != 0;
    if (server_id != NULL && (server == NULL || is_foreign)) {
        ask_code(ask, "not-found");
        return;
    }
    const struct nt_account *owner = server == NULL ? NULL : fleet_account(fleet, server->owner);
    if (owner == NULL)
        owner = ask->account;
    struct fleet_use used = fleet_used_by(fleet, owner->user);
    if (server != NULL) {
        used.cpu_milli -= server->requested.cpu_milli;
        used.mem_bytes -= server->requested.mem_bytes;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < SIZES; i++) {
        if (!size_fits(&sizes[i], &template->spec.minimum))
            continue;
        json_t *refusal = quota_message(&sizes[i], owner, &used, server != NULL);
        json_t *sentence = refusal != NULL ? refusal : message("fits.unknown", json_object());
        (void)json_array_append_new(
            items, fit_new(&sizes[i], refusal != NULL ? "quota" : "unknown", sentence));
    }
    struct view view = ask_view(ask);
    struct preview *preview = NT_NEW(&ask->arena, struct preview);
    preview->answer = json_pack("{s:s, s:o, s:o}", "template", template->template, "items", items,
                                "quota", view_quota(&view, owner));
    ask->state = preview;
    if (!ask_leader(ask, template, owner->user, server_id))
        finish(ask);
}
