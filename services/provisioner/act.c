/* One step, carried out. Every way through here ends with server_done(). */
#include "fleet.h"
#include "probe.h"

#include <jansson.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>

enum { READY_MAX_MS = 8000 };

static void on_done(void *arg, const struct nt_error *err)
{
    server_done(arg, err);
}

/* --- create ---------------------------------------------------------------------------------- */

static void on_created(void *arg, const struct nt_error *err)
{
    struct server *server = arg;
    struct fleet *fleet = server->fleet;
    if (err->code == -ENOENT && !server->was_image_loaded && server->placement != NULL &&
        !fleet->is_closing) {
        image_wait(server);
        return;
    }
    server->was_image_loaded = false;
    server_done(server, err);
}

static void act_create(struct server *server)
{
    const struct settings *settings = server->fleet->options.settings;
    struct nt_error err = NT_ERROR_INIT;
    struct spec spec;
    struct spec_options options = {.host = settings->host,
                                   .publish_address = settings->publish_address};
    if (spec_make(&server->step_arena, server->placement, &options, &spec, &err) < 0) {
        server_done(server, &err);
        return;
    }
    docker_create(server->fleet->docker, &spec, server->id, settings->cluster, on_created, server);
}

/* --- the target's health --------------------------------------------------------------------- */

static void on_ready(void *arg, const struct nt_error *probe_err)
{
    struct server *server = arg;
    if (probe_err->code == -ECANCELED) {
        server_done(server, probe_err);
        return;
    }
    if (probe_err->code != 0) /* it has started: the move is done, the owner sees what it does */
        nt_log(NT_WARN, "moved_server_silent", NT_KV("server", server->id),
               NT_KV("reason", probe_err->message));
    struct nt_error err = NT_ERROR_INIT;
    struct mark mark = server->mark;
    mark.step = MARK_RUNNING;
    mark.started_at_ms = mark.at_ms = nt_wall_ms();
    (void)server_set_mark(server, &mark, &err);
    server_done(server, &err);
}

static void act_await_ready(struct server *server)
{
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    const struct nt_spec *spec = &server->placement->spec;
    int32_t ports[PROBE_PORTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < spec->services_count && count < PROBE_PORTS_MAX; i++)
        ports[count++] = spec->services[i].port;
    probe_start(server->fleet->options.loop, live->ip, ports, count, READY_MAX_MS, on_ready,
                server);
}

/* --- the rest -------------------------------------------------------------------------------- */

static void act_mark(struct server *server)
{
    struct nt_error err = NT_ERROR_INIT;
    (void)server_set_mark(server, &server->step.mark, &err);
    server_done(server, &err);
}

static void act_remove(struct server *server)
{
    for (size_t i = 0; i < server->seen_count; i++) {
        if (nt_text_is(server->seen[i].id, server->step.container)) {
            docker_remove(server->fleet->docker, &server->seen[i], on_done, server);
            return;
        }
    }
    struct nt_error err = NT_ERROR_INIT;
    (void)nt_fail(&err, -ENOENT, "the container to remove is gone");
    server_done(server, &err);
}

static void on_swept(void *arg, const struct nt_error *err)
{
    struct server *server = arg;
    server->is_swept = err->code == 0;
    server_done(server, err);
}

void server_act(struct server *server)
{
    struct docker *docker = server->fleet->docker;
    const struct step *step = &server->step;
    switch (step->act) {
    case ACT_CREATE:
        act_create(server);
        return;
    case ACT_UPDATE:
        docker_update(docker, step->container, step->cpu_milli, step->mem_bytes, on_done, server);
        return;
    case ACT_START:
        server->crash_starts += step->is_crash;
        docker_start(docker, step->container, on_done, server);
        return;
    case ACT_STOP:
        docker_stop(docker, step->container, on_done, server);
        return;
    case ACT_SWEEP:
        docker_sweep(docker, server->id, server->fleet->options.settings->cluster, on_swept,
                     server);
        return;
    case ACT_RENAME:
        docker_rename(docker, step->container, step->name, on_done, server);
        return;
    case ACT_REMOVE:
        act_remove(server);
        return;
    case ACT_MARK:
        act_mark(server);
        return;
    case ACT_COPY:
        take_start(server, false);
        return;
    case ACT_FINISH:
        take_start(server, true);
        return;
    case ACT_AWAIT_READY:
        act_await_ready(server);
        return;
    case ACT_NONE:
    case ACT_WAIT:
        break;
    }
    struct nt_error err = NT_ERROR_INIT;
    server_done(server, &err);
}
