/*
 * Prints what happens to servers, one line an event, as it happens.
 *
 *     cc -Wall -o consumer consumer.c $(pkg-config --cflags --libs rdkafka avro-c libcurl jansson)
 *     NEAPTIDE_KAFKA=kafka:9092 NEAPTIDE_REGISTRY=http://api:8080/registry ./consumer
 *
 * librdkafka reads, the registry has the schema that a record names, avro-c decodes with it.
 */
#include <avro.h>
#include <curl/curl.h>
#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

static void die(const char *doing, const char *story)
{
    fprintf(stderr, "consumer: %s: %s\n", doing, story);
    exit(EXIT_FAILURE);
}

/* --- schemas, by the id in a record's first five bytes ------------------------------------------
 */

struct reply {
    char text[65536];
    size_t len;
};

static size_t on_reply(char *data, size_t size, size_t count, void *arg)
{
    struct reply *reply = arg;
    if (size * count >= sizeof(reply->text) - reply->len)
        return 0; /* no schema is that large */
    memcpy(reply->text + reply->len, data, size * count);
    reply->len += size * count;
    return size * count;
}

/* The interface that makes values of the schema. Ids never change their meaning: asked for once. */
static avro_value_iface_t *values_of(int32_t id)
{
    static struct {
        int32_t id;
        avro_value_iface_t *values;
    } known[64];
    static size_t count;
    for (size_t i = 0; i < count; i++)
        if (known[i].id == id)
            return known[i].values;

    char url[512];
    static struct reply reply;
    reply.len = 0;
    snprintf(url, sizeof(url), "%s/schemas/ids/%d",
             setting("NEAPTIDE_REGISTRY", "http://api:8080/registry"), id);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_reply);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        die(url, curl_easy_strerror(code));

    json_t *json = json_loadb(reply.text, reply.len, 0, NULL);
    const char *text = json_string_value(json_object_get(json, "schema"));
    avro_schema_t schema = NULL;
    if (text == NULL || avro_schema_from_json_length(text, strlen(text), &schema) != 0)
        die(url, "no schema");
    json_decref(json);
    avro_value_iface_t *values = avro_generic_class_from_schema(schema);
    avro_schema_decref(schema);
    if (count < sizeof(known) / sizeof(known[0])) {
        known[count].id = id;
        known[count++].values = values;
    }
    return values;
}

/* --- one record ---------------------------------------------------------------------------------
 */

static const char *header(rd_kafka_message_t *message, const char *name)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(message, &headers) != 0 ||
        rd_kafka_header_get_last(headers, name, &value, &size) != 0 || value == NULL)
        return "";
    return value; /* librdkafka ends it with a NUL */
}

static const char *text_of(avro_value_t *record, const char *name)
{
    avro_value_t field;
    const char *text = "";
    size_t size = 0;
    if (avro_value_get_by_name(record, name, &field, NULL) == 0)
        avro_value_get_string(&field, &text, &size);
    return text;
}

/*
 * Delivery is at least once: a record that came before is known by its ce_id (here the last one
 * only). What must survive a restart belongs where the results are, in the same transaction.
 */
static int is_again(const char *id)
{
    static char last[64];
    if (strcmp(last, id) == 0)
        return 1;
    snprintf(last, sizeof(last), "%s", id);
    return 0;
}

static void on_message(rd_kafka_message_t *message)
{
    const unsigned char *bytes = message->payload;
    if (is_again(header(message, "ce_id")) || message->len < 5 || bytes[0] != 0)
        return;
    int32_t id = (int32_t)((uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 |
                           (uint32_t)bytes[3] << 8 | bytes[4]);
    avro_value_t event;
    avro_generic_value_new(values_of(id), &event);
    avro_reader_t reader = avro_reader_memory((const char *)bytes + 5, (int64_t)message->len - 5);
    if (avro_value_read(reader, &event) != 0)
        die("decoding", avro_strerror());

    printf("%s %s %s host=%s owner=%s type=%s trace=%s\n", header(message, "ce_time"),
           text_of(&event, "name"), text_of(&event, "kind"), text_of(&event, "host"),
           text_of(&event, "owner"), header(message, "ce_type"), header(message, "traceparent"));
    fflush(stdout);
    avro_reader_free(reader);
    avro_value_decref(&event);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static rd_kafka_t *consumer_open(void)
{
    const char *settings[][2] = {
        {"bootstrap.servers", setting("NEAPTIDE_KAFKA", "kafka:9092")},
        {"group.id", setting("NEAPTIDE_GROUP", "example-c")}, /* members share the work */
        {"auto.offset.reset", "earliest"},
        {"isolation.level", "read_committed"}, /* nothing that was taken back */
    };
    char story[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], story, sizeof(story)) != 0)
            die(settings[i][0], story);
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, story, sizeof(story));
    if (kafka == NULL)
        die("librdkafka", story);
    rd_kafka_poll_set_consumer(kafka);
    return kafka;
}

int main(void)
{
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    rd_kafka_t *kafka = consumer_open();
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, "neaptide.server.events.v1", RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(kafka, topics);
    rd_kafka_topic_partition_list_destroy(topics);

    while (!is_stopped) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(kafka, 500);
        if (message == NULL)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            on_message(message);
        else
            fprintf(stderr, "consumer: %s\n", rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(kafka); /* commits, and leaves the group */
    rd_kafka_destroy(kafka);
    curl_global_cleanup();
    return EXIT_SUCCESS;
}
