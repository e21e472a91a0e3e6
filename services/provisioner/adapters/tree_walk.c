#include <provisioner/tree.h>

#include <dirent.h>
#include <fcntl.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <uthash.h>

enum { DEPTH_MAX = 512, NAMES_MAX = 1 << 22 };

/* A directory that we are in the middle of. */
struct level {
    int fd;
    char **names; /* sorted: the same tree gives the same stream */
    size_t names_count, next;
    size_t path_len; /* of its path in walk->path */
    int64_t mtime_ns;
};

/* The first path of an inode that has several. */
struct link {
    struct link_key {
        dev_t dev;
        ino_t ino;
    } key;
    char *path;
    UT_hash_handle hh;
};

struct tree_walk {
    struct tree_root *roots;
    size_t roots_count, next_root;
    bool is_still, with_content, has_begun, is_end;
    struct level levels[DEPTH_MAX];
    size_t depth;
    char path[STREAM_PATH_MAX + 1]; /* of the current entry in its root */
    struct link *links;
    int file_fd; /* the file being sent; -1: none */
    int64_t file_at, file_size;
    int64_t entries, bytes;
    struct nt_arena arena; /* attributes of one entry */
    uint8_t *chunk;
};

struct tree_walk *tree_walk_new(const struct tree_root *roots, size_t count, bool is_still,
                                bool with_content)
{
    struct tree_walk *walk = nt_zalloc(sizeof(*walk));
    walk->roots = nt_zalloc(sizeof(*roots) * (count + 1));
    for (size_t i = 0; i < count; i++)
        walk->roots[i] =
            (struct tree_root){.name = nt_strdup(roots[i].name), .path = nt_strdup(roots[i].path)};
    walk->roots_count = count;
    walk->is_still = is_still;
    walk->with_content = with_content;
    walk->file_fd = -1;
    walk->chunk = nt_zalloc(STREAM_CHUNK_MAX);
    nt_arena_init(&walk->arena);
    return walk;
}

static void forget_links(struct tree_walk *walk)
{
    struct link *link = NULL;
    struct link *next = NULL;
    HASH_ITER(hh, walk->links, link, next)
    {
        HASH_DEL(walk->links, link);
        free(link->path);
        free(link);
    }
}

static void leave_level(struct level *level)
{
    (void)close(level->fd);
    for (size_t i = 0; i < level->names_count; i++)
        free(level->names[i]);
    free(level->names);
}

void tree_walk_free(struct tree_walk *walk)
{
    if (walk == NULL)
        return;
    while (walk->depth > 0)
        leave_level(&walk->levels[--walk->depth]);
    nt_close_p(&walk->file_fd);
    forget_links(walk);
    for (size_t i = 0; i < walk->roots_count; i++) {
        free((char *)walk->roots[i].name);
        free((char *)walk->roots[i].path);
    }
    free(walk->roots);
    free(walk->chunk);
    nt_arena_deinit(&walk->arena);
    free(walk);
}

int64_t tree_walk_bytes(const struct tree_walk *walk)
{
    return walk->bytes;
}

/* --- attributes ------------------------------------------------------------------------------ */

/* Overlay's notes about inodes of this very host would be wrong on another. */
static bool is_local_xattr(const char *name)
{
    static const char *const local[] = {"trusted.overlay.origin", "trusted.overlay.impure",
                                        "trusted.overlay.nlink", "trusted.overlay.uuid"};
    for (size_t i = 0; i < NT_COUNT(local); i++) {
        if (strcmp(name, local[i]) == 0)
            return true;
    }
    return false;
}

