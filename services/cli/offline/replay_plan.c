/* The policies that look ahead: forecast, time-blind, oracle. One planner, other scenarios. */
#include <offline/replay.h>

#include <math.h>

enum { WEEK = 7 * REPLAY_DAY };

static void set_price(const struct replay_run *run, int slot, int v, double trust,
                      struct packing_item *item)
{
    const struct replay_prices *prices = &run->policy->prices;
    const int age = slot - run->moved_at[v];
    const bool was_moved = run->moved_at[v] >= 0;
    double price = prices->move;
    if (was_moved && age < WEEK)
        price += prices->again * exp(-(double)age / REPLAY_DAY);
    price *= 1 + prices->trust * (1 - trust);
    item->price = item->price_back = (float)price;
    item->back = PACKING_NOWHERE;
    if (was_moved && age < REPLAY_DAY) {
        item->back = run->left[v];
        item->price_back = (float)(price * prices->back);
    }
}

/* What really comes, as one path. */
static void see_future(const struct replay_run *run, int slot)
{
    int ends[HORIZON_BLOCKS];
    horizon_ends(ends);
    const int count = run->fleet->count, last = run->fleet->slots - 1;
    int begin = slot + run->options->move_slots;
    const int first = begin;
    for (int b = 0; b < HORIZON_BLOCKS; b++) {
        const int end = first + ends[b];
        for (int v = 0; v < count; v++) {
            float sum = 0;
            for (int t = begin; t < end; t++)
                sum +=
                    run->fleet->demand[(size_t)(t < last ? t : last) * (size_t)count + (size_t)v];
            run->paths[v * HORIZON_BLOCKS + b] = sum / (float)(end - begin);
        }
        begin = end;
    }
}

void replay_plan(struct replay_run *run, int slot, const float *paths, double trust)
{
    const bool is_oracle = run->policy->kind == REPLAY_ORACLE;
    const size_t stride = (is_oracle ? 1 : PACKING_PATHS_MAX) * (size_t)HORIZON_BLOCKS;
    struct packing *packing = &run->packing;
    if (is_oracle)
        see_future(run, slot);
    for (int v = 0; v < run->fleet->count; v++) {
        struct packing_item *item = &packing->items[v];
        item->paths = (is_oracle ? run->paths : paths) + (size_t)v * stride;
        item->mem = run->fleet->mem_mb[v];
        item->host = run->going[v];
        item->is_fixed = run->lands[v] >= 0;
        set_price(run, slot, v, is_oracle ? 1 : trust, item);
    }
    for (int h = 0; h < run->hosts->count; h++) {
        packing->hosts[h].cpu = run->options->host_mhz;
        packing->hosts[h].mem = run->options->host_mem_mb;
    }
    packing_begin(packing);
    struct packing_move move;
    while (packing_next(packing, &move)) {
        char why[64];
        (void)snprintf(why, sizeof(why), "saves %.1f min", move.gain);
        replay_run_move(run, slot, move.item, move.to, why);
    }
}
