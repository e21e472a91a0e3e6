/*
 * Files inside a running container, reached through /proc/<pid>/root. Paths are resolved by
 * openat2(2) inside that root, so that no link leads out of it; /proc, /sys and other things that
 * are no files are refused. Everything blocks: for the pool. Any thread.
 *
 * Results are 0 or a negative errno: -ENOENT, -EEXIST, -ENOTDIR, -EISDIR (also: a link or a device
 * where a file is needed), -ENOTEMPTY, -EACCES (not a place for files), -EFBIG, -ENOSPC, -ESTALE
 * (not as it was), -EINVAL (the path) and what the kernel says.
 */
#ifndef PROVISIONER_ROOTFS_H
#define PROVISIONER_ROOTFS_H

#include <nt/arena.h>
#include <nt/span.h>

enum {
    ROOTFS_SMALL = 1 << 20, /* bytes of a file that is read and written whole */
    ROOTFS_ENTRIES_MAX = 10000,
    ROOTFS_ETAG_SIZE = 67, /* SHA-256 in hex, in quotes, with the NUL */
};

/* Absolute, without "..", "." or empty segments; "/" itself. */
bool rootfs_is_path(const char *path);

/* The descriptor of the root; the caller closes it, after it has made sure that pid was meant. */
int rootfs_open(int64_t pid);

/* --- reading --------------------------------------------------------------------------------- */

struct rootfs_entry {
    const char *name; /* UTF-8, whatever it was */
    const char *kind; /* file, folder, link, other */
    int64_t size;
    int64_t mtime_ms;
    int mode; /* permissions */
};

struct rootfs_list {
    struct rootfs_entry *entries; /* sorted by name */
    size_t count;
    bool is_cut;
};

int rootfs_list(int root, const char *path, struct nt_arena *arena, struct rootfs_list *ret_list);

/* A file for reading; the caller closes it. */
int rootfs_read(int root, const char *path, int64_t *ret_size);
int rootfs_read_whole(int fd, struct nt_buf *out); /* -EFBIG: more than ROOTFS_SMALL */
void rootfs_etag(struct nt_span content, char ret_etag[ROOTFS_ETAG_SIZE]);

/* --- writing --------------------------------------------------------------------------------- */

/* The whole content, in place of what was there at once. etag: what was there, or NULL; is_new:
 * nothing may be there (-ESTALE). */
int rootfs_write(int root, const char *path, struct nt_span content, const char *etag, bool is_new);

/*
 * A piece of an upload, which gathers in a file beside the path until all `total` bytes are there.
 * *ret_offset: where the next piece begins. -EAGAIN where this one does not begin there.
 */
struct rootfs_upload {
    const char *path;
    const char *id; /* [a-z0-9]{1,32} */
    int64_t offset;
    int64_t total;
};
int rootfs_upload(int root, const struct rootfs_upload *upload, struct nt_span piece,
                  int64_t *ret_offset, bool *ret_is_done);
int rootfs_uploaded(int root, const char *path, const char *id, int64_t *ret_offset);

int rootfs_make_folder(int root, const char *path);
int rootfs_rename(int root, const char *from, const char *to, bool may_replace);
int rootfs_remove(int root, const char *path, bool is_recursive);

#endif
