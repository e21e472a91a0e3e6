/* The body of POST /internal/preview, and its answer. */
#ifndef BALANCER_PREVIEW_JSON_H
#define BALANCER_PREVIEW_JSON_H

#include <balancer/preview.h>
#include <nt/span.h>

/*
 * {"owner", "quota": {...} or null, "quota_servers": number or null, "requested": {...},
 *  "minimum": {...}, "template"}; resources as in the schemas, absent ones are 0. What ask points
 * to lives in the arena. -EINVAL with a story for the caller's log.
 */
int preview_json_read(struct nt_arena *arena, struct nt_span body, struct preview_ask *ret_ask,
                      struct nt_error *err);

/* {"fits", "code", "params": {...}, "granted": {...} or null, "largest": ..., "host": ...} */
void preview_json_write(const struct preview *preview, struct nt_buf *out);

#endif
