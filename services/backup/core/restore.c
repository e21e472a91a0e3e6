#include <backup/restore.h>

#include <nt/contract.h>
#include <nt/text.h>

#include <string.h>

bool backup_has(enum nt_topic topic)
{
    return nt_topics[topic].is_compact;
}

bool backup_restores(enum nt_topic topic)
{
    switch (topic) {
    case NT_TOPIC_AGENTS:
    case NT_TOPIC_OBSERVED:
    case NT_TOPIC_HOST_STATE:
    case NT_TOPIC_SCENARIOS:
    case NT_TOPIC_FORECAST_LOAD:
    case NT_TOPIC_FORECAST_WINDOWS:
        return false;
    default:
        return backup_has(topic);
    }
}

/* Encoded into the arena. */
static int encode(struct nt_arena *arena, struct backup_record *record, const void *value,
                  struct nt_error *err)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf buf = {0};
    int status = nt_topic_encode(record->topic, value, &buf, err);
    if (status < 0)
        return status;
    uint8_t *bytes = nt_arena_alloc(arena, buf.len);
    memcpy(bytes, buf.data, buf.len);
    record->value = (struct nt_span){.data = bytes, .len = buf.len};
    return 0;
}

static int renew_placement(struct nt_arena *arena, const char *cluster,
                           struct backup_record *record, struct nt_error *err)
{
    struct nt_placement *placement = NULL;
    int status = nt_placement_decode(arena, record->value, &placement, err);
    if (status < 0)
        return status;
    placement->cluster = cluster;
    /* Later phases stay: only the two hosts know, by their marks, where the server is. */
    if (placement->move != NULL && (nt_text_is(placement->move->phase, "copying") ||
                                    nt_text_is(placement->move->phase, "holding")))
        placement->move = NULL;
    return encode(arena, record, placement, err);
}

static int renew_pool(struct nt_arena *arena, const char *cluster, struct backup_record *record,
                      struct nt_error *err)
{
    struct nt_pool *pool = NULL;
    int status = nt_pool_decode(arena, record->value, &pool, err);
    if (status < 0)
        return status;
    pool->cluster = cluster;
    return encode(arena, record, pool, err);
}

int backup_renew(struct nt_arena *arena, const char *cluster, struct backup_record *record,
                 struct nt_error *err)
{
    if (record->topic == NT_TOPIC_PLACEMENTS)
        return renew_placement(arena, cluster, record, err);
    if (record->topic == NT_TOPIC_POOL)
        return renew_pool(arena, cluster, record, err);
    return 0;
}
