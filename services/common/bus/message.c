#include "private.h"

#include <nt/clock.h>
#include <nt/text.h>

#include <string.h>

enum { KEY_MAX = 1024, TRACE_MAX = 256 };

/* librdkafka ends header values with a NUL that it does not count. */
static const char *header(const rd_kafka_headers_t *headers, const char *name)
{
    const void *value = NULL;
    size_t len = 0;
    if (headers == NULL ||
        rd_kafka_header_get_last(headers, name, &value, &len) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        value == NULL || len > TRACE_MAX || !nt_utf8_is_valid(value, len))
        return "";
    return value;
}

int bus_message_read(const rd_kafka_message_t *in, enum nt_topic topic, struct nt_buf *text,
                     struct nt_message *ret_message, struct nt_error *err)
{
    if (in->key == NULL || in->key_len == 0)
        return nt_fail(err, -EBADMSG, "the record has no key");
    if (in->key_len > KEY_MAX)
        return nt_fail(err, -EBADMSG, "the key has %zu bytes, over %d", in->key_len, KEY_MAX);
    if (!nt_utf8_is_valid(in->key, in->key_len))
        return nt_fail(err, -EBADMSG, "the key is not UTF-8, or has a NUL in it");
    nt_buf_reset(text);
    (void)nt_buf_add(text, in->key, in->key_len); /* far below the buffer's bound */
    rd_kafka_headers_t *headers = NULL;
    (void)rd_kafka_message_headers(in, &headers); /* fails where there are none */
    *ret_message = (struct nt_message){
        .topic = topic,
        .partition = in->partition,
        .offset = in->offset,
        .append_ms = rd_kafka_message_timestamp(in, NULL),
        .key = nt_buf_text(text),
        .value = {.data = in->payload, .len = in->payload != NULL ? in->len : 0},
        .traceparent = header(headers, "traceparent"),
        .id = header(headers, "ce_id"),
    };
    return 0;
}

static void add(rd_kafka_headers_t *headers, const char *name, const char *value)
{
    (void)rd_kafka_header_add(headers, name, -1, value, -1); /* fails on read-only headers only */
}

rd_kafka_headers_t *bus_message_headers(const struct nt_bus *bus, const struct nt_record *record)
{
    const struct nt_topic_info *topic = &nt_topics[record->topic];
    int64_t now_ms = nt_wall_ms();
    rd_kafka_headers_t *headers = rd_kafka_headers_new(9);
    char text[160];
    add(headers, "ce_specversion", "1.0");
    nt_uuid7(now_ms, text);
    add(headers, "ce_id", text);
    (void)snprintf(text, sizeof(text), "io.neaptide.%s.v1",
                   record->kind != NULL ? record->kind : topic->kind);
    add(headers, "ce_type", text);
    add(headers, "ce_source", bus->source);
    add(headers, "ce_subject", record->subject != NULL ? record->subject : record->key);
    nt_time_text(now_ms, text);
    add(headers, "ce_time", text);
    if (topic->schema_id != 0) {
        (void)snprintf(text, sizeof(text), "urn:neaptide:schema:%d", topic->schema_id);
        add(headers, "ce_dataschema", text);
        add(headers, "content-type", "application/avro");
    }
    if (!nt_text_is_empty(record->traceparent))
        add(headers, "traceparent", record->traceparent);
    return headers;
}

int bus_errno(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return 0;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
        return -ENOBUFS;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        return -ETIMEDOUT;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        return -ECANCELED;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return -EMSGSIZE;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return -ENOENT;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return -EACCES;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
        return -ESTALE;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        return -ENOTCONN;
    default:
        return -EIO;
    }
}
