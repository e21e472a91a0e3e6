#include "app.h"

#include "curves.h"
#include "publish.h"

#include <collector/docker.h>
#include <collector/measure.h>
#include <fcntl.h>
#include <nt/clock.h>
#include <nt/contract.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/serve.h>
#include <nt/text.h>
#include <string.h>
#include <sys/file.h>
#include <sys/utsname.h>

enum {
    STATE_EVERY_MS = 30000,
    LINGER_MS = 50,
    GRACE_MS = 5000,
    FLUSH_MS = 2000,
    CATCH_UP_MAX = 30,       /* recorded intervals written at once when the clock ran ahead */
    MEASURE_LEAST_MS = 1000, /* in playback: the rest is measured no more often */
    EXPIRE_INTERVALS = 3,
    WRONG_INTERVALS = 2,
    WRONG_TWICE = 2, /* one late record says little: it may have waited for Kafka */
};

struct numbers {
    struct nt_metric *samples, *unsent, *uncached, *containers, *is_docker_ready;
};

struct app {
    const struct settings *settings;
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_http *http;
    struct nt_bus *bus;
    struct nt_cache *cache;
    struct nt_producer *producer;
    struct nt_view *view; /* pool and host.state */
    struct nt_serve *serve;
    struct reader *reader;
    struct measure *measure;
    struct docker *docker;
    struct playback *playback; /* the file; NULL: none */
    struct nt_timer *sample;
    struct nt_timer *state;
    struct numbers numbers;

    struct nt_load_clock clock;
    bool has_clock;
    bool is_playing; /* playback is there and the clock allows it */
    bool has_refused;
    bool are_topics_there;
    bool has_sampled;
    int64_t last_wall_ms; /* of the sample before; 0: none */
    int64_t next_at_ms;   /* playback: end of the next recorded interval, load time */
    int64_t measured_mono_ms;
    struct usage measured_host; /* playback: what was measured last, beside the curves */
    int wrong_in_a_row;

    struct host_facts facts;
    struct utsname kernel;
    char boot[64];
    struct gpu gpus[GPUS_MAX];
    size_t gpus_count;
    int lock_fd;
};

/* --- host.state ------------------------------------------------------------------------------ */

static void send_state(void *arg)
{
    struct app *app = arg;
    struct nt_error err = NT_ERROR_INIT;
    struct capacity capacity;
    nt_timer_start(app->state, STATE_EVERY_MS, 0);
    if (!app->are_topics_there)
        return;
    if (measure_capacity(app->measure, &capacity, &err) == 0)
        app->facts.capacity = capacity;
    else if (app->facts.capacity.cpu_milli == 0) {
        nt_log(NT_WARN, "host_not_measured", NT_KV("reason", err.message));
        nt_timer_start(app->state, app->settings->interval_ms, 0);
        return; /* nothing is known yet: no capacity is no news */
    }
    app->facts.source = app->is_playing ? "playback" : "cgroup";
    app->facts.gpus_count = app->gpus_count;
    if (publish_state(app->producer, &app->facts, nt_wall_ms(), NULL, NULL, &err) < 0)
        nt_log(NT_WARN, "state_not_sent", NT_KV("reason", err.message));
}

static void send_state_if_changed(struct app *app, const struct capacity *capacity)
{
    if (capacity->cpu_milli != app->facts.capacity.cpu_milli ||
        capacity->mem_bytes != app->facts.capacity.mem_bytes)
        send_state(app);
}

static void find_gpus(void *arg)
{
    struct app *app = arg;
    app->gpus_count = gpu_list("libnvidia-ml.so.1", app->gpus);
}

static void on_gpus(void *arg, bool cancelled)
{
    struct app *app = arg;
    if (!cancelled && app->gpus_count > 0)
        send_state(app);
}

/* --- samples --------------------------------------------------------------------------------- */

static void on_load_sent(void *arg, int status)
{
    struct app *app = arg;
    if (status < 0)
        nt_metric_add(app->numbers.unsent, 1);
}

