#include <provisioner/image.h>

#include <fcntl.h>
#include <jansson.h>
#include <nt/arena.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

enum {
    INDEX_MAX = 1 << 20,
    CHUNK = 256 << 10,
    LOAD_TIMEOUT_MS = 600000,
    TAG_TIMEOUT_MS = 10000,
};

struct load {
    struct docker *docker;
    struct nt_loop *loop;
    struct nt_arena arena;
    const char *folder;
    const char *image;
    docker_done done;
    void *arg;
    int fd;
    struct image_entry entry;
    struct nt_error err;
    struct nt_error read_err;  /* the pool's, while is_reading */
    struct nt_http_call *call; /* NULL: ended */
    bool is_reading;           /* the pool has the buffer */
    bool is_waiting;           /* curl was told to wait */
    bool is_tagging;
    uint8_t *chunk;
    size_t chunk_len, chunk_at;
    bool is_end;
};

/* --- the index ------------------------------------------------------------------------------- */

static size_t name_len(const char *image, bool *ret_is_any)
{
    const char *slash = strrchr(image, '/');
    const char *colon = strchr(slash == NULL ? image : slash, ':');
    *ret_is_any = colon == NULL || nt_text_is(colon, ":latest");
    return colon == NULL ? strlen(image) : (size_t)(colon - image);
}

static bool is_image(const char *entry, const char *image)
{
    if (nt_text_is(entry, image))
        return true;
    bool is_any = false;
    bool is_entry_any = false;
    size_t len = name_len(image, &is_any);
    size_t entry_len = name_len(entry, &is_entry_any);
    return is_any && len == entry_len && strncmp(entry, image, len) == 0;
}

bool image_find(struct nt_arena *arena, struct nt_span index, const char *image,
                struct image_entry *ret_entry)
{
    json_t *json = json_loadb((const char *)index.data, index.len, 0, NULL);
    const char *key = NULL;
    json_t *entry = NULL;
    bool is_found = false;
    json_object_foreach(json, key, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "image"));
        const char *archive = json_string_value(json_object_get(entry, "archive"));
        if (is_found || name == NULL || archive == NULL || !is_image(name, image) ||
            strchr(archive, '/') != NULL || archive[0] == '.')
            continue;
        is_found = true;
        ret_entry->image = nt_arena_text(arena, name);
        ret_entry->archive = nt_arena_text(arena, archive);
    }
    json_decref(json);
    return is_found;
}

char *image_load_error(struct nt_arena *arena, struct nt_span answer)
{
    const char *at = (const char *)answer.data;
    size_t left = answer.len;
    while (left > 0) { /* JSON texts one after the other */
        json_error_t where;
        json_t *json = json_loadb(at, left, JSON_DISABLE_EOF_CHECK, &where);
        if (json == NULL)
            return NULL;
        const char *message =
            json_string_value(json_object_get(json_object_get(json, "errorDetail"), "message"));
        char *found = message == NULL ? NULL : nt_arena_text(arena, message);
        json_decref(json);
        if (found != NULL || where.position <= 0)
            return found;
        at += where.position;
        left -= (size_t)where.position;
    }
    return NULL;
}

/* --- the upload ------------------------------------------------------------------------------ */

static void finish(struct load *load)
{
    if (load->is_reading || load->is_tagging || load->call != NULL)
        return; /* whoever is last comes here */
    load->done(load->arg, &load->err);
    if (load->fd >= 0)
        (void)close(load->fd);
    free(load->chunk);
    nt_arena_deinit(&load->arena);
    free(load);
}

static void read_chunk(void *arg)
{
    struct load *load = arg;
    ssize_t len = read(load->fd, load->chunk, CHUNK);
    load->chunk_at = 0;
    load->chunk_len = len > 0 ? (size_t)len : 0;
    load->is_end = len <= 0;
    if (len < 0)
        (void)nt_fail(&load->read_err, -EIO, "reading the archive: %s", strerror(errno));
}

static void on_chunk(void *arg, bool cancelled)
{
    struct load *load = arg;
    (void)cancelled;
    load->is_reading = false;
    bool was_waiting = load->is_waiting;
    load->is_waiting = false;
    if (load->call == NULL)
        finish(load); /* load is gone */
    else if (was_waiting)
        nt_http_resume(load->call);
}

