/*
 * The distribution of sums: for each subject the expected path and sixteen paths of residuals taken
 * from the same past moments for all of them, so that adding path by path keeps what servers have
 * in common. Path j begins a whole number of days before now, 1 to 16, and a few slots beside the
 * same time of day: origins on the hour of now alone undercover. Pure.
 */
#ifndef FORECASTER_SCENARIOS_H
#define FORECASTER_SCENARIOS_H

#include <forecaster/fit.h>

/* How many slots before now the origin of each path lies; at least a day. */
extern const int scenario_shifts[SCENARIO_PATHS];

struct scenario_paths {
    float residuals[SCENARIO_PATHS][FORECAST_STEPS];
    bool is_borrowed[SCENARIO_PATHS];
    int borrowed; /* how many */
};

/*
 * Residuals of fit at the past origins, beyond 24 h those of a day earlier. Widened by 1.15, and by
 * n / (n - 1) for n days of history, because the profile has seen the days that it is compared
 * with. Paths of which more than a tenth is a gap are left zero and marked to be borrowed.
 */
void scenarios_fill(struct scenario_paths *paths, const struct fit *fit,
                    const struct history *history, int64_t origin);

/*
 * Borrow what is missing: of our own paths where at least four exist; else of a sibling's (NULL:
 * none), scaled by the ratio of the levels; else a guess that spreads 60 % of the level evenly, in
 * an order that depends on seed, so that guesses of several subjects do not move together.
 */
void scenarios_borrow(struct scenario_paths *paths, const struct scenario_paths *sibling,
                      double sibling_level, double level, uint32_t seed);

/* --- as published ---------------------------------------------------------------------------- */

struct scenario_packed {
    double p50_scale;
    uint8_t p50[SCENARIO_STEPS * 2]; /* int16, little endian */
    double path_scale;
    int8_t residuals[SCENARIO_PATHS * SCENARIO_STEPS];
};

void scenarios_pack(const float *p50, const struct scenario_paths *paths,
                    struct scenario_packed *ret_packed);

#endif
