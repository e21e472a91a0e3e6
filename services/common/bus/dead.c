/* Records that could not be processed go, untouched, to neaptide.internal.dlq.<service>.v1. */
#include "private.h"

#include <nt/clock.h>
#include <nt/log.h>
#include <nt/text.h>

#include <string.h>

static void add_number(rd_kafka_headers_t *headers, const char *name, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)value);
    (void)rd_kafka_header_remove(headers, name);
    (void)rd_kafka_header_add(headers, name, -1, text, -1);
}

static void add_text(rd_kafka_headers_t *headers, const char *name, const char *value)
{
    (void)rd_kafka_header_remove(headers, name);
    (void)rd_kafka_header_add(headers, name, -1, value, -1);
}

/* A letter that was sent back to its topic and failed again counts on. */
static int64_t attempts_before(const rd_kafka_headers_t *headers)
{
    const void *text = NULL;
    size_t len = 0;
    int64_t count = 0;
    if (rd_kafka_header_get_last(headers, "dlq_attempts", &text, &len) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        text != NULL)
        (void)nt_parse_i64(text, 0, 1000000, &count); /* nonsense counts as none */
    return count;
}

int bus_dead_send(struct nt_bus *bus, const rd_kafka_message_t *letter, enum nt_topic topic,
                  const char *reason, void (*done)(void *arg, int status), void *arg)
{
    bus_count(&bus->numbers, BUS_DEAD, topic);
    /* The one line that common/ logs above debug: half of these reasons are found in here and the
     * shell would never hear of them. */
    nt_log(NT_WARN, "dead_letter_sent", NT_KV("topic", nt_topics[topic].name),
           NT_KV("partition", letter->partition), NT_KV("offset", letter->offset),
           NT_KV("reason", reason));
    if (bus->dead == NULL) {
        struct nt_error err = NT_ERROR_INIT;
        int status = nt_producer_open(bus, 0, &bus->dead, &err);
        if (status < 0)
            return status;
    }
    rd_kafka_headers_t *original = NULL;
    rd_kafka_headers_t *headers =
        rd_kafka_message_headers(letter, &original) == RD_KAFKA_RESP_ERR_NO_ERROR
            ? rd_kafka_headers_copy(original)
            : rd_kafka_headers_new(6);
    int64_t attempts = attempts_before(headers) + 1;
    char now[NT_TIME_SIZE];
    nt_time_text(nt_wall_ms(), now);
    add_text(headers, "dlq_topic", nt_topics[topic].name);
    add_number(headers, "dlq_partition", letter->partition);
    add_number(headers, "dlq_offset", letter->offset);
    add_text(headers, "dlq_reason", reason);
    add_number(headers, "dlq_attempts", attempts);
    add_text(headers, "dlq_time", now);
    char name[96];
    (void)snprintf(name, sizeof(name), "neaptide.internal.dlq.%s.v1", bus->service);
    return bus_producer_put(bus->dead, name,
                            (struct nt_span){.data = letter->key, .len = letter->key_len},
                            letter->payload, letter->len, headers, done, arg);
}