static void on_cached(void *arg, int status)
{
    struct app *app = arg;
    if (status < 0)
        nt_metric_add(app->numbers.uncached, 1); /* ignored: the next interval brings it again */
}

static void send_record(struct app *app, const struct record *record, int64_t wall_interval_ms)
{
    struct nt_error err = NT_ERROR_INIT;
    int64_t expire_ms = EXPIRE_INTERVALS * (wall_interval_ms > app->settings->interval_ms
                                                ? wall_interval_ms
                                                : (int64_t)app->settings->interval_ms);
    if (publish_load(app->producer, record, app->gpus_count, on_load_sent, app, &err) < 0) {
        nt_metric_add(app->numbers.unsent, 1);
        nt_log(NT_WARN, "load_not_sent", NT_KV("reason", err.message));
    }
    if (publish_current(app->cache, record, app->gpus_count, expire_ms, on_cached, app, &err) < 0)
        nt_log(NT_WARN, "load_not_cached", NT_KV("reason", err.message));
    nt_metric_add(app->numbers.samples, 1);
    app->has_sampled = true;
}

static void on_container_gone(void *arg, const char *id)
{
    struct app *app = arg;
    docker_forget(app->docker, id);
}

/* 0, -EAGAIN (no rate yet) or a failure that was logged. */
static int measure_now(struct app *app, struct nt_arena *arena, struct record *record)
{
    struct nt_error err = NT_ERROR_INIT;
    int status =
        measure_take(app->measure, nt_mono_ms(), arena, record, on_container_gone, app, &err);
    if (status < 0 && status != -EAGAIN)
        nt_log(NT_WARN, "host_not_measured", NT_KV("reason", err.message));
    return status;
}

static void sample_measured(struct app *app)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    int64_t wall_ms = nt_wall_ms();
    int64_t last_wall_ms = app->last_wall_ms;
    struct record record = {.host = app->settings->host, .at_ms = nt_load_ms(&app->clock, wall_ms)};
    app->last_wall_ms = wall_ms;
    nt_timer_start(app->sample, app->settings->interval_ms, 0);
    if (measure_now(app, &arena, &record) < 0)
        return;
    send_state_if_changed(app, &record.capacity);
    record.interval_ms = last_wall_ms > 0 ? record.at_ms - nt_load_ms(&app->clock, last_wall_ms)
                                          : app->settings->interval_ms;
    if (record.interval_ms <= 0 || record.interval_ms > INT32_MAX)
        return; /* the wall clock was set: the next interval is whole again */
    record_compact(&record);
    send_record(app, &record, app->settings->interval_ms);
}

/* --- playback -------------------------------------------------------------------------------- */

static void play_one(struct app *app, int64_t at_ms, int64_t interval_ms)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct record record = {
        .host = app->settings->host, .at_ms = at_ms, .interval_ms = interval_ms};
    int64_t mono_ms = nt_mono_ms();
    int status = measure_now(app, &arena, &record);
    if (status < 0 && status != -EAGAIN)
        return;
    /* Rates over a fraction of a second are noise: between, the last ones stand. */
    if (status == 0 && mono_ms - app->measured_mono_ms >= MEASURE_LEAST_MS) {
        app->measured_mono_ms = mono_ms;
        app->measured_host = record.usage;
    }
    record.usage = app->measured_host;
    record_play(&record, app->playback);
    record_compact(&record);
    send_state_if_changed(app, &record.capacity);
    send_record(app, &record, (int64_t)((double)interval_ms / app->clock.rate));
}

