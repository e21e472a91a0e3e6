#include "private.h"

#include <nt/clock.h>
#include <nt/log.h>

#include <string.h>

enum { BATCH = 1000 };

struct nt_producer {
    struct nt_bus *bus;
    rd_kafka_t *rk;
    struct bus_pump pump;
    uint32_t linger_ms;
    uint32_t flush_ms; /* once closed */
    bool is_busy;      /* draining: closing waits for its end */
    bool is_closed;
    bool is_broken; /* librdkafka says that this client cannot write any more: make another */
};

/* What a delivery report finds its way back with. */
struct sent {
    void (*done)(void *arg, int status);
    void *arg;
};

static void reported(struct nt_producer *producer, const rd_kafka_message_t *message)
{
    struct nt_bus *bus = producer->bus;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        bus_answered(bus);
    int topic = nt_topic_find(rd_kafka_topic_name(message->rkt));
    if (topic >= 0)
        bus_count(&bus->numbers, message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? BUS_OUT : BUS_FAILED,
                  (enum nt_topic)topic);
    struct sent *sent = message->_private;
    if (sent != NULL) {
        sent->done(sent->arg, bus_errno(message->err));
        free(sent);
    }
}

/* Never rd_kafka_poll() or rd_kafka_flush() on this client: they would eat the events. */
static bool drain_some(struct nt_producer *producer, int timeout_ms)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(producer->pump.queue, timeout_ms);
    if (event == NULL)
        return false;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
        const rd_kafka_message_t *message;
        while ((message = rd_kafka_event_message_next(event)) != NULL)
            reported(producer, message);
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
        nt_log(NT_DEBUG, "producer_error", NT_KV("reason", rd_kafka_event_error_string(event)));
        if (rd_kafka_event_error_is_fatal(event))
            producer->is_broken = true;
    }
    rd_kafka_event_destroy(event);
    return true;
}

static bool drain(void *arg);

static int start(struct nt_producer *producer, struct nt_error *err)
{
    char linger[16];
    (void)snprintf(linger, sizeof(linger), "%u", producer->linger_ms);
    const struct bus_property properties[] = {
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"linger.ms", linger},
        {"message.timeout.ms", "60000"},
        {"queue.buffering.max.messages", "100000"},
        {"queue.buffering.max.kbytes", "65536"},
        {"partitioner", "murmur2_random"}, /* as Java's clients do, for those who join topics */
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = bus_conf_new(producer->bus, properties);
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    int status = bus_conf_open(RD_KAFKA_PRODUCER, conf, &producer->rk, err);
    if (status < 0)
        return status;
    bus_pump_start(&producer->pump, producer->bus->loop, rd_kafka_queue_get_main(producer->rk),
                   drain, producer);
    producer->is_broken = false;
    return 0;
}

/* Waits up to flush_ms, then gives up what is still there: every done is called. */
static void stop(struct nt_producer *producer, uint32_t flush_ms)
{
    int64_t until_ms = nt_mono_ms() + flush_ms;
    int64_t left_ms;
    while (rd_kafka_outq_len(producer->rk) > 0 && (left_ms = until_ms - nt_mono_ms()) > 0)
        (void)drain_some(producer, left_ms < 50 ? (int)left_ms : 50);
    if (rd_kafka_outq_len(producer->rk) > 0)
        (void)rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(producer->rk) > 0)
        (void)drain_some(producer, 50);
    bus_pump_stop(&producer->pump);
    bus_retire(producer->bus, producer->rk, &producer->pump, false, NULL, NULL);
}

/*
 * An idempotent producer that lost count (Kafka's disk was wiped, say) is finished for good. What
 * it held is answered with an error; a new one goes on.
 */
static void replace(struct nt_producer *producer)
{
    struct nt_error err = NT_ERROR_INIT;
    producer->is_broken = false;
    stop(producer, 0);
    if (start(producer, &err) < 0)
        abort(); /* the same settings made a client before */
}

static void finish(struct nt_producer *producer, uint32_t flush_ms)
{
    producer->is_busy = true; /* a done may close again */
    producer->is_closed = true;
    stop(producer, flush_ms);
    producer->bus->open_count--;
    free(producer);
}

static bool drain(void *arg)
{
    struct nt_producer *producer = arg;
    size_t count = 0;
    producer->is_busy = true;
    while (count < BATCH && !producer->is_closed && drain_some(producer, 0))
        count++;
    if (!producer->is_closed && producer->is_broken)
        replace(producer);
    producer->is_busy = false;
    if (producer->is_closed) {
        finish(producer, producer->flush_ms);
        return false;
    }
    return count == BATCH;
}

int nt_producer_open(struct nt_bus *bus, uint32_t linger_ms, struct nt_producer **ret_producer,
                     struct nt_error *err)
{
    struct nt_producer *producer = nt_zalloc(sizeof(*producer));
    producer->bus = bus;
    producer->linger_ms = linger_ms;
    int status = start(producer, err);
    if (status < 0) {
        free(producer);
        return status;
    }
    bus->open_count++;
    *ret_producer = producer;
    return 0;
}

void nt_producer_close(struct nt_producer *producer, uint32_t flush_ms)
{
    if (producer == NULL)
        return;
    producer->is_closed = true;
    producer->flush_ms = flush_ms;
    if (!producer->is_busy)
        finish(producer, flush_ms);
}

int bus_producer_put(struct nt_producer *producer, const char *topic, struct nt_span key,
                     const void *value, size_t value_len, rd_kafka_headers_t *headers,
                     void (*done)(void *arg, int status), void *arg)
{
    struct sent *sent = NULL;
    if (done != NULL) {
        sent = nt_zalloc(sizeof(*sent));
        *sent = (struct sent){.done = done, .arg = arg};
    }
    rd_kafka_resp_err_t code = rd_kafka_producev(
        producer->rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key.data, key.len),
        RD_KAFKA_V_VALUE((void *)value, value_len), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(sent), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    rd_kafka_headers_destroy(headers);
    free(sent);
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        producer->is_broken = true;
        bus_pump_ring(&producer->pump);
        return -EAGAIN;
    }
    return bus_errno(code);
}

int nt_producer_send(struct nt_producer *producer, const struct nt_record *record,
                     void (*done)(void *arg, int status), void *arg)
{
    int status =
        bus_producer_put(producer, nt_topics[record->topic].name, nt_span_of(record->key),
                         record->value.len > 0 ? record->value.data : NULL, record->value.len,
                         bus_message_headers(producer->bus, record), done, arg);
    if (status < 0)
        bus_count(&producer->bus->numbers, BUS_FAILED, record->topic);
    return status;
}
