/* Bad input and bad luck: each gets a clear problem and leaves the rest working. */
#include "stage.h"

#include <arpa/inet.h>
#include <nt/clock.h>
#include <nt/text.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

static struct stage stage;

static int open_stage(void **state)
{
    (void)state;
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

/* --- bodies ---------------------------------------------------------------------------------- */

static void test_bodies_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *body;
        int status;
        const char *code;
    } cases[] = {
        {"not JSON", "name=x", 400, "body-not-json"},
        {"cut", "{\"name\":", 400, "body-not-json"},
        {"a key twice", "{\"name\":\"ab\",\"name\":\"cd\"}", 400, "body-not-json"},
        {"not UTF-8", "{\"name\":\"\xff\"}", 400, "body-not-utf8"},
        {"no object", "[1]", 400, "body-not-json"},
        {"a field of the wrong kind", "{\"name\":1,\"password\":\"x\"}", 422, "invalid-request"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        stage_expect(&stage, "POST", "/api/v1/session", NULL, NULL, cases[i].body, cases[i].status,
                     cases[i].code);
    }
}

static void test_a_body_that_is_too_large(void **state)
{
    (void)state;
    static char body[200000];
    memset(body, ' ', sizeof(body) - 1);
    stage_expect(&stage, "POST", "/api/v1/session", NULL, NULL, body, 413, "body-too-large");
}

static void test_a_body_that_says_it_is_something_else(void **state)
{
    (void)state;
    struct stage_reply reply = stage_ask_plainly(
        &stage, "POST", "/api/v1/session", NULL,
        "Origin: " STAGE_ORIGIN "\r\nContent-Type: text/plain\r\n", nt_span_of("{}"));
    assert_int_equal(reply.status, 415);
    assert_string_equal(stage_text(reply.json, "code"), "content-type");
    stage_reply_deinit(&reply);
}

static void test_paths_and_methods_that_are_none(void **state)
{
    (void)state;
    stage_expect(&stage, "GET", "/api/v1/nothing", NULL, NULL, NULL, 404, "not-found");
    stage_expect(&stage, "DELETE", "/api/v1/templates", NULL, NULL, NULL, 405,
                 "method-not-allowed");
    stage_expect(&stage, "GET", "/api/v1/plans/none", stage.admin, NULL, NULL, 404, "not-found");
    stage_expect(&stage, "GET", "/api/v1/hosts/none/load", stage.admin, NULL, NULL, 404,
                 "host-unknown");
    stage_expect(&stage, "GET", "/api/v1/servers/preview?template=none", stage.admin, NULL, NULL,
                 422, "template-unknown");
}

/* --- other origins --------------------------------------------------------------------------- */

static void test_mutations_and_streams_come_from_the_console_only(void **state)
{
    (void)state;
    static const char *const origins[] = {"Origin: http://evil.s.localhost:8088\r\n",
                                          "Origin: null\r\n", "Sec-Fetch-Site: same-site\r\n",
                                          "Sec-Fetch-Site: cross-site\r\n"};
    for (size_t i = 0; i < NT_COUNT(origins); i++) {
        print_message("%s", origins[i]);
        struct nt_buf headers = {0};
        (void)nt_buf_printf(&headers, "%sContent-Type: application/json\r\n", origins[i]);
        struct stage_reply reply = stage_ask_plainly(&stage, "POST", "/api/v1/servers", stage.admin,
                                                     nt_buf_text(&headers), nt_span_of("{}"));
        assert_int_equal(reply.status, 403);
        assert_string_equal(stage_text(reply.json, "code"), "cross-origin");
        stage_reply_deinit(&reply);
        reply = stage_ask_plainly(&stage, "GET", "/api/v1/events", stage.admin, origins[i],
                                  (struct nt_span){0});
        assert_int_equal(reply.status, 403);
        stage_reply_deinit(&reply);
        nt_buf_deinit(&headers);
    }
}

/* --- the page -------------------------------------------------------------------------------- */

