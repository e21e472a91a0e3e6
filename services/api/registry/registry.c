#include <registry/registry.h>

#include "normal.h"

#include <nt/text.h>
#include <stdarg.h>
#include <string.h>

/* HTTP statuses and Confluent's own numbers below them. */
enum {
    NOT_FOUND = 404,
    SUBJECT_UNKNOWN = 40401,
    VERSION_UNKNOWN = 40402,
    SCHEMA_UNKNOWN = 40403,
    BODY_WRONG = 42201,
    VERSION_WRONG = 42202,
    READ_ONLY = 42205,
};

#define SUBJECT_END "-value"

/* --- replies --------------------------------------------------------------------------------- */

static struct registry_reply good(json_t *body)
{
    return (struct registry_reply){.status = 200, .body = body};
}

/* What is named in a message is the client's own, UTF-8 as nt_serve promises. */
NT_PRINTF(2, 3)
static struct registry_reply refuse(int error_code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *message = json_vsprintf(format, args);
    va_end(args);
    int status = error_code > 999 ? error_code / 100 : error_code;
    json_t *body = json_pack("{s:i, s:o}", "error_code", error_code, "message", message);
    return (struct registry_reply){.status = status, .body = body};
}

static json_t *subject_name(const struct nt_schema_info *schema)
{
    return json_sprintf("%s" SUBJECT_END, nt_topics[schema->topic].name);
}

static json_t *whole(const struct nt_schema_info *schema)
{
    return json_pack("{s:o, s:i, s:i, s:s}", "subject", subject_name(schema), "version",
                     schema->version, "id", (int)schema->id, "schema", schema->text);
}

/* --- finding --------------------------------------------------------------------------------- */

/* The topic of a subject, or -1: dead letters have none, because they hold anything. */
static int topic_of(const char *subject)
{
    for (int topic = 0; topic < NT_TOPIC_COUNT; topic++) {
        const struct nt_topic_info *info = &nt_topics[topic];
        size_t len = strlen(info->name);
        if (info->schema != NULL && strncmp(subject, info->name, len) == 0 &&
            strcmp(subject + len, SUBJECT_END) == 0)
            return topic;
    }
    return -1;
}

/* version 0: the newest. */
static const struct nt_schema_info *find(int topic, int64_t version)
{
    const struct nt_schema_info *found = NULL;
    for (size_t i = 0; i < nt_schemas_count; i++) {
        if ((int)nt_schemas[i].topic == topic && (version == 0 || nt_schemas[i].version == version))
            found = &nt_schemas[i];
    }
    return found;
}

const struct nt_schema_info *registry_newest(const char *subject)
{
    int topic = topic_of(subject);
    return topic < 0 ? NULL : find(topic, 0);
}

static struct registry_reply subject_unknown(const char *subject)
{
    return refuse(SUBJECT_UNKNOWN, "Subject '%s' not found.", subject);
}

/* The schema that {subject} and {version} name; else NULL and why. */
static const struct nt_schema_info *named(const struct registry_ask *ask,
                                          struct registry_reply *ret_reply)
{
    int topic = topic_of(ask->subject);
    if (topic < 0) {
        *ret_reply = subject_unknown(ask->subject);
        return NULL;
    }
    int64_t version = 0;
    bool is_newest = strcmp(ask->version, "latest") == 0 || strcmp(ask->version, "-1") == 0;
    if (!is_newest && nt_parse_i64(ask->version, 1, INT32_MAX, &version) < 0) {
        *ret_reply =
            refuse(VERSION_WRONG, "The version '%s' is no number from 1 up, nor \"latest\".",
                   ask->version);
        return NULL;
    }
    const struct nt_schema_info *schema = find(topic, version);
    if (schema == NULL)
        *ret_reply = refuse(VERSION_UNKNOWN, "Version %s not found.", ask->version);
    return schema;
}

