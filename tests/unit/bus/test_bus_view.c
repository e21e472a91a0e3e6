#include "bench.h"

#include <nt/clock.h>

#include <string.h>

struct seen {
    struct bench bench;
    struct nt_view *view;
    char text[4096]; /* "key=value;" in order of delivery; a tombstone is "key!;" */
    size_t count;
    size_t replays_count;
    int ready_count;
    size_t count_at_ready;
    size_t wanted;
    int64_t since_mono_ms;
    const char *refused; /* the key that the handler does not like */
    bool closes;         /* in its first message */
};

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct seen *seen = arg;
    size_t used = strlen(seen->text);
    (void)snprintf(seen->text + used, sizeof(seen->text) - used,
                   message->value.len > 0 ? "%s=%.*s;" : "%s!;", message->key,
                   (int)message->value.len, (const char *)message->value.data);
    seen->count++;
    seen->replays_count += message->is_replay;
    if (seen->closes) {
        nt_view_close(seen->view);
        seen->view = NULL;
    }
    if (seen->refused != NULL && strcmp(seen->refused, message->key) == 0)
        return nt_fail(err, -EBADMSG, "not this one");
    return 0;
}

static void on_ready(void *arg)
{
    struct seen *seen = arg;
    seen->ready_count++;
    seen->count_at_ready = seen->count;
}

static bool is_ready(void *arg)
{
    return ((struct seen *)arg)->ready_count > 0;
}

static bool has_all(void *arg)
{
    struct seen *seen = arg;
    return seen->count >= seen->wanted;
}

static bool is_current(void *arg)
{
    return nt_view_is_current(((struct seen *)arg)->view);
}

static bool is_not_current(void *arg)
{
    return !is_current(arg);
}

static bool is_current_since(void *arg)
{
    const struct seen *seen = arg;
    return nt_view_current_mono_ms(seen->view) > seen->since_mono_ms;
}

static void open_view(struct seen *seen, const enum nt_topic *topics, size_t count,
                      int64_t newest_ms)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_view_options options = {.topics = topics,
                                            .topics_count = count,
                                            .on_message = on_message,
                                            .on_ready = on_ready,
                                            .arg = seen,
                                            .newest_ms = newest_ms};
    assert_int_equal(nt_view_open(seen->bench.bus, &options, &seen->view, &err), 0);
}

static void test_delivers_all_then_says_ready(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS, NT_TOPIC_POOL};
    struct seen seen = {0};
    bench_init(&seen.bench);
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "a", "1");
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "b", "2");
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "a", "");
    open_view(&seen, topics, 2, 0); /* the second topic is empty */
    assert_true(bench_until(&seen.bench, is_ready, &seen, BENCH_LONG_MS));
    assert_string_equal(seen.text, "a=1;b=2;a!;");
    assert_int_equal(seen.count_at_ready, 3);
    assert_int_equal(seen.replays_count, 3);
    assert_int_equal(nt_view_offset(seen.view, NT_TOPIC_PLACEMENTS), 3);
    assert_int_equal(nt_view_offset(seen.view, NT_TOPIC_POOL), 0);
    assert_true(nt_bus_is_connected(seen.bench.bus));

    seen.wanted = 4;
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "c", "3");
    assert_true(bench_until(&seen.bench, has_all, &seen, BENCH_LONG_MS));
    assert_int_equal(seen.replays_count, 3);
    assert_int_equal(seen.ready_count, 1);
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

static void test_waits_for_topics(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_HOST_LOAD, NT_TOPIC_POOL};
    struct seen seen = {0};
    bench_init_empty(&seen.bench);
    nt_test_bus_create_topic(seen.bench.kafka, NT_TOPIC_HOST_LOAD);
    open_view(&seen, topics, 2, 0);
    bench_turn_for(&seen.bench, 300);
    assert_int_equal(seen.ready_count, 0);
    nt_test_bus_create_topic(seen.bench.kafka, NT_TOPIC_POOL);
    assert_true(bench_until(&seen.bench, is_ready, &seen, BENCH_LONG_MS));
    seen.wanted = 2;
    bench_put(&seen.bench, NT_TOPIC_HOST_LOAD, "host-1", "1"); /* of one of four partitions */
    bench_put(&seen.bench, NT_TOPIC_HOST_LOAD, "host-2", "1");
    assert_true(bench_until(&seen.bench, has_all, &seen, BENCH_LONG_MS));
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

static void test_begins_at_the_end(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_SERVER_EVENTS};
    struct seen seen = {.wanted = 1};
    bench_init(&seen.bench);
    bench_put(&seen.bench, NT_TOPIC_SERVER_EVENTS, "a", "old");
    open_view(&seen, topics, 1, NT_VIEW_END);
    assert_true(bench_until(&seen.bench, is_ready, &seen, BENCH_LONG_MS));
    bench_put(&seen.bench, NT_TOPIC_SERVER_EVENTS, "a", "new");
    assert_true(bench_until(&seen.bench, has_all, &seen, BENCH_LONG_MS));
    assert_string_equal(seen.text, "a=new;");
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

