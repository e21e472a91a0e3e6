/* The body of POST /what-if, and its answer. */
#ifndef BALANCER_WHATIF_JSON_H
#define BALANCER_WHATIF_JSON_H

#include <balancer/whatif.h>
#include <nt/span.h>

/*
 * {"kind": "move"|"resize"|"add"|"remove"|"host-lost", "server", "to", "host", "template",
 *  "size": {"cpu_milli", "mem_bytes", ...}}; what a kind does not need may be absent or null.
 * Texts live in the arena. -EINVAL with a story for the caller's log.
 */
int whatif_json_read(struct nt_arena *arena, struct nt_span body, struct whatif_ask *ret_ask,
                     struct nt_error *err);

/* {"problem": code or null, "to": text or null, "from_ms", "step_ms", "hosts": [{"host",
 * "is_forecast", "without": {"peak_pct", "above_ms", "probability", "pct": [96]}, "with": {...}}],
 * "homeless": [server...]} */
void whatif_json_write(const struct whatif *whatif, struct nt_buf *out);

#endif
