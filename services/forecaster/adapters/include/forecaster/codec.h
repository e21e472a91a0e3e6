/* Between the contract's records and the core's structs. Any thread. */
#ifndef FORECASTER_CODEC_H
#define FORECASTER_CODEC_H

#include <forecaster/explain.h>
#include <forecaster/issue.h>
#include <nt/contract.h>

const char *codec_resource(enum resource resource); /* "cpu", "memory" */

/* False where the text is neither. */
bool codec_parse_resource(const char *text, enum resource *ret_resource);

/* "<subject>/<resource>", the key of forecasts and scenarios; in arena. */
const char *codec_key(struct nt_arena *arena, const char *subject, enum resource resource);

/* Borrows from load and arena. */
struct sample codec_sample(struct nt_arena *arena, const struct nt_host_load *load);

/* host.rollup, both ways; what is decoded borrows from arena and must not be freed. -EINVAL for a
 * slot that is not on our grid. */
int codec_encode_roll(const char *host, const struct slot_roll *roll, struct nt_buf *out,
                      struct nt_error *err);
int codec_decode_roll(struct nt_arena *arena, struct nt_span bytes, const char **ret_host,
                      struct slot_roll *ret_roll, struct nt_error *err);

int codec_encode_forecast(const struct issued_forecast *issued, struct nt_buf *out,
                          struct nt_error *err);
int codec_encode_scenarios(const struct issued_scenarios *issued, struct nt_buf *out,
                           struct nt_error *err);
int codec_encode_explained(const char *kind, const char *id, const struct explained *explained,
                           struct nt_buf *out, struct nt_error *err);
int codec_encode_windows(const struct issued_windows *issued, struct nt_buf *out,
                         struct nt_error *err);

#endif
