/* What people ask for: written as wishes, answered with the balancer's outcome. */
#include "stage.h"

#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>

static struct stage stage;
static struct nt_arena arena;
static char ann[160];
static char stage_owner[64]; /* ann's id */
static char server_id[64];   /* of ann's server, made by the first test */

#define CREATE                                                                                     \
    "{\"name\":\"my-shell\",\"title\":\"내 셸\",\"template\":\"shell\",\"size\":\"small\"}"

static int open_stage(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    stage_open(&stage, false);
    stage_start(&stage);
    stage_make_admin(&stage);
    stage_make_person(&stage, "ann", ann);
    stage_until(&stage, "/api/v1/templates", ann, "templates/2/template", "web");
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    nt_arena_deinit(&arena);
    return 0;
}

static void test_the_catalogue_is_there_after_the_first_start(void **state)
{
    (void)state;
    struct stage_reply reply = stage_ask(&stage, "GET", "/api/v1/templates", ann, NULL, NULL);
    assert_string_equal(stage_text(reply.json, "templates/0/template"), "shell");
    assert_string_equal(stage_text(reply.json, "templates/0/title/ko"), "셸");
    assert_string_equal(stage_text(reply.json, "templates/1/template"), "files");
    assert_int_equal(stage_number(reply.json, "sizes/2/mem_bytes"), INT64_C(2) << 30);
    stage_reply_deinit(&reply);
}

static void test_a_server_is_asked_for_decided_and_shown(void **state)
{
    (void)state;
    struct stage_pending *pending =
        stage_begin(&stage, "POST", "/api/v1/servers", ann, "Idempotency-Key: one\r\n", CREATE);
    struct nt_wish *wish = stage_wish(&stage, &arena, "create");
    assert_string_equal(wish->name, "my-shell");
    assert_string_equal(wish->title, "내 셸");
    assert_int_equal(wish->requested->cpu_milli, 500);
    assert_int_equal(wish->quota->cpu_milli, 1000);
    assert_int_equal(wish->quota_servers.value, 2);
    assert_string_equal(wish->spec->image, "neaptide/shell");
    assert_false(wish->admin);
    const char *password =
        nt_pairs_find(wish->spec->env, wish->spec->env_count, "NEAPTIDE_PASSWORD");
    assert_int_equal(strlen(password), 16);
    assert_int_equal(strncmp(stage.last_wish->traceparent, "00-", 3), 0);
    struct nt_server_state server = stage_state_of(wish);
    stage_put(&stage, NT_TOPIC_SERVER_STATE, wish->server, &server);
    stage_outcome(&stage, wish, "ok", 1, NULL, 0);

    struct stage_reply reply = stage_end(pending);
    assert_int_equal(reply.status, 201);
    assert_string_equal(stage_text(reply.json, "server/state"), "preparing");
    assert_string_equal(stage_text(reply.json, "server/owner_name"), "ann");
    char after[96];
    (void)snprintf(after, sizeof(after), "%s@1", wish->server);
    assert_string_equal(stage_text(reply.json, "after"), after);
    assert_non_null(strcasestr(reply.head, "ETag: \"1\""));
    assert_non_null(strcasestr(reply.head, "Location: /api/v1/servers/"));
    stage_reply_deinit(&reply);
    (void)snprintf(server_id, sizeof(server_id), "%s", wish->server);
    (void)snprintf(stage_owner, sizeof(stage_owner), "%s", wish->actor);

    char url[128];
    (void)snprintf(url, sizeof(url), "/api/v1/servers/%s/access", server_id);
    reply = stage_ask(&stage, "GET", url, ann, NULL, NULL);
    assert_string_equal(stage_text(reply.json, "password"), password);
    assert_string_equal(stage_text(reply.json, "user"), "root");
    stage_reply_deinit(&reply);
}