static void sample_recorded(struct app *app)
{
    int64_t interval_ms = playback_interval_ms(app->clock.rate);
    int64_t now_ms = nt_load_ms(&app->clock, nt_wall_ms());
    if (app->next_at_ms == 0)
        app->next_at_ms = (now_ms / interval_ms + 1) * interval_ms;
    for (int i = 0; i < CATCH_UP_MAX && app->next_at_ms <= now_ms; i++) {
        play_one(app, app->next_at_ms, interval_ms);
        app->next_at_ms += interval_ms;
    }
    if (app->next_at_ms <= now_ms) /* far behind: what was missed is a gap, not a flood */
        app->next_at_ms = (now_ms / interval_ms + 1) * interval_ms;
    int64_t wait_ms = nt_load_to_wall_ms(&app->clock, app->next_at_ms) - nt_wall_ms();
    nt_timer_start(app->sample, wait_ms > 0 ? (uint64_t)wait_ms : 1, 0);
}

static void on_sample_time(void *arg)
{
    struct app *app = arg;
    nt_metric_set(app->numbers.containers, (double)measure_count(app->measure));
    nt_metric_set(app->numbers.is_docker_ready, docker_is_ready(app->docker));
    if (app->is_playing)
        sample_recorded(app);
    else
        sample_measured(app);
}

/* --- what comes in --------------------------------------------------------------------------- */

static void on_containers(void *arg)
{
    struct app *app = arg;
    size_t count = 0;
    const struct docker_container *containers = docker_containers(app->docker, &count);
    measure_sync(app->measure, containers, count);
}

static void on_docker_trouble(void *arg, const char *story)
{
    (void)arg;
    nt_log(NT_WARN, "docker_unreachable", NT_KV("reason", story));
}

static void use_clock(struct app *app, const struct nt_clock *clock)
{
    const struct nt_load_clock next = {
        .load0_ms = clock->load0_ms, .wall0_ms = clock->wall0_ms, .rate = clock->rate};
    bool is_new = !app->has_clock || next.load0_ms != app->clock.load0_ms ||
                  next.wall0_ms != app->clock.wall0_ms || next.rate != app->clock.rate;
    if (!is_new)
        return;
    app->clock = next;
    app->has_clock = true;
    app->is_playing = app->playback != NULL && curves_are_allowed(&next);
    app->next_at_ms = 0;
    if (app->playback != NULL && !app->is_playing && !app->has_refused) {
        app->has_refused = true;
        nt_log(NT_ERROR, "playback_refused",
               NT_KV("reason", "load time is wall time here: real load is measured"));
    }
    nt_log(NT_INFO, "clock_learned", NT_KV("rate", next.rate), NT_KV("playback", app->is_playing));
    nt_timer_start(app->sample, 0, 0);
    send_state(app);
}

/* Our own last record: Kafka's time of append tells whether our clock is right. */
static void check_clock(struct app *app, const struct nt_message *message,
                        const struct nt_host_state *state)
{
    int64_t behind_ms = message->append_ms - state->at_ms;
    int64_t most_ms = WRONG_INTERVALS * (int64_t)app->settings->interval_ms;
    bool is_wrong = behind_ms > most_ms || behind_ms < -most_ms;
    app->wrong_in_a_row = is_wrong ? app->wrong_in_a_row + 1 : 0;
    bool says_wrong = app->wrong_in_a_row >= WRONG_TWICE;
    if (is_wrong && !says_wrong)
        nt_timer_start(app->state, 1000, 0); /* look again soon */
    if (says_wrong == app->facts.is_clock_wrong)
        return;
    app->facts.is_clock_wrong = says_wrong;
    nt_log(says_wrong ? NT_ERROR : NT_INFO, says_wrong ? "clock_wrong" : "clock_right",
           NT_KV("behind_ms", behind_ms));
    send_state(app);
}

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    struct app *app = arg;
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    if (message->value.len == 0)
        return 0;
    if (message->topic == NT_TOPIC_POOL) {
        struct nt_pool *pool = NULL;
        int status = nt_pool_decode(&arena, message->value, &pool, err);
        if (status < 0)
            return status;
        use_clock(app, &pool->clock);
        return 0;
    }
    if (message->is_replay || !nt_text_is(message->key, app->settings->host))
        return 0;
    struct nt_host_state *state = NULL;
    int status = nt_host_state_decode(&arena, message->value, &state, err);
    if (status < 0)
        return status;
    if (nt_text_is(state->boot, app->boot))
        check_clock(app, message, state);
    return 0;
}

