/* Handlers: set-up, sessions, people. */
#include "handle.h"
#include "sign.h"

#include <nt/text.h>
#include <string.h>

#define SETUP_BRAKE "the set-up" /* no account's name has spaces */

/* --- set-up ---------------------------------------------------------------------------------- */

static void add_part(json_t *parts, const char *part, bool is_ready)
{
    json_t *message =
        is_ready ? json_null()
                 : json_pack("{s:s, s:{s:s}}", "key", "setup.waiting", "params", "part", part);
    (void)json_array_append_new(parts, json_pack("{s:s, s:b, s:o}", "part", part, "ready",
                                                 (int)is_ready, "message", message));
}

void handle_get_setup(struct ask *ask)
{
    const struct desk *desk = ask->desk;
    const struct nt_pool *pool = fleet_pool(&desk->fleet);
    bool can_begin = desk->is_fleet_ready && desk_can_write(desk);
    json_t *parts = json_array();
    add_part(parts, "kafka", nt_bus_is_connected(desk->bus));
    add_part(parts, "topics", can_begin);
    add_part(parts, "redis", nt_cache_is_connected(desk->cache));
    add_part(parts, "balancer", pool != NULL && pool->leader[0] != '\0');
    add_part(parts, "host", desk->fleet.hosts.count > 0);
    bool is_needed = !desk->is_fleet_ready || !fleet_has_admin(&desk->fleet);
    ask_json(ask, 200,
             json_pack("{s:b, s:b, s:o}", "needed", (int)is_needed, "ready", (int)can_begin,
                       "parts", parts));
}

/* The token that `up` wrote, read each time because `up` may write another. */
static bool is_setup_token(const struct desk *desk, const char *token)
{
    char line[256] = "";
    NT_CLEANUP(nt_fclose_p) FILE *file = fopen(desk->setup_token_file, "re");
    if (file == NULL || fgets(line, sizeof(line), file) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    char wanted[TOKEN_HASH];
    char given[TOKEN_HASH];
    token_hash(line, wanted);
    token_hash(token, given);
    return line[0] != '\0' && token_is(wanted, given);
}

static void admin_hashed(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    struct sign_in *new = ask->state;
    if (status < 0) {
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    if (fleet_has_admin(&ask->desk->fleet)) {
        ask_code(ask, "setup-done"); /* somebody else was faster */
        return;
    }
    new->account.password = nt_arena_text(&ask->arena, hash);
    sign_in(ask, new);
}

static const char *language_or(const struct ask *ask, enum nt_language language)
{
    const char *asked = ask_text(ask, "language");
    return asked != NULL ? asked : language == NT_LANGUAGE_KO ? "ko" : "en";
}

void handle_create_administrator(struct ask *ask)
{
    struct desk *desk = ask->desk;
    if (fleet_has_admin(&desk->fleet)) {
        ask_code(ask, "setup-done");
        return;
    }
    if (sign_is_braked(ask, SETUP_BRAKE))
        return;
    if (!is_setup_token(desk, ask_text(ask, "token"))) {
        sign_failed(ask, SETUP_BRAKE);
        ask_audit(ask, "setup", "setup-token-wrong");
        ask_code(ask, "setup-token-wrong");
        return;
    }
    struct sign_in *new = NT_NEW(&ask->arena, struct sign_in);
    char *user = nt_arena_alloc(&ask->arena, NT_UUID_SIZE);
    int64_t now_ms = nt_wall_ms();
    nt_uuid7(now_ms, user);
    new->writes_account = true;
    new->account = (struct nt_account){
        .user = user,
        .name = nt_arena_text(&ask->arena, ask_text(ask, "name")),
        .role = "admin",
        .quota = {.cpu_milli = 8000, .mem_bytes = INT64_C(16) << 30},
        .quota_servers = 20,
        .language = nt_arena_text(&ask->arena, language_or(ask, ask->language)),
        .revision = 1,
        .at_ms = now_ms,
    };
    ask->state = new;
    ask_defer(ask);
    passwords_hash(desk->passwords, ask_text(ask, "password"), admin_hashed, ask);
}

/* --- sign in, who am I, sign out ------------------------------------------------------------- */

static void password_checked(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    (void)hash;
    const char *name = ask_text(ask, "name");
    const struct nt_account *account = fleet_account_by_name(&ask->desk->fleet, name);
    if (status == -EACCES || (status == 0 && (account == NULL || account->disabled))) {
        sign_failed(ask, name);
        ask_audit(ask, "session", "sign-in-failed");
        ask_code(ask, "sign-in-failed");
        return;
    }
    if (status < 0) {
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    sign_passed(ask, name);
    struct sign_in *new = NT_NEW(&ask->arena, struct sign_in);
    nt_account_copy(&ask->arena, &new->account, account);
    const char *language = ask_text(ask, "language");
    if (language != NULL && strcmp(language, account->language) != 0 &&
        !ask->desk->is_account_writing) {
        new->account.language = language;
        new->writes_account = true;
        sign_stamp(&new->account);
    }
    sign_in(ask, new);
}

void handle_sign_in(struct ask *ask)
{
    struct desk *desk = ask->desk;
    const char *name = ask_text(ask, "name");
    if (sign_is_braked(ask, name))
        return;
    const struct nt_account *account = fleet_account_by_name(&desk->fleet, name);
    ask_defer(ask);
    passwords_check(desk->passwords, ask_text(ask, "password"),
                    account == NULL ? "" : account->password, password_checked, ask);
}

void handle_get_session(struct ask *ask)
{
    const struct nt_session *session = table_find(&ask->desk->fleet.sessions, ask->session);
    ask_json(ask, 200, view_session(ask->account, session));
}

static void language_written(void *arg, int status)
{
    struct ask *ask = arg;
    ask->desk->is_account_writing = false;
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->user);
    const struct nt_session *session = table_find(&ask->desk->fleet.sessions, ask->session);
    if (status < 0 || account == NULL || session == NULL) {
        ask_code(ask, status < 0 ? "kafka-down" : "session-expired");
        return;
    }
    ask_json(ask, 200, view_session(account, session));
}

void handle_change_session(struct ask *ask)
{
    struct nt_account account = *ask->account;
    account.language = ask_text(ask, "language");
    sign_stamp(&account);
    if (!sign_begin_account(ask))
        return;
    struct desk_record record = {NT_TOPIC_ACCOUNTS, account.user, &account};
    ask_defer(ask);
    desk_commit(ask->desk, &record, 1, ask->trace, language_written, ask);
}

static void signed_out(void *arg, int status)
{
    struct ask *ask = arg;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, "session", "ok");
    sign_set_cookie(ask, "", 0);
    ask_nothing(ask);
}

void handle_sign_out(struct ask *ask)
{
    sign_end(ask, table_find(&ask->desk->fleet.sessions, ask->session), signed_out);
}

void handle_get_me(struct ask *ask)
{
    struct view view = ask_view(ask);
    json_t *me = view_user(&view, ask->account);
    (void)json_object_del(me, "disabled");
    (void)json_object_del(me, "invited");
    (void)json_object_del(me, "changed_ms");
    (void)json_object_del(me, "revision");
    ask_json(ask, 200, me);
}

/* --- people ---------------------------------------------------------------------------------- */

void handle_list_users(struct ask *ask)
{
    size_t limit = 0;
    const char *after = NULL;
    if (!ask_page(ask, "users", &limit, &after))
        return;
    const struct table *accounts = &ask->desk->fleet.accounts;
    struct view view = ask_view(ask);
    json_t *items = json_array();
    size_t index = table_after(accounts, after);
    for (; index < accounts->count && json_array_size(items) < limit; index++) {
        const struct nt_account *account = table_at(accounts, index);
        if (!account->deleted)
            (void)json_array_append_new(items, view_user(&view, account));
    }
    bool has_more = index < accounts->count;
    ask_items(ask, "users", items, has_more ? accounts->rows[index - 1]->key : NULL);
}

void handle_get_user(struct ask *ask)
{
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->subject);
    if (account == NULL || account->deleted) {
        ask_code(ask, "not-found");
        return;
    }
    struct view view = ask_view(ask);
    ask_etag(ask, account->revision);
    ask_json(ask, 200, view_user(&view, account));
}

