/* Handlers: set-up, sessions, people. */
#include "handle.h"

#include <api/cookie.h>
#include <api/token.h>
#include <nt/text.h>
#include <string.h>

#define FREE_NAME_AND_PEER 5
#define FREE_PEER          20
#define FREE_NAME          50

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

/* --- a new session --------------------------------------------------------------------------- */

struct sign_in {
    struct nt_account account; /* written with the session where it is new or changed */
    bool is_account_new;
    struct nt_session session;
    char token[TOKEN_SIZE];
    char hash[TOKEN_HASH];
};

static void set_cookie(struct ask *ask, const char *token, int64_t age_s)
{
    ask_header(ask, "Set-Cookie", cookie_set(&ask->arena, ask->desk->site.console, token, age_s));
}

static void session_written(void *arg, int status)
{
    struct ask *ask = arg;
    const struct sign_in *sign_in = ask->state;
    if (sign_in->is_account_new)
        ask->desk->is_account_creating = false;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    (void)snprintf(ask->user, sizeof(ask->user), "%s", sign_in->account.user);
    ask_audit(ask, sign_in->account.user, "ok");
    set_cookie(ask, sign_in->token, ask->desk->session_ms / 1000);
    ask_json(ask, 201, view_session(&sign_in->account, &sign_in->session));
}

static void write_session(struct ask *ask, bool writes_account)
{
    struct sign_in *sign_in = ask->state;
    uint8_t random[32];
    nt_random(random, sizeof(random));
    token_from(random, sign_in->token);
    token_hash(sign_in->token, sign_in->hash);
    int64_t now_ms = nt_wall_ms();
    sign_in->session = (struct nt_session){.hash = sign_in->hash,
                                           .user = sign_in->account.user,
                                           .kind = "session",
                                           .created_at_ms = now_ms,
                                           .expires_at_ms = now_ms + ask->desk->session_ms};
    struct desk_record records[] = {
        {NT_TOPIC_SESSIONS, sign_in->hash, &sign_in->session},
        {NT_TOPIC_ACCOUNTS, sign_in->account.user, &sign_in->account},
    };
    desk_commit(ask->desk, records, writes_account ? 2 : 1, ask->trace, session_written, ask);
}

