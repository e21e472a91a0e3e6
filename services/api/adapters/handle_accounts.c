/* Handlers: an administrator changes or deletes a person, and reads who did what. */
#include "handle.h"
#include "sign.h"

#include <nt/text.h>
#include <string.h>

/* --- what becomes of the servers ------------------------------------------------------------- */

static bool is_meant(const struct nt_server_state *server, const char *user, const char *op)
{
    if (strcmp(server->owner, user) != 0 || strcmp(server->desired, "deleted") == 0)
        return false;
    return strcmp(op, "delete") == 0 || strcmp(server->desired, "running") == 0;
}

static struct nt_wish *wish_of(struct ask *ask, const char *op, const char *server)
{
    struct nt_wish *wish = NT_NEW(&ask->arena, struct nt_wish);
    char *id = nt_arena_alloc(&ask->arena, TOKEN_ID_SIZE);
    uint8_t random[(TOKEN_ID_SIZE - 1) / 2];
    nt_random(random, sizeof(random));
    nt_hex(random, sizeof(random), id);
    *wish = (struct nt_wish){.id = id,
                             .op = op,
                             .actor = ask->user,
                             .admin = true,
                             .at_ms = nt_wall_ms(),
                             .server = server};
    return wish;
}

/* One wish for each of the person's servers, written before what is committed next. */
static void wish_for_all(struct ask *ask, const char *user, const char *op)
{
    const struct table *servers = &ask->desk->fleet.servers;
    struct desk_record records[DESK_RECORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < servers->count; i++) {
        const struct nt_server_state *server = table_at(servers, i);
        if (!is_meant(server, user, op))
            continue;
        records[count++] = (struct desk_record){NT_TOPIC_REQUESTS, server->server,
                                                wish_of(ask, op, server->server)};
        if (count == NT_COUNT(records)) {
            desk_commit(ask->desk, records, count, ask->trace, NULL, NULL);
            count = 0;
        }
    }
    if (count > 0)
        desk_commit(ask->desk, records, count, ask->trace, NULL, NULL);
}

/* --- checks ---------------------------------------------------------------------------------- */

/* The person of the path, to be changed; NULL: answered. */
static struct nt_account *account_to_change(struct ask *ask)
{
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->subject);
    if (account == NULL || account->deleted) {
        ask_code(ask, "not-found");
        return NULL;
    }
    if (!sign_is_match(ask, account))
        return NULL;
    struct nt_account *changed = nt_account_clone(&ask->arena, account);
    sign_stamp(changed);
    return changed;
}

/* Would nobody be left who can administer? True: answered. */
static bool is_last(struct ask *ask, const struct nt_account *changed)
{
    const struct nt_account *before = fleet_account(&ask->desk->fleet, changed->user);
    bool is_now =
        strcmp(before->role, "admin") == 0 && !before->disabled && before->password[0] != '\0';
    bool is_then = strcmp(changed->role, "admin") == 0 && !changed->disabled && !changed->deleted;
    if (!is_now || is_then || fleet_admins(&ask->desk->fleet) > 1)
        return false;
    struct problem problem = {0};
    (void)problem_set(&problem, "last-administrator");
    problem_text(&problem, "name", changed->name);
    ask_problem(ask, &problem);
    return true;
}

/* --- change ---------------------------------------------------------------------------------- */

static int64_t number_or(const json_t *object, const char *field, int64_t otherwise)
{
    const json_t *value = json_object_get(object, field);
    return value == NULL ? otherwise : json_integer_value(value);
}

void handle_read_quota(const json_t *quota, struct nt_account *account)
{
    struct nt_resources *to = &account->quota;
    to->cpu_milli = number_or(quota, "cpu_milli", to->cpu_milli);
    to->mem_bytes = number_or(quota, "mem_bytes", to->mem_bytes);
    to->disk_bytes = number_or(quota, "disk_bytes", to->disk_bytes);
    to->gpu_count = (int32_t)number_or(quota, "gpu_count", to->gpu_count);
    to->net_up_bps = number_or(quota, "net_up_bps", to->net_up_bps);
    to->net_down_bps = number_or(quota, "net_down_bps", to->net_down_bps);
    account->quota_servers = (int32_t)number_or(quota, "servers", account->quota_servers);
}

