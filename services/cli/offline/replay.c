/* `neaptide offline replay`: the slots one after the other, all policies side by side. */
#include <offline/replay.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The policies of one trace see the same samples: scenarios are made once for all of them. */
struct world {
    const struct replay_options *options;
    const struct replay_fleet *fleet;
    struct replay_run *runs;
    size_t runs_count;
    struct crowd *crowds[CROWD_TIME_BLIND + 1]; /* by enum crowd_kind; NULL: nobody asks */
    float *paths[CROWD_TIME_BLIND + 1];
    double trust[CROWD_TIME_BLIND + 1];
    int warm_up, end;
};

static bool kind_of(enum replay_kind kind, enum crowd_kind *ret_kind)
{
    if (kind != REPLAY_FORECAST && kind != REPLAY_TIMEBLIND)
        return false;
    *ret_kind = kind == REPLAY_FORECAST ? CROWD_LEARNED : CROWD_TIME_BLIND;
    return true;
}

static void open_world(struct world *world)
{
    const struct replay_options *options = world->options;
    const size_t count = (size_t)world->fleet->count;
    NT_CLEANUP(nt_free_p) float *high = nt_zalloc(count * sizeof(float));
    for (size_t v = 0; v < count; v++)
        high[v] = (float)(options->host_mhz / 2);
    for (size_t i = 0; i < world->runs_count; i++) {
        enum crowd_kind kind;
        if (!kind_of(world->runs[i].policy->kind, &kind) || world->crowds[kind] != NULL)
            continue;
        world->crowds[kind] = crowd_new(&(struct crowd_options){.kind = kind,
                                                                .count = count,
                                                                .high = high,
                                                                .slots_max = world->end,
                                                                .learn_from = world->warm_up});
        world->paths[kind] = nt_zalloc(count * PACKING_PATHS_MAX * HORIZON_BLOCKS * sizeof(float));
    }
}

static void close_world(struct world *world)
{
    for (size_t kind = 0; kind < NT_COUNT(world->crowds); kind++) {
        crowd_free(world->crowds[kind]);
        free(world->paths[kind]);
    }
}

/* How far the forecasts beat persistence over the last day, 0..1: what moves may cost rises where
 * they do not. */
static double trust_of(const struct world *world, const struct crowd *crowd)
{
    double ours = 0, persistence = 0;
    for (int v = 0; v < world->fleet->count; v++) {
        double a, b;
        crowd_errors(crowd, (size_t)v, 12, &a, &b);
        ours += a;
        persistence += b;
    }
    return persistence > 0 ? fmin(fmax(4 * (1 - ours / persistence), 0), 1) : 1;
}

static void look_ahead(struct world *world, int slot)
{
    int ends[HORIZON_BLOCKS];
    horizon_ends(ends);
    for (size_t kind = 0; kind < NT_COUNT(world->crowds); kind++) {
        const struct crowd *crowd = world->crowds[kind];
        if (crowd == NULL)
            continue;
        for (int v = 0; v < world->fleet->count; v++)
            crowd_paths(crowd, (size_t)v, world->options->move_slots, ends, HORIZON_BLOCKS,
                        world->paths[kind] + (size_t)v * PACKING_PATHS_MAX * HORIZON_BLOCKS);
        if (slot % REPLAY_DAY == 0 || slot == world->warm_up)
            world->trust[kind] = trust_of(world, crowd);
    }
}

static void decide(struct world *world, struct replay_run *run, int slot)
{
    enum crowd_kind kind = CROWD_LEARNED;
    (void)kind_of(run->policy->kind, &kind);
    switch (run->policy->kind) {
    case REPLAY_SPREAD:
        replay_spread(run, slot);
        break;
    case REPLAY_REACTIVE:
        replay_react(run, slot);
        break;
    case REPLAY_TIMEBLIND:
    case REPLAY_FORECAST:
    case REPLAY_ORACLE:
        replay_plan(run, slot, world->paths[kind], world->trust[kind]);
        break;
    case REPLAY_NONE:
    case REPLAY_KINDS:
        break;
    }
}

static void play(struct world *world)
{
    const size_t count = (size_t)world->fleet->count;
    for (int slot = 0; slot < world->end; slot++) {
        if (slot >= world->warm_up) {
            look_ahead(world, slot);
            for (size_t i = 0; i < world->runs_count; i++) {
                struct replay_run *run = &world->runs[i];
                replay_run_land(run, slot);
                decide(world, run, slot);
                replay_run_land(run, slot); /* moves that take no time */
                if (!world->fleet->is_blind[slot])
                    replay_run_score(run, slot);
            }
        }
        for (size_t kind = 0; kind < NT_COUNT(world->crowds); kind++)
            if (world->crowds[kind] != NULL)
                crowd_append(world->crowds[kind], world->fleet->sample + (size_t)slot * count);
        if (slot % REPLAY_DAY == 0)
            (void)fprintf(stderr, "replay: day %d of %d\n", slot / REPLAY_DAY + 1,
                          (world->end + REPLAY_DAY - 1) / REPLAY_DAY);
    }
    for (size_t i = 0; i < world->runs_count; i++)
        replay_run_finish(&world->runs[i]);
}

/* --- seeds ------------------------------------------------------------------------------------ */