static void test_the_same_key_asks_once(void **state)
{
    (void)state;
    struct stage_reply reply =
        stage_ask(&stage, "POST", "/api/v1/servers", ann, "Idempotency-Key: one\r\n", CREATE);
    assert_int_equal(reply.status, 201);
    assert_string_equal(stage_text(reply.json, "server/server"), server_id);
    stage_reply_deinit(&reply);
    assert_int_equal(nt_test_bus_count(stage.bus, NT_TOPIC_REQUESTS, NULL), 1);
    stage_expect(&stage, "POST", "/api/v1/servers", ann, "Idempotency-Key: one\r\n",
                 "{\"name\":\"other\",\"template\":\"shell\",\"size\":\"small\"}", 422,
                 "idempotency-key-reused");
}

static void test_refusals_carry_their_figures(void **state)
{
    (void)state;
    static const struct nt_pair no_room[] = {{"cpu_milli", "500"},
                                             {"mem_bytes", "536870912"},
                                             {"largest_cpu_milli", "250"},
                                             {"largest_mem_bytes", "268435456"}};
    static const struct nt_pair quota[] = {
        {"limit_milli", "1000"}, {"used_milli", "500"}, {"asked_milli", "2000"}};
    static const struct {
        const char *code;
        const struct nt_pair *params;
        size_t params_count;
        int status;
        const char *figure;
    } cases[] = {
        {"name-taken", NULL, 0, 409, "next-one"},
        {"no-room", no_room, NT_COUNT(no_room), 409, "256 MB"},
        {"quota-cpu", quota, NT_COUNT(quota), 422, "0.5"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].code);
        struct stage_pending *pending =
            stage_begin(&stage, "POST", "/api/v1/servers", ann, NULL,
                        "{\"name\":\"next-one\",\"template\":\"web\",\"size\":\"small\"}");
        struct nt_wish *wish = stage_wish(&stage, &arena, "create");
        stage_outcome(&stage, wish, cases[i].code, 0, cases[i].params, cases[i].params_count);
        struct stage_reply reply = stage_end(pending);
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(stage_text(reply.json, "code"), cases[i].code);
        assert_non_null(strstr(stage_text(reply.json, "detail"), cases[i].figure));
        stage_reply_deinit(&reply);
    }
}

static void test_what_is_wrong_is_said_before_anything_is_written(void **state)
{
    (void)state;
    stage_expect(&stage, "POST", "/api/v1/servers", ann, NULL,
                 "{\"name\":\"ok-name\",\"template\":\"windows\",\"size\":\"small\"}", 422,
                 "template-unknown");
    stage_expect(&stage, "POST", "/api/v1/servers", ann, NULL,
                 "{\"name\":\"ok-name\",\"template\":\"web\",\"size\":\"huge\"}", 422,
                 "size-unknown");
    stage_expect(&stage, "POST", "/api/v1/servers", ann, NULL,
                 "{\"name\":\"Not A Name\",\"template\":\"web\",\"size\":\"small\"}", 422,
                 "name-invalid");
    stage_expect(&stage, "POST", "/api/v1/servers", ann, NULL,
                 "{\"name\":\"Not A Name\",\"template\":\"web\",\"size\":\"huge\"}", 422,
                 "invalid-request");
    stage_expect(
        &stage, "POST", "/api/v1/servers", ann, NULL,
        "{\"name\":\"ok-name\",\"template\":\"web\",\"size\":\"small\",\"privileged\":true}", 422,
        "invalid-request");
}

static void test_others_servers_are_not_there(void **state)
{
    (void)state;
    char bob[160];
    char url[128];
    stage_make_person(&stage, "bob", bob);
    (void)snprintf(url, sizeof(url), "/api/v1/servers/%s", server_id);
    stage_expect(&stage, "GET", url, bob, NULL, NULL, 404, "not-found");
    stage_expect(&stage, "DELETE", url, bob, NULL, NULL, 404, "not-found");
    stage_expect(&stage, "GET", "/api/v1/servers/0197a000-0000-7000-8000-00000000dead", bob, NULL,
                 NULL, 404, "not-found");
    struct stage_reply list = stage_ask(&stage, "GET", "/api/v1/servers", bob, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(list.json, "items")), 0);
    stage_reply_deinit(&list);
    list = stage_ask(&stage, "GET", "/api/v1/servers?owner=all", stage.admin, NULL, NULL);
    assert_int_equal(json_array_size(stage_find(list.json, "items")), 1);
    stage_reply_deinit(&list);
    stage_expect(&stage, "GET", "/api/v1/servers?owner=all", bob, NULL, NULL, 403,
                 "administrator-only");
}

