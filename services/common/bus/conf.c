/* How our clients are set up. Values that matter are said here and nowhere else. */
#include "private.h"

#include <nt/log.h>

#include <string.h>

enum { PAIRS_MAX = 64 };

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)level;
    nt_log(NT_DEBUG, "kafka_client_said", NT_KV("client", rd_kafka_name(rk)),
           NT_KV("facility", facility), NT_KV("text", text));
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, struct nt_error *err)
{
    char story[256];
    if (rd_kafka_conf_set(conf, name, value, story, sizeof(story)) == RD_KAFKA_CONF_OK)
        return 0;
    return nt_fail(err, -EINVAL, "Kafka property %s=%s: %s", name, value, story);
}

static void must_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    struct nt_error err = NT_ERROR_INIT;
    if (set(conf, name, value, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.message);
        abort(); /* our own tables are wrong */
    }
}

int bus_conf_parse(const char *text, char **ret_servers, struct bus_pair **ret_pairs,
                   size_t *ret_count, struct nt_error *err)
{
    NT_CLEANUP(nt_free_p) char *servers = nt_strdup(text);
    struct bus_pair *pairs = nt_zalloc(PAIRS_MAX * sizeof(*pairs));
    size_t count = 0;
    char *rest = strchr(servers, '?');
    if (rest != NULL)
        *rest++ = '\0';
    rd_kafka_conf_t *trial = rd_kafka_conf_new();
    int status = servers[0] != '\0'
                     ? set(trial, "bootstrap.servers", servers, err)
                     : nt_fail(err, -EINVAL, "no Kafka server given: host:port[,host:port...]");
    char *state = NULL;
    for (char *pair = rest == NULL ? NULL : strtok_r(rest, "&", &state);
         pair != NULL && status == 0; pair = strtok_r(NULL, "&", &state)) {
        char *value = strchr(pair, '=');
        if (value == NULL || count == PAIRS_MAX) {
            status = nt_fail(err, -EINVAL, "\"%s\" is not name=value, or one of more than %d", pair,
                             PAIRS_MAX);
            break;
        }
        *value++ = '\0';
        status = set(trial, pair, value, err);
        pairs[count++] = (struct bus_pair){nt_strdup(pair), nt_strdup(value)};
    }
    rd_kafka_conf_destroy(trial);
    *ret_servers = nt_take(servers);
    *ret_pairs = pairs;
    *ret_count = count;
    return status;
}

rd_kafka_conf_t *bus_conf_new(const struct nt_bus *bus, const struct bus_property *properties)
{
    static const struct bus_property ours[] = {
        {"socket.keepalive.enable", "true"},
        {"reconnect.backoff.ms", "100"},
        {"reconnect.backoff.max.ms", "2000"}, /* a broker that comes back is seen soon */
        {"allow.auto.create.topics", "false"},
        {"log.connection.close", "false"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    must_set(conf, "bootstrap.servers", bus->brokers);
    must_set(conf, "client.id", bus->name);
    for (size_t i = 0; i < bus->pairs_count; i++)
        must_set(conf, bus->pairs[i].name, bus->pairs[i].value);
    for (const struct bus_property *p = ours; p->name != NULL; p++)
        must_set(conf, p->name, p->value);
    for (const struct bus_property *p = properties; p != NULL && p->name != NULL; p++)
        must_set(conf, p->name, p->value);
    rd_kafka_conf_set_log_cb(conf, on_log);
    return conf;
}

int bus_conf_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **ret_rk,
                  struct nt_error *err)
{
    char story[256];
    rd_kafka_t *rk = rd_kafka_new(type, conf, story, sizeof(story));
    if (rk == NULL) {
        rd_kafka_conf_destroy(conf);
        return nt_fail(err, -EINVAL, "cannot make a Kafka client: %s", story);
    }
    *ret_rk = rk;
    return 0;
}
