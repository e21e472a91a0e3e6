#include <nt/test_bus.h>

#include <nt/clock.h>
#include <nt/contract.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <nt_cmocka.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <string.h>

enum { PUT_MS = 10000, HEADER_MAX = 500, LISTEN_MS = 2 };

struct nt_test_bus {
    rd_kafka_t *rk; /* owns the mock; writes */
    rd_kafka_mock_cluster_t *mock;
    rd_kafka_t *reader; /* made by the first wait */
    char brokers[256];
    struct nt_test_record **records; /* in the order in which they were read */
    size_t count;
    size_t capacity;
};

static rd_kafka_t *client(rd_kafka_type_t type, const char *const *pairs)
{
    char story[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "log_level", "3", NULL, 0);
    for (; *pairs != NULL; pairs += 2) {
        if (rd_kafka_conf_set(conf, pairs[0], pairs[1], story, sizeof(story)) != RD_KAFKA_CONF_OK)
            fail_msg("%s", story);
    }
    rd_kafka_t *rk = rd_kafka_new(type, conf, story, sizeof(story));
    if (rk == NULL)
        fail_msg("%s", story);
    return rk;
}

struct nt_test_bus *nt_test_bus_new_empty(void)
{
    static const char *const pairs[] = {
        "test.mock.num.brokers", "1", "acks", "all", "linger.ms", "0", NULL};
    struct nt_test_bus *bus = nt_zalloc(sizeof(*bus));
    bus->rk = client(RD_KAFKA_PRODUCER, pairs);
    bus->mock = rd_kafka_handle_mock_cluster(bus->rk);
    assert_non_null(bus->mock);
    /* The mock wakes no waiting fetch when a record comes: let none wait long. */
    (void)snprintf(bus->brokers, sizeof(bus->brokers), "%s?fetch.wait.max.ms=5",
                   rd_kafka_mock_cluster_bootstraps(bus->mock));
    return bus;
}

/*
 * The mock of librdkafka 2.0.2 may overlook an order that follows another at once, until its poll
 * of a second ends: give it the moment in which it reads away the bell of the last one.
 */
static void let_it_listen(void)
{
    (void)poll(NULL, 0, LISTEN_MS);
}

