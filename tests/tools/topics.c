/*
 * nt-topics: everything that is in some topics, as JSON lines, for tests that look into Kafka.
 * Reads with plain librdkafka, as a third party would, and not with our own bus.
 *
 *     nt-topics --kafka HOST:PORT server.state internal.placements
 *     nt-topics --kafka HOST:PORT --write-raw host.load KEY TEXT
 */
#include <nt/arena.h>
#include <nt/contract.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <inttypes.h>
#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <string.h>

enum { TIMEOUT_MS = 15000 };

struct partition {
    const char *topic;
    int32_t number;
    int64_t end; /* the high watermark when we began; what is above it is not printed */
    bool is_done;
};

struct reader {
    rd_kafka_t *kafka;
    struct partition *partitions;
    size_t count, capacity;
};

static _Noreturn void die(const char *doing, const char *story)
{
    (void)fprintf(stderr, "nt-topics: %s: %s\n", doing, story);
    exit(EXIT_FAILURE);
}

/* neaptide.<name>.v1 for a name without, and the name itself for a whole one. */
static const char *full_name(struct nt_arena *arena, const char *name)
{
    if (nt_text_starts(name, "neaptide."))
        return name;
    return nt_arena_printf(arena, "neaptide.%s.v1", name);
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers)
{
    static const char *const settings[][2] = {
        {"isolation.level", "read_committed"}, {"enable.auto.commit", "false"},
        {"enable.partition.eof", "true"},      {"group.id", "nt-topics"},
        {"fetch.wait.max.ms", "50"},
    };
    char story[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, story, sizeof(story)) != 0)
        die("settings", story);
    for (size_t i = 0; type == RD_KAFKA_CONSUMER && i < NT_COUNT(settings); i++) {
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], story, sizeof(story)) != 0)
            die("settings", story);
    }
    rd_kafka_t *kafka = rd_kafka_new(type, conf, story, sizeof(story));
    if (kafka == NULL)
        die("cannot make a client", story);
    return kafka;
}

/* --- reading --------------------------------------------------------------------------------- */

static void add_topic(struct reader *reader, rd_kafka_topic_partition_list_t *list,
                      const char *name)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(reader->kafka, name, NULL);
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t status = rd_kafka_metadata(reader->kafka, 0, topic, &metadata, TIMEOUT_MS);
    rd_kafka_topic_destroy(topic);
    if (status != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1 ||
        metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
        die(name, status != 0 ? rd_kafka_err2str(status) : "no such topic");
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++) {
        struct partition part = {.topic = name, .number = metadata->topics[0].partitions[i].id};
        int64_t begin = 0;
        status = rd_kafka_query_watermark_offsets(reader->kafka, name, part.number, &begin,
                                                  &part.end, TIMEOUT_MS);
        if (status != RD_KAFKA_RESP_ERR_NO_ERROR)
            die(name, rd_kafka_err2str(status));
        part.is_done = begin >= part.end;
        nt_vec_push(reader->partitions, reader->count, reader->capacity) = part;
        rd_kafka_topic_partition_list_add(list, name, part.number)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_metadata_destroy(metadata);
}

static struct partition *find(struct reader *reader, const rd_kafka_message_t *message)
{
    const char *topic = rd_kafka_topic_name(message->rkt);
    for (size_t i = 0; i < reader->count; i++) {
        struct partition *part = &reader->partitions[i];
        if (part->number == message->partition && nt_text_is(part->topic, topic))
            return part;
    }
    die("librdkafka", "a message of a topic that was not asked for");
}

static json_t *headers_of(const rd_kafka_message_t *message)
{
    json_t *json = json_object();
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return json;
    const char *name = NULL;
    const void *value = NULL;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; i++)
        (void)json_object_set_new(json, name, json_stringn(value, size));
    return json;
}

/* The decoded value; what is not ours (dead letters, garbage) goes out as hex under "raw". */
static void add_value(json_t *line, struct nt_arena *arena, const rd_kafka_message_t *message)
{
    if (message->payload == NULL || message->len == 0) {
        (void)json_object_set_new(line, "value", json_null());
        return;
    }
    struct nt_span bytes = {.data = message->payload, .len = message->len};
    const struct nt_record_info *info = NULL;
    void *record = NULL;
    int topic = nt_topic_find(rd_kafka_topic_name(message->rkt));
    if (topic >= 0 &&
        nt_topic_decode((enum nt_topic)topic, arena, bytes, &info, &record, NULL) == 0) {
        (void)json_object_set_new(line, "value", nt_record_to_json(info, record));
        return;
    }
    char *hex = nt_arena_alloc(arena, 2 * message->len + 1);
    nt_hex(message->payload, message->len, hex);
    (void)json_object_set_new(line, "raw", json_string(hex));
}

