/* The servers, and what makes their cycle turn: placements, Docker's events, time. */
#include "fleet.h"
#include "terminal.h"

#include <nt/arena.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <utlist.h>

enum {
    TICK_MS = 1000,
    LOOK_ALL_MS = 60000,       /* even if Docker told nothing */
    DOWN_SAID_AFTER_MS = 3000, /* an engine that restarts is no news */
    STABLE_MS = 60000,
};

/* --- entries --------------------------------------------------------------------------------- */

struct server *fleet_find(struct fleet *fleet, const char *id)
{
    struct server *server = NULL;
    HASH_FIND_STR(fleet->servers, id, server);
    return server;
}

static struct server *find_or_add(struct fleet *fleet, const char *id)
{
    struct server *server = fleet_find(fleet, id);
    if (server != NULL || strlen(id) >= sizeof(server->id))
        return server;
    server = nt_zalloc(sizeof(*server));
    server->fleet = fleet;
    (void)snprintf(server->id, sizeof(server->id), "%s", id);
    nt_arena_init(&server->placement_arena);
    nt_arena_init(&server->mark_arena);
    nt_arena_init(&server->seen_arena);
    nt_arena_init(&server->step_arena);
    server->writable_bytes = -1;
    server->mark = MARK_INIT;
    struct nt_error err = NT_ERROR_INIT;
    if (store_load_mark(fleet->options.store, &server->mark_arena, id, &server->mark, &err) < 0)
        nt_log(NT_ERROR, "mark_not_read", NT_KV("server", id), NT_KV("reason", err.message));
    HASH_ADD_STR(fleet->servers, id, server);
    nt_metric_set(fleet->known, HASH_COUNT(fleet->servers));
    return server;
}

static void server_free(struct server *server)
{
    nt_arena_deinit(&server->placement_arena);
    nt_arena_deinit(&server->mark_arena);
    nt_arena_deinit(&server->seen_arena);
    nt_arena_deinit(&server->step_arena);
    nt_buf_deinit(&server->told);
    free(server->upper_dir);
    free(server);
}

void server_world(struct server *server, struct world *ret_world)
{
    const struct settings *settings = server->fleet->options.settings;
    *ret_world = (struct world){
        .host = settings->host,
        .cluster = settings->cluster,
        .server = server->id,
        .now_ms = nt_wall_ms(),
        .trash_ms = settings->trash_s * INT64_C(1000),
        .grace_ms = settings->grace_s * INT64_C(1000),
        .placement = server->placement,
        .seen = server->seen,
        .seen_count = server->seen_count,
        .mark = server->mark,
        .crash_starts = server->crash_starts,
        .is_swept = server->is_swept,
    };
}

int server_set_mark(struct server *server, const struct mark *mark, struct nt_error *err)
{
    int result = store_save_mark(server->fleet->options.store, server->id, mark, err);
    if (result < 0)
        return result;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct mark copy = mark_dup(&arena, mark); /* it may point into the old one */
    nt_arena_deinit(&server->mark_arena);
    server->mark_arena = arena;
    server->mark = copy;
    give_check(server);
    return 0;
}

/* --- what makes it turn ---------------------------------------------------------------------- */

static bool is_ours(const struct server *server)
{
    const struct nt_placement *placement = server->placement;
    const char *host = server->fleet->options.settings->host;
    return placement != NULL && !nt_text_is(placement->desired, "deleted") &&
           (nt_text_is(placement->host, host) ||
            (placement->move != NULL && nt_text_is(placement->move->to, host)));
}

/* Most placements are other hosts': there is nothing to look at for them. */
static bool concerns_us(const struct server *server)
{
    const struct nt_placement *placement = server->placement;
    return server->seen_count > 0 || server->is_told ||
           (placement != NULL &&
            (is_ours(server) ||
             nt_text_is(placement->host, server->fleet->options.settings->host)));
}

