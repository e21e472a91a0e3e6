/*
 * WebSocket (RFC 6455), the server's side: the handshake's answer, frames in and out. Whole
 * messages only, of bounded length. Pure.
 */
#ifndef API_WS_H
#define API_WS_H

#include <nt/span.h>

#define WS_MESSAGE_MAX ((size_t)64 << 10) /* payload of one message, either way */
#define WS_ACCEPT_SIZE 29

/* The value of Sec-WebSocket-Accept. False: the key is none. */
bool ws_accept(const char *key, char ret_accept[WS_ACCEPT_SIZE]);

enum ws_kind { WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

/* What a client has sent so far. Zero-initialise. */
struct ws {
    struct nt_buf raw;     /* not yet a whole frame */
    struct nt_buf message; /* fragments of one message */
    int kind;              /* of the message whose fragments these are; 0: none */
};

void ws_deinit(struct ws *ws);

/*
 * Take what came. on_message is called for each whole message and each control frame; data is
 * borrowed for the call, which must not touch ws. It returns false to stop: the rest is dropped.
 * Returns 0, -EPROTO (not masked, reserved bits, bad opcode or length, bad order of fragments) or
 * -EMSGSIZE.
 */
int ws_feed(struct ws *ws, struct nt_span bytes,
            bool (*on_message)(void *arg, enum ws_kind kind, struct nt_span data), void *arg);

/* Appends one frame. data is at most WS_MESSAGE_MAX + 16 bytes. */
void ws_add(struct nt_buf *out, enum ws_kind kind, struct nt_span data);

/* A close frame with its code. */
void ws_add_close(struct nt_buf *out, uint16_t code);

#endif
