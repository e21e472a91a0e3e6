/* Invitations, resets, passwords, tokens, disabling and deleting people, the audit. */
#include "stage.h"

#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>

static struct stage stage;
static struct nt_arena arena;
static char ann[160];
static char ann_id[64];
static char root_id[64];

#define INVITED                                                                                    \
    "{\"name\":\"min-ji\",\"language\":\"ko\",\"quota\":{\"cpu_milli\":2000,\"mem_bytes\":"        \
    "1073741824,\"servers\":2,\"disk_bytes\":10000000000}}"

static int open_stage(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", ann, NULL, NULL);
    (void)snprintf(ann_id, sizeof(ann_id), "%s", stage_text(me.json, "user"));
    stage_reply_deinit(&me);
    me = stage_ask(&stage, "GET", "/api/v1/me", stage.admin, NULL, NULL);
    (void)snprintf(root_id, sizeof(root_id), "%s", stage_text(me.json, "user"));
    stage_reply_deinit(&me);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    nt_arena_deinit(&arena);
    return 0;
}

static const char *url_of(const char *format, const char *id)
{
    const char *star = strchr(format, '*');
    return nt_arena_printf(&arena, "%.*s%s%s", (int)(star - format), format, id, star + 1);
}

/* Asks for a link for user; its body for /link and /link/password. */
static const char *make_link(const char *user, const char *kind, const char *password)
{
    struct stage_reply link =
        stage_ask(&stage, "POST", url_of("/api/v1/users/*/link", user), stage.admin, NULL, NULL);
    assert_int_equal(link.status, 201);
    assert_string_equal(stage_text(link.json, "kind"), kind);
    const char *token = stage_text(link.json, "token");
    assert_int_equal(strlen(token), 64);
    assert_true(nt_text_starts(stage_text(link.json, "url"), STAGE_ORIGIN "/#/welcome?token="));
    const char *body =
        password == NULL
            ? nt_arena_printf(&arena, "{\"token\":\"%s\"}", token)
            : nt_arena_printf(&arena, "{\"token\":\"%s\",\"password\":\"%s\"}", token, password);
    stage_reply_deinit(&link);
    return body;
}

static const char *cookie_of(const struct stage_reply *reply)
{
    const char *value = strstr(reply->head, "neaptide-dev=");
    assert_non_null(value);
    return nt_arena_printf(&arena, "Cookie: %.*s\r\n", (int)strcspn(value, ";"), value);
}

static void test_an_invited_person_chooses_a_password(void **state)
{
    (void)state;
    struct stage_reply made =
        stage_ask(&stage, "POST", "/api/v1/users", stage.admin, NULL, INVITED);
    assert_int_equal(made.status, 201);
    assert_true(json_is_true(stage_find(made.json, "invited")));
    assert_int_equal(stage_number(made.json, "quota/limit/disk_bytes"), INT64_C(10000000000));
    const char *user = nt_arena_text(&arena, stage_text(made.json, "user"));
    stage_reply_deinit(&made);
    stage_expect(&stage, "POST", "/api/v1/session", NULL, NULL,
                 "{\"name\":\"min-ji\",\"password\":\"\"}", 401, "sign-in-failed");

    const char *first = make_link(user, "invite", "first password");
    const char *use = make_link(user, "invite", "second password");
    stage_expect(&stage, "POST", "/api/v1/link/password", NULL, NULL, first, 403, "link-wrong");
    struct stage_reply info =
        stage_ask(&stage, "POST", "/api/v1/link", NULL, NULL,
                  nt_arena_printf(&arena, "%.*s}", (int)(strstr(use, ",\"password\"") - use), use));
    assert_int_equal(info.status, 200);
    assert_string_equal(stage_text(info.json, "name"), "min-ji");
    assert_string_equal(stage_text(info.json, "language"), "ko");
    assert_true(stage_number(info.json, "expires_ms") > nt_wall_ms() + INT64_C(6) * 86400000);
    stage_reply_deinit(&info);

    struct stage_reply session =
        stage_ask(&stage, "POST", "/api/v1/link/password", NULL, NULL, use);
    assert_int_equal(session.status, 201);
    const char *cookie = cookie_of(&session);
    stage_reply_deinit(&session);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", cookie, NULL, NULL);
    assert_string_equal(stage_text(me.json, "name"), "min-ji");
    stage_reply_deinit(&me);
    stage_expect(&stage, "POST", "/api/v1/link/password", NULL, NULL, use, 403, "link-wrong");
    /* A link is no session. */
    stage_expect(&stage, "GET", "/api/v1/me",
                 nt_arena_printf(&arena, "Authorization: Bearer %.64s\r\n", strchr(use, ':') + 2),
                 NULL, NULL, 401, "session-expired");
}

