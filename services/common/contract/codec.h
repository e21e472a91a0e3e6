/* Private: how the made code (contract_codec.c) meets the hand-written one. */
#ifndef NT_CODEC_H
#define NT_CODEC_H

#include <nt/contract_base.h>

struct nt_in;
struct nt_out;

/* Reads the fields of one writer's schema into the newest struct, which is zeroed before. On
 * failure in->problem says what and in->path where. */
struct nt_reader {
    int32_t schema_id;
    bool (*read)(struct nt_in *in, void *record);
};

struct nt_codec {
    const struct nt_record_info *info;
    int32_t schema_id; /* what write writes */
    bool (*write)(struct nt_out *out, const void *record);
    const struct nt_reader *readers;
    size_t readers_count;
};

int nt_codec_encode(const struct nt_codec *codec, const void *from, struct nt_buf *buf,
                    struct nt_error *err);
int nt_codec_decode(const struct nt_codec *codec, struct nt_arena *arena, struct nt_span bytes,
                    void *to, struct nt_error *err);

#endif