static void test_a_stop_with_the_revision_that_was_seen(void **state)
{
    (void)state;
    char url[128];
    (void)snprintf(url, sizeof(url), "/api/v1/servers/%s/stop", server_id);
    stage_expect(&stage, "POST", url, ann, "If-Match: \"0\"\r\n", NULL, 412, "revision-changed");
    struct stage_pending *pending =
        stage_begin(&stage, "POST", url, ann, "If-Match: \"1\"\r\n", NULL);
    struct nt_wish *wish = stage_wish(&stage, &arena, "stop");
    assert_true(wish->revision.is_set);
    assert_int_equal(wish->revision.value, 1);
    stage_outcome(&stage, wish, "ok", 2, NULL, 0);
    /* The answer waits for the state that belongs to the outcome. */
    struct nt_server_state server = stage_server(server_id, stage_owner, "my-shell");
    server.state = "stopped";
    server.desired = "stopped";
    server.revision = 2;
    server.sequence = 2;
    stage_put(&stage, NT_TOPIC_SERVER_STATE, server_id, &server);
    struct stage_reply reply = stage_end(pending);
    assert_int_equal(reply.status, 200);
    assert_string_equal(stage_text(reply.json, "server/state"), "stopped");
    stage_reply_deinit(&reply);
}

static void test_a_moving_server_says_when_to_come_back(void **state)
{
    (void)state;
    static const struct nt_pair params[] = {{"to", "spare-1"}};
    char url[128];
    (void)snprintf(url, sizeof(url), "/api/v1/servers/%s/restart", server_id);
    struct stage_pending *pending = stage_begin(&stage, "POST", url, ann, NULL, NULL);
    struct nt_wish *wish = stage_wish(&stage, &arena, "restart");
    stage_outcome(&stage, wish, "moving", 2, params, NT_COUNT(params));
    struct stage_reply reply = stage_end(pending);
    assert_int_equal(reply.status, 409);
    assert_string_equal(stage_text(reply.json, "code"), "moving");
    assert_non_null(strcasestr(reply.head, "Retry-After: 5"));
    stage_reply_deinit(&reply);
}

static void test_what_nobody_decides_becomes_a_task(void **state)
{
    (void)state;
    char url[128];
    (void)snprintf(url, sizeof(url), "/api/v1/servers/%s/start", server_id);
    struct stage_reply reply = stage_ask(&stage, "POST", url, ann, NULL, NULL);
    assert_int_equal(reply.status, 202);
    assert_string_equal(stage_text(reply.json, "state"), "waiting");
    char task[128];
    (void)snprintf(task, sizeof(task), "/api/v1/tasks/%s", stage_text(reply.json, "task"));
    assert_non_null(strstr(reply.head, task));
    stage_reply_deinit(&reply);

    struct nt_wish *wish = stage_wish(&stage, &arena, "start");
    stage_outcome(&stage, wish, "expired", 0, NULL, 0);
    stage_until(&stage, task, ann, "state", "failed");
    reply = stage_ask(&stage, "GET", task, ann, NULL, NULL);
    assert_string_equal(stage_text(reply.json, "problem/code"), "expired");
    assert_string_equal(stage_text(reply.json, "name"), "my-shell");
    stage_reply_deinit(&reply);
    reply = stage_ask(&stage, "GET", "/api/v1/tasks", ann, NULL, NULL);
    assert_string_equal(stage_text(reply.json, "items/0/kind"), "start");
    stage_reply_deinit(&reply);
}

