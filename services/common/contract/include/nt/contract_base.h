/*
 * What holds for every record of the contract. The structs themselves are in <nt/contract.h>, made
 * from schemas/ (docs/architecture/events.md).
 *
 * - A zeroed struct is valid: it encodes as empty strings, zeros, empty arrays and nulls. A NULL
 *   string, map key or map value encodes as "" where the schema says it is not nullable.
 * - A decoded struct has no NULL string but where the schema says nullable.
 * - Everything decoded, cloned or copied lives in the arena that was given, nothing points into the
 *   bytes that were decoded.
 * - nt_x_encode() appends the Confluent prefix (0x00, schema id) and the Avro body; equal structs
 *   give equal bytes. On failure the buffer is as before. It refuses what nt_x_decode() would.
 * - nt_x_decode() reads the schema ids of its topic, the older ones too, and fills what their
 *   writers did not know with the defaults. On failure *ret is untouched.
 * - Errors name the field: -EBADMSG (not this record's bytes, or text that is not UTF-8 without
 *   NUL, or a map with a key twice), -EPROTO (a schema id that is unknown or another topic's),
 *   -EMSGSIZE (a limit below), -EINVAL (encode: a count without items).
 * - nt_x_to_json(): names as in the schema; bytes as base64, maps as objects, null, not-a-number
 *   and infinity as null. The caller owns the result (jansson's json_decref).
 *
 * Any thread.
 */
#ifndef NT_CONTRACT_BASE_H
#define NT_CONTRACT_BASE_H

#include <nt/arena.h>
#include <nt/error.h>
#include <nt/span.h>
#include <nt/topics.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_CONTRACT_MESSAGE_MAX 1000000 /* bytes in all; Kafka's own default is 1 MiB a batch */
#define NT_CONTRACT_TEXT_MAX    65536   /* bytes of one string */
#define NT_CONTRACT_BYTES_MAX   524288  /* of one bytes field */
#define NT_CONTRACT_ARRAY_MAX   20000   /* items of one array */
#define NT_CONTRACT_MAP_MAX     256     /* pairs of one map */

#define NT_CONTRACT_PREFIX_SIZE 5 /* 0x00 and the schema id, big-endian */

struct json_t;

/* --- field types ------------------------------------------------------------------------------ */

struct nt_pair {
    const char *key;
    const char *value;
};

/* The value of key, or NULL. */
const char *nt_pairs_find(const struct nt_pair *pairs, size_t count, const char *key);

struct nt_opt_i64 {
    bool is_set;
    int64_t value;
};

struct nt_opt_i32 {
    bool is_set;
    int32_t value;
};

struct nt_opt_bool {
    bool is_set;
    bool value;
};

struct nt_opt_f64 {
    bool is_set;
    double value;
};

/* --- records by description: for code that handles any of them -------------------------------- */

enum nt_kind {
    NT_KIND_STRING,
    NT_KIND_I64,
    NT_KIND_I32,
    NT_KIND_BOOL,
    NT_KIND_F64,
    NT_KIND_F32,
    NT_KIND_BYTES,
    NT_KIND_RECORD,
};

enum nt_shape {
    NT_SHAPE_ONE,
    NT_SHAPE_OPTIONAL, /* a pointer, or a struct nt_opt_... */
    NT_SHAPE_ARRAY,
    NT_SHAPE_MAP, /* of strings: struct nt_pair */
};

struct nt_record_info;

struct nt_field_info {
    const char *name;
    enum nt_kind kind;
    enum nt_shape shape;
    size_t offset;
    size_t count_offset;                 /* arrays and maps */
    const struct nt_record_info *record; /* NT_KIND_RECORD */
};

struct nt_record_info {
    const char *name; /* as in the schema: HostLoad */
    size_t size;      /* of the struct */
    const struct nt_field_info *fields;
    size_t fields_count;
};

struct json_t *nt_record_to_json(const struct nt_record_info *info, const void *record);

/* Deep copy into to, whose old content is overwritten, not freed. */
void nt_record_copy(const struct nt_record_info *info, struct nt_arena *arena, void *to,
                    const void *from);

/* Would both encode to the same bytes? (NULL is "", order of arrays and maps matters; floats by
 * their bits) */
bool nt_record_is_equal(const struct nt_record_info *info, const void *a, const void *b);

/* --- topics and schemas ----------------------------------------------------------------------- */

struct nt_codec;

struct nt_topic_info {
    const char *short_name;  /* "host-load" */
    const char *name;        /* "neaptide.host.load.v1" */
    const char *kind;        /* "host.load": for ce_type */
    const char *key;         /* what the key is, in words */
    const char *writer;      /* the only service that writes it */
    int partitions;          /* at creation */
    bool is_compact;         /* cleanup.policy compact; with retention_ms compact,delete */
    int64_t retention_ms;    /* 0: not limited */
    int64_t retention_bytes; /* of each partition; 0: not limited */
    int64_t flush_messages;  /* flush.messages; 0: as the broker likes */
    int32_t schema_id;       /* the newest; 0 for dead letters, whose values are anything */
    const char *schema;      /* its text; NULL for dead letters */
    const struct nt_codec *codec;
};

extern const struct nt_topic_info nt_topics[NT_TOPIC_COUNT]; /* by enum nt_topic of <nt/topics.h> */

/* By the full name; -1 where there is none, else an index of nt_topics[], an enum nt_topic. */
int nt_topic_find(const char *name);

/* Decode any topic's value. ret_info says what *ret_record is. -EPROTO for dead letters. */
int nt_topic_decode(enum nt_topic topic, struct nt_arena *arena, struct nt_span bytes,
                    const struct nt_record_info **ret_info, void **ret_record,
                    struct nt_error *err);

/* Encode a record of the topic's type; as nt_x_encode(). */
int nt_topic_encode(enum nt_topic topic, const void *record, struct nt_buf *out,
                    struct nt_error *err);

/* The topic's record; NULL for dead letters. */
const struct nt_record_info *nt_topic_record(enum nt_topic topic);

/* Every schema that this program can read, those of one topic together, oldest first. */
struct nt_schema_info {
    int32_t id;
    int version; /* from 1 */
    enum nt_topic topic;
    const char *text; /* JSON without white space */
};

extern const struct nt_schema_info nt_schemas[];
extern const size_t nt_schemas_count;

const struct nt_schema_info *nt_schema_find(int32_t id); /* or NULL */

#endif