struct start {
    struct replay_hosts hosts;
    int *host_of;
};

static int begin(const struct replay_options *options, const struct replay_fleet *fleet, int seed,
                 struct start *start, struct nt_error *err)
{
    start->host_of = nt_zalloc((size_t)fleet->count * sizeof(int));
    int status = options->placements_count > 0
                     ? replay_place_read(options, fleet, options->placements[seed], &start->hosts,
                                         start->host_of, err)
                     : replay_place_make(options, fleet, options->seeds[seed], &start->hosts,
                                         start->host_of, err);
    if (status < 0)
        return status;
    NT_CLEANUP(nt_free_p) double *mem = nt_zalloc((size_t)start->hosts.count * sizeof(double));
    for (int v = 0; v < fleet->count; v++) {
        const int h = start->host_of[v];
        mem[h] += fleet->mem_mb[v];
        if (mem[h] > options->host_mem_mb)
            return nt_fail(err, -EINVAL, "%s: host %s has no memory for what is placed there",
                           options->placements_count > 0 ? options->placements[seed] : "placement",
                           start->hosts.names[h]);
    }
    return 0;
}

/* All policies from the starts of seeds [from, end), over one trace. */
static int play_seeds(const struct replay_options *options, const struct replay_fleet *fleet,
                      const struct start *starts, int from, int end, FILE *log,
                      struct replay_result *results)
{
    const int last =
        options->score_to_day > 0 ? (int)lround(options->score_to_day * REPLAY_DAY) : fleet->slots;
    struct world world = {.options = options,
                          .fleet = fleet,
                          .warm_up = (int)lround(options->warm_up_days * REPLAY_DAY),
                          .end = last < fleet->slots ? last : fleet->slots};
    const int policies = options->policies_count;
    world.runs_count = (size_t)(end - from) * (size_t)policies;
    world.runs = nt_zalloc(world.runs_count * sizeof(struct replay_run));
    for (int s = from; s < end; s++)
        for (int p = 0; p < policies; p++) {
            struct replay_run *run = &world.runs[(s - from) * policies + p];
            replay_run_init(run, options, &options->policies[p], fleet, &starts[s].hosts,
                            starts[s].host_of);
            run->log = s == 0 && p == 0 ? log : NULL;
        }
    open_world(&world);
    play(&world);
    close_world(&world);
    for (size_t i = 0; i < world.runs_count; i++) {
        struct replay_result *result = &results[i % (size_t)policies];
        result->figures[result->count++] = world.runs[i].figures;
        replay_run_deinit(&world.runs[i]);
    }
    free(world.runs);
    return 0;
}

static int play_all(const struct replay_options *options, const struct replay_fleet *fleet,
                    FILE *log, struct replay_result *results, struct nt_error *err)
{
    const int seeds = options->seeds_count;
    struct start starts[REPLAY_SEEDS_MAX] = {0};
    int status = 0;
    for (int s = 0; s < seeds && status == 0; s++)
        status = begin(options, fleet, s, &starts[s], err);
    if (status == 0 && options->shuffle_h > 0) {
        for (int s = 0; s < seeds; s++) {
            struct replay_fleet other;
            replay_fleet_shuffle(fleet, (int)lround(options->shuffle_h * 12),
                                 (uint64_t)options->seeds[s], &other);
            (void)play_seeds(options, &other, starts, s, s + 1, log, results);
            replay_fleet_deinit(&other);
        }
    } else if (status == 0) {
        (void)play_seeds(options, fleet, starts, 0, seeds, log, results);
    }
    for (int s = 0; s < seeds; s++) {
        replay_hosts_deinit(&starts[s].hosts);
        free(starts[s].host_of);
    }
    return status;
}

int verb_replay(const struct replay_options *options, FILE *out, struct nt_error *err)
{
    struct replay_fleet fleet = {0};
    if (replay_fleet_read(options, &fleet, err) < 0)
        return err->code;
    int status = 0;
    NT_CLEANUP(nt_fclose_p) FILE *log = NULL;
    if (options->moves != NULL) {
        log = fopen(options->moves, "we");
        if (log == NULL)
            status = nt_fail(err, -errno, "%s cannot be written: %m", options->moves);
        else
            (void)fputs("t,container,from,to,why\n", log);
    }
    if (status == 0 && options->warm_up_days * REPLAY_DAY >= fleet.slots)
        status = nt_fail(err, -EINVAL, "%s: %d days, and --warm-up-days leaves none to score",
                         options->fleet, fleet.slots / REPLAY_DAY);
    NT_CLEANUP(nt_free_p)
    struct replay_result *results =
        nt_zalloc((size_t)options->policies_count * sizeof(struct replay_result));
    for (int p = 0; p < options->policies_count; p++)
        results[p].policy = &options->policies[p];
    if (status == 0)
        status = play_all(options, &fleet, log, results, err);
    if (status == 0)
        replay_report(options, results, options->policies_count, out);
    if (status == 0 && (fflush(out) != 0 || ferror(out)))
        status = nt_fail(err, -EIO, "the figures cannot be written");
    if (status == 0 && log != NULL && (fflush(log) != 0 || ferror(log)))
        status = nt_fail(err, -EIO, "%s cannot be written", options->moves);
    replay_fleet_deinit(&fleet);
    return status;
}
