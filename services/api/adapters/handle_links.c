/* Handlers: one-time links that let a person choose a password, and changing one's own. */
#include "handle.h"
#include "sign.h"

#include <nt/text.h>
#include <string.h>

#define INVITE_MS   (INT64_C(7) * 24 * 3600 * 1000)
#define RESET_MS    (INT64_C(24) * 3600 * 1000)
#define EARLIER_MAX 50 /* links of one person that end with a new one; each was made by hand */
#define LINK_BRAKE  "a one-time link" /* no account's name has spaces */

/* --- an administrator makes one -------------------------------------------------------------- */

struct link {
    struct nt_session session;
    char token[TOKEN_SIZE];
    char hash[TOKEN_HASH];
};

static void link_written(void *arg, int status)
{
    struct ask *ask = arg;
    const struct link *link = ask->state;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, link->session.user, "ok");
    ask_json(ask, 201,
             json_pack("{s:s, s:o, s:s, s:I}", "kind", link->session.kind, "url",
                       json_sprintf("%s/#/welcome?token=%s", ask->desk->site.console, link->token),
                       "token", link->token, "expires_ms",
                       (json_int_t)link->session.expires_at_ms));
}

/* Links that the person still has: they end. */
static size_t end_earlier(struct ask *ask, const char *user, struct desk_record *records)
{
    const struct table *sessions = &ask->desk->fleet.sessions;
    size_t count = 0;
    for (size_t i = 0; i < sessions->count && count < EARLIER_MAX; i++) {
        const struct nt_session *each = table_at(sessions, i);
        bool is_link = strcmp(each->kind, "invite") == 0 || strcmp(each->kind, "reset") == 0;
        if (!is_link || each->revoked || strcmp(each->user, user) != 0)
            continue;
        struct nt_session *ended = nt_session_clone(&ask->arena, each);
        ended->revoked = true;
        records[count++] = (struct desk_record){NT_TOPIC_SESSIONS, ended->hash, ended};
    }
    return count;
}

void handle_create_link(struct ask *ask)
{
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->subject);
    if (account == NULL || account->deleted) {
        ask_code(ask, "not-found");
        return;
    }
    if (sign_is_token(ask))
        return;
    struct link *link = NT_NEW(&ask->arena, struct link);
    uint8_t random[32];
    nt_random(random, sizeof(random));
    token_from(random, link->token);
    token_hash(link->token, link->hash);
    bool is_invite = account->password[0] == '\0';
    int64_t now_ms = nt_wall_ms();
    link->session =
        (struct nt_session){.hash = link->hash,
                            .user = nt_arena_text(&ask->arena, account->user),
                            .kind = is_invite ? "invite" : "reset",
                            .created_at_ms = now_ms,
                            .expires_at_ms = now_ms + (is_invite ? INVITE_MS : RESET_MS)};
    struct desk_record records[EARLIER_MAX + 1];
    size_t count = end_earlier(ask, account->user, records);
    records[count++] = (struct desk_record){NT_TOPIC_SESSIONS, link->hash, &link->session};
    ask->state = link;
    ask_defer(ask);
    desk_commit(ask->desk, records, count, ask->trace, link_written, ask);
}

/* --- the person uses it ---------------------------------------------------------------------- */

/* NULL: answered. */
static const struct nt_session *find_link(struct ask *ask)
{
    char hash[TOKEN_HASH];
    token_hash(ask_text(ask, "token"), hash);
    const struct nt_session *link = fleet_link(&ask->desk->fleet, hash, nt_wall_ms());
    if (link != NULL)
        return link;
    sign_failed(ask, LINK_BRAKE);
    ask_audit(ask, "link", "link-wrong");
    ask_code(ask, "link-wrong");
    return NULL;
}

void handle_read_link(struct ask *ask)
{
    if (sign_is_braked(ask, LINK_BRAKE))
        return;
    const struct nt_session *link = find_link(ask);
    if (link == NULL)
        return;
    const struct nt_account *account = fleet_account(&ask->desk->fleet, link->user);
    ask_json(ask, 200,
             json_pack("{s:s, s:s, s:s, s:I}", "kind", link->kind, "name", account->name,
                       "language", account->language, "expires_ms",
                       (json_int_t)link->expires_at_ms));
}

/* Sign in with the account as it is, and this password. What was signed in before is over. */
static void sign_in_anew(struct ask *ask, const char *user, const char *hash,
                         const struct nt_session *spent)
{
    struct sign_in *new = NT_NEW(&ask->arena, struct sign_in);
    nt_account_copy(&ask->arena, &new->account, fleet_account(&ask->desk->fleet, user));
    new->account.password = nt_arena_text(&ask->arena, hash);
    sign_stamp(&new->account);
    new->account.sessions_from_ms = new->account.at_ms;
    new->writes_account = true;
    if (ask_text(ask, "language") != NULL)
        new->account.language = ask_text(ask, "language");
    if (spent != NULL) {
        struct nt_session *ended = nt_session_clone(&ask->arena, spent);
        ended->revoked = true;
        new->spent = ended;
    }
    sign_in(ask, new);
}

static void link_hashed(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    if (status < 0) {
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    /* Somebody else may have used it while we hashed. */
    const struct nt_session *link = find_link(ask);
    if (link != NULL)
        sign_in_anew(ask, link->user, hash, link);
}

void handle_use_link(struct ask *ask)
{
    if (sign_is_braked(ask, LINK_BRAKE) || find_link(ask) == NULL)
        return;
    ask_defer(ask);
    passwords_hash(ask->desk->passwords, ask_text(ask, "password"), link_hashed, ask);
}

/* --- one's own password ---------------------------------------------------------------------- */

static void new_hashed(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    const struct nt_account *account = fleet_account(&ask->desk->fleet, ask->user);
    if (status < 0)
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
    else if (account == NULL || account->disabled || account->deleted)
        ask_code(ask, "session-expired");
    else
        sign_in_anew(ask, ask->user, hash, NULL);
}

static void current_checked(void *arg, int status, const char *hash)
{
    struct ask *ask = arg;
    (void)hash;
    if (status == -EACCES) {
        sign_failed(ask, ask->user);
        ask_audit(ask, ask->user, "password-wrong");
        ask_code(ask, "password-wrong");
        return;
    }
    if (status < 0) {
        ask_code(ask, status == -ECANCELED ? "not-ready" : "busy");
        return;
    }
    sign_passed(ask, ask->user);
    passwords_hash(ask->desk->passwords, ask_text(ask, "password"), new_hashed, ask);
}

void handle_change_password(struct ask *ask)
{
    if (sign_is_token(ask) || sign_is_braked(ask, ask->user))
        return;
    ask_defer(ask);
    passwords_check(ask->desk->passwords, ask_text(ask, "current"), ask->account->password,
                    current_checked, ask);
}
