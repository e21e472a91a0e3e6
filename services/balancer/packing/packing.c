#include <packing/packing.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { B = HORIZON_BLOCKS, LANES = 16, COARSE = 28, PER_COARSE = B / COARSE };
_Static_assert(B % LANES == 0, "blocks are summed in lanes");

const struct packing_options packing_default = {
    .paths = 16,
    .low = .84,
    .high = .93,
    .slope = 5,
    .fade = 40,
    .trigger = .3,
    .soon = 6,
    .moves_max = 1000,
    .targets_max = 0,
};

/* --- cost ------------------------------------------------------------------------------------- */

/* Sum over the first blocks of weight x excess of (sum + sign x item), over all paths. Lanes keep
 * the order of additions fixed, so that the result does not depend on the compiler's vectors. */
static double excess(const struct packing *packing, const float *sums, const float *item,
                     float sign, double cpu, int blocks)
{
    const struct packing_options *options = &packing->options;
    const float scale = (float)(1 / cpu);
    const float low = (float)options->low;
    const float ramp = (float)(1 / (options->high - options->low));
    const float high = (float)options->high;
    const float slope = (float)options->slope;
    float lanes[LANES] = {0};
    for (int j = 0; j < options->paths; j++) {
        const float *sum = sums + (size_t)j * B;
        const float *own = item != NULL ? item + (size_t)j * B : NULL;
        for (int b = 0; b < blocks; b += LANES) {
            for (int k = 0; k < LANES; k++) {
                float use = sum[b + k];
                if (own != NULL)
                    use += sign * own[b + k];
                use *= scale;
                float part = (use - low) * ramp;
                part = part > 0 ? part : 0;
                part = part < 1 ? part : 1;
                float over = use - high;
                over = over > 0 ? over : 0;
                lanes[k] += packing->weights[b + k] * (part + slope * over);
            }
        }
    }
    double total = 0;
    for (int k = 0; k < LANES; k++)
        total += (double)lanes[k];
    return total / options->paths;
}

static const float *sums_of(const struct packing *packing, int host)
{
    return packing->sums + (size_t)host * PACKING_PATHS_MAX * B;
}

const float *packing_sums(const struct packing *packing, int host)
{
    return sums_of(packing, host);
}

double packing_cost(const struct packing *packing, int host)
{
    return packing->hosts[host].cost;
}

static double cost_changed(const struct packing *packing, int host, int item, float sign)
{
    const struct packing_host *entry = &packing->hosts[host];
    const float peak = entry->peak + (sign > 0 ? packing->items[item].peak : 0);
    if ((double)peak <= packing->options.low * entry->cpu)
        return 0;
    return excess(packing, sums_of(packing, host), packing->items[item].paths, sign, entry->cpu, B);
}

double packing_cost_without(const struct packing *packing, int host, int item)
{
    return cost_changed(packing, host, item, -1);
}

double packing_cost_with(const struct packing *packing, int host, int item)
{
    return cost_changed(packing, host, item, +1);
}

/* --- sums ------------------------------------------------------------------------------------- */

static void add(float *sums, const float *item, float sign, int paths)
{
    for (int i = 0; i < paths * B; i++)
        sums[i] += sign * item[i];
}

static float peak_of(const float *values, int paths)
{
    float peak = 0;
    for (int i = 0; i < paths * B; i++)
        peak = values[i] > peak ? values[i] : peak;
    return peak;
}

/* The soon part is not discounted by what is left of its lane. */
static double soon_of(const struct packing *packing, int host)
{
    const struct packing_options *options = &packing->options;
    const struct packing_host *entry = &packing->hosts[host];
    const float *sums = sums_of(packing, host);
    double total = 0;
    for (int j = 0; j < options->paths; j++)
        for (int b = 0; b < options->soon; b++) {
            const double use = (double)sums[(size_t)j * B + (size_t)b] / entry->cpu;
            const double part = (use - options->low) / (options->high - options->low);
            total += (double)packing->weights[b] *
                     (fmin(fmax(part, 0), 1) + options->slope * fmax(use - options->high, 0));
        }
    return total / options->paths;
}

