/* Groups and transactions. The mock lets the first member of a group wait 3 s: few tests have one.
 */
#include "bench.h"

#include <nt/clock.h>

#include <string.h>

struct leader {
    struct bench bench;
    struct nt_group *group;
    struct nt_txn *txn;
    int assigned; /* what on_assigned said last; -1: nothing */
    int assigned_count;
    int lost_count;
    int ready_count;
    int fatal_count;
    char keys[1024];
    int64_t last_offset;
    int message_count;
    int done_count;
    int good_count;
    int last_status;
    char order[4096]; /* of the dones */
    int wanted;
    bool is_refusing; /* every message */
};

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct leader *leader = arg;
    size_t used = strlen(leader->keys);
    (void)snprintf(leader->keys + used, sizeof(leader->keys) - used, "%s;", message->key);
    leader->last_offset = message->offset;
    leader->message_count++;
    return leader->is_refusing ? nt_fail(err, -EBADMSG, "no") : 0;
}

static void on_assigned(void *arg, int32_t count)
{
    struct leader *leader = arg;
    leader->assigned = count;
    leader->assigned_count++;
}

static void on_lost(void *arg)
{
    ((struct leader *)arg)->lost_count++;
}

static void on_ready(void *arg)
{
    ((struct leader *)arg)->ready_count++;
}

static void on_fatal(void *arg, const struct nt_error *err)
{
    (void)err;
    ((struct leader *)arg)->fatal_count++;
}

struct numbered {
    struct leader *leader;
    int number;
};

static void note_done(struct leader *leader, int number, int status)
{
    size_t used = strlen(leader->order);
    (void)snprintf(leader->order + used, sizeof(leader->order) - used, "%d ", number);
    leader->done_count++;
    leader->good_count += status == 0;
    leader->last_status = status;
}

static void on_done(void *arg, int status)
{
    struct numbered *numbered = arg;
    note_done(numbered->leader, numbered->number, status);
}

static bool is_ready(void *arg)
{
    return ((struct leader *)arg)->ready_count > 0;
}

static bool is_assigned(void *arg)
{
    return ((struct leader *)arg)->assigned >= 0;
}

static bool has_messages(void *arg)
{
    struct leader *leader = arg;
    return leader->message_count >= leader->wanted;
}

static bool are_done(void *arg)
{
    struct leader *leader = arg;
    return leader->done_count >= leader->wanted;
}

static void open_txn(struct leader *leader)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_txn_options options = {.transactional_id = "neaptide-balancer",
                                           .on_ready = on_ready,
                                           .on_fatal = on_fatal,
                                           .arg = leader};
    assert_int_equal(nt_txn_open(leader->bench.bus, &options, &leader->txn, &err), 0);
}

static void open_group(struct leader *leader, struct nt_bus *bus, bool is_transactional)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_group_options options = {.group = "balancer",
                                             .topic = NT_TOPIC_REQUESTS,
                                             .session_timeout_ms = 4000,
                                             .on_message = on_message,
                                             .is_transactional = is_transactional,
                                             .on_assigned = on_assigned,
                                             .on_lost = on_lost,
                                             .arg = leader};
    leader->assigned = -1;
    assert_int_equal(nt_group_open(bus, &options, &leader->group, &err), 0);
}

static void commit(struct leader *leader, struct numbered *numbered, const char *key,
                   struct nt_group *group)
{
    const struct nt_record records[] = {
        {.topic = NT_TOPIC_OUTCOMES, .key = key, .value = nt_span_of("outcome")},
        {.topic = NT_TOPIC_PLACEMENTS, .key = key, .value = nt_span_of("placement")},
    };
    nt_txn_commit(leader->txn, records, 2, group, leader->last_offset, on_done, numbered);
}

