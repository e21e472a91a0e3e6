/*
 * The outcomes of the last 24 h, so that a repeated request gets its first answer again. At most
 * OUTCOMES_MAX; beyond, the oldest is forgotten early.
 */
#ifndef BALANCER_OUTCOMES_H
#define BALANCER_OUTCOMES_H

#include <nt/span.h>
#include <stdint.h>

enum { OUTCOMES_MAX = 100000, OUTCOMES_KEPT_MS = 24 * 3600 * 1000 };

struct outcome_row;

struct outcomes {
    struct outcome_row *rows; /* oldest first */
};

void outcomes_deinit(struct outcomes *outcomes);

/* Remember an encoded Outcome by its request; one that is known stays as it is. */
void outcomes_put(struct outcomes *outcomes, const char *request, struct nt_span bytes,
                  int64_t wall_ms);

/* The first answer, lent; len 0 where there is none. */
struct nt_span outcomes_find(const struct outcomes *outcomes, const char *request, int64_t wall_ms);

void outcomes_forget_old(struct outcomes *outcomes, int64_t wall_ms);

#endif
