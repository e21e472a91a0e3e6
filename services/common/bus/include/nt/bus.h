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
    const char *brokers;  /* "host:port,..." and perhaps "?name=value&..." with librdkafka's own
                             properties: security.protocol, sasl.mechanism, debug ... */
    const char *service;  /* "balancer"; also client.id and ce_source, and names the dlq topic */
    const char *instance; /* host name or id; ce_source is /neaptide/<service>/<instance> */
};

/* Copies the options. Does not connect. */
int nt_bus_open(const struct nt_bus_options *options, struct nt_bus **ret_bus,
                struct nt_error *err);

/*
 * Every consumer, view, producer and transaction must be closed before; not from a callback of the
 * bus. Waits until their clients are gone: milliseconds, and while Kafka is away a second or two,
 * up to 20 s where a transaction was under way. NULL does nothing.
 */
void nt_bus_close(struct nt_bus *bus);
NT_DEFINE_CLEANUP(struct nt_bus *, nt_bus_close);

/* Has any broker answered within the last 5 s? For /readyz, and for "Kafka is away" answers. It is
 * asked every 2 s, each second while it is away. */
bool nt_bus_is_connected(const struct nt_bus *bus);

/* --- topics ---------------------------------------------------------------------------------- */

/*
 * Create all topics of the manifest that do not exist, with their settings; existing ones get
 * their settings altered where they differ; settings that an administrator made beside ours stay,
 * and so does the number of partitions. Replicas are the broker's default. done gets 0 or a
 * negative errno with its story: -ETIMEDOUT while Kafka is away (30 s); -EALREADY, at once, while
 * another call is under way. Needs a real broker (the mock has no CreateTopics).
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
    const char *key;         /* 1 to 1,024 bytes of UTF-8; others never reach the handler, but the
                                dead letters */
    struct nt_span value;    /* len 0: a tombstone */
    const char *traceparent; /* "" where absent */
    const char *id;          /* ce_id; "" where absent */
    bool is_replay;          /* view: the partition's end, as it was when reading began, is ahead */
};

/*
 * Return 0, or a negative errno with err filled: the message goes to our dead-letter topic,
 * untouched, with the reason, and reading goes on. A view that is opened again reads, and sends,
 * the same bad record again: who needs them once looks at dlq_topic, dlq_partition, dlq_offset.
 * Everything is borrowed for the call, in which the log's trace is the message's. It may close its
 * view or group.
 */
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

/*
 * Reads for ever, at most 500 records or 10 ms a turn of the loop. Retries by itself while Kafka or
 * the topics are away; begins when all topics exist. Order holds within a partition, hence for one
 * key of one topic, and nowhere else: not between topics, not even for records of one transaction.
 * Partitions that are added to a topic later are not seen.
 */
int nt_view_open(struct nt_bus *bus, const struct nt_view_options *options,
                 struct nt_view **ret_view, struct nt_error *err);
void nt_view_close(struct nt_view *view);
bool nt_view_is_ready(const struct nt_view *view);

/* Has all been delivered that was committed when Kafka was last asked, which was within the last
 * 2 s? (It is asked each second.) */
bool nt_view_is_current(const struct nt_view *view);

/* When Kafka was last asked for an end that has been reached since (nt_mono_ms()): all that was
 * committed before then has been delivered. 0: not once. */
int64_t nt_view_current_mono_ms(const struct nt_view *view);

/* All offsets of this topic's partition 0 below this one have been delivered, or will never be
 * (aborted, compacted). 0 before the first. */
int64_t nt_view_offset(const struct nt_view *view, enum nt_topic topic);

struct nt_group;

/*
 * A member of a consumer group. The older member (by the time of nt_bus_open) keeps its partitions
 * when others come or go, and is not told of such a rebalance; it reads on where it was.
 */
struct nt_group_options {
    const char *group; /* group.id */
    enum nt_topic topic;
    uint32_t session_timeout_ms; /* 0: 6000 */
    nt_on_message on_message;    /* the offset is stored when it returns, and committed each 5 s
                                    unless is_transactional */
    bool is_transactional;       /* offsets are committed by nt_txn_commit() only */
    /* Now we hold so many; 0: a standby. Told when the number changes, and after on_lost. */
    void (*on_assigned)(void *arg, int32_t partitions_count);
    /* Something of what we held is another's now, or will be, because Kafka did not hear us for the
     * session time-out: for a leader, the end. */
    void (*on_lost)(void *arg);
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

/* Waits at most flush_ms for what is queued; the rest is given up: its done gets -ECANCELED. */
void nt_producer_close(struct nt_producer *producer, uint32_t flush_ms);

/*
 * Copies everything. 0, or -ENOBUFS when the queue (64 MiB or 100,000 records) is full, -EMSGSIZE
 * over 1 MB, -EAGAIN while a broken client is replaced. done (may be NULL) is called once, only
 * after 0, with 0 when acknowledged, else a negative errno: -ETIMEDOUT after 60 s.
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
 * transaction (at most 200; what one cannot write, none of them writes). done gets 0, or a negative
 * errno: -ENOTCONN (did not begin within 5 s: nothing was written), -ETIMEDOUT, -EIO and others
 * (aborted), -ESTALE (fenced, or the group's partition is lost), -ENOBUFS (over 1,000 waiting, at
 * once), -ECANCELED (closed; unknown whether it was written). Dones come in the order of the
 * commits, except those that are called at once.
 */
void nt_txn_commit(struct nt_txn *txn, const struct nt_record *records, size_t count,
                   struct nt_group *group, int64_t last_offset, void (*done)(void *arg, int status),
                   void *arg);

#endif