static ssize_t give(void *arg, uint8_t *into, size_t room)
{
    struct load *load = arg;
    if (!load->is_reading && load->read_err.code != 0)
        return load->read_err.code;
    if (!load->is_reading && load->chunk_at == load->chunk_len) {
        if (load->is_end)
            return 0;
        load->is_reading = true;
        nt_work(load->loop, read_chunk, on_chunk, load);
    }
    if (load->is_reading) {
        load->is_waiting = true;
        return -EAGAIN;
    }
    size_t len = load->chunk_len - load->chunk_at;
    len = len < room ? len : room;
    memcpy(into, load->chunk + load->chunk_at, len);
    load->chunk_at += len;
    return (ssize_t)len;
}

static void on_tagged(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct load *load = arg;
    (void)status;
    (void)json;
    load->err = *err;
    load->is_tagging = false;
    finish(load);
}

/* The archive names the image by its digest; placements name it without. */
static void tag(struct load *load)
{
    bool is_any = false;
    size_t len = name_len(load->image, &is_any);
    load->is_tagging = true;
    const char *path =
        nt_arena_printf(&load->arena, "/images/%s/tag?repo=%s&tag=latest", load->entry.image,
                        nt_arena_text_n(&load->arena, load->image, len));
    docker_call(load->docker, "POST", path, NULL, TAG_TIMEOUT_MS, on_tagged, load);
}

static void on_loaded(void *arg, const struct nt_http_reply *reply)
{
    struct load *load = arg;
    load->call = NULL;
    const char *wrong = image_load_error(&load->arena, reply->body);
    if (!load->is_reading && load->read_err.code != 0)
        (void)nt_fail(&load->err, load->read_err.code, "image %s: %s", load->image,
                      load->read_err.message);
    else if (reply->error != 0)
        (void)nt_fail(&load->err, reply->error, "image %s: %s", load->image, reply->message);
    else if (reply->status != 200 || wrong != NULL)
        (void)nt_fail(&load->err, -EIO, "image %s: the engine says %d %s", load->image,
                      reply->status, wrong != NULL ? wrong : "");
    if (load->err.code == 0 && !nt_text_is(load->entry.image, load->image))
        tag(load);
    else
        finish(load);
}

static void open_archive(void *arg)
{
    struct load *load = arg;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/index.json", load->folder);
    NT_CLEANUP(nt_fclose_p) FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)nt_fail(&load->err, -ENOENT, "image %s is not here, nor is %s", load->image, path);
        return;
    }
    NT_CLEANUP(nt_free_p) uint8_t *text = nt_zalloc(INDEX_MAX);
    size_t len = fread(text, 1, INDEX_MAX, file);
    if (!image_find(&load->arena, (struct nt_span){.data = text, .len = len}, load->image,
                    &load->entry)) {
        (void)nt_fail(&load->err, -ENOENT, "image %s is not here, nor in %s", load->image, path);
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/%s", load->folder, load->entry.archive);
    load->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (load->fd < 0)
        (void)nt_fail(&load->err, -ENOENT, "image %s: %s: %s", load->image, path, strerror(errno));
}

static void on_opened(void *arg, bool cancelled)
{
    struct load *load = arg;
    load->is_reading = false;
    if (cancelled && load->err.code == 0)
        (void)nt_fail(&load->err, -ECANCELED, "image %s: cancelled", load->image);
    if (load->err.code != 0) {
        finish(load);
        return;
    }
    struct nt_http_request request = {
        .method = "POST",
        .headers = (const char *const[]){"Content-Type: application/x-tar", NULL},
        .read = give,
        .timeout_ms = LOAD_TIMEOUT_MS,
        .done = on_loaded,
        .arg = load,
    };
    char url[128];
    docker_address(load->docker, &request, url, sizeof(url), "/images/load?quiet=1");
    load->chunk = nt_zalloc(CHUNK);
    load->call = nt_http_start(docker_http(load->docker), &request);
}

void image_load(struct docker *docker, struct nt_loop *loop, const char *folder, const char *image,
                docker_done done, void *arg)
{
    struct load *load = nt_zalloc(sizeof(*load));
    nt_arena_init(&load->arena);
    load->docker = docker;
    load->loop = loop;
    load->folder = nt_arena_text(&load->arena, folder);
    load->image = nt_arena_text(&load->arena, image);
    load->done = done;
    load->arg = arg;
    load->fd = -1;
    load->is_reading = true;
    nt_work(loop, open_archive, on_opened, load);
}