static void test_the_page_is_served_with_its_headers(void **state)
{
    (void)state;
    struct stage_reply page =
        stage_ask_plainly(&stage, "GET", "/", NULL, NULL, (struct nt_span){0});
    assert_int_equal(page.status, 200);
    assert_non_null(strstr(page.text, "plain page"));
    assert_non_null(strcasestr(page.head, "content-security-policy: default-src 'none'"));
    assert_non_null(strcasestr(page.head, "cache-control: no-cache"));
    assert_non_null(strcasestr(page.head, "x-content-type-options: nosniff"));
    stage_reply_deinit(&page);
    page = stage_ask_plainly(&stage, "GET", "/servers/abc", NULL,
                             "Accept-Encoding: br;q=0, gzip\r\n", (struct nt_span){0});
    assert_int_equal(page.status, 200);
    assert_string_equal(page.text, "not really gzip");
    assert_non_null(strcasestr(page.head, "content-encoding: gzip"));
    stage_reply_deinit(&page);
    page = stage_ask_plainly(&stage, "GET", "/assets/app-1a2b.js", NULL, NULL, (struct nt_span){0});
    assert_non_null(strcasestr(page.head, "immutable"));
    char etag[64];
    const char *at = strcasestr(page.head, "etag: ");
    (void)snprintf(etag, sizeof(etag), "If-None-Match: %.22s\r\n", at + strlen("etag: "));
    stage_reply_deinit(&page);
    page = stage_ask_plainly(&stage, "GET", "/assets/app-1a2b.js", NULL, etag, (struct nt_span){0});
    assert_int_equal(page.status, 304);
    stage_reply_deinit(&page);
    stage_expect(&stage, "GET", "/assets/gone-1.js", NULL, NULL, NULL, 404, "not-found");
    stage_expect(&stage, "GET", "/../../etc/passwd.txt", NULL, NULL, NULL, 404, "not-found");
}

