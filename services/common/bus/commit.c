#include "private.h"

#include <nt/clock.h>
#include <nt/log.h>

#include <string.h>

static void copy_record(struct nt_record *to, const struct nt_record *from)
{
    *to = *from;
    to->key = nt_strdup(from->key);
    to->subject = nt_strdup(from->subject);
    to->kind = nt_strdup(from->kind);
    to->traceparent = nt_strdup(from->traceparent);
    if (from->value.len > 0) {
        uint8_t *value = nt_zalloc(from->value.len);
        memcpy(value, from->value.data, from->value.len);
        to->value.data = value;
    }
}

struct bus_commit *bus_commit_new(const struct nt_record *records, size_t count,
                                  struct nt_group *group, int64_t last_offset,
                                  void (*done)(void *arg, int status), void *arg)
{
    struct bus_commit *commit = nt_zalloc(sizeof(*commit));
    commit->records = nt_zalloc((count + 1) * sizeof(*commit->records));
    for (size_t i = 0; i < count; i++)
        copy_record(&commit->records[i], &records[i]);
    commit->count = count;
    commit->member = group != NULL ? bus_member_ref(bus_group_member(group)) : NULL;
    commit->last_offset = last_offset;
    commit->since_mono_ms = nt_mono_ms();
    commit->done = done;
    commit->arg = arg;
    return commit;
}

void bus_commit_free(struct bus_commit *commit)
{
    for (size_t i = 0; i < commit->count; i++) {
        struct nt_record *record = &commit->records[i];
        free((void *)record->key);
        free((void *)record->subject);
        free((void *)record->kind);
        free((void *)record->traceparent);
        if (record->value.len > 0)
            free((void *)record->value.data);
    }
    free(commit->records);
    bus_member_unref(commit->member);
    free(commit);
}

/* --- writing ---------------------------------------------------------------------------------- */

enum { RETRY_MS = 100, RETRY_MAX_MS = 60000 };

static enum bus_outcome judge(rd_kafka_error_t *error, struct nt_error *err)
{
    if (error == NULL)
        return BUS_DONE;
    bool is_fatal = rd_kafka_error_is_fatal(error);
    (void)nt_fail(err, is_fatal ? -ESTALE : bus_errno(rd_kafka_error_code(error)), "%s",
                  rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return is_fatal ? BUS_FATAL : BUS_MUST_ABORT;
}

/*
 * Both calls take up where they were when called again. While Kafka is away they fail at once or
 * after a while with "retriable", and nothing but time helps: has it been committed or not?
 */
static enum bus_outcome persist(struct bus_writer *writer,
                                rd_kafka_error_t *(*step)(rd_kafka_t *rk, int timeout_ms),
                                struct nt_error *err)
{
    int64_t until_ms = nt_mono_ms() + RETRY_MAX_MS;
    for (;;) {
        rd_kafka_error_t *error = step(writer->rk, -1);
        bool is_in_doubt = error != NULL && rd_kafka_error_is_retriable(error) &&
                           !rd_kafka_error_is_fatal(error) &&
                           !rd_kafka_error_txn_requires_abort(error);
        if (!is_in_doubt)
            return judge(error, err);
        if (atomic_load(&writer->is_closing) || nt_mono_ms() > until_ms) {
            (void)judge(error, err);
            return BUS_FATAL;
        }
        rd_kafka_error_destroy(error);
        (void)usleep(RETRY_MS * 1000);
    }
}

static enum bus_outcome produce(struct bus_writer *writer, const struct nt_record *record,
                                struct nt_error *err)
{
    rd_kafka_headers_t *headers = bus_message_headers(writer->bus, record);
    const void *value = record->value.len > 0 ? record->value.data : NULL;
    rd_kafka_resp_err_t code = rd_kafka_producev(
        writer->rk, RD_KAFKA_V_TOPIC(nt_topics[record->topic].name),
        RD_KAFKA_V_KEY(record->key, strlen(record->key)),
        RD_KAFKA_V_VALUE((void *)value, record->value.len), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return BUS_DONE;
    rd_kafka_headers_destroy(headers);
    bool is_fatal = code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__FENCED;
    (void)nt_fail(err, is_fatal ? -ESTALE : bus_errno(code), "%s: %s",
                  nt_topics[record->topic].name, rd_kafka_err2str(code));
    return is_fatal ? BUS_FATAL : BUS_MUST_ABORT;
}

static enum bus_outcome send_offset(struct bus_writer *writer, const struct bus_member *member,
                                    const rd_kafka_consumer_group_metadata_t *metadata,
                                    int64_t offset, struct nt_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, bus_member_topic(member), 0)->offset = offset;
    enum bus_outcome outcome =
        judge(rd_kafka_send_offsets_to_transaction(writer->rk, list, metadata, -1), err);
    rd_kafka_topic_partition_list_destroy(list);
    return outcome;
}

static enum bus_outcome write_all(struct bus_writer *writer, const struct bus_commit *commits,
                                  const struct bus_member *member,
                                  const rd_kafka_consumer_group_metadata_t *metadata,
                                  struct nt_error *err)
{
    enum bus_outcome outcome = judge(rd_kafka_begin_transaction(writer->rk), err);
    int64_t last_offset = -1;
    for (const struct bus_commit *commit = commits; commit != NULL; commit = commit->next) {
        for (size_t i = 0; i < commit->count && outcome == BUS_DONE; i++)
            outcome = produce(writer, &commit->records[i], err);
        if (commit->member != NULL && commit->last_offset > last_offset)
            last_offset = commit->last_offset;
    }
    if (outcome == BUS_DONE && member != NULL)
        outcome = send_offset(writer, member, metadata, last_offset + 1, err);
    if (outcome == BUS_DONE)
        outcome = persist(writer, rd_kafka_commit_transaction, err);
    return outcome;
}

enum bus_outcome bus_commit_write(struct bus_writer *writer, struct bus_commit *commits,
                                  struct nt_error *err)
{
    struct bus_member *member = NULL;
    for (struct bus_commit *commit = commits; commit != NULL; commit = commit->next) {
        if (commit->member != NULL)
            member = commit->member;
    }
    const rd_kafka_consumer_group_metadata_t *metadata = NULL;
    struct nt_error story = NT_ERROR_INIT;
    enum bus_outcome outcome = BUS_DONE;
    int64_t begin_ms = nt_mono_ms();
    if (member != NULL && (metadata = bus_member_enter(member)) == NULL)
        (void)nt_fail(&story, -ESTALE, "the group's partition was lost"); /* nothing was begun */
    else
        outcome = write_all(writer, commits, member, metadata, &story);
    if (metadata != NULL)
        bus_member_leave(member);
    for (struct bus_commit *commit = commits; commit != NULL; commit = commit->next) {
        commit->status = story.code;
        commit->took_ms = nt_mono_ms() - begin_ms;
    }
    if (story.code != 0)
        nt_log(NT_DEBUG, "transaction_failed", NT_KV("code", -story.code),
               NT_KV("reason", story.message));
    if (outcome == BUS_FATAL)
        (void)nt_fail(err, story.code, "%s", story.message);
    return outcome;
}

enum bus_outcome bus_commit_abort(struct bus_writer *writer, struct nt_error *err)
{
    enum bus_outcome outcome = persist(writer, rd_kafka_abort_transaction, err);
    return outcome == BUS_MUST_ABORT ? BUS_FATAL : outcome; /* an abort that cannot be done */
}
