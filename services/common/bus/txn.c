/*
 * The transactional producer. Its calls block, so they have a thread of their own; results go back
 * to the loop. Commits that wait together are written together, in order.
 */
#include "private.h"

#include <nt/clock.h>

enum {
    SHARE_MAX = 200,     /* commits in one transaction */
    WAITING_MAX = 1000,  /* commits not answered */
    INIT_MS = 1000,      /* one try of init_transactions */
    BEGIN_OLD_MS = 5000, /* a commit that could not even begin by then is answered -ENOTCONN */
};

struct queue {
    struct bus_commit *first;
    struct bus_commit **end; /* where the next one is hung */
};

enum txn_state { TXN_OPENING, TXN_READY, TXN_FATAL };

struct nt_txn {
    struct bus_writer writer;
    struct nt_txn_options options;
    pthread_t thread;
    struct nt_wake *wake;
    struct nt_timer *expiry;
    size_t waiting_count;      /* all three queues */
    enum txn_state told_state; /* what the owner was told */
    bool is_busy;              /* in a callback: closing waits for its end */
    bool is_closed;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    struct queue todo;
    struct queue doing; /* the thread reads its commits without the lock; nobody else does */
    struct queue finished;
    enum txn_state state;
    struct nt_error fatal;
};

static void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static void push(struct queue *queue, struct bus_commit *commit)
{
    commit->next = NULL;
    *queue->end = commit;
    queue->end = &commit->next;
}

static struct bus_commit *pop(struct queue *queue)
{
    struct bus_commit *commit = queue->first;
    if (commit != NULL && (queue->first = commit->next) == NULL)
        queue->end = &queue->first;
    return commit;
}

static void move_all(struct queue *from, struct queue *to, int status)
{
    for (struct bus_commit *commit; (commit = pop(from)) != NULL; push(to, commit)) {
        if (status != 0)
            commit->status = status;
    }
}

/* --- on the thread, with the lock held between the calls that block ------------------------------
 */

static void be_fatal(struct nt_txn *txn, const struct nt_error *err)
{
    txn->state = TXN_FATAL;
    txn->fatal = *err;
    move_all(&txn->todo, &txn->finished, -ESTALE);
    nt_wake_ring(txn->wake);
}

static void init(struct nt_txn *txn)
{
    while (txn->state == TXN_OPENING && !atomic_load(&txn->writer.is_closing)) {
        (void)pthread_mutex_unlock(&txn->lock);
        rd_kafka_error_t *error = rd_kafka_init_transactions(txn->writer.rk, INIT_MS);
        bool is_over = error == NULL || !rd_kafka_error_is_retriable(error);
        struct nt_error err = NT_ERROR_INIT;
        if (error != NULL) {
            (void)nt_fail(&err, bus_errno(rd_kafka_error_code(error)),
                          "cannot begin transactions as %s: %s", txn->options.transactional_id,
                          rd_kafka_error_string(error));
            rd_kafka_error_destroy(error);
        }
        (void)pthread_mutex_lock(&txn->lock);
        if (is_over && err.code == 0) {
            txn->state = TXN_READY;
            nt_wake_ring(txn->wake);
        } else if (is_over) {
            be_fatal(txn, &err);
        }
    }
}

/* Take what may share one transaction: a commit with another membership waits for the next. */
static void take(struct nt_txn *txn)
{
    const struct bus_member *member = NULL;
    for (size_t count = 0; count < SHARE_MAX && txn->todo.first != NULL; count++) {
        const struct bus_member *its = txn->todo.first->member;
        if (its != NULL && member != NULL && its != member)
            return;
        if (its != NULL)
            member = its;
        push(&txn->doing, pop(&txn->todo));
    }
}

static void write_batch(struct nt_txn *txn)
{
    take(txn);
    struct bus_commit *commits = txn->doing.first;
    struct nt_error err = NT_ERROR_INIT;
    (void)pthread_mutex_unlock(&txn->lock);
    enum bus_outcome outcome = bus_commit_write(&txn->writer, commits, &err);
    (void)pthread_mutex_lock(&txn->lock);
    move_all(&txn->doing, &txn->finished, 0);
    nt_wake_ring(txn->wake);
    if (outcome == BUS_MUST_ABORT) {
        (void)pthread_mutex_unlock(&txn->lock);
        outcome = bus_commit_abort(&txn->writer, &err);
        (void)pthread_mutex_lock(&txn->lock);
    }
    if (outcome == BUS_FATAL)
        be_fatal(txn, &err);
}

