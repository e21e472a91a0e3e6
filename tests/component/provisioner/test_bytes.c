/* Logs and files from the api's side. The container of the fake Docker is this test's own process,
 * so its files are those of this machine. */
#include "harness.h"

#include <jansson.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>

static void run_server(struct bench *bench)
{
    fake_docker_set_pid(bench->hosts[0].docker, getpid());
    start_host(bench, 0);
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .run = 1, .revision = 1});
}

/* Ask and compare the status; the body lives as long as the bench. */
static const char *expect_reply(struct bench *bench, const char *operation, const char *method,
                                const char *rest, const char *body, int status)
{
    struct nt_test_reply reply = ask(bench, 0, operation, method, rest, nt_span_of(body));
    char *text = nt_arena_text(&bench->arena, nt_buf_text(&reply.body));
    if (reply.status != status)
        fail_msg("%s %s: %d %s", method, rest, reply.status, text);
    nt_test_reply_deinit(&reply);
    return text;
}

static void expect_code(struct bench *bench, const char *method, const char *rest, int status,
                        const char *code)
{
    const char *operation = nt_text_is(method, "GET") ? "files-read" : "files-write";
    json_t *json = json_loads(expect_reply(bench, operation, method, rest, "", status), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "code")), code);
    json_decref(json);
}

static const char *at(struct bench *bench, const char *what, const char *name)
{
    return nt_arena_printf(&bench->arena, "%s?path=%s/%s", what, bench->folder, name);
}

static const char *with(struct bench *bench, const char *rest, const char *more)
{
    return nt_arena_printf(&bench->arena, "%s&%s", rest, more);
}

static void test_logs(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    assert_string_equal(expect_reply(bench, "logs", "GET", "logs?tail=2", "", 200),
                        "\n2026-11-24T12:00:00.000000001Z o 안녕\n"
                        "2026-11-24T12:00:00.000000002Z e &tail=2&follow=0&since=0.000\n");
    assert_non_null(
        strstr(expect_reply(bench, "logs", "GET", "logs?follow=1&since=1234567", "", 200),
               "&tail=200&follow=1&since=1234.567"));
    (void)expect_reply(bench, "logs", "GET", "logs?tail=10001", "", 422);
    (void)expect_reply(bench, "terminal", "GET", "logs", "", 401);
    bench->placement.desired = "stopped";
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "stopped"});
    (void)expect_reply(bench, "logs", "GET", "logs", "", 200); /* what it said before it stopped */
}

static void test_files(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    (void)expect_reply(bench, "files-write", "POST", at(bench, "folder", "home"), "", 201);
    const char *text =
        expect_reply(bench, "files-write", "PUT", at(bench, "file", "home/note"), "hello", 200);
    json_t *json = json_loads(text, 0, NULL);
    assert_int_equal(strlen(json_string_value(json_object_get(json, "etag"))), 66);
    json_decref(json);
    text = expect_reply(bench, "files-read", "GET", at(bench, "files", "home"), "", 200);
    json = json_loads(text, 0, NULL);
    json_t *entry = json_array_get(json_object_get(json, "entries"), 0);
    assert_string_equal(json_string_value(json_object_get(entry, "name")), "note");
    assert_string_equal(json_string_value(json_object_get(entry, "kind")), "file");
    assert_int_equal(json_integer_value(json_object_get(entry, "size")), 5);
    assert_false(json_is_true(json_object_get(json, "cut")));
    json_decref(json);
    assert_string_equal(
        expect_reply(bench, "files-read", "GET", at(bench, "file", "home/note"), "", 200), "hello");

    const char *upload = at(bench, "upload", "home/up");
    text = expect_reply(bench, "files-write", "PUT", with(bench, upload, "id=u1&offset=0&size=6"),
                        "abc", 200);
    assert_string_equal(text, "{\"offset\":3,\"done\":false}");
    text = expect_reply(bench, "files-read", "GET", with(bench, upload, "id=u1"), "", 200);
    assert_string_equal(text, "{\"offset\":3}");
    text = expect_reply(bench, "files-write", "PUT", with(bench, upload, "id=u1&offset=3&size=6"),
                        "def", 200);
    assert_string_equal(text, "{\"offset\":6,\"done\":true}");
    const char *to = nt_arena_printf(&bench->arena, "to=%s/home/new", bench->folder);
    (void)expect_reply(bench, "files-write", "POST",
                       with(bench, at(bench, "rename", "home/up"), to), "", 200);
    assert_string_equal(
        expect_reply(bench, "files-read", "GET", at(bench, "file", "home/new"), "", 200), "abcdef");
    expect_code(bench, "DELETE", at(bench, "file", "home"), 409, "folder-not-empty");
    (void)expect_reply(bench, "files-write", "DELETE",
                       with(bench, at(bench, "file", "home"), "recursive=1"), "", 204);
    expect_code(bench, "GET", at(bench, "files", "home"), 404, "file-not-found");
}

