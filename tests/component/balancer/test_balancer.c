#include "harness.h"

#include <nt/clock.h>
#include <nt/text.h>

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *figure(const struct nt_outcome *outcome, const char *name)
{
    const char *value = nt_pairs_find(outcome->params, outcome->params_count, name);
    return value != NULL ? value : "(absent)";
}

static int open_harness(void **state)
{
    static struct harness h;
    harness_open(&h, "suggest");
    *state = &h;
    return 0;
}

static int close_harness(void **state)
{
    harness_close(*state);
    return 0;
}

/* One wish becomes outcome, placement, state and event; what is observed becomes the next state. */
static void test_one_click(void **state)
{
    struct harness *h = *state;
    const struct nt_wish wish = harness_create("click", "s-click", "click");
    const struct nt_outcome *outcome = harness_ask(h, &wish);
    assert_true(outcome->accepted);
    assert_string_equal(outcome->code, "ok");
    assert_string_equal(figure(outcome, "host"), "host-1");

    const struct nt_placement *placement = harness_revision(h, "s-click", 1);
    assert_string_equal(placement->owner, "ann");
    assert_string_equal(placement->host, "host-1");
    assert_int_equal(placement->edge_ports_count, 1);
    assert_string_equal(harness_state(h, "s-click", "preparing", 1)->address, "");
    assert_string_equal(harness_event(h, "s-click", "created")->request, "click");

    harness_observe(h, placement, "host-1", "running", NULL);
    const struct nt_server_state *running = harness_state(h, "s-click", "running", 1);
    assert_string_equal(running->address, "127.0.0.1");
    assert_int_equal(running->applied->cpu_milli, 1000);
    (void)harness_event(h, "s-click", "started");

    const struct nt_wish bye = harness_wish("click-bye", "delete", "s-click");
    assert_true(harness_ask(h, &bye)->accepted);
    placement = harness_revision(h, "s-click", 2);
    (void)harness_state(h, "s-click", "deleting", 2);
    harness_observe(h, placement, "host-1", "trashed", NULL);
    (void)harness_event(h, "s-click", "deleted");
}

static void test_repeat(void **state)
{
    struct harness *h = *state;
    const struct nt_wish wish = harness_create("twice", "s-twice", "twice");
    harness_put_wish(h, &wish);
    harness_put_wish(h, &wish);
    const struct nt_wish after = harness_create("after-twice", "s-after", "twice");
    const struct nt_outcome *refused = harness_ask(h, &after);
    assert_string_equal(refused->code, "name-taken");
    assert_string_equal(figure(refused, "name"), "twice");
    assert_true(harness_outcome(h, "twice")->accepted);
    (void)harness_revision(h, "s-twice", 1);
    /* The repeat was read before "after-twice", and nothing came of it. */
    assert_int_equal(nt_test_bus_count(h->bus, NT_TOPIC_PLACEMENTS, "s-twice"), 1);
    assert_int_equal(nt_test_bus_count(h->bus, NT_TOPIC_OUTCOMES, "twice"), 1);
    const struct nt_wish bye = harness_wish("twice-bye", "delete", "s-twice");
    assert_true(harness_ask(h, &bye)->accepted);
}

static void test_refusals(void **state)
{
    struct harness *h = *state;
    struct nt_resources huge = {.cpu_milli = 64000, .mem_bytes = 64 * GIB};
    struct nt_wish wish = harness_create("too-much", "s-no", "nope");
    wish.requested = &huge;
    const struct nt_outcome *outcome = harness_ask(h, &wish);
    assert_string_equal(outcome->code, "quota-cpu");
    assert_string_equal(figure(outcome, "limit_milli"), "3000");

    wish.id = "no-room";
    wish.quota = NULL;
    outcome = harness_ask(h, &wish);
    assert_false(outcome->accepted);
    assert_string_equal(outcome->code, "no-room");
    assert_string_equal(figure(outcome, "largest_cpu_milli"), "4000");

    wish.id = "too-late";
    wish.at_ms = nt_wall_ms() - 11 * 60 * 1000;
    assert_string_equal(harness_ask(h, &wish)->code, "expired");

    const struct nt_wish strange = harness_wish("strange", "stop", "nobody-has-it");
    assert_string_equal(harness_ask(h, &strange)->code, "not-found");
}

