/*
 * All members on one task, and how each of them would have done at the past origins.
 */
#ifndef MODELS_ENSEMBLE_H
#define MODELS_ENSEMBLE_H

#include <models/members.h>

/* Horizons are judged in three blocks: to a third of a day, to a day, and beyond. */
enum { ENSEMBLE_BLOCKS = 3 };

struct ensemble {
    const struct task *task;       /* of the grid that is forecast and scored */
    double *paths[MEMBERS_COUNT];  /* origins x horizon; NaN where a member had too little */
    double *median;                /* origins x horizon: of the members */
    bool is_usable[MEMBERS_COUNT]; /* has a path from the last origin, and is no outcast */
    size_t block_ends[ENSEMBLE_BLOCKS];
    double scale; /* mean change over a day, or over a step without one; above 0 */

    /* Mean absolute error over past origins, newer ones weighing more; NaN where never scored.
     * The last row is the median's. */
    double errors[MEMBERS_COUNT + 1][ENSEMBLE_BLOCKS];
    double newest_errors[MEMBERS_COUNT + 1]
                        [ENSEMBLE_BLOCKS]; /* of the newest origin that has one */
};

/* The task must outlive the ensemble; both live in the arena. */
void ensemble_run(struct ensemble *ensemble, const struct task *task, struct nt_arena *arena,
                  struct nt_arena *scratch);

/* The block that step h (from 0) is in. */
size_t ensemble_block(const struct ensemble *ensemble, size_t h);

#endif
