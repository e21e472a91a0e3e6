/* Files as answers: validators, conditions, ranges. */
#include "client.h"

#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <fcntl.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LARGE_BYTES 300000
#define DATE        "Tue, 24 Nov 2026 08:00:00 GMT"

struct fixture {
    struct nt_loop *loop;
    struct nt_serve *serve;
    struct client client;
    char folder[64];
};

static void on_file(void *arg, struct nt_request *request)
{
    const struct fixture *fixture = arg;
    const char *path = nt_arena_printf(nt_request_arena(request), "%s/%s", fixture->folder,
                                       nt_request_param(request, "path"));
    int status = nt_request_answer_file(request, path, "text/css");

    if (status < 0)
        nt_request_answer(request, 404, "text/plain",
                          nt_span_of(status == -ENOENT ? "no such file" : "cannot read"));
}

static void make_file(const struct fixture *fixture, const char *name, const char *content,
                      size_t len)
{
    const struct timespec times[2] = {{.tv_sec = 1795507200}, {.tv_sec = 1795507200}};
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int setup(void **state)
{
    static struct fixture fixture;
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_route routes[] = {{"GET", "/files/{path...}", on_file, &fixture}};
    static const char end[] = {'e', 'n', 'd'};
    char *large = nt_zalloc(LARGE_BYTES);

    fixture = (struct fixture){.folder = "/tmp/test_file.XXXXXX"};
    assert_non_null(mkdtemp(fixture.folder));
    make_file(&fixture, "ten", "0123456789", 10);
    make_file(&fixture, "empty", "", 0);
    memset(large, 'x', LARGE_BYTES);
    memcpy(large + LARGE_BYTES - 3, end, sizeof(end));
    make_file(&fixture, "large", large, LARGE_BYTES);
    free(large);
    assert_int_equal(nt_loop_new(&fixture.loop, &err), 0);
    const struct nt_serve_options options = {
        .loop = fixture.loop,
        .listen = "127.0.0.1:0",
        .routes = routes,
        .routes_count = NT_COUNT(routes),
    };
    if (nt_serve_open(&options, &fixture.serve, &err) < 0)
        fail_msg("%s", err.message);
    client_open(&fixture.client, fixture.loop, nt_serve_port(fixture.serve));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"ten", "empty", "large"};
    struct fixture *fixture = *state;
    char path[128];

    nt_serve_close(fixture->serve);
    nt_loop_free(fixture->loop);
    client_close(&fixture->client);
    for (size_t i = 0; i < NT_COUNT(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", fixture->folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(fixture->folder);
}

static void test_a_file_whole(void **state)
{
    struct fixture *fixture = *state;
    const char *answer = client_ask(&fixture->client, "GET /files/ten", "");

    assert_non_null(strstr(answer, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(answer, "content-type: text/css\r\n"));
    assert_non_null(strstr(answer, "last-modified: " DATE "\r\n"));
    assert_non_null(strstr(answer, "etag: \""));
    assert_non_null(strstr(answer, "Content-Length: 10\r\n"));
    assert_non_null(strstr(answer, "\r\n\r\n0123456789"));
}

static void test_a_large_file_comes_in_pieces(void **state)
{
    struct fixture *fixture = *state;
    const char *answer = client_ask(&fixture->client, "GET /files/large", "");
    const char *body = strstr(answer, "\r\n\r\n") + 4;

    assert_int_equal(strlen(body), LARGE_BYTES);
    assert_int_equal(strspn(body, "x"), LARGE_BYTES - 3);
    assert_string_equal(body + LARGE_BYTES - 3, "end");
}

static void test_what_is_no_file(void **state)
{
    struct fixture *fixture = *state;

    assert_non_null(strstr(client_ask(&fixture->client, "GET /files/none", ""), "no such file"));
    assert_non_null(strstr(client_ask(&fixture->client, "GET /files/ten/x", ""), "cannot read"));
}

struct range_case {
    const char *headers;
    const char *status;
    const char *range; /* Content-Range, or NULL */
    const char *body;
};

static void test_ranges(void **state)
{
    static const struct range_case cases[] = {
        {"Range: bytes=2-4\r\n", "206 Partial", "bytes 2-4/10", "234"},
        {"Range: bytes=0-0\r\n", "206 Partial", "bytes 0-0/10", "0"},
        {"Range: bytes=7-\r\n", "206 Partial", "bytes 7-9/10", "789"},
        {"Range: bytes=7-999\r\n", "206 Partial", "bytes 7-9/10", "789"},
        {"Range: bytes=-3\r\n", "206 Partial", "bytes 7-9/10", "789"},
        {"Range: bytes=-30\r\n", "206 Partial", "bytes 0-9/10", "0123456789"},
        {"Range: bytes=10-\r\n", "416 Range", "bytes */10", NULL},
        {"Range: bytes=-0\r\n", "416 Range", "bytes */10", NULL},
        {"Range: bytes=5-4\r\n", "200 OK", NULL, "0123456789"},
        {"Range: bytes=1-2,4-5\r\n", "200 OK", NULL, "0123456789"},
        {"Range: bytes=x-y\r\n", "200 OK", NULL, "0123456789"},
        {"Range: bytes=-\r\n", "200 OK", NULL, "0123456789"},
        {"Range: bytes=99999999999999999999-\r\n", "200 OK", NULL, "0123456789"},
        {"Range: lines=1-2\r\n", "200 OK", NULL, "0123456789"},
        {"Range: bytes=2-4\r\nIf-Range: " DATE "\r\n", "206 Partial", "bytes 2-4/10", "234"},
        {"Range: bytes=2-4\r\nIf-Range: \"other\"\r\n", "200 OK", NULL, "0123456789"},
    };

    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture *fixture = *state;
        const char *answer = client_ask(&fixture->client, "GET /files/ten", cases[i].headers);
        const char *body = strstr(answer, "\r\n\r\n") + 4;
        if (strstr(answer, cases[i].status) == NULL)
            fail_msg("%s: wanted %s in %s", cases[i].headers, cases[i].status, answer);
        const char *range = strstr(answer, "content-range: ");
        assert_true((range != NULL) == (cases[i].range != NULL));
        if (range != NULL)
            assert_true(nt_text_starts(range + strlen("content-range: "), cases[i].range));
        if (cases[i].body != NULL)
            assert_string_equal(body, cases[i].body);
    }
}

static void test_conditions(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;
    char etag[64] = "";
    char header[128];

    const char *answer = client_ask(client, "GET /files/ten", "");
    (void)sscanf(strstr(answer, "etag: "), "etag: %60s", etag);
    const struct {
        const char *name;
        const char *value;
        bool is_unchanged;
    } cases[] = {
        {"If-None-Match", etag, true},
        {"If-None-Match", "*", true},
        {"If-None-Match", "\"other\"", false},
        {"If-Modified-Since", DATE, true},
        {"If-Modified-Since", "Wed, 25 Nov 2026 08:00:00 GMT", true},
        {"If-Modified-Since", "Mon, 23 Nov 2026 08:00:00 GMT", false},
        {"If-Modified-Since", "yesterday", false},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        (void)snprintf(header, sizeof(header), "%s: %s\r\n", cases[i].name, cases[i].value);
        answer = client_ask(client, "GET /files/ten", header);
        if (strstr(answer, cases[i].is_unchanged ? "304 Not Modified" : "200 OK") == NULL)
            fail_msg("%s: %s", header, answer);
    }
}

static void test_head_and_empty(void **state)
{
    struct fixture *fixture = *state;
    struct client *client = &fixture->client;

    client_send(client, "HEAD /files/ten HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_true(client_sees(client, "\r\n\r\n"));
    assert_non_null(strstr(nt_buf_text(&client->got), "Content-Length: 10"));
    const char *answer = client_ask(client, "GET /files/empty", "");
    assert_int_equal(strncmp(answer, "HTTP/1.1 200 OK", 15), 0);
    assert_non_null(strstr(answer, "Content-Length: 0"));
    assert_non_null(strstr(client_ask(client, "GET /files/empty", "Range: bytes=0-\r\n"), "416"));
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_a_file_whole),    WITH_SERVER(test_a_large_file_comes_in_pieces),
        WITH_SERVER(test_what_is_no_file), WITH_SERVER(test_ranges),
        WITH_SERVER(test_conditions),      WITH_SERVER(test_head_and_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