static void test_a_reset_ends_what_was_signed_in(void **state)
{
    (void)state;
    char bob[160];
    stage_make_person(&stage, "bob", bob);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", bob, NULL, NULL);
    const char *use = make_link(stage_text(me.json, "user"), "reset", "quite another one");
    stage_reply_deinit(&me);
    struct stage_reply session =
        stage_ask(&stage, "POST", "/api/v1/link/password", NULL, NULL, use);
    assert_int_equal(session.status, 201);
    stage_reply_deinit(&session);
    stage_expect(&stage, "GET", "/api/v1/me", bob, NULL, NULL, 401, "session-expired");
    stage_expect(&stage, "POST", "/api/v1/session", NULL, NULL,
                 "{\"name\":\"bob\",\"password\":\"battery staple\"}", 401, "sign-in-failed");
}

static void test_guessing_links_is_slowed_down(void **state)
{
    (void)state;
    static const char body[] = "{\"token\":\"guessed\"}";
    int status = 0;
    for (int i = 0; i < 10 && status != 429; i++) {
        struct stage_reply reply = stage_ask(&stage, "POST", "/api/v1/link", NULL, NULL, body);
        status = reply.status;
        if (status == 429)
            assert_non_null(strcasestr(reply.head, "Retry-After: "));
        else
            assert_string_equal(stage_text(reply.json, "code"), "link-wrong");
        stage_reply_deinit(&reply);
    }
    assert_int_equal(status, 429);
}

static void test_ones_own_password(void **state)
{
    (void)state;
    char carl[160];
    stage_make_person(&stage, "carl", carl);
    stage_expect(&stage, "POST", "/api/v1/me/password", carl, NULL,
                 "{\"current\":\"wrong\",\"password\":\"new password\"}", 403, "password-wrong");
    stage_expect(&stage, "POST", "/api/v1/me/password", carl, NULL,
                 "{\"current\":\"battery staple\",\"password\":\"short\"}", 422, "invalid-request");
    struct stage_reply other = stage_ask(&stage, "POST", "/api/v1/session", NULL, NULL,
                                         "{\"name\":\"carl\",\"password\":\"battery staple\"}");
    const char *elsewhere = cookie_of(&other);
    stage_reply_deinit(&other);
    struct stage_reply changed =
        stage_ask(&stage, "POST", "/api/v1/me/password", carl, NULL,
                  "{\"current\":\"battery staple\",\"password\":\"new password\"}");
    assert_int_equal(changed.status, 201);
    const char *here = cookie_of(&changed);
    stage_reply_deinit(&changed);
    stage_expect(&stage, "GET", "/api/v1/me", elsewhere, NULL, NULL, 401, "session-expired");
    stage_expect(&stage, "GET", "/api/v1/me", carl, NULL, NULL, 401, "session-expired");
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", here, NULL, NULL);
    assert_int_equal(me.status, 200);
    stage_reply_deinit(&me);
}

static void test_a_token_is_shown_once_listed_and_revoked(void **state)
{
    (void)state;
    struct stage_reply made = stage_ask(&stage, "POST", "/api/v1/tokens", ann, NULL,
                                        "{\"title\":\"내 노트북\",\"days\":30}");
    assert_int_equal(made.status, 201);
    const char *token = nt_arena_text(&arena, stage_text(made.json, "token"));
    assert_true(nt_text_starts(token, "neaptide_"));
    assert_true(json_is_null(stage_find(made.json, "info/last_used_ms")));
    stage_reply_deinit(&made);
    const char *bearer = nt_arena_printf(&arena, "Authorization: Bearer %s\r\n", token);
    struct stage_reply me =
        stage_ask_plainly(&stage, "GET", "/api/v1/me", NULL, bearer, (struct nt_span){0});
    assert_string_equal(stage_text(me.json, "name"), "ann");
    stage_reply_deinit(&me);

    struct stage_reply list = stage_ask(&stage, "GET", "/api/v1/tokens", ann, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(list.json, "items")), 1);
    assert_string_equal(stage_text(list.json, "items/0/title"), "내 노트북");
    assert_true(stage_number(list.json, "items/0/last_used_ms") > 0);
    assert_string_equal(stage_text(list.json, "items/0/address"), "127.0.0.1");
    const char *id = nt_arena_text(&arena, stage_text(list.json, "items/0/session"));
    char *text = json_dumps(list.json, 0);
    assert_null(strstr(text, token));
    free(text);
    stage_reply_deinit(&list);

    /* A token makes no other secrets. */
    stage_expect(&stage, "POST", "/api/v1/tokens", bearer, NULL, "{\"title\":\"more\"}", 403,
                 "session-only");
    stage_expect(&stage, "POST", "/api/v1/me/password", bearer, NULL,
                 "{\"current\":\"battery staple\",\"password\":\"new password\"}", 403,
                 "session-only");
    struct stage_reply gone =
        stage_ask(&stage, "DELETE", url_of("/api/v1/tokens/*", id), ann, NULL, NULL);
    assert_int_equal(gone.status, 204);
    stage_reply_deinit(&gone);
    stage_expect(&stage, "GET", "/api/v1/me", bearer, NULL, NULL, 401, "session-expired");
    stage_expect(&stage, "DELETE", url_of("/api/v1/tokens/*", id), ann, NULL, NULL, 404,
                 "not-found");
}

