/* Set-up, sessions, people, and who may see what. */
#include "stage.h"

#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>

static struct stage stage;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&stage, false);
    stage_start(&stage);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static void test_the_one_time_token_makes_one_administrator(void **state)
{
    (void)state;
    struct stage_reply setup = stage_ask(&stage, "GET", "/api/v1/setup", NULL, NULL, NULL);
    assert_int_equal(setup.status, 200);
    assert_true(json_is_true(stage_find(setup.json, "needed")));
    assert_true(json_is_true(stage_find(setup.json, "ready")));
    stage_reply_deinit(&setup);
    stage_expect(&stage, "POST", "/api/v1/setup", NULL, NULL,
                 "{\"token\":\"guessed-wrongly-here\",\"name\":\"eve\",\"password\":\"12345678\"}",
                 403, "setup-token-wrong");
    stage_expect(&stage, "POST", "/api/v1/setup", NULL, NULL,
                 "{\"token\":\"" STAGE_TOKEN "\",\"name\":\"Bad Name\",\"password\":\"123\"}", 422,
                 "invalid-request");
    stage_make_admin(&stage);
    stage_expect(&stage, "POST", "/api/v1/setup", NULL, NULL,
                 "{\"token\":\"" STAGE_TOKEN "\",\"name\":\"second\",\"password\":\"12345678\"}",
                 409, "setup-done");
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", stage.admin, NULL, NULL);
    assert_string_equal(stage_text(me.json, "role"), "admin");
    assert_string_equal(stage_text(me.json, "name"), "root");
    stage_reply_deinit(&me);
}

static void test_a_session_begins_and_ends(void **state)
{
    (void)state;
    char ann[160];
    stage_make_person(&stage, "ann", ann);
    assert_non_null(strstr(ann, "neaptide-dev="));
    struct stage_reply session = stage_ask(&stage, "GET", "/api/v1/session", ann, NULL, NULL);
    assert_string_equal(stage_text(session.json, "language"), "ko");
    assert_true(stage_number(session.json, "expires_ms") > nt_wall_ms());
    stage_reply_deinit(&session);
    session = stage_ask(&stage, "PATCH", "/api/v1/session", ann, NULL, "{\"language\":\"en\"}");
    assert_int_equal(session.status, 200);
    assert_string_equal(stage_text(session.json, "language"), "en");
    stage_reply_deinit(&session);
    session = stage_ask(&stage, "DELETE", "/api/v1/session", ann, NULL, NULL);
    assert_int_equal(session.status, 204);
    assert_non_null(strstr(session.head, "Max-Age=0"));
    stage_reply_deinit(&session);
    stage_expect(&stage, "GET", "/api/v1/me", ann, NULL, NULL, 401, "session-expired");
    stage_expect(&stage, "GET", "/api/v1/me", "Cookie: neaptide-dev=made-up\r\n", NULL, NULL, 401,
                 "session-expired");
    stage_expect(&stage, "GET", "/api/v1/me", NULL, NULL, NULL, 401, "sign-in-needed");
}

