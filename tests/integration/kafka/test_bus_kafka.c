/* What librdkafka's mock cannot show. The broker is this test's own; it may hold earlier runs. */
#include "story.h"

#include <nt/clock.h>

#include <librdkafka/rdkafka.h>
#include <string.h>

enum { SKIPPED = 77 };

static bool was_created;
static struct nt_error created;

static void on_created(void *arg, const struct nt_error *err)
{
    (void)arg;
    was_created = true;
    created = *err;
}

static bool is_created(void *arg)
{
    (void)arg;
    return was_created;
}

static void create_topics(struct story *story)
{
    was_created = false;
    nt_bus_create_topics(story->bus, on_created, NULL);
    assert_true(story_until(story, is_created, 60000));
    if (created.code != 0)
        fail_msg("%s", created.message);
}

/* A plain client, for what only a stranger would do to our topics. */
static rd_kafka_t *stranger(rd_kafka_type_t type)
{
    char story[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", getenv("NEAPTIDE_KAFKA"), NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(type, conf, story, sizeof(story));
    assert_non_null(rk);
    return rk;
}

static void settings(rd_kafka_t *rk, const char *topic, const char *set_name, const char *set_value,
                     const char *name, char ret_value[64]);

/* The broker applies an alteration a little after it has acknowledged it. */
static void await_setting(struct story *story, rd_kafka_t *rk, enum nt_topic topic,
                          const char *name, const char *value)
{
    char now[64] = "";
    for (int tries = 0; tries < 50 && strcmp(now, value) != 0; tries++) {
        story_turn_for(story, tries > 0 ? 100 : 0);
        settings(rk, nt_topics[topic].name, NULL, NULL, name, now);
    }
    assert_string_equal(now, value);
}

/* Do one thing to one topic's settings; the value of name after it ("" if not set by the topic). */
static void settings(rd_kafka_t *rk, const char *topic, const char *set_name, const char *set_value,
                     const char *name, char ret_value[64])
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    if (set_name != NULL) {
        (void)rd_kafka_ConfigResource_set_config(resource, set_name, set_value);
        rd_kafka_AlterConfigs(rk, &resource, 1, NULL, queue);
    } else {
        rd_kafka_DescribeConfigs(rk, &resource, 1, NULL, queue);
    }
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
    assert_non_null(event);
    assert_int_equal(rd_kafka_event_error(event), 0);
    if (set_name == NULL) {
        size_t count = 0;
        const rd_kafka_ConfigResource_t **all = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count);
        assert_int_equal(count, 1);
        const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(all[0], &count);
        ret_value[0] = '\0';
        for (size_t i = 0; i < count; i++) {
            if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
                (void)snprintf(ret_value, 64, "%s", rd_kafka_ConfigEntry_value(entries[i]));
        }
    }
    rd_kafka_event_destroy(event);
    rd_kafka_ConfigResource_destroy(resource);
    rd_kafka_queue_destroy(queue);
}

static void test_topics_are_made_and_mended(void **state)
{
    (void)state;
    static const struct {
        enum nt_topic topic;
        const char *name;
        const char *value;
    } wanted[] = {
        {NT_TOPIC_REQUESTS, "message.timestamp.type", "LogAppendTime"},
        {NT_TOPIC_REQUESTS, "cleanup.policy", "delete"},
        {NT_TOPIC_REQUESTS, "retention.ms", "604800000"},
        {NT_TOPIC_REQUESTS, "flush.messages", "1"},
        {NT_TOPIC_PLACEMENTS, "cleanup.policy", "compact"},
        {NT_TOPIC_PLACEMENTS, "segment.bytes", "33554432"},
        {NT_TOPIC_HOST_LOAD, "retention.bytes", "8589934592"},
        {NT_TOPIC_PLANS, "cleanup.policy", "compact,delete"},
    };
    struct nt_loop *loop = story_loop();
    struct story story;
    story_open(&story, loop);
    create_topics(&story);
    rd_kafka_t *rk = stranger(RD_KAFKA_PRODUCER);
    for (size_t i = 0; i < NT_COUNT(wanted); i++)
        await_setting(&story, rk, wanted[i].topic, wanted[i].name, wanted[i].value);
    /* Somebody spoils ours (which loses all, such is AlterConfigs) and adds one of their own. */
    settings(rk, nt_topics[NT_TOPIC_PLANS].name, "max.message.bytes", "2000000", NULL, NULL);
    await_setting(&story, rk, NT_TOPIC_PLANS, "cleanup.policy", "delete");
    create_topics(&story);
    await_setting(&story, rk, NT_TOPIC_PLANS, "cleanup.policy", "compact,delete");
    await_setting(&story, rk, NT_TOPIC_PLANS, "max.message.bytes", "2000000");
    rd_kafka_destroy(rk);
    story_close(&story);
    nt_loop_free(loop);
}

