/*
 * Shared by the files of bus/ only. Threads: the loop; one clerk a bus, for the calls of librdkafka
 * that block (metadata, end offsets, closing); one a transactional producer.
 */
#ifndef NT_BUS_PRIVATE_H
#define NT_BUS_PRIVATE_H

#include <nt/bus.h>
#include <nt/contract.h>
#include <nt/memory.h>

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

/* --- clerk.c: one thread for what blocks ------------------------------------------------------ */

struct bus_job {
    struct bus_job *next;
    void (*work)(struct bus_job *job); /* on the clerk's thread */
    void (*done)(struct bus_job *job); /* then on the loop's; owns the job again */
    bool must_run;                     /* else done without work when the bus is closing */
    bool was_skipped;
};

struct bus_clerk;

struct bus_clerk *bus_clerk_start(struct nt_loop *loop);
void bus_clerk_post(struct bus_clerk *clerk, struct bus_job *job);
void bus_clerk_stop(struct bus_clerk *clerk); /* waits; every done has been called after it */

/* A thread whose signals are blocked: they belong to the loop. Ends the process on failure. */
pthread_t bus_thread_start(void *(*run)(void *arg), void *arg);

/* --- conf.c ----------------------------------------------------------------------------------- */

struct bus_pair {
    char *name;
    char *value;
};

/* "host:port,host:port?name=value&name=value": the second part are librdkafka's own properties. */
int bus_conf_parse(const char *text, char **ret_servers, struct bus_pair **ret_pairs,
                   size_t *ret_count, struct nt_error *err);

struct bus_property {
    const char *name;
    const char *value;
};

/* The user's properties, then ours, then these, which end with a NULL name. */
rd_kafka_conf_t *bus_conf_new(const struct nt_bus *bus, const struct bus_property *properties);

/* Takes conf. */
int bus_conf_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **ret_rk,
                  struct nt_error *err);

/* --- pump.c: librdkafka's bell on the loop ---------------------------------------------------- */

struct bus_pump {
    rd_kafka_queue_t *queue; /* owned */
    int fd;                  /* librdkafka adds to this eventfd */
    struct nt_watch *watch;
    struct nt_timer *timer;
    bool (*drain)(void *arg); /* handles a bounded amount; true: there may be more */
    void *arg;
};

void bus_pump_start(struct bus_pump *pump, struct nt_loop *loop, rd_kafka_queue_t *queue,
                    bool (*drain)(void *arg), void *arg);
void bus_pump_ring(struct bus_pump *pump); /* drain soon; any thread */
void bus_pump_stop(struct bus_pump *pump); /* drain is not called any more */

/* --- numbers.c -------------------------------------------------------------------------------- */

enum bus_number { BUS_IN, BUS_OUT, BUS_FAILED, BUS_DEAD, BUS_LAG, BUS_NUMBERS };

struct bus_numbers {
    struct nt_metrics *metrics; /* may be NULL */
    const char *service;
    struct nt_metric *topics[BUS_NUMBERS][NT_TOPIC_COUNT]; /* registered at first use */
    struct nt_metric *commit_s;
    struct nt_metric *connected;
};

void bus_numbers_init(struct bus_numbers *numbers, struct nt_metrics *metrics, const char *service);
void bus_count(struct bus_numbers *numbers, enum bus_number number, enum nt_topic topic);
void bus_lag(struct bus_numbers *numbers, enum nt_topic topic, int64_t records);
void bus_committed(struct bus_numbers *numbers, int64_t took_ms);
void bus_connected(struct bus_numbers *numbers, bool is_connected);

/* --- bus.c ------------------------------------------------------------------------------------ */

struct bus_waiter;
struct bus_creation;

struct nt_bus {
    struct nt_loop *loop;
    char *brokers; /* without the properties */
    struct bus_pair *pairs;
    size_t pairs_count;
    char *service;
    char *source;   /* ce_source */
    char *name;     /* client.id: service and a UUIDv7, so that the older sorts first */
    rd_kafka_t *rk; /* metadata and administration; produces nothing */
    struct bus_clerk *clerk;
    struct bus_numbers numbers;
    struct nt_producer *dead;      /* opened by the first dead letter */
    struct bus_creation *creation; /* of topics, under way */
    size_t open_count;             /* views, groups, producers, transactions */

    /* topics.c */
    struct nt_timer *ask_timer;
    struct bus_waiter *waiters;
    bool is_asking;
    bool is_connected;
    int64_t answered_mono_ms; /* 0: never */
};

/* Destroy a client off the loop, after leaving its group where leave is set, then call after on the
 * loop. Takes rk and what the pump holds (pump may be NULL; it must be stopped). */
void bus_retire(struct nt_bus *bus, rd_kafka_t *rk, const struct bus_pump *pump, bool leave,
                void (*after)(void *arg), void *arg);

/* Some answer came: Kafka is there. */
void bus_answered(struct nt_bus *bus);

/* --- topics.c --------------------------------------------------------------------------------- */

void bus_topics_start(struct nt_bus *bus);
void bus_topics_stop(struct nt_bus *bus);

/* done gets the partitions of each topic once all exist, unless cancelled before. */
struct bus_waiter *bus_topics_wait(struct nt_bus *bus, const enum nt_topic *topics, size_t count,
                                   void (*done)(void *arg, const int *partitions), void *arg);