static void test_commits_in_order(void **state)
{
    (void)state;
    struct leader leader = {.wanted = 300};
    static struct numbered numbered[300];
    char expected[4096] = "";
    bench_init(&leader.bench);
    open_txn(&leader);
    for (int i = 0; i < 300; i++) { /* before it is ready: they wait */
        numbered[i] = (struct numbered){&leader, i};
        commit(&leader, &numbered[i], "s1", NULL);
        size_t used = strlen(expected);
        (void)snprintf(expected + used, sizeof(expected) - used, "%d ", i);
    }
    assert_int_equal(leader.done_count, 0);
    assert_true(bench_until(&leader.bench, are_done, &leader, BENCH_LONG_MS));
    assert_int_equal(leader.good_count, 300);
    assert_int_equal(leader.ready_count, 1);
    assert_string_equal(leader.order, expected);
    assert_non_null(
        nt_test_bus_await(leader.bench.kafka, NT_TOPIC_PLACEMENTS, "s1", NULL, NULL, NULL, 5000));
    nt_txn_close(leader.txn);
    bench_deinit(&leader.bench);
}

static void test_waiting_is_bounded(void **state)
{
    (void)state;
    struct leader leader = {.wanted = 1};
    struct numbered numbered = {&leader, 0};
    bench_init(&leader.bench);
    nt_test_bus_set_down(leader.bench.kafka, true);
    open_txn(&leader);
    for (int i = 0; i < 1000; i++)
        commit(&leader, &numbered, "s1", NULL);
    assert_int_equal(leader.done_count, 0);
    commit(&leader, &numbered, "s1", NULL);
    assert_int_equal(leader.done_count, 1);
    assert_int_equal(leader.last_status, -ENOBUFS);
    nt_txn_close(leader.txn);
    assert_int_equal(leader.done_count, 1001);
    assert_int_equal(leader.last_status, -ECANCELED);
    bench_deinit(&leader.bench);
}

static void test_away_is_said_and_mends(void **state)
{
    (void)state;
    struct leader leader = {.wanted = 1};
    struct numbered numbered = {&leader, 0};
    bench_init(&leader.bench);
    nt_test_bus_set_down(leader.bench.kafka, true);
    open_txn(&leader);
    commit(&leader, &numbered, "s1", NULL);
    assert_true(bench_until(&leader.bench, are_done, &leader, BENCH_LONG_MS));
    assert_int_equal(leader.last_status, -ENOTCONN);
    nt_test_bus_set_down(leader.bench.kafka, false);
    assert_true(bench_until(&leader.bench, is_ready, &leader, BENCH_LONG_MS));
    leader.wanted = 2;
    commit(&leader, &numbered, "s1", NULL);
    assert_true(bench_until(&leader.bench, are_done, &leader, BENCH_LONG_MS));
    assert_int_equal(leader.last_status, 0);
    assert_int_equal(leader.fatal_count, 0);
    nt_txn_close(leader.txn);
    bench_deinit(&leader.bench);
}

