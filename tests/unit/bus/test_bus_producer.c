#include "bench.h"

#include <string.h>

struct sent {
    struct bench bench;
    struct nt_producer *producer;
    int done_count;
    int good_count;
    int last_status;
    int wanted;
    bool closes; /* in its first done */
};

static void on_done(void *arg, int status)
{
    struct sent *sent = arg;
    sent->done_count++;
    sent->good_count += status == 0;
    sent->last_status = status;
    if (sent->closes) {
        sent->closes = false;
        nt_producer_close(sent->producer, 0);
    }
}

static bool are_done(void *arg)
{
    struct sent *sent = arg;
    return sent->done_count >= sent->wanted;
}

static void open_producer(struct sent *sent)
{
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_producer_open(sent->bench.bus, 0, &sent->producer, &err), 0);
}

static struct nt_record record(const char *value)
{
    return (struct nt_record){.topic = NT_TOPIC_SERVER_EVENTS,
                              .key = "s1",
                              .value = nt_span_of(value),
                              .kind = "server.started",
                              .traceparent =
                                  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

static int send(struct sent *sent, const char *value)
{
    struct nt_record one = record(value);
    return nt_producer_send(sent->producer, &one, on_done, sent);
}

static void test_sends_cloud_events(void **state)
{
    (void)state;
    struct sent sent = {.wanted = 2};
    bench_init(&sent.bench);
    open_producer(&sent);
    assert_int_equal(send(&sent, "hello"), 0);
    assert_int_equal(send(&sent, ""), 0);
    assert_true(bench_until(&sent.bench, are_done, &sent, BENCH_LONG_MS));
    assert_int_equal(sent.good_count, 2);
    const struct nt_test_record *seen =
        nt_test_bus_await(sent.bench.kafka, NT_TOPIC_SERVER_EVENTS, "s1", NULL, NULL, NULL, 5000);
    assert_non_null(seen);
    assert_memory_equal(seen->value.data, "hello", 5);
    assert_string_equal(seen->type, "io.neaptide.server.started.v1");
    assert_string_equal(seen->traceparent, record("").traceparent);
    seen =
        nt_test_bus_await(sent.bench.kafka, NT_TOPIC_SERVER_EVENTS, "s1", seen, NULL, NULL, 5000);
    assert_non_null(seen);
    assert_int_equal(seen->value.len, 0);
    struct nt_buf page = {0};
    assert_int_equal(nt_metrics_write(sent.bench.metrics, &page), 0);
    assert_non_null(strstr(nt_buf_text(&page), "neaptide_balancer_bus_messages_out_total{topic="
                                               "\"neaptide.server.events.v1\"} 2"));
    nt_buf_deinit(&page);
    nt_producer_close(sent.producer, 1000);
    bench_deinit(&sent.bench);
}

static void test_close_flushes(void **state)
{
    (void)state;
    struct sent sent = {0};
    bench_init(&sent.bench);
    open_producer(&sent);
    for (int i = 0; i < 100; i++)
        assert_int_equal(send(&sent, "x"), 0);
    nt_producer_close(sent.producer, 5000);
    assert_int_equal(sent.done_count, 100);
    assert_int_equal(sent.good_count, 100);
    bench_deinit(&sent.bench);
}

static void test_close_gives_up_while_kafka_is_away(void **state)
{
    (void)state;
    struct sent sent = {0};
    bench_init(&sent.bench);
    nt_test_bus_set_down(sent.bench.kafka, true);
    open_producer(&sent);
    assert_int_equal(send(&sent, "x"), 0);
    assert_int_equal(send(&sent, "y"), 0);
    nt_producer_close(sent.producer, 50);
    assert_int_equal(sent.done_count, 2);
    assert_int_equal(sent.last_status, -ECANCELED);
    bench_deinit(&sent.bench);
}

static void test_waits_for_kafka(void **state)
{
    (void)state;
    struct sent sent = {.wanted = 1};
    bench_init(&sent.bench);
    nt_test_bus_set_down(sent.bench.kafka, true);
    open_producer(&sent);
    assert_int_equal(send(&sent, "x"), 0);
    bench_turn_for(&sent.bench, 200);
    assert_int_equal(sent.done_count, 0);
    nt_test_bus_set_down(sent.bench.kafka, false);
    assert_true(bench_until(&sent.bench, are_done, &sent, BENCH_LONG_MS));
    assert_int_equal(sent.good_count, 1);
    nt_producer_close(sent.producer, 0);
    bench_deinit(&sent.bench);
}

static void test_queue_is_bounded(void **state)
{
    (void)state;
    static char large[500 * 1000];
    struct sent sent = {0};
    bench_init(&sent.bench);
    nt_test_bus_set_down(sent.bench.kafka, true);
    open_producer(&sent);
    memset(large, 'x', sizeof(large) - 1);
    int status = 0;
    int count = 0;
    while (status == 0 && count < 1000) {
        status = send(&sent, large);
        count += status == 0;
    }
    assert_int_equal(status, -ENOBUFS);
    assert_in_range(count, 100, 200); /* 64 MiB */
    nt_producer_close(sent.producer, 0);
    assert_int_equal(sent.done_count, count); /* none for the refused one */
    bench_deinit(&sent.bench);
}

static void test_too_large_is_said_at_once(void **state)
{
    (void)state;
    struct sent sent = {0};
    bench_init(&sent.bench);
    open_producer(&sent);
    static char large[2000000]; /* the broker takes 1 MB */
    memset(large, 'x', sizeof(large) - 1);
    assert_int_equal(send(&sent, large), -EMSGSIZE);
    nt_producer_close(sent.producer, 0);
    assert_int_equal(sent.done_count, 0);
    bench_deinit(&sent.bench);
}

static void test_closes_in_its_own_done(void **state)
{
    (void)state;
    struct sent sent = {.wanted = 3, .closes = true};
    bench_init(&sent.bench);
    open_producer(&sent);
    for (int i = 0; i < 3; i++)
        assert_int_equal(send(&sent, "x"), 0);
    assert_true(bench_until(&sent.bench, are_done, &sent, BENCH_LONG_MS));
    bench_deinit(&sent.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sends_cloud_events),
        cmocka_unit_test(test_close_flushes),
        cmocka_unit_test(test_close_gives_up_while_kafka_is_away),
        cmocka_unit_test(test_waits_for_kafka),
        cmocka_unit_test(test_queue_is_bounded),
        cmocka_unit_test(test_too_large_is_said_at_once),
        cmocka_unit_test(test_closes_in_its_own_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
