#include "story.h"

#include <nt/clock.h>

#include <string.h>
#include <uv.h>

enum { WAIT_MS = 30000 };

struct nt_loop *story_loop(void)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_loop *loop = NULL;
    assert_int_equal(nt_loop_new(&loop, &err), 0);
    return loop;
}

void story_open(struct story *story, struct nt_loop *loop)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_bus_options options = {.loop = loop,
                                           .brokers = getenv("NEAPTIDE_KAFKA"),
                                           .service = "balancer",
                                           .instance = "test"};
    *story = (struct story){.loop = loop, .assigned = -1};
    if (nt_bus_open(&options, &story->bus, &err) < 0)
        fail_msg("%s", err.message);
}

void story_close(struct story *story)
{
    nt_group_close(story->group);
    nt_txn_close(story->txn);
    nt_view_close(story->view);
    nt_bus_close(story->bus);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static void on_deadline(void *arg)
{
    *(bool *)arg = true;
}

bool story_until(struct story *story, bool (*is_so)(void *arg), int timeout_ms)
{
    bool is_late = false;
    struct nt_timer *deadline = nt_timer_new(story->loop, on_deadline, &is_late);
    nt_timer_start(deadline, (uint64_t)timeout_ms, 0);
    while (!is_so(story) && !is_late)
        (void)uv_run(nt_loop_uv(story->loop), UV_RUN_ONCE);
    nt_timer_free(deadline);
    return is_so(story);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

void story_turn_for(struct story *story, int ms)
{
    (void)story_until(story, never, ms);
}

const char *story_key(const char *word)
{
    static char keys[8][64];
    static size_t next;
    static int64_t run_ms;
    if (run_ms == 0)
        run_ms = nt_wall_ms();
    char *key = keys[next++ % NT_COUNT(keys)];
    (void)snprintf(key, sizeof(keys[0]), "%s-%lld", word, (long long)run_ms);
    return key;
}

/* --- parts ------------------------------------------------------------------------------------ */

static int on_request(void *arg, const struct nt_message *message, struct nt_error *err)
{
    (void)err;
    struct story *story = arg;
    size_t used = strlen(story->requests);
    (void)snprintf(story->requests + used, sizeof(story->requests) - used, "%s;", message->key);
    story->last_offset = message->offset;
    return 0;
}

static void on_assigned(void *arg, int32_t count)
{
    struct story *story = arg;
    story->assigned = count;
    story->assigned_count++;
}

static void on_lost(void *arg)
{
    struct story *story = arg;
    story->assigned = -1;
    story->lost_count++;
}

void story_group(struct story *story)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_group_options options = {.group = "balancer",
                                             .topic = NT_TOPIC_REQUESTS,
                                             .on_message = on_request,
                                             .is_transactional = true,
                                             .on_assigned = on_assigned,
                                             .on_lost = on_lost,
                                             .arg = story};
    assert_int_equal(nt_group_open(story->bus, &options, &story->group, &err), 0);
}

void story_close_group(struct story *story)
{
    nt_group_close(story->group);
    story->group = NULL;
}

static void on_txn_ready(void *arg)
{
    ((struct story *)arg)->is_txn_ready = true;
}

static void on_fatal(void *arg, const struct nt_error *err)
{
    struct story *story = arg;
    story->fatal_count++;
    (void)snprintf(story->fatal, sizeof(story->fatal), "%s", err->message);
}

static bool is_txn_ready(void *arg)
{
    return ((struct story *)arg)->is_txn_ready;
}

void story_txn(struct story *story)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_txn_options options = {.transactional_id = "neaptide-balancer",
                                           .on_ready = on_txn_ready,
                                           .on_fatal = on_fatal,
                                           .arg = story};
    assert_int_equal(nt_txn_open(story->bus, &options, &story->txn, &err), 0);
    assert_true(story_until(story, is_txn_ready, WAIT_MS));
}

static int on_record(void *arg, const struct nt_message *message, struct nt_error *err)
{
    (void)err;
    struct story *story = arg;
    size_t used = strlen(story->seen);
    (void)snprintf(story->seen + used, sizeof(story->seen) - used,
                   message->value.len > 0 ? "%s=%.*s;" : "%s!;", message->key,
                   (int)message->value.len, (const char *)message->value.data);
    story->seen_count++;
    story->replays_count += message->is_replay;
    return 0;
}

static void on_view_ready(void *arg)
{
    ((struct story *)arg)->is_view_ready = true;
}

static bool is_view_ready(void *arg)
{
    return ((struct story *)arg)->is_view_ready;
}

void story_view(struct story *story, enum nt_topic topic, int64_t newest_ms)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_view_options options = {.topics = &topic,
                                            .topics_count = 1,
                                            .on_message = on_record,
                                            .on_ready = on_view_ready,
                                            .arg = story,
                                            .newest_ms = newest_ms};
    story->is_view_ready = false;
    story->seen[0] = '\0';
    story->seen_count = 0;
    story->replays_count = 0;
    assert_int_equal(nt_view_open(story->bus, &options, &story->view, &err), 0);
    assert_true(story_until(story, is_view_ready, WAIT_MS));
}

void story_close_view(struct story *story)
{
    nt_view_close(story->view);
    story->view = NULL;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void on_done(void *arg, int status)
{
    struct story *story = arg;
    story->done_count++;
    story->last_status = status;
}

static bool is_done(void *arg)
{
    return ((struct story *)arg)->done_count > 0;
}

int story_commit(struct story *story, enum nt_topic topic, const char *key, const char *value,
                 bool with_offset)
{
    const struct nt_record record = {.topic = topic, .key = key, .value = nt_span_of(value)};
    story->done_count = 0;
    nt_txn_commit(story->txn, &record, 1, with_offset ? story->group : NULL, story->last_offset,
                  on_done, story);
    assert_true(story_until(story, is_done, 2 * WAIT_MS));
    return story->last_status;
}

int story_send(struct story *story, enum nt_topic topic, const char *key, const char *value)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_producer *producer = NULL;
    const struct nt_record record = {.topic = topic, .key = key, .value = nt_span_of(value)};
    story->done_count = 0;
    assert_int_equal(nt_producer_open(story->bus, 0, &producer, &err), 0);
    assert_int_equal(nt_producer_send(producer, &record, on_done, story), 0);
    assert_true(story_until(story, is_done, 2 * WAIT_MS));
    nt_producer_close(producer, 0);
    return story->last_status;
}