static void admin_hashed(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    struct sign_in *sign_in = ask->state;
    if (status < 0) {
        ask->desk->is_account_creating = false;
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    sign_in->account.password = nt_arena_text(&ask->arena, hash);
    write_session(ask, true);
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
    int64_t wait_s = tries_wait_s(desk->tries, "setup", FREE_NAME, nt_mono_ms());
    if (wait_s > 0) {
        struct problem problem = {0};
        (void)problem_set(&problem, "too-many-tries");
        problem_int(&problem, "retry_after_s", wait_s);
        ask_problem(ask, &problem);
        return;
    }
    if (!is_setup_token(desk, ask_text(ask, "token"))) {
        tries_failed(desk->tries, "setup", nt_mono_ms());
        ask_audit(ask, "setup", "setup-token-wrong");
        ask_code(ask, "setup-token-wrong");
        return;
    }
    if (desk->is_account_creating) {
        ask_code(ask, "busy");
        return;
    }
    desk->is_account_creating = true;
    struct sign_in *sign_in = NT_NEW(&ask->arena, struct sign_in);
    char *user = nt_arena_alloc(&ask->arena, NT_UUID_SIZE);
    int64_t now_ms = nt_wall_ms();
    nt_uuid7(now_ms, user);
    sign_in->is_account_new = true;
    sign_in->account = (struct nt_account){
        .user = user,
        .name = nt_arena_text(&ask->arena, ask_text(ask, "name")),
        .role = "admin",
        .quota = {.cpu_milli = 8000, .mem_bytes = INT64_C(16) << 30},
        .quota_servers = 20,
        .language = nt_arena_text(&ask->arena, language_or(ask, ask->language)),
        .revision = 1,
        .at_ms = now_ms,
    };
    ask->state = sign_in;
    ask_defer(ask);
    passwords_hash(desk->passwords, ask_text(ask, "password"), admin_hashed, ask);
}

/* --- sign in, who am I, sign out ------------------------------------------------------------- */

static const char *name_and_peer(struct ask *ask, const char *name)
{
    return nt_arena_printf(&ask->arena, "%s|%s", name, ask->peer);
}

static const char *peer_key(struct ask *ask)
{
    return nt_arena_printf(&ask->arena, "|%s", ask->peer);
}

static void sign_in_failed(struct ask *ask, const char *name)
{
    struct tries *tries = ask->desk->tries;
    int64_t now_ms = nt_mono_ms();
    tries_failed(tries, name_and_peer(ask, name), now_ms);
    tries_failed(tries, peer_key(ask), now_ms);
    tries_failed(tries, name, now_ms);
    ask_audit(ask, "session", "sign-in-failed");
    ask_code(ask, "sign-in-failed");
}

static void password_checked(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    (void)hash;
    const char *name = ask_text(ask, "name");
    const struct nt_account *account = fleet_account_by_name(&ask->desk->fleet, name);
    if (status == -EACCES || (status == 0 && (account == NULL || account->disabled))) {
        sign_in_failed(ask, name);
        return;
    }
    if (status < 0) {
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    tries_succeeded(ask->desk->tries, name_and_peer(ask, name));
    struct sign_in *sign_in = NT_NEW(&ask->arena, struct sign_in);
    nt_account_copy(&ask->arena, &sign_in->account, account);
    ask->state = sign_in;
    const char *language = ask_text(ask, "language");
    bool is_changed = language != NULL && strcmp(language, account->language) != 0;
    if (is_changed) {
        sign_in->account.language = language;
        sign_in->account.revision++;
        sign_in->account.at_ms = nt_wall_ms();
    }
    write_session(ask, is_changed);
}

void handle_sign_in(struct ask *ask)
{
    struct desk *desk = ask->desk;
    const char *name = ask_text(ask, "name");
    int64_t now_ms = nt_mono_ms();
    int64_t waits_s[] = {
        tries_wait_s(desk->tries, name_and_peer(ask, name), FREE_NAME_AND_PEER, now_ms),
        tries_wait_s(desk->tries, peer_key(ask), FREE_PEER, now_ms),
        tries_wait_s(desk->tries, name, FREE_NAME, now_ms),
    };
    int64_t wait_s = 0;
    for (size_t i = 0; i < NT_COUNT(waits_s); i++)
        wait_s = waits_s[i] > wait_s ? waits_s[i] : wait_s;
    if (wait_s > 0) {
        struct problem problem = {0};
        (void)problem_set(&problem, "too-many-tries");
        problem_int(&problem, "retry_after_s", wait_s);
        ask_problem(ask, &problem);
        return;
    }
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
    account.revision++;
    account.at_ms = nt_wall_ms();
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
    set_cookie(ask, "", 0);
    ask_nothing(ask);
}

void handle_sign_out(struct ask *ask)
{
    struct nt_session session =
        *(const struct nt_session *)table_find(&ask->desk->fleet.sessions, ask->session);
    session.revoked = true;
    struct desk_record record = {NT_TOPIC_SESSIONS, ask->session, &session};
    ask_defer(ask);
    desk_commit(ask->desk, &record, 1, ask->trace, signed_out, ask);
}

void handle_get_me(struct ask *ask)
{
    struct view view = ask_view(ask);
    json_t *me = view_user(&view, ask->account);
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
    for (; index < accounts->count && json_array_size(items) < limit; index++)
        (void)json_array_append_new(items, view_user(&view, table_at(accounts, index)));
    bool has_more = index < accounts->count;
    ask_items(ask, "users", items, has_more ? accounts->rows[index - 1]->key : NULL);
}

void handle_get_user(struct ask *ask)
{
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->subject);
    if (account == NULL) {
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
    ask->desk->is_account_creating = false;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, account->user, "ok");
    answer_created(ask, account);
}

static void user_hashed(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    struct nt_account *account = ask->state;
    if (status < 0) {
        ask->desk->is_account_creating = false;
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    account->password = nt_arena_text(&ask->arena, hash);
    struct desk_record record = {NT_TOPIC_ACCOUNTS, account->user, account};
    desk_commit(ask->desk, &record, 1, ask->trace, user_written, ask);
}

static int64_t quota_field(const struct ask *ask, const char *field)
{
    return json_integer_value(json_object_get(json_object_get(ask->body, "quota"), field));
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
        .quota = {.cpu_milli = quota_field(ask, "cpu_milli"),
                  .mem_bytes = quota_field(ask, "mem_bytes")},
        .quota_servers = (int32_t)quota_field(ask, "servers"),
        .language = language_or(ask, NT_LANGUAGE_EN),
        .revision = 1,
        .at_ms = now_ms,
    };
    return account;
}

void handle_create_user(struct ask *ask)
{
    struct desk *desk = ask->desk;
    struct nt_account *account = account_of_body(ask);
    const struct nt_account *before = fleet_account(&desk->fleet, account->user);
    if (before != NULL && strcmp(before->name, account->name) == 0) {
        answer_created(ask, before);
        return;
    }
    if (before != NULL) {
        ask_code(ask, "idempotency-key-reused");
        return;
    }
    if (fleet_account_by_name(&desk->fleet, account->name) != NULL) {
        struct problem problem = {0};
        (void)problem_set(&problem, "name-taken");
        problem_text(&problem, "name", account->name);
        ask_problem(ask, &problem);
        return;
    }
    if (desk->is_account_creating) {
        ask_code(ask, "busy");
        return;
    }
    desk->is_account_creating = true;
    ask->state = account;
    ask_defer(ask);
    passwords_hash(desk->passwords, ask_text(ask, "password"), user_hashed, ask);
}
