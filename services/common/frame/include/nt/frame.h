/*
 * The frames of a terminal between provisioner and api (services/provisioner/README.md): a type, a
 * length of 4 bytes, big-endian, and so many bytes. Pure. Any thread.
 */
#ifndef NT_FRAME_H
#define NT_FRAME_H

#include <nt/span.h>

enum nt_frame_type {
    NT_FRAME_INPUT = 1,
    NT_FRAME_SIZE = 2, /* columns and rows, 2 bytes each, big-endian */
    NT_FRAME_HANG_UP = 3,
    NT_FRAME_HELLO = 17,
    NT_FRAME_OUTPUT = 18,
    NT_FRAME_END = 19,
};

enum {
    NT_FRAME_HEAD = 5,
    NT_FRAME_MAX = 64 << 10, /* bytes of payload */
};

/* Appends a frame; payload of NT_FRAME_MAX at most. 0, or -EMSGSIZE: nothing was added. */
int nt_frame_add(struct nt_buf *out, enum nt_frame_type type, struct nt_span payload);

/* Zero-initialised it is ready. */
struct nt_frame_reader {
    struct nt_buf rest; /* a frame that is not whole yet */
};

void nt_frame_reader_deinit(struct nt_frame_reader *reader);

/*
 * Bytes in, whole frames out; payload is borrowed for the call. on_frame returns 0 to go on; what
 * else it returns ends the reading and is returned. -EPROTO: a longer payload than may be.
 */
int nt_frame_read(struct nt_frame_reader *reader, struct nt_span data,
                  int (*on_frame)(void *arg, uint8_t type, struct nt_span payload), void *arg);

/* The payload of a SIZE frame. -EINVAL: not one, or not 1 to 1000 each. */
int nt_frame_size(struct nt_span payload, int *ret_columns, int *ret_rows);

#endif
