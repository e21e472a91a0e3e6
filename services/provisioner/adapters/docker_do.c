/* What we ask of Docker. Each is safe to repeat after a crash in its middle. */
#include <provisioner/docker.h>

#include <jansson.h>
#include <nt/arena.h>
#include <nt/memory.h>
#include <nt/text.h>

enum {
    DO_TIMEOUT_MS = 60000,
    STOP_GRACE_S = 5, /* then SIGKILL; what DESIGN.md section 7 gives a program */
};

/* --- single requests ------------------------------------------------------------------------- */

struct single {
    docker_done done;
    void *arg;
    int also_fine; /* an error code that means: already so */
};

static void on_single(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct single *single = arg;
    (void)status;
    (void)json;
    struct nt_error story = *err;
    if (story.code != 0 && story.code == single->also_fine)
        story = (struct nt_error)NT_ERROR_INIT;
    single->done(single->arg, &story);
    free(single);
}

static void single_call(struct docker *docker, const char *method, const char *path, json_t *body,
                        int also_fine, docker_done done, void *arg)
{
    struct single *single = nt_zalloc(sizeof(*single));
    *single = (struct single){.done = done, .arg = arg, .also_fine = also_fine};
    docker_call(docker, method, path, body, DO_TIMEOUT_MS, on_single, single);
}

void docker_start(struct docker *docker, const char *container, docker_done done, void *arg)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "/containers/%.64s/start", container);
    single_call(docker, "POST", path, NULL, 0, done, arg);
}

void docker_stop(struct docker *docker, const char *container, docker_done done, void *arg)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "/containers/%.64s/stop?t=%d", container, STOP_GRACE_S);
    single_call(docker, "POST", path, NULL, 0, done, arg);
}

void docker_rename(struct docker *docker, const char *container, const char *name, docker_done done,
                   void *arg)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "/containers/%.64s/rename?name=%.140s", container, name);
    single_call(docker, "POST", path, NULL, 0, done, arg);
}

void docker_update(struct docker *docker, const char *container, int64_t cpu_milli,
                   int64_t mem_bytes, docker_done done, void *arg)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "/containers/%.64s/update", container);
    /* Memory and MemorySwap together: one without the other is refused (LIBRARIES.md). */
    json_t *body = json_pack("{s:I, s:I, s:I}", "NanoCpus", (json_int_t)cpu_milli * 1000000,
                             "Memory", (json_int_t)mem_bytes, "MemorySwap", (json_int_t)mem_bytes);
    single_call(docker, "POST", path, body, 0, done, arg);
    json_decref(body);
}

/* --- create: network, volumes, container ----------------------------------------------------- */

struct create {
    struct docker *docker;
    struct nt_arena arena;
    struct spec spec;
    const char *server, *cluster;
    size_t next_volume;
    docker_done done;
    void *arg;
};

static void finish_create(struct create *create, const struct nt_error *err)
{
    create->done(create->arg, err);
    json_decref(create->spec.create);
    nt_arena_deinit(&create->arena);
    free(create);
}

static void on_created(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct create *create = arg;
    (void)status;
    (void)json;
    finish_create(create, err);
}

static void next_volume(struct create *create);

static void on_volume(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct create *create = arg;
    (void)status;
    (void)json;
    if (err->code != 0)
        finish_create(create, err);
    else
        next_volume(create);
}

static void next_volume(struct create *create)
{
    if (create->next_volume < create->spec.volumes_count) {
        json_t *body = json_pack("{s:s, s:{s:s, s:s}}", "Name",
                                 create->spec.volumes[create->next_volume++].name, "Labels",
                                 LABEL_SERVER, create->server, LABEL_CLUSTER, create->cluster);
        docker_call(create->docker, "POST", "/volumes/create", body, DO_TIMEOUT_MS, on_volume,
                    create);
        json_decref(body);
        return;
    }
    char path[256];
    (void)snprintf(path, sizeof(path), "/containers/create?name=%.140s",
                   create->spec.container_name);
    docker_call(create->docker, "POST", path, create->spec.create, DO_TIMEOUT_MS, on_created,
                create);
}

static void on_network(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct create *create = arg;
    (void)status;
    (void)json;
    if (err->code != 0 && err->code != -EEXIST)
        finish_create(create, err);
    else
        next_volume(create);
}

