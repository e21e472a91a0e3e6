/* Creating the manifest's topics, and bringing the settings of existing ones up to it. */
#include "private.h"

#include <nt/text.h>

#include <string.h>

enum { REQUEST_MS = 30000, SETTINGS_MAX = 8, NUMBER_SIZE = 24 };

struct settings {
    struct bus_property items[SETTINGS_MAX];
    size_t count;
    char numbers[SETTINGS_MAX][NUMBER_SIZE];
};

struct bus_creation {
    struct nt_bus *bus;
    struct bus_pump pump;
    void (*done)(void *arg, const struct nt_error *err);
    void *arg;
    bool exists[NT_TOPIC_COUNT]; /* before we came */
};

/* --- what the manifest wants ------------------------------------------------------------------ */

static void add(struct settings *settings, const char *name, const char *value)
{
    settings->items[settings->count++] = (struct bus_property){name, value};
}

static void add_number(struct settings *settings, const char *name, int64_t value)
{
    char *text = settings->numbers[settings->count];
    (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)value);
    add(settings, name, text);
}

/* settings hold pointers into themselves: they stay where they are. */
static void settings_of(const struct nt_topic_info *topic, struct settings *ret_settings)
{
    ret_settings->count = 0;
    add(ret_settings, "message.timestamp.type", "LogAppendTime");
    add(ret_settings, "cleanup.policy",
        !topic->is_compact        ? "delete"
        : topic->retention_ms > 0 ? "compact,delete"
                                  : "compact");
    add_number(ret_settings, "retention.ms", topic->retention_ms > 0 ? topic->retention_ms : -1);
    add_number(ret_settings, "retention.bytes",
               topic->retention_bytes > 0 ? topic->retention_bytes : -1);
    if (topic->flush_messages > 0)
        add_number(ret_settings, "flush.messages", topic->flush_messages);
    if (topic->is_compact) {
        /* The newest segment is never compacted. With Kafka's own 1 GiB and 7 days a view would
         * read a week of heartbeats before it is ready. */
        add_number(ret_settings, "segment.bytes", 32 << 20);
        add_number(ret_settings, "segment.ms", INT64_C(6) * 3600 * 1000);
    }
}

/* --- steps ------------------------------------------------------------------------------------ */

static void finish(struct bus_creation *creation, const struct nt_error *err)
{
    void (*done)(void *arg, const struct nt_error *err) = creation->done;
    void *arg = creation->arg;
    bus_admin_cancel(creation->bus);
    done(arg, err);
}

static rd_kafka_AdminOptions_t *options_for(struct nt_bus *bus, rd_kafka_admin_op_t operation)
{
    char story[128];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(bus->rk, operation);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, REQUEST_MS, story, sizeof(story));
    return options;
}

static void create(struct bus_creation *creation)
{
    rd_kafka_NewTopic_t *topics[NT_TOPIC_COUNT];
    char story[256];
    for (size_t i = 0; i < NT_TOPIC_COUNT; i++) {
        struct settings settings;
        settings_of(&nt_topics[i], &settings);
        /* -1 replicas: as many as the broker's default says. */
        topics[i] = rd_kafka_NewTopic_new(nt_topics[i].name, nt_topics[i].partitions, -1, story,
                                          sizeof(story));
        if (topics[i] == NULL)
            abort(); /* the manifest's names are checked by its generator */
        for (size_t k = 0; k < settings.count; k++)
            (void)rd_kafka_NewTopic_set_config(topics[i], settings.items[k].name,
                                               settings.items[k].value);
    }
    rd_kafka_AdminOptions_t *options = options_for(creation->bus, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(creation->bus->rk, topics, NT_TOPIC_COUNT, options, creation->pump.queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy_array(topics, NT_TOPIC_COUNT);
}

static void describe(struct bus_creation *creation)
{
    rd_kafka_ConfigResource_t *resources[NT_TOPIC_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < NT_TOPIC_COUNT; i++) {
        if (creation->exists[i])
            resources[count++] =
                rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, nt_topics[i].name);
    }
    if (count == 0) {
        finish(creation, &(const struct nt_error)NT_ERROR_INIT);
        return;
    }
    rd_kafka_AdminOptions_t *options =
        options_for(creation->bus, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_DescribeConfigs(creation->bus->rk, resources, count, options, creation->pump.queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy_array(resources, count);
}

static bool is_error(struct bus_creation *creation, rd_kafka_resp_err_t code, const char *what,
                     const char *story)
{
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    struct nt_error err = NT_ERROR_INIT;
    (void)nt_fail(&err, bus_errno(code), "%s: %s", what, story);
    finish(creation, &err);
    return true;
}

static void on_created(struct bus_creation *creation, rd_kafka_event_t *event)
{
    size_t count = 0;
    const rd_kafka_topic_result_t **topics =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_topic_result_name(topics[i]);
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(topics[i]);
        int topic = nt_topic_find(name);
        if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS && topic >= 0)
            creation->exists[topic] = true;
        else if (is_error(creation, code, name, rd_kafka_topic_result_error_string(topics[i])))
            return;
    }
    describe(creation);
}

/* --- existing topics -------------------------------------------------------------------------- */

static const char *value_of(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (nt_text_is(settings->items[i].name, name))
            return settings->items[i].value;
    }
    return NULL;
}

