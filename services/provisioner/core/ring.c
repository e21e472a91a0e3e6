#include <provisioner/ring.h>

#include <nt/memory.h>
#include <string.h>

enum { LINE_SEARCH_MAX = 4096 };

void ring_deinit(struct ring *ring)
{
    free(ring->bytes);
    *ring = (struct ring){0};
}

void ring_add(struct ring *ring, struct nt_span data)
{
    if (data.len == 0)
        return;
    if (ring->bytes == NULL)
        ring->bytes = nt_zalloc(RING_SIZE);
    if (data.len > RING_SIZE) {
        data.data += data.len - RING_SIZE;
        data.len = RING_SIZE;
        ring->is_cut = true;
    }
    size_t first = RING_SIZE - ring->at < data.len ? RING_SIZE - ring->at : data.len;
    memcpy(ring->bytes + ring->at, data.data, first);
    memcpy(ring->bytes, data.data + first, data.len - first);
    ring->at = (ring->at + data.len) % RING_SIZE;
    ring->is_cut |= ring->len + data.len > RING_SIZE;
    ring->len = ring->len + data.len > RING_SIZE ? RING_SIZE : ring->len + data.len;
}

static size_t skip_to_line(const struct ring *ring, size_t begin)
{
    for (size_t i = 0; i < LINE_SEARCH_MAX && i < ring->len; i++) {
        if (ring->bytes[(begin + i) % RING_SIZE] == '\n')
            return i + 1;
    }
    return 0;
}

void ring_get(const struct ring *ring, struct nt_span ret_pieces[2])
{
    ret_pieces[0] = ret_pieces[1] = (struct nt_span){0};
    if (ring->bytes == NULL)
        return;
    size_t begin = (ring->at + RING_SIZE - ring->len) % RING_SIZE;
    size_t len = ring->len;
    if (ring->is_cut) {
        size_t skip = skip_to_line(ring, begin);
        begin = (begin + skip) % RING_SIZE;
        len -= skip;
    }
    size_t first = RING_SIZE - begin < len ? RING_SIZE - begin : len;
    ret_pieces[0] = (struct nt_span){.data = ring->bytes + begin, .len = first};
    ret_pieces[1] = (struct nt_span){.data = ring->bytes, .len = len - first};
}
