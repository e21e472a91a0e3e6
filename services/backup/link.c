#include "app.h"

#include <backup/restore.h>

enum { PATIENCE_MS = 60000 };

void link_fail(struct link *link, const struct nt_error *err)
{
    if (link->err.code == 0)
        link->err = *err;
    nt_loop_quit(link->loop, EXIT_FAILURE);
}

void link_moved(struct link *link)
{
    nt_timer_start(link->patience, PATIENCE_MS, 0);
}

static void on_patience_end(void *arg)
{
    struct link *link = arg;
    struct nt_error err = NT_ERROR_INIT;
    (void)nt_fail(&err, -ETIMEDOUT, "Kafka does not answer, or its topics are missing");
    link_fail(link, &err);
}

int link_open(struct link *link, const struct settings *settings, struct nt_error *err)
{
    int status = nt_loop_new(&link->loop, err);
    if (status < 0)
        return status;
    link->patience = nt_timer_new(link->loop, on_patience_end, link);
    link_moved(link);
    const struct nt_bus_options options = {.loop = link->loop,
                                           .brokers = settings->common.kafka,
                                           .service = "backup",
                                           .instance = "operator"};
    return nt_bus_open(&options, &link->bus, err);
}

void link_close(struct link *link)
{
    nt_timer_free(link->patience);
    if (link->view != NULL)
        nt_view_close(link->view);
    nt_bus_close(link->bus);
    nt_loop_free(link->loop);
}

void link_read(struct link *link, nt_on_message on_message, void (*on_ready)(void *arg), void *arg)
{
    enum nt_topic topics[NT_TOPIC_COUNT];
    size_t count = 0;
    for (int topic = 0; topic < NT_TOPIC_COUNT; topic++) {
        if (backup_has((enum nt_topic)topic))
            topics[count++] = (enum nt_topic)topic;
    }
    const struct nt_view_options options = {.topics = topics,
                                            .topics_count = count,
                                            .on_message = on_message,
                                            .on_ready = on_ready,
                                            .arg = arg};
    struct nt_error err = NT_ERROR_INIT;
    if (nt_view_open(link->bus, &options, &link->view, &err) < 0)
        link_fail(link, &err);
}

int link_run(struct link *link, struct nt_error *err)
{
    if (nt_loop_run(link->loop, NULL, NULL, 0) == 0)
        return 0;
    if (link->err.code == 0)
        return nt_fail(err, -EINTR, "told to stop");
    *err = link->err;
    return link->err.code;
}
