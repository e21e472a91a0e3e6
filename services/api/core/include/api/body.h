/*
 * Bodies of requests: bounded, UTF-8, one JSON object without duplicate keys, checked field by
 * field against a table, so that handlers read only what is right. Pure.
 */
#ifndef API_BODY_H
#define API_BODY_H

#include <api/problem.h>
#include <nt/span.h>

#define BODY_MAX     ((size_t)64 << 10) /* bytes */
#define BODY_DEPTH   16
#define BODY_RAW_MAX ((size_t)1 << 20) /* a piece of a file */

enum body_kind {
    BODY_TEXT,     /* min and max are lengths in characters */
    BODY_NAME,     /* [a-z][a-z0-9-]{1,30}, not ending in a hyphen */
    BODY_PASSWORD, /* a text that no log or answer quotes */
    BODY_WORD,     /* one of words */
    BODY_INT,      /* min and max are bounds */
    BODY_BOOL,
    BODY_OBJECT, /* of fields */
};

struct body_field {
    const char *name; /* NULL ends a table */
    enum body_kind kind;
    bool is_optional;
    int64_t min;
    int64_t max;
    const char *const *words; /* NULL-terminated */
    const char *code;         /* the problem where nothing but this value is wrong, or NULL */
    const struct body_field *fields; /* BODY_OBJECT */
};

/*
 * Parse and check. content_type is the header or NULL. fields NULL: no body is expected, an empty
 * one or {} is fine. Returns 0 with a new reference, or -EPROTO with the problem.
 */
int body_read(struct nt_span body, const char *content_type, const struct body_field *fields,
              json_t **ret_json, struct problem *problem);

bool body_is_name(const char *text);

/* Characters of a valid UTF-8 text. */
size_t body_characters(const char *text);

#endif