/*
 * What must be altered: NULL where nothing. An alteration replaces all of a topic's own settings,
 * so those that an administrator made beside ours are said again.
 */
static rd_kafka_ConfigResource_t *altered(const rd_kafka_ConfigResource_t *resource)
{
    const char *name = rd_kafka_ConfigResource_name(resource);
    int topic = nt_topic_find(name);
    if (topic < 0)
        return NULL;
    struct settings settings;
    settings_of(&nt_topics[topic], &settings);
    size_t count = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
    rd_kafka_ConfigResource_t *wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
    bool is_different = false;
    for (size_t i = 0; i < count; i++) {
        const char *entry = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        const char *ours = value_of(&settings, entry);
        if (ours != NULL)
            is_different = is_different || !nt_text_is(ours, value);
        else if (value != NULL && rd_kafka_ConfigEntry_source(entries[i]) ==
                                      RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
            (void)rd_kafka_ConfigResource_set_config(wanted, entry, value);
    }
    for (size_t i = 0; i < settings.count; i++)
        (void)rd_kafka_ConfigResource_set_config(wanted, settings.items[i].name,
                                                 settings.items[i].value);
    if (is_different)
        return wanted;
    rd_kafka_ConfigResource_destroy(wanted);
    return NULL;
}

static void on_described(struct bus_creation *creation, rd_kafka_event_t *event)
{
    size_t count = 0;
    size_t altered_count = 0;
    rd_kafka_ConfigResource_t *all[NT_TOPIC_COUNT];
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    for (size_t i = 0; i < count && i < NT_TOPIC_COUNT; i++) {
        rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[i]);
        if (is_error(creation, code, rd_kafka_ConfigResource_name(resources[i]),
                     rd_kafka_ConfigResource_error_string(resources[i]))) {
            rd_kafka_ConfigResource_destroy_array(all, altered_count);
            return;
        }
        rd_kafka_ConfigResource_t *resource = altered(resources[i]);
        if (resource != NULL)
            all[altered_count++] = resource;
    }
    if (altered_count == 0) {
        finish(creation, &(const struct nt_error)NT_ERROR_INIT);
        return;
    }
    rd_kafka_AdminOptions_t *options = options_for(creation->bus, RD_KAFKA_ADMIN_OP_ALTERCONFIGS);
    rd_kafka_AlterConfigs(creation->bus->rk, all, altered_count, options, creation->pump.queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy_array(all, altered_count);
}

static void on_altered(struct bus_creation *creation, rd_kafka_event_t *event)
{
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        if (is_error(creation, rd_kafka_ConfigResource_error(resources[i]),
                     rd_kafka_ConfigResource_name(resources[i]),
                     rd_kafka_ConfigResource_error_string(resources[i])))
            return;
    }
    finish(creation, &(const struct nt_error)NT_ERROR_INIT);
}

/* --- life ------------------------------------------------------------------------------------- */

static bool drain(void *arg)
{
    struct bus_creation *creation = arg;
    rd_kafka_event_t *event = rd_kafka_queue_poll(creation->pump.queue, 0);
    if (event == NULL)
        return false;
    rd_kafka_event_type_t type = rd_kafka_event_type(event);
    if (is_error(creation, rd_kafka_event_error(event), "topics",
                 rd_kafka_event_error_string(event)))
        (void)0; /* told; creation is gone */
    else if (type == RD_KAFKA_EVENT_CREATETOPICS_RESULT)
        on_created(creation, event);
    else if (type == RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT)
        on_described(creation, event);
    else if (type == RD_KAFKA_EVENT_ALTERCONFIGS_RESULT)
        on_altered(creation, event);
    rd_kafka_event_destroy(event);
    return false; /* one answer a step; the next rings */
}

void nt_bus_create_topics(struct nt_bus *bus, void (*done)(void *arg, const struct nt_error *err),
                          void *arg)
{
    if (bus->creation != NULL) {
        struct nt_error err = NT_ERROR_INIT;
        (void)nt_fail(&err, -EALREADY, "the topics are being created already");
        done(arg, &err);
        return;
    }
    struct bus_creation *creation = nt_zalloc(sizeof(*creation));
    creation->bus = bus;
    creation->done = done;
    creation->arg = arg;
    bus->creation = creation;
    bus_pump_start(&creation->pump, bus->loop, rd_kafka_queue_new(bus->rk), drain, creation);
    create(creation);
}

void bus_admin_cancel(struct nt_bus *bus)
{
    struct bus_creation *creation = bus->creation;
    if (creation == NULL)
        return;
    bus->creation = NULL;
    bus_pump_stop(&creation->pump);
    rd_kafka_queue_io_event_enable(creation->pump.queue, -1, NULL, 0);
    rd_kafka_queue_destroy(creation->pump.queue);
    (void)close(creation->pump.fd);
    free(creation);
}
