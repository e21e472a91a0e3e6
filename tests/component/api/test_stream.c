/* Server-sent events: each person hears of what is theirs, and a replay tells what was missed. */
#include "stage.h"

#include <arpa/inet.h>
#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static struct stage stage;
static char ann[160];
static char ann_id[64];

struct reader {
    int fd;
    struct nt_buf text;
    size_t read; /* of text: what was looked at */
};

static struct reader reader_open(const char *cookie, const char *last_id)
{
    struct reader reader = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)stage.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(reader.fd, (struct sockaddr *)&address, sizeof(address)), 0);
    struct nt_buf request = {0};
    (void)nt_buf_printf(
        &request, "GET /api/v1/events HTTP/1.1\r\nHost: console.localhost\r\nOrigin: %s\r\n%s",
        STAGE_ORIGIN, cookie);
    if (last_id != NULL)
        (void)nt_buf_printf(&request, "Last-Event-ID: %s\r\n", last_id);
    (void)nt_buf_add_text(&request, "\r\n");
    assert_int_equal(send(reader.fd, request.data, request.len, 0), request.len);
    nt_buf_deinit(&request);
    return reader;
}

static void reader_close(struct reader *reader)
{
    (void)close(reader->fd);
    nt_buf_deinit(&reader->text);
}

/* Read on for at most timeout_ms. False: nothing came, or the end. */
static bool read_some(struct reader *reader, int64_t timeout_ms)
{
    struct pollfd watch = {.fd = reader->fd, .events = POLLIN};
    if (timeout_ms < 0 || poll(&watch, 1, (int)timeout_ms) != 1)
        return false;
    uint8_t *room = nt_buf_reserve(&reader->text, 65536);
    ssize_t count = recv(reader->fd, room, 65536, 0);
    reader->text.len += count > 0 ? (size_t)count : 0;
    return count > 0;
}

/* Wait for this text after what was found before; the line it is in, or NULL. */
static const char *await(struct reader *reader, const char *text, int timeout_ms)
{
    int64_t end_ms = nt_mono_ms() + timeout_ms;
    for (;;) {
        const char *all = nt_buf_text(&reader->text);
        const char *found = strstr(all + reader->read, text);
        if (found != NULL) {
            reader->read = (size_t)(found - all) + 1;
            return found;
        }
        if (!read_some(reader, end_ms - nt_mono_ms()))
            return NULL;
    }
}

/* The id of the event that holds text. */
static void id_before(struct reader *reader, const char *text, char ret_id[64])
{
    const char *all = nt_buf_text(&reader->text);
    const char *at = strstr(all, text);
    assert_non_null(at);
    const char *id = NULL;
    for (const char *next = strstr(all, "id: "); next != NULL && next < at;
         next = strstr(next + 1, "id: "))
        id = next + strlen("id: ");
    assert_non_null(id);
    (void)snprintf(ret_id, 64, "%.*s", (int)strcspn(id, "\n"), id);
}

static void put_server(const char *id, const char *owner, const char *name, int64_t sequence)
{
    struct nt_server_state server = stage_server(id, owner, name);
    server.sequence = sequence;
    server.revision = sequence;
    stage_put(&stage, NT_TOPIC_SERVER_STATE, id, &server);
}