static const struct nt_schema_info *by_id(const struct registry_ask *ask,
                                          struct registry_reply *ret_reply)
{
    int64_t id = 0;
    const struct nt_schema_info *schema =
        nt_parse_i64(ask->id, 0, INT32_MAX, &id) < 0 ? NULL : nt_schema_find((int32_t)id);
    if (schema == NULL)
        *ret_reply = refuse(SCHEMA_UNKNOWN, "Schema %s not found.", ask->id);
    return schema;
}

/* --- schemas --------------------------------------------------------------------------------- */

static struct registry_reply schema_of_id(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    const struct nt_schema_info *schema = by_id(ask, &reply);
    return schema == NULL ? reply : good(json_pack("{s:s}", "schema", schema->text));
}

static struct registry_reply text_of_id(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    const struct nt_schema_info *schema = by_id(ask, &reply);
    return schema == NULL ? reply : good(json_loads(schema->text, 0, NULL));
}

static struct registry_reply subjects_of_id(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    const struct nt_schema_info *schema = by_id(ask, &reply);
    return schema == NULL ? reply : good(json_pack("[o]", subject_name(schema)));
}

static struct registry_reply versions_of_id(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    const struct nt_schema_info *schema = by_id(ask, &reply);
    return schema == NULL ? reply
                          : good(json_pack("[{s:o, s:i}]", "subject", subject_name(schema),
                                           "version", schema->version));
}

static struct registry_reply types(const struct registry_ask *ask)
{
    (void)ask;
    return good(json_pack("[s]", "AVRO"));
}

/* --- subjects -------------------------------------------------------------------------------- */

static struct registry_reply subjects(const struct registry_ask *ask)
{
    json_t *names = json_array();
    for (int topic = 0; topic < NT_TOPIC_COUNT; topic++) {
        const struct nt_schema_info *schema = find(topic, 0);
        json_t *name = schema == NULL ? NULL : subject_name(schema);
        if (name != NULL &&
            (ask->prefix == NULL || nt_text_starts(json_string_value(name), ask->prefix)))
            (void)json_array_append(names, name);
        json_decref(name);
    }
    return good(names);
}

static struct registry_reply versions(const struct registry_ask *ask)
{
    int topic = topic_of(ask->subject);
    if (topic < 0)
        return subject_unknown(ask->subject);
    json_t *numbers = json_array();
    for (size_t i = 0; i < nt_schemas_count; i++) {
        if ((int)nt_schemas[i].topic == topic)
            (void)json_array_append_new(numbers, json_integer(nt_schemas[i].version));
    }
    return good(numbers);
}

static struct registry_reply version(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    const struct nt_schema_info *schema = named(ask, &reply);
    return schema == NULL ? reply : good(whole(schema));
}

static struct registry_reply version_text(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    const struct nt_schema_info *schema = named(ask, &reply);
    return schema == NULL ? reply : good(json_loads(schema->text, 0, NULL));
}

/* --- look-ups -------------------------------------------------------------------------------- */

/* The schema in {"schema": "its text"}, in plain form; else NULL and why. */
static json_t *asked_schema(struct nt_span body, struct registry_reply *ret_reply)
{
    json_t *json = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *text = json_object_get(json, "schema");
    const json_t *type = json_object_get(json, "schemaType");
    bool is_avro =
        type == NULL || json_is_null(type) || nt_text_is(json_string_value(type), "AVRO");
    json_t *schema = NULL;
    if (!json_is_string(text))
        *ret_reply = refuse(BODY_WRONG, "The body must be {\"schema\": \"an Avro schema\"}.");
    else if (!is_avro || json_array_size(json_object_get(json, "references")) > 0)
        *ret_reply = refuse(BODY_WRONG, "Only Avro schemas without references are here.");
    else if ((schema = json_loads(json_string_value(text), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
                                  NULL)) == NULL)
        *ret_reply = refuse(BODY_WRONG, "The schema is not JSON.");
    json_t *plain = schema == NULL ? NULL : normal_schema(schema);
    json_decref(schema);
    json_decref(json);
    return plain;
}