static void test_the_document_is_served(void **state)
{
    (void)state;
    struct stage_reply reply = stage_ask(&stage, "GET", "/api/v1/openapi.json", NULL, NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(stage_text(reply.json, "openapi"), "3.1.0");
    stage_reply_deinit(&reply);
}

/* --- records that nobody can read ------------------------------------------------------------ */

static void test_malformed_records_go_to_the_dead_letters(void **state)
{
    (void)state;
    static const uint8_t junk[] = {0x00, 0x00, 0x01, 0x86, 0xb2, 0xff, 0xff, 0xff};
    nt_test_bus_put(stage.bus, NT_TOPIC_SERVER_STATE, "junk", (struct nt_span){junk, sizeof(junk)});
    const struct nt_test_record *dead =
        nt_test_bus_await(stage.bus, NT_TOPIC_DLQ_API, "junk", NULL, NULL, NULL, STAGE_WAIT_MS);
    assert_non_null(dead);
    assert_int_equal(dead->value.len, sizeof(junk));
    /* What comes after it is read. */
    struct nt_server_state server =
        stage_server("0197a000-0000-7000-8000-000000000001", "somebody", "web-1");
    stage_put(&stage, NT_TOPIC_SERVER_STATE, server.server, &server);
    stage_until(&stage, "/api/v1/servers/0197a000-0000-7000-8000-000000000001", stage.admin, "name",
                "web-1");
}

/* --- Redis away ------------------------------------------------------------------------------ */

static void test_without_redis_loads_come_from_kafka_marked_older(void **state)
{
    (void)state;
    struct nt_host host = {.host = "host-1", .role = "active", .revision = 1};
    struct nt_host_state host_state = {
        .host = "host-1",
        .capacity = {.cpu_milli = 4000, .mem_bytes = INT64_C(8) << 30},
        .at_ms = nt_wall_ms()};
    struct nt_host_load load = {.host = "host-1",
                                .at_ms = nt_wall_ms(),
                                .interval_ms = 5000,
                                .sample = {.cpu_milli = 1000, .mem_bytes = INT64_C(2) << 30}};
    stage_put(&stage, NT_TOPIC_HOSTS, "host-1", &host);
    stage_put(&stage, NT_TOPIC_HOST_STATE, "host-1", &host_state);
    stage_put(&stage, NT_TOPIC_HOST_LOAD, "host-1", &load);
    stage_until(&stage, "/api/v1/hosts/host-1", stage.admin, "load/source", "kafka");
    struct stage_reply reply =
        stage_ask(&stage, "GET", "/api/v1/hosts/host-1", stage.admin, NULL, NULL);
    assert_true(json_is_true(stage_find(reply.json, "load/older")));
    assert_int_equal(stage_number(reply.json, "load/cpu_pct"), 25);
    stage_reply_deinit(&reply);
    reply = stage_ask(&stage, "GET", "/api/v1/hosts/host-1/load", stage.admin, NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_true(json_is_true(stage_find(reply.json, "older")));
    assert_int_equal(stage_number(reply.json, "cpu_limit_milli"), 4000);
    stage_reply_deinit(&reply);
    reply = stage_ask(&stage, "GET", "/api/v1/tide", stage.admin, NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(stage_text(reply.json, "hosts/0/host"), "host-1");
    assert_true(json_is_true(stage_find(reply.json, "older")));
    stage_reply_deinit(&reply);
}

static void test_roll_ups_become_the_history(void **state)
{
    (void)state;
    int64_t now_ms = nt_wall_ms();
    int64_t from_ms = now_ms - now_ms % 300000 - 7200000;
    struct nt_host_rollup rollup = {
        .host = "host-1",
        .from_ms = from_ms,
        .step_ms = 300000,
        .samples = 60,
        .roll = {.cpu_milli_mean = 1500, .cpu_milli_max = 2500, .mem_bytes_mean = 1e9}};
    stage_put(&stage, NT_TOPIC_HOST_ROLLUP, "host-1", &rollup);
    char url[160];
    (void)snprintf(url, sizeof(url), "/api/v1/hosts/host-1/load?from_ms=%lld&to_ms=%lld",
                   (long long)from_ms, (long long)from_ms + 300000);
    stage_until(&stage, url, stage.admin, "cpu_milli/0", NULL);
    struct stage_reply reply = stage_ask(&stage, "GET", url, stage.admin, NULL, NULL);
    assert_int_equal(stage_number(reply.json, "cpu_milli/0"), 1500);
    assert_int_equal(stage_number(reply.json, "cpu_milli_max/0"), 2500);
    assert_int_equal(stage_number(reply.json, "step_ms"), 300000);
    stage_reply_deinit(&reply);
    stage_expect(&stage, "GET", "/api/v1/hosts/host-1/load?from_ms=5&to_ms=4", stage.admin, NULL,
                 NULL, 422, "invalid-request");
}

static void test_without_a_balancer_a_preview_says_so(void **state)
{
    (void)state;
    stage_until(&stage, "/api/v1/templates", stage.admin, "templates/2/template", "web");
    struct stage_reply reply =
        stage_ask(&stage, "GET", "/api/v1/servers/preview?template=web", stage.admin, NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(stage_text(reply.json, "items/0/fits"), "unknown");
    assert_string_equal(stage_text(reply.json, "items/0/sentence/key"), "fits.unknown");
    stage_reply_deinit(&reply);
}

/* A balancer that answers one preview, as services/balancer/adapters/preview_json.c writes it. */
static void *play_leader(void *arg)
{
    int listen_fd = *(int *)arg;
    static const char said[] =
        "{\"items\":["
        "{\"size\":\"small\",\"fits\":\"now\",\"message\":{\"key\":\"fits.now\",\"params\":"
        "{\"cpu_milli\":\"500\"}},\"granted\":{\"cpu_milli\":500,\"mem_bytes\":1},"
        "\"largest\":null,\"full_after_ms\":null},"
        "{\"size\":\"medium\",\"fits\":\"partly\",\"message\":{\"key\":\"fits.partly\","
        "\"params\":{\"given_pct\":\"91.5\"}},\"granted\":{\"cpu_milli\":700,\"mem_bytes\":1},"
        "\"largest\":null,\"full_after_ms\":null},"
        "{\"size\":\"large\",\"fits\":\"no\",\"message\":{\"key\":\"fits.no\",\"params\":"
        "{\"resource\":\"cpu\"}},\"granted\":null,"
        "\"largest\":{\"cpu_milli\":1500,\"mem_bytes\":2},\"full_after_ms\":null}]}";
    char text[4096] = "";
    size_t len = 0;
    int fd = accept(listen_fd, NULL, NULL);
    while (strstr(text, "\"large\"") == NULL) {
        ssize_t count = recv(fd, text + len, sizeof(text) - 1 - len, 0);
        if (count <= 0)
            break;
        len += (size_t)count;
    }
    bool is_asked = nt_text_starts(text, "POST /preview HTTP/1.1\r\n");
    char reply[2048];
    int reply_len = snprintf(reply, sizeof(reply),
                             "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                             "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                             is_asked ? "200 OK" : "404 Not Found", strlen(said), said);
    (void)send(fd, reply, (size_t)reply_len, MSG_NOSIGNAL);
    (void)close(fd);
    return NULL;
}

static void test_a_preview_has_a_sentence_for_each_size(void **state)
{
    (void)state;
    int listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    assert_int_equal(bind(listen_fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listen_fd, 8), 0);
    assert_int_equal(getsockname(listen_fd, (struct sockaddr *)&address, &len), 0);
    char leader[64];
    (void)snprintf(leader, sizeof(leader), "127.0.0.1:%d", ntohs(address.sin_port));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, play_leader, &listen_fd), 0);
    struct nt_pool pool = {.pool = "pool", .mode = "off", .leader = leader, .revision = 1};
    stage_put(&stage, NT_TOPIC_POOL, "pool", &pool);
    stage_until(&stage, "/api/v1/pool", stage.admin, "mode", "off");
    struct stage_reply reply =
        stage_ask(&stage, "GET", "/api/v1/servers/preview?template=web", stage.admin, NULL, NULL);
    static const struct {
        const char *fits;
        const char *key;
    } sizes[] = {{"now", "fits.now"}, {"partly", "fits.partly"}, {"no", "fits.no"}};
    for (size_t i = 0; i < NT_COUNT(sizes); i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "items/%zu/fits", i);
        assert_string_equal(stage_text(reply.json, path), sizes[i].fits);
        (void)snprintf(path, sizeof(path), "items/%zu/sentence/key", i);
        assert_string_equal(stage_text(reply.json, path), sizes[i].key);
    }
    assert_int_equal(stage_number(reply.json, "items/1/granted/cpu_milli"), 700);
    assert_true(json_is_real(stage_find(reply.json, "items/1/sentence/params/given_pct")));
    assert_string_equal(stage_text(reply.json, "items/2/sentence/params/resource"), "cpu");
    assert_int_equal(stage_number(reply.json, "items/2/largest/cpu_milli"), 1500);
    /* What fits now fits from now on; without a forecast nobody knows when the rest will. */
    assert_true(stage_number(reply.json, "items/0/full_after_ms") > 0);
    assert_true(json_is_null(stage_find(reply.json, "items/1/full_after_ms")));
    stage_reply_deinit(&reply);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)close(listen_fd);
}