static void test_an_expired_session_is_none(void **state)
{
    (void)state;
    /* SHA-256 of "abc" */
    static const char hash[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    static const char cookie[] = "Cookie: neaptide-dev=abc\r\n";
    struct stage_reply users = stage_ask(&stage, "GET", "/api/v1/users", stage.admin, NULL, NULL);
    char user[64];
    (void)snprintf(user, sizeof(user), "%s", stage_text(users.json, "items/0/user"));
    stage_reply_deinit(&users);
    struct nt_session session = {
        .hash = hash, .user = user, .kind = "session", .expires_at_ms = nt_wall_ms() + 4000};
    stage_put(&stage, NT_TOPIC_SESSIONS, hash, &session);
    stage_until(&stage, "/api/v1/session", cookie, "user", user);
    stage_until(&stage, "/api/v1/session", cookie, "code", "session-expired");
}

static void test_guessing_is_slowed_down(void **state)
{
    (void)state;
    static const char body[] = "{\"name\":\"nobody\",\"password\":\"wrong\"}";
    for (int i = 0; i < 5; i++) {
        struct stage_reply reply = stage_ask(&stage, "POST", "/api/v1/session", NULL, NULL, body);
        assert_int_equal(reply.status, 401);
        assert_string_equal(stage_text(reply.json, "code"), "sign-in-failed");
        stage_reply_deinit(&reply);
    }
    struct stage_reply reply = stage_ask(&stage, "POST", "/api/v1/session", NULL, NULL, body);
    assert_int_equal(reply.status, 429);
    assert_string_equal(stage_text(reply.json, "code"), "too-many-tries");
    assert_non_null(strcasestr(reply.head, "Retry-After: "));
    stage_reply_deinit(&reply);
}

static void test_only_administrators_make_people(void **state)
{
    (void)state;
    char bob[160];
    stage_make_person(&stage, "bob", bob);
    static const char body[] = "{\"name\":\"carl\",\"password\":\"12345678\","
                               "\"quota\":{\"cpu_milli\":1,\"mem_bytes\":1,\"servers\":1}}";
    stage_expect(&stage, "POST", "/api/v1/users", bob, NULL, body, 403, "administrator-only");
    stage_expect(&stage, "GET", "/api/v1/tide", bob, NULL, NULL, 403, "administrator-only");
    struct stage_reply first =
        stage_ask(&stage, "POST", "/api/v1/users", stage.admin, "Idempotency-Key: k1\r\n", body);
    struct stage_reply again =
        stage_ask(&stage, "POST", "/api/v1/users", stage.admin, "Idempotency-Key: k1\r\n", body);
    assert_int_equal(first.status, 201);
    assert_int_equal(again.status, 201);
    assert_string_equal(stage_text(first.json, "user"), stage_text(again.json, "user"));
    stage_reply_deinit(&first);
    stage_reply_deinit(&again);
    stage_expect(&stage, "POST", "/api/v1/users", stage.admin, NULL, body, 409, "name-taken");
}

static void test_pages_go_on_where_they_ended(void **state)
{
    (void)state;
    char url[512] = "/api/v1/users?limit=2";
    size_t seen = 0;
    for (int pages = 0; pages < 10; pages++) {
        struct stage_reply page = stage_ask(&stage, "GET", url, stage.admin, NULL, NULL);
        assert_int_equal(page.status, 200);
        seen += json_array_size(stage_find(page.json, "items"));
        const char *next = stage_text(page.json, "next");
        if (next != NULL)
            (void)snprintf(url, sizeof(url), "/api/v1/users?limit=2&after=%s", next);
        bool is_end = next == NULL;
        stage_reply_deinit(&page);
        if (is_end)
            break;
    }
    assert_int_equal(seen, 4); /* root, ann, bob, carl */
    stage_expect(&stage, "GET", "/api/v1/users?after=bm9uc2Vuc2U", stage.admin, NULL, NULL, 400,
                 "cursor-wrong");
    stage_expect(&stage, "GET", "/api/v1/users?limit=101", stage.admin, NULL, NULL, 422,
                 "invalid-request");
}

static bool is_sign_in(const struct nt_test_record *record, void *arg)
{
    (void)arg;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_audit *audit = NULL;
    bool is_it = nt_audit_decode(&arena, record->value, &audit, NULL) == 0 &&
                 nt_text_is(audit->action, "signIn") && nt_text_is(audit->result, "sign-in-failed");
    nt_arena_deinit(&arena);
    return is_it;
}

static void test_who_did_what_is_kept(void **state)
{
    (void)state;
    assert_non_null(
        nt_test_bus_await(stage.bus, NT_TOPIC_AUDIT, NULL, NULL, is_sign_in, NULL, STAGE_WAIT_MS));
}

static void test_people_and_sessions_outlive_the_api(void **state)
{
    (void)state;
    assert_int_equal(nt_test_stop(&stage.process, STAGE_WAIT_MS), 0);
    stage_start(&stage);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", stage.admin, NULL, NULL);
    assert_int_equal(me.status, 200);
    stage_reply_deinit(&me);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_one_time_token_makes_one_administrator),
        cmocka_unit_test(test_a_session_begins_and_ends),
        cmocka_unit_test(test_an_expired_session_is_none),
        cmocka_unit_test(test_guessing_is_slowed_down),
        cmocka_unit_test(test_only_administrators_make_people),
        cmocka_unit_test(test_pages_go_on_where_they_ended),
        cmocka_unit_test(test_who_did_what_is_kept),
        cmocka_unit_test(test_people_and_sessions_outlive_the_api),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
