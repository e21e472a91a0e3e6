#include <provisioner/store.h>

#include <dirent.h>
#include <fcntl.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { FILE_MAX = 64 << 10, SERVERS_MAX = 20000 };

struct store {
    char *folder;
    int folder_fd;
    int marks_fd;
    int lock_fd;
};

int store_open(const char *folder, struct store **ret_store, struct nt_error *err)
{
    NT_CLEANUP(store_close_p) struct store *store = nt_zalloc(sizeof(*store));
    store->folder_fd = store->marks_fd = store->lock_fd = -1;
    store->folder = nt_strdup(folder);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return nt_fail(err, -errno, "state directory %s: %s", folder, strerror(errno));
    store->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder_fd < 0)
        return nt_fail(err, -errno, "state directory %s: %s", folder, strerror(errno));
    store->lock_fd = openat(store->folder_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0)
        return nt_fail(err, -errno, "%s/lock: %s", folder, strerror(errno));
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return nt_fail(err, -EBUSY,
                       "%s is in use: another provisioner runs for this host; end it first",
                       folder);
    if (mkdirat(store->folder_fd, "marks", 0700) < 0 && errno != EEXIST)
        return nt_fail(err, -errno, "%s/marks: %s", folder, strerror(errno));
    store->marks_fd = openat(store->folder_fd, "marks", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->marks_fd < 0)
        return nt_fail(err, -errno, "%s/marks: %s", folder, strerror(errno));
    *ret_store = nt_take(store);
    return 0;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    nt_close_p(&store->marks_fd);
    nt_close_p(&store->lock_fd);
    nt_close_p(&store->folder_fd);
    free(store->folder);
    free(store);
}

/* Written beside, synced, renamed, and the folder synced: whole or not at all, and there to stay.
 */
static int write_whole(int folder_fd, const char *name, struct nt_span content,
                       struct nt_error *err)
{
    char beside[300];
    (void)snprintf(beside, sizeof(beside), ".%.250s.new", name);
    NT_CLEANUP(nt_close_p)
    int fd = openat(folder_fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return nt_fail(err, -errno, "%s: %s", name, strerror(errno));
    for (size_t at = 0; at < content.len;) {
        ssize_t len = write(fd, content.data + at, content.len - at);
        if (len < 0)
            return nt_fail(err, -errno, "writing %s: %s", name, strerror(errno));
        at += (size_t)len;
    }
    if (fsync(fd) < 0 || renameat(folder_fd, beside, folder_fd, name) < 0 || fsync(folder_fd) < 0)
        return nt_fail(err, -errno, "writing %s: %s", name, strerror(errno));
    return 0;
}

static int read_whole(int folder_fd, const char *name, struct nt_buf *out, struct nt_error *err)
{
    NT_CLEANUP(nt_close_p) int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? -ENOENT : nt_fail(err, -errno, "%s: %s", name, strerror(errno));
    for (;;) {
        uint8_t *room = nt_buf_reserve(out, 4096);
        if (room == NULL)
            return nt_fail(err, -EMSGSIZE, "%s is too large", name);
        ssize_t len = read(fd, room, 4096);
        if (len < 0)
            return nt_fail(err, -errno, "reading %s: %s", name, strerror(errno));
        if (len == 0)
            return 0;
        out->len += (size_t)len;
    }
}

int store_claim_engine(struct store *store, const char *engine, struct nt_error *err)
{
    struct nt_buf known = {.max = FILE_MAX};
    int result = read_whole(store->folder_fd, "engine", &known, err);
    if (result == -ENOENT)
        result = write_whole(store->folder_fd, "engine", nt_span_of(engine), err);
    else if (result == 0 && !nt_text_is(nt_buf_text(&known), engine))
        result =
            nt_fail(err, -EPERM,
                    "this host's Docker Engine was %.100s and is now %.100s; if that is meant, "
                    "remove %s/engine",
                    nt_buf_text(&known), engine, store->folder);
    nt_buf_deinit(&known);
    return result;
}

static int mark_file(const char *server, char ret_name[64], struct nt_error *err)
{
    size_t len = strlen(server);
    if (len == 0 || len > 40 || strspn(server, "0123456789abcdef-") != len)
        return nt_fail(err, -EINVAL, "%.64s is not the id of a server", server);
    (void)snprintf(ret_name, 64, "%s.json", server);
    return 0;
}

int store_load_mark(struct store *store, struct nt_arena *arena, const char *server,
                    struct mark *ret_mark, struct nt_error *err)
{
    char name[64];
    int result = mark_file(server, name, err);
    if (result < 0)
        return result;
    struct nt_buf text = {.max = FILE_MAX};
    result = read_whole(store->marks_fd, name, &text, err);
    if (result == -ENOENT) {
        *ret_mark = MARK_INIT;
        result = 0;
    } else if (result == 0) {
        result = mark_decode(arena, nt_buf_span(&text), ret_mark, err);
        if (result < 0)
            result = nt_wrap(err, "%s/marks/%s", store->folder, name);
    }
    nt_buf_deinit(&text);
    return result;
}

int store_save_mark(struct store *store, const char *server, const struct mark *mark,
                    struct nt_error *err)
{
    char name[64];
    int result = mark_file(server, name, err);
    if (result < 0)
        return result;
    struct nt_buf text = {.max = FILE_MAX};
    result = mark_encode(mark, &text, err);
    if (result == 0)
        result = write_whole(store->marks_fd, name, nt_buf_span(&text), err);
    nt_buf_deinit(&text);
    return result;
}

int store_drop_mark(struct store *store, const char *server, struct nt_error *err)
{
    char name[64];
    int result = mark_file(server, name, err);
    if (result < 0)
        return result;
    if (unlinkat(store->marks_fd, name, 0) < 0 && errno != ENOENT)
        return nt_fail(err, -errno, "removing %s: %s", name, strerror(errno));
    return 0;
}

int store_servers(struct store *store, struct nt_arena *arena, const char ***ret_servers,
                  size_t *ret_count, struct nt_error *err)
{
    int fd = openat(store->folder_fd, "marks", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL)
        return nt_fail(err, -errno, "%s/marks: %s", store->folder, strerror(errno));
    const char **servers = NULL;
    size_t count = 0;
    size_t capacity = 0;
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL && count < SERVERS_MAX) {
        size_t len = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || len < 6 || strcmp(entry->d_name + len - 5, ".json") != 0)
            continue;
        nt_vec_push(servers, count, capacity) = nt_arena_text_n(arena, entry->d_name, len - 5);
    }
    (void)closedir(folder);
    *ret_servers = NT_ARRAY(arena, count, const char *);
    if (count > 0)
        memcpy(*ret_servers, servers, count * sizeof(servers[0]));
    free(servers);
    *ret_count = count;
    return 0;
}
