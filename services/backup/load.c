#include "app.h"

#include <backup/restore.h>
#include <nt/log.h>
#include <nt/text.h>

#include <string.h>

enum { FLUSH_MS = 5000, AT_ONCE = 1000 };

struct loading {
    struct link link;
    const struct settings *settings;
    struct backup *backup;
    struct nt_producer *producer;
    struct nt_arena arena; /* what was renewed */
    struct nt_timer *send;
    size_t next; /* index of the record to be sent */
    int64_t sent, acknowledged;
    int64_t found; /* records that were in Kafka before */
    const char *found_in;
};

static void end_when_done(struct loading *loading)
{
    if (loading->next == loading->backup->records_count && loading->acknowledged == loading->sent) {
        nt_log(NT_INFO, "backup_restored", NT_KV("records", loading->sent),
               NT_KV("from_cluster", loading->backup->cluster),
               NT_KV("to_cluster", loading->settings->cluster));
        nt_loop_quit(loading->link.loop, EXIT_SUCCESS);
    }
}

static void on_sent(void *arg, int status)
{
    struct loading *loading = arg;
    if (status < 0) {
        struct nt_error err = NT_ERROR_INIT;
        (void)nt_fail(&err, status, "Kafka did not take a record (%s)", strerror(-status));
        link_fail(&loading->link, &err);
        return;
    }
    loading->acknowledged++;
    link_moved(&loading->link);
    end_when_done(loading);
}

/* 1 when sent, 0 when left out, -ENOBUFS: later. */
static int send_record(struct loading *loading, const struct backup_record *saved,
                       struct nt_error *err)
{
    if (!backup_restores(saved->topic))
        return 0;
    struct backup_record record = *saved;
    int status = backup_renew(&loading->arena, loading->settings->cluster, &record, err);
    if (status < 0)
        return nt_wrap(err, "%s of %s", record.key, nt_topics[record.topic].name);
    const struct nt_record out = {.topic = record.topic, .key = record.key, .value = record.value};
    status = nt_producer_send(loading->producer, &out, on_sent, loading);
    if (status == -ENOBUFS || status == -EAGAIN)
        return -ENOBUFS;
    return status < 0 ? nt_fail(err, status, "cannot send a record: %s", strerror(-status)) : 1;
}

static void send_some(void *arg)
{
    struct loading *loading = arg;
    const struct backup *backup = loading->backup;
    for (int i = 0; i < AT_ONCE && loading->next < backup->records_count; i++) {
        struct nt_error err = NT_ERROR_INIT;
        int status = send_record(loading, &backup->records[loading->next], &err);
        if (status == -ENOBUFS)
            break;
        if (status < 0) {
            link_fail(&loading->link, &err);
            return;
        }
        loading->sent += status;
        loading->next++;
        nt_arena_reset(&loading->arena);
    }
    end_when_done(loading);
    if (loading->next < backup->records_count)
        nt_timer_start(loading->send, 1, 0);
}

/* --- only into an empty Kafka ----------------------------------------------------------------- */

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    (void)err;
    struct loading *loading = arg;
    loading->found++;
    loading->found_in = nt_topics[message->topic].name;
    link_moved(&loading->link);
    return 0;
}

static void on_ready(void *arg)
{
    struct loading *loading = arg;
    struct nt_error err = NT_ERROR_INIT;
    if (loading->found > 0) {
        (void)nt_fail(&err, -EEXIST,
                      "this Kafka is not empty (%lld records, some in %s), and a restore would "
                      "overwrite what it decided since",
                      (long long)loading->found, loading->found_in);
        link_fail(&loading->link, &err);
        return;
    }
    if (nt_producer_open(loading->link.bus, 0, &loading->producer, &err) < 0) {
        link_fail(&loading->link, &err);
        return;
    }
    send_some(loading);
}

static void on_topics(void *arg, const struct nt_error *err)
{
    struct loading *loading = arg;
    if (err->code < 0) {
        link_fail(&loading->link, err);
        return;
    }
    link_moved(&loading->link);
    link_read(&loading->link, on_message, on_ready, loading);
}

static void load_close(struct loading *loading)
{
    nt_timer_free(loading->send);
    if (loading->producer != NULL)
        nt_producer_close(loading->producer, FLUSH_MS);
    link_close(&loading->link);
    nt_arena_deinit(&loading->arena);
    backup_free(loading->backup);
}

int load(const struct settings *settings, FILE *in, struct nt_error *err)
{
    struct loading loading = {.settings = settings};
    nt_arena_init(&loading.arena);
    int status = backup_read(in, &loading.backup, err);
    if (status == 0 && nt_text_is(loading.backup->cluster, settings->cluster))
        status = nt_fail(err, -EEXIST,
                         "the backup was taken from this very Kafka, which is still there");
    if (status == 0)
        status = link_open(&loading.link, settings, err);
    if (status == 0) {
        loading.send = nt_timer_new(loading.link.loop, send_some, &loading);
        nt_bus_create_topics(loading.link.bus, on_topics, &loading);
        status = link_run(&loading.link, err);
    }
    load_close(&loading);
    return status;
}
