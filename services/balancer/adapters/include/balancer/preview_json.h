/* The body of POST /preview, and its answer: one estimate for each size that is asked about. */
#ifndef BALANCER_PREVIEW_JSON_H
#define BALANCER_PREVIEW_JSON_H

#include <balancer/preview.h>
#include <nt/span.h>

enum { PREVIEW_SIZES_MAX = 16 };

struct preview_sizes {
    const char *names[PREVIEW_SIZES_MAX];
    struct preview_ask asks[PREVIEW_SIZES_MAX];
    size_t count;
};

/*
 * {"owner", "server": id or null, "template", "minimum": {...},
 *  "sizes": [{"size", "cpu_milli", "mem_bytes"}, ...]}; resources as in the schemas, absent ones
 * are 0. Texts live in the arena. -EINVAL with a story for the caller's log.
 */
int preview_json_read(struct nt_arena *arena, struct nt_span body, struct preview_sizes *ret_sizes,
                      struct nt_error *err);

/* {"items": [{"size", "fits": now|partly|no, "message": {"key", "params"}, "granted": {...} or
 * null, "largest": {...} or null, "host": text or null, "full_after_ms": null}]}, in the same
 * order. */
void preview_json_write(const struct preview_sizes *sizes, const struct preview *previews,
                        struct nt_buf *out);

#endif