static bool has_request(void *arg)
{
    return ((struct story *)arg)->requests[0] != '\0';
}

static bool is_holder(void *arg)
{
    return ((struct story *)arg)->assigned == 1;
}

static bool is_standby(void *arg)
{
    return ((struct story *)arg)->assigned == 0;
}

static void test_second_holder_fences_the_first(void **state)
{
    (void)state;
    struct nt_loop *loop = story_loop();
    struct story first;
    struct story second;
    story_open(&first, loop);
    story_open(&second, loop);
    create_topics(&first);
    story_txn(&first);
    assert_int_equal(story_commit(&first, NT_TOPIC_POOL, story_key("fence"), "1", false), 0);
    story_txn(&second);
    assert_int_equal(story_commit(&first, NT_TOPIC_POOL, story_key("fence"), "2", false), -ESTALE);
    story_turn_for(&first, 50);
    assert_int_equal(first.fatal_count, 1);
    assert_int_equal(story_commit(&first, NT_TOPIC_POOL, story_key("fence"), "3", false), -ESTALE);
    assert_int_equal(first.fatal_count, 1);
    assert_int_equal(story_commit(&second, NT_TOPIC_POOL, story_key("fence"), "4", false), 0);
    assert_int_equal(second.fatal_count, 0);
    story_view(&second, NT_TOPIC_POOL, 0);
    char expected[256];
    (void)snprintf(expected, sizeof(expected), "%s=1;%s=4;", story_key("fence"),
                   story_key("fence"));
    assert_non_null(strstr(second.seen, expected)); /* nothing of 2 and 3 in between */
    story_close(&first);
    story_close(&second);
    nt_loop_free(loop);
}

/* A standby joins and leaves, the holder leaves: offsets of transactions count, nothing twice. */
static void test_offsets_and_standbys(void **state)
{
    (void)state;
    struct nt_loop *loop = story_loop();
    struct story first;
    struct story second;
    story_open(&first, loop);
    create_topics(&first);
    story_group(&first);
    story_txn(&first);
    assert_true(story_until(&first, is_holder, 30000));
    assert_int_equal(story_send(&first, NT_TOPIC_REQUESTS, story_key("r1"), "1"), 0);
    assert_true(story_until(&first, has_request, 10000));
    assert_int_equal(story_commit(&first, NT_TOPIC_OUTCOMES, story_key("r1"), "yes", true), 0);
    first.requests[0] = '\0';
    assert_int_equal(story_send(&first, NT_TOPIC_REQUESTS, story_key("r2"), "2"), 0);
    assert_true(story_until(&first, has_request, 10000));

    /* r2 is read and not committed when the standby comes: the holder keeps its place. */
    story_open(&second, loop);
    story_group(&second);
    assert_true(story_until(&second, is_standby, 30000));
    assert_int_equal(first.lost_count, 0);
    assert_int_equal(first.assigned_count, 1);
    assert_string_equal(first.requests + strlen(story_key("r2")), ";"); /* r2 once */
    assert_int_equal(story_commit(&first, NT_TOPIC_OUTCOMES, story_key("r2"), "yes", true), 0);
    first.requests[0] = '\0';
    assert_int_equal(story_send(&first, NT_TOPIC_REQUESTS, story_key("r3"), "3"), 0);
    assert_true(story_until(&first, has_request, 10000));

    int64_t before_ms = nt_mono_ms();
    story_close_group(&first);
    assert_true(story_until(&second, is_holder, 30000));
    assert_true(story_until(&second, has_request, 10000));
    assert_true(nt_mono_ms() - before_ms < 5000); /* it left: nobody waited for its session */
    char expected[80];
    (void)snprintf(expected, sizeof(expected), "%s;", story_key("r3"));
    assert_string_equal(second.requests, expected); /* r1 and r2 were committed, r3 was not */

    /* With the group gone there is no membership to commit an offset with. */
    assert_int_equal(story_commit(&first, NT_TOPIC_OUTCOMES, story_key("r3"), "no", false), 0);
    story_close(&first);
    story_close(&second);
    nt_loop_free(loop);
}

