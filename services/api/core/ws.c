#include <api/ws.h>

#include <errno.h>
#include <nt/text.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

/* --- the handshake --------------------------------------------------------------------------- */

#define SHA1_SIZE 20

bool ws_accept(const char *key, char ret_accept[WS_ACCEPT_SIZE])
{
    char text[96];
    uint8_t hash[SHA1_SIZE];
    if (key == NULL || strlen(key) != 24)
        return false;
    (void)snprintf(text, sizeof(text), "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    /* The protocol wants SHA-1, to tell a WebSocket server from others: it guards nothing. */
    if (EVP_Digest(text, strlen(text), hash, NULL, EVP_sha1(), NULL) != 1)
        return false;
    (void)sodium_bin2base64(ret_accept, WS_ACCEPT_SIZE, hash, sizeof(hash),
                            sodium_base64_VARIANT_ORIGINAL);
    return true;
}

/* --- frames in ------------------------------------------------------------------------------- */

void ws_deinit(struct ws *ws)
{
    nt_buf_deinit(&ws->raw);
    nt_buf_deinit(&ws->message);
    *ws = (struct ws){0};
}

struct frame {
    bool is_last;
    int opcode;
    size_t head; /* bytes before the payload */
    size_t len;  /* of the payload */
    const uint8_t *mask;
};

/* 1: a whole frame; 0: more is to come; or a negative errno. */
static int parse(struct nt_span bytes, struct frame *ret_frame)
{
    if (bytes.len < 2)
        return 0;
    const uint8_t *at = bytes.data;
    uint64_t len = at[1] & 0x7F;
    size_t head = len < 126 ? 2 : len == 126 ? 4 : 10;
    if ((at[0] & 0x70) != 0 || (at[1] & 0x80) == 0)
        return -EPROTO;
    if (bytes.len < head + 4)
        return 0;
    if (head > 2) {
        len = 0;
        for (size_t i = 2; i < head; i++)
            len = len << 8 | at[i];
    }
    int opcode = at[0] & 0x0F;
    bool is_last = (at[0] & 0x80) != 0;
    if (opcode >= 8 && (len > 125 || !is_last))
        return -EPROTO;
    if (len > WS_MESSAGE_MAX)
        return -EMSGSIZE;
    *ret_frame = (struct frame){.is_last = is_last,
                                .opcode = opcode,
                                .head = head + 4,
                                .len = (size_t)len,
                                .mask = at + head};
    return bytes.len - ret_frame->head >= ret_frame->len;
}

static int take(struct ws *ws, const struct frame *frame, uint8_t *payload, bool *ret_go_on,
                bool (*on_message)(void *arg, enum ws_kind kind, struct nt_span data), void *arg)
{
    for (size_t i = 0; i < frame->len; i++)
        payload[i] ^= frame->mask[i % 4];
    struct nt_span data = {payload, frame->len};
    if (frame->opcode == WS_CLOSE || frame->opcode == WS_PING || frame->opcode == WS_PONG) {
        *ret_go_on = on_message(arg, (enum ws_kind)frame->opcode, data);
        return 0;
    }
    bool is_first = frame->opcode == WS_TEXT || frame->opcode == WS_BINARY;
    if ((!is_first && frame->opcode != 0) || is_first != (ws->kind == 0))
        return -EPROTO;
    if (is_first)
        ws->kind = frame->opcode;
    if (ws->message.len + data.len > WS_MESSAGE_MAX)
        return -EMSGSIZE;
    (void)nt_buf_add(&ws->message, data.data, data.len);
    if (!frame->is_last)
        return 0;
    *ret_go_on = on_message(arg, (enum ws_kind)ws->kind, nt_buf_span(&ws->message));
    nt_buf_reset(&ws->message);
    ws->kind = 0;
    return 0;
}

int ws_feed(struct ws *ws, struct nt_span bytes,
            bool (*on_message)(void *arg, enum ws_kind kind, struct nt_span data), void *arg)
{
    size_t done = 0;
    bool go_on = true;
    int code = nt_buf_add(&ws->raw, bytes.data, bytes.len) < 0 ? -EMSGSIZE : 0;
    while (code == 0 && go_on) {
        struct frame frame;
        code = parse((struct nt_span){ws->raw.data + done, ws->raw.len - done}, &frame);
        if (code <= 0)
            break;
        code = take(ws, &frame, ws->raw.data + done + frame.head, &go_on, on_message, arg);
        done += frame.head + frame.len;
    }
    if (!go_on)
        done = ws->raw.len;
    if (done > 0 && done < ws->raw.len)
        memmove(ws->raw.data, ws->raw.data + done, ws->raw.len - done);
    ws->raw.len -= done;
    return code;
}

/* --- frames out ------------------------------------------------------------------------------ */

void ws_add(struct nt_buf *out, enum ws_kind kind, struct nt_span data)
{
    uint8_t head[10] = {(uint8_t)(0x80 | kind)};
    size_t size = 2;
    if (data.len < 126) {
        head[1] = (uint8_t)data.len;
    } else if (data.len < 65536) {
        head[1] = 126;
        head[2] = (uint8_t)(data.len >> 8);
        head[3] = (uint8_t)data.len;
        size = 4;
    } else {
        head[1] = 127;
        for (size_t i = 0; i < 8; i++)
            head[2 + i] = (uint8_t)((uint64_t)data.len >> (56 - 8 * i));
        size = 10;
    }
    (void)nt_buf_add(out, head, size);
    (void)nt_buf_add(out, data.data, data.len);
}

void ws_add_close(struct nt_buf *out, uint16_t code)
{
    uint8_t bytes[2] = {(uint8_t)(code >> 8), (uint8_t)code};
    ws_add(out, WS_CLOSE, (struct nt_span){bytes, sizeof(bytes)});
}
