/* The newest bytes of a terminal, for a client that comes back. Pure. */
#ifndef PROVISIONER_RING_H
#define PROVISIONER_RING_H

#include <nt/span.h>

enum { RING_SIZE = 256 << 10 };

/* Zero-initialised it is empty; its memory comes with the first byte. */
struct ring {
    uint8_t *bytes;
    size_t at; /* where the next byte goes */
    size_t len;
    bool is_cut; /* older bytes were dropped */
};

void ring_deinit(struct ring *ring);
void ring_add(struct ring *ring, struct nt_span data);

/* In order, as two pieces of which either may be empty. Where it is cut, it begins after a line's
 * end if one is near, rather than in the middle of a character. */
void ring_get(const struct ring *ring, struct nt_span ret_pieces[2]);

#endif
