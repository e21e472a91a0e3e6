#include "stage.h"

#include <dirent.h>
#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

/* --- the binary ------------------------------------------------------------------------------ */

static void write_file(const struct stage *stage, const char *name, const char *content)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", stage->folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void stage_start(struct stage *stage)
{
    char listen[64];
    char data[128];
    char web[128];
    char token[128];
    char key[128];
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", stage->port);
    (void)snprintf(data, sizeof(data), "%s/data", stage->folder);
    (void)snprintf(web, sizeof(web), "%s/web", stage->folder);
    (void)snprintf(token, sizeof(token), "%s/token", stage->folder);
    (void)snprintf(key, sizeof(key), "%s/key", stage->folder);
    const char *environment[] = {"NEAPTIDE_KAFKA",
                                 nt_test_bus_brokers(stage->bus),
                                 "NEAPTIDE_REDIS",
                                 stage->redis,
                                 "NEAPTIDE_API_LISTEN",
                                 listen,
                                 "NEAPTIDE_URL",
                                 STAGE_ORIGIN,
                                 "NEAPTIDE_API_DATA_DIR",
                                 data,
                                 "NEAPTIDE_API_WEB_DIR",
                                 web,
                                 "NEAPTIDE_API_EDGE_SOCKET",
                                 stage->edge_socket,
                                 "NEAPTIDE_API_SETUP_TOKEN_FILE",
                                 token,
                                 "NEAPTIDE_KEY_FILE",
                                 key,
                                 NULL};
    stage->process = nt_test_spawn(NT_TEST_BIN "/neaptide-api", NULL, environment);
    assert_true(nt_test_wait_ready(&stage->process, stage->port, 4 * STAGE_WAIT_MS));
}