static void test_dead_letter(void **state)
{
    struct harness *h = *state;
    nt_test_bus_put(h->bus, NT_TOPIC_REQUESTS, "junk", nt_span_of("this is no Avro"));
    assert_non_null(nt_test_bus_await(h->bus, NT_TOPIC_DLQ_BALANCER, "junk", NULL, NULL, NULL,
                                      HARNESS_WAIT_MS));
    const struct nt_wish next = harness_wish("after-junk", "stop", "nobody-has-it");
    assert_string_equal(harness_ask(h, &next)->code, "not-found"); /* reading went on */
}

/* --- moves -------------------------------------------------------------------------------------
 */

static const struct nt_placement *begin_move(struct harness *h, const char *server,
                                             const char *name)
{
    char id[64];
    (void)snprintf(id, sizeof(id), "create-%s", server);
    struct nt_wish wish = harness_create(id, server, name);
    assert_true(harness_ask(h, &wish)->accepted);
    harness_observe(h, harness_revision(h, server, 1), "host-1", "running", NULL);
    (void)harness_state(h, server, "running", 1);
    char move[64];
    (void)snprintf(move, sizeof(move), "move-%s", server);
    wish = harness_wish(move, "move", server);
    wish.to = "spare-1";
    const struct nt_outcome *outcome = harness_ask(h, &wish);
    assert_string_equal(outcome->code, "ok");
    (void)harness_state(h, server, "moving", 2);
    return harness_phase(h, server, "copying");
}

static void hold(struct harness *h, const struct nt_placement *placement)
{
    char id[64];
    (void)snprintf(id, sizeof(id), "hold-%s", placement->server);
    struct nt_wish wish = harness_wish(id, "edge-holding", placement->server);
    wish.actor = "service:api";
    wish.admin = true;
    wish.move = placement->move->id;
    assert_string_equal(harness_ask(h, &wish)->code, "ok");
}

static const struct nt_placement *to_cutover(struct harness *h,
                                             const struct nt_placement *placement)
{
    harness_observe(h, placement, "host-1", "running", "serving");
    harness_observe(h, placement, "spare-1", "preparing", "copied");
    placement = harness_phase(h, placement->server, "holding");
    hold(h, placement);
    return harness_phase(h, placement->server, "cutover");
}

static void end(struct harness *h, const char *server)
{
    char id[64];
    (void)snprintf(id, sizeof(id), "end-%s", server);
    const struct nt_wish bye = harness_wish(id, "delete", server);
    assert_true(harness_ask(h, &bye)->accepted);
}

static void test_move(void **state)
{
    struct harness *h = *state;
    const struct nt_placement *placement = begin_move(h, "s-move", "move-me");
    placement = to_cutover(h, placement);
    const struct nt_wish stop = harness_wish("stop-in-cutover", "stop", "s-move");
    assert_string_equal(harness_ask(h, &stop)->code, "moving");
    harness_observe(h, placement, "host-1", "stopped", "handed-over");
    harness_observe(h, placement, "spare-1", "running", "running");
    const struct nt_move_event *done = harness_move_event(h, "s-move", "done");
    assert_true(done->pause_ms >= 500);
    const struct nt_server_state *after =
        harness_state(h, "s-move", "running", placement->revision + 1);
    assert_string_equal(after->host, "spare-1");
    assert_null(after->move);
    end(h, "s-move");
}

/* The target is late: recalled, and with its refusal the server starts again where it was. */
static void test_recalled(void **state)
{
    struct harness *h = *state;
    const struct nt_placement *placement = begin_move(h, "s-late", "late-one");
    (void)to_cutover(h, placement);
    placement = harness_phase(h, "s-late", "recalled");
    harness_observe(h, placement, "spare-1", "absent", "refused");
    (void)harness_move_event(h, "s-late", "aborted");
    placement = harness_revision(h, "s-late", placement->revision + 1);
    assert_null(placement->move);
    assert_string_equal(placement->host, "host-1");
    end(h, "s-late");
}

