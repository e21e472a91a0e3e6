/* The console: lines in the client's words, answered by the api as the person who typed them. */
#include "stage.h"

#include <string.h>

static struct stage stage;

static struct stage_reply type_line(const char *cookie, const char *line, const char *more)
{
    char body[512];
    (void)snprintf(body, sizeof(body), "{\"line\": \"%s\"%s}", line, more);
    return stage_ask(&stage, "POST", "/api/v1/console", cookie, NULL, body);
}

/* The answer's exit status, and a part of its output or of its notes. */
static void expect(const char *cookie, const char *line, int status, const char *field,
                   const char *part)
{
    print_message("%s\n", line);
    struct stage_reply reply = type_line(cookie, line, "");
    assert_int_equal(reply.status, 200);
    assert_int_equal(stage_number(reply.json, "exit"), status);
    const char *text = stage_text(reply.json, field);
    if (strstr(text, part) == NULL)
        fail_msg("%s: \"%s\" is not in \"%s\"", line, part, text);
    stage_reply_deinit(&reply);
}

static void put_server(const char *id, const char *owner, const char *name)
{
    struct nt_server_state server = stage_server(id, owner, name);
    stage_put(&stage, NT_TOPIC_SERVER_STATE, id, &server);
}

/* Ann reads Korean, the administrator English. */
static void test_lines(void **state)
{
    (void)state;
    char ann[160];
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", stage.admin, NULL, NULL);
    put_server("01900000-0000-7000-8000-000000000001", stage_text(me.json, "user"), "other-1");
    stage_reply_deinit(&me);
    stage_until(&stage, "/api/v1/servers", stage.admin, "items/0/name", "other-1");
    expect(ann, "servers", 0, "output", "아직 서버가 없습니다");
    expect(ann, "neaptide me", 0, "output", "ann");
    expect(stage.admin, "", 0, "output", "usage: neaptide VERB");
    expect(ann, "help new", 0, "output", "neaptide new shell --name lab-1");
    expect(ann, "servrs", 2, "notes", "servers를 말하나요?");
    expect(ann, "rename 'x", 2, "notes", "따옴표");
    expect(ann, "login ann", 2, "notes", "터미널에서만");
    expect(ann, "users", 4, "notes", "관리자");
    expect(ann, "stats other-1", 5, "notes", "other-1 서버가 없습니다");
    expect(ann, "servers --all", 4, "notes", "관리자");
    expect(stage.admin, "users", 0, "output", "ann");
    expect(stage.admin, "stats other-1", 0, "output", "other-1");
    expect(stage.admin, "mode --json", 6, "output", "not-ready"); /* no pool yet */
}

static void test_who_may(void **state)
{
    (void)state;
    stage_make_admin(&stage);
    stage_expect(&stage, "POST", "/api/v1/console", NULL, NULL, "{\"line\": \"me\"}", 401,
                 "sign-in-needed");
    stage_expect(&stage, "POST", "/api/v1/console", stage.admin, NULL, "{}", 422,
                 "invalid-request");
    static const char body[] = "{\"line\": \"me\"}";
    struct stage_reply foreign = stage_ask_plainly(
        &stage, "POST", "/api/v1/console", stage.admin,
        "Origin: http://evil.s.localhost:8088\r\nContent-Type: application/json\r\n",
        nt_span_of(body));
    assert_int_equal(foreign.status, 403);
    stage_reply_deinit(&foreign);
}

static void test_deleting_asks_first(void **state)
{
    (void)state;
    char ann[160];
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", ann, NULL, NULL);
    put_server("01900000-0000-7000-8000-000000000002", stage_text(me.json, "user"), "mine-1");
    stage_reply_deinit(&me);
    stage_until(&stage, "/api/v1/servers", ann, "items/0/name", "mine-1");
    struct stage_reply asked = type_line(ann, "rm mine-1", "");
    assert_non_null(strstr(stage_text(asked.json, "confirm"), "mine-1을 모든 파일과 함께 삭제"));
    assert_int_equal(stage_number(asked.json, "exit"), 1);
    stage_reply_deinit(&asked);
    expect(ann, "stats mine-1", 0, "output", "mine-1");
}

static void test_completion(void **state)
{
    (void)state;
    stage_make_admin(&stage);
    static const struct {
        const char *path;
        const char *word; /* of the first; NULL: none fits */
    } cases[] = {
        {"/api/v1/console?line=serv", "servers"},
        {"/api/v1/console?line=users%20", "add"},
        {"/api/v1/console?line=resize%20a%20l", "large"},
        {"/api/v1/console", "login"},
        {"/api/v1/console?line=zzz", NULL},
        {"/api/v1/console?line=%27", NULL},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].path);
        struct stage_reply reply = stage_ask(&stage, "GET", cases[i].path, stage.admin, NULL, NULL);
        assert_int_equal(reply.status, 200);
        if (cases[i].word == NULL)
            assert_int_equal(json_array_size(stage_find(reply.json, "items")), 0);
        else
            assert_string_equal(stage_text(reply.json, "items/0/word"), cases[i].word);
        stage_reply_deinit(&reply);
    }
}

/* Before anything was read, and whoever asks: the registry and the documents are there. */
static void test_what_needs_nobody(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
        const char *type;
    } cases[] = {
        {"/registry/schemas/ids/100018", 200, "application/vnd.schemaregistry.v1+json"},
        {"/registry/associations/x?y=z", 404, "application/vnd.schemaregistry.v1+json"},
        {"/api/v1/asyncapi.json", 200, "application/json"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct stage_reply reply =
            stage_ask_plainly(&stage, "GET", cases[i].path, NULL, NULL, (struct nt_span){0});
        assert_int_equal(reply.status, cases[i].status);
        assert_non_null(strstr(reply.head, cases[i].type));
        stage_reply_deinit(&reply);
    }
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_who_may, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_deleting_asks_first, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_completion, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(test_what_needs_nobody, open_stage, close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