void bus_topics_cancel(struct nt_bus *bus, struct bus_waiter *waiter);

/* --- admin.c ---------------------------------------------------------------------------------- */

void bus_admin_cancel(struct nt_bus *bus);

/* --- message.c -------------------------------------------------------------------------------- */

/* Lends from in and from text, which the caller keeps. -EBADMSG: a dead letter. */
int bus_message_read(const rd_kafka_message_t *in, enum nt_topic topic, struct nt_buf *text,
                     struct nt_message *ret_message, struct nt_error *err);

/* CloudEvents in binary mode; owned by the caller until a produce call succeeded. */
rd_kafka_headers_t *bus_message_headers(const struct nt_bus *bus, const struct nt_record *record);

/* A negative errno for what librdkafka says. */
int bus_errno(rd_kafka_resp_err_t code);

/* --- producer.c ------------------------------------------------------------------------------- */

/* A record as it is. Takes headers, also on failure. value NULL: a tombstone. */
int bus_producer_put(struct nt_producer *producer, const char *topic, struct nt_span key,
                     const void *value, size_t value_len, rd_kafka_headers_t *headers,
                     void (*done)(void *arg, int status), void *arg);

/* --- dead.c ----------------------------------------------------------------------------------- */

/* done as nt_producer_send(). */
int bus_dead_send(struct nt_bus *bus, const rd_kafka_message_t *letter, enum nt_topic topic,
                  const char *reason, void (*done)(void *arg, int status), void *arg);

/* --- reader.c: what a view and a group share ---------------------------------------------------
 */

struct bus_reader {
    struct nt_bus *bus;
    rd_kafka_t *rk;
    struct bus_pump pump;
    struct nt_buf text; /* key and headers of the message being delivered */
    nt_on_message on_message;
    void *arg;
    /* One message or event of librdkafka, then settle() when the batch is over. */
    void (*on_event)(struct bus_reader *reader, const rd_kafka_message_t *message);
    void (*on_turn)(struct bus_reader *reader);
    void (*freed)(struct bus_reader *reader); /* last call: free the owner */
    bool leaves;                              /* a group: leave it when closing */
    bool is_busy;                             /* in a callback */
    bool is_closed;
    bool is_held; /* do not poll */
};

int bus_reader_open(struct bus_reader *reader, struct nt_bus *bus, rd_kafka_conf_t *conf,
                    struct nt_error *err);
void bus_reader_close(struct bus_reader *reader);

/* Hand it to the handler, or to the dead letters: then done (may be NULL) is called as by
 * nt_producer_send(), and true is returned. */
bool bus_reader_deliver(struct bus_reader *reader, const rd_kafka_message_t *message,
                        enum nt_topic topic, bool is_replay, void (*done)(void *arg, int status),
                        void *arg);

/* --- member.c: a group's membership, as the thread of a transaction sees it ----------------------
 */

struct bus_member;

struct bus_member *bus_member_new(const char *topic, struct bus_pump *pump);
struct bus_member *bus_member_ref(struct bus_member *member);
void bus_member_unref(struct bus_member *member);

/* Loop thread. */
void bus_member_settle(struct bus_member *member, rd_kafka_consumer_group_metadata_t *metadata);
bool bus_member_unsettle(struct bus_member *member); /* true: a transaction uses it; wait */
void bus_member_lose(struct bus_member *member);
void bus_member_detach(struct bus_member *member); /* the group goes: lost, and no more rings */

/* Thread of a transaction. Waits for the end of a rebalance; NULL: lost. Lent until leave. */
const rd_kafka_consumer_group_metadata_t *bus_member_enter(struct bus_member *member);
void bus_member_leave(struct bus_member *member);
const char *bus_member_topic(const struct bus_member *member);

/* group.c */
struct bus_member *bus_group_member(struct nt_group *group);

/* --- commit.c: one commit that waits for its transaction -----------------------------------------
 */

struct bus_commit {
    struct bus_commit *next;
    struct nt_record *records; /* with all they point to, in one allocation each */
    size_t count;
    struct bus_member *member; /* or NULL */
    int64_t last_offset;
    int64_t since_mono_ms;
    int64_t took_ms;
    void (*done)(void *arg, int status);
    void *arg;
    int status;
};

struct bus_commit *bus_commit_new(const struct nt_record *records, size_t count,
                                  struct nt_group *group, int64_t last_offset,
                                  void (*done)(void *arg, int status), void *arg);
void bus_commit_free(struct bus_commit *commit);

/* What the thread of a transaction writes with. */
struct bus_writer {
    struct nt_bus *bus; /* its names only: they do not change */
    rd_kafka_t *rk;
    atomic_bool is_closing; /* retry no more */
};

enum bus_outcome {
    BUS_DONE,
    BUS_MUST_ABORT,
    BUS_FATAL, /* this producer is finished: fenced, or beyond repair */
};

/*
 * Write these commits, which share a membership or have none, in one transaction; each gets its
 * status. Blocks; waits for Kafka where only time helps.
 */
enum bus_outcome bus_commit_write(struct bus_writer *writer, struct bus_commit *commits,
                                  struct nt_error *err);

/* After BUS_MUST_ABORT. BUS_DONE: the next transaction may begin. */
enum bus_outcome bus_commit_abort(struct bus_writer *writer, struct nt_error *err);

#endif
