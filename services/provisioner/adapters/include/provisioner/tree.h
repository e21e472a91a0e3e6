/*
 * Trees of files to and from a stream (provisioner/stream.h). Blocking: for the pool, one thread
 * at a time for each object. Needs root to be complete (owners, devices, trusted attributes).
 */
#ifndef PROVISIONER_TREE_H
#define PROVISIONER_TREE_H

#include <provisioner/stream.h>

struct tree_root {
    const char *name; /* "": the writable layer; else the path of a volume in the container */
    const char *path; /* on this host */
};

/* --- reading trees --------------------------------------------------------------------------- */

struct tree_walk;

/*
 * Copies roots. is_still: nothing changes meanwhile, so a file that vanishes is an error; otherwise
 * it is left out. with_content false: the stream has entries only (to measure).
 */
struct tree_walk *tree_walk_new(const struct tree_root *roots, size_t count, bool is_still,
                                bool with_content);
void tree_walk_free(struct tree_walk *walk);

/* Append frames until out has at least want bytes more, or the end. 1: the end is written, 0: there
 * is more, negative: broken. */
int tree_walk_fill(struct tree_walk *walk, struct nt_buf *out, size_t want, struct nt_error *err);

/* Bytes of content (holes not counted) met so far. */
int64_t tree_walk_bytes(const struct tree_walk *walk);

/* Content of all files of the roots; negative errno where a root cannot be read. */
int64_t tree_measure(const struct tree_root *roots, size_t count);

/* --- writing trees --------------------------------------------------------------------------- */

struct tree_apply;

/* Each root's content is replaced: afterwards the tree is what the stream says, nothing else. */
struct tree_apply *tree_apply_new(const struct tree_root *roots, size_t count);
void tree_apply_free(struct tree_apply *apply);

/* Any piece of the stream. -EBADMSG: not a stream, or it tries to leave its root. */
int tree_apply_write(struct tree_apply *apply, struct nt_span data, struct nt_error *err);

/* After the last piece: was it whole? Then it is on the disk. -EBADMSG: cut off. */
int tree_apply_finish(struct tree_apply *apply, struct nt_error *err);

int64_t tree_apply_bytes(const struct tree_apply *apply);

#endif
