/* What is said about a server: when it changed, and what is looked up for it now and then. */
#include "fleet.h"
#include "terminal.h"

#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/procfs.h>
#include <provisioner/tree.h>
#include <string.h>

enum {
    MEASURE_FIRST_MS = 3000,
    MEASURE_EVERY_MS = 300000,
    SERVICES_MAX = 16,
};

/* --- publishing ------------------------------------------------------------------------------ */

static void told(struct server *server, const struct nt_buf *bytes)
{
    nt_buf_reset(&server->told);
    if (bytes != NULL)
        (void)nt_buf_add(&server->told, bytes->data, bytes->len);
    server->is_told = bytes != NULL;
}

void server_tell(struct server *server)
{
    const struct fleet_options *options = &server->fleet->options;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    struct world world;
    server_world(server, &world);
    if (server->take != NULL)
        take_progress(server->take, &world.mark);
    struct nt_observed observed;
    struct observe_extra extra = {
        .boot = options->boot,
        .address = options->settings->host_address,
        .acted_revision = server->acted_revision,
        .ssh_sessions = server->ssh_sessions,
        .terminals = terminal_count(server),
        .writable_bytes = server->writable_bytes,
        .net_up_bps = server->rate.up_bps,
        .net_down_bps = server->rate.down_bps,
        .waiting_for = server->is_image_due   ? "image"
                       : server->take != NULL ? "copy"
                                              : NULL,
        .fault = server->has_fault ? &server->fault : NULL,
    };
    if (!observe(&arena, &world, &extra, &observed)) {
        if (server->is_told &&
            options->publish(options->arg, server->id, NULL, server->traceparent))
            told(server, NULL);
    } else {
        int64_t at_ms = observed.at_ms;
        observed.at_ms = 0; /* the time alone is no news */
        int result = nt_observed_encode(&observed, &bytes, &err);
        if (result < 0) {
            nt_log(NT_ERROR, "observed_not_encoded", NT_KV("server", server->id),
                   NT_KV("reason", err.message));
        } else if (server->told.len != bytes.len ||
                   memcmp(server->told.data, bytes.data, bytes.len) != 0) {
            observed.at_ms = at_ms;
            if (options->publish(options->arg, server->id, &observed, server->traceparent))
                told(server, &bytes);
        }
    }
    nt_buf_deinit(&bytes);
    nt_arena_deinit(&arena);
}

/* --- now and then ---------------------------------------------------------------------------- */

static void count_sessions(struct server *server, const struct seen *live)
{
    int32_t ports[SERVICES_MAX];
    size_t count = 0;
    const struct nt_spec *spec = &server->placement->spec;
    for (size_t i = 0; i < spec->services_count && count < SERVICES_MAX; i++) {
        if (nt_text_is(spec->services[i].protocol, "ssh"))
            ports[count++] = spec->services[i].port;
    }
    server->ssh_sessions =
        count > 0 && live->pid > 0 ? procfs_connections(live->pid, ports, count) : 0;
}

struct measure {
    struct server *server;
    struct nt_arena arena;
    struct tree_root *roots;
    size_t count;
    int64_t bytes;
};

static void measure_work(void *arg)
{
    struct measure *measure = arg;
    measure->bytes = tree_measure(measure->roots, measure->count);
}

static void measure_done(void *arg, bool cancelled)
{
    struct measure *measure = arg;
    struct server *server = measure->server;
    server->is_measuring = false;
    if (!cancelled && measure->bytes >= 0)
        server->writable_bytes = measure->bytes;
    nt_arena_deinit(&measure->arena);
    free(measure);
}

static void measure(struct server *server)
{
    struct nt_error err = NT_ERROR_INIT;
    struct measure *job = nt_zalloc(sizeof(*job));
    job->server = server;
    nt_arena_init(&job->arena);
    if (server_roots(server, &job->arena, &job->roots, &job->count, &err) < 0) {
        nt_arena_deinit(&job->arena); /* then its size stays unknown, and it is said so */
        free(job);
        return;
    }
    server->is_measuring = true;
    nt_work(server->fleet->options.loop, measure_work, measure_done, job);
}

void server_sample(struct server *server)
{
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live == NULL || server->placement == NULL || live->state != SEEN_RUNNING) {
        server->ssh_sessions = 0;
        return;
    }
    count_sessions(server, live);
    int64_t due_ms = server->measured_at_ms + MEASURE_EVERY_MS;
    if (server->measured_at_ms == 0) {
        server->measured_at_ms = world.now_ms - MEASURE_EVERY_MS + MEASURE_FIRST_MS;
    } else if (world.now_ms >= due_ms && !server->is_measuring && server->take == NULL) {
        server->measured_at_ms = world.now_ms;
        measure(server);
    }
}

/* --- its trees ------------------------------------------------------------------------------- */

int server_roots(struct server *server, struct nt_arena *arena, struct tree_root **ret_roots,
                 size_t *ret_count, struct nt_error *err)
{
    struct world world;
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live == NULL)
        return nt_fail(err, -ENOENT, "the server has no container here");
    const char *upper = live->pid > 0 ? procfs_upper_dir(arena, live->pid) : NULL;
    if (upper == NULL || upper[0] != '/') /* long stacks are mounted by relative paths */
        upper = live->upper_dir;
    if (nt_text_is_empty(upper) && nt_text_is(server->upper_of, live->id))
        upper = server->upper_dir;
    if (nt_text_is_empty(upper))
        return nt_fail(err, -ENOTSUP,
                       "this engine's storage does not show where a container's files are");
    if (upper != server->upper_dir) {
        free(server->upper_dir);
        server->upper_dir = nt_strdup(upper);
        (void)snprintf(server->upper_of, sizeof(server->upper_of), "%s", live->id);
    }
    struct tree_root *roots = NT_ARRAY(arena, live->mounts_count + 1, struct tree_root);
    roots[0] = (struct tree_root){.name = "", .path = nt_arena_text(arena, upper)};
    for (size_t i = 0; i < live->mounts_count; i++)
        roots[i + 1] = (struct tree_root){.name = nt_arena_text(arena, live->mounts[i].path),
                                          .path = nt_arena_text(arena, live->mounts[i].source)};
    *ret_roots = roots;
    *ret_count = live->mounts_count + 1;
    return 0;
}