void nt_test_bus_create_topic(struct nt_test_bus *bus, enum nt_topic topic)
{
    let_it_listen();
    assert_int_equal(rd_kafka_mock_topic_create(bus->mock, nt_topics[topic].name,
                                                nt_topics[topic].partitions, 1),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
}

struct nt_test_bus *nt_test_bus_new(void)
{
    struct nt_test_bus *bus = nt_test_bus_new_empty();
    for (size_t i = 0; i < NT_TOPIC_COUNT; i++)
        nt_test_bus_create_topic(bus, (enum nt_topic)i);
    /* Now the writer knows them all, and the first record need not wait for that. */
    const struct rd_kafka_metadata *metadata = NULL;
    assert_int_equal(rd_kafka_metadata(bus->rk, 1, NULL, &metadata, PUT_MS),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_metadata_destroy(metadata);
    return bus;
}

void nt_test_bus_free(struct nt_test_bus *bus)
{
    if (bus == NULL)
        return;
    if (bus->reader != NULL)
        rd_kafka_destroy_flags(bus->reader, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    rd_kafka_destroy(bus->rk);
    for (size_t i = 0; i < bus->count; i++)
        free(bus->records[i]);
    free(bus->records);
    free(bus);
}

const char *nt_test_bus_brokers(const struct nt_test_bus *bus)
{
    return bus->brokers;
}

void nt_test_bus_set_down(struct nt_test_bus *bus, bool is_down)
{
    let_it_listen();
    assert_int_equal(is_down ? rd_kafka_mock_broker_set_down(bus->mock, -1)
                             : rd_kafka_mock_broker_set_up(bus->mock, -1),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
}

void nt_test_bus_put(struct nt_test_bus *bus, enum nt_topic topic, const char *key,
                     struct nt_span value)
{
    void *data = value.len > 0 ? (void *)value.data : NULL;
    rd_kafka_resp_err_t code = rd_kafka_producev(
        bus->rk, RD_KAFKA_V_TOPIC(nt_topics[topic].name), RD_KAFKA_V_KEY(key, strlen(key)),
        RD_KAFKA_V_VALUE(data, value.len), RD_KAFKA_V_HEADER("ce_id", "test", -1),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = rd_kafka_flush(bus->rk, PUT_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail_msg("cannot write to %s: %s", nt_topics[topic].name, rd_kafka_err2str(code));
}

/* --- reading ---------------------------------------------------------------------------------- */

static void start_reader(struct nt_test_bus *bus)
{
    const char *const pairs[] = {"bootstrap.servers",
                                 rd_kafka_mock_cluster_bootstraps(bus->mock),
                                 "group.id",
                                 "test",
                                 "enable.auto.commit",
                                 "false",
                                 "auto.offset.reset",
                                 "earliest",
                                 "fetch.wait.max.ms",
                                 "5",
                                 NULL};
    bus->reader = client(RD_KAFKA_CONSUMER, pairs);
    (void)rd_kafka_poll_set_consumer(bus->reader);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(64);
    for (size_t i = 0; i < NT_TOPIC_COUNT; i++) {
        for (int partition = 0; partition < nt_topics[i].partitions; partition++)
            rd_kafka_topic_partition_list_add(list, nt_topics[i].name, partition)->offset =
                RD_KAFKA_OFFSET_BEGINNING;
    }
    assert_int_equal(rd_kafka_assign(bus->reader, list), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
}

static const char *copy_header(char **at, const rd_kafka_headers_t *headers, const char *name)
{
    const void *value = "";
    size_t len = 0;
    if (headers != NULL)
        (void)rd_kafka_header_get_last(headers, name, &value, &len); /* absent: "" */
    char *copy = *at;
    if (len > HEADER_MAX)
        len = HEADER_MAX;
    memcpy(copy, value, len);
    copy[len] = '\0';
    *at += len + 1;
    return copy;
}

static void remember(struct nt_test_bus *bus, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    (void)rd_kafka_message_headers(message, &headers); /* fails where there are none */
    struct nt_test_record *record = nt_zalloc(sizeof(*record) + message->key_len + message->len +
                                              (size_t)2 * (HEADER_MAX + 1) + 1);
    char *at = (char *)(record + 1);
    record->topic = (enum nt_topic)nt_topic_find(rd_kafka_topic_name(message->rkt));
    record->partition = message->partition;
    record->offset = message->offset;
    record->key = at;
    if (message->key_len > 0)
        memcpy(at, message->key, message->key_len);
    at += message->key_len + 1;
    record->value = (struct nt_span){.data = (const uint8_t *)at, .len = message->len};
    if (message->len > 0)
        memcpy(at, message->payload, message->len);
    at += message->len;
    record->traceparent = copy_header(&at, headers, "traceparent");
    record->type = copy_header(&at, headers, "ce_type");
    nt_vec_push(bus->records, bus->count, bus->capacity) = record;
}

static const struct nt_test_record *
find(const struct nt_test_bus *bus, size_t from, enum nt_topic topic, const char *key,
     const struct nt_test_record *after,
     bool (*is_it)(const struct nt_test_record *record, void *arg), void *arg)
{
    for (size_t i = from; i < bus->count; i++) {
        const struct nt_test_record *record = bus->records[i];
        if (record->topic != topic || (key != NULL && !nt_text_is(record->key, key)))
            continue;
        if (after != NULL && record->partition == after->partition &&
            record->offset <= after->offset)
            continue;
        if (is_it == NULL || is_it(record, arg))
            return record;
    }
    return NULL;
}

static void explain(const struct nt_test_bus *bus, enum nt_topic topic, const char *key)
{
    (void)fprintf(stderr, "no such record on %s, key %s; there were:\n", nt_topics[topic].name,
                  key != NULL ? key : "(any)");
    for (size_t i = 0; i < bus->count; i++) {
        const struct nt_test_record *record = bus->records[i];
        (void)fprintf(stderr, "  %s [%d] @%lld key %s, %zu bytes\n", nt_topics[record->topic].name,
                      record->partition, (long long)record->offset, record->key, record->value.len);
    }
}

const struct nt_test_record *nt_test_bus_await(struct nt_test_bus *bus, enum nt_topic topic,
                                               const char *key, const struct nt_test_record *after,
                                               bool (*is_it)(const struct nt_test_record *record,
                                                             void *arg),
                                               void *arg, int timeout_ms)
{
    int64_t until_ms = nt_mono_ms() + timeout_ms;
    if (bus->reader == NULL)
        start_reader(bus);
    const struct nt_test_record *found = find(bus, 0, topic, key, after, is_it, arg);
    while (found == NULL && nt_mono_ms() < until_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(bus->reader, 20);
        if (message == NULL)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            remember(bus, message);
            found = find(bus, bus->count - 1, topic, key, after, is_it, arg);
        }
        rd_kafka_message_destroy(message);
    }
    if (found == NULL)
        explain(bus, topic, key);
    return found;
}

size_t nt_test_bus_count(const struct nt_test_bus *bus, enum nt_topic topic, const char *key)
{
    size_t count = 0;
    for (size_t i = 0; i < bus->count; i++) {
        if (bus->records[i]->topic == topic &&
            (key == NULL || nt_text_is(bus->records[i]->key, key)))
            count++;
    }
    return count;
}
