/*
 * Handlers: what people ask for. A mutation writes its wish, waits up to 2 s for the outcome and
 * for the state that belongs to it, and answers 200 or 201, a refusal, or 202 with a task.
 */
#include "handle.h"

#include <api/size.h>
#include <api/task.h>
#include <api/token.h>
#include <api/waits.h>
#include <nt/text.h>
#include <string.h>

struct asked {
    struct nt_wish wish; /* texts in the ask's arena */
    char id[TOKEN_ID_SIZE];
    int64_t deadline_mono_ms;
};

/* --- the answer ------------------------------------------------------------------------------ */

static const struct nt_outcome *outcome_of(const struct ask *ask)
{
    const struct asked *asked = ask->state;
    return table_find(&ask->desk->fleet.outcomes, asked->id);
}

static const char *subject_of(const struct nt_outcome *outcome)
{
    if (outcome->server != NULL)
        return outcome->server;
    return outcome->host != NULL ? outcome->host : "pool";
}

static void answer_task(struct ask *ask)
{
    const struct asked *asked = ask->state;
    struct view view = ask_view(ask);
    ask_audit(ask, ask->subject, "undecided");
    ask_header(ask, "Location", nt_arena_printf(&ask->arena, "/api/v1/tasks/%s", asked->id));
    ask_json(ask, 202, view_task(&view, &asked->wish, outcome_of(ask), ask->language));
}

static void answer_refusal(struct ask *ask, const struct nt_outcome *outcome)
{
    const struct asked *asked = ask->state;
    const struct nt_server_state *server =
        outcome->server == NULL ? NULL : fleet_server(&ask->desk->fleet, outcome->server);
    struct problem problem = {0};
    task_problem(outcome, server != NULL ? server->name : asked->wish.name, &problem);
    ask_audit(ask, subject_of(outcome), outcome->code);
    ask_problem(ask, &problem);
}

static json_t *sentence_of(const struct nt_outcome *outcome, const struct nt_server_state *server)
{
    if (strcmp(outcome->code, "reduced") != 0 || server->reason.key[0] == '\0')
        return json_null();
    return view_message(server->reason.key, server->reason.params, server->reason.params_count);
}

static void answer_accepted(struct ask *ask, const struct nt_outcome *outcome)
{
    struct view view = ask_view(ask);
    const struct fleet *fleet = &ask->desk->fleet;
    const char *subject = subject_of(outcome);
    const char *after =
        nt_arena_printf(&ask->arena, "%s@%lld", subject, (long long)outcome->revision);
    const struct nt_server_state *server = fleet_server(fleet, subject);
    const struct nt_host *host = table_find(&fleet->hosts, subject);
    const struct nt_pool *pool = fleet_pool(fleet);
    bool is_create = strcmp(outcome->op, "create") == 0;
    ask_audit(ask, subject, "ok");
    ask_header(ask, "Neaptide-After", after);
    ask_etag(ask, outcome->revision);
    if (is_create)
        ask_header(ask, "Location", nt_arena_printf(&ask->arena, "/api/v1/servers/%s", subject));
    json_t *json = NULL;
    if (outcome->server != NULL && server != NULL)
        json = json_pack("{s:o, s:s, s:o}", "server", view_server(&view, server), "after", after,
                         "sentence", sentence_of(outcome, server));
    else if (outcome->server == NULL && outcome->host != NULL && host != NULL)
        json = json_pack("{s:o, s:s}", "host", view_host(&view, host), "after", after);
    else if (outcome->server == NULL && outcome->host == NULL && pool != NULL)
        json = json_pack("{s:o, s:s}", "pool", view_pool(&view, pool), "after", after);
    ask_json(ask, is_create ? 201 : 200, json);
}

/* Decided, and the views show what was decided. */
static bool is_settled(void *arg)
{
    const struct ask *ask = arg;
    const struct nt_outcome *outcome = outcome_of(ask);
    if (outcome == NULL)
        return false;
    return !outcome->accepted ||
           fleet_revision(&ask->desk->fleet, subject_of(outcome)) >= outcome->revision;
}

