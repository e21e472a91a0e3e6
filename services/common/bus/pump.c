/*
 * librdkafka rings when an empty queue becomes non-empty, and only then: so ring once at the start,
 * and after a full batch ring ourselves. A member of a group that does not poll is thrown out even
 * if there was nothing to read: so a timer polls each second.
 */
#include "private.h"

#include <sys/eventfd.h>

enum { POLL_MS = 1000 };

static void drain(struct bus_pump *pump)
{
    if (pump->drain(pump->arg))
        bus_pump_ring(pump);
}

static void on_ready(void *arg, int events)
{
    (void)events;
    struct bus_pump *pump = arg;
    eventfd_t rings;
    (void)eventfd_read(pump->fd, &rings);
    drain(pump);
}

static void on_time(void *arg)
{
    drain(arg);
}

void bus_pump_start(struct bus_pump *pump, struct nt_loop *loop, rd_kafka_queue_t *queue,
                    bool (*drain_queue)(void *arg), void *arg)
{
    static const uint64_t ring = 1;
    pump->queue = queue;
    pump->drain = drain_queue;
    pump->arg = arg;
    pump->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pump->fd < 0)
        abort(); /* no descriptor left: RLIMIT_NOFILE is far too low to run at all */
    pump->watch = nt_watch_new(loop, pump->fd, on_ready, pump);
    nt_watch_set(pump->watch, NT_READABLE);
    pump->timer = nt_timer_new(loop, on_time, pump);
    nt_timer_start(pump->timer, POLL_MS, POLL_MS);
    rd_kafka_queue_io_event_enable(queue, pump->fd, &ring, sizeof(ring));
    bus_pump_ring(pump);
}

void bus_pump_ring(struct bus_pump *pump)
{
    (void)eventfd_write(pump->fd, 1); /* a full counter is a ring as well */
}

void bus_pump_stop(struct bus_pump *pump)
{
    nt_watch_free(pump->watch);
    nt_timer_free(pump->timer);
    pump->watch = NULL;
    pump->timer = NULL;
}
