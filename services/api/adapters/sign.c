#include "sign.h"

#include <api/cookie.h>
#include <nt/text.h>
#include <string.h>

#define FREE_NAME_AND_PEER 5
#define FREE_PEER          20
#define FREE_NAME          50

/* --- brakes ---------------------------------------------------------------------------------- */

static const char *name_and_peer(struct ask *ask, const char *name)
{
    return nt_arena_printf(&ask->arena, "%s|%s", name, ask->peer);
}

static const char *peer_key(struct ask *ask)
{
    return nt_arena_printf(&ask->arena, "|%s", ask->peer);
}

bool sign_is_braked(struct ask *ask, const char *name)
{
    struct tries *tries = ask->desk->tries;
    int64_t now_ms = nt_mono_ms();
    int64_t waits_s[] = {
        tries_wait_s(tries, name_and_peer(ask, name), FREE_NAME_AND_PEER, now_ms),
        tries_wait_s(tries, peer_key(ask), FREE_PEER, now_ms),
        tries_wait_s(tries, name, FREE_NAME, now_ms),
    };
    int64_t wait_s = 0;
    for (size_t i = 0; i < NT_COUNT(waits_s); i++)
        wait_s = waits_s[i] > wait_s ? waits_s[i] : wait_s;
    if (wait_s <= 0)
        return false;
    struct problem problem = {0};
    (void)problem_set(&problem, "too-many-tries");
    problem_int(&problem, "retry_after_s", wait_s);
    ask_problem(ask, &problem);
    return true;
}

void sign_failed(struct ask *ask, const char *name)
{
    struct tries *tries = ask->desk->tries;
    int64_t now_ms = nt_mono_ms();
    tries_failed(tries, name_and_peer(ask, name), now_ms);
    tries_failed(tries, peer_key(ask), now_ms);
    tries_failed(tries, name, now_ms);
}

void sign_passed(struct ask *ask, const char *name)
{
    tries_succeeded(ask->desk->tries, name_and_peer(ask, name));
}

/* --- a new session --------------------------------------------------------------------------- */

void sign_set_cookie(struct ask *ask, const char *token, int64_t age_s)
{
    ask_header(ask, "Set-Cookie", cookie_set(&ask->arena, ask->desk->site.console, token, age_s));
}

static void written(void *arg, int status)
{
    struct ask *ask = arg;
    const struct sign_in *sign_in = ask->state;
    if (sign_in->writes_account)
        ask->desk->is_account_writing = false;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    (void)snprintf(ask->user, sizeof(ask->user), "%s", sign_in->account.user);
    ask_audit(ask, sign_in->account.user, "ok");
    sign_set_cookie(ask, sign_in->token, ask->desk->session_ms / 1000);
    ask_json(ask, 201, view_session(&sign_in->account, &sign_in->session));
}

void sign_in(struct ask *ask, struct sign_in *sign_in)
{
    if (sign_in->writes_account && !sign_begin_account(ask))
        return;
    uint8_t random[32];
    nt_random(random, sizeof(random));
    token_from(random, sign_in->token);
    token_hash(sign_in->token, sign_in->hash);
    int64_t now_ms = nt_wall_ms();
    sign_in->session = (struct nt_session){.hash = sign_in->hash,
                                           .user = sign_in->account.user,
                                           .kind = "session",
                                           .created_at_ms = now_ms,
                                           .expires_at_ms = now_ms + ask->desk->session_ms,
                                           .last_used_ms = now_ms,
                                           .address = ask->peer};
    struct desk_record records[3] = {{NT_TOPIC_SESSIONS, sign_in->hash, &sign_in->session}};
    size_t count = 1;
    if (sign_in->writes_account)
        records[count++] =
            (struct desk_record){NT_TOPIC_ACCOUNTS, sign_in->account.user, &sign_in->account};
    if (sign_in->spent != NULL)
        records[count++] =
            (struct desk_record){NT_TOPIC_SESSIONS, sign_in->spent->hash, sign_in->spent};
    ask->state = sign_in;
    desk_commit(ask->desk, records, count, ask->trace, written, ask);
}

bool sign_is_token(struct ask *ask)
{
    const struct nt_session *session = table_find(&ask->desk->fleet.sessions, ask->session);
    if (session != NULL && strcmp(session->kind, "session") == 0)
        return false;
    ask_code(ask, "session-only");
    return true;
}

void sign_end(struct ask *ask, const struct nt_session *session,
              void (*done)(void *arg, int status))
{
    struct nt_session ended;
    nt_session_copy(&ask->arena, &ended, session);
    ended.revoked = true;
    struct desk_record record = {NT_TOPIC_SESSIONS, ended.hash, &ended};
    desk_apply(ask->desk, &record);
    ask_defer(ask);
    desk_commit(ask->desk, &record, 1, ask->trace, done, ask);
}

/* --- accounts -------------------------------------------------------------------------------- */

bool sign_begin_account(struct ask *ask)
{
    if (ask->desk->is_account_writing) {
        ask_code(ask, "busy");
        return false;
    }
    ask->desk->is_account_writing = true;
    return true;
}

void sign_stamp(struct nt_account *account)
{
    account->revision++;
    account->at_ms = nt_wall_ms();
}

bool sign_is_match(struct ask *ask, const struct nt_account *account)
{
    int64_t revision = 0;
    const char *header = nt_request_header(ask->request, "if-match");
    if (header == NULL || strcmp(header, "*") == 0)
        return true;
    size_t len = strlen(header);
    const char *text = header;
    if (len >= 2 && header[0] == '"' && header[len - 1] == '"')
        text = nt_arena_text_n(&ask->arena, header + 1, len - 2);
    if (nt_parse_i64(text, 0, INT64_MAX, &revision) == 0 && revision == account->revision)
        return true;
    struct problem problem = {0};
    (void)problem_set(&problem, "revision-changed");
    problem_int(&problem, "revision", account->revision);
    ask_problem(ask, &problem);
    return false;
}
