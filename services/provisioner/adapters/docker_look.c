/* What Docker shows: the servers that are here, and the containers of one. */
#include <provisioner/docker.h>

#include <jansson.h>
#include <nt/arena.h>
#include <nt/memory.h>
#include <nt/text.h>

enum { LOOK_TIMEOUT_MS = 20000, CONTAINERS_MAX = 32 };

/* --- which servers --------------------------------------------------------------------------- */

struct servers {
    void (*done)(void *arg, const char *const *servers, size_t count, const struct nt_error *err);
    void *arg;
};

static void on_servers(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct servers *servers = arg;
    (void)status;
    struct nt_arena arena;
    nt_arena_init(&arena);
    size_t total = json_array_size(json);
    const char **found = NT_ARRAY(&arena, total, const char *);
    size_t count = 0;
    for (size_t i = 0; i < total; i++) {
        json_t *labels = json_object_get(json_array_get(json, i), "Labels");
        const char *server = json_string_value(json_object_get(labels, LABEL_SERVER));
        bool is_new = server != NULL;
        for (size_t j = 0; j < count && is_new; j++)
            is_new = !nt_text_is(found[j], server);
        if (is_new)
            found[count++] = server;
    }
    servers->done(servers->arg, found, count, err);
    nt_arena_deinit(&arena);
    free(servers);
}

void docker_servers(struct docker *docker,
                    void (*done)(void *arg, const char *const *servers, size_t count,
                                 const struct nt_error *err),
                    void *arg)
{
    struct servers *servers = nt_zalloc(sizeof(*servers));
    *servers = (struct servers){.done = done, .arg = arg};
    docker_call(docker, "GET",
                "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22io.neaptide.server%22%5D%7D",
                NULL, LOOK_TIMEOUT_MS, on_servers, servers);
}

/* --- one server ------------------------------------------------------------------------------ */

struct look {
    struct docker *docker;
    struct nt_arena arena;
    char *ids[CONTAINERS_MAX];
    size_t ids_count;
    size_t next;
    struct seen seen[CONTAINERS_MAX];
    size_t seen_count;
    void (*done)(void *arg, const struct seen *seen, size_t count, const struct nt_error *err);
    void *arg;
};

static void finish_look(struct look *look, const struct nt_error *err)
{
    look->done(look->arg, look->seen, err->code == 0 ? look->seen_count : 0, err);
    nt_arena_deinit(&look->arena);
    free(look);
}

static void inspect_next(struct look *look);

static void on_inspect(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct look *look = arg;
    (void)status;
    struct nt_error story = *err;
    if (err->code == 0) {
        int result = seen_parse(&look->arena, json, &look->seen[look->seen_count], &story);
        if (result == 0)
            look->seen_count++;
        else if (result == -ENOENT)
            story.code = 0;
    } else if (err->code == -ENOENT) {
        story.code = 0; /* removed between the list and now */
    }
    if (story.code != 0)
        finish_look(look, &story);
    else
        inspect_next(look);
}

static void inspect_next(struct look *look)
{
    if (look->next == look->ids_count) {
        struct nt_error fine = NT_ERROR_INIT;
        finish_look(look, &fine);
        return;
    }
    char path[128];
    (void)snprintf(path, sizeof(path), "/containers/%.64s/json", look->ids[look->next++]);
    docker_call(look->docker, "GET", path, NULL, LOOK_TIMEOUT_MS, on_inspect, look);
}

static void on_list(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct look *look = arg;
    (void)status;
    if (err->code != 0) {
        finish_look(look, err);
        return;
    }
    for (size_t i = 0; i < json_array_size(json) && look->ids_count < CONTAINERS_MAX; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(json, i), "Id"));
        if (id != NULL)
            look->ids[look->ids_count++] = nt_arena_text(&look->arena, id);
    }
    inspect_next(look);
}

void docker_look(struct docker *docker, const char *server,
                 void (*done)(void *arg, const struct seen *seen, size_t count,
                              const struct nt_error *err),
                 void *arg)
{
    struct look *look = nt_zalloc(sizeof(*look));
    look->docker = docker;
    look->done = done;
    look->arg = arg;
    nt_arena_init(&look->arena);
    char *path = nt_arena_printf(
        &look->arena,
        "/containers/json?all=1&filters=%%7B%%22label%%22%%3A%%5B%%22io.neaptide.server%%3D%s"
        "%%22%%5D%%7D",
        nt_arena_encoded(&look->arena, server));
    docker_call(docker, "GET", path, NULL, LOOK_TIMEOUT_MS, on_list, look);
}