static void on_servers(void *arg, const char *const *servers, size_t count,
                       const struct nt_error *err)
{
    struct fleet *fleet = arg;
    if (err->code != 0) {
        if (err->code != -ECANCELED)
            nt_log(NT_WARN, "list_failed", NT_KV("reason", err->message));
        fleet->looked_at_ms = 0; /* again with the next tick */
        return;
    }
    struct server *server = NULL;
    struct server *next = NULL;
    for (size_t i = 0; i < count; i++) {
        server = find_or_add(fleet, servers[i]);
        if (server != NULL)
            server_touch(server);
    }
    HASH_ITER(hh, fleet->servers, server, next)
    {
        if (concerns_us(server))
            server_touch(server);
    }
}

static void look_at_all(struct fleet *fleet)
{
    fleet->looked_at_ms = nt_mono_ms();
    docker_servers(fleet->docker, on_servers, fleet);
}

static void on_up(void *arg, const char *engine, const char *version)
{
    struct fleet *fleet = arg;
    struct nt_error err = NT_ERROR_INIT;
    (void)snprintf(fleet->engine, sizeof(fleet->engine), "%s", engine);
    (void)snprintf(fleet->engine_version, sizeof(fleet->engine_version), "%s", version);
    fleet->is_engine_right = store_claim_engine(fleet->options.store, engine, &err) == 0;
    if (!fleet->is_engine_right) {
        (void)snprintf(fleet->engine_fault, sizeof(fleet->engine_fault), "%s", err.message);
        nt_log(NT_ERROR, "engine_refused", NT_KV("reason", err.message));
        return;
    }
    nt_log(NT_INFO, "docker_connected", NT_KV("engine", engine), NT_KV("version", version));
    fleet->down_since_ms = 0;
    if (fleet->has_begun)
        look_at_all(fleet);
}

static void on_down(void *arg, const char *reason)
{
    struct fleet *fleet = arg;
    if (fleet->down_since_ms == 0) {
        fleet->down_since_ms = nt_mono_ms();
        nt_log(NT_WARN, "docker_lost", NT_KV("reason", reason));
    }
}

static void on_event(void *arg, const char *id)
{
    struct server *server = find_or_add(arg, id);
    if (server != NULL)
        server_touch(server);
}

static void tick_server(struct server *server, int64_t now_ms, bool is_down)
{
    if (is_down && is_ours(server) && !server->is_busy) {
        if (server->has_fault && nt_text_is(server->fault.code, "docker-gone"))
            return;
        server_fault(server, "docker-gone", "the Docker Engine does not answer");
        server_tell(server);
        return;
    }
    if (server->wake_at_ms > 0 && now_ms >= server->wake_at_ms) {
        server->wake_at_ms = 0;
        server_touch(server);
    }
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live != NULL && live->state == SEEN_RUNNING && now_ms - live->started_at_ms > STABLE_MS)
        server->crash_starts = 0;
    server_sample(server);
    if (server->is_told) /* only what changed is published */
        server_tell(server);
}

static void on_tick(void *arg)
{
    struct fleet *fleet = arg;
    int64_t now_ms = nt_wall_ms();
    bool is_down =
        fleet->down_since_ms > 0 && nt_mono_ms() - fleet->down_since_ms > DOWN_SAID_AFTER_MS;
    if (!fleet->has_begun)
        return;
    if (fleet_may_act(fleet) && nt_mono_ms() - fleet->looked_at_ms > LOOK_ALL_MS)
        look_at_all(fleet);
    struct server *server = NULL;
    struct server *next = NULL;
    HASH_ITER(hh, fleet->servers, server, next)
    {
        tick_server(server, now_ms, is_down);
    }
    fleet_turn(fleet);
}

