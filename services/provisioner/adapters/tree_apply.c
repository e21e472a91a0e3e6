/*
 * The other end. Nothing in a stream may touch what is outside its root: paths are checked by the
 * reader, every directory on the way is opened without following links, and entries are made with
 * the calls that refuse what is already there.
 */
#include <provisioner/tree.h>

#include <dirent.h>
#include <fcntl.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { SYNC_FILES_MAX = 5000 }; /* beyond, syncing the file system is cheaper */

struct tree_apply {
    struct tree_root *roots;
    size_t roots_count;
    bool *is_done; /* by root: came already */
    struct stream_reader reader;
    int root_fd;
    int dir_fd; /* of dir_path; the last parent, for the next of its entries */
    char dir_path[STREAM_PATH_MAX + 1];
    int file_fd;
    struct nt_arena file_arena;
    struct written { /* regular files, to be synced at the end */
        size_t root;
        char *path;
    } * written;
    size_t written_count, written_capacity;
    size_t root_index;
    struct stream_entry file; /* given to the file at its end: writing clears capabilities */
};

struct tree_apply *tree_apply_new(const struct tree_root *roots, size_t count)
{
    struct tree_apply *apply = nt_zalloc(sizeof(*apply));
    apply->roots = nt_zalloc(sizeof(*roots) * (count + 1));
    apply->is_done = nt_zalloc(count + 1);
    for (size_t i = 0; i < count; i++)
        apply->roots[i] =
            (struct tree_root){.name = nt_strdup(roots[i].name), .path = nt_strdup(roots[i].path)};
    apply->roots_count = count;
    apply->root_fd = apply->dir_fd = apply->file_fd = -1;
    stream_reader_init(&apply->reader);
    nt_arena_init(&apply->file_arena);
    return apply;
}

void tree_apply_free(struct tree_apply *apply)
{
    if (apply == NULL)
        return;
    nt_close_p(&apply->file_fd);
    nt_close_p(&apply->dir_fd);
    nt_close_p(&apply->root_fd);
    stream_reader_deinit(&apply->reader);
    nt_arena_deinit(&apply->file_arena);
    for (size_t i = 0; i < apply->written_count; i++)
        free(apply->written[i].path);
    free(apply->written);
    for (size_t i = 0; i < apply->roots_count; i++) {
        free((char *)apply->roots[i].name);
        free((char *)apply->roots[i].path);
    }
    free(apply->roots);
    free(apply->is_done);
    free(apply);
}

int64_t tree_apply_bytes(const struct tree_apply *apply)
{
    return apply->reader.bytes;
}

static int failed(struct nt_error *err, const char *what, const char *path)
{
    int code = -errno;
    return nt_fail(err, code, "%s %s: %s", what, path, strerror(-code));
}

/* --- emptying a root ------------------------------------------------------------------------- */

