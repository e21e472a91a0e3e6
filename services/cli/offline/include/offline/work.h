/* The same work for each of many items, on several threads. */
#ifndef OFFLINE_WORK_H
#define OFFLINE_WORK_H

#include <nt/arena.h>
#include <stdint.h>

struct work {
    size_t count;      /* items, worked on in any order */
    size_t threads;    /* at least 1 */
    const char *title; /* of the progress on standard error; NULL: none */
    void (*run)(void *context, size_t item, struct nt_arena *arena, struct nt_arena *scratch);
    void *context; /* shared: run() writes only what belongs to its item */
};

/* Returns when all is done. ret_cpu_us: time of all threads together. */
void work_run(const struct work *work, uint64_t *ret_cpu_us);

#endif