static void test_aborted_records_are_hidden(void **state)
{
    (void)state;
    struct nt_loop *loop = story_loop();
    struct story story;
    char text[256];
    story_open(&story, loop);
    create_topics(&story);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", getenv("NEAPTIDE_KAFKA"), NULL, 0);
    (void)rd_kafka_conf_set(conf, "transactional.id", "somebody", NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    assert_non_null(rk);
    assert_null(rd_kafka_init_transactions(rk, 30000));
    assert_null(rd_kafka_begin_transaction(rk));
    const char *key = story_key("abort");
    char ghost[] = "ghost";
    for (int i = 0; i < 3; i++)
        assert_int_equal(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(nt_topics[NT_TOPIC_POOL].name),
                                           RD_KAFKA_V_KEY(key, strlen(key)),
                                           RD_KAFKA_V_VALUE(ghost, 5), RD_KAFKA_V_END),
                         0);
    assert_int_equal(rd_kafka_flush(rk, 10000), 0);
    assert_null(rd_kafka_abort_transaction(rk, -1));
    rd_kafka_destroy(rk);

    /* Ready although the last thing in the topic is what must not be seen. */
    story_view(&story, NT_TOPIC_POOL, 0);
    assert_null(strstr(story.seen, "ghost"));
    int64_t end = nt_view_offset(story.view, NT_TOPIC_POOL);
    assert_int_equal(story_send(&story, NT_TOPIC_POOL, key, "real"), 0);
    (void)snprintf(text, sizeof(text), "%s=real;", key);
    size_t count = story.seen_count;
    story_turn_for(&story, 500);
    assert_int_equal(story.seen_count, count + 1);
    assert_non_null(strstr(story.seen, text));
    assert_int_equal(nt_view_offset(story.view, NT_TOPIC_POOL), end + 1);
    story_close(&story);
    nt_loop_free(loop);
}

static void test_views_begin_at_a_time(void **state)
{
    (void)state;
    struct nt_loop *loop = story_loop();
    struct story story;
    story_open(&story, loop);
    create_topics(&story);
    assert_int_equal(story_send(&story, NT_TOPIC_AUDIT, story_key("old"), "1"), 0);
    story_turn_for(&story, 1500);
    assert_int_equal(story_send(&story, NT_TOPIC_AUDIT, story_key("new"), "2"), 0);
    story_view(&story, NT_TOPIC_AUDIT, 1000);
    assert_null(strstr(story.seen, story_key("old")));
    assert_non_null(strstr(story.seen, story_key("new")));
    assert_int_equal(story.replays_count, story.seen_count);
    story_close_view(&story);
    story_turn_for(&story, 1200);
    story_view(&story, NT_TOPIC_AUDIT, 1000); /* nothing is that young */
    assert_int_equal(story.seen_count, 0);
    story_close(&story);
    nt_loop_free(loop);
}

static bool is_current(void *arg)
{
    return nt_view_is_current(((struct story *)arg)->view);
}

static bool is_blind(void *arg)
{
    struct story *story = arg;
    return !nt_view_is_current(story->view) && !nt_bus_is_connected(story->bus);
}

static bool is_lost(void *arg)
{
    return ((struct story *)arg)->lost_count > 0;
}

static bool has_seen_after(void *arg)
{
    return strstr(((struct story *)arg)->seen, "after") != NULL;
}

/* The broker is killed with -9 and comes back with its disk. The two commands are the test's. */
static void test_survives_kill_9(void **state)
{
    (void)state;
    const char *kill_it = getenv("NEAPTIDE_TEST_KAFKA_KILL");
    const char *start_it = getenv("NEAPTIDE_TEST_KAFKA_START");
    if (kill_it == NULL || start_it == NULL)
        skip();
    struct nt_loop *loop = story_loop();
    struct story story;
    story_open(&story, loop);
    create_topics(&story);
    story_group(&story);
    story_txn(&story);
    assert_true(story_until(&story, is_holder, 30000));
    story_view(&story, NT_TOPIC_HOSTS, 0);
    assert_int_equal(story_commit(&story, NT_TOPIC_HOSTS, story_key("before"), "1", false), 0);
    assert_true(story_until(&story, is_current, 10000));

    assert_int_equal(system(kill_it), 0);
    assert_true(story_until(&story, is_blind, 10000));
    assert_true(story_until(&story, is_lost, 20000)); /* a leader ends now */
    int status = story_commit(&story, NT_TOPIC_HOSTS, story_key("during"), "2", false);
    assert_true(status < 0);

    assert_int_equal(system(start_it), 0);
    assert_true(story_until(&story, is_current, 60000));
    assert_true(nt_bus_is_connected(story.bus));
    assert_true(story_until(&story, is_holder, 60000));
    assert_non_null(strstr(story.seen, story_key("before")));
    assert_int_equal(story_send(&story, NT_TOPIC_HOSTS, story_key("after"), "3"), 0);
    assert_true(story_until(&story, has_seen_after, 30000));
    assert_null(strstr(story.seen, story_key("during"))); /* said not written, and is not */
    story_close(&story);
    nt_loop_free(loop);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics_are_made_and_mended),
        cmocka_unit_test(test_second_holder_fences_the_first),
        cmocka_unit_test(test_offsets_and_standbys),
        cmocka_unit_test(test_aborted_records_are_hidden),
        cmocka_unit_test(test_views_begin_at_a_time),
        cmocka_unit_test(test_survives_kill_9),
    };
    if (getenv("NEAPTIDE_KAFKA") == NULL) {
        (void)fprintf(stderr, "skipped: NEAPTIDE_KAFKA names no broker\n");
        return SKIPPED;
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]); /* one test by its name */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