static void test_a_sign_in_elsewhere_is_ended(void **state)
{
    (void)state;
    struct stage_reply other = stage_ask(&stage, "POST", "/api/v1/session", NULL, NULL,
                                         "{\"name\":\"ann\",\"password\":\"battery staple\"}");
    const char *elsewhere = cookie_of(&other);
    stage_reply_deinit(&other);
    struct stage_reply list = stage_ask(&stage, "GET", "/api/v1/sessions", ann, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(list.json, "items")), 2);
    assert_true(json_is_false(stage_find(list.json, "items/0/current")));
    assert_true(json_is_true(stage_find(list.json, "items/1/current")));
    const char *url = url_of("/api/v1/sessions/*", stage_text(list.json, "items/0/session"));
    stage_reply_deinit(&list);
    stage_expect(&stage, "DELETE", url, stage.admin, NULL, "[]", 400, "body-not-json");
    struct stage_reply ended = stage_ask(&stage, "DELETE", url, ann, NULL, NULL);
    assert_int_equal(ended.status, 204);
    stage_reply_deinit(&ended);
    stage_expect(&stage, "GET", "/api/v1/me", elsewhere, NULL, NULL, 401, "session-expired");
}

static void put_server(const char *id, const char *desired, int64_t sequence)
{
    struct nt_server_state server = stage_server(id, ann_id, id);
    server.desired = desired;
    server.sequence = sequence;
    stage_put(&stage, NT_TOPIC_SERVER_STATE, id, &server);
}

static void test_quota_role_and_language_are_changed(void **state)
{
    (void)state;
    const char *url = url_of("/api/v1/users/*", ann_id);
    stage_expect(&stage, "PATCH", url, stage.admin, "If-Match: \"77\"\r\n", "{\"role\":\"admin\"}",
                 412, "revision-changed");
    struct stage_reply changed =
        stage_ask(&stage, "PATCH", url, stage.admin, NULL,
                  "{\"language\":\"en\",\"quota\":{\"cpu_milli\":3000,\"mem_bytes\":5,"
                  "\"servers\":7,\"gpu_count\":1}}");
    assert_int_equal(changed.status, 200);
    assert_string_equal(stage_text(changed.json, "language"), "en");
    assert_int_equal(stage_number(changed.json, "quota/limit/cpu_milli"), 3000);
    assert_int_equal(stage_number(changed.json, "quota/limit/gpu_count"), 1);
    assert_int_equal(stage_number(changed.json, "quota/limit/servers"), 7);
    assert_string_equal(stage_text(changed.json, "role"), "person");
    stage_reply_deinit(&changed);
    stage_expect(&stage, "PATCH", url_of("/api/v1/users/*", root_id), stage.admin, NULL,
                 "{\"role\":\"person\"}", 409, "last-administrator");
    stage_expect(&stage, "DELETE", url_of("/api/v1/users/*", root_id), stage.admin, NULL, NULL, 409,
                 "last-administrator");
}