static void print(struct nt_arena *arena, const rd_kafka_message_t *message)
{
    json_t *headers = headers_of(message);
    json_t *trace = json_object_get(headers, "traceparent");
    json_t *line = json_pack(
        "{s:s, s:i, s:I, s:I, s:s%, s:O, s:o}", "topic", rd_kafka_topic_name(message->rkt),
        "partition", message->partition, "offset", (json_int_t)message->offset, "append_ms",
        (json_int_t)rd_kafka_message_timestamp(message, NULL), "key",
        message->key != NULL ? message->key : "", message->key_len, "traceparent",
        trace != NULL ? trace : json_null(), "headers", headers);
    if (line == NULL)
        die("json", "a key or header that is not UTF-8");
    add_value(line, arena, message);
    (void)json_dumpf(line, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(line);
}

static bool is_done(const struct reader *reader)
{
    for (size_t i = 0; i < reader->count; i++) {
        if (!reader->partitions[i].is_done)
            return false;
    }
    return true;
}

static int read_topics(const char *brokers, char *const *names, int count)
{
    struct nt_arena names_arena;
    struct nt_arena arena;
    nt_arena_init(&names_arena);
    nt_arena_init(&arena);
    struct reader reader = {.kafka = client(RD_KAFKA_CONSUMER, brokers)};
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++)
        add_topic(&reader, list, full_name(&names_arena, names[i]));
    (void)rd_kafka_assign(reader.kafka, list);
    while (!is_done(&reader)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader.kafka, TIMEOUT_MS);
        if (message == NULL)
            die("reading", "nothing came in 15 s");
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            find(&reader, message)->is_done = true;
        } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            die("reading", rd_kafka_message_errstr(message));
        } else {
            struct partition *part = find(&reader, message);
            part->is_done = part->is_done || message->offset >= part->end - 1;
            if (message->offset < part->end)
                print(&arena, message);
            nt_arena_reset(&arena);
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
    (void)rd_kafka_consumer_close(reader.kafka);
    rd_kafka_destroy(reader.kafka);
    free(reader.partitions);
    nt_arena_deinit(&arena);
    nt_arena_deinit(&names_arena);
    return EXIT_SUCCESS;
}

/* --- writing what no service would ------------------------------------------------------------ */

static int write_raw(const char *brokers, const char *topic, const char *key, const char *text)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    rd_kafka_t *kafka = client(RD_KAFKA_PRODUCER, brokers);
    rd_kafka_resp_err_t status = rd_kafka_producev(
        kafka, RD_KAFKA_V_TOPIC(full_name(&arena, topic)), RD_KAFKA_V_KEY(key, strlen(key)),
        RD_KAFKA_V_VALUE((void *)text, strlen(text)), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_END);
    if (status == RD_KAFKA_RESP_ERR_NO_ERROR)
        status = rd_kafka_flush(kafka, TIMEOUT_MS);
    if (status != RD_KAFKA_RESP_ERR_NO_ERROR)
        die("writing", rd_kafka_err2str(status));
    rd_kafka_destroy(kafka);
    nt_arena_deinit(&arena);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *brokers = "127.0.0.1:9092";
    int at = 1;
    if (argc > at + 1 && nt_text_is(argv[at], "--kafka")) {
        brokers = argv[at + 1];
        at += 2;
    }
    if (argc == at + 4 && nt_text_is(argv[at], "--write-raw"))
        return write_raw(brokers, argv[at + 1], argv[at + 2], argv[at + 3]);
    if (argc == at || argv[at][0] == '-') {
        (void)fprintf(stderr, "usage: nt-topics [--kafka HOST:PORT] TOPIC...\n"
                              "       nt-topics [--kafka HOST:PORT] --write-raw TOPIC KEY TEXT\n");
        return 2;
    }
    return read_topics(brokers, argv + at, argc - at);
}