int fleet_placement(struct fleet *fleet, const char *id, struct nt_span value,
                    const char *traceparent, struct nt_error *err)
{
    struct server *server = find_or_add(fleet, id);
    if (server == NULL)
        return nt_fail(err, -EBADMSG, "%.64s is not the id of a server", id);
    struct nt_placement *placement = NULL;
    if (value.len > 0) {
        struct nt_arena arena;
        nt_arena_init(&arena);
        int result = nt_placement_decode(&arena, value, &placement, err);
        if (result == 0 && !nt_text_is(placement->server, id))
            result = nt_fail(err, -EBADMSG, "the key %s and the server %.40s differ", id,
                             placement->server);
        if (result < 0) {
            nt_arena_deinit(&arena);
            return result;
        }
        nt_arena_deinit(&server->placement_arena);
        server->placement_arena = arena;
    }
    server->placement = placement;
    (void)snprintf(server->traceparent, sizeof(server->traceparent), "%s", traceparent);
    server->not_before_ms = 0; /* it may have become possible */
    if (server->take != NULL) {
        const struct nt_move *move = placement == NULL ? NULL : placement->move;
        if (move == NULL || !nt_text_is(move->id, server->mark.move) ||
            nt_text_is(move->phase, "recalled"))
            take_cancel(server);
    }
    if (concerns_us(server))
        server_touch(server);
    return 0;
}

void fleet_remember(struct fleet *fleet, const char *id)
{
    struct server *server = find_or_add(fleet, id);
    if (server != NULL)
        server->is_told = true; /* so that a tombstone is written if nothing is here */
}

void fleet_untold(struct fleet *fleet, const char *id)
{
    struct server *server = fleet_find(fleet, id);
    if (server != NULL) {
        nt_buf_reset(&server->told);
        server->is_told = true; /* the next tick tells */
    }
}

void fleet_begin(struct fleet *fleet)
{
    fleet->has_begun = true;
    if (docker_is_up(fleet->docker) && fleet->is_engine_right)
        look_at_all(fleet);
}

const char *fleet_trouble(const struct fleet *fleet)
{
    if (!docker_is_up(fleet->docker))
        return "the Docker Engine does not answer";
    if (!fleet->is_engine_right)
        return fleet->engine_fault;
    return fleet->has_begun ? NULL : "reading the placements";
}

/* --- life ------------------------------------------------------------------------------------ */

struct fleet *fleet_new(const struct fleet_options *options)
{
    struct fleet *fleet = nt_zalloc(sizeof(*fleet));
    fleet->options = *options;
    fleet->queue_end = &fleet->queue;
    struct nt_metrics *metrics = options->metrics;
    fleet->steps = nt_metrics_counter(metrics, "neaptide_provisioner_steps_total", NULL,
                                      "Steps carried out to make Docker match the placements.");
    fleet->failures = nt_metrics_counter(metrics, "neaptide_provisioner_step_failures_total", NULL,
                                         "Steps that failed and will be tried again.");
    fleet->known = nt_metrics_gauge(metrics, "neaptide_provisioner_servers", NULL,
                                    "Servers with a placement or a container known here.");
    struct docker_options docker = {
        .loop = options->loop,
        .http = options->http,
        .socket = options->settings->docker_socket,
        .on_up = on_up,
        .on_down = on_down,
        .on_event = on_event,
        .arg = fleet,
    };
    fleet->docker = docker_new(&docker);
    fleet->tick = nt_timer_new(options->loop, on_tick, fleet);
    nt_timer_start(fleet->tick, TICK_MS, TICK_MS);
    return fleet;
}

void fleet_shut(struct fleet *fleet)
{
    fleet->is_closing = true;
    nt_timer_stop(fleet->tick);
    docker_shut(fleet->docker);
    terminal_shut(fleet);
    struct server *server = NULL;
    struct server *next = NULL;
    HASH_ITER(hh, fleet->servers, server, next)
    {
        give_drop(server);
        if (server->take != NULL)
            take_cancel(server);
    }
}

bool fleet_is_idle(const struct fleet *fleet)
{
    if (fleet->busy_count > 0 || fleet->file_jobs > 0 || fleet->file_sends > 0)
        return false;
    for (const struct server *server = fleet->servers; server != NULL; server = server->hh.next) {
        if (server->is_measuring || server->is_rating)
            return false;
    }
    return true;
}

void fleet_free(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    struct server *server = NULL;
    struct server *next = NULL;
    HASH_ITER(hh, fleet->servers, server, next)
    {
        HASH_DEL(fleet->servers, server); /* NOLINT(clang-analyzer-unix.Malloc): uthash relinks */
        server_free(server);
    }
    docker_free(fleet->docker);
    nt_timer_free(fleet->tick);
    free(fleet);
}