static int open_stage(void **state)
{
    (void)state;
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    struct stage_reply me = stage_ask(&stage, "GET", "/api/v1/me", ann, NULL, NULL);
    (void)snprintf(ann_id, sizeof(ann_id), "%s", stage_text(me.json, "user"));
    stage_reply_deinit(&me);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static void test_everybody_hears_of_what_is_theirs(void **state)
{
    (void)state;
    struct reader hers = reader_open(ann, NULL);
    struct reader admins = reader_open(stage.admin, NULL);
    assert_non_null(await(&hers, "event: hello", STAGE_WAIT_MS));
    assert_non_null(await(&admins, "event: hello", STAGE_WAIT_MS));
    put_server("s-bob", "bob", "bobs-web", 1);
    put_server("s-ann", ann_id, "anns-web", 1);
    assert_non_null(await(&hers, "\"anns-web\"", STAGE_WAIT_MS));
    assert_null(strstr(nt_buf_text(&hers.text), "bobs-web"));
    assert_non_null(await(&admins, "\"bobs-web\"", STAGE_WAIT_MS));
    assert_non_null(strcasestr(nt_buf_text(&hers.text), "content-type: text/event-stream"));

    struct nt_server_event event = {.server = "s-ann",
                                    .owner = ann_id,
                                    .name = "anns-web",
                                    .kind = "started",
                                    .at_ms = nt_wall_ms()};
    stage_put(&stage, NT_TOPIC_SERVER_EVENTS, "s-ann", &event);
    assert_non_null(await(&hers, "event: server-event", STAGE_WAIT_MS));
    assert_non_null(await(&hers, "event.started", STAGE_WAIT_MS));
    reader_close(&hers);
    reader_close(&admins);
}

static void test_loads_arrive_within_a_second(void **state)
{
    (void)state;
    struct nt_host host = {.host = "host-1", .role = "active", .revision = 1};
    struct nt_server_sample sample = {.server = "s-ann",
                                      .sample = {.cpu_milli = 123, .mem_bytes = 4096}};
    struct nt_host_load load = {.host = "host-1",
                                .at_ms = nt_wall_ms(),
                                .interval_ms = 5000,
                                .sample = {.cpu_milli = 777},
                                .servers = &sample,
                                .servers_count = 1};
    struct reader hers = reader_open(ann, NULL);
    assert_non_null(await(&hers, "event: hello", STAGE_WAIT_MS));
    stage_put(&stage, NT_TOPIC_HOSTS, "host-1", &host);
    assert_non_null(await(&hers, "event: host", STAGE_WAIT_MS));
    stage_put(&stage, NT_TOPIC_HOST_LOAD, "host-1", &load);
    assert_non_null(await(&hers, "\"cpu_milli\":777", 1500));
    assert_non_null(await(&hers, "\"cpu_milli\":123", 1500));
    reader_close(&hers);
}

static void test_what_was_missed_is_told_once_as_it_is_now(void **state)
{
    (void)state;
    char id[64];
    struct reader first = reader_open(ann, NULL);
    assert_non_null(await(&first, "event: hello", STAGE_WAIT_MS));
    put_server("s-ann", ann_id, "seen", 2);
    assert_non_null(await(&first, "\"seen\"", STAGE_WAIT_MS));
    id_before(&first, "\"seen\"", id);
    reader_close(&first);
    put_server("s-ann", ann_id, "missed", 3);
    put_server("s-ann", ann_id, "newest", 4);
    stage_until(&stage, "/api/v1/servers/s-ann", ann, "name", "newest");

    struct reader second = reader_open(ann, id);
    assert_non_null(await(&second, "\"newest\"", STAGE_WAIT_MS));
    const char *all = nt_buf_text(&second.text);
    assert_null(strstr(all, "event: reset"));
    assert_null(strstr(all, "\"missed\""));
    reader_close(&second);
    struct reader third = reader_open(ann, "1-1");
    assert_non_null(await(&third, "event: reset", STAGE_WAIT_MS));
    reader_close(&third);
}

static void put_event(const char *server, const char *owner, const char *kind, int64_t at_ms)
{
    struct nt_server_event event = {
        .server = server, .owner = owner, .name = server, .kind = kind, .at_ms = at_ms};
    stage_put(&stage, NT_TOPIC_SERVER_EVENTS, server, &event);
}

/* An id of another run, 20 minutes ago: its ring is gone, what happened since is not. */
static void test_a_replay_goes_back_beyond_this_run(void **state)
{
    (void)state;
    int64_t now_ms = nt_wall_ms();
    put_event("s-ann", ann_id, "out-of-memory", now_ms - 1800000);
    put_event("s-ann", ann_id, "failed", now_ms - 600000);
    put_event("s-bob", "bob", "failed", now_ms - 600000);
    put_event("s-ann", ann_id, "back", now_ms - 300000);
    stage_until(&stage, "/api/v1/server-events?kind=back", ann, "items/0/kind", "back");
    char id[64];
    (void)snprintf(id, sizeof(id), "abc-7-%llx", (long long)now_ms - 1200000);
    struct reader reader = reader_open(ann, id);
    assert_non_null(await(&reader, "event: reset", STAGE_WAIT_MS));
    assert_non_null(await(&reader, "event.failed", STAGE_WAIT_MS));
    assert_non_null(await(&reader, "event.back", STAGE_WAIT_MS));
    const char *all = nt_buf_text(&reader.text);
    assert_null(strstr(all, "event.out-of-memory")); /* before the id */
    assert_null(strstr(all, "s-bob"));
    assert_null(strstr(all, "event: gap"));
    reader_close(&reader);

    /* The id of a replayed event goes on from there. */
    (void)snprintf(id, sizeof(id), "abc-0-%llx", (long long)now_ms - 300000);
    reader = reader_open(ann, id);
    assert_non_null(await(&reader, "event.back", STAGE_WAIT_MS));
    assert_null(strstr(nt_buf_text(&reader.text), "event.failed"));
    reader_close(&reader);
}

static void test_what_is_lost_is_said(void **state)
{
    (void)state;
    char id[64];
    (void)snprintf(id, sizeof(id), "abc-7-%llx", (long long)nt_wall_ms() - INT64_C(40) * 86400000);
    struct reader reader = reader_open(ann, id);
    assert_non_null(await(&reader, "event: reset", STAGE_WAIT_MS));
    assert_non_null(await(&reader, "event: gap", STAGE_WAIT_MS));
    assert_non_null(await(&reader, "event.failed", STAGE_WAIT_MS));
    reader_close(&reader);
}

static void test_events_of_all_ones_servers_in_pages(void **state)
{
    (void)state;
    struct stage_reply page =
        stage_ask(&stage, "GET", "/api/v1/server-events?limit=2", ann, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(page.json, "items")), 2);
    char url[512];
    (void)snprintf(url, sizeof(url), "/api/v1/server-events?after=%s",
                   stage_text(page.json, "next"));
    int64_t last_ms = stage_number(page.json, "items/1/at_ms");
    stage_reply_deinit(&page);
    page = stage_ask(&stage, "GET", url, ann, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(page.json, "items")), 2);
    assert_true(stage_number(page.json, "items/0/at_ms") <= last_ms);
    assert_true(json_is_null(stage_find(page.json, "next")));
    stage_reply_deinit(&page);
    page = stage_ask(&stage, "GET", "/api/v1/server-events?owner=all", stage.admin, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(page.json, "items")), 5);
    stage_reply_deinit(&page);
    stage_expect(&stage, "GET", "/api/v1/server-events?owner=all", ann, NULL, NULL, 403,
                 "administrator-only");
}

