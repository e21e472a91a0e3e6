#include "rootfs_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <nt/text.h>
#include <provisioner/clean.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

/* --- finding --------------------------------------------------------------------------------- */

bool rootfs_is_path(const char *path)
{
    size_t len = strlen(path);
    if (path[0] != '/' || len >= PATH_BYTES_MAX)
        return false;
    if (len == 1)
        return true;
    for (const char *at = path; *at == '/';) {
        const char *segment = at + 1;
        size_t size = strcspn(segment, "/");
        if (size == 0 || size > 255 || (size == 1 && segment[0] == '.') ||
            (size == 2 && segment[0] == '.' && segment[1] == '.'))
            return false;
        at = segment + size;
    }
    return true;
}

int rootfs_open(int64_t pid)
{
    char path[64];
    if (pid <= 1)
        return -ESRCH;
    (void)snprintf(path, sizeof(path), "/proc/%lld/root", (long long)pid);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

bool rootfs_is_place(int fd)
{
    static const unsigned long kinds[] = {
        OVERLAYFS_SUPER_MAGIC, EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,
        BTRFS_SUPER_MAGIC,     TMPFS_MAGIC,      F2FS_SUPER_MAGIC,
        NFS_SUPER_MAGIC,       FUSE_SUPER_MAGIC, 0x2fc12fc1 /* ZFS */,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0)
        return false;
    for (size_t i = 0; i < NT_COUNT(kinds); i++) {
        if ((unsigned long)fs.f_type == kinds[i])
            return true;
    }
    return false;
}

int rootfs_find(int root, const char *path, int flags)
{
    if (!rootfs_is_path(path))
        return -EINVAL;
    const struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int fd = -1;
    do {
        fd = (int)syscall(SYS_openat2, root, path[1] == '\0' ? "." : path + 1, &how, sizeof(how));
    } while (fd < 0 && (errno == EAGAIN || errno == EINTR)); /* something was renamed meanwhile */
    if (fd < 0)
        return -errno;
    if (rootfs_is_place(fd))
        return fd;
    (void)close(fd);
    return -EACCES;
}

int rootfs_place(int root, const char *path, struct rootfs_place *ret_place)
{
    if (!rootfs_is_path(path) || path[1] == '\0')
        return -EINVAL;
    const char *slash = strrchr(path, '/');
    char folder[PATH_BYTES_MAX];
    (void)snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    if (rootfs_is_part(slash + 1))
        return -EACCES;
    int fd = rootfs_find(root, folder, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return fd;
    ret_place->folder = fd;
    (void)snprintf(ret_place->name, sizeof(ret_place->name), "%.255s", slash + 1);
    return 0;
}

bool rootfs_is_part(const char *name)
{
    size_t len = strlen(name);
    size_t end = strlen(ROOTFS_PART);
    return name[0] == '.' && len > end && strcmp(name + len - end, ROOTFS_PART) == 0;
}

/* --- listing --------------------------------------------------------------------------------- */

static const char *kind_of(mode_t mode)
{
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "folder" : S_ISLNK(mode) ? "link" : "other";
}

static const char *clean_name(struct nt_arena *arena, const char *name)
{
    struct nt_buf text = {0};
    (void)clean_add(&text, name, strlen(name));
    const char *copy = nt_arena_text_n(arena, (const char *)text.data, text.len);
    nt_buf_deinit(&text);
    return copy;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct rootfs_entry *)a)->name, ((const struct rootfs_entry *)b)->name);
}

static void list_all(DIR *folder, struct nt_arena *arena, struct rootfs_list *list)
{
    const struct dirent *found = NULL;
    struct stat about;
    while ((found = readdir(folder)) != NULL) {
        const char *name = found->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || rootfs_is_part(name) ||
            fstatat(dirfd(folder), name, &about, AT_SYMLINK_NOFOLLOW) < 0)
            continue; /* gone again, or nobody's business */
        if (list->count == ROOTFS_ENTRIES_MAX) {
            list->is_cut = true;
            return;
        }
        list->entries[list->count++] = (struct rootfs_entry){
            .name = clean_name(arena, name),
            .kind = kind_of(about.st_mode),
            .size = about.st_size,
            .mtime_ms = about.st_mtim.tv_sec * INT64_C(1000) + about.st_mtim.tv_nsec / 1000000,
            .mode = (int)(about.st_mode & 07777),
        };
    }
}

int rootfs_list(int root, const char *path, struct nt_arena *arena, struct rootfs_list *ret_list)
{
    int fd = rootfs_find(root, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return fd;
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        (void)close(fd);
        return -ENOMEM;
    }
    struct rootfs_list list = {.entries = NT_ARRAY(arena, ROOTFS_ENTRIES_MAX, struct rootfs_entry)};
    list_all(folder, arena, &list);
    (void)closedir(folder);
    qsort(list.entries, list.count, sizeof(list.entries[0]), by_name);
    *ret_list = list;
    return 0;
}

/* --- reading --------------------------------------------------------------------------------- */

/* First only found: opening a device or a pipe is an act of its own. */
int rootfs_read(int root, const char *path, int64_t *ret_size)
{
    char link[64];
    struct stat about;
    NT_CLEANUP(nt_close_p) int found = rootfs_find(root, path, O_PATH);
    if (found < 0)
        return found;
    if (fstat(found, &about) < 0)
        return -errno;
    if (!S_ISREG(about.st_mode))
        return -EISDIR;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", found);
    int fd = open(link, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret_size = about.st_size;
    return fd;
}

int rootfs_read_whole(int fd, struct nt_buf *out)
{
    out->max = (size_t)2 * ROOTFS_SMALL;
    for (;;) {
        uint8_t *room = nt_buf_reserve(out, 65536);
        ssize_t len = room == NULL ? -1 : read(fd, room, 65536);
        if (room == NULL || (len > 0 && out->len + (size_t)len > ROOTFS_SMALL))
            return -EFBIG;
        if (len < 0)
            return -errno;
        if (len == 0)
            return 0;
        out->len += (size_t)len;
    }
}

void rootfs_etag(struct nt_span content, char ret_etag[ROOTFS_ETAG_SIZE])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    char hex[sizeof(hash) * 2 + 1];
    (void)crypto_hash_sha256(hash, content.data, content.len);
    nt_hex(hash, sizeof(hash), hex);
    (void)snprintf(ret_etag, ROOTFS_ETAG_SIZE, "\"%s\"", hex);
}