static void settled(void *arg, bool is_met)
{
    struct ask *ask = arg;
    const struct nt_outcome *outcome = outcome_of(ask);
    if (!is_met)
        answer_task(ask);
    else if (!outcome->accepted)
        answer_refusal(ask, outcome);
    else
        answer_accepted(ask, outcome);
}

static void wait_for_outcome(struct ask *ask)
{
    const struct asked *asked = ask->state;
    int64_t left_ms = asked->deadline_mono_ms - nt_mono_ms();
    waits_add(ask->desk->waits, left_ms > 0 ? (uint32_t)left_ms : 1, is_settled, settled, ask);
}

static void written(void *arg, int status)
{
    struct ask *ask = arg;
    if (status == -EINVAL)
        ask_code(ask, "internal");
    else if (status < 0)
        ask_code(ask, status == -ENOBUFS ? "busy" : "kafka-down");
    else
        wait_for_outcome(ask);
}

/* --- the request ----------------------------------------------------------------------------- */

/* If-Match as "7", 7 or *; false: answered. */
static bool read_revision(struct ask *ask, struct nt_wish *wish)
{
    const char *header = nt_request_header(ask->request, "if-match");
    if (header == NULL || strcmp(header, "*") == 0)
        return true;
    const char *text = header;
    size_t len = strlen(text);
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"')
        text = nt_arena_text_n(&ask->arena, text + 1, len - 2);
    int64_t revision = 0;
    int64_t now =
        fleet_revision(&ask->desk->fleet, ask->subject[0] != '\0' ? ask->subject : "pool");
    if (nt_parse_i64(text, 0, INT64_MAX, &revision) == 0 && revision >= now) {
        wish->revision.is_set = true;
        wish->revision.value = revision;
        return true;
    }
    struct problem problem = {0};
    (void)problem_set(&problem, "revision-changed");
    problem_int(&problem, "revision", now);
    ask_problem(ask, &problem);
    return false;
}

/* The request's id; false: answered. */
static bool read_key(struct ask *ask, struct asked *asked)
{
    const char *key = nt_request_header(ask->request, "idempotency-key");
    if (key == NULL) {
        uint8_t random[(TOKEN_ID_SIZE - 1) / 2];
        nt_random(random, sizeof(random));
        nt_hex(random, sizeof(random), asked->id);
        return true;
    }
    if (key[0] == '\0' || strlen(key) > 128) {
        struct problem problem = {0};
        problem_field(&problem, "Idempotency-Key", "field.too-long",
                      json_pack("{s:i}", "max", 128));
        ask_problem(ask, &problem);
        return false;
    }
    token_request_id(ask->user, key, asked->id);
    return true;
}

/* Was another thing asked for under this id? */
static bool is_other(const struct ask *ask, const struct asked *asked)
{
    const struct nt_wish *before = table_find(&ask->desk->fleet.wishes, asked->id);
    const struct nt_outcome *outcome = table_find(&ask->desk->fleet.outcomes, asked->id);
    const struct nt_wish *wish = &asked->wish;
    if (outcome != NULL && strcmp(outcome->op, wish->op) != 0)
        return true;
    if (before == NULL)
        return false;
    bool is_create = strcmp(wish->op, "create") == 0;
    return strcmp(before->op, wish->op) != 0 ||
           (is_create ? !nt_text_is(before->name, wish->name)
                      : !nt_text_is(before->server, wish->server)) ||
           !nt_text_is(before->host, wish->host) || !nt_text_is(before->word, wish->word);
}

/* Takes over the ask: writes the wish unless it was written before, then waits. */
static void submit(struct ask *ask, struct asked *asked)
{
    struct nt_wish *wish = &asked->wish;
    if (!read_key(ask, asked) || !read_revision(ask, wish))
        return;
    wish->id = asked->id;
    wish->actor = ask->user;
    wish->admin = ask->who.is_admin;
    wish->at_ms = nt_wall_ms();
    asked->deadline_mono_ms = nt_mono_ms() + WAITS_MS;
    ask->state = asked;
    if (is_other(ask, asked)) {
        ask_code(ask, "idempotency-key-reused");
        return;
    }
    ask_defer(ask);
    if (table_find(&ask->desk->fleet.wishes, asked->id) != NULL || outcome_of(ask) != NULL) {
        wait_for_outcome(ask);
        return;
    }
    const char *key = wish->server != NULL ? wish->server
                      : wish->host != NULL ? wish->host
                                           : "pool";
    struct desk_record record = {NT_TOPIC_REQUESTS, key, wish};
    desk_commit(ask->desk, &record, 1, ask->trace, written, ask);
}

