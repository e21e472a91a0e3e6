/*
 * Kafka, as Neaptide uses it: idempotent producers, a group consumer with stored offsets, views
 * (every record of some topics from the beginning, read_committed), a transactional producer on a
 * thread of its own, dead letters, and the creation of topics from the manifest.
 *
 * All callbacks run on the loop thread. rd_kafka_t stays inside.
 */
#ifndef NT_BUS_H
#define NT_BUS_H

#include <nt/loop.h>
#include <nt/metrics.h>
#include <nt/span.h>
#include <nt/topics.h>

struct nt_bus;

struct nt_bus_options {
    struct nt_loop *loop;
    struct nt_metrics *metrics; /* may be NULL */
    const char *brokers;
    const char *service;  /* "balancer"; also client.id and ce_source, and names the dlq topic */
    const char *instance; /* host name or id; ce_source is /neaptide/<service>/<instance> */
};

/* Copies the options. Does not connect. */
int nt_bus_open(const struct nt_bus_options *options, struct nt_bus **ret_bus,
                struct nt_error *err);

/* Every consumer, view, producer and transaction must be closed before. NULL does nothing. */
void nt_bus_close(struct nt_bus *bus);
NT_DEFINE_CLEANUP(struct nt_bus *, nt_bus_close);

/* Has any broker answered lately? For /readyz, and for "Kafka is away" answers. */
bool nt_bus_is_connected(const struct nt_bus *bus);

/* --- topics ---------------------------------------------------------------------------------- */

/*
 * Create all topics of the manifest that do not exist, with their settings; existing ones get
 * their settings altered where they differ. done gets 0 or a negative errno with its story.
 * Needs a real broker (the mock has no CreateTopics).
 */
void nt_bus_create_topics(struct nt_bus *bus, void (*done)(void *arg, const struct nt_error *err),
                          void *arg);

/* done(0) as soon as every listed topic exists; asks again each second until cancelled by close. */
void nt_bus_await_topics(struct nt_bus *bus, const enum nt_topic *topics, size_t count,
                         void (*done)(void *arg), void *arg);

/* --- messages in ----------------------------------------------------------------------------- */

struct nt_message {
    enum nt_topic topic;
    int32_t partition;
    int64_t offset;
    int64_t append_ms;       /* LogAppendTime, wall */
    const char *key;         /* NUL-terminated; a key with a NUL inside is a bad message */
    struct nt_span value;    /* len 0: a tombstone */
    const char *traceparent; /* "" where absent */
    const char *id;          /* ce_id; "" where absent */
    bool is_replay;          /* view: before the end that was there when the view was opened */
};

/* Return 0, or a negative errno with err filled: the message goes to our dead-letter topic,
 * untouched, with the reason, and reading goes on. Everything is borrowed for the call. */
typedef int (*nt_on_message)(void *arg, const struct nt_message *message, struct nt_error *err);

struct nt_view;

struct nt_view_options {
    const enum nt_topic *topics; /* all their partitions are assigned */
    size_t topics_count;
    nt_on_message on_message;
    void (*on_ready)(void *arg); /* once: all that was there has been delivered */
    void *arg;
    /* Begin with what is at most this old instead of at the beginning; 0: the beginning;
     * NT_VIEW_END: only what is new. For topics that are not compacted. */
    int64_t newest_ms;
};

#define NT_VIEW_END INT64_C(-1)

/* Reads for ever, at most a bounded batch a turn of the loop. Retries by itself while Kafka or the
 * topics are away. */
int nt_view_open(struct nt_bus *bus, const struct nt_view_options *options,
                 struct nt_view **ret_view, struct nt_error *err);
void nt_view_close(struct nt_view *view);
bool nt_view_is_ready(const struct nt_view *view);

/* Is the view at the end of the log now, as far as Kafka has told us within the last 2 s? */
bool nt_view_is_current(const struct nt_view *view);

/* Offset up to which everything of this topic's partition 0 has been delivered. */
int64_t nt_view_offset(const struct nt_view *view, enum nt_topic topic);

struct nt_group;

struct nt_group_options {
    const char *group; /* group.id */
    enum nt_topic topic;
    uint32_t session_timeout_ms; /* 0: 6000 */
    nt_on_message on_message;    /* the offset is stored when it returns, and committed each 5 s
                                    unless is_transactional */
    bool is_transactional;       /* offsets are committed by nt_txn_commit() only */
    void (*on_assigned)(void *arg, int32_t partitions_count); /* now we hold so many */
    void (*on_lost)(void *arg); /* revoked, fenced or timed out: for a leader, the end */
    void *arg;
};

int nt_group_open(struct nt_bus *bus, const struct nt_group_options *options,
                  struct nt_group **ret_group, struct nt_error *err);

/*
 * Leaves the group at once, so that the next takes over without waiting for the time-out. While
 * Kafka is away, a group with stored offsets tries to commit them for its session time-out, for
 * which nt_bus_close() then waits.
 */
void nt_group_close(struct nt_group *group);
void nt_group_pause(struct nt_group *group);
void nt_group_resume(struct nt_group *group);

/* --- messages out ---------------------------------------------------------------------------- */

struct nt_record {
    enum nt_topic topic;
    const char *key;
    struct nt_span value;    /* len 0: a tombstone */
    const char *subject;     /* ce_subject; NULL: the key */
    const char *kind;        /* ce_type is io.neaptide.<kind>.v1; NULL: the topic's domain.name */
    const char *traceparent; /* NULL: none */
};

struct nt_producer;

/* Idempotent, acks=all. linger_ms: 0 for control, 50 or more for telemetry. */
int nt_producer_open(struct nt_bus *bus, uint32_t linger_ms, struct nt_producer **ret_producer,
                     struct nt_error *err);

/* Waits at most flush_ms for what is queued. */
void nt_producer_close(struct nt_producer *producer, uint32_t flush_ms);

/*
 * Copies everything. 0, or -ENOBUFS when the queue (64 MiB or 100,000 records) is full. done (may
 * be NULL) is called once with 0 when acknowledged, else a negative errno.
 */
int nt_producer_send(struct nt_producer *producer, const struct nt_record *record,
                     void (*done)(void *arg, int status), void *arg);

/* --- transactions ---------------------------------------------------------------------------- */

struct nt_txn;

struct nt_txn_options {
    const char *transactional_id; /* neaptide-balancer, neaptide-api */
    void (*on_ready)(void *arg);  /* init_transactions is done: older holders are fenced */
    /* Fenced, or an error that only a new process can mend. The process must end. Once. */
    void (*on_fatal)(void *arg, const struct nt_error *err);
    void *arg;
};

/* Begins init_transactions on the transaction's own thread and retries while Kafka is away. */
int nt_txn_open(struct nt_bus *bus, const struct nt_txn_options *options, struct nt_txn **ret_txn,
                struct nt_error *err);

/* Does not wait for a commit under way; its done is called with -ECANCELED first. */
void nt_txn_close(struct nt_txn *txn);

/*
 * Write records and, if group is not NULL, the offset after last_offset of its partition 0, in one
 * transaction. Copies everything. Commits queue in order; those that wait together may share one
 * transaction (at most 200). done gets 0, or a negative errno: -ENOTCONN, -ETIMEDOUT (not
 * written), -ESTALE (fenced), -ENOBUFS (over 1,000 waiting, at once).
 */
void nt_txn_commit(struct nt_txn *txn, const struct nt_record *records, size_t count,
                   struct nt_group *group, int64_t last_offset, void (*done)(void *arg, int status),
                   void *arg);

#endif
