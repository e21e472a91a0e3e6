#include "private.h"

#include <nt/clock.h>
#include <nt/log.h>

#include <assert.h>

/* What one turn of the loop may take. */
enum { BATCH = 500, TURN_MS = 10 };

static void freed(void *arg)
{
    struct bus_reader *reader = arg;
    nt_buf_deinit(&reader->text);
    reader->freed(reader);
}

static void retire(struct bus_reader *reader)
{
    bus_pump_stop(&reader->pump);
    bus_retire(reader->bus, reader->rk, &reader->pump, reader->leaves, freed, reader);
    reader->bus->open_count--;
}

static bool drain(void *arg)
{
    struct bus_reader *reader = arg;
    int64_t until_ms = nt_mono_ms() + TURN_MS;
    bool may_have_more = true;
    reader->is_busy = true;
    for (size_t count = 0; count < BATCH && !reader->is_closed && !reader->is_held; count++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->rk, 0);
        if (message == NULL) {
            may_have_more = false;
            break;
        }
        reader->on_event(reader, message);
        rd_kafka_message_destroy(message);
        if (count % 16 == 15 && nt_mono_ms() > until_ms)
            break;
    }
    if (!reader->is_closed)
        reader->on_turn(reader);
    reader->is_busy = false;
    if (reader->is_closed) {
        retire(reader);
        return false;
    }
    return may_have_more && !reader->is_held;
}

int bus_reader_open(struct bus_reader *reader, struct nt_bus *bus, rd_kafka_conf_t *conf,
                    struct nt_error *err)
{
    reader->bus = bus;
    int status = bus_conf_open(RD_KAFKA_CONSUMER, conf, &reader->rk, err);
    if (status < 0)
        return status;
    (void)rd_kafka_poll_set_consumer(reader->rk); /* fails on producers only */
    bus_pump_start(&reader->pump, bus->loop, rd_kafka_queue_get_consumer(reader->rk), drain,
                   reader);
    bus->open_count++;
    return 0;
}

void bus_reader_close(struct bus_reader *reader)
{
    assert(!reader->is_closed);
    reader->is_closed = true;
    if (!reader->is_busy)
        retire(reader);
}

bool bus_reader_deliver(struct bus_reader *reader, const rd_kafka_message_t *message,
                        enum nt_topic topic, bool is_replay, void (*done)(void *arg, int status),
                        void *arg)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_message in;
    bus_count(&reader->bus->numbers, BUS_IN, topic);
    int status = bus_message_read(message, topic, &reader->text, &in, &err);
    if (status == 0) {
        in.is_replay = is_replay;
        nt_log_set_trace(in.traceparent);
        status = reader->on_message(reader->arg, &in, &err);
        nt_log_set_trace(NULL);
    }
    if (status >= 0)
        return false;
    if (err.message[0] == '\0')
        (void)nt_fail(&err, status, "refused with code %d", -status);
    int sent = bus_dead_send(reader->bus, message, topic, err.message, done, arg);
    if (sent < 0 && done != NULL)
        done(arg, sent);
    return true;
}