static struct asked *asked_new(struct ask *ask, const char *op)
{
    struct asked *asked = NT_NEW(&ask->arena, struct asked);
    asked->wish.op = op;
    return asked;
}

static struct asked *asked_of_server(struct ask *ask, const char *op)
{
    struct asked *asked = asked_new(ask, op);
    asked->wish.server = ask->subject;
    return asked;
}

static void add_quota(struct nt_wish *wish, struct ask *ask, const char *owner)
{
    const struct nt_account *account = fleet_account(&ask->desk->fleet, owner);
    if (account == NULL)
        return;
    wish->quota = nt_resources_clone(&ask->arena, &account->quota);
    wish->quota_servers.is_set = true;
    wish->quota_servers.value = account->quota_servers;
}

/* --- servers --------------------------------------------------------------------------------- */

static void answer_unknown(struct ask *ask, const char *code, const char *what, const char *value)
{
    struct problem problem = {0};
    (void)problem_set(&problem, code);
    problem_text(&problem, what, value);
    ask_problem(ask, &problem);
}

/* A template with an empty NEAPTIDE_PASSWORD wants one. */
static struct nt_spec *spec_of(struct ask *ask, const struct nt_template *template,
                               const char *size, const char *server)
{
    struct nt_spec *spec = nt_spec_clone(&ask->arena, &template->spec);
    spec->size = size;
    for (size_t i = 0; i < spec->env_count; i++) {
        if (strcmp(spec->env[i].key, "NEAPTIDE_PASSWORD") != 0 || spec->env[i].value[0] != '\0')
            continue;
        char *password = nt_arena_alloc(&ask->arena, TOKEN_PASSWORD_SIZE);
        token_password(ask->desk->key, server, password);
        spec->env[i].value = password;
    }
    return spec;
}

static struct nt_resources *resources_of(struct ask *ask, const struct size *size)
{
    struct nt_resources *resources = NT_NEW(&ask->arena, struct nt_resources);
    resources->cpu_milli = size->cpu_milli;
    resources->mem_bytes = size->mem_bytes;
    return resources;
}

void handle_create_server(struct ask *ask)
{
    const char *template_name = ask_text(ask, "template");
    const struct nt_template *template = table_find(&ask->desk->fleet.templates, template_name);
    const struct size *size = size_find(ask_text(ask, "size"));
    if (template == NULL) {
        answer_unknown(ask, "template-unknown", "template", template_name);
        return;
    }
    if (size == NULL || !size_fits(size, &template->spec.minimum)) {
        answer_unknown(ask, "size-unknown", "size", ask_text(ask, "size"));
        return;
    }
    struct asked *asked = asked_new(ask, "create");
    struct nt_wish *wish = &asked->wish;
    char *server = nt_arena_alloc(&ask->arena, NT_UUID_SIZE);
    nt_uuid7(nt_wall_ms(), server);
    const char *title = ask_text(ask, "title");
    wish->server = server;
    wish->name = ask_text(ask, "name");
    wish->title = title != NULL ? title : wish->name;
    wish->spec = spec_of(ask, template, size->name, server);
    wish->requested = resources_of(ask, size);
    add_quota(wish, ask, ask->user);
    submit(ask, asked);
}

void handle_rename_server(struct ask *ask)
{
    struct asked *asked = asked_of_server(ask, "rename");
    asked->wish.title = ask_text(ask, "title");
    submit(ask, asked);
}

void handle_delete_server(struct ask *ask)
{
    submit(ask, asked_of_server(ask, "delete"));
}

void handle_start_server(struct ask *ask)
{
    submit(ask, asked_of_server(ask, "start"));
}

void handle_stop_server(struct ask *ask)
{
    submit(ask, asked_of_server(ask, "stop"));
}

void handle_restart_server(struct ask *ask)
{
    submit(ask, asked_of_server(ask, "restart"));
}

