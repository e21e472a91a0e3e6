/*
 * Private: writing Avro's binary form. Every function returns false on failure, with out->problem
 * set; callers add where (nt_out_at) and return false. Arrays and maps are written as one block
 * with a positive count, which is also what avro-c writes.
 */
#ifndef NT_OUT_H
#define NT_OUT_H

#include <endian.h>
#include <nt/contract_base.h>
#include <string.h>

struct nt_out {
    uint8_t *at;        /* next byte */
    uint8_t *end;       /* of the room that was reserved */
    struct nt_buf *buf; /* its len is where the message begins until it is whole */
    const char *problem;
    int code;
    char path[192];
};

static inline bool nt_out_fail(struct nt_out *out, int code, const char *problem)
{
    if (out->problem == NULL) {
        out->problem = problem;
        out->code = code;
    }
    return false;
}

bool nt_out_at(struct nt_out *out, const char *name);
bool nt_out_at_item(struct nt_out *out, const char *name, size_t index);

/* Make room for size more bytes. */
bool nt_out_grow(struct nt_out *out, size_t size);

/* Where there may be too little room for the longest: look how long this one is. */
bool nt_out_long_near_end(struct nt_out *out, int64_t value);

bool nt_out_string(struct nt_out *out, const char *text); /* NULL writes "" */
bool nt_out_bytes(struct nt_out *out, struct nt_span bytes);
bool nt_out_map(struct nt_out *out, const struct nt_pair *pairs, size_t count);

/* The count before the items, if any; the 0 behind them. */
bool nt_out_array(struct nt_out *out, const void *items, size_t count);
bool nt_out_array_end(struct nt_out *out);

static inline bool nt_out_room(struct nt_out *out, size_t size)
{
    return (size_t)(out->end - out->at) >= size || nt_out_grow(out, size);
}

#define NT_OUT_VARINT_MAX 10 /* bytes of the longest */

static inline uint8_t *nt_out_varint(uint8_t *at, int64_t value)
{
    uint64_t zigzag = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

    while (zigzag >= 0x80) {
        *at++ = (uint8_t)(zigzag | 0x80);
        zigzag >>= 7;
    }
    *at++ = (uint8_t)zigzag;
    return at;
}

static inline bool nt_out_long(struct nt_out *out, int64_t value)
{
    if (out->end - out->at < NT_OUT_VARINT_MAX)
        return nt_out_long_near_end(out, value);
    out->at = nt_out_varint(out->at, value);
    return true;
}

static inline bool nt_out_int(struct nt_out *out, int32_t value)
{
    return nt_out_long(out, value);
}

static inline bool nt_out_bool(struct nt_out *out, bool value)
{
    if (!nt_out_room(out, 1))
        return false;
    *out->at++ = value ? 1 : 0;
    return true;
}

static inline bool nt_out_double(struct nt_out *out, double value)
{
    uint64_t bits;

    if (!nt_out_room(out, sizeof(bits)))
        return false;
    memcpy(&bits, &value, sizeof(bits));
    bits = htole64(bits);
    memcpy(out->at, &bits, sizeof(bits));
    out->at += sizeof(bits);
    return true;
}

static inline bool nt_out_float(struct nt_out *out, float value)
{
    uint32_t bits;

    if (!nt_out_room(out, sizeof(bits)))
        return false;
    memcpy(&bits, &value, sizeof(bits));
    bits = htole32(bits);
    memcpy(out->at, &bits, sizeof(bits));
    out->at += sizeof(bits);
    return true;
}

/* Branch 0 is null, 1 the value: zigzag 0 and 2. */
static inline bool nt_out_branch(struct nt_out *out, bool is_set)
{
    return nt_out_long(out, is_set ? 1 : 0);
}

static inline bool nt_out_opt_string(struct nt_out *out, const char *text)
{
    return nt_out_branch(out, text != NULL) && (text == NULL || nt_out_string(out, text));
}

static inline bool nt_out_opt_long(struct nt_out *out, struct nt_opt_i64 value)
{
    return nt_out_branch(out, value.is_set) && (!value.is_set || nt_out_long(out, value.value));
}

static inline bool nt_out_opt_int(struct nt_out *out, struct nt_opt_i32 value)
{
    return nt_out_branch(out, value.is_set) && (!value.is_set || nt_out_int(out, value.value));
}

static inline bool nt_out_opt_bool(struct nt_out *out, struct nt_opt_bool value)
{
    return nt_out_branch(out, value.is_set) && (!value.is_set || nt_out_bool(out, value.value));
}

static inline bool nt_out_opt_double(struct nt_out *out, struct nt_opt_f64 value)
{
    return nt_out_branch(out, value.is_set) && (!value.is_set || nt_out_double(out, value.value));
}

#endif