static void test_a_disabled_person_is_out_and_the_servers_stop(void **state)
{
    (void)state;
    put_server("s-on", "running", 1);
    put_server("s-off", "stopped", 1);
    stage_until(&stage, "/api/v1/servers/s-off", ann, "name", "s-off");
    const char *url = url_of("/api/v1/users/*", ann_id);
    struct stage_reply changed = stage_ask(&stage, "PATCH", url, stage.admin, NULL,
                                           "{\"disabled\":true,\"servers\":\"stop\"}");
    assert_int_equal(changed.status, 200);
    assert_true(json_is_true(stage_find(changed.json, "disabled")));
    stage_reply_deinit(&changed);
    struct nt_wish *wish = stage_wish(&stage, &arena, "stop");
    assert_string_equal(wish->server, "s-on");
    assert_true(wish->admin);
    stage_expect(&stage, "GET", "/api/v1/me", ann, NULL, NULL, 401, "session-expired");
    changed = stage_ask(&stage, "PATCH", url, stage.admin, NULL, "{\"disabled\":false}");
    assert_int_equal(changed.status, 200);
    stage_reply_deinit(&changed);
    /* Enabled again, one signs in again. */
    stage_expect(&stage, "GET", "/api/v1/me", ann, NULL, NULL, 401, "session-expired");
}

static void test_a_deleted_person_takes_the_servers_along(void **state)
{
    (void)state;
    const char *url = url_of("/api/v1/users/*", ann_id);
    struct stage_reply refused = stage_ask(&stage, "DELETE", url, stage.admin, NULL, NULL);
    assert_int_equal(refused.status, 409);
    assert_string_equal(stage_text(refused.json, "code"), "person-has-servers");
    assert_int_equal(stage_number(refused.json, "params/servers"), 2);
    stage_reply_deinit(&refused);
    struct stage_reply gone =
        stage_ask(&stage, "DELETE", nt_arena_printf(&arena, "%s?servers=delete", url), stage.admin,
                  NULL, NULL);
    assert_int_equal(gone.status, 204);
    stage_reply_deinit(&gone);
    assert_string_equal(stage_wish(&stage, &arena, "delete")->server, "s-off");
    assert_string_equal(stage_wish(&stage, &arena, "delete")->server, "s-on");
    stage_expect(&stage, "GET", url, stage.admin, NULL, NULL, 404, "not-found");
    stage_expect(&stage, "POST", "/api/v1/session", NULL, NULL,
                 "{\"name\":\"ann\",\"password\":\"battery staple\"}", 401, "sign-in-failed");
    char again[160];
    stage_make_person(&stage, "ann", again); /* the name is free */
}

static void test_who_did_what_is_listed(void **state)
{
    (void)state;
    stage_until(&stage, "/api/v1/audit?action=deleteUser", stage.admin, "items/0/actor_name",
                "root");
    struct stage_reply page =
        stage_ask(&stage, "GET", "/api/v1/audit?limit=3", stage.admin, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(page.json, "items")), 3);
    assert_true(stage_number(page.json, "items/0/at_ms") >=
                stage_number(page.json, "items/2/at_ms"));
    assert_string_equal(stage_text(page.json, "items/0/address"), "127.0.0.1");
    const char *after =
        nt_arena_printf(&arena, "/api/v1/audit?limit=3&after=%s", stage_text(page.json, "next"));
    const char *last = nt_arena_text(&arena, stage_text(page.json, "items/2/entry"));
    stage_reply_deinit(&page);
    page = stage_ask(&stage, "GET", after, stage.admin, NULL, NULL);
    assert_true(strcmp(stage_text(page.json, "items/0/entry"), last) < 0);
    stage_reply_deinit(&page);
}

static void test_all_of_it_outlives_the_api(void **state)
{
    (void)state;
    assert_int_equal(nt_test_stop(&stage.process, STAGE_WAIT_MS), 0);
    stage_start(&stage);
    struct stage_reply users = stage_ask(&stage, "GET", "/api/v1/users", stage.admin, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(users.json, "items")), 5);
    stage_reply_deinit(&users);
    stage_expect(&stage, "GET", "/api/v1/me", ann, NULL, NULL, 401, "session-expired");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_invited_person_chooses_a_password),
        cmocka_unit_test(test_a_reset_ends_what_was_signed_in),
        cmocka_unit_test(test_guessing_links_is_slowed_down),
        cmocka_unit_test(test_ones_own_password),
        cmocka_unit_test(test_a_token_is_shown_once_listed_and_revoked),
        cmocka_unit_test(test_a_sign_in_elsewhere_is_ended),
        cmocka_unit_test(test_quota_role_and_language_are_changed),
        cmocka_unit_test(test_a_disabled_person_is_out_and_the_servers_stop),
        cmocka_unit_test(test_a_deleted_person_takes_the_servers_along),
        cmocka_unit_test(test_who_did_what_is_listed),
        cmocka_unit_test(test_all_of_it_outlives_the_api),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
