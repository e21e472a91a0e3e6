/*
 * Which item should move where, over joint scenarios of load. Items (servers, containers) lie on
 * hosts; each has paths of its load over the horizon, and the sum of a host's paths tells what
 * overload to expect of it. The search takes the host with the most overload coming soon and makes
 * the move that saves most, as long as it saves more than its price. Pure and deterministic; the
 * same for the running service, for what-if and for replays of recorded fleets. One thread.
 */
#ifndef PACKING_PACKING_H
#define PACKING_PACKING_H

#include <packing/horizon.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKING_PATHS_MAX = 16, PACKING_NOWHERE = -1 };

struct packing_options {
    int paths;       /* of each item; at most PACKING_PATHS_MAX */
    double low;      /* use from which on a slot begins to count, in parts of capacity */
    double high;     /* and from which on it counts whole */
    double slope;    /* minutes per minute and use above high */
    double fade;     /* slots after which what lies ahead weighs 1/e */
    double trigger;  /* minutes: hosts with less are left alone */
    int soon;        /* slots that are looked at for it */
    int moves_max;   /* of one search */
    int targets_max; /* looked at for each item; 0: all */
};

/* What the figures of docs/benchmarks/balancing.md were made with. */
extern const struct packing_options packing_default;

struct packing_item {
    const float *paths; /* HORIZON_BLOCKS values for each path, one after the other; lent */
    double mem;
    int host;
    bool is_fixed;
    float price; /* minutes that a move must save */
    int back;    /* a host to which it returns only at price_back; or PACKING_NOWHERE */
    float price_back;
    /* set by packing_begin() */
    float peak;
};

struct packing_host {
    double cpu; /* capacity, in the unit of the paths */
    double mem;
    bool is_closed; /* takes nothing */
    /* set by packing_begin() */
    double mem_used;
    float peak; /* highest sum of any path */
    double cost;
    double cost_soon;
};

struct packing_move {
    int item;
    int from;
    int to;
    double gain; /* minutes of overload saved, before the price */
    double price;
};

/* May an item go to a host, apart from memory? NULL in struct packing: any may. */
typedef bool packing_may(const void *arg, int item, int host);

struct packing_rank {
    int host;
    float peak;
};

struct packing {
    struct packing_options options;
    struct packing_item *items;
    size_t items_count;
    struct packing_host *hosts;
    size_t hosts_count;
    packing_may *may;
    const void *arg;
    /* within */
    float *sums;
    float weights[HORIZON_BLOCKS];
    float *coarse;
    struct packing_rank *ranks;
    bool *is_done;
};

/* Takes memory for hosts_count and items_count; items and hosts are set by the caller, then
 * packing_begin() sums up. */
void packing_init(struct packing *packing, const struct packing_options *options, size_t items,
                  size_t hosts);
void packing_deinit(struct packing *packing);
void packing_begin(struct packing *packing);

/* The next move; false: none is worth its price. It is made in the packing. */
bool packing_next(struct packing *packing, struct packing_move *ret_move);

/* The best target of one item, worth its price or not; false: there is none. */
bool packing_best_of(struct packing *packing, int item, struct packing_move *ret_move);

/* Sums of a host that hold more than the items known here; after packing_begin(). paths x
 * HORIZON_BLOCKS values. */
void packing_set_sums(struct packing *packing, int host, const float *sums);

/* Make a move, whatever it costs; for what-if and for moves already under way. */
void packing_shift(struct packing *packing, int item, int to);

/* Expected minutes of overload of a host over the horizon, as it is / without / with an item. */
double packing_cost(const struct packing *packing, int host);
double packing_cost_without(const struct packing *packing, int host, int item);
double packing_cost_with(const struct packing *packing, int host, int item);

/* HORIZON_BLOCKS values for each path. */
const float *packing_sums(const struct packing *packing, int host);

#endif
