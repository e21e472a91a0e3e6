/*
 * `neaptide offline replay`: what a recorded fleet would have looked like under each policy.
 *
 * Slots of five minutes. A decision at the start of slot t sees samples up to t-1; a move decided
 * then lands at t + move_slots, and the load stays on the source meanwhile. Memory counts where a
 * container is going.
 */
#ifndef OFFLINE_REPLAY_H
#define OFFLINE_REPLAY_H

#include <nt/error.h>
#include <packing/packing.h>
#include <scenarios/crowd.h>

#include <stdint.h>
#include <stdio.h>

enum {
    REPLAY_SLOT_S = 300,
    REPLAY_DAY = 288,
    REPLAY_HOSTS_MAX = 10000,
    REPLAY_CONTAINERS_MAX = 100000,
    REPLAY_SEEDS_MAX = 64,
    REPLAY_POLICIES_MAX = 64,
    REPLAY_MOVE_SLOTS_MAX = CROWD_AHEAD_MAX,
};

/* --- what is asked for ------------------------------------------------------------------------ */

enum replay_kind {
    REPLAY_NONE,
    REPLAY_SPREAD,
    REPLAY_REACTIVE,
    REPLAY_TIMEBLIND,
    REPLAY_FORECAST,
    REPLAY_ORACLE,
    REPLAY_KINDS,
};

extern const char *const replay_kind_names[REPLAY_KINDS];

/* Prices in minutes of overload that a move must save. */
struct replay_prices {
    double move;
    double again; /* added, fading over a day, for a week after a move */
    double back;  /* factor for a return to the host it left within a day */
    double trust; /* how much the price rises where forecasts are no better than persistence */
};

struct replay_policy {
    enum replay_kind kind;
    char name[48];
    double high_pct, low_pct; /* reactive: act above, until below */
    int readings;             /* reactive: consecutive ones */
    bool releases;            /* reactive: spares are emptied when there is room */
    double every_h, gap_pct;  /* spread */
    struct packing_options packing;
    struct replay_prices prices;
};

struct replay_options {
    const char *fleet, *memory, *moves;
    const char *placements[REPLAY_SEEDS_MAX];
    int placements_count;
    int64_t seeds[REPLAY_SEEDS_MAX];
    int seeds_count;
    double host_mhz, host_mem_mb;
    int active, spare;
    int move_slots;
    double warm_up_days, score_to_day; /* score_to_day 0: to the end */
    double shuffle_h;                  /* 0: not */
    bool is_json;
    struct replay_policy policies[REPLAY_POLICIES_MAX];
    int policies_count;
};

extern const char replay_usage[];

/* argv begins after the verb. 1: help was asked for; -EINVAL with what to write instead. */
int replay_options_parse(int argc, char **argv, struct replay_options *ret_options,
                         struct nt_error *err);

/* --- the recording ---------------------------------------------------------------------------- */

struct replay_fleet {
    int count; /* containers */
    int slots;
    char **names;
    double *mem_mb;
    float *demand;  /* [slot * count + container]: gaps carried forward, at most half a host */
    float *sample;  /* the same, NaN where nothing was recorded */
    bool *is_blind; /* by slot: over half of the fleet is missing; not scored */
};

int replay_fleet_read(const struct replay_options *options, struct replay_fleet *ret_fleet,
                      struct nt_error *err);
void replay_fleet_deinit(struct replay_fleet *fleet);
/* A copy whose stretches of that many slots are in another order: nothing in it can be learned. */
void replay_fleet_shuffle(const struct replay_fleet *fleet, int stretch, uint64_t seed,
                          struct replay_fleet *ret_fleet);

struct replay_hosts {
    int count;
    char **names;
};

/* Where containers begin: from a file, or placed by ourselves. host_of has room for each. */
int replay_place_read(const struct replay_options *options, const struct replay_fleet *fleet,
                      const char *path, struct replay_hosts *hosts, int *host_of,
                      struct nt_error *err);
int replay_place_make(const struct replay_options *options, const struct replay_fleet *fleet,
                      int64_t seed, struct replay_hosts *hosts, int *host_of, struct nt_error *err);
void replay_hosts_deinit(struct replay_hosts *hosts);

uint64_t replay_random(uint64_t *state); /* the same on every machine */

/* --- one policy at one placement -------------------------------------------------------------- */

struct replay_figures {
    double days; /* scored */
    double ohm90, ohm100;
    double unserved, demand;
    double moves, moved_mb, ping_pong;
    double spare_hours, pause_s;
    double slatah, pdm;
    double restarts_median, restarts_max; /* per container and week */
};

struct replay_run {
    const struct replay_options *options;
    const struct replay_policy *policy;
    const struct replay_fleet *fleet;
    const struct replay_hosts *hosts;
    FILE *log;     /* of moves; NULL: none */
    int *going;    /* where a container is or is going */
    int *on;       /* where its load is */
    int *lands;    /* slot at which it arrives; -1: it stands */
    int *left;     /* the host it left last; -1: none */
    int *home;     /* where it began */
    int *moved_at; /* slot of its last move; -1: never */
    int *moves_of;
    double *mem_used; /* by host, where containers are going */
    double *load;     /* by host, of the slot before, where containers are going */
    int *run_above;   /* by host: readings in a row */
    struct packing packing;
    float *paths; /* oracle: of all containers */
    /* sums for the figures */
    double *full_slots, *used_slots; /* by host */
    double *moving_mhz, *asked_mhz;  /* by container */
    struct replay_figures figures;
};

void replay_run_init(struct replay_run *run, const struct replay_options *options,
                     const struct replay_policy *policy, const struct replay_fleet *fleet,
                     const struct replay_hosts *hosts, const int *host_of);
void replay_run_deinit(struct replay_run *run);
void replay_run_land(struct replay_run *run, int slot);
void replay_run_move(struct replay_run *run, int slot, int v, int to, const char *why);
void replay_run_score(struct replay_run *run, int slot);
void replay_run_finish(struct replay_run *run);

/* Decide at the start of a slot. paths: of all containers (PACKING_PATHS_MAX x HORIZON_BLOCKS
 * each) for the policies that forecast; trust: how far they can be trusted, 0..1. */
void replay_react(struct replay_run *run, int slot);
void replay_spread(struct replay_run *run, int slot);
void replay_plan(struct replay_run *run, int slot, const float *paths, double trust);

/* --- the report ------------------------------------------------------------------------------- */

struct replay_result {
    const struct replay_policy *policy;
    struct replay_figures figures[REPLAY_SEEDS_MAX]; /* per day */
    int count;
};

void replay_report(const struct replay_options *options, const struct replay_result *results,
                   int count, FILE *out);

/* Everything; progress goes to standard error. Errors of the input have code -EINVAL, -ENODATA or
 * -E2BIG. */
int verb_replay(const struct replay_options *options, FILE *out, struct nt_error *err);

#endif