/* path is under /proc/self/fd, so that links and pipes are neither followed nor opened. */
static int read_xattrs(struct tree_walk *walk, const char *path, struct stream_entry *entry,
                       struct nt_error *err)
{
    char names[65536];
    ssize_t names_len = llistxattr(path, names, sizeof(names));
    if (names_len < 0)
        return errno == ENOTSUP || errno == ENOENT
                   ? 0
                   : nt_fail(err, -errno, "attributes of %s: %s", walk->path, strerror(errno));
    struct stream_xattr *xattrs = NT_ARRAY(&walk->arena, STREAM_XATTRS_MAX, struct stream_xattr);
    size_t count = 0;
    for (const char *name = names; name < names + names_len; name += strlen(name) + 1) {
        if (is_local_xattr(name))
            continue;
        ssize_t len = lgetxattr(path, name, walk->chunk, STREAM_XATTR_MAX);
        if (len < 0 && (errno == ENODATA || errno == ENOENT))
            continue;
        if (len < 0 || count == STREAM_XATTRS_MAX)
            return nt_fail(err, len < 0 ? -errno : -E2BIG, "attribute %s of %s: %s", name,
                           walk->path, len < 0 ? strerror(errno) : "too many");
        uint8_t *value = nt_arena_alloc(&walk->arena, (size_t)len);
        memcpy(value, walk->chunk, (size_t)len);
        xattrs[count++] = (struct stream_xattr){
            .name = nt_arena_text(&walk->arena, name),
            .value = {.data = value, .len = (size_t)len},
        };
    }
    entry->xattrs = xattrs;
    entry->xattrs_count = count;
    return 0;
}

static struct stream_entry entry_of(const struct stat *stat, const char *path)
{
    return (struct stream_entry){
        .path = path,
        .target = "",
        .mode = stat->st_mode,
        .uid = stat->st_uid,
        .gid = stat->st_gid,
        .mtime_ns = stat->st_mtim.tv_sec * INT64_C(1000000000) + stat->st_mtim.tv_nsec,
        .major = major(stat->st_rdev),
        .minor = minor(stat->st_rdev),
    };
}

static int put(struct tree_walk *walk, struct nt_buf *out, const struct stream_entry *entry,
               struct nt_error *err)
{
    int result = stream_put_entry(out, entry);
    if (result < 0)
        return nt_fail(err, result, "%s does not fit into the stream", walk->path);
    walk->entries++;
    return 0;
}

/* --- going down and up ----------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes fd. */
static int enter(struct tree_walk *walk, int fd, const struct stat *stat, struct nt_error *err)
{
    if (walk->depth == DEPTH_MAX) {
        (void)close(fd);
        return nt_fail(err, -ELOOP, "%s is too deep", walk->path);
    }
    struct level level = {.fd = fd,
                          .path_len = strlen(walk->path),
                          .mtime_ns =
                              stat->st_mtim.tv_sec * INT64_C(1000000000) + stat->st_mtim.tv_nsec};
    int list_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = list_fd < 0 ? NULL : fdopendir(list_fd);
    if (list == NULL) {
        int code = -errno;
        nt_close_p(&list_fd);
        (void)close(fd);
        return nt_fail(err, code, "listing %s: %s", walk->path, strerror(-code));
    }
    size_t capacity = 0;
    const struct dirent *dirent = NULL;
    while ((dirent = readdir(list)) != NULL && level.names_count < NAMES_MAX) {
        if (strcmp(dirent->d_name, ".") != 0 && strcmp(dirent->d_name, "..") != 0)
            nt_vec_push(level.names, level.names_count, capacity) = nt_strdup(dirent->d_name);
    }
    (void)closedir(list);
    if (level.names_count > 0)
        qsort(level.names, level.names_count, sizeof(level.names[0]), by_name);
    walk->levels[walk->depth++] = level;
    return 0;
}

