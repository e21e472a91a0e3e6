#include <api/desk.h>

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
    struct nt_buf values[DESK_RECORDS_MAX];
    char *keys[DESK_RECORDS_MAX];
    enum nt_topic topics[DESK_RECORDS_MAX];
    size_t count;
    void (*done)(void *arg, int status);
    void *arg;
};

static bool is_ours(enum nt_topic topic)
{
    return topic == NT_TOPIC_ACCOUNTS || topic == NT_TOPIC_SESSIONS || topic == NT_TOPIC_TEMPLATES;
}

static void finish(struct commit *commit, int status)
{
    for (size_t i = 0; i < commit->count; i++) {
        if (status == 0 && is_ours(commit->topics[i])) {
            struct fleet_record record = {.topic = commit->topics[i],
                                          .key = commit->keys[i],
                                          .value = nt_buf_span(&commit->values[i])};
            struct nt_error err = NT_ERROR_INIT;
            if (fleet_apply(&commit->desk->fleet, &record, &err) < 0)
                nt_log(NT_ERROR, "own_record_not_applied", NT_KV("reason", err.message));
        }
        nt_buf_deinit(&commit->values[i]);
        free(commit->keys[i]);
    }
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
    for (size_t i = 0; i < count && i < DESK_RECORDS_MAX; i++) {
        commit->count++;
        commit->topics[i] = records[i].topic;
        commit->keys[i] = nt_strdup(records[i].key);
        if (records[i].value != NULL &&
            nt_topic_encode(records[i].topic, records[i].value, &commit->values[i], &err) < 0) {
            nt_log(NT_WARN, "not_encoded", NT_KV("topic", nt_topics[records[i].topic].name),
                   NT_KV("reason", err.message));
            finish(commit, -EINVAL);
            return;
        }
        out[i] = (struct nt_record){.topic = records[i].topic,
                                    .key = commit->keys[i],
                                    .value = nt_buf_span(&commit->values[i]),
                                    .traceparent = traceparent};
    }
    nt_txn_commit(desk->txn, out, commit->count, NULL, 0, on_committed, commit);
}