/* Deep trees must not cost deep recursion on the pool's stack: their depth has a bound. */
static int empty_dir(int dir_fd, int depth, struct nt_error *err)
{
    if (depth > 1024)
        return nt_fail(err, -ELOOP, "a tree that is too deep to remove");
    int list_fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = list_fd < 0 ? NULL : fdopendir(list_fd);
    if (list == NULL)
        return failed(err, "listing", "an old copy");
    int result = 0;
    const struct dirent *entry = NULL;
    while (result == 0 && (entry = readdir(list)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (unlinkat(dir_fd, name, 0) == 0)
            continue;
        if (errno != EISDIR && errno != EPERM) {
            result = failed(err, "removing", name);
            break;
        }
        int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) {
            result = failed(err, "opening", name);
            break;
        }
        result = empty_dir(fd, depth + 1, err);
        (void)close(fd);
        if (result == 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
            result = failed(err, "removing", name);
    }
    (void)closedir(list);
    return result;
}

/* --- where an entry goes --------------------------------------------------------------------- */

/* Sets dir_fd to the parent of path and ret_name to its last part. */
static int open_parent(struct tree_apply *apply, const char *path, const char **ret_name,
                       struct nt_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    *ret_name = slash == NULL ? path : slash + 1;
    if (apply->dir_fd >= 0 && strlen(apply->dir_path) == len &&
        memcmp(apply->dir_path, path, len) == 0)
        return 0;
    nt_close_p(&apply->dir_fd);
    apply->dir_fd = openat(apply->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t at = 0; at < len && apply->dir_fd >= 0;) {
        char part[256];
        size_t part_len = strcspn(path + at, "/");
        (void)snprintf(part, sizeof(part), "%.*s", (int)part_len, path + at);
        int fd = openat(apply->dir_fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int code = errno;
        (void)close(apply->dir_fd);
        apply->dir_fd = fd;
        errno = code;
        at += part_len + 1;
    }
    if (apply->dir_fd < 0)
        return errno == ELOOP || errno == ENOTDIR || errno == ENOENT
                   ? nt_fail(err, -EBADMSG, "the stream of a move: %s has no directory", path)
                   : failed(err, "opening the directory of", path);
    (void)snprintf(apply->dir_path, sizeof(apply->dir_path), "%.*s", (int)len, path);
    return 0;
}

static int set_xattrs(const char *proc_path, const struct stream_entry *entry, struct nt_error *err)
{
    for (size_t i = 0; i < entry->xattrs_count; i++) {
        const struct stream_xattr *xattr = &entry->xattrs[i];
        if (lsetxattr(proc_path, xattr->name, xattr->value.data, xattr->value.len, 0) < 0)
            return failed(err, xattr->name, entry->path);
    }
    return 0;
}

static void times_of(int64_t mtime_ns, struct timespec ret_times[2])
{
    int64_t ns = mtime_ns % 1000000000;
    int64_t s = mtime_ns / 1000000000;
    if (ns < 0) {
        ns += 1000000000;
        s--;
    }
    ret_times[0] = ret_times[1] = (struct timespec){.tv_sec = s, .tv_nsec = ns};
}

/* Owner first: changing it clears set-user-id bits and capabilities. */
static int set_meta(struct tree_apply *apply, const char *name, const struct stream_entry *entry,
                    struct nt_error *err)
{
    if (fchownat(apply->dir_fd, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return failed(err, "owner of", entry->path);
    if (!S_ISLNK(entry->mode) && fchmodat(apply->dir_fd, name, entry->mode & 07777, 0) < 0)
        return failed(err, "mode of", entry->path);
    char proc[320];
    (void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d/%s", apply->dir_fd, name);
    int result = set_xattrs(proc, entry, err);
    if (result < 0)
        return result;
    struct timespec times[2];
    times_of(entry->mtime_ns, times);
    if (utimensat(apply->dir_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return failed(err, "times of", entry->path);
    return 0;
}

/* --- the stream's events --------------------------------------------------------------------- */

static int apply_root(struct tree_apply *apply, const struct stream_entry *entry,
                      struct nt_error *err)
{
    size_t index = 0;
    while (index < apply->roots_count && strcmp(apply->roots[index].name, entry->path) != 0)
        index++;
    if (index == apply->roots_count || apply->is_done[index])
        return nt_fail(err, -EBADMSG, "the stream of a move: there is no tree %s here, or twice",
                       entry->path);
    apply->is_done[index] = true;
    apply->root_index = index;
    const char *path = apply->roots[index].path;
    nt_close_p(&apply->root_fd);
    nt_close_p(&apply->dir_fd);
    apply->dir_fd = -1;
    apply->root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (apply->root_fd < 0)
        return failed(err, "opening", path);
    int result = empty_dir(apply->root_fd, 0, err);
    if (result < 0)
        return nt_wrap(err, "%s", path);
    if (fchown(apply->root_fd, entry->uid, entry->gid) < 0 ||
        fchmod(apply->root_fd, entry->mode & 07777) < 0)
        return failed(err, "owner of", path);
    char proc[64];
    (void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d/.", apply->root_fd);
    return set_xattrs(proc, entry, err);
}

static int apply_link(struct tree_apply *apply, const struct stream_entry *entry,
                      struct nt_error *err)
{
    const char *name = NULL;
    int result = open_parent(apply, entry->target, &name, err);
    if (result < 0)
        return result;
    NT_CLEANUP(nt_close_p)
    int from_fd = openat(apply->dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (from_fd < 0)
        return nt_fail(err, -EBADMSG, "the stream of a move: %s links to what is not there",
                       entry->path);
    result = open_parent(apply, entry->path, &name, err);
    if (result < 0)
        return result;
    if (linkat(from_fd, "", apply->dir_fd, name, AT_EMPTY_PATH) < 0)
        return failed(err, "linking", entry->path);
    return 0;
}

static void keep_file(struct tree_apply *apply, const struct stream_entry *entry)
{
    struct nt_arena *arena = &apply->file_arena;
    nt_arena_reset(arena);
    apply->file = *entry;
    apply->file.path = nt_arena_text(arena, entry->path);
    struct stream_xattr *xattrs = NT_ARRAY(arena, entry->xattrs_count, struct stream_xattr);
    for (size_t i = 0; i < entry->xattrs_count; i++) {
        struct nt_span value = entry->xattrs[i].value;
        xattrs[i].name = nt_arena_text(arena, entry->xattrs[i].name);
        xattrs[i].value = (struct nt_span){
            .data = (const uint8_t *)nt_arena_text_n(arena, (const char *)value.data, value.len),
            .len = value.len};
    }
    apply->file.xattrs = xattrs;
}

static int apply_entry(void *arg, const struct stream_entry *entry, struct nt_error *err)
{
    struct tree_apply *apply = arg;
    if (entry->kind == STREAM_ROOT)
        return apply_root(apply, entry, err);
    if (entry->kind == STREAM_HARDLINK)
        return apply_link(apply, entry, err);
    const char *name = NULL;
    int result = open_parent(apply, entry->path, &name, err);
    if (result < 0)
        return result;
    int made = 0;
    switch (entry->kind) {
    case STREAM_DIR:
        made = mkdirat(apply->dir_fd, name, 0700);
        break;
    case STREAM_SYMLINK:
        made = symlinkat(entry->target, apply->dir_fd, name);
        break;
    case STREAM_NODE:
        made = mknodat(apply->dir_fd, name, (entry->mode & S_IFMT) | 0600,
                       makedev(entry->major, entry->minor));
        break;
    default:
        apply->file_fd =
            openat(apply->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (apply->file_fd < 0)
            return failed(err, "making", entry->path);
        keep_file(apply, entry);
        return 0;
    }
    if (made < 0)
        return failed(err, "making", entry->path);
    return set_meta(apply, name, entry, err);
}

static int apply_chunk(void *arg, int64_t offset, struct nt_span data, struct nt_error *err)
{
    struct tree_apply *apply = arg;
    for (size_t at = 0; at < data.len;) {
        ssize_t len = pwrite(apply->file_fd, data.data + at, data.len - at, offset + (int64_t)at);
        if (len < 0)
            return failed(err, "writing", apply->file.path);
        at += (size_t)len;
    }
    return 0;
}

static int apply_file_end(void *arg, int64_t size, struct nt_error *err)
{
    struct tree_apply *apply = arg;
    if (ftruncate(apply->file_fd, size) < 0)
        return failed(err, "ending", apply->file.path);
    if (apply->written_count <= SYNC_FILES_MAX) {
        nt_vec_push(apply->written, apply->written_count, apply->written_capacity) =
            (struct written){.root = apply->root_index, .path = nt_strdup(apply->file.path)};
        /* The disk begins now; waiting for it comes at the end. */
        (void)sync_file_range(apply->file_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    int fd = apply->file_fd;
    apply->file_fd = -1;
    if (close(fd) < 0)
        return failed(err, "closing", apply->file.path);
    const char *name = NULL;
    int result = open_parent(apply, apply->file.path, &name, err);
    return result < 0 ? result : set_meta(apply, name, &apply->file, err);
}

static int apply_dir_end(void *arg, const char *path, int64_t mtime_ns, struct nt_error *err)
{
    struct tree_apply *apply = arg;
    struct timespec times[2];
    times_of(mtime_ns, times);
    if (path[0] == '\0')
        return futimens(apply->root_fd, times) < 0 ? failed(err, "times of", "a root") : 0;
    const char *name = NULL;
    int result = open_parent(apply, path, &name, err);
    if (result == 0 && utimensat(apply->dir_fd, name, times, AT_SYMLINK_NOFOLLOW) < 0)
        result = failed(err, "times of", path);
    return result;
}

int tree_apply_write(struct tree_apply *apply, struct nt_span data, struct nt_error *err)
{
    const struct stream_sink sink = {
        .entry = apply_entry,
        .chunk = apply_chunk,
        .file_end = apply_file_end,
        .dir_end = apply_dir_end,
        .arg = apply,
    };
    return stream_read(&apply->reader, data, &sink, err);
}

/*
 * What is handed over must outlive a power cut. Only our own files are synced, not the whole file
 * system: Kafka or a build may have gigabytes in the same one, and the server stands still
 * meanwhile.
 */
static int sync_written(struct tree_apply *apply, struct nt_error *err)
{
    if (apply->written_count > SYNC_FILES_MAX) {
        for (size_t i = 0; i < apply->roots_count; i++) {
            NT_CLEANUP(nt_close_p) int fd = open(apply->roots[i].path, O_RDONLY | O_CLOEXEC);
            if (fd < 0 || syncfs(fd) < 0)
                return failed(err, "syncing", apply->roots[i].path);
        }
        return 0;
    }
    for (size_t i = 0; i < apply->written_count; i++) {
        const char *name = NULL;
        size_t root = apply->written[i].root;
        if (apply->root_fd < 0 || root != apply->root_index) {
            nt_close_p(&apply->root_fd);
            nt_close_p(&apply->dir_fd);
            apply->dir_fd = -1;
            apply->root_index = root;
            apply->root_fd = open(apply->roots[root].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
        if (apply->root_fd < 0 || open_parent(apply, apply->written[i].path, &name, err) < 0)
            return failed(err, "syncing", apply->written[i].path);
        NT_CLEANUP(nt_close_p)
        int fd = openat(apply->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
            return failed(err, "syncing", apply->written[i].path);
    }
    for (size_t i = 0; i < apply->roots_count; i++) { /* folders, links, devices: the journal */
        NT_CLEANUP(nt_close_p) int fd = open(apply->roots[i].path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
            return failed(err, "syncing", apply->roots[i].path);
    }
    return 0;
}

int tree_apply_finish(struct tree_apply *apply, struct nt_error *err)
{
    if (!apply->reader.is_end)
        return nt_fail(err, -EBADMSG, "the stream of a move was cut off");
    for (size_t i = 0; i < apply->roots_count; i++) {
        if (!apply->is_done[i])
            return nt_fail(err, -EBADMSG, "the stream of a move: %s is missing",
                           apply->roots[i].name);
    }
    return sync_written(apply, err);
}
