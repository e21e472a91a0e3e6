/*
 * neaptide-history: writes the recorded past of this host. In an installation whose clock is not
 * wall time it takes the containers that run here, and their curves, and writes host.load records
 * of five minutes for the days before the clock's begin, as fast as Kafka takes them; then it ends.
 * The forecaster rolls them up like any others. Doing it twice changes nothing: closed slots are
 * final.
 */
#include "curves.h"
#include "publish.h"
#include "settings.h"

#include <collector/docker.h>
#include <collector/measure.h>
#include <nt/contract.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>

enum {
    SLOT_MS = 300000,
    BATCH = 100,
    UNACKNOWLEDGED_MAX = 2000,
    LINGER_MS = 20,
    PATIENCE_MS = 60000, /* without any progress */
    FLUSH_MS = 5000,
};

struct history {
    const struct settings *settings;
    struct nt_loop *loop;
    struct nt_http *http;
    struct nt_bus *bus;
    struct nt_producer *producer;
    struct nt_view *view;
    struct nt_timer *write;
    struct nt_timer *patience;
    struct docker *docker;
    struct playback *playback;
    struct capacity capacity;
    struct nt_load_clock clock;
    bool has_clock;
    int64_t next_at_ms; /* end of the next slot; 0: not begun */
    int64_t end_ms;
    int64_t unacknowledged, written;
};

static void give_up(struct history *history, const char *reason)
{
    nt_log(NT_ERROR, "history_not_written", NT_KV("reason", reason),
           NT_KV("records", history->written));
    nt_loop_quit(history->loop, EXIT_FAILURE);
}

static void on_patience_end(void *arg)
{
    struct history *history = arg;
    if (!history->has_clock)
        give_up(history, "there is no record in the pool's topic: does the balancer run?");
    else if (!docker_is_ready(history->docker))
        give_up(history, "Docker does not answer on NEAPTIDE_DOCKER_SOCKET");
    else
        give_up(history, "Kafka takes no records");
}

static void be_patient(struct history *history)
{
    nt_timer_start(history->patience, PATIENCE_MS, 0);
}

static void on_sent(void *arg, int status)
{
    struct history *history = arg;
    if (status < 0) {
        give_up(history, "Kafka refused a record");
        return;
    }
    history->unacknowledged--;
    history->written++;
    be_patient(history);
}

static int write_slot(struct history *history, struct nt_error *err)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    size_t count = 0;
    const struct docker_container *containers = docker_containers(history->docker, &count);
    struct record record = {
        .host = history->settings->host,
        .at_ms = history->next_at_ms,
        .interval_ms = SLOT_MS,
        .capacity = history->capacity,
        .servers = NT_ARRAY(&arena, count, struct server_record),
        .servers_count = count,
    };
    for (size_t i = 0; i < count; i++)
        record.servers[i] =
            (struct server_record){.server = containers[i].server,
                                   .name = containers[i].name,
                                   .generation = containers[i].generation,
                                   .container = nt_arena_text_n(&arena, containers[i].id, 12)};
    record_play(&record, history->playback);
    record_compact(&record);
    return publish_load(history->producer, &record, 0, on_sent, history, err);
}

static void write_some(void *arg)
{
    struct history *history = arg;
    for (int i = 0; i < BATCH && history->unacknowledged < UNACKNOWLEDGED_MAX &&
                    history->next_at_ms <= history->end_ms;
         i++) {
        struct nt_error err = NT_ERROR_INIT;
        int status = write_slot(history, &err);
        if (status == -ENOBUFS)
            break; /* again when Kafka has taken some */
        if (status < 0) {
            give_up(history, err.message);
            return;
        }
        history->unacknowledged++;
        history->next_at_ms += SLOT_MS;
    }
    if (history->next_at_ms > history->end_ms && history->unacknowledged == 0) {
        size_t count = 0;
        (void)docker_containers(history->docker, &count);
        nt_log(NT_INFO, "history_written", NT_KV("host", history->settings->host),
               NT_KV("records", history->written), NT_KV("servers", (int64_t)count),
               NT_KV("until_ms", history->end_ms));
        nt_loop_quit(history->loop, EXIT_SUCCESS);
        return;
    }
    nt_timer_start(history->write, 1, 0);
}

