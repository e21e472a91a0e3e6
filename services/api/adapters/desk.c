#include <api/desk.h>

#include <assert.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <string.h>

bool desk_can_write(const struct desk *desk)
{
    return desk->is_txn_ready && nt_bus_is_connected(desk->bus);
}

struct view desk_view(const struct desk *desk, const char *user, bool is_admin)
{
    int64_t wall_ms = nt_wall_ms();
    return (struct view){
        .fleet = &desk->fleet,
        .site = &desk->site,
        .wall_ms = wall_ms,
        .load_ms = fleet_load_ms(&desk->fleet, wall_ms),
        .user = user,
        .is_admin = is_admin,
        .is_redis_away = !nt_cache_is_connected(desk->cache),
    };
}

struct commit {
    struct desk *desk;
    struct made {
        struct nt_buf value;
        char *key;
        enum nt_topic topic;
    } * made;
    size_t count;
    void (*done)(void *arg, int status);
    void *arg;
};

static bool is_ours(enum nt_topic topic)
{
    return topic == NT_TOPIC_ACCOUNTS || topic == NT_TOPIC_SESSIONS || topic == NT_TOPIC_TEMPLATES;
}

static void apply(struct desk *desk, enum nt_topic topic, const char *key, struct nt_span value)
{
    struct fleet_record record = {.topic = topic, .key = key, .value = value};
    struct nt_error err = NT_ERROR_INIT;
    if (fleet_apply(&desk->fleet, &record, &err) < 0)
        nt_log(NT_ERROR, "own_record_not_applied", NT_KV("reason", err.message));
}

void desk_apply(struct desk *desk, const struct desk_record *record)
{
    struct nt_buf value = {0};
    struct nt_error err = NT_ERROR_INIT;
    if (nt_topic_encode(record->topic, record->value, &value, &err) == 0)
        apply(desk, record->topic, record->key, nt_buf_span(&value));
    else
        nt_log(NT_WARN, "not_encoded", NT_KV("topic", nt_topics[record->topic].name),
               NT_KV("reason", err.message));
    nt_buf_deinit(&value);
}

static void finish(struct commit *commit, int status)
{
    for (size_t i = 0; i < commit->count; i++) {
        struct made *made = &commit->made[i];
        if (status == 0 && is_ours(made->topic))
            apply(commit->desk, made->topic, made->key, nt_buf_span(&made->value));
        nt_buf_deinit(&made->value);
        free(made->key);
    }
    free(commit->made);
    if (commit->done != NULL)
        commit->done(commit->arg, status);
    free(commit);
}

static void on_committed(void *arg, int status)
{
    if (status < 0)
        nt_log(NT_WARN, "not_written", NT_KV("reason", strerror(-status)));
    finish(arg, status);
}

void desk_commit(struct desk *desk, const struct desk_record *records, size_t count,
                 const char *traceparent, void (*done)(void *arg, int status), void *arg)
{
    struct commit *commit = nt_zalloc(sizeof(*commit));
    struct nt_record out[DESK_RECORDS_MAX] = {0};
    struct nt_error err = NT_ERROR_INIT;
    commit->desk = desk;
    commit->done = done;
    commit->arg = arg;
    assert(count <= DESK_RECORDS_MAX);
    commit->made = nt_zalloc(count * sizeof(commit->made[0]));
    for (size_t i = 0; i < count; i++) {
        struct made *made = &commit->made[commit->count++];
        made->topic = records[i].topic;
        made->key = nt_strdup(records[i].key);
        if (records[i].value != NULL &&
            nt_topic_encode(records[i].topic, records[i].value, &made->value, &err) < 0) {
            nt_log(NT_WARN, "not_encoded", NT_KV("topic", nt_topics[records[i].topic].name),
                   NT_KV("reason", err.message));
            finish(commit, -EINVAL);
            return;
        }
        out[i] = (struct nt_record){.topic = records[i].topic,
                                    .key = made->key,
                                    .value = nt_buf_span(&made->value),
                                    .traceparent = traceparent};
    }
    nt_txn_commit(desk->txn, out, commit->count, NULL, 0, on_committed, commit);
}
