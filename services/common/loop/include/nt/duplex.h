/*
 * Bytes both ways over a connected socket: what is left of an HTTP connection after an upgrade.
 * The queue of what is written is bounded, reading can be paused. Loop thread only.
 */
#ifndef NT_DUPLEX_H
#define NT_DUPLEX_H

#include <nt/loop.h>
#include <nt/span.h>

struct nt_duplex;

/* Every callback may close the duplex, or write to it. on_closed comes once, never from inside
 * nt_duplex_write(): the peer has ended (error 0) or is lost; the duplex is still to be closed. */
struct nt_duplex_events {
    void (*on_data)(void *arg, struct nt_span data); /* borrowed */
    void (*on_drained)(void *arg);                   /* what had to wait is sent; may be NULL */
    void (*on_closed)(void *arg, int error);
    void *arg;
};

/* Takes fd. queue_max: bytes that may wait to be sent. */
struct nt_duplex *nt_duplex_new(struct nt_loop *loop, int fd, size_t queue_max);

/* Nothing is read before this. Again: the next owner takes over, also inside a callback. */
void nt_duplex_start(struct nt_duplex *duplex, const struct nt_duplex_events *events);

/* Gives bytes back, which on_data then gets before all others: what came with an HTTP head. */
void nt_duplex_unread(struct nt_duplex *duplex, struct nt_span data);

/* Copies. 0, or -ENOBUFS: nothing of it was taken. What cannot be sent any more is dropped, and
 * on_closed follows. */
int nt_duplex_write(struct nt_duplex *duplex, struct nt_span data);
size_t nt_duplex_queued(const struct nt_duplex *duplex);

/* The peer is not read, so that it has to wait. */
void nt_duplex_pause(struct nt_duplex *duplex, bool is_paused);

/* At once, what is queued is lost; no callback follows. NULL does nothing. */
void nt_duplex_close(struct nt_duplex *duplex);

#endif