void stage_open(struct stage *stage, bool has_edge)
{
    *stage = (struct stage){0};
    (void)snprintf(stage->folder, sizeof(stage->folder), "/tmp/neaptide-api-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    static const char *const folders[] = {"data", "web", "web/assets", "edge"};
    char path[256];
    for (size_t i = 0; i < NT_COUNT(folders); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", stage->folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    write_file(stage, "token", STAGE_TOKEN "\n");
    write_file(stage, "key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    write_file(stage, "web/index.html", "<!doctype html><title>plain page</title>");
    write_file(stage, "web/index.html.gz", "not really gzip");
    write_file(stage, "web/assets/app-1a2b.js", "plain script");
    (void)snprintf(stage->redis, sizeof(stage->redis), "127.0.0.1:1");
    if (has_edge)
        (void)snprintf(stage->edge_socket, sizeof(stage->edge_socket), "%s/edge/haproxy.sock",
                       stage->folder);
    stage->bus = nt_test_bus_new();
    /* Asked for last: what is free now may be what the mock broker takes next. */
    stage->port = nt_test_free_port();
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char inner[512];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0)
            remove_folder(inner);
    }
    assert_int_equal(closedir(folder), 0);
    assert_int_equal(rmdir(path), 0);
}

void stage_close(struct stage *stage)
{
    if (stage->process.pid != 0)
        assert_int_equal(nt_test_stop(&stage->process, STAGE_WAIT_MS), 0);
    nt_test_bus_free(stage->bus);
    remove_folder(stage->folder);
}

/* --- requests -------------------------------------------------------------------------------- */

void stage_reply_deinit(struct stage_reply *reply)
{
    json_decref(reply->json);
    free(reply->head);
    *reply = (struct stage_reply){0};
}

struct stage_reply stage_ask_plainly(const struct stage *stage, const char *method,
                                     const char *path, const char *cookie, const char *headers,
                                     struct nt_span body)
{
    struct nt_buf all = {0};
    (void)nt_buf_printf(&all, "%s%s", cookie == NULL ? "" : cookie, headers == NULL ? "" : headers);
    struct nt_test_reply got =
        nt_test_http(stage->port, method, path, nt_buf_text(&all), body, STAGE_WAIT_MS);
    struct stage_reply reply = {.status = got.status};
    reply.json = json_loadb((const char *)got.body.data, got.body.len, 0, NULL);
    reply.head = nt_strdup(nt_buf_text(&got.head));
    (void)snprintf(reply.text, sizeof(reply.text), "%s", nt_buf_text(&got.body));
    nt_test_reply_deinit(&got);
    nt_buf_deinit(&all);
    return reply;
}

struct stage_reply stage_ask(const struct stage *stage, const char *method, const char *path,
                             const char *cookie, const char *headers, const char *body)
{
    struct nt_buf all = {0};
    (void)nt_buf_printf(&all, "Origin: %s\r\n%s%s", STAGE_ORIGIN,
                        body == NULL ? "" : "Content-Type: application/json\r\n",
                        headers == NULL ? "" : headers);
    struct stage_reply reply =
        stage_ask_plainly(stage, method, path, cookie, nt_buf_text(&all), nt_span_of(body));
    nt_buf_deinit(&all);
    return reply;
}

static void expect_problem(const struct stage_reply *reply, int status, const char *code)
{
    const char *got = stage_text(reply->json, "code");
    if (reply->status != status || !nt_text_is(got, code))
        fail_msg("expected %d %s, got %d %s", status, code, reply->status,
                 got == NULL ? reply->text : got);
    assert_non_null(strstr(reply->head, "application/problem+json"));
    static const char *const texts[] = {"title", "detail", "next"};
    for (size_t i = 0; i < NT_COUNT(texts); i++) {
        const char *text = stage_text(reply->json, texts[i]);
        assert_non_null(text);
        assert_true(text[0] != '\0');
        for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{'))
            assert_false(at[1] >= 'a' && at[1] <= 'z'); /* every {figure} is filled in */
    }
    assert_int_equal(strlen(stage_text(reply->json, "trace_id")), 32);
}

static bool is_korean(const char *text)
{
    for (; *text != '\0'; text++)
        if ((uint8_t)*text >= 0xEA && (uint8_t)*text <= 0xED)
            return true;
    return false;
}

void stage_expect(const struct stage *stage, const char *method, const char *path,
                  const char *cookie, const char *headers, const char *body, int status,
                  const char *code)
{
    struct stage_reply reply = stage_ask(stage, method, path, cookie, headers, body);
    expect_problem(&reply, status, code);
    stage_reply_deinit(&reply);
    if (cookie != NULL)
        return; /* who is signed in has a language */
    struct nt_buf korean = {0};
    (void)nt_buf_printf(&korean, "Accept-Language: ko-KR,ko;q=0.9\r\n%s",
                        headers == NULL ? "" : headers);
    reply = stage_ask(stage, method, path, cookie, nt_buf_text(&korean), body);
    expect_problem(&reply, status, code);
    assert_true(is_korean(stage_text(reply.json, "detail")));
    stage_reply_deinit(&reply);
    nt_buf_deinit(&korean);
}

/* --- JSON ------------------------------------------------------------------------------------ */

const json_t *stage_find(const json_t *json, const char *path)
{
    while (json != NULL && *path != '\0') {
        size_t len = strcspn(path, "/");
        char part[64];
        (void)snprintf(part, sizeof(part), "%.*s", (int)len, path);
        int64_t index = 0;
        if (json_is_array(json) && nt_parse_i64(part, 0, 100000, &index) == 0)
            json = json_array_get(json, (size_t)index);
        else
            json = json_object_get(json, part);
        path += len + (path[len] == '/');
    }
    return json;
}

const char *stage_text(const json_t *json, const char *path)
{
    return json_string_value(stage_find(json, path));
}

int64_t stage_number(const json_t *json, const char *path)
{
    return (int64_t)json_number_value(stage_find(json, path));
}

void stage_until(const struct stage *stage, const char *url, const char *cookie, const char *path,
                 const char *text)
{
    int64_t end_ms = nt_mono_ms() + STAGE_WAIT_MS;
    for (;;) {
        struct stage_reply reply = stage_ask(stage, "GET", url, cookie, NULL, NULL);
        const json_t *found = stage_find(reply.json, path);
        bool is_there = found != NULL && !json_is_null(found) &&
                        (text == NULL || nt_text_is(json_string_value(found), text));
        stage_reply_deinit(&reply);
        if (is_there)
            return;
        if (nt_mono_ms() > end_ms)
            fail_msg("%s never had %s = %s", url, path, text == NULL ? "anything" : text);
    }
}

/* --- people ---------------------------------------------------------------------------------- */

static void take_cookie(const struct stage_reply *reply, char cookie[160])
{
    static const char name[] = "neaptide-dev=";
    const char *value = strstr(reply->head, name);
    assert_non_null(value);
    (void)snprintf(cookie, 160, "Cookie: %.*s\r\n", (int)strcspn(value, ";"), value);
}

void stage_make_admin(struct stage *stage)
{
    struct stage_reply reply =
        stage_ask(stage, "POST", "/api/v1/setup", NULL, NULL,
                  "{\"token\":\"" STAGE_TOKEN
                  "\",\"name\":\"root\",\"password\":\"correct horse\",\"language\":\"en\"}");
    assert_int_equal(reply.status, 201);
    take_cookie(&reply, stage->admin);
    stage_reply_deinit(&reply);
}

void stage_make_person(struct stage *stage, const char *name, char cookie[160])
{
    char body[256];
    (void)snprintf(body, sizeof(body),
                   "{\"name\":\"%s\",\"password\":\"battery staple\",\"language\":\"ko\","
                   "\"quota\":{\"cpu_milli\":1000,\"mem_bytes\":1073741824,\"servers\":2}}",
                   name);
    struct stage_reply reply = stage_ask(stage, "POST", "/api/v1/users", stage->admin, NULL, body);
    assert_int_equal(reply.status, 201);
    stage_reply_deinit(&reply);
    (void)snprintf(body, sizeof(body), "{\"name\":\"%s\",\"password\":\"battery staple\"}", name);
    reply = stage_ask(stage, "POST", "/api/v1/session", NULL, NULL, body);
    assert_int_equal(reply.status, 201);
    take_cookie(&reply, cookie);
    stage_reply_deinit(&reply);
}

/* --- records --------------------------------------------------------------------------------- */

void stage_put(struct stage *stage, enum nt_topic topic, const char *key, const void *record)
{
    struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    if (nt_topic_encode(topic, record, &bytes, &err) < 0)
        fail_msg("%s", err.message);
    nt_test_bus_put(stage->bus, topic, key, nt_buf_span(&bytes));
    nt_buf_deinit(&bytes);
}

struct stage_pending {
    pthread_t thread;
    const struct stage *stage;
    const char *method;
    char *path;
    char *cookie;
    char *headers;
    char *body;
    struct stage_reply reply;
};

static void *run_pending(void *arg)
{
    struct stage_pending *pending = arg;
    pending->reply = stage_ask(pending->stage, pending->method, pending->path, pending->cookie,
                               pending->headers, pending->body);
    return NULL;
}

struct stage_pending *stage_begin(const struct stage *stage, const char *method, const char *path,
                                  const char *cookie, const char *headers, const char *body)
{
    struct stage_pending *pending = nt_zalloc(sizeof(*pending));
    *pending = (struct stage_pending){.stage = stage,
                                      .method = method,
                                      .path = nt_strdup(path),
                                      .cookie = nt_strdup(cookie),
                                      .headers = nt_strdup(headers),
                                      .body = nt_strdup(body)};
    assert_int_equal(pthread_create(&pending->thread, NULL, run_pending, pending), 0);
    return pending;
}

struct stage_reply stage_end(struct stage_pending *pending)
{
    assert_int_equal(pthread_join(pending->thread, NULL), 0);
    struct stage_reply reply = pending->reply;
    free(pending->path);
    free(pending->cookie);
    free(pending->headers);
    free(pending->body);
    free(pending);
    return reply;
}

static bool has_op(const struct nt_test_record *record, void *arg)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_wish *wish = NULL;
    bool is_it =
        nt_wish_decode(&arena, record->value, &wish, NULL) == 0 && nt_text_is(wish->op, arg);
    nt_arena_deinit(&arena);
    return is_it;
}

struct nt_wish *stage_wish(struct stage *stage, struct nt_arena *arena, const char *op)
{
    stage->last_wish = nt_test_bus_await(stage->bus, NT_TOPIC_REQUESTS, NULL, stage->last_wish,
                                         has_op, (void *)(uintptr_t)op, STAGE_WAIT_MS);
    assert_non_null(stage->last_wish);
    struct nt_wish *wish = NULL;
    assert_int_equal(nt_wish_decode(arena, stage->last_wish->value, &wish, NULL), 0);
    return wish;
}

void stage_outcome(struct stage *stage, const struct nt_wish *wish, const char *code,
                   int64_t revision, const struct nt_pair *params, size_t params_count)
{
    struct nt_outcome outcome = {.request = wish->id,
                                 .op = wish->op,
                                 .actor = wish->actor,
                                 .server = wish->server,
                                 .host = wish->host,
                                 .accepted = nt_text_is(code, "ok") || nt_text_is(code, "reduced"),
                                 .code = code,
                                 .params = (struct nt_pair *)(uintptr_t)params,
                                 .params_count = params_count,
                                 .revision = revision,
                                 .at_ms = nt_wall_ms()};
    stage_put(stage, NT_TOPIC_OUTCOMES, wish->id, &outcome);
}

struct nt_server_state stage_server(const char *id, const char *owner, const char *name)
{
    return (struct nt_server_state){
        .server = id,
        .owner = owner,
        .name = name,
        .title = name,
        .template = "web",
        .size = "small",
        .state = "running",
        .desired = "running",
        .host = "host-1",
        .requested = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20},
        .granted = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20},
        .restart = "safe",
        .generation = 1,
        .revision = 1,
        .sequence = 1,
        .created_at_ms = nt_wall_ms(),
        .at_ms = nt_wall_ms(),
    };
}

struct nt_server_state stage_state_of(const struct nt_wish *wish)
{
    struct nt_server_state state = stage_server(wish->server, wish->actor, wish->name);
    state.title = wish->title;
    state.template = wish->spec->template;
    state.size = wish->spec->size;
    state.services = wish->spec->services;
    state.services_count = wish->spec->services_count;
    state.requested = *wish->requested;
    state.granted = *wish->requested;
    state.state = "preparing";
    return state;
}