static void test_archives(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    assert_string_equal(
        expect_reply(bench, "files-read", "GET", "archive?path=/home/%EB%82%98", "", 200),
        "the tar of %2Fhome%2F%EB%82%98");
    expect_code(bench, "GET", "archive?path=/nothing", 404, "file-not-found");
    expect_code(bench, "GET", "archive?path=home", 422, "path-invalid");
    bench->placement.desired = "stopped";
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "stopped"});
    assert_string_equal(expect_reply(bench, "files-read", "GET", "archive?path=/home", "", 200),
                        "the tar of %2Fhome");
    expect_code(bench, "GET", "files?path=/home", 409, "server-not-running");
}

static void test_conditions_and_refusals(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    char headers[512];
    char path[512];
    (void)snprintf(headers, sizeof(headers), "%sIf-Match: \"00\"\r\n",
                   token_line(bench, 0, "files-write"));
    (void)snprintf(path, sizeof(path), "/v1/servers/" SERVER "/%s", at(bench, "file", "x"));
    struct nt_test_reply reply =
        nt_test_http(bench->hosts[0].port, "PUT", path, headers, nt_span_of("x"), WAIT_MS);
    assert_int_equal(reply.status, 412);
    nt_test_reply_deinit(&reply);
    (void)expect_reply(bench, "files-read", "PUT", at(bench, "file", "x"), "x", 401);
    expect_code(bench, "GET", "files?path=/proc", 403, "file-forbidden");
    expect_code(bench, "GET", "files?path=/tmp/../etc", 422, "path-invalid");
    expect_code(bench, "GET", "files", 422, "path-invalid");
    expect_code(bench, "GET", "file?path=/tmp", 409, "file-kind");
    const char *upload = at(bench, "upload", "u");
    expect_code(bench, "PUT", upload, 422, "invalid-request");
    (void)expect_reply(bench, "files-write", "PUT", with(bench, upload, "id=a&offset=4&size=5"),
                       "x", 409);
    expect_code(bench, "PUT", with(bench, upload, "id=a&size=99999999999999"), 413,
                "file-too-large");
    static char large[(1 << 20) + 2];
    memset(large, 'x', sizeof(large) - 1);
    (void)expect_reply(bench, "files-write", "PUT", at(bench, "file", "x"), large, 413);

    /* It began anew, and the number may be somebody else's by now. */
    fake_docker_set_pid(bench->hosts[0].docker, 1 << 22);
    expect_code(bench, "GET", "files?path=/tmp", 409, "server-not-running");
}

static void test_a_large_file_comes_whole(void **state)
{
    struct bench *bench = *state;
    enum { SIZE = 3000000 };
    run_server(bench);
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/large", bench->folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    uint32_t sum = 0;
    for (int i = 0; i < SIZE; i++) {
        int byte = '!' + i * 7 / 3 % 90; /* text, as the test's client joins it */
        sum = sum * 31 + (uint8_t)byte;
        (void)fputc(byte, file);
    }
    assert_int_equal(fclose(file), 0);
    struct nt_test_reply reply =
        ask(bench, 0, "files-read", "GET", at(bench, "file", "large"), (struct nt_span){0});
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.body.len, SIZE);
    assert_non_null(strstr(nt_buf_text(&reply.head), "neaptide-size: 3000000\r\n"));
    uint32_t got = 0;
    for (size_t i = 0; i < reply.body.len; i++)
        got = got * 31 + reply.body.data[i];
    assert_int_equal(got, sum);
    nt_test_reply_deinit(&reply);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_logs),
        CASE(test_files),
        CASE(test_archives),
        CASE(test_conditions_and_refusals),
        CASE(test_a_large_file_comes_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
