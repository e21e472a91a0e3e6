#include "harness.h"

#include <nt/clock.h>
#include <nt/text.h>

#include <stdio.h>

#define PUT(h, type, topic, key, record)                                                           \
    do {                                                                                           \
        struct nt_buf bytes_ = {0};                                                                \
        struct nt_error err_ = NT_ERROR_INIT;                                                      \
        assert_int_equal(type##_encode((record), &bytes_, &err_), 0);                              \
        nt_test_bus_put((h)->bus, (topic), (key), nt_buf_span(&bytes_));                           \
        nt_buf_deinit(&bytes_);                                                                    \
    } while (0)

#define GET(h, type, record)                                                                       \
    __extension__({                                                                                \
        struct type *value_ = NULL;                                                                \
        struct nt_error err_ = NT_ERROR_INIT;                                                      \
        if (type##_decode(&(h)->arena, (record)->value, &value_, &err_) < 0)                       \
            fail_msg("%s", err_.message);                                                          \
        value_;                                                                                    \
    })

struct nt_test_process harness_spawn(struct harness *h, const char *mode, int port)
{
    char listen[32];
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", port);
    const char *const environment[] = {"NEAPTIDE_KAFKA",
                                       nt_test_bus_brokers(h->bus),
                                       "NEAPTIDE_BALANCER_LISTEN",
                                       listen,
                                       "NEAPTIDE_BALANCER_MODE",
                                       mode,
                                       NULL};
    return nt_test_spawn(NT_TEST_BIN "/neaptide-balancer", NULL, environment);
}

struct want {
    struct harness *h;
    int64_t number;
    const char *text;
};

static bool has_epoch(const struct nt_test_record *record, void *arg)
{
    const struct want *want = arg;
    return GET(want->h, nt_pool, record)->epoch >= want->number;
}

void harness_await_leader(struct harness *h, int64_t epoch)
{
    struct want want = {.h = h, .number = epoch};
    assert_non_null(
        nt_test_bus_await(h->bus, NT_TOPIC_POOL, "pool", NULL, has_epoch, &want, HARNESS_WAIT_MS));
}

void harness_beat(struct harness *h, const char *host, const char *role)
{
    const struct nt_host_state state = {
        .host = host,
        .role = role,
        .capacity = {.cpu_milli = 4000, .mem_bytes = 8 * GIB},
        .cgroup = "v2",
        .slice = "",
        .source = "cgroup",
        .kernel = "",
        .version = "",
        .boot = "boot",
        .at_ms = nt_wall_ms(),
    };
    PUT(h, nt_host_state, NT_TOPIC_HOST_STATE, host, &state);
    const struct nt_agent agent = {.host = host,
                                   .engine = host,
                                   .boot = "boot",
                                   .address = "http://127.0.0.1:1",
                                   .host_address = "127.0.0.1",
                                   .version = "",
                                   .docker_version = "",
                                   .cluster = "",
                                   .at_ms = nt_wall_ms()};
    PUT(h, nt_agent, NT_TOPIC_AGENTS, host, &agent);
}

void harness_open(struct harness *h, const char *mode)
{
    *h = (struct harness){.bus = nt_test_bus_new(), .port = nt_test_free_port()};
    nt_arena_init(&h->arena);
    harness_beat(h, "host-1", "active");
    harness_beat(h, "spare-1", "spare");
    h->balancer = harness_spawn(h, mode, h->port);
    harness_await_leader(h, 1);
    assert_non_null(
        nt_test_bus_await(h->bus, NT_TOPIC_HOSTS, "spare-1", NULL, NULL, NULL, HARNESS_WAIT_MS));
    assert_true(nt_test_wait_ready(&h->balancer, h->port, HARNESS_WAIT_MS));
}

void harness_close(struct harness *h)
{
    assert_int_equal(nt_test_stop(&h->balancer, 10000), 0);
    nt_arena_deinit(&h->arena);
    nt_test_bus_free(h->bus);
}

/* --- wishes ------------------------------------------------------------------------------------
 */

struct nt_wish harness_wish(const char *id, const char *op, const char *server)
{
    return (struct nt_wish){
        .id = id, .op = op, .actor = "ann", .at_ms = nt_wall_ms(), .server = server};
}

struct nt_wish harness_create(const char *id, const char *server, const char *name)
{
    static struct nt_service services[] = {{"web", 80, "http"}, {"ssh", 22, "ssh"}};
    static struct nt_spec spec = {.template = "shell",
                                  .image = "shell:1",
                                  .image_digest = "",
                                  .size = "medium",
                                  .services = services,
                                  .services_count = 2,
                                  .restart = "ask",
                                  .minimum = {.cpu_milli = 100, .mem_bytes = 64 * MIB}};
    static struct nt_resources medium = {.cpu_milli = 1000, .mem_bytes = GIB};
    static struct nt_resources quota = {.cpu_milli = 3000, .mem_bytes = 6 * GIB};
    struct nt_wish wish = harness_wish(id, "create", server);
    wish.name = name;
    wish.spec = &spec;
    wish.requested = &medium;
    wish.quota = &quota;
    wish.quota_servers.is_set = true;
    wish.quota_servers.value = 10;
    return wish;
}

void harness_put_wish(struct harness *h, const struct nt_wish *wish)
{
    PUT(h, nt_wish, NT_TOPIC_REQUESTS, wish->server != NULL ? wish->server : "pool", wish);
}

const struct nt_outcome *harness_outcome(struct harness *h, const char *id)
{
    const struct nt_test_record *record =
        nt_test_bus_await(h->bus, NT_TOPIC_OUTCOMES, id, NULL, NULL, NULL, HARNESS_WAIT_MS);
    assert_non_null(record);
    return GET(h, nt_outcome, record);
}

const struct nt_outcome *harness_ask(struct harness *h, const struct nt_wish *wish)
{
    harness_put_wish(h, wish);
    return harness_outcome(h, wish->id);
}

/* --- what is read ------------------------------------------------------------------------------
 */

static bool has_phase(const struct nt_test_record *record, void *arg)
{
    const struct want *want = arg;
    if (record->value.len == 0)
        return false;
    const struct nt_placement *placement = GET(want->h, nt_placement, record);
    return placement->move != NULL && nt_text_is(placement->move->phase, want->text);
}

const struct nt_placement *harness_phase(struct harness *h, const char *server, const char *phase)
{
    struct want want = {.h = h, .text = phase};
    const struct nt_test_record *record = nt_test_bus_await(
        h->bus, NT_TOPIC_PLACEMENTS, server, NULL, has_phase, &want, HARNESS_WAIT_MS);
    assert_non_null(record);
    return GET(h, nt_placement, record);
}

static bool has_revision(const struct nt_test_record *record, void *arg)
{
    const struct want *want = arg;
    return record->value.len > 0 && GET(want->h, nt_placement, record)->revision >= want->number;
}

const struct nt_placement *harness_revision(struct harness *h, const char *server, int64_t revision)
{
    struct want want = {.h = h, .number = revision};
    const struct nt_test_record *record = nt_test_bus_await(
        h->bus, NT_TOPIC_PLACEMENTS, server, NULL, has_revision, &want, HARNESS_WAIT_MS);
    assert_non_null(record);
    return GET(h, nt_placement, record);
}

static bool has_state(const struct nt_test_record *record, void *arg)
{
    const struct want *want = arg;
    if (record->value.len == 0)
        return false;
    const struct nt_server_state *state = GET(want->h, nt_server_state, record);
    return nt_text_is(state->state, want->text) && state->revision >= want->number;
}

const struct nt_server_state *harness_state(struct harness *h, const char *server,
                                            const char *state, int64_t revision)
{
    struct want want = {.h = h, .text = state, .number = revision};
    const struct nt_test_record *record = nt_test_bus_await(
        h->bus, NT_TOPIC_SERVER_STATE, server, NULL, has_state, &want, HARNESS_WAIT_MS);
    assert_non_null(record);
    return GET(h, nt_server_state, record);
}

static bool is_move_phase(const struct nt_test_record *record, void *arg)
{
    const struct want *want = arg;
    return nt_text_is(GET(want->h, nt_move_event, record)->phase, want->text);
}

const struct nt_move_event *harness_move_event(struct harness *h, const char *server,
                                               const char *phase)
{
    struct want want = {.h = h, .text = phase};
    const struct nt_test_record *record = nt_test_bus_await(
        h->bus, NT_TOPIC_MOVE_EVENTS, server, NULL, is_move_phase, &want, HARNESS_WAIT_MS);
    assert_non_null(record);
    return GET(h, nt_move_event, record);
}

static bool is_kind(const struct nt_test_record *record, void *arg)
{
    const struct want *want = arg;
    return nt_text_is(GET(want->h, nt_server_event, record)->kind, want->text);
}

const struct nt_server_event *harness_event(struct harness *h, const char *server, const char *kind)
{
    struct want want = {.h = h, .text = kind};
    const struct nt_test_record *record = nt_test_bus_await(h->bus, NT_TOPIC_SERVER_EVENTS, server,
                                                            NULL, is_kind, &want, HARNESS_WAIT_MS);
    assert_non_null(record);
    return GET(h, nt_server_event, record);
}

void harness_observe(struct harness *h, const struct nt_placement *placement, const char *host,
                     const char *state, const char *step)
{
    const bool is_running = nt_text_is(state, "running");
    const int64_t now_ms = nt_wall_ms();
    struct nt_hand hand = {
        .move = placement->move != NULL ? placement->move->id : "",
        .step = step != NULL ? step : "",
        .bytes_done = 100,
        .bytes_total = 100,
        .stopped_at_ms = nt_text_is(step, "handed-over") ? now_ms : 0,
        .started_at_ms = nt_text_is(step, "running") ? now_ms + 500 : 0,
        .at_ms = now_ms,
    };
    struct nt_resources applied = placement->granted;
    const struct nt_observed observed = {
        .server = placement->server,
        .host = host,
        .boot = "boot",
        .generation = placement->generation,
        .revision = placement->revision,
        .run = placement->run,
        .state = state,
        .container = "c",
        .applied = is_running ? &applied : NULL,
        .address = is_running ? "127.0.0.1" : "",
        .hand = step != NULL ? &hand : NULL,
        .writable_bytes = MIB,
        .started_at_ms = is_running ? now_ms : 0,
        .at_ms = now_ms,
    };
    char key[128];
    (void)snprintf(key, sizeof(key), "%s/%s", placement->server, host);
    PUT(h, nt_observed, NT_TOPIC_OBSERVED, key, &observed);
}
