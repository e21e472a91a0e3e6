/* Frames of a browser: in one piece or byte by byte they say the same, within their bounds. */
#include <api/ws.h>

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    size_t messages;
    uint64_t sum; /* of all that was said */
};

static bool hear(void *arg, enum ws_kind kind, struct nt_span data)
{
    struct heard *heard = arg;
    assert(data.len <= WS_MESSAGE_MAX);
    heard->messages++;
    heard->sum = heard->sum * 31 + (uint64_t)kind;
    for (size_t i = 0; i < data.len; i++)
        heard->sum = heard->sum * 31 + data.data[i];
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ws whole = {0};
    struct ws pieces = {0};
    struct heard of_whole = {0};
    struct heard of_pieces = {0};
    int code = ws_feed(&whole, (struct nt_span){data, size}, hear, &of_whole);
    int last = 0;
    for (size_t i = 0; i < size && last == 0; i++)
        last = ws_feed(&pieces, (struct nt_span){data + i, 1}, hear, &of_pieces);
    assert(code == last);
    assert(of_whole.messages == of_pieces.messages && of_whole.sum == of_pieces.sum);
    ws_deinit(&whole);
    ws_deinit(&pieces);
    return 0;
}