/* The topic's newest schema that means the same, or NULL. */
static const struct nt_schema_info *find_same(int topic, const json_t *plain)
{
    const struct nt_schema_info *found = NULL;
    for (size_t i = 0; i < nt_schemas_count; i++) {
        if ((int)nt_schemas[i].topic != topic)
            continue;
        json_t *ours = json_loads(nt_schemas[i].text, 0, NULL);
        json_t *ours_plain = normal_schema(ours);
        if (json_equal(ours_plain, plain))
            found = &nt_schemas[i];
        json_decref(ours_plain);
        json_decref(ours);
    }
    return found;
}

static struct registry_reply look_up(const struct registry_ask *ask)
{
    int topic = topic_of(ask->subject);
    if (topic < 0)
        return subject_unknown(ask->subject);
    struct registry_reply reply = {0};
    json_t *plain = asked_schema(ask->body, &reply);
    if (plain == NULL)
        return reply;
    const struct nt_schema_info *schema = find_same(topic, plain);
    json_decref(plain);
    return schema == NULL ? refuse(SCHEMA_UNKNOWN, "Schema not found.") : good(whole(schema));
}

static struct registry_reply read_only(const struct registry_ask *ask)
{
    (void)ask;
    return refuse(READ_ONLY, "This registry is read-only: it holds the schemas that Neaptide "
                             "writes. Keep your own in a registry of yours.");
}

/* Serializers register what they are about to write: fine, as long as it is known. */
static struct registry_reply register_known(const struct registry_ask *ask)
{
    struct registry_reply reply = {0};
    json_t *plain = asked_schema(ask->body, &reply);
    if (plain == NULL)
        return reply;
    int topic = topic_of(ask->subject);
    const struct nt_schema_info *schema = topic < 0 ? NULL : find_same(topic, plain);
    json_decref(plain);
    return schema == NULL ? read_only(ask) : good(json_pack("{s:i}", "id", (int)schema->id));
}

/* --- settings -------------------------------------------------------------------------------- */

static struct registry_reply config(const struct registry_ask *ask)
{
    if (ask->subject != NULL && topic_of(ask->subject) < 0)
        return subject_unknown(ask->subject);
    return good(json_pack("{s:s}", "compatibilityLevel", "FULL_TRANSITIVE"));
}

static struct registry_reply mode(const struct registry_ask *ask)
{
    if (ask->subject != NULL && topic_of(ask->subject) < 0)
        return subject_unknown(ask->subject);
    return good(json_pack("{s:s}", "mode", "READONLY"));
}

static struct registry_reply root(const struct registry_ask *ask)
{
    (void)ask;
    return good(json_object());
}

static struct registry_reply nothing(const struct registry_ask *ask)
{
    (void)ask;
    return refuse(NOT_FOUND, "Not found.");
}

#define R "/registry"

const struct registry_endpoint registry_endpoints[] = {
    {"GET", R, root},
    {"GET", R "/", root},
    {"GET", R "/schemas/types", types},
    {"GET", R "/schemas/ids/{id}", schema_of_id},
    {"GET", R "/schemas/ids/{id}/schema", text_of_id},
    {"GET", R "/schemas/ids/{id}/subjects", subjects_of_id},
    {"GET", R "/schemas/ids/{id}/versions", versions_of_id},
    {"GET", R "/subjects", subjects},
    {"POST", R "/subjects/{subject}", look_up},
    {"GET", R "/subjects/{subject}/versions", versions},
    {"POST", R "/subjects/{subject}/versions", register_known},
    {"GET", R "/subjects/{subject}/versions/{version}", version},
    {"GET", R "/subjects/{subject}/versions/{version}/schema", version_text},
    {"GET", R "/config", config},
    {"GET", R "/config/{subject}", config},
    {"GET", R "/mode", mode},
    {"GET", R "/mode/{subject}", mode},
    /* New clients of Confluent ask for /associations/... first and go on at a 404 only. */
    {"GET", R "/{rest...}", nothing},
    {"POST", R "/{rest...}", nothing},
    {"PUT", R "/{rest...}", read_only},
    {"DELETE", R "/{rest...}", read_only},
};
const size_t registry_endpoints_count = NT_COUNT(registry_endpoints);
