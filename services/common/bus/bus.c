#include "private.h"

#include <nt/clock.h>
#include <nt/text.h>

#include <assert.h>
#include <string.h>

enum { SERVICE_MAX = 32, INSTANCE_MAX = 128, DEAD_FLUSH_MS = 2000 };

static void free_names(struct nt_bus *bus)
{
    for (size_t i = 0; i < bus->pairs_count; i++) {
        free(bus->pairs[i].name);
        free(bus->pairs[i].value);
    }
    free(bus->pairs);
    free(bus->brokers);
    free(bus->service);
    free(bus->source);
    free(bus->name);
    free(bus);
}

int nt_bus_open(const struct nt_bus_options *options, struct nt_bus **ret_bus, struct nt_error *err)
{
    if (strlen(options->service) > SERVICE_MAX || strlen(options->instance) > INSTANCE_MAX)
        return nt_fail(err, -EINVAL, "name of service or instance is too long (%d, %d at most)",
                       SERVICE_MAX, INSTANCE_MAX);
    struct nt_bus *bus = nt_zalloc(sizeof(*bus));
    bus->loop = options->loop;
    char uuid[NT_UUID_SIZE];
    char text[256];
    nt_uuid7(nt_wall_ms(), uuid);
    bus->service = nt_strdup(options->service);
    (void)snprintf(text, sizeof(text), "%s-%s", options->service, uuid);
    bus->name = nt_strdup(text);
    (void)snprintf(text, sizeof(text), "/neaptide/%s/%s", options->service, options->instance);
    bus->source = nt_strdup(text);
    int status =
        bus_conf_parse(options->brokers, &bus->brokers, &bus->pairs, &bus->pairs_count, err);
    if (status == 0)
        status = bus_conf_open(RD_KAFKA_PRODUCER, bus_conf_new(bus, NULL), &bus->rk, err);
    if (status < 0) {
        free_names(bus);
        return nt_wrap(err, "NEAPTIDE_KAFKA");
    }
    bus_numbers_init(&bus->numbers, options->metrics, bus->service);
    bus->clerk = bus_clerk_start(bus->loop);
    bus_topics_start(bus);
    *ret_bus = bus;
    return 0;
}

void nt_bus_close(struct nt_bus *bus)
{
    if (bus == NULL)
        return;
    if (bus->dead != NULL)
        nt_producer_close(bus->dead, DEAD_FLUSH_MS);
    assert(bus->open_count == 0); /* something of the bus is still open */
    bus_topics_stop(bus);
    bus_admin_cancel(bus);
    bus_retire(bus, bus->rk, NULL, false, NULL, NULL);
    bus_clerk_stop(bus->clerk);
    free_names(bus);
}

/* --- closing a client off the loop ------------------------------------------------------------ */

struct retire {
    struct bus_job job; /* first */
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    int fd;
    bool leave;
    void (*after)(void *arg);
    void *arg;
};

static void retire_work(struct bus_job *job)
{
    struct retire *retire = (struct retire *)job;
    if (retire->queue != NULL)
        rd_kafka_queue_io_event_enable(retire->queue, -1, NULL, 0);
    if (retire->leave)
        (void)rd_kafka_consumer_close(retire->rk);
    if (retire->queue != NULL)
        rd_kafka_queue_destroy(retire->queue);
    rd_kafka_destroy_flags(retire->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    if (retire->fd >= 0)
        (void)close(retire->fd);
}

static void retire_done(struct bus_job *job)
{
    struct retire *retire = (struct retire *)job;
    if (retire->after != NULL)
        retire->after(retire->arg);
    free(retire);
}

void bus_retire(struct nt_bus *bus, rd_kafka_t *rk, const struct bus_pump *pump, bool leave,
                void (*after)(void *arg), void *arg)
{
    struct retire *retire = nt_zalloc(sizeof(*retire));
    *retire = (struct retire){
        .job = {.work = retire_work, .done = retire_done, .must_run = true},
        .rk = rk,
        .queue = pump != NULL ? pump->queue : NULL,
        .fd = pump != NULL ? pump->fd : -1,
        .leave = leave,
        .after = after,
        .arg = arg,
    };
    bus_clerk_post(bus->clerk, &retire->job);
}
