/*
 * Private: reading Avro's binary form (specification 1.11, "Binary Encoding"). Every function
 * returns false on bad input, with in->problem set; callers add where (nt_in_at) and return false.
 */
#ifndef NT_IN_H
#define NT_IN_H

#include <endian.h>
#include <nt/contract_base.h>
#include <string.h>

struct nt_in {
    const uint8_t *at;
    const uint8_t *end;
    struct nt_arena *arena;
    /* Room for all strings of the message, with their NULs: each takes at least one byte for its
     * length on the wire, so the message's own length is enough, and no string needs a check. */
    char *text;
    const char *problem; /* NULL while all is well */
    int code;            /* that belongs to it */
    char path[192];      /* where: "spec.services[3].port" */
};

/* Record the first problem; returns false, which the compiler may know. */
static inline bool nt_in_fail(struct nt_in *in, int code, const char *problem)
{
    if (in->problem == NULL) {
        in->problem = problem;
        in->code = code;
    }
    return false;
}

/* Put a field's name, or an index, in front of the path; return false. */
bool nt_in_at(struct nt_in *in, const char *name);
bool nt_in_at_index(struct nt_in *in, size_t index);
bool nt_in_at_item(struct nt_in *in, const char *name, size_t index);

bool nt_in_varint(struct nt_in *in, uint64_t *ret_value);
bool nt_in_string(struct nt_in *in, const char **ret_text);
bool nt_in_bytes(struct nt_in *in, struct nt_span *ret_bytes);
bool nt_in_map(struct nt_in *in, struct nt_pair **ret_pairs, size_t *ret_count);

static inline bool nt_in_is_good(const struct nt_in *in)
{
    return in->problem == NULL;
}

static inline bool nt_in_long(struct nt_in *in, int64_t *ret_value)
{
    uint64_t zigzag;

    if (in->at < in->end && *in->at < 0x80)
        zigzag = *in->at++;
    else if (!nt_in_varint(in, &zigzag))
        return false;
    *ret_value = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
    return true;
}

static inline bool nt_in_int(struct nt_in *in, int32_t *ret_value)
{
    int64_t value;

    if (!nt_in_long(in, &value))
        return false;
    if (value < INT32_MIN || value > INT32_MAX)
        return nt_in_fail(in, -EBADMSG, "is no 32-bit number");
    *ret_value = (int32_t)value;
    return true;
}

static inline bool nt_in_bool(struct nt_in *in, bool *ret_value)
{
    if (in->at == in->end)
        return nt_in_fail(in, -EBADMSG, "the message ends too early");
    if (*in->at > 1)
        return nt_in_fail(in, -EBADMSG, "is neither true nor false");
    *ret_value = *in->at++ == 1;
    return true;
}

/* Are there so many bytes? Then nt_in_take_double() and nt_in_take_float() need not ask. */
static inline bool nt_in_has(struct nt_in *in, ptrdiff_t size)
{
    return in->end - in->at >= size || nt_in_fail(in, -EBADMSG, "the message ends too early");
}

static inline double nt_in_take_double(struct nt_in *in)
{
    uint64_t bits;
    double value;

    memcpy(&bits, in->at, sizeof(bits));
    in->at += sizeof(bits);
    bits = le64toh(bits);
    memcpy(&value, &bits, sizeof(bits));
    return value;
}

static inline float nt_in_take_float(struct nt_in *in)
{
    uint32_t bits;
    float value;

    memcpy(&bits, in->at, sizeof(bits));
    in->at += sizeof(bits);
    bits = le32toh(bits);
    memcpy(&value, &bits, sizeof(bits));
    return value;
}

static inline bool nt_in_double(struct nt_in *in, double *ret_value)
{
    if (!nt_in_has(in, sizeof(*ret_value)))
        return false;
    *ret_value = nt_in_take_double(in);
    return true;
}

static inline bool nt_in_float(struct nt_in *in, float *ret_value)
{
    if (!nt_in_has(in, sizeof(*ret_value)))
        return false;
    *ret_value = nt_in_take_float(in);
    return true;
}

/* The branch of a ["null", T]. */
static inline bool nt_in_branch(struct nt_in *in, bool *ret_is_set)
{
    int64_t branch;

    if (!nt_in_long(in, &branch))
        return false;
    if (branch != 0 && branch != 1)
        return nt_in_fail(in, -EBADMSG, "is neither null nor a value");
    *ret_is_set = branch == 1;
    return true;
}

static inline bool nt_in_opt_string(struct nt_in *in, const char **ret_text)
{
    bool is_set;

    if (!nt_in_branch(in, &is_set))
        return false;
    return !is_set || nt_in_string(in, ret_text);
}

static inline bool nt_in_opt_long(struct nt_in *in, struct nt_opt_i64 *ret_value)
{
    return nt_in_branch(in, &ret_value->is_set) &&
           (!ret_value->is_set || nt_in_long(in, &ret_value->value));
}

static inline bool nt_in_opt_int(struct nt_in *in, struct nt_opt_i32 *ret_value)
{
    return nt_in_branch(in, &ret_value->is_set) &&
           (!ret_value->is_set || nt_in_int(in, &ret_value->value));
}

static inline bool nt_in_opt_bool(struct nt_in *in, struct nt_opt_bool *ret_value)
{
    return nt_in_branch(in, &ret_value->is_set) &&
           (!ret_value->is_set || nt_in_bool(in, &ret_value->value));
}

static inline bool nt_in_opt_double(struct nt_in *in, struct nt_opt_f64 *ret_value)
{
    return nt_in_branch(in, &ret_value->is_set) &&
           (!ret_value->is_set || nt_in_double(in, &ret_value->value));
}

/*
 * Arrays (and maps) come in blocks, each with a count; a negative count is followed by the block's
 * size in bytes. nt_in_block() makes room for the next block's items: the caller reads those from
 * array->read up to array->count. False at the end and on bad input (see in->problem).
 */
struct nt_in_array {
    size_t size;  /* of an item in memory; 0: items are not kept */
    size_t least; /* bytes of the smallest item on the wire */
    size_t max;   /* 0: NT_CONTRACT_ARRAY_MAX */
    void *items;
    size_t count;
    size_t read;
    const uint8_t *block_end; /* where the block said it ends, or NULL */
};

bool nt_in_block(struct nt_in *in, struct nt_in_array *array);

/* Read past what only older writers knew. The text of strings is checked all the same. */
bool nt_in_skip_map(struct nt_in *in);
bool nt_in_skip_string(struct nt_in *in);
bool nt_in_skip_bytes(struct nt_in *in);
bool nt_in_skip_long(struct nt_in *in);
bool nt_in_skip_int(struct nt_in *in);
bool nt_in_skip_bool(struct nt_in *in);
bool nt_in_skip_double(struct nt_in *in);
bool nt_in_skip_float(struct nt_in *in);

#endif