static void test_a_read_waits_for_ones_own_write(void **state)
{
    (void)state;
    char url[128];
    char header[128];
    (void)snprintf(url, sizeof(url), "/api/v1/servers/%s", server_id);
    (void)snprintf(header, sizeof(header), "Neaptide-After: %s@3\r\n", server_id);
    struct stage_pending *pending = stage_begin(&stage, "GET", url, ann, header, NULL);
    struct nt_server_state server = stage_server(server_id, stage_owner, "my-shell");
    server.state = "running";
    server.revision = 3;
    server.sequence = 3;
    stage_put(&stage, NT_TOPIC_SERVER_STATE, server_id, &server);
    struct stage_reply reply = stage_end(pending);
    assert_string_equal(stage_text(reply.json, "state"), "running");
    assert_null(strcasestr(reply.head, "Neaptide-Stale"));
    stage_reply_deinit(&reply);

    (void)snprintf(header, sizeof(header), "Neaptide-After: %s@99\r\n", server_id);
    int64_t begin_ms = nt_mono_ms();
    reply = stage_ask(&stage, "GET", url, ann, header, NULL);
    assert_true(nt_mono_ms() - begin_ms >= 1900);
    assert_int_equal(reply.status, 200);
    assert_non_null(strcasestr(reply.head, "Neaptide-Stale: true"));
    stage_reply_deinit(&reply);
}

static void test_hosts_and_the_pool_change_by_request(void **state)
{
    (void)state;
    struct nt_host host = {.host = "host-1", .role = "active", .revision = 1};
    stage_put(&stage, NT_TOPIC_HOSTS, "host-1", &host);
    stage_until(&stage, "/api/v1/hosts", ann, "items/0/host", "host-1");
    stage_expect(&stage, "POST", "/api/v1/hosts/nowhere/cordon", stage.admin, NULL,
                 "{\"cordoned\":true}", 404, "host-unknown");
    struct stage_pending *pending = stage_begin(&stage, "POST", "/api/v1/hosts/host-1/cordon",
                                                stage.admin, NULL, "{\"cordoned\":true}");
    struct nt_wish *wish = stage_wish(&stage, &arena, "cordon");
    assert_string_equal(wish->word, "on");
    assert_true(wish->admin);
    host.cordon = true;
    host.revision = 2;
    stage_put(&stage, NT_TOPIC_HOSTS, "host-1", &host);
    stage_outcome(&stage, wish, "ok", 2, NULL, 0);
    struct stage_reply reply = stage_end(pending);
    assert_int_equal(reply.status, 200);
    assert_true(json_is_true(stage_find(reply.json, "host/cordoned")));
    stage_reply_deinit(&reply);

    struct nt_pool pool = {.pool = "pool", .mode = "off", .revision = 1};
    stage_put(&stage, NT_TOPIC_POOL, "pool", &pool);
    stage_until(&stage, "/api/v1/pool", ann, "mode", "off");
    pending =
        stage_begin(&stage, "PATCH", "/api/v1/pool", stage.admin, NULL, "{\"mode\":\"automatic\"}");
    wish = stage_wish(&stage, &arena, "mode");
    pool.mode = wish->word;
    pool.revision = 2;
    stage_put(&stage, NT_TOPIC_POOL, "pool", &pool);
    stage_outcome(&stage, wish, "ok", 2, NULL, 0);
    reply = stage_end(pending);
    assert_int_equal(reply.status, 200);
    assert_string_equal(stage_text(reply.json, "pool/mode"), "automatic");
    stage_reply_deinit(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_catalogue_is_there_after_the_first_start),
        cmocka_unit_test(test_a_server_is_asked_for_decided_and_shown),
        cmocka_unit_test(test_the_same_key_asks_once),
        cmocka_unit_test(test_refusals_carry_their_figures),
        cmocka_unit_test(test_what_is_wrong_is_said_before_anything_is_written),
        cmocka_unit_test(test_others_servers_are_not_there),
        cmocka_unit_test(test_a_stop_with_the_revision_that_was_seen),
        cmocka_unit_test(test_a_moving_server_says_when_to_come_back),
        cmocka_unit_test(test_what_nobody_decides_becomes_a_task),
        cmocka_unit_test(test_a_read_waits_for_ones_own_write),
        cmocka_unit_test(test_hosts_and_the_pool_change_by_request),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