static void begin_when_ready(struct history *history)
{
    if (!history->has_clock || !docker_is_ready(history->docker) || history->next_at_ms != 0)
        return;
    if (!curves_are_allowed(&history->clock)) {
        give_up(history, "load time is wall time here: recorded history would be a lie");
        return;
    }
    history->end_ms = history->clock.load0_ms / SLOT_MS * SLOT_MS;
    history->next_at_ms =
        history->end_ms - history->settings->history_days * INT64_C(86400000) + SLOT_MS;
    be_patient(history);
    write_some(history);
}

static void on_containers(void *arg)
{
    begin_when_ready(arg);
}

static void on_docker_trouble(void *arg, const char *story)
{
    (void)arg;
    nt_log(NT_WARN, "docker_unreachable", NT_KV("reason", story));
}

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct history *history = arg;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_pool *pool = NULL;
    if (message->value.len == 0)
        return 0;
    int status = nt_pool_decode(&arena, message->value, &pool, err);
    if (status < 0)
        return status;
    history->clock = (struct nt_load_clock){.load0_ms = pool->clock.load0_ms,
                                            .wall0_ms = pool->clock.wall0_ms,
                                            .rate = pool->clock.rate};
    history->has_clock = true;
    begin_when_ready(history);
    return 0;
}

static void on_topics(void *arg)
{
    struct history *history = arg;
    static const enum nt_topic topics[] = {NT_TOPIC_POOL};
    const struct nt_view_options options = {.topics = topics,
                                            .topics_count = NT_COUNT(topics),
                                            .on_message = on_message,
                                            .arg = history};
    struct nt_error err = NT_ERROR_INIT;
    if (nt_view_open(history->bus, &options, &history->view, &err) < 0)
        give_up(history, err.message);
}

static void history_close(struct history *history)
{
    nt_timer_free(history->write);
    nt_timer_free(history->patience);
    docker_close(history->docker);
    if (history->view != NULL)
        nt_view_close(history->view);
    if (history->producer != NULL)
        nt_producer_close(history->producer, FLUSH_MS);
    nt_bus_close(history->bus);
    if (history->http != NULL)
        nt_http_close(history->http);
    nt_loop_free(history->loop);
    playback_free(history->playback);
}

static int learn_capacity(struct history *history, struct nt_error *err)
{
    NT_CLEANUP(reader_close_p) struct reader *reader = NULL;
    int status = reader_open(history->settings->proc, &reader, err);
    if (status < 0)
        return status;
    NT_CLEANUP(measure_free_p)
    struct measure *measure = measure_new(reader, history->settings->slice);
    return measure_capacity(measure, &history->capacity, err);
}

static int history_open(struct history *history, struct nt_error *err)
{
    const struct settings *settings = history->settings;
    if (settings->playback_file[0] == '\0')
        return nt_fail(err, -EINVAL,
                       "name the recorded curves by NEAPTIDE_COLLECTOR_PLAYBACK_FILE");
    int status = curves_load(settings->playback_file, &history->playback, err);
    if (status < 0 || (status = learn_capacity(history, err)) < 0 ||
        (status = nt_loop_new(&history->loop, err)) < 0)
        return status;
    history->write = nt_timer_new(history->loop, write_some, history);
    history->patience = nt_timer_new(history->loop, on_patience_end, history);
    const struct nt_bus_options bus = {.loop = history->loop,
                                       .brokers = settings->common.kafka,
                                       .service = "collector",
                                       .instance = settings->host};
    if ((status = nt_http_open(history->loop, &history->http, err)) < 0 ||
        (status = nt_bus_open(&bus, &history->bus, err)) < 0 ||
        (status = nt_producer_open(history->bus, LINGER_MS, &history->producer, err)) < 0)
        return status;
    const struct docker_options docker = {.loop = history->loop,
                                          .http = history->http,
                                          .socket = settings->docker_socket,
                                          .cluster = settings->cluster,
                                          .on_change = on_containers,
                                          .on_trouble = on_docker_trouble,
                                          .arg = history};
    history->docker = docker_open(&docker);
    static const enum nt_topic topics[] = {NT_TOPIC_POOL, NT_TOPIC_HOST_LOAD};
    nt_bus_await_topics(history->bus, topics, NT_COUNT(topics), on_topics, history);
    be_patient(history);
    return 0;
}

int main(int argc, char **argv)
{
    struct nt_error err = NT_ERROR_INIT;
    struct settings settings = {0};
    if (settings_load(&settings, argc, argv, &err) < 0)
        return nt_die(&err);
    NT_CLEANUP(history_close) struct history history = {.settings = &settings};
    if (history_open(&history, &err) < 0)
        return nt_die(&err);
    return nt_loop_run(history.loop, NULL, NULL, 0);
}