static void test_a_task_is_done_when_the_state_has_caught_up(void **state)
{
    (void)state;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct reader hers = reader_open(ann, NULL);
    assert_non_null(await(&hers, "event: hello", STAGE_WAIT_MS));
    struct stage_pending *pending =
        stage_begin(&stage, "POST", "/api/v1/servers/s-ann/restart", ann, NULL, NULL);
    struct nt_wish *wish = stage_wish(&stage, &arena, "restart");
    stage_outcome(&stage, wish, "ok", 40, NULL, 0);
    assert_non_null(await(&hers, "\"state\":\"running\",\"stage\"", STAGE_WAIT_MS));
    put_server("s-ann", ann_id, "newest", 40);
    assert_non_null(await(&hers, "\"state\":\"done\",\"stage\"", STAGE_WAIT_MS));
    struct stage_reply reply = stage_end(pending);
    stage_reply_deinit(&reply);
    reader_close(&hers);
    nt_arena_deinit(&arena);
}

static void test_a_deleted_server_is_gone(void **state)
{
    (void)state;
    struct reader hers = reader_open(ann, NULL);
    assert_non_null(await(&hers, "event: hello", STAGE_WAIT_MS));
    struct nt_server_state server = stage_server("s-ann", ann_id, "newest");
    server.desired = "deleted";
    server.state = "deleting";
    server.sequence = 50;
    stage_put(&stage, NT_TOPIC_SERVER_STATE, "s-ann", &server);
    assert_non_null(await(&hers, "server-gone", STAGE_WAIT_MS));
    stage_expect(&stage, "GET", "/api/v1/servers/s-ann", ann, NULL, NULL, 404, "not-found");
    reader_close(&hers);
}

static void test_a_person_may_open_ten(void **state)
{
    (void)state;
    struct reader readers[10];
    int64_t end_ms = nt_mono_ms() + STAGE_WAIT_MS;
    for (size_t i = 0; i < NT_COUNT(readers); i++) {
        readers[i] = reader_open(ann, NULL);
        /* That a client left is noticed within a second: those of the tests before may still count.
         */
        while (await(&readers[i], "event: hello", 500) == NULL && nt_mono_ms() < end_ms) {
            reader_close(&readers[i]);
            readers[i] = reader_open(ann, NULL);
        }
    }
    stage_expect(&stage, "GET", "/api/v1/events", ann, NULL, NULL, 429, "too-many-streams");
    for (size_t i = 0; i < NT_COUNT(readers); i++)
        reader_close(&readers[i]);
}

static void test_signing_out_ends_the_stream(void **state)
{
    (void)state;
    char bob[160];
    stage_make_person(&stage, "bob", bob);
    struct reader his = reader_open(bob, NULL);
    assert_non_null(await(&his, "event: hello", STAGE_WAIT_MS));
    assert_non_null(await(&his, ": beat", 12000));
    struct stage_reply reply = stage_ask(&stage, "DELETE", "/api/v1/session", bob, NULL, NULL);
    assert_int_equal(reply.status, 204);
    stage_reply_deinit(&reply);
    assert_non_null(await(&his, "\r\n0\r\n\r\n", 12000)); /* the last chunk */
    reader_close(&his);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everybody_hears_of_what_is_theirs),
        cmocka_unit_test(test_loads_arrive_within_a_second),
        cmocka_unit_test(test_what_was_missed_is_told_once_as_it_is_now),
        cmocka_unit_test(test_a_replay_goes_back_beyond_this_run),
        cmocka_unit_test(test_what_is_lost_is_said),
        cmocka_unit_test(test_events_of_all_ones_servers_in_pages),
        cmocka_unit_test(test_a_task_is_done_when_the_state_has_caught_up),
        cmocka_unit_test(test_a_deleted_server_is_gone),
        cmocka_unit_test(test_a_person_may_open_ten),
        cmocka_unit_test(test_signing_out_ends_the_stream),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