/* The mean path, some blocks together: to tell which hosts are worth a closer look. */
static void coarsen(const float *paths, int count, float ret_coarse[COARSE])
{
    for (int c = 0; c < COARSE; c++) {
        float sum = 0;
        for (int j = 0; j < count; j++)
            for (int b = 0; b < PER_COARSE; b++)
                sum += paths[j * B + c * PER_COARSE + b];
        ret_coarse[c] = sum / (float)(count * PER_COARSE);
    }
}

static void refresh(struct packing *packing, int host)
{
    struct packing_host *entry = &packing->hosts[host];
    const float *sums = sums_of(packing, host);
    entry->peak = peak_of(sums, packing->options.paths);
    coarsen(sums, packing->options.paths, packing->coarse + (size_t)host * COARSE);
    const bool is_calm = (double)entry->peak <= packing->options.low * entry->cpu;
    entry->cost = is_calm ? 0 : excess(packing, sums, NULL, 0, entry->cpu, B);
    entry->cost_soon = is_calm ? 0 : soon_of(packing, host);
}

void packing_init(struct packing *packing, const struct packing_options *options, size_t items,
                  size_t hosts)
{
    *packing = (struct packing){
        .options = *options,
        .items = nt_zalloc((items + 1) * sizeof(struct packing_item)),
        .items_count = items,
        .hosts = nt_zalloc((hosts + 1) * sizeof(struct packing_host)),
        .hosts_count = hosts,
        .sums = nt_zalloc((hosts + 1) * sizeof(float) * PACKING_PATHS_MAX * B),
        .coarse = nt_zalloc((hosts + 1) * sizeof(float) * COARSE),
        .ranks = nt_zalloc((hosts + 1) * sizeof(struct packing_rank)),
        .is_done = nt_zalloc(hosts + 1),
    };
    horizon_weights(options->fade, packing->weights);
}

void packing_deinit(struct packing *packing)
{
    free(packing->items);
    free(packing->hosts);
    free(packing->sums);
    free(packing->coarse);
    free(packing->ranks);
    free(packing->is_done);
    *packing = (struct packing){0};
}

void packing_begin(struct packing *packing)
{
    const int paths = packing->options.paths;
    memset(packing->sums, 0, packing->hosts_count * sizeof(float) * PACKING_PATHS_MAX * B);
    memset(packing->is_done, 0, packing->hosts_count);
    for (size_t g = 0; g < packing->hosts_count; g++)
        packing->hosts[g].mem_used = 0;
    for (size_t i = 0; i < packing->items_count; i++) {
        struct packing_item *item = &packing->items[i];
        item->peak = peak_of(item->paths, paths);
        if (item->host == PACKING_NOWHERE)
            continue;
        packing->hosts[item->host].mem_used += item->mem;
        add(packing->sums + (size_t)item->host * PACKING_PATHS_MAX * B, item->paths, 1, paths);
    }
    for (size_t g = 0; g < packing->hosts_count; g++)
        refresh(packing, (int)g);
}

void packing_set_sums(struct packing *packing, int host, const float *sums)
{
    memcpy(packing->sums + (size_t)host * PACKING_PATHS_MAX * B, sums,
           (size_t)packing->options.paths * B * sizeof(float));
    refresh(packing, host);
}

void packing_shift(struct packing *packing, int i, int to)
{
    struct packing_item *item = &packing->items[i];
    const int from = item->host;
    const int paths = packing->options.paths;
    if (from != PACKING_NOWHERE) {
        packing->hosts[from].mem_used -= item->mem;
        add(packing->sums + (size_t)from * PACKING_PATHS_MAX * B, item->paths, -1, paths);
        refresh(packing, from);
    }
    item->host = to;
    if (to != PACKING_NOWHERE) {
        packing->hosts[to].mem_used += item->mem;
        add(packing->sums + (size_t)to * PACKING_PATHS_MAX * B, item->paths, 1, paths);
        refresh(packing, to);
    }
}

/* --- the search ------------------------------------------------------------------------------- */

static double price_of(const struct packing_item *item, int to)
{
    return (double)(to == item->back ? item->price_back : item->price);
}

