/*
 * "Fits now?": the quota is ours to see, the room is the leading balancer's to know. It has 300 ms;
 * later the answer is "estimate not available".
 */
#include "handle.h"

#include <api/size.h>
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
    size_t waiting; /* answers of the balancer that are not here yet */
};

/* One size, asked of the balancer. */
struct question {
    struct ask *ask;
    json_t *fit; /* of the answer */
};

static void finish(struct ask *ask)
{
    struct preview *preview = ask->state;
    ask_json(ask, 200, preview->answer);
}

static int64_t amount(const json_t *resources, const char *name)
{
    return json_integer_value(json_object_get(resources, name));
}

static json_t *amounts(const json_t *resources)
{
    if (!json_is_object(resources))
        return json_null();
    return json_pack("{s:I, s:I}", "cpu_milli", (json_int_t)amount(resources, "cpu_milli"),
                     "mem_bytes", (json_int_t)amount(resources, "mem_bytes"));
}

/* What the balancer says of a size, as the word and the sentence of a Fit. */
static void take_over(json_t *fit, const json_t *said)
{
    const char *fits = json_string_value(json_object_get(said, "fits"));
    const json_t *granted = json_object_get(said, "granted");
    const json_t *largest = json_object_get(said, "largest");
    const json_t *requested = json_object_get(fit, "requested");
    const char *given =
        json_string_value(json_object_get(json_object_get(said, "params"), "given_pct"));
    double given_pct = 0;
    if (given != NULL)
        (void)nt_parse_f64(given, 0, 1e6, &given_pct);
    const char *word = NULL;
    json_t *sentence = NULL;
    if (nt_text_is(fits, "now")) {
        word = "now";
        sentence = message("fits.now", amounts(granted));
    } else if (nt_text_is(fits, "reduced")) {
        word = "partly";
        sentence =
            message("fits.partly",
                    json_pack("{s:I, s:I, s:f}", "cpu_milli",
                              (json_int_t)amount(granted, "cpu_milli"), "requested_cpu_milli",
                              (json_int_t)amount(requested, "cpu_milli"), "given_pct", given_pct));
    } else if (nt_text_is(fits, "no") && json_is_object(largest)) {
        word = "no";
        sentence = message("fits.no",
                           json_pack("{s:I, s:I}", "largest_cpu_milli",
                                     (json_int_t)amount(largest, "cpu_milli"), "largest_mem_bytes",
                                     (json_int_t)amount(largest, "mem_bytes")));
    } else if (nt_text_is(fits, "no")) {
        word = "no";
        sentence = message("fits.none", json_object());
    } else {
        return;
    }
    (void)json_object_set_new(fit, "fits", json_string(word));
    (void)json_object_set_new(fit, "sentence", sentence);
    (void)json_object_set_new(fit, "granted", amounts(granted));
    (void)json_object_set_new(fit, "largest", amounts(largest));
}

static void on_reply(void *arg, const struct nt_http_reply *reply)
{
    struct question *question = arg;
    struct ask *ask = question->ask;
    struct preview *preview = ask->state;
    if (reply->status == 200) {
        json_t *said = json_loadb((const char *)reply->body.data, reply->body.len, 0, NULL);
        take_over(question->fit, said);
        json_decref(said);
    }
    if (--preview->waiting == 0)
        finish(ask);
}

static void ask_leader(struct ask *ask, const char *leader, const struct nt_template *template,
                       const char *owner, json_t *fit)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    json_t *body = json_pack("{s:s, s:s, s:O, s:o}", "owner", owner, "template", template->template,
                             "requested", json_object_get(fit, "requested"), "minimum",
                             view_resources(&template->spec.minimum));
    char *text = json_dumps(body, JSON_COMPACT);
    struct question *question = NT_NEW(&ask->arena, struct question);
    *question = (struct question){.ask = ask, .fit = fit};
    struct nt_http_request request = {
        .method = "POST",
        .url = nt_arena_printf(&ask->arena, "http://%s/internal/preview", leader),
        .headers = headers,
        .body = nt_span_of(text),
        .reply_max = 65536,
        .connect_timeout_ms = LIMIT_MS,
        .timeout_ms = LIMIT_MS,
        .done = on_reply,
        .arg = question,
    };
    (void)nt_http_start(ask->desk->http, &request);
    free(text);
    json_decref(body);
}

/* Ask about each size that the quota allows; false: there is nothing to ask, or nobody. */
static bool ask_about_open(struct ask *ask, const struct nt_template *template, const char *owner)
{
    struct preview *preview = ask->state;
    const struct nt_pool *pool = fleet_pool(&ask->desk->fleet);
    if (pool == NULL || pool->leader[0] == '\0')
        return false;
    size_t index = 0;
    json_t *fit = NULL;
    json_array_foreach(json_object_get(preview->answer, "items"), index, fit)
    {
        if (!nt_text_is(json_string_value(json_object_get(fit, "fits")), "unknown"))
            continue;
        if (preview->waiting++ == 0)
            ask_defer(ask);
        ask_leader(ask, pool->leader, template, owner, fit);
    }
    return preview->waiting > 0;
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
    const struct nt_account *owner =
        server == NULL ? ask->account : fleet_account(fleet, server->owner);
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
    if (!ask_about_open(ask, template, owner->user))
        finish(ask);
}