static int next_root(struct tree_walk *walk, struct nt_buf *out, struct nt_error *err)
{
    const struct tree_root *root = &walk->roots[walk->next_root++];
    walk->path[0] = '\0';
    forget_links(walk);
    int fd = open(root->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) < 0) {
        int code = -errno;
        nt_close_p(&fd);
        return nt_fail(err, code, "%s: %s", root->path, strerror(-code));
    }
    struct stream_entry entry = entry_of(&stat, root->name);
    entry.kind = STREAM_ROOT;
    char proc[64];
    (void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d/.", fd);
    int result = read_xattrs(walk, proc, &entry, err);
    if (result == 0)
        result = put(walk, out, &entry, err);
    if (result < 0) {
        (void)close(fd);
        return result;
    }
    return enter(walk, fd, &stat, err);
}

/* --- entries --------------------------------------------------------------------------------- */

/* The path under which this inode was sent already, or NULL. */
static const char *find_link(struct tree_walk *walk, const struct stat *stat)
{
    struct link_key key;
    memset(&key, 0, sizeof(key)); /* the padding is hashed too */
    key.dev = stat->st_dev;
    key.ino = stat->st_ino;
    struct link *link = NULL;
    HASH_FIND(hh, walk->links, &key, sizeof(key), link);
    return link == NULL ? NULL : link->path;
}

static void remember_link(struct tree_walk *walk, const struct stat *stat)
{
    if (stat->st_nlink < 2)
        return;
    struct link *link = nt_zalloc(sizeof(*link));
    link->key.dev = stat->st_dev;
    link->key.ino = stat->st_ino;
    link->path = nt_strdup(walk->path);
    HASH_ADD(hh, walk->links, key, sizeof(link->key), link);
}

static int vanished(const struct tree_walk *walk, int code, struct nt_error *err)
{
    if (code == -ENOENT && !walk->is_still)
        return 0;
    return nt_fail(err, code, "%s: %s", walk->path, strerror(-code));
}

static int walk_file(struct tree_walk *walk, struct nt_buf *out, int dir_fd, const char *name,
                     struct stream_entry *entry, struct nt_error *err)
{
    struct stat stat;
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return vanished(walk, -errno, err);
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        (void)close(fd);
        return vanished(walk, -ENOENT, err);
    }
    entry->kind = STREAM_FILE;
    int result = put(walk, out, entry, err);
    if (result < 0) {
        (void)close(fd);
        return result;
    }
    remember_link(walk, &stat);
    walk->file_fd = fd;
    walk->file_at = 0;
    walk->file_size = stat.st_size;
    return 0;
}