void handle_resize_server(struct ask *ask)
{
    const struct nt_server_state *server = fleet_server(&ask->desk->fleet, ask->subject);
    const struct nt_template *template = table_find(&ask->desk->fleet.templates, server->template);
    const struct size *size = size_find(ask_text(ask, "size"));
    if (size == NULL || (template != NULL && !size_fits(size, &template->spec.minimum))) {
        answer_unknown(ask, "size-unknown", "size", ask_text(ask, "size"));
        return;
    }
    struct asked *asked = asked_of_server(ask, "resize");
    asked->wish.requested = resources_of(ask, size);
    asked->wish.word = size->name;
    add_quota(&asked->wish, ask, server->owner);
    submit(ask, asked);
}

static void add_load_time(struct ask *ask, struct nt_wish *wish, const char *field)
{
    const json_t *value = json_object_get(ask->body, field);
    wish->at_load_ms.is_set = value != NULL;
    wish->at_load_ms.value = json_integer_value(value);
}

void handle_move_server(struct ask *ask)
{
    const char *host = ask_text(ask, "host");
    if (fleet_server(&ask->desk->fleet, ask->subject) == NULL) {
        ask_code(ask, "not-found");
        return;
    }
    if (table_find(&ask->desk->fleet.hosts, host) == NULL) {
        answer_unknown(ask, "host-unknown", "host", host);
        return;
    }
    struct asked *asked = asked_of_server(ask, "move");
    asked->wish.to = host;
    add_load_time(ask, &asked->wish, "at_ms");
    submit(ask, asked);
}

/* stay, defer, consent: about the move that is planned or under way. NULL: answered. */
static struct asked *asked_about_move(struct ask *ask, const char *op)
{
    struct view view = ask_view(ask);
    const struct nt_server_state *server = fleet_server(&ask->desk->fleet, ask->subject);
    const struct nt_plan *plan = NULL;
    const struct nt_planned_move *planned = view_find_planned(&view, ask->subject, &plan);
    const char *move = planned != NULL        ? planned->move
                       : server->move != NULL ? server->move->id
                                              : NULL;
    if (move == NULL) {
        answer_unknown(ask, "no-planned-move", "name", server->name);
        return NULL;
    }
    struct asked *asked = asked_of_server(ask, op);
    asked->wish.move = nt_arena_text(&ask->arena, move);
    return asked;
}

void handle_stay_server(struct ask *ask)
{
    struct asked *asked = asked_about_move(ask, "stay");
    if (asked != NULL)
        submit(ask, asked);
}

void handle_defer_server(struct ask *ask)
{
    struct asked *asked = asked_about_move(ask, "defer");
    if (asked == NULL)
        return;
    add_load_time(ask, &asked->wish, "until_ms");
    submit(ask, asked);
}

void handle_consent_server(struct ask *ask)
{
    struct asked *asked = asked_about_move(ask, "consent");
    if (asked != NULL)
        submit(ask, asked);
}

static const char *on_or_off(const struct ask *ask, const char *field)
{
    return json_is_true(json_object_get(ask->body, field)) ? "on" : "off";
}

void handle_pin_server(struct ask *ask)
{
    struct asked *asked = asked_of_server(ask, "pin");
    asked->wish.word = on_or_off(ask, "pinned");
    submit(ask, asked);
}

/* --- hosts and the pool ---------------------------------------------------------------------- */

static void submit_host(struct ask *ask, const char *op, const char *word)
{
    if (table_find(&ask->desk->fleet.hosts, ask->subject) == NULL) {
        answer_unknown(ask, "host-unknown", "host", ask->subject);
        return;
    }
    struct asked *asked = asked_new(ask, op);
    asked->wish.host = ask->subject;
    asked->wish.word = word;
    submit(ask, asked);
}

void handle_cordon_host(struct ask *ask)
{
    submit_host(ask, "cordon", on_or_off(ask, "cordoned"));
}

void handle_set_host_role(struct ask *ask)
{
    submit_host(ask, "role", ask_text(ask, "role"));
}

void handle_change_pool(struct ask *ask)
{
    struct asked *asked = asked_new(ask, "mode");
    asked->wish.word = ask_text(ask, "mode");
    submit(ask, asked);
}
