/* The edge's maps follow the servers' states, and a move is held and said. */
#include "fake_edge.h"
#include "stage.h"

#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>

#define WEB     "web-1.s.localhost"
#define SERVER  "0197a000-0000-7000-8000-000000000001"
#define WAIT_MS 3000
#define AT_ONCE 1000

static struct stage stage;
static struct fake_edge *edge;
static struct nt_arena arena;

static struct nt_service services[] = {{.name = "web", .port = 80, .protocol = "http"},
                                       {.name = "ssh", .port = 22, .protocol = "ssh"}};
static struct nt_host_port ports[] = {{.service = "web", .port = 32001},
                                      {.service = "ssh", .port = 32002}};
static struct nt_edge_port edge_ports[] = {{.service = "ssh", .port = 22014}};
static int64_t sequence = 1;

static struct nt_server_state web(const char *address)
{
    struct nt_server_state server = stage_server(SERVER, "ann", "web-1");
    server.address = address;
    server.services = services;
    server.services_count = NT_COUNT(services);
    server.ports = ports;
    server.ports_count = NT_COUNT(ports);
    server.edge_ports = edge_ports;
    server.edge_ports_count = NT_COUNT(edge_ports);
    server.revision = sequence;
    server.sequence = sequence++;
    return server;
}

static void put(const char *address, const char *move_id, const char *phase)
{
    struct nt_server_state server = web(address);
    struct nt_move move = {
        .id = move_id, .from = "host-1", .to = "spare-1", .phase = phase == NULL ? "" : phase};
    server.move = phase == NULL ? NULL : &move;
    server.state = phase == NULL ? "running" : "moving";
    stage_put(&stage, NT_TOPIC_SERVER_STATE, SERVER, &server);
}

static int open_stage(void **state)
{
    (void)state;
    nt_arena_init(&arena);
    stage_open(&stage, true);
    edge = fake_edge_start(stage.edge_socket);
    stage_start(&stage);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    fake_edge_stop(edge);
    nt_arena_deinit(&arena);
    return 0;
}

static void test_a_running_server_gets_its_address(void **state)
{
    (void)state;
    put("10.0.0.1", NULL, NULL);
    assert_true(fake_edge_await(edge, "address", WEB, "10.0.0.1", WAIT_MS));
    assert_true(fake_edge_await(edge, "port", WEB, "32001", WAIT_MS));
    assert_true(fake_edge_await(edge, "address", "22014", "10.0.0.1", WAIT_MS));
    assert_true(fake_edge_await(edge, "port", "22014", "32002", WAIT_MS));
}

static void test_what_the_edge_forgot_comes_back(void **state)
{
    (void)state;
    fake_edge_forget(edge, "address", WEB);
    assert_true(fake_edge_await(edge, "address", WEB, "10.0.0.1", 2 * WAIT_MS)); /* each 5 s */
}

static void test_a_restarted_edge_gets_everything_at_once(void **state)
{
    (void)state;
    fake_edge_stop(edge);
    edge = fake_edge_start(stage.edge_socket);
    assert_true(fake_edge_await(edge, "address", WEB, "10.0.0.1", AT_ONCE));
    assert_true(fake_edge_await(edge, "port", "22014", "32002", AT_ONCE));
}

static void test_a_move_is_held_drained_said_and_let_go(void **state)
{
    (void)state;
    fake_edge_set_in_flight(edge, WEB, 2);
    put("10.0.0.1", "m1", "copying");
    put("10.0.0.1", "m1", "holding");
    assert_true(fake_edge_await(edge, "hold", WEB, "hold", WAIT_MS));
    assert_true(fake_edge_await(edge, "hold", "22014", "hold", WAIT_MS));
    fake_edge_set_in_flight(edge, WEB, 0);
    struct nt_wish *wish = stage_wish(&stage, &arena, "edge-holding");
    assert_string_equal(wish->move, "m1");
    assert_string_equal(wish->server, SERVER);
    assert_string_equal(wish->actor, "service:api");
    put("", "m1", "cutover");
    assert_true(fake_edge_await(edge, "hold", WEB, "hold", WAIT_MS));
    put("10.0.0.2", NULL, NULL);
    assert_true(fake_edge_await(edge, "hold", WEB, NULL, WAIT_MS));
    assert_true(fake_edge_await(edge, "hold", "22014", NULL, WAIT_MS));
    assert_true(fake_edge_await(edge, "address", WEB, "10.0.0.2", 0)); /* before the hold ended */
}

static void test_streams_that_go_on_are_given_five_seconds(void **state)
{
    (void)state;
    fake_edge_set_in_flight(edge, "22014", 1);
    int64_t begin_ms = nt_mono_ms();
    put("10.0.0.2", "m2", "holding");
    struct nt_wish *wish = stage_wish(&stage, &arena, "edge-holding");
    assert_string_equal(wish->move, "m2");
    int64_t took_ms = nt_mono_ms() - begin_ms;
    assert_true(took_ms >= 5000 && took_ms < 7500);
    fake_edge_set_in_flight(edge, "22014", 0);
    put("10.0.0.2", NULL, NULL);
    assert_true(fake_edge_await(edge, "hold", "22014", NULL, WAIT_MS));
}

static void test_a_deleted_server_leaves_the_edge(void **state)
{
    (void)state;
    struct nt_server_state server = web("10.0.0.2");
    server.desired = "deleted";
    server.state = "deleting";
    stage_put(&stage, NT_TOPIC_SERVER_STATE, SERVER, &server);
    assert_true(fake_edge_await(edge, "address", WEB, NULL, WAIT_MS));
    assert_true(fake_edge_await(edge, "port", "22014", NULL, WAIT_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_running_server_gets_its_address),
        cmocka_unit_test(test_what_the_edge_forgot_comes_back),
        cmocka_unit_test(test_a_restarted_edge_gets_everything_at_once),
        cmocka_unit_test(test_a_move_is_held_drained_said_and_let_go),
        cmocka_unit_test(test_streams_that_go_on_are_given_five_seconds),
        cmocka_unit_test(test_a_deleted_server_leaves_the_edge),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