static int walk_entry(struct tree_walk *walk, struct nt_buf *out, struct level *level,
                      const char *name, struct nt_error *err)
{
    size_t len = level->path_len;
    if (len + 1 + strlen(name) > STREAM_PATH_MAX)
        return nt_fail(err, -ENAMETOOLONG, "%s/%.80s is too long a path", walk->path, name);
    (void)snprintf(walk->path + len, sizeof(walk->path) - len, "%s%s", len > 0 ? "/" : "", name);
    struct stat stat;
    if (fstatat(level->fd, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return vanished(walk, -errno, err);
    struct stream_entry entry = entry_of(&stat, walk->path);
    const char *first = S_ISDIR(stat.st_mode) ? NULL : find_link(walk, &stat);
    if (first != NULL) {
        entry.kind = STREAM_HARDLINK;
        entry.target = first;
        return put(walk, out, &entry, err);
    }
    char proc[320];
    (void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d/%s", level->fd, name);
    int result = read_xattrs(walk, proc, &entry, err);
    if (result < 0)
        return result;
    if (S_ISREG(stat.st_mode))
        return walk_file(walk, out, level->fd, name, &entry, err);
    if (S_ISLNK(stat.st_mode)) {
        char *target = nt_arena_alloc(&walk->arena, STREAM_PATH_MAX + 1);
        ssize_t target_len = readlinkat(level->fd, name, target, STREAM_PATH_MAX);
        if (target_len < 0)
            return vanished(walk, -errno, err);
        entry.kind = STREAM_SYMLINK;
        entry.target = target;
        remember_link(walk, &stat);
        return put(walk, out, &entry, err);
    }
    if (!S_ISDIR(stat.st_mode)) {
        entry.kind = STREAM_NODE;
        remember_link(walk, &stat);
        return put(walk, out, &entry, err);
    }
    int fd = openat(level->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return vanished(walk, -errno, err);
    entry.kind = STREAM_DIR;
    result = put(walk, out, &entry, err);
    if (result < 0) {
        (void)close(fd);
        return result;
    }
    return enter(walk, fd, &stat, err);
}

/* --- content: what lies between the holes ---------------------------------------------------- */

static int walk_content(struct tree_walk *walk, struct nt_buf *out, struct nt_error *err)
{
    off_t data = lseek(walk->file_fd, walk->file_at, SEEK_DATA);
    if (data >= 0 && data < walk->file_size) {
        off_t hole = lseek(walk->file_fd, data, SEEK_HOLE);
        int64_t end = hole < 0 || hole > walk->file_size ? walk->file_size : hole;
        int64_t len = end - data < STREAM_CHUNK_MAX ? end - data : STREAM_CHUNK_MAX;
        if (!walk->with_content) {
            walk->bytes += end - data;
            walk->file_at = end;
            return 0;
        }
        ssize_t got = pread(walk->file_fd, walk->chunk, (size_t)len, data);
        if (got < 0)
            return nt_fail(err, -errno, "reading %s: %s", walk->path, strerror(errno));
        if (got > 0) {
            walk->bytes += got;
            walk->file_at = data + got;
            struct nt_span span = {.data = walk->chunk, .len = (size_t)got};
            int result = stream_put_chunk(out, data, span);
            return result < 0 ? nt_fail(err, result, "no room for %s", walk->path) : 0;
        }
        walk->file_size = walk->file_at; /* it was truncated meanwhile */
    } else if (data < 0 && errno != ENXIO) {
        return nt_fail(err, -errno, "reading %s: %s", walk->path, strerror(errno));
    }
    (void)close(walk->file_fd);
    walk->file_fd = -1;
    return stream_put_file_end(out, walk->file_size);
}

static int walk_step(struct tree_walk *walk, struct nt_buf *out, struct nt_error *err)
{
    nt_arena_reset(&walk->arena);
    if (!walk->has_begun) {
        walk->has_begun = true;
        return stream_put_begin(out);
    }
    if (walk->file_fd >= 0)
        return walk_content(walk, out, err);
    if (walk->depth == 0) {
        if (walk->next_root < walk->roots_count)
            return next_root(walk, out, err);
        walk->is_end = true;
        return stream_put_end(out, walk->entries, walk->bytes);
    }
    struct level *level = &walk->levels[walk->depth - 1];
    if (level->next < level->names_count)
        return walk_entry(walk, out, level, level->names[level->next++], err);
    walk->path[level->path_len] = '\0';
    int result = stream_put_dir_end(out, walk->path, level->mtime_ns);
    leave_level(level);
    walk->depth--;
    return result;
}

int tree_walk_fill(struct tree_walk *walk, struct nt_buf *out, size_t want, struct nt_error *err)
{
    size_t start = out->len;
    while (!walk->is_end && out->len - start < want) {
        int result = walk_step(walk, out, err);
        if (result < 0)
            return err->code != 0 ? result : nt_fail(err, result, "the stream is full");
    }
    return walk->is_end ? 1 : 0;
}

int64_t tree_measure(const struct tree_root *roots, size_t count)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_buf out = {0};
    struct tree_walk *walk = tree_walk_new(roots, count, false, false);
    int result = 0;
    while (result == 0) {
        nt_buf_reset(&out);
        result = tree_walk_fill(walk, &out, 1 << 20, &err);
    }
    int64_t bytes = result < 0 ? result : walk->bytes;
    tree_walk_free(walk);
    nt_buf_deinit(&out);
    return bytes;
}
