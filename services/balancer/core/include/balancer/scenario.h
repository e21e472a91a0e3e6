/*
 * Joint distributions of load: every server's scenarios come from the same past origins, so adding
 * them path by path gives the distribution of any sum (DESIGN section 5). Slots of 5 minutes, the
 * next 24 h.
 */
#ifndef BALANCER_SCENARIO_H
#define BALANCER_SCENARIO_H

#include <nt/contract.h>
#include <stdbool.h>

enum {
    SCENARIO_SLOT_MS = 5 * 60 * 1000,
    SCENARIO_SLOTS = 288,
    SCENARIO_PATHS = 16,
    SCENARIO_STALE_MS = 60 * 60 * 1000, /* older ones count as absent */
};

/* A sum of loads, in the resource's unit: path j at slot t is path[j][t]. */
struct scenario_sum {
    int64_t from_ms; /* load time of slot 0 */
    float path[SCENARIO_PATHS][SCENARIO_SLOTS];
};

void scenario_clear(struct scenario_sum *sum,
                    int64_t load_ms); /* begins with the slot of load_ms */

/* Well-formed: sizes agree with steps and paths, and steps are slots of ours. */
bool scenario_is_valid(const struct nt_scenarios *scenarios);
bool scenario_is_fresh(const struct nt_scenarios *scenarios, int64_t load_ms);

/* Add (or with weight -1 take away) a subject from slot first on. Beyond its end its last day is
 * not known: the last value stays. scenarios must be valid. */
void scenario_add(struct scenario_sum *sum, const struct nt_scenarios *scenarios, float weight,
                  int first);
void scenario_add_flat(struct scenario_sum *sum, double value, float weight, int first);

/* P(sum > limit) at a slot: the share of paths above it. */
double scenario_probability(const struct scenario_sum *sum, int slot, double limit);
double scenario_mean(const struct scenario_sum *sum, int slot);
double scenario_peak(const struct scenario_sum *sum); /* highest mean of any slot */

/* The median path of one subject at a slot of the sum's time; 0 beyond what is known. */
double scenario_p50(const struct nt_scenarios *scenarios, int64_t from_ms, int slot);

/* First stretch of slots whose probability reaches act, widened over gaps of at most one hour. */
struct scenario_window {
    int first;          /* slot */
    int end;            /* exclusive */
    double peak;        /* highest mean in it, in the unit */
    double probability; /* highest in it */
};
bool scenario_window(const struct scenario_sum *sum, double limit, double act,
                     struct scenario_window *ret_window);

/* Expected time above the limit over the whole day, in milliseconds of load time. */
double scenario_time_above_ms(const struct scenario_sum *sum, double limit);

#endif
