/*
 * The answer to a wish: a code of problems.json (or ok, reduced) and the figures of its sentence.
 */
#ifndef BALANCER_ANSWER_H
#define BALANCER_ANSWER_H

#include <nt/arena.h>
#include <nt/contract.h>
#include <stdbool.h>

enum { ANSWER_PARAMS_MAX = 10 };

struct answer {
    struct nt_arena *arena;
    bool is_accepted;
    const char *code;
    struct nt_pair params[ANSWER_PARAMS_MAX];
    size_t params_count;
};

void answer_ok(struct answer *answer);
void answer_refuse(struct answer *answer, const char *code); /* drops what was there */
void answer_text(struct answer *answer, const char *name, const char *value);
void answer_number(struct answer *answer, const char *name, int64_t value);

/* A sentence of the same form for reasons in placements, plans and events. Zero-terminated list of
 * name, value: reason_make(arena, "plan.window", "host", id, NULL). */
struct nt_reason reason_make(struct nt_arena *arena, const char *key, ...)
    __attribute__((sentinel));
const char *reason_number(struct nt_arena *arena, int64_t value);
const char *reason_real(struct nt_arena *arena, double value); /* one decimal */

#endif