static void answer_created(struct ask *ask, const struct nt_account *account)
{
    struct view view = ask_view(ask);
    ask_header(ask, "Location", nt_arena_printf(&ask->arena, "/api/v1/users/%s", account->user));
    ask_etag(ask, account->revision);
    ask_json(ask, 201, view_user(&view, account));
}

static void user_written(void *arg, int status)
{
    struct ask *ask = arg;
    const struct nt_account *account = ask->state;
    ask->desk->is_account_writing = false;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, account->user, "ok");
    answer_created(ask, account);
}

/* Made before by a repeat, or the name is somebody's: answered. */
static bool is_settled(struct ask *ask, const struct nt_account *account)
{
    const struct nt_account *before = fleet_account(&ask->desk->fleet, account->user);
    if (before != NULL && strcmp(before->name, account->name) == 0) {
        answer_created(ask, before);
        return true;
    }
    if (before != NULL) {
        ask_code(ask, "idempotency-key-reused");
        return true;
    }
    if (fleet_account_by_name(&ask->desk->fleet, account->name) == NULL)
        return false;
    struct problem problem = {0};
    (void)problem_set(&problem, "name-taken");
    problem_text(&problem, "name", account->name);
    ask_problem(ask, &problem);
    return true;
}

static void write_user(struct ask *ask)
{
    struct nt_account *account = ask->state;
    if (is_settled(ask, account) || !sign_begin_account(ask))
        return;
    struct desk_record record = {NT_TOPIC_ACCOUNTS, account->user, account};
    desk_commit(ask->desk, &record, 1, ask->trace, user_written, ask);
}

static void user_hashed(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    struct nt_account *account = ask->state;
    if (status < 0) {
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    account->password = nt_arena_text(&ask->arena, hash);
    write_user(ask);
}

static struct nt_account *account_of_body(struct ask *ask)
{
    char *user = nt_arena_alloc(&ask->arena, NT_UUID_SIZE);
    const char *key = nt_request_header(ask->request, "idempotency-key");
    int64_t now_ms = nt_wall_ms();
    char id[TOKEN_ID_SIZE];
    if (key != NULL) {
        token_request_id(ask->user, key, id);
        token_uuid(id, user); /* so that a repeat names the same person */
    } else {
        nt_uuid7(now_ms, user);
    }
    const char *role = ask_text(ask, "role");
    struct nt_account *account = NT_NEW(&ask->arena, struct nt_account);
    *account = (struct nt_account){
        .user = user,
        .name = ask_text(ask, "name"),
        .role = role == NULL ? "person" : role,
        .password = "",
        .language = language_or(ask, NT_LANGUAGE_EN),
        .revision = 1,
        .at_ms = now_ms,
    };
    handle_read_quota(json_object_get(ask->body, "quota"), account);
    return account;
}

void handle_create_user(struct ask *ask)
{
    struct nt_account *account = account_of_body(ask);
    if (is_settled(ask, account))
        return;
    ask->state = account;
    ask_defer(ask);
    if (ask_text(ask, "password") == NULL)
        write_user(ask); /* invited: the link comes next */
    else
        passwords_hash(ask->desk->passwords, ask_text(ask, "password"), user_hashed, ask);
}