/* --- Kafka away ------------------------------------------------------------------------------ */

static void test_without_kafka_reads_go_on_and_writes_are_refused(void **state)
{
    (void)state;
    nt_test_bus_set_down(stage.bus, true);
    int64_t end_ms = nt_mono_ms() + 4 * STAGE_WAIT_MS;
    int status = 200;
    while (status != 503 && nt_mono_ms() < end_ms) {
        struct stage_reply ready =
            stage_ask_plainly(&stage, "GET", "/readyz", NULL, NULL, (struct nt_span){0});
        status = ready.status;
        stage_reply_deinit(&ready);
    }
    assert_int_equal(status, 503);
    stage_expect(&stage, "POST", "/api/v1/servers", stage.admin, NULL,
                 "{\"name\":\"late\",\"template\":\"web\",\"size\":\"small\"}", 503, "kafka-down");
    struct stage_reply reply = stage_ask(&stage, "GET", "/api/v1/hosts", stage.admin, NULL, NULL);
    assert_int_equal(reply.status, 200);
    stage_reply_deinit(&reply);
    reply = stage_ask(&stage, "GET", "/api/v1/setup", NULL, NULL, NULL);
    assert_true(json_is_false(stage_find(reply.json, "parts/0/ready")));
    assert_string_equal(stage_text(reply.json, "parts/0/message/key"), "setup.waiting");
    stage_reply_deinit(&reply);

    nt_test_bus_set_down(stage.bus, false);
    assert_true(nt_test_wait_ready(&stage.process, stage.port, 4 * STAGE_WAIT_MS));
    reply =
        stage_ask(&stage, "PATCH", "/api/v1/session", stage.admin, NULL, "{\"language\":\"ko\"}");
    assert_int_equal(reply.status, 200);
    stage_reply_deinit(&reply);
}

/* --- settings -------------------------------------------------------------------------------- */

static void test_settings_that_cannot_work_are_refused_at_once(void **state)
{
    (void)state;
    char key[128];
    (void)snprintf(key, sizeof(key), "%s/key", stage.folder);
    static const char *const check[] = {"--check", NULL};
    static const struct {
        const char *url;
        int exit_code;
    } cases[] = {
        {"http://console.localhost:8088", 0}, {"https://console.lab.org", 0},
        {"http://console.lab.org", 1},        {"console.localhost", 1},
        {"http://console.localhost/path", 1}, {"http://evil-localhost", 1},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].url);
        const char *environment[] = {"NEAPTIDE_URL", cases[i].url, "NEAPTIDE_KEY_FILE", key, NULL};
        /* --check looks at one setting at a time; what does not fit together ends the start. */
        struct nt_test_process process = nt_test_spawn(
            NT_TEST_BIN "/neaptide-api", cases[i].exit_code == 0 ? check : NULL, environment);
        assert_true(nt_test_wait_exit(&process, STAGE_WAIT_MS));
        assert_int_equal(process.exit_code, cases[i].exit_code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_that_are_wrong),
        cmocka_unit_test(test_a_body_that_is_too_large),
        cmocka_unit_test(test_a_body_that_says_it_is_something_else),
        cmocka_unit_test(test_paths_and_methods_that_are_none),
        cmocka_unit_test(test_mutations_and_streams_come_from_the_console_only),
        cmocka_unit_test(test_the_page_is_served_with_its_headers),
        cmocka_unit_test(test_the_document_is_served),
        cmocka_unit_test(test_malformed_records_go_to_the_dead_letters),
        cmocka_unit_test(test_without_redis_loads_come_from_kafka_marked_older),
        cmocka_unit_test(test_roll_ups_become_the_history),
        cmocka_unit_test(test_without_a_balancer_a_preview_says_so),
        cmocka_unit_test(test_a_preview_has_a_sentence_for_each_size),
        cmocka_unit_test(test_without_kafka_reads_go_on_and_writes_are_refused),
        cmocka_unit_test(test_settings_that_cannot_work_are_refused_at_once),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