static void test_aborted_by_stop(void **state)
{
    struct harness *h = *state;
    const struct nt_placement *placement = begin_move(h, "s-stop", "stop-me");
    const struct nt_wish stop = harness_wish("stop-in-copying", "stop", "s-stop");
    assert_string_equal(harness_ask(h, &stop)->code, "ok");
    placement = harness_revision(h, "s-stop", placement->revision + 1);
    assert_null(placement->move);
    assert_string_equal(placement->desired, "stopped");
    assert_string_equal(harness_move_event(h, "s-stop", "aborted")->reason.key,
                        "move.aborted-stop");
    end(h, "s-stop");
}

/* --- HTTP ---------------------------------------------------------------------------------------
 */

static json_t *preview(struct harness *h, const char *body, int expected_status)
{
    struct nt_test_reply reply = nt_test_http(
        h->port, "POST", "/preview", "Content-Type: application/json\r\n", nt_span_of(body), 5000);
    assert_int_equal(reply.status, expected_status);
    json_t *root = json_loads(nt_buf_text(&reply.body), 0, NULL);
    assert_non_null(root);
    nt_test_reply_deinit(&reply);
    return root;
}

static void test_preview(void **state)
{
    struct harness *h = *state;
    json_t *reply =
        preview(h,
                "{\"owner\":\"eve\",\"server\":null,\"template\":\"web\","
                "\"minimum\":{\"cpu_milli\":100,\"mem_bytes\":1048576},"
                "\"sizes\":[{\"size\":\"small\",\"cpu_milli\":500,\"mem_bytes\":536870912},"
                "{\"size\":\"huge\",\"cpu_milli\":64000,\"mem_bytes\":536870912}]}",
                200);
    const json_t *items = json_object_get(reply, "items");
    assert_int_equal(json_array_size(items), 2);
    const json_t *small = json_array_get(items, 0);
    assert_string_equal(json_string_value(json_object_get(small, "size")), "small");
    assert_string_equal(json_string_value(json_object_get(small, "fits")), "now");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(small, "message"), "key")), "fits.now");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(small, "granted"), "cpu_milli")), 500);
    const json_t *huge = json_array_get(items, 1);
    assert_string_equal(json_string_value(json_object_get(huge, "fits")), "no");
    assert_true(json_is_null(json_object_get(huge, "granted")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(huge, "largest"), "cpu_milli")), 4000);
    json_decref(reply);
    json_decref(preview(h, "{\"template\":1}", 422));
    json_decref(preview(h, "not JSON", 422));
}

static void test_metrics(void **state)
{
    struct harness *h = *state;
    struct nt_test_reply reply =
        nt_test_http(h->port, "GET", "/metrics", NULL, (struct nt_span){0}, 5000);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(nt_buf_text(&reply.body), "neaptide_balancer_leading 1"));
    nt_test_reply_deinit(&reply);
}

/* --- taking over ---------------------------------------------------------------------------------
 */

/* The leader is killed in the middle of a move; a standby reads everything and goes on. */
static void test_take_over(void **state)
{
    struct harness *h = *state;
    const struct nt_placement *placement = begin_move(h, "s-over", "over-me");
    const int port = nt_test_free_port();
    struct nt_test_process standby = harness_spawn(h, "off", port);
    assert_true(nt_test_wait_ready(&standby, port, HARNESS_WAIT_MS));
    struct nt_test_reply reply =
        nt_test_http(port, "POST", "/preview", NULL, nt_span_of("{}"), 5000);
    assert_int_equal(reply.status, 503); /* it does not lead */
    nt_test_reply_deinit(&reply);

    assert_true(nt_test_signal(&h->balancer, SIGKILL));
    assert_true(nt_test_wait_exit(&h->balancer, 5000));
    harness_observe(h, placement, "spare-1", "preparing", "copied");
    harness_await_leader(h, 2);
    h->balancer = standby;
    h->port = port;
    hold(h, harness_phase(h, "s-over", "holding"));
    placement = harness_phase(h, "s-over", "cutover");
    harness_observe(h, placement, "spare-1", "running", "running");
    (void)harness_move_event(h, "s-over", "done");
    end(h, "s-over");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_click),
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_dead_letter),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_recalled),
        cmocka_unit_test(test_aborted_by_stop),
        cmocka_unit_test(test_preview),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_take_over),
    };
    return cmocka_run_group_tests(tests, open_harness, close_harness);
}
