/*
 * How a server's data travels between hosts: a writable layer and volumes as a stream of frames.
 * A frame is a type (1 byte), the length of its payload (4 bytes, big-endian) and the payload:
 *
 *   B  version                              begin; first, once
 *   R  name, meta                           a tree begins: "" the writable layer, else the path
 *                                           inside the container where the volume is mounted
 *   D F L N  meta, path, target, device     directory, file, symbolic link, node (device, pipe,
 *                                           socket; character device 0:0 is overlay's whiteout)
 *   H  path, target                         hard link to an earlier path of the same tree
 *   C  offset, bytes                        content of the file that began last; holes are left out
 *   E  size                                 its end
 *   T  path, mtime                          a directory has all its entries
 *   Z  entries, bytes                       the end; without it the stream is not whole
 *
 * Numbers are big-endian; texts and bytes have their length before them (2 or 4 bytes). Pure.
 */
#ifndef PROVISIONER_STREAM_H
#define PROVISIONER_STREAM_H

#include <nt/arena.h>
#include <nt/span.h>

enum {
    STREAM_CHUNK_MAX = 256 << 10,
    STREAM_FRAME_MAX = 1 << 20,
    STREAM_PATH_MAX = 4095,
    STREAM_XATTRS_MAX = 64,
    STREAM_XATTR_MAX = 64 << 10,
};

enum stream_kind {
    STREAM_ROOT = 'R',
    STREAM_DIR = 'D',
    STREAM_FILE = 'F',
    STREAM_SYMLINK = 'L',
    STREAM_NODE = 'N',
    STREAM_HARDLINK = 'H',
};

struct stream_xattr {
    const char *name;
    struct nt_span value;
};

struct stream_entry {
    enum stream_kind kind;
    const char *path;   /* relative, without . and .. ; of a root: its name */
    const char *target; /* symbolic link: any text; hard link: a path like path */
    uint32_t mode;      /* with the type's bits */
    uint32_t uid, gid;
    int64_t mtime_ns;
    uint32_t major, minor;
    const struct stream_xattr *xattrs;
    size_t xattrs_count;
};

/* --- writing: append a frame; 0 or -EMSGSIZE ------------------------------------------------- */

int stream_put_begin(struct nt_buf *out);
int stream_put_entry(struct nt_buf *out, const struct stream_entry *entry);
int stream_put_chunk(struct nt_buf *out, int64_t offset, struct nt_span data);
int stream_put_file_end(struct nt_buf *out, int64_t size);
int stream_put_dir_end(struct nt_buf *out, const char *path, int64_t mtime_ns);
int stream_put_end(struct nt_buf *out, int64_t entries, int64_t bytes);

/* --- reading --------------------------------------------------------------------------------- */

/* Each returns 0, or a negative errno with err filled, which ends the reading. */
struct stream_sink {
    int (*entry)(void *arg, const struct stream_entry *entry, struct nt_error *err);
    int (*chunk)(void *arg, int64_t offset, struct nt_span data, struct nt_error *err);
    int (*file_end)(void *arg, int64_t size, struct nt_error *err);
    int (*dir_end)(void *arg, const char *path, int64_t mtime_ns, struct nt_error *err);
    void *arg;
};

struct stream_reader {
    struct nt_buf pending;
    struct nt_arena arena;
    int64_t entries, bytes; /* so far */
    int64_t file_at;        /* end of the last chunk; -1: no file is open */
    bool has_begun, has_root, is_end;
};

void stream_reader_init(struct stream_reader *reader);
void stream_reader_deinit(struct stream_reader *reader);

/* Take any piece of the stream. -EBADMSG: not a stream of ours, or an unsafe path in it. After
 * reader->is_end nothing may follow. */
int stream_read(struct stream_reader *reader, struct nt_span data, const struct stream_sink *sink,
                struct nt_error *err);

/* Relative, no empty, "." or ".." part, no NUL, at most STREAM_PATH_MAX. */
bool stream_path_is_safe(const char *path);

#endif