static bool takes(const struct packing *packing, int i, int g)
{
    const struct packing_item *item = &packing->items[i];
    const struct packing_host *host = &packing->hosts[g];
    return g != item->host && !host->is_closed && host->mem_used + item->mem <= host->mem &&
           (packing->may == NULL || packing->may(packing->arg, i, g));
}

static int by_peak(const void *a, const void *b)
{
    const struct packing_rank *x = a, *y = b;
    return x->peak != y->peak ? (x->peak > y->peak) - (x->peak < y->peak) : x->host - y->host;
}

/* Hosts that may take an item, the one whose peak would be lowest first. */
static int rank_targets(struct packing *packing, int i)
{
    const struct packing_item *item = &packing->items[i];
    float own[COARSE];
    coarsen(item->paths, packing->options.paths, own);
    int count = 0;
    for (int g = 0; g < (int)packing->hosts_count; g++) {
        if (!takes(packing, i, g))
            continue;
        const float *coarse = packing->coarse + (size_t)g * COARSE;
        float peak = 0;
        for (int c = 0; c < COARSE; c++)
            peak = fmaxf(peak, coarse[c] + own[c]);
        packing->ranks[count++] = (struct packing_rank){g, peak / (float)packing->hosts[g].cpu};
    }
    qsort(packing->ranks, (size_t)count, sizeof(packing->ranks[0]), by_peak);
    const int most = packing->options.targets_max;
    return most > 0 && most < count ? most : count;
}

/* The best move of one item, if it is better than best. */
static void consider(struct packing *packing, int i, struct packing_move *best)
{
    const struct packing_item *item = &packing->items[i];
    const int from = item->host;
    const double saved = packing->hosts[from].cost - packing_cost_without(packing, from, i);
    if (saved - fmin((double)item->price, (double)item->price_back) <= best->gain - best->price)
        return;
    const int count = rank_targets(packing, i);
    for (int r = 0; r < count; r++) {
        const int g = packing->ranks[r].host;
        const double price = price_of(item, g);
        if (saved - price <= best->gain - best->price)
            continue;
        const double gain = saved - (packing_cost_with(packing, g, i) - packing->hosts[g].cost);
        if (gain - price > best->gain - best->price)
            *best = (struct packing_move){
                .item = i, .from = from, .to = g, .gain = gain, .price = price};
    }
}

bool packing_best_of(struct packing *packing, int i, struct packing_move *ret_move)
{
    const struct packing_item *item = &packing->items[i];
    const int from = item->host;
    const double saved = packing->hosts[from].cost - packing_cost_without(packing, from, i);
    const int count = rank_targets(packing, i);
    for (int r = 0; r < count; r++) {
        const int g = packing->ranks[r].host;
        const double price = price_of(item, g);
        const double gain = saved - (packing_cost_with(packing, g, i) - packing->hosts[g].cost);
        if (r == 0 || gain - price > ret_move->gain - ret_move->price)
            *ret_move = (struct packing_move){
                .item = i, .from = from, .to = g, .gain = gain, .price = price};
    }
    return count > 0;
}

static int worst_host(const struct packing *packing)
{
    int worst = PACKING_NOWHERE;
    for (int g = 0; g < (int)packing->hosts_count; g++) {
        const double soon = packing->hosts[g].cost_soon;
        if (!packing->is_done[g] && soon > packing->options.trigger &&
            (worst == PACKING_NOWHERE || soon > packing->hosts[worst].cost_soon))
            worst = g;
    }
    return worst;
}

bool packing_next(struct packing *packing, struct packing_move *ret_move)
{
    for (;;) {
        const int host = worst_host(packing);
        if (host == PACKING_NOWHERE)
            return false;
        struct packing_move best = {.item = -1};
        for (size_t i = 0; i < packing->items_count; i++)
            if (packing->items[i].host == host && !packing->items[i].is_fixed)
                consider(packing, (int)i, &best);
        if (best.item < 0) {
            packing->is_done[host] = true;
            continue;
        }
        packing_shift(packing, best.item, best.to);
        packing->items[best.item].is_fixed = true;
        *ret_move = best;
        return true;
    }
}
