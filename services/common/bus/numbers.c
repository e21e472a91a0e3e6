#include "private.h"

void bus_numbers_init(struct bus_numbers *numbers, struct nt_metrics *metrics, const char *service)
{
    static const double bounds[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
    *numbers = (struct bus_numbers){.metrics = metrics, .service = service};
    if (metrics == NULL)
        return;
    char name[128];
    (void)snprintf(name, sizeof(name), "neaptide_%s_bus_commit_seconds", service);
    numbers->commit_s = nt_metrics_histogram(
        metrics, name, NULL, "from begin to commit of a transaction", bounds, NT_COUNT(bounds));
    (void)snprintf(name, sizeof(name), "neaptide_%s_bus_connected", service);
    numbers->connected = nt_metrics_gauge(metrics, name, NULL, "1 while Kafka answers");
}

static struct nt_metric *metric(struct bus_numbers *numbers, enum bus_number number,
                                enum nt_topic topic)
{
    static const struct {
        const char *name;
        const char *help;
    } kinds[BUS_NUMBERS] = {
        [BUS_IN] = {"messages_in_total", "records delivered"},
        [BUS_OUT] = {"messages_out_total", "records acknowledged by Kafka"},
        [BUS_FAILED] = {"messages_failed_total", "records that could not be written"},
        [BUS_DEAD] = {"dead_letters_total", "records sent to the dead letters, by origin"},
        [BUS_LAG] = {"lag_records", "records not yet delivered"},
    };
    struct nt_metric **slot = &numbers->topics[number][topic];
    if (*slot == NULL && numbers->metrics != NULL) {
        char name[128];
        char label[160];
        (void)snprintf(name, sizeof(name), "neaptide_%s_bus_%s", numbers->service,
                       kinds[number].name);
        (void)snprintf(label, sizeof(label), "topic=\"%s\"", nt_topics[topic].name);
        *slot = number == BUS_LAG
                    ? nt_metrics_gauge(numbers->metrics, name, label, kinds[number].help)
                    : nt_metrics_counter(numbers->metrics, name, label, kinds[number].help);
    }
    return *slot;
}

void bus_count(struct bus_numbers *numbers, enum bus_number number, enum nt_topic topic)
{
    struct nt_metric *counter = metric(numbers, number, topic);
    if (counter != NULL)
        nt_metric_add(counter, 1);
}

void bus_lag(struct bus_numbers *numbers, enum nt_topic topic, int64_t records)
{
    struct nt_metric *gauge = metric(numbers, BUS_LAG, topic);
    if (gauge != NULL)
        nt_metric_set(gauge, (double)records);
}

void bus_committed(struct bus_numbers *numbers, int64_t took_ms)
{
    if (numbers->commit_s != NULL)
        nt_metric_observe(numbers->commit_s, (double)took_ms / 1000.0);
}

void bus_connected(struct bus_numbers *numbers, bool is_connected)
{
    if (numbers->connected != NULL)
        nt_metric_set(numbers->connected, is_connected ? 1 : 0);
}