/* One long story, because each first join costs 3 s: see the steps. */
static void test_group(void **state)
{
    (void)state;
    struct leader leader = {.wanted = 2};
    struct numbered numbered = {&leader, 0};
    bench_init(&leader.bench);
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r1", "1");
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r2", "2");
    open_txn(&leader);
    open_group(&leader, leader.bench.bus, true);
    assert_true(bench_until(&leader.bench, has_messages, &leader, BENCH_LONG_MS));
    assert_string_equal(leader.keys, "r1;r2;");
    assert_int_equal(leader.assigned, 1);
    assert_int_equal(leader.lost_count, 0);

    /* Paused, nothing comes, and we stay a member. */
    nt_group_pause(leader.group);
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r3", "3");
    bench_turn_for(&leader.bench, 300);
    assert_string_equal(leader.keys, "r1;r2;");
    nt_group_resume(leader.group);
    leader.wanted = 3;
    assert_true(bench_until(&leader.bench, has_messages, &leader, BENCH_LONG_MS));

    /* The offset of r2 is committed by the transaction; that it counts is tested on a real Kafka,
     * for the mock accepts and forgets it. */
    leader.last_offset = 1;
    leader.wanted = 1;
    commit(&leader, &numbered, "s1", leader.group);
    assert_true(bench_until(&leader.bench, are_done, &leader, BENCH_LONG_MS));
    assert_int_equal(leader.last_status, 0);
    assert_int_equal(leader.lost_count, 0);

    /* Another process joins: the older keeps the partition and notices nothing; the younger gets
     * it as soon as the older left. */
    struct leader second = {.bench = leader.bench, .wanted = 1};
    struct nt_bus *other = bench_bus(&second.bench, "balancer");
    open_group(&second, other, true);
    assert_true(bench_until(&leader.bench, is_assigned, &second, BENCH_LONG_MS));
    assert_int_equal(second.assigned, 0);
    assert_int_equal(leader.lost_count, 0);
    assert_int_equal(leader.assigned_count, 1);
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r4", "4");
    leader.wanted = 4;
    assert_true(bench_until(&leader.bench, has_messages, &leader, BENCH_LONG_MS));
    assert_string_equal(leader.keys, "r1;r2;r3;r4;"); /* none twice, though r3 is not committed */

    nt_group_close(leader.group);
    assert_true(bench_until(&leader.bench, has_messages, &second, BENCH_LONG_MS));
    assert_int_equal(second.assigned, 1);
    nt_group_close(second.group);
    nt_bus_close(other);
    nt_txn_close(leader.txn);
    bench_deinit(&leader.bench);
}

static void test_stored_offsets(void **state)
{
    (void)state;
    struct leader leader = {.wanted = 2, .is_refusing = true};
    bench_init(&leader.bench);
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r1", "1");
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r2", "2");
    open_group(&leader, leader.bench.bus, false);
    assert_true(bench_until(&leader.bench, has_messages, &leader, BENCH_LONG_MS));
    assert_non_null(
        nt_test_bus_await(leader.bench.kafka, NT_TOPIC_DLQ_BALANCER, "r2", NULL, NULL, NULL, 5000));
    bench_turn_for(&leader.bench, 100); /* the letters' acknowledgements come in */
    nt_group_close(leader.group);

    struct leader second = {.bench = leader.bench, .wanted = 1};
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r3", "3");
    open_group(&second, leader.bench.bus, false);
    assert_true(bench_until(&leader.bench, has_messages, &second, BENCH_LONG_MS));
    assert_string_equal(second.keys, "r3;");
    nt_group_close(second.group);
    bench_deinit(&leader.bench);
}

static void test_closing_while_kafka_is_away(void **state)
{
    (void)state;
    struct leader leader = {.wanted = 1};
    bench_init(&leader.bench);
    bench_put(&leader.bench, NT_TOPIC_REQUESTS, "r1", "1");
    open_group(&leader, leader.bench.bus, true);
    assert_true(bench_until(&leader.bench, has_messages, &leader, BENCH_LONG_MS));
    nt_test_bus_set_down(leader.bench.kafka, true);
    int64_t before_ms = nt_mono_ms();
    nt_group_close(leader.group);
    nt_bus_close(leader.bench.bus);
    leader.bench.bus = NULL;
    assert_true(nt_mono_ms() - before_ms < 3000);
    bench_deinit(&leader.bench);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest commits[] = {
        cmocka_unit_test(test_commits_in_order),
        cmocka_unit_test(test_waiting_is_bounded),
        cmocka_unit_test(test_away_is_said_and_mends),
    };
    const struct CMUnitTest group[] = {
        cmocka_unit_test(test_group),
    };
    const struct CMUnitTest offsets[] = {
        cmocka_unit_test(test_stored_offsets),
        cmocka_unit_test(test_closing_while_kafka_is_away),
    };
    /* Runs of their own, so that ctest does them side by side: their time is waiting. */
    if (argc > 1 && strcmp(argv[1], "group") == 0)
        return cmocka_run_group_tests(group, NULL, NULL);
    if (argc > 1 && strcmp(argv[1], "offsets") == 0)
        return cmocka_run_group_tests(offsets, NULL, NULL);
    return cmocka_run_group_tests(commits, NULL, NULL);
}
