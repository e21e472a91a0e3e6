/* Handlers: sign-ins and API tokens of one's own. */
#include "handle.h"
#include "sign.h"

#include <nt/text.h>
#include <string.h>

#define DAY_MS       (INT64_C(24) * 3600 * 1000)
#define DAYS_DEFAULT 90
#define TOKENS_MAX   50          /* of one person */
#define PREFIX       "neaptide_" /* so that a leaked token is known for what it is */

/* --- lists ----------------------------------------------------------------------------------- */

static int newest_first(const void *a, const void *b)
{
    const struct nt_session *left = *(const struct nt_session *const *)a;
    const struct nt_session *right = *(const struct nt_session *const *)b;
    if (left->created_at_ms != right->created_at_ms)
        return left->created_at_ms > right->created_at_ms ? -1 : 1;
    return strcmp(right->hash, left->hash);
}

static size_t find_own(struct ask *ask, const char *kind, const struct nt_session ***ret_own)
{
    const struct table *sessions = &ask->desk->fleet.sessions;
    int64_t now_ms = nt_wall_ms();
    size_t count = 0;
    const struct nt_session **own =
        NT_ARRAY(&ask->arena, sessions->count, const struct nt_session *);
    for (size_t i = 0; i < sessions->count; i++) {
        const struct nt_session *session = table_at(sessions, i);
        if (strcmp(session->user, ask->user) == 0 && strcmp(session->kind, kind) == 0 &&
            fleet_session(&ask->desk->fleet, session->hash, now_ms) != NULL)
            own[count++] = session;
    }
    if (count > 1)
        qsort(own, count, sizeof(own[0]), newest_first);
    *ret_own = own;
    return count;
}

static void list_own(struct ask *ask, const char *list, const char *kind)
{
    size_t limit = 0;
    const char *mark = NULL;
    if (!ask_page(ask, list, &limit, &mark))
        return;
    const struct nt_session **own = NULL;
    size_t count = find_own(ask, kind, &own);
    json_t *items = json_array();
    const char *last = NULL;
    const char *next = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *at = nt_arena_printf(&ask->arena, "%020lld/%.32s",
                                         (long long)own[i]->created_at_ms, own[i]->hash);
        if (mark != NULL && strcmp(at, mark) >= 0)
            continue;
        if (json_array_size(items) == limit) {
            next = last;
            break;
        }
        last = at;
        (void)json_array_append_new(items, view_sign_in(own[i], ask->session));
    }
    ask_items(ask, list, items, next);
}

void handle_list_sessions(struct ask *ask)
{
    list_own(ask, "sessions", "session");
}

void handle_list_tokens(struct ask *ask)
{
    list_own(ask, "tokens", "token");
}

/* --- the end of one -------------------------------------------------------------------------- */

static void ended(void *arg, int status)
{
    struct ask *ask = arg;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, ask->subject, "ok");
    ask_nothing(ask);
}

/* The front has looked: it is there, and the caller's or the caller an administrator. */
void handle_end_session(struct ask *ask)
{
    sign_end(ask, fleet_session_by_id(&ask->desk->fleet, ask->subject), ended);
}

void handle_revoke_token(struct ask *ask)
{
    handle_end_session(ask);
}

/* --- a new token ----------------------------------------------------------------------------- */

struct token {
    struct nt_session session;
    const char *text;
    char hash[TOKEN_HASH];
};

static void token_written(void *arg, int status)
{
    struct ask *ask = arg;
    const struct token *token = ask->state;
    if (status < 0) {
        ask_code(ask, "kafka-down");
        return;
    }
    ask_audit(ask, nt_arena_text_n(&ask->arena, token->hash, FLEET_SESSION_ID), "ok");
    ask_json(ask, 201,
             json_pack("{s:s, s:o}", "token", token->text, "info",
                       view_sign_in(&token->session, ask->session)));
}

void handle_create_token(struct ask *ask)
{
    const struct nt_session **own = NULL;
    if (sign_is_token(ask))
        return;
    if (find_own(ask, "token", &own) >= TOKENS_MAX) {
        struct problem problem = {0};
        (void)problem_set(&problem, "too-many-tokens");
        problem_int(&problem, "max", TOKENS_MAX);
        ask_problem(ask, &problem);
        return;
    }
    struct token *token = NT_NEW(&ask->arena, struct token);
    uint8_t random[32];
    char hex[TOKEN_SIZE];
    nt_random(random, sizeof(random));
    token_from(random, hex);
    token->text = nt_arena_printf(&ask->arena, PREFIX "%s", hex);
    token_hash(token->text, token->hash);
    const json_t *days = json_object_get(ask->body, "days");
    int64_t now_ms = nt_wall_ms();
    token->session = (struct nt_session){
        .hash = token->hash,
        .user = ask->user,
        .kind = "token",
        .title = ask_text(ask, "title"),
        .created_at_ms = now_ms,
        .expires_at_ms =
            now_ms + DAY_MS * (days == NULL ? DAYS_DEFAULT : json_integer_value(days))};
    struct desk_record record = {NT_TOPIC_SESSIONS, token->hash, &token->session};
    ask->state = token;
    ask_defer(ask);
    desk_commit(ask->desk, &record, 1, ask->trace, token_written, ask);
}
