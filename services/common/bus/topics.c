/*
 * Asking for metadata, which serves two ends: do these topics exist, and does Kafka answer at all.
 * Only the clerk asks, one question at a time.
 */
#include "private.h"

#include <nt/clock.h>

#include <string.h>

enum {
    ASK_MS = 1000,     /* while somebody waits, or Kafka is away */
    PING_MS = 2000,    /* otherwise */
    TIMEOUT_MS = 1000, /* of one question */
    ANSWER_OLD_MS = 5000,
};

struct bus_waiter {
    struct bus_waiter *next;
    enum nt_topic topics[NT_TOPIC_COUNT];
    size_t count;
    void (*done)(void *arg, const int *partitions); /* one of these two */
    void (*plain)(void *arg);
    void *arg;
};

struct bus_ask {
    struct bus_job job; /* first */
    struct nt_bus *bus;
    bool for_all;
    bool has_answer;
    int partitions[NT_TOPIC_COUNT]; /* 0: it does not exist */
};

static void note(struct bus_ask *ask, const struct rd_kafka_metadata *metadata)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        int known = nt_topic_find(topic->topic);
        if (known >= 0 && topic->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            ask->partitions[known] = topic->partition_cnt;
    }
}

static void ask_work(struct bus_job *job)
{
    struct bus_ask *ask = (struct bus_ask *)job;
    const struct rd_kafka_metadata *metadata = NULL;
    if (rd_kafka_metadata(ask->bus->rk, ask->for_all, NULL, &metadata, TIMEOUT_MS) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    ask->has_answer = true;
    note(ask, metadata);
    rd_kafka_metadata_destroy(metadata);
}

static bool is_there(const struct bus_waiter *waiter, const struct bus_ask *ask,
                     int *ret_partitions)
{
    for (size_t i = 0; i < waiter->count; i++) {
        ret_partitions[i] = ask->partitions[waiter->topics[i]];
        if (ret_partitions[i] == 0)
            return false;
    }
    return true;
}

/* A waiter's done may add and cancel waiters: look from the start after each. */
static bool serve_one(struct nt_bus *bus, const struct bus_ask *ask)
{
    int partitions[NT_TOPIC_COUNT];
    for (struct bus_waiter *waiter = bus->waiters; waiter != NULL; waiter = waiter->next) {
        if (!is_there(waiter, ask, partitions))
            continue;
        struct bus_waiter served = *waiter;
        bus_topics_cancel(bus, waiter);
        if (served.done != NULL)
            served.done(served.arg, partitions);
        else
            served.plain(served.arg);
        return true;
    }
    return false;
}

static void ask_done(struct bus_job *job)
{
    struct bus_ask *ask = (struct bus_ask *)job;
    struct nt_bus *bus = ask->bus;
    bus->is_asking = false;
    if (!job->was_skipped && bus->ask_timer != NULL) {
        if (ask->has_answer)
            bus_answered(bus);
        else
            bus->is_connected = false;
        bus_connected(&bus->numbers, bus->is_connected);
        while (ask->for_all && serve_one(bus, ask))
            continue;
        bool is_new = bus->waiters != NULL && !ask->for_all; /* asked while we pinged */
        bool is_often = bus->waiters != NULL || !bus->is_connected;
        nt_timer_start(bus->ask_timer, is_new ? 0 : is_often ? ASK_MS : PING_MS, 0);
    }
    free(ask);
}

static void ask_now(void *arg)
{
    struct nt_bus *bus = arg;
    if (bus->is_asking)
        return; /* its answer starts the timer */
    struct bus_ask *ask = nt_zalloc(sizeof(*ask));
    ask->job = (struct bus_job){.work = ask_work, .done = ask_done};
    ask->bus = bus;
    ask->for_all = bus->waiters != NULL;
    bus->is_asking = true;
    bus_clerk_post(bus->clerk, &ask->job);
}

void bus_topics_start(struct nt_bus *bus)
{
    bus->ask_timer = nt_timer_new(bus->loop, ask_now, bus);
    nt_timer_start(bus->ask_timer, 0, 0);
}

void bus_topics_stop(struct nt_bus *bus)
{
    nt_timer_free(bus->ask_timer);
    bus->ask_timer = NULL;
    while (bus->waiters != NULL)
        bus_topics_cancel(bus, bus->waiters);
}

void bus_answered(struct nt_bus *bus)
{
    bus->is_connected = true;
    bus->answered_mono_ms = nt_mono_ms();
}

bool nt_bus_is_connected(const struct nt_bus *bus)
{
    return bus->is_connected && nt_mono_ms() - bus->answered_mono_ms <= ANSWER_OLD_MS;
}

static struct bus_waiter *add(struct nt_bus *bus, const enum nt_topic *topics, size_t count)
{
    struct bus_waiter *waiter = nt_zalloc(sizeof(*waiter));
    if (count > NT_COUNT(waiter->topics))
        abort(); /* topics given twice: our mistake */
    memcpy(waiter->topics, topics, count * sizeof(*topics));
    waiter->count = count;
    waiter->next = bus->waiters;
    bus->waiters = waiter;
    nt_timer_start(bus->ask_timer, 0, 0);
    return waiter;
}

struct bus_waiter *bus_topics_wait(struct nt_bus *bus, const enum nt_topic *topics, size_t count,
                                   void (*done)(void *arg, const int *partitions), void *arg)
{
    struct bus_waiter *waiter = add(bus, topics, count);
    waiter->done = done;
    waiter->arg = arg;
    return waiter;
}

void nt_bus_await_topics(struct nt_bus *bus, const enum nt_topic *topics, size_t count,
                         void (*done)(void *arg), void *arg)
{
    struct bus_waiter *waiter = add(bus, topics, count);
    waiter->plain = done;
    waiter->arg = arg;
}

void bus_topics_cancel(struct nt_bus *bus, struct bus_waiter *waiter)
{
    for (struct bus_waiter **at = &bus->waiters; *at != NULL; at = &(*at)->next) {
        if (*at == waiter) {
            *at = waiter->next;
            free(waiter);
            return;
        }
    }
}