static void on_topics(void *arg)
{
    struct app *app = arg;
    static const enum nt_topic topics[] = {NT_TOPIC_POOL, NT_TOPIC_HOST_STATE};
    const struct nt_view_options options = {
        .topics = topics, .topics_count = NT_COUNT(topics), .on_message = on_message, .arg = app};
    struct nt_error err = NT_ERROR_INIT;
    app->are_topics_there = true;
    if (nt_view_open(app->bus, &options, &app->view, &err) < 0) {
        nt_log(NT_ERROR, "view_not_opened", NT_KV("reason", err.message));
        nt_loop_quit(app->loop, EXIT_FAILURE);
        return;
    }
    send_state(app);
}

/* --- life ------------------------------------------------------------------------------------ */

static const char *why_not_ready(void *arg)
{
    const struct app *app = arg;
    if (!app->are_topics_there || !nt_bus_is_connected(app->bus))
        return "Kafka";
    if (!docker_is_ready(app->docker))
        return "Docker";
    if (!app->has_clock)
        return "the balancer's clock";
    return app->has_sampled ? NULL : "the first sample";
}

static int take_lock(struct app *app, struct nt_error *err)
{
    const char *path = app->settings->lock_file;
    if (path[0] == '\0')
        return 0;
    app->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (app->lock_fd < 0)
        return nt_fail(err, -errno, "cannot open the lock %s: %s", path, strerror(errno));
    if (flock(app->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return nt_fail(err, -EBUSY,
                       "another collector holds %s: stop it, or name another lock by "
                       "NEAPTIDE_COLLECTOR_LOCK_FILE",
                       path);
    return 0;
}

static void look_at_machine(struct app *app)
{
    char path[256];
    (void)uname(&app->kernel);
    (void)snprintf(path, sizeof(path), "%s/sys/kernel/random/boot_id", app->settings->proc);
    NT_CLEANUP(nt_fclose_p) FILE *file = fopen(path, "re");
    if (file == NULL || fgets(app->boot, sizeof(app->boot), file) == NULL)
        (void)snprintf(app->boot, sizeof(app->boot), "unknown");
    app->boot[strcspn(app->boot, "\n")] = '\0';
    app->facts = (struct host_facts){.host = app->settings->host,
                                     .role = app->settings->role,
                                     .slice = app->settings->slice,
                                     .cgroup = reader_layout(app->reader),
                                     .boot = app->boot,
                                     .kernel = app->kernel.release,
                                     .gpus = app->gpus};
}

static void make_numbers(struct app *app)
{
    struct nt_metrics *metrics = app->metrics = nt_metrics_new();
    app->numbers = (struct numbers){
        .samples = nt_metrics_counter(metrics, "neaptide_collector_samples_total", NULL,
                                      "Records of this host that were made"),
        .unsent = nt_metrics_counter(metrics, "neaptide_collector_unsent_total", NULL,
                                     "Records that Kafka did not take"),
        .uncached = nt_metrics_counter(metrics, "neaptide_collector_uncached_total", NULL,
                                       "Records that Redis did not take"),
        .containers = nt_metrics_gauge(metrics, "neaptide_collector_containers", NULL,
                                       "Containers that are read"),
        .is_docker_ready = nt_metrics_gauge(metrics, "neaptide_collector_docker_up", NULL,
                                            "1 while Docker answers"),
    };
}

static int open_all(struct app *app, struct nt_error *err)
{
    const struct settings *settings = app->settings;
    enum nt_log_level level = NT_INFO;
    int status = nt_log_level_parse(settings->common.log_level, &level);
    if (status < 0)
        return nt_fail(err, status, "NEAPTIDE_LOG_LEVEL must be debug, info, warn or error");
    nt_log_set_level(level);
    if ((status = take_lock(app, err)) < 0 ||
        (status = reader_open(settings->proc, &app->reader, err)) < 0)
        return status;
    if (settings->playback_file[0] != '\0' &&
        (status = curves_load(settings->playback_file, &app->playback, err)) < 0)
        return status;
    make_numbers(app);
    look_at_machine(app);
    app->measure = measure_new(app->reader, settings->slice);

    const struct nt_bus_options bus = {.metrics = app->metrics,
                                       .brokers = settings->common.kafka,
                                       .service = "collector",
                                       .instance = settings->host};
    struct nt_bus_options with_loop = bus;
    if ((status = nt_loop_new(&app->loop, err)) < 0)
        return status;
    with_loop.loop = app->loop;
    const struct nt_serve_options serve = {.loop = app->loop,
                                           .metrics = app->metrics,
                                           .listen = settings->listen,
                                           .ready = why_not_ready,
                                           .ready_arg = app};
    app->sample = nt_timer_new(app->loop, on_sample_time, app);
    app->state = nt_timer_new(app->loop, send_state, app);
    if ((status = nt_http_open(app->loop, &app->http, err)) < 0 ||
        (status = nt_bus_open(&with_loop, &app->bus, err)) < 0 ||
        (status = nt_producer_open(app->bus, LINGER_MS, &app->producer, err)) < 0 ||
        (status = nt_cache_open(app->loop, settings->common.redis, &app->cache, err)) < 0 ||
        (status = nt_serve_open(&serve, &app->serve, err)) < 0)
        return status;

    const struct docker_options docker = {.loop = app->loop,
                                          .http = app->http,
                                          .socket = settings->docker_socket,
                                          .cluster = settings->cluster,
                                          .on_change = on_containers,
                                          .on_trouble = on_docker_trouble,
                                          .arg = app};
    app->docker = docker_open(&docker);
    static const enum nt_topic topics[] = {NT_TOPIC_POOL, NT_TOPIC_HOST_STATE, NT_TOPIC_HOST_LOAD};
    nt_bus_await_topics(app->bus, topics, NT_COUNT(topics), on_topics, app);
    nt_work(app->loop, find_gpus, on_gpus, app);
    return 0;
}

int app_new(const struct settings *settings, struct app **ret_app, struct nt_error *err)
{
    NT_CLEANUP(app_free_p) struct app *app = nt_zalloc(sizeof(*app));
    app->settings = settings;
    app->lock_fd = -1;
    int status = open_all(app, err);
    if (status < 0)
        return status;
    *ret_app = nt_take(app);
    return 0;
}

void app_free(struct app *app)
{
    if (app == NULL)
        return;
    nt_timer_free(app->sample);
    nt_timer_free(app->state);
    docker_close(app->docker);
    if (app->view != NULL)
        nt_view_close(app->view);
    if (app->producer != NULL)
        nt_producer_close(app->producer, FLUSH_MS);
    nt_cache_close(app->cache);
    nt_bus_close(app->bus);
    if (app->http != NULL)
        nt_http_close(app->http);
    if (app->serve != NULL)
        nt_serve_close(app->serve);
    nt_loop_free(app->loop); /* also waits for work on the pool that uses us */
    measure_free(app->measure);
    reader_close(app->reader);
    playback_free(app->playback);
    nt_metrics_free(app->metrics);
    if (app->lock_fd >= 0)
        (void)close(app->lock_fd);
    free(app);
}

static void on_stop(void *arg)
{
    struct app *app = arg;
    nt_timer_stop(app->sample);
    nt_timer_stop(app->state);
    nt_loop_quit(app->loop, EXIT_SUCCESS);
}

int app_run(struct app *app)
{
    nt_log(NT_INFO, "collector_started", NT_KV("host", app->settings->host),
           NT_KV("slice", app->settings->slice), NT_KV("cgroup", app->facts.cgroup),
           NT_KV("port", nt_serve_port(app->serve)));
    int exit_code = nt_loop_run(app->loop, on_stop, app, GRACE_MS);
    nt_log(NT_INFO, "collector_stopped", NT_KV("exit_code", exit_code));
    return exit_code;
}