static void user_changed(void *arg, int status)
{
    struct ask *ask = arg;
    ask->desk->is_account_writing = false;
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->subject);
    if (status < 0 || account == NULL) {
        ask_code(ask, "kafka-down");
        return;
    }
    struct view view = ask_view(ask);
    ask_audit(ask, account->user, "ok");
    ask_etag(ask, account->revision);
    ask_json(ask, 200, view_user(&view, account));
}

void handle_change_user(struct ask *ask)
{
    struct nt_account *account = account_to_change(ask);
    if (account == NULL)
        return;
    const json_t *disabled = json_object_get(ask->body, "disabled");
    if (ask_text(ask, "role") != NULL)
        account->role = ask_text(ask, "role");
    if (ask_text(ask, "language") != NULL)
        account->language = ask_text(ask, "language");
    handle_read_quota(json_object_get(ask->body, "quota"), account);
    if (disabled != NULL)
        account->disabled = json_is_true(disabled);
    if (json_is_true(disabled))
        account->sessions_from_ms = account->at_ms; /* enabled again, one signs in again */
    if (is_last(ask, account) || !sign_begin_account(ask))
        return;
    ask_defer(ask);
    if (json_is_true(disabled) && nt_text_is(ask_text(ask, "servers"), "stop"))
        wish_for_all(ask, account->user, "stop");
    struct desk_record record = {NT_TOPIC_ACCOUNTS, account->user, account};
    desk_commit(ask->desk, &record, 1, ask->trace, user_changed, ask);
}

/* --- delete ---------------------------------------------------------------------------------- */

static void user_deleted(void *arg, int status)
{
    struct ask *ask = arg;
    ask->desk->is_account_writing = false;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, ask->subject, "ok");
    ask_nothing(ask);
}

void handle_delete_user(struct ask *ask)
{
    struct nt_account *account = account_to_change(ask);
    if (account == NULL)
        return;
    int64_t servers = fleet_used_by(&ask->desk->fleet, account->user).servers;
    if (servers > 0 && !nt_text_is(nt_request_query(ask->request, "servers"), "delete")) {
        struct problem problem = {0};
        (void)problem_set(&problem, "person-has-servers");
        problem_text(&problem, "name", account->name);
        problem_int(&problem, "servers", servers);
        ask_problem(ask, &problem);
        return;
    }
    account->deleted = true;
    account->disabled = true;
    account->password = "";
    account->sessions_from_ms = account->at_ms;
    if (is_last(ask, account) || !sign_begin_account(ask))
        return;
    ask_defer(ask);
    wish_for_all(ask, account->user, "delete");
    struct desk_record record = {NT_TOPIC_ACCOUNTS, account->user, account};
    desk_commit(ask->desk, &record, 1, ask->trace, user_deleted, ask);
}

/* --- who did what ---------------------------------------------------------------------------- */

/* What the query wants; NULL: any. */
struct wanted {
    const char *actor;
    const char *action;
    const char *subject;
};

static bool is_or_any(const char *wanted, const char *text)
{
    return wanted == NULL || strcmp(wanted, text) == 0;
}

static bool is_wanted(const struct wanted *wanted, const struct nt_audit *audit)
{
    return is_or_any(wanted->actor, audit->actor) && is_or_any(wanted->action, audit->action) &&
           is_or_any(wanted->subject, audit->subject);
}

void handle_list_audit(struct ask *ask)
{
    size_t limit = 0;
    const char *mark = NULL;
    if (!ask_page(ask, "audit", &limit, &mark))
        return;
    const struct table *entries = &ask->desk->fleet.audit;
    const struct wanted wanted = {.actor = nt_request_query(ask->request, "actor"),
                                  .action = nt_request_query(ask->request, "action"),
                                  .subject = nt_request_query(ask->request, "subject")};
    struct view view = ask_view(ask);
    json_t *items = json_array();
    const char *last = NULL;
    const char *next = NULL;
    for (size_t i = table_before(entries, mark); i > 0; i--) {
        const struct table_row *row = entries->rows[i - 1];
        if (!is_wanted(&wanted, row->value))
            continue;
        if (json_array_size(items) == limit) {
            next = last;
            break;
        }
        last = row->key;
        (void)json_array_append_new(items, view_audit(&view, row->value, row->key));
    }
    ask_items(ask, "audit", items, next);
}
