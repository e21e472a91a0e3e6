/* The policies that look at the last slot only. */
#include <offline/replay.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *loads(struct replay_run *run, int slot)
{
    const int count = run->fleet->count;
    const float *last = run->fleet->demand + (size_t)(slot - 1) * (size_t)count;
    memset(run->load, 0, (size_t)run->hosts->count * sizeof(double));
    for (int v = 0; v < count; v++)
        run->load[run->going[v]] += (double)last[v];
    return run->load;
}

static double last_of(const struct replay_run *run, int slot, int v)
{
    return (double)run->fleet->demand[(size_t)(slot - 1) * (size_t)run->fleet->count + (size_t)v];
}

static bool has_memory(const struct replay_run *run, int h, int v)
{
    return run->mem_used[h] + run->fleet->mem_mb[v] <= run->options->host_mem_mb;
}

static void shift(struct replay_run *run, int slot, int v, int to, const char *why)
{
    const double mhz = last_of(run, slot, v);
    run->load[run->going[v]] -= mhz;
    run->load[to] += mhz;
    replay_run_move(run, slot, v, to, why);
}

/* The emptiest host in [from, end) that stays below limit with v; -1: none. */
static int emptiest(const struct replay_run *run, int slot, int v, int from, int end, double limit)
{
    int best = -1;
    for (int h = from; h < end; h++) {
        if (h == run->going[v] || !has_memory(run, h, v) ||
            run->load[h] + last_of(run, slot, v) > limit)
            continue;
        if (best < 0 || run->load[h] < run->load[best])
            best = h;
    }
    return best;
}

static int target_of(const struct replay_run *run, int slot, int v, double limit)
{
    const int to = emptiest(run, slot, v, 0, run->options->active, limit);
    return to >= 0 ? to : emptiest(run, slot, v, run->options->active, run->hosts->count, limit);
}

/* The smallest container that brings the host below the limit, else the largest. */
static bool relieve(struct replay_run *run, int slot, int h, double limit)
{
    const double excess = run->load[h] - limit;
    int best = -1, best_to = -1;
    for (int v = 0; v < run->fleet->count; v++) {
        if (run->going[v] != h || run->lands[v] >= 0)
            continue;
        const double mhz = last_of(run, slot, v);
        const double now = best >= 0 ? last_of(run, slot, best) : 0;
        const bool is_better = best < 0        ? mhz > 0
                               : now >= excess ? mhz >= excess && mhz < now
                                               : mhz > now;
        if (!is_better)
            continue;
        const int to = target_of(run, slot, v, limit);
        if (to < 0)
            continue;
        best = v;
        best_to = to;
    }
    if (best < 0)
        return false;
    shift(run, slot, best, best_to, "above the limit");
    return true;
}

/* One container a slot leaves the spares, while the active hosts have room for it. */
static void release(struct replay_run *run, int slot, double limit)
{
    for (int v = 0; v < run->fleet->count; v++) {
        if (run->going[v] < run->options->active || run->lands[v] >= 0)
            continue;
        const int to = emptiest(run, slot, v, 0, run->options->active, limit);
        if (to < 0)
            continue;
        shift(run, slot, v, to, "the spare is released");
        return;
    }
}

void replay_react(struct replay_run *run, int slot)
{
    const struct replay_policy *policy = run->policy;
    const double capacity = run->options->host_mhz;
    const double high = capacity * policy->high_pct / 100, low = capacity * policy->low_pct / 100;
    const double *load = loads(run, slot);
    bool is_calm = true;
    for (int h = 0; h < run->hosts->count; h++) {
        run->run_above[h] = load[h] > high ? run->run_above[h] + 1 : 0;
        is_calm &= load[h] <= high;
    }
    for (int h = 0; h < run->hosts->count; h++) {
        if (run->run_above[h] < policy->readings)
            continue;
        while (load[h] > low && relieve(run, slot, h, low))
            ;
    }
    if (policy->releases && is_calm)
        release(run, slot, low - capacity * 0.1);
}

/* From the fullest to the emptiest active host, until they are closer than the gap. */
void replay_spread(struct replay_run *run, int slot)
{
    const int every = (int)lround(run->policy->every_h * 12);
    if (every < 1 || slot % every != 0)
        return;
    const double *load = loads(run, slot);
    const double gap = run->options->host_mhz * run->policy->gap_pct / 100;
    for (int round = 0; round < run->fleet->count; round++) {
        int full = 0, empty = 0;
        for (int h = 1; h < run->options->active; h++) {
            full = load[h] > load[full] ? h : full;
            empty = load[h] < load[empty] ? h : empty;
        }
        const double apart = load[full] - load[empty];
        if (apart <= gap)
            return;
        int best = -1;
        for (int v = 0; v < run->fleet->count; v++) {
            const double mhz = last_of(run, slot, v);
            if (run->going[v] != full || run->lands[v] >= 0 || mhz <= 0 || mhz >= apart ||
                !has_memory(run, empty, v))
                continue;
            if (best < 0 || fabs(mhz - apart / 2) < fabs(last_of(run, slot, best) - apart / 2))
                best = v;
        }
        if (best < 0)
            return;
        shift(run, slot, best, empty, "spread");
    }
}
