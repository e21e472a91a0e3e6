/* Any record of the contract with random content, by its description. */
#ifndef RANDOM_RECORD_H
#define RANDOM_RECORD_H

#include <nt/contract_base.h>

struct random {
    uint64_t state; /* xorshift: not 0 */
};

uint64_t random_below(struct random *random, uint64_t bound);

/* A new record in the arena, within all limits. */
void *random_record(struct random *random, struct nt_arena *arena,
                    const struct nt_record_info *info);

#endif