static void *run(void *arg)
{
    struct nt_txn *txn = arg;
    (void)pthread_mutex_lock(&txn->lock);
    init(txn);
    while (!atomic_load(&txn->writer.is_closing)) {
        if (txn->todo.first == NULL)
            (void)pthread_cond_wait(&txn->changed, &txn->lock);
        else
            write_batch(txn);
    }
    (void)pthread_mutex_unlock(&txn->lock);
    return NULL;
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void answer(struct nt_txn *txn, struct bus_commit *commit)
{
    txn->waiting_count--;
    for (size_t i = 0; i < commit->count; i++)
        bus_count(&txn->writer.bus->numbers, commit->status == 0 ? BUS_OUT : BUS_FAILED,
                  commit->records[i].topic);
    if (commit->status == 0) {
        bus_answered(txn->writer.bus);
        bus_committed(&txn->writer.bus->numbers, commit->took_ms);
    }
    if (commit->done != NULL)
        commit->done(commit->arg, commit->status);
    bus_commit_free(commit);
}

static void tell(struct nt_txn *txn, enum txn_state state, const struct nt_error *fatal)
{
    if (txn->told_state == TXN_OPENING && state == TXN_READY) {
        txn->told_state = TXN_READY;
        if (txn->options.on_ready != NULL)
            txn->options.on_ready(txn->options.arg);
    } else if (txn->told_state != TXN_FATAL && state == TXN_FATAL) {
        txn->told_state = TXN_FATAL;
        if (txn->options.on_fatal != NULL)
            txn->options.on_fatal(txn->options.arg, fatal);
    }
}

static void finish(struct nt_txn *txn);

static void on_wake(void *arg)
{
    struct nt_txn *txn = arg;
    if (txn->is_closed)
        return; /* rung by what was under way */
    txn->is_busy = true;
    while (!txn->is_closed) {
        (void)pthread_mutex_lock(&txn->lock);
        struct bus_commit *commit = pop(&txn->finished);
        enum txn_state state = txn->state;
        struct nt_error fatal = txn->fatal;
        (void)pthread_mutex_unlock(&txn->lock);
        if (commit != NULL) {
            answer(txn, commit);
            continue;
        }
        tell(txn, state, &fatal);
        break;
    }
    txn->is_busy = false;
    if (txn->is_closed)
        finish(txn);
}

/* Commits that could not begin: nothing of them was written. */
static void on_expiry(void *arg)
{
    struct nt_txn *txn = arg;
    int64_t old_ms = nt_mono_ms() - BEGIN_OLD_MS;
    bool has_some = false;
    (void)pthread_mutex_lock(&txn->lock);
    while (txn->todo.first != NULL && txn->todo.first->since_mono_ms < old_ms) {
        struct bus_commit *commit = pop(&txn->todo);
        commit->status = -ENOTCONN;
        push(&txn->finished, commit);
        has_some = true;
    }
    (void)pthread_mutex_unlock(&txn->lock);
    if (has_some)
        nt_wake_ring(txn->wake);
}

int nt_txn_open(struct nt_bus *bus, const struct nt_txn_options *options, struct nt_txn **ret_txn,
                struct nt_error *err)
{
    const struct bus_property properties[] = {
        {"transactional.id", options->transactional_id},
        {"transaction.timeout.ms", "10000"},
        {"linger.ms", "0"},
        {"partitioner", "murmur2_random"},
        {NULL, NULL},
    };
    rd_kafka_t *rk = NULL;
    /* No delivery events here: commit flushes, and would wait for someone to take them. */
    int status = bus_conf_open(RD_KAFKA_PRODUCER, bus_conf_new(bus, properties), &rk, err);
    if (status < 0)
        return status;
    struct nt_txn *txn = nt_zalloc(sizeof(*txn));
    txn->writer = (struct bus_writer){.bus = bus, .rk = rk};
    txn->options = *options;
    queue_init(&txn->todo);
    queue_init(&txn->doing);
    queue_init(&txn->finished);
    (void)pthread_mutex_init(&txn->lock, NULL);
    (void)pthread_cond_init(&txn->changed, NULL);
    txn->wake = nt_wake_new(bus->loop, on_wake, txn);
    txn->expiry = nt_timer_new(bus->loop, on_expiry, txn);
    nt_timer_start(txn->expiry, 1000, 1000);
    txn->thread = bus_thread_start(run, txn);
    bus->open_count++;
    *ret_txn = txn;
    return 0;
}

void nt_txn_commit(struct nt_txn *txn, const struct nt_record *records, size_t count,
                   struct nt_group *group, int64_t last_offset, void (*done)(void *arg, int status),
                   void *arg)
{
    if (txn->is_closed || txn->told_state == TXN_FATAL || txn->waiting_count >= WAITING_MAX) {
        if (done != NULL)
            done(arg, txn->is_closed                 ? -ECANCELED
                      : txn->told_state == TXN_FATAL ? -ESTALE
                                                     : -ENOBUFS);
        return;
    }
    struct bus_commit *commit = bus_commit_new(records, count, group, last_offset, done, arg);
    txn->waiting_count++;
    (void)pthread_mutex_lock(&txn->lock);
    if (txn->state == TXN_FATAL) {
        commit->status = -ESTALE;
        push(&txn->finished, commit);
        nt_wake_ring(txn->wake);
    } else {
        push(&txn->todo, commit);
        (void)pthread_cond_signal(&txn->changed);
    }
    (void)pthread_mutex_unlock(&txn->lock);
}

/* --- closing ---------------------------------------------------------------------------------- */

struct farewell {
    struct bus_job job; /* first */
    struct nt_txn *txn;
};

static void farewell_work(struct bus_job *job)
{
    struct nt_txn *txn = ((struct farewell *)job)->txn;
    (void)pthread_join(txn->thread, NULL);
    rd_kafka_destroy(txn->writer.rk);
}

static void farewell_done(struct bus_job *job)
{
    struct nt_txn *txn = ((struct farewell *)job)->txn;
    for (struct bus_commit *commit; (commit = pop(&txn->finished)) != NULL;)
        bus_commit_free(commit); /* answered when we were closed */
    nt_wake_free(txn->wake);
    (void)pthread_cond_destroy(&txn->changed);
    (void)pthread_mutex_destroy(&txn->lock);
    free(txn);
    free(job);
}

/* One under way belongs to the thread: its caller is answered now, its memory goes later. */
static void cancel_all(struct nt_txn *txn)
{
    struct queue now;
    queue_init(&now);
    (void)pthread_mutex_lock(&txn->lock);
    atomic_store(&txn->writer.is_closing, true);
    (void)pthread_cond_signal(&txn->changed);
    move_all(&txn->finished, &now, 0);
    for (struct bus_commit *commit = txn->doing.first; commit != NULL; commit = commit->next) {
        struct bus_commit *shell = bus_commit_new(NULL, 0, NULL, 0, commit->done, commit->arg);
        shell->status = -ECANCELED;
        push(&now, shell);
    }
    move_all(&txn->todo, &now, -ECANCELED);
    (void)pthread_mutex_unlock(&txn->lock);
    for (struct bus_commit *commit; (commit = pop(&now)) != NULL;)
        answer(txn, commit);
}

static void finish(struct nt_txn *txn)
{
    nt_timer_free(txn->expiry);
    cancel_all(txn);
    struct farewell *farewell = nt_zalloc(sizeof(*farewell));
    farewell->job =
        (struct bus_job){.work = farewell_work, .done = farewell_done, .must_run = true};
    farewell->txn = txn;
    txn->writer.bus->open_count--;
    bus_clerk_post(txn->writer.bus->clerk, &farewell->job);
}

void nt_txn_close(struct nt_txn *txn)
{
    if (txn == NULL || txn->is_closed)
        return;
    txn->is_closed = true;
    if (!txn->is_busy)
        finish(txn);
}
