/*
 * What went wrong, as application/problem+json (RFC 9457) in the reader's language. The texts are
 * in schemas/problems.json. Pure.
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include <jansson.h>
#include <nt/problem.h>

/* code NULL: nothing is wrong. Zero-initialise; problem_deinit() releases the figures. */
struct problem {
    const char *code; /* static */
    json_t *params;   /* object or NULL */
    json_t *errors;   /* which fields are wrong: array or NULL */
};

void problem_deinit(struct problem *problem);

/* Begin; what was there before is dropped. Returns -EPROTO, so that a check can end with it. */
int problem_set(struct problem *problem, const char *code);
void problem_text(struct problem *problem, const char *name, const char *value);
void problem_int(struct problem *problem, const char *name, int64_t value);

/* One more wrong field of an invalid-request. key is field.*; params is taken, may be NULL. */
void problem_field(struct problem *problem, const char *field, const char *key, json_t *params);

/* As long as the field before is the only wrong one, the problem is this one, with its value. */
void problem_alone(struct problem *problem, const char *code, const char *name, const char *value);

int problem_status(const struct problem *problem);

/* A new reference. */
json_t *problem_to_json(const struct problem *problem, enum nt_language language,
                        const char *trace_id);

#endif