static void test_refused_goes_to_the_dead_letters(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS};
    struct seen seen = {.refused = "b", .wanted = 3};
    bench_init(&seen.bench);
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "a", "1");
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "b", "nonsense");
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "\xff", "2"); /* never reaches the handler */
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "c", "3");
    open_view(&seen, topics, 1, 0);
    assert_true(bench_until(&seen.bench, has_all, &seen, BENCH_LONG_MS));
    assert_string_equal(seen.text, "a=1;b=nonsense;c=3;");
    const struct nt_test_record *letter =
        nt_test_bus_await(seen.bench.kafka, NT_TOPIC_DLQ_BALANCER, "b", NULL, NULL, NULL, 5000);
    assert_non_null(letter);
    assert_memory_equal(letter->value.data, "nonsense", 8);
    letter =
        nt_test_bus_await(seen.bench.kafka, NT_TOPIC_DLQ_BALANCER, NULL, letter, NULL, NULL, 5000);
    assert_non_null(letter);
    assert_string_equal(letter->key, "\xff");
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

static void test_survives_the_broker(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS};
    struct seen seen = {0};
    bench_init(&seen.bench);
    nt_test_bus_set_down(seen.bench.kafka, true);
    open_view(&seen, topics, 1, 0);
    bench_turn_for(&seen.bench, 300);
    assert_false(nt_view_is_ready(seen.view));
    assert_false(nt_bus_is_connected(seen.bench.bus));
    nt_test_bus_set_down(seen.bench.kafka, false);
    assert_true(bench_until(&seen.bench, is_current, &seen, BENCH_LONG_MS));
    nt_test_bus_set_down(seen.bench.kafka, true);
    assert_true(bench_until(&seen.bench, is_not_current, &seen, BENCH_LONG_MS));
    assert_true(nt_view_is_ready(seen.view));
    nt_test_bus_set_down(seen.bench.kafka, false);
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "a", "1");
    seen.wanted = 1;
    assert_true(bench_until(&seen.bench, has_all, &seen, BENCH_LONG_MS));
    assert_true(bench_until(&seen.bench, is_current, &seen, BENCH_LONG_MS));
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

/* What a leader stands on: an end that was asked for later holds all that was written before. */
static void test_an_end_asked_later_holds_all_before(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS, NT_TOPIC_POOL};
    struct seen seen = {0};
    bench_init(&seen.bench);
    open_view(&seen, topics, 2, 0);
    assert_int_equal(nt_view_current_mono_ms(seen.view), 0);
    assert_true(bench_until(&seen.bench, is_current_since, &seen, BENCH_LONG_MS));
    for (int i = 0; i < 400; i++)
        bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "a", "1");
    seen.since_mono_ms = nt_mono_ms();
    assert_true(bench_until(&seen.bench, is_current_since, &seen, BENCH_LONG_MS));
    assert_int_equal(seen.count, 400);
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

static void test_closes_in_its_own_message(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS};
    struct seen seen = {.closes = true, .wanted = 1};
    bench_init(&seen.bench);
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "a", "1");
    bench_put(&seen.bench, NT_TOPIC_PLACEMENTS, "b", "2");
    open_view(&seen, topics, 1, 0);
    assert_true(bench_until(&seen.bench, has_all, &seen, BENCH_LONG_MS));
    bench_turn_for(&seen.bench, 50);
    assert_string_equal(seen.text, "a=1;");
    bench_deinit(&seen.bench);
}

static void test_closes_at_once(void **state)
{
    (void)state;
    static const enum nt_topic topics[] = {NT_TOPIC_PLACEMENTS};
    struct seen seen = {0};
    bench_init_empty(&seen.bench);
    nt_test_bus_set_down(seen.bench.kafka, true);
    open_view(&seen, topics, 1, 0);
    nt_view_close(seen.view);
    bench_deinit(&seen.bench);
}

static void test_brokers_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "?fetch.wait.max.ms=5", "h:1?no.such.thing=1", "h:1?x",
                                      "h:1?fetch.wait.max.ms=often"};
    struct bench bench;
    bench_init_empty(&bench);
    for (size_t i = 0; i < NT_COUNT(bad); i++) {
        struct nt_error err = NT_ERROR_INIT;
        struct nt_bus *bus = NULL;
        const struct nt_bus_options options = {
            .loop = bench.loop, .brokers = bad[i], .service = "api", .instance = "x"};
        assert_int_equal(nt_bus_open(&options, &bus, &err), -EINVAL);
        assert_non_null(strstr(err.message, "NEAPTIDE_KAFKA"));
        assert_null(bus);
    }
    bench_deinit(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivers_all_then_says_ready),
        cmocka_unit_test(test_waits_for_topics),
        cmocka_unit_test(test_begins_at_the_end),
        cmocka_unit_test(test_refused_goes_to_the_dead_letters),
        cmocka_unit_test(test_survives_the_broker),
        cmocka_unit_test(test_an_end_asked_later_holds_all_before),
        cmocka_unit_test(test_closes_in_its_own_message),
        cmocka_unit_test(test_closes_at_once),
        cmocka_unit_test(test_brokers_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
