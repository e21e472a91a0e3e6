#include "rootfs_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <nt/clock.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    PART_OLD_S = 86400, /* an upload that nobody goes on with */
    DEPTH_MAX = 512,
};

#define FREE_MIN ((int64_t)64 << 20) /* bytes that an upload leaves on the disk */

static void place_close(struct rootfs_place *place)
{
    (void)close(place->folder);
}

/* --- putting a file in its place -------------------------------------------------------------- */

/* What is there now: 1 a file, 0 nothing, or a negative errno. */
static int look(const struct rootfs_place *place, struct stat *ret_about)
{
    if (fstatat(place->folder, place->name, ret_about, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    return S_ISREG(ret_about->st_mode) ? 1 : -EISDIR;
}

/* Owner and mode of what it replaces, else as the folder's owner would have made it. */
static int dress(const struct rootfs_place *place, int fd, const struct stat *old)
{
    struct stat folder;
    if (old == NULL && fstat(place->folder, &folder) < 0)
        return -errno;
    const struct stat *owner = old != NULL ? old : &folder;
    /* Not setuid: the content is another now. After the owner, because chown() clears bits. */
    mode_t mode = old != NULL ? old->st_mode & 0777 : 0644;
    if (fchown(fd, owner->st_uid, owner->st_gid) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0)
        return -errno;
    return 0;
}

static int write_all(int fd, struct nt_span data)
{
    while (data.len > 0) {
        ssize_t len = write(fd, data.data, data.len);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return -errno;
        data = (struct nt_span){data.data + len, data.len - (size_t)len};
    }
    return 0;
}

static int is_as_it_was(int root, const char *path, const char *etag)
{
    int64_t size = 0;
    char now[ROOTFS_ETAG_SIZE];
    struct nt_buf content = {0};
    NT_CLEANUP(nt_close_p) int fd = rootfs_read(root, path, &size);
    if (fd < 0)
        return fd == -ENOENT ? -ESTALE : fd;
    int result = rootfs_read_whole(fd, &content);
    rootfs_etag(nt_buf_span(&content), now);
    nt_buf_deinit(&content);
    return result == 0 && strcmp(now, etag) == 0 ? 0 : -ESTALE;
}

static int write_place(const struct rootfs_place *place, struct nt_span content, bool is_new)
{
    char part[64];
    char random[17];
    uint8_t bytes[8];
    struct stat old;
    int there = look(place, &old);
    if (there < 0)
        return there;
    if (is_new && there > 0)
        return -ESTALE;
    nt_random(bytes, sizeof(bytes));
    nt_hex(bytes, sizeof(bytes), random);
    (void)snprintf(part, sizeof(part), ".%s" ROOTFS_PART, random);
    int fd =
        openat(place->folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int result = write_all(fd, content);
    if (result == 0)
        result = dress(place, fd, there > 0 ? &old : NULL);
    if (result == 0 && renameat2(place->folder, part, place->folder, place->name,
                                 is_new ? RENAME_NOREPLACE : 0) < 0)
        result = errno == EEXIST ? -ESTALE : -errno;
    if (result < 0)
        (void)unlinkat(place->folder, part, 0);
    (void)close(fd);
    return result;
}

int rootfs_write(int root, const char *path, struct nt_span content, const char *etag, bool is_new)
{
    struct rootfs_place place;
    if (content.len > ROOTFS_SMALL)
        return -EFBIG;
    int result = rootfs_place(root, path, &place);
    if (result < 0)
        return result;
    if (etag != NULL)
        result = is_as_it_was(root, path, etag);
    if (result == 0)
        result = write_place(&place, content, is_new);
    place_close(&place);
    return result;
}

/* --- uploads --------------------------------------------------------------------------------- */

static bool is_upload_id(const char *id)
{
    size_t len = strlen(id);
    return len >= 1 && len <= 32 && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789") == len;
}

/* Of the upload, or a negative errno; 0 bytes where it is new. */
static int open_part(const struct rootfs_place *place, const char *id, int flags, int64_t *ret_size)
{
    char part[64];
    struct stat about;
    if (!is_upload_id(id))
        return -EINVAL;
    (void)snprintf(part, sizeof(part), ".%s" ROOTFS_PART, id);
    int fd = openat(place->folder, part, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode) || about.st_nlink != 1) {
        (void)close(fd); /* the person put something else there */
        return -EACCES;
    }
    *ret_size = about.st_size;
    return fd;
}

/* Parts that nobody goes on with; this is when somebody is here anyway. */
static void sweep(const struct rootfs_place *place)
{
    struct stat about;
    int fd = openat(place->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL)
        return;
    const struct dirent *found = NULL;
    int64_t before_s = nt_wall_ms() / 1000 - PART_OLD_S;
    for (int i = 0; i < ROOTFS_ENTRIES_MAX && (found = readdir(folder)) != NULL; i++) {
        if (rootfs_is_part(found->d_name) &&
            fstatat(dirfd(folder), found->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(about.st_mode) && about.st_mtim.tv_sec < before_s)
            (void)unlinkat(dirfd(folder), found->d_name, 0);
    }
    (void)closedir(folder);
}

static bool has_room(int fd, int64_t bytes)
{
    struct statvfs fs;
    return fstatvfs(fd, &fs) < 0 || (int64_t)fs.f_bavail * (int64_t)fs.f_frsize >= bytes + FREE_MIN;
}

static int finish_upload(const struct rootfs_place *place, const char *id, int fd)
{
    char part[64];
    struct stat old;
    int there = look(place, &old);
    if (there < 0)
        return there;
    int result = dress(place, fd, there > 0 ? &old : NULL);
    (void)snprintf(part, sizeof(part), ".%s" ROOTFS_PART, id);
    if (result == 0 && renameat(place->folder, part, place->folder, place->name) < 0)
        result = -errno;
    return result;
}

static int upload_piece(const struct rootfs_place *place, const struct rootfs_upload *upload,
                        struct nt_span piece, int64_t *ret_offset, bool *ret_is_done)
{
    int64_t size = 0;
    NT_CLEANUP(nt_close_p)
    int fd = open_part(place, upload->id, O_WRONLY | O_CREAT | O_APPEND, &size);
    if (fd < 0)
        return fd;
    *ret_offset = size;
    if (size != upload->offset)
        return -EAGAIN;
    if (size == 0)
        sweep(place);
    if (!has_room(fd, upload->total - size))
        return -ENOSPC;
    int result = write_all(fd, piece);
    if (result < 0) { /* half a piece would count as one */
        if (ftruncate(fd, size) < 0)
            return -errno;
        return result;
    }
    *ret_offset = size + (int64_t)piece.len;
    *ret_is_done = *ret_offset == upload->total;
    return *ret_is_done ? finish_upload(place, upload->id, fd) : 0;
}

int rootfs_upload(int root, const struct rootfs_upload *upload, struct nt_span piece,
                  int64_t *ret_offset, bool *ret_is_done)
{
    struct rootfs_place place;
    if (upload->offset < 0 || upload->total < 0 ||
        upload->offset + (int64_t)piece.len > upload->total || !is_upload_id(upload->id) ||
        (piece.len == 0 && upload->total > 0))
        return -EINVAL;
    int result = rootfs_place(root, upload->path, &place);
    if (result < 0)
        return result;
    struct stat old;
    result = look(&place, &old); /* rather now than after the last byte */
    if (result >= 0)
        result = upload_piece(&place, upload, piece, ret_offset, ret_is_done);
    place_close(&place);
    return result;
}

int rootfs_uploaded(int root, const char *path, const char *id, int64_t *ret_offset)
{
    struct rootfs_place place;
    int result = rootfs_place(root, path, &place);
    if (result < 0)
        return result;
    int64_t size = 0;
    int fd = open_part(&place, id, O_RDONLY, &size);
    place_close(&place);
    if (fd < 0 && fd != -ENOENT)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    *ret_offset = size;
    return 0;
}

/* --- folders, names -------------------------------------------------------------------------- */

int rootfs_make_folder(int root, const char *path)
{
    struct rootfs_place place;
    struct stat folder;
    int result = rootfs_place(root, path, &place);
    if (result < 0)
        return result;
    if (mkdirat(place.folder, place.name, 0755) < 0 || fstat(place.folder, &folder) < 0 ||
        fchownat(place.folder, place.name, folder.st_uid, folder.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        result = -errno;
    place_close(&place);
    return result;
}

int rootfs_rename(int root, const char *from, const char *to, bool may_replace)
{
    struct rootfs_place old;
    struct rootfs_place new;
    int result = rootfs_place(root, from, &old);
    if (result < 0)
        return result;
    result = rootfs_place(root, to, &new);
    if (result == 0) {
        if (renameat2(old.folder, old.name, new.folder, new.name,
                      may_replace ? 0 : RENAME_NOREPLACE) < 0)
            result = -errno;
        place_close(&new);
    }
    place_close(&old);
    return result;
}

static int remove_below(int folder, const char *name, int depth);

static int remove_entries(int fd, int depth)
{
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        (void)close(fd);
        return -ENOMEM;
    }
    const struct dirent *found = NULL;
    int result = 0;
    while (result == 0 && (found = readdir(folder)) != NULL) {
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
            result = remove_below(dirfd(folder), found->d_name, depth + 1);
    }
    (void)closedir(folder);
    return result;
}

/* Never through a link, and not into what is no place for files. */
static int remove_below(int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR)
        return -errno;
    if (depth > DEPTH_MAX)
        return -ENAMETOOLONG;
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (!rootfs_is_place(fd)) {
        (void)close(fd);
        return -EACCES;
    }
    int result = remove_entries(fd, depth);
    if (result == 0 && unlinkat(folder, name, AT_REMOVEDIR) < 0)
        result = -errno;
    return result;
}

static int remove_one(const struct rootfs_place *place)
{
    struct stat about;
    if (fstatat(place->folder, place->name, &about, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    int flags = S_ISDIR(about.st_mode) ? AT_REMOVEDIR : 0;
    return unlinkat(place->folder, place->name, flags) < 0 ? -errno : 0;
}

int rootfs_remove(int root, const char *path, bool is_recursive)
{
    struct rootfs_place place;
    struct stat about;
    int result = rootfs_place(root, path, &place);
    if (result < 0)
        return result;
    if (is_recursive && fstatat(place.folder, place.name, &about, AT_SYMLINK_NOFOLLOW) == 0)
        result = remove_below(place.folder, place.name, 0);
    else
        result = remove_one(&place);
    place_close(&place);
    return result;
}
