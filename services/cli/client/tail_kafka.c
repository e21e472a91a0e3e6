/*
 * `events tail --kafka`: a topic's records as JSON, a line each. Schemas that this program was not
 * built with are asked for at the registry and read with avro-c; what is no Avro of a registry
 * (dead letters) is shown as text, else in hexadecimal.
 */
#include "local.h"

#include <avro.h>
#include <librdkafka/rdkafka.h>
#include <nt/contract.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <signal.h>
#include <string.h>

#define METADATA_MS 10000
#define POLL_MS     200
#define SCHEMAS_MAX 256
#define SHOWN_MAX   65536 /* bytes of a value that is no Avro */

struct known {
    int32_t id;
    avro_value_iface_t *values; /* NULL: the registry does not know it */
};

struct kafka_tail {
    struct client *client;
    rd_kafka_t *kafka;
    const char *registry;
    struct known known[SCHEMAS_MAX];
    size_t known_count;
    int64_t left; /* to be shown; < 0: no end */
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

/* --- schemas --------------------------------------------------------------------------------- */

static avro_value_iface_t *values_of_text(const char *text)
{
    avro_schema_t schema = NULL;
    if (text == NULL || avro_schema_from_json_length(text, strlen(text), &schema) != 0)
        return NULL;
    avro_value_iface_t *values = avro_generic_class_from_schema(schema);
    avro_schema_decref(schema);
    return values;
}

static avro_value_iface_t *asked_values(struct kafka_tail *tail, int32_t id)
{
    char url[1024];
    struct ask_reply reply;
    (void)snprintf(url, sizeof(url), "%s/schemas/ids/%d", tail->registry, id);
    ask_url("GET", url, NULL, NULL, &reply);
    avro_value_iface_t *values =
        values_of_text(json_string_value(json_object_get(reply.json, "schema")));
    json_decref(reply.json);
    return values;
}

static avro_value_iface_t *values_of(struct kafka_tail *tail, int32_t id)
{
    for (size_t i = 0; i < tail->known_count; i++)
        if (tail->known[i].id == id)
            return tail->known[i].values;
    if (tail->known_count == SCHEMAS_MAX)
        return NULL; /* no installation has so many: somebody writes nonsense */
    const struct nt_schema_info *ours = nt_schema_find(id);
    avro_value_iface_t *values = ours != NULL ? values_of_text(ours->text) : asked_values(tail, id);
    tail->known[tail->known_count++] = (struct known){.id = id, .values = values};
    return values;
}

/* --- a record -------------------------------------------------------------------------------- */

static json_t *decoded(struct kafka_tail *tail, const uint8_t *bytes, size_t len)
{
    if (len < NT_CONTRACT_PREFIX_SIZE || bytes[0] != 0)
        return NULL;
    int32_t id = (int32_t)((uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 |
                           (uint32_t)bytes[3] << 8 | bytes[4]);
    avro_value_iface_t *values = values_of(tail, id);
    if (values == NULL)
        return NULL;
    avro_value_t value;
    if (avro_generic_value_new(values, &value) != 0)
        return NULL;
    avro_reader_t reader = avro_reader_memory((const char *)bytes + NT_CONTRACT_PREFIX_SIZE,
                                              (int64_t)(len - NT_CONTRACT_PREFIX_SIZE));
    char *text = NULL;
    json_t *json = NULL;
    if (avro_value_read(reader, &value) == 0 && avro_value_to_json(&value, 1, &text) == 0)
        json = json_loads(text, JSON_DECODE_ANY, NULL);
    free(text);
    avro_reader_free(reader);
    avro_value_decref(&value);
    return json;
}

/* Bytes as text where they are, else in hexadecimal; NULL is null. */
static json_t *shown(const void *bytes, size_t len)
{
    if (bytes == NULL)
        return json_null();
    len = len > SHOWN_MAX ? SHOWN_MAX : len;
    if (nt_utf8_is_valid(bytes, len))
        return json_stringn(bytes, len);
    char *hex = nt_zalloc(2 * len + 1);
    nt_hex(bytes, len, hex);
    json_t *json = json_string(hex);
    free(hex);
    return json;
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
        if (nt_utf8_is_valid(name, strlen(name)))
            (void)json_object_set_new(json, name, shown(value, size));
    return json;
}

static void show(struct kafka_tail *tail, const rd_kafka_message_t *message)
{
    json_t *value = decoded(tail, message->payload, message->len);
    if (value == NULL)
        value = shown(message->payload, message->len);
    json_t *json = json_pack(
        "{s:s, s:i, s:I, s:I, s:o, s:o, s:o}", "topic", rd_kafka_topic_name(message->rkt),
        "partition", (int)message->partition, "offset", (json_int_t)message->offset, "append_ms",
        (json_int_t)rd_kafka_message_timestamp(message, NULL), "key",
        shown(message->key, message->key_len), "headers", headers_of(message), "value", value);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    (void)printf("%s\n", text == NULL ? "null" : text);
    (void)fflush(stdout);
    free(text);
    json_decref(json);
    tail->left -= tail->left > 0;
}

/* --- reading --------------------------------------------------------------------------------- */

static bool set(struct client *client, rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char story[256];
    if (rd_kafka_conf_set(conf, name, value, story, sizeof(story)) == RD_KAFKA_CONF_OK)
        return true;
    client_tell(client, story);
    return false;
}

/* "host:port,..." and perhaps "?name=value&..." with librdkafka's own properties, as NEAPTIDE_KAFKA
 * has them. */
static bool set_brokers(struct client *client, rd_kafka_conf_t *conf, const char *brokers)
{
    char *rest = nt_arena_text(&client->arena, brokers);
    bool is_good = set(client, conf, "bootstrap.servers", strsep(&rest, "?"));
    while (is_good && !nt_text_is_empty(rest)) {
        char *value = strsep(&rest, "&");
        const char *name = strsep(&value, "=");
        is_good = set(client, conf, name, value == NULL ? "" : value);
    }
    return is_good;
}

static rd_kafka_t *kafka_open(struct client *client, const char *brokers)
{
    static const char *const settings[][2] = {
        {"group.id", "neaptide-cli"},
        {"enable.auto.commit", "false"},
        {"isolation.level", "read_committed"},
        {"log_level", "2"},
    };
    char story[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool is_good = set_brokers(client, conf, brokers);
    for (size_t i = 0; is_good && i < NT_COUNT(settings); i++)
        is_good = set(client, conf, settings[i][0], settings[i][1]);
    rd_kafka_t *kafka =
        is_good ? rd_kafka_new(RD_KAFKA_CONSUMER, conf, story, sizeof(story)) : NULL;
    if (kafka == NULL) {
        if (is_good)
            client_tell(client, story);
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    rd_kafka_poll_set_consumer(kafka);
    return kafka;
}

/* All partitions of the topic, without a group: nobody else is disturbed. */
static int assign(struct kafka_tail *tail, const char *topic, bool is_whole)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(tail->kafka, topic, NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(tail->kafka, 0, handle, &metadata, METADATA_MS);
    rd_kafka_topic_destroy(handle);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1)
        code = metadata->topics[0].err;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        client_tell(tail->client,
                    nt_arena_printf(&tail->client->arena, "%s: %s", topic, rd_kafka_err2str(code)));
        if (metadata != NULL)
            rd_kafka_metadata_destroy(metadata);
        return -ENOTCONN;
    }
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(metadata->topics[0].partition_cnt);
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
        rd_kafka_topic_partition_list_add(list, topic, metadata->topics[0].partitions[i].id)
            ->offset = is_whole ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
    rd_kafka_metadata_destroy(metadata);
    code = rd_kafka_assign(tail->kafka, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : -EIO;
}

static void follow(struct kafka_tail *tail)
{
    while (!is_stopped && tail->left != 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(tail->kafka, POLL_MS);
        if (message == NULL)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            show(tail, message);
        else
            client_tell(tail->client, rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
    }
}

static const char *topic_name(struct client *client)
{
    const char *topic = command_option(client->command, "--topic");
    topic = topic == NULL ? "server.events" : topic;
    return nt_text_starts(topic, "neaptide.")
               ? topic
               : nt_arena_printf(&client->arena, "neaptide.%s.v1", topic);
}

enum verb_exit tail_kafka(struct client *client, const char *brokers)
{
    const char *registry = command_option(client->command, "--registry");
    const char *count = command_option(client->command, "--count");
    struct kafka_tail tail = {.client = client, .left = -1};
    if (count != NULL && nt_parse_i64(count, 1, INT64_MAX, &tail.left) < 0) {
        client_tell(client, say_with(&client->say, "usage.figure", "word", count));
        return VERB_USAGE;
    }
    tail.registry = registry != NULL
                        ? registry
                        : nt_arena_printf(&client->arena, "%s/registry", client->keep.url);
    tail.kafka = kafka_open(client, brokers);
    if (tail.kafka == NULL)
        return VERB_USAGE;
    (void)signal(SIGINT, on_signal);
    (void)signal(SIGTERM, on_signal);
    enum verb_exit exit = VERB_DONE;
    if (assign(&tail, topic_name(client), command_option(client->command, "--from-start") != NULL) <
        0)
        exit = VERB_UNREACHABLE;
    else
        follow(&tail);
    (void)rd_kafka_consumer_close(tail.kafka);
    rd_kafka_destroy(tail.kafka);
    for (size_t i = 0; i < tail.known_count; i++)
        if (tail.known[i].values != NULL)
            avro_value_iface_decref(tail.known[i].values);
    return exit;
}