static void on_network_seen(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct create *create = arg;
    (void)json;
    if (err->code != -ENOENT) {
        on_network(arg, status, json, err);
        return;
    }
    /* CheckDuplicate: two servers of one person may be made at the same time. */
    json_t *body =
        json_pack("{s:s, s:s, s:b, s:{s:s}}", "Name", create->spec.network, "Driver", "bridge",
                  "CheckDuplicate", 1, "Labels", LABEL_CLUSTER, create->cluster);
    docker_call(create->docker, "POST", "/networks/create", body, DO_TIMEOUT_MS, on_network,
                create);
    json_decref(body);
}

void docker_create(struct docker *docker, struct spec *spec, const char *server,
                   const char *cluster, docker_done done, void *arg)
{
    struct create *create = nt_zalloc(sizeof(*create));
    nt_arena_init(&create->arena);
    create->docker = docker;
    create->done = done;
    create->arg = arg;
    create->server = nt_arena_text(&create->arena, server);
    create->cluster = nt_arena_text(&create->arena, cluster);
    create->spec = *spec;
    create->spec.create = nt_take(spec->create);
    create->spec.container_name = nt_arena_text(&create->arena, spec->container_name);
    create->spec.network = nt_arena_text(&create->arena, spec->network);
    create->spec.volumes = NT_ARRAY(&create->arena, spec->volumes_count, struct spec_volume);
    for (size_t i = 0; i < spec->volumes_count; i++) {
        create->spec.volumes[i].name = nt_arena_text(&create->arena, spec->volumes[i].name);
        create->spec.volumes[i].path = nt_arena_text(&create->arena, spec->volumes[i].path);
    }
    char path[160];
    (void)snprintf(path, sizeof(path), "/networks/%.120s", create->spec.network);
    docker_call(docker, "GET", path, NULL, DO_TIMEOUT_MS, on_network_seen, create);
}

/* --- remove: container, then its volumes ----------------------------------------------------- */

struct removal {
    struct docker *docker;
    struct nt_arena arena;
    const char **volumes;
    size_t count;
    size_t next;
    docker_done done;
    void *arg;
};

static void remove_next(void *arg, const struct nt_error *err)
{
    struct removal *removal = arg;
    if (err->code == 0 && removal->next < removal->count) {
        char *path =
            nt_arena_printf(&removal->arena, "/volumes/%s",
                            nt_arena_encoded(&removal->arena, removal->volumes[removal->next++]));
        single_call(removal->docker, "DELETE", path, NULL, -ENOENT, remove_next, removal);
        return;
    }
    removal->done(removal->arg, err);
    nt_arena_deinit(&removal->arena);
    free(removal);
}

void docker_remove(struct docker *docker, const struct seen *seen, docker_done done, void *arg)
{
    struct removal *removal = nt_zalloc(sizeof(*removal));
    nt_arena_init(&removal->arena);
    removal->docker = docker;
    removal->done = done;
    removal->arg = arg;
    removal->volumes = NT_ARRAY(&removal->arena, seen->mounts_count, const char *);
    for (size_t i = 0; i < seen->mounts_count; i++)
        removal->volumes[removal->count++] = nt_arena_text(&removal->arena, seen->mounts[i].volume);
    char path[128];
    (void)snprintf(path, sizeof(path), "/containers/%.64s?v=1", seen->id); /* unnamed ones too */
    single_call(docker, "DELETE", path, NULL, -ENOENT, remove_next, removal);
}

static void on_loose(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct removal *removal = arg;
    json_t *volumes = json_object_get(json, "Volumes");
    (void)status;
    removal->volumes = NT_ARRAY(&removal->arena, json_array_size(volumes), const char *);
    for (size_t i = 0; i < json_array_size(volumes); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(volumes, i), "Name"));
        if (name != NULL)
            removal->volumes[removal->count++] = nt_arena_text(&removal->arena, name);
    }
    remove_next(removal, err);
}

void docker_sweep(struct docker *docker, const char *server, const char *cluster, docker_done done,
                  void *arg)
{
    struct removal *removal = nt_zalloc(sizeof(*removal));
    nt_arena_init(&removal->arena);
    removal->docker = docker;
    removal->done = done;
    removal->arg = arg;
    const char *filters = nt_arena_printf(&removal->arena,
                                          "{\"dangling\":[\"true\"],\"label\":[\"" LABEL_SERVER
                                          "=%s\",\"" LABEL_CLUSTER "=%s\"]}",
                                          server, cluster);
    const char *path = nt_arena_printf(&removal->arena, "/volumes?filters=%s",
                                       nt_arena_encoded(&removal->arena, filters));
    docker_call(docker, "GET", path, NULL, DO_TIMEOUT_MS, on_loose, removal);
}
