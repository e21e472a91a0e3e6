/* One policy at one placement: where containers are, and what that adds up to. */
#include <offline/replay.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>

/* Seconds that a container does not answer; what a move measured (docs/architecture/moves.md). */
static const double PAUSE_S = 0.5;
/* Beloglazov and Buyya 2012: a migration costs a tenth of the container's CPU while it lasts. */
static const double MIGRATION_SHARE = 0.1;

void replay_run_init(struct replay_run *run, const struct replay_options *options,
                     const struct replay_policy *policy, const struct replay_fleet *fleet,
                     const struct replay_hosts *hosts, const int *host_of)
{
    const size_t count = (size_t)fleet->count, hosts_count = (size_t)hosts->count;
    *run = (struct replay_run){
        .options = options,
        .policy = policy,
        .fleet = fleet,
        .hosts = hosts,
        .going = nt_zalloc(count * sizeof(int)),
        .on = nt_zalloc(count * sizeof(int)),
        .lands = nt_zalloc(count * sizeof(int)),
        .left = nt_zalloc(count * sizeof(int)),
        .home = nt_zalloc(count * sizeof(int)),
        .moved_at = nt_zalloc(count * sizeof(int)),
        .moves_of = nt_zalloc(count * sizeof(int)),
        .mem_used = nt_zalloc(hosts_count * sizeof(double)),
        .load = nt_zalloc(hosts_count * sizeof(double)),
        .run_above = nt_zalloc(hosts_count * sizeof(int)),
        .full_slots = nt_zalloc(hosts_count * sizeof(double)),
        .used_slots = nt_zalloc(hosts_count * sizeof(double)),
        .moving_mhz = nt_zalloc(count * sizeof(double)),
        .asked_mhz = nt_zalloc(count * sizeof(double)),
    };
    for (size_t v = 0; v < count; v++) {
        run->going[v] = run->on[v] = run->home[v] = host_of[v];
        run->lands[v] = run->left[v] = run->moved_at[v] = -1;
        run->mem_used[host_of[v]] += fleet->mem_mb[v];
    }
    if (policy->kind >= REPLAY_TIMEBLIND) {
        struct packing_options packing = policy->packing;
        if (policy->kind == REPLAY_ORACLE) {
            packing.paths = 1;
            run->paths = nt_zalloc(count * HORIZON_BLOCKS * sizeof(float));
        }
        packing_init(&run->packing, &packing, count, hosts_count);
    }
}

void replay_run_deinit(struct replay_run *run)
{
    int *const ints[] = {run->going, run->on,       run->lands,    run->left,
                         run->home,  run->moved_at, run->moves_of, run->run_above};
    double *const doubles[] = {run->mem_used,   run->load,       run->full_slots,
                               run->used_slots, run->moving_mhz, run->asked_mhz};
    for (size_t i = 0; i < NT_COUNT(ints); i++)
        free(ints[i]);
    for (size_t i = 0; i < NT_COUNT(doubles); i++)
        free(doubles[i]);
    free(run->paths);
    packing_deinit(&run->packing);
    *run = (struct replay_run){0};
}

void replay_run_land(struct replay_run *run, int slot)
{
    for (int v = 0; v < run->fleet->count; v++)
        if (run->lands[v] >= 0 && run->lands[v] <= slot) {
            run->on[v] = run->going[v];
            run->lands[v] = -1;
        }
}

void replay_run_move(struct replay_run *run, int slot, int v, int to, const char *why)
{
    const int from = run->going[v];
    const double mem_mb = run->fleet->mem_mb[v];
    if (run->left[v] == to && slot - run->moved_at[v] < REPLAY_DAY)
        run->figures.ping_pong++;
    run->going[v] = to;
    run->lands[v] = slot + run->options->move_slots;
    run->left[v] = from;
    run->moved_at[v] = slot;
    run->moves_of[v]++;
    run->mem_used[from] -= mem_mb;
    run->mem_used[to] += mem_mb;
    run->figures.moves++;
    run->figures.moved_mb += mem_mb;
    run->figures.pause_s += PAUSE_S;
    if (run->log != NULL)
        (void)fprintf(run->log, "%d,%s,%s,%s,%s\n", slot, run->fleet->names[v],
                      run->hosts->names[from], run->hosts->names[to], why);
}

void replay_run_score(struct replay_run *run, int slot)
{
    const struct replay_fleet *fleet = run->fleet;
    const int hosts = run->hosts->count;
    const float *demand = fleet->demand + (size_t)slot * (size_t)fleet->count;
    double *load = nt_zalloc((size_t)hosts * sizeof(double));
    int *residents = nt_zalloc((size_t)hosts * sizeof(int));
    for (int v = 0; v < fleet->count; v++) {
        load[run->on[v]] += (double)demand[v];
        residents[run->on[v]]++;
        run->asked_mhz[v] += (double)demand[v];
        if (run->lands[v] >= 0)
            run->moving_mhz[v] += MIGRATION_SHARE * (double)demand[v];
    }
    struct replay_figures *figures = &run->figures;
    const double capacity = run->options->host_mhz;
    figures->days += 1.0 / REPLAY_DAY;
    for (int h = 0; h < hosts; h++) {
        if (load[h] > 0.9 * capacity)
            figures->ohm90 += HORIZON_SLOT_MINUTES;
        if (load[h] > capacity)
            figures->ohm100 += HORIZON_SLOT_MINUTES;
        figures->unserved += fmax(0, load[h] - capacity);
        figures->demand += load[h];
        run->full_slots[h] += load[h] >= capacity;
        run->used_slots[h] += residents[h] > 0;
        if (h >= run->options->active && residents[h] > 0)
            figures->spare_hours += HORIZON_SLOT_MINUTES / 60.0;
    }
    free(load);
    free(residents);
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void replay_run_finish(struct replay_run *run)
{
    struct replay_figures *figures = &run->figures;
    const int count = run->fleet->count;
    double *rates = nt_zalloc((size_t)count * sizeof(double));
    for (int v = 0; v < count; v++) {
        rates[v] = run->moves_of[v] / figures->days * 7;
        if (run->asked_mhz[v] > 0)
            figures->pdm += run->moving_mhz[v] / run->asked_mhz[v] / count;
    }
    qsort(rates, (size_t)count, sizeof(rates[0]), by_value);
    figures->restarts_median = (rates[(count - 1) / 2] + rates[count / 2]) / 2;
    figures->restarts_max = rates[count - 1];
    free(rates);
    double used = 0;
    for (int h = 0; h < run->hosts->count; h++)
        if (run->used_slots[h] > 0) {
            figures->slatah += run->full_slots[h] / run->used_slots[h];
            used++;
        }
    figures->slatah = used > 0 ? figures->slatah / used : 0;
}
