/*
 * One decision for a large fleet: 1,000 hosts, 20,000 servers, sixteen paths of 288 steps each as
 * they are published (a median path and residuals of one byte). Decodes them into the horizon's
 * blocks, sums up, and searches until no move is worth its price.
 */
#include <packing/packing.h>

#include <nt/cleanup.h>
#include <nt/memory.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    HOSTS = 1000,
    ITEMS = 20000,
    PATHS = PACKING_PATHS_MAX,
    STEPS = HORIZON_SLOTS,
    ROUNDS = 5,
    TARGETS = 16,
};

struct published {
    int16_t p50[STEPS];
    int8_t rest[PATHS][STEPS];
};

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*state >> 33);
}

/* Daily shapes of different hours; a tenth of the hosts' servers peak together. */
static void fill(struct published *all)
{
    uint64_t state = 1;
    for (int i = 0; i < ITEMS; i++) {
        const int peak = i % HOSTS < HOSTS / 10 ? 10 : (int)(next_random(&state) % STEPS);
        const int high = 200 + (int)(next_random(&state) % 600);
        for (int t = 0; t < STEPS; t++) {
            const double near = cos((t - peak) * 6.283185307 / STEPS);
            all[i].p50[t] = (int16_t)(high * (0.35 + 0.3 * near));
            for (int j = 0; j < PATHS; j++)
                all[i].rest[j][t] = (int8_t)((int)(next_random(&state) % 61) - 30);
        }
    }
}

static void decode(const struct published *one, const int *ends, float *paths)
{
    for (int j = 0; j < PATHS; j++) {
        int begin = 0;
        for (int b = 0; b < HORIZON_BLOCKS; b++) {
            float sum = 0;
            for (int t = begin; t < ends[b]; t++) {
                const float value = (float)(one->p50[t] + one->rest[j][t]);
                sum += value > 0 ? value : 0;
            }
            paths[j * HORIZON_BLOCKS + b] = sum / (float)(ends[b] - begin);
            begin = ends[b];
        }
    }
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int main(void)
{
    NT_CLEANUP(nt_free_p) struct published *all = nt_zalloc(ITEMS * sizeof(*all));
    const size_t stride = (size_t)PATHS * HORIZON_BLOCKS;
    NT_CLEANUP(nt_free_p) float *paths = nt_zalloc(ITEMS * stride * sizeof(float));
    fill(all);
    int ends[HORIZON_BLOCKS];
    horizon_ends(ends);
    struct packing_options options = packing_default;
    options.targets_max = TARGETS;
    double seconds[ROUNDS];
    int moves = 0;
    for (int round = 0; round < ROUNDS; round++) {
        const double began_s = now_s();
        struct packing packing;
        packing_init(&packing, &options, ITEMS, HOSTS);
        for (int i = 0; i < ITEMS; i++) {
            decode(&all[i], ends, paths + (size_t)i * stride);
            packing.items[i] = (struct packing_item){.paths = paths + (size_t)i * stride,
                                                     .host = i % HOSTS,
                                                     .mem = 1,
                                                     .price = 1.3F,
                                                     .back = PACKING_NOWHERE};
        }
        for (int g = 0; g < HOSTS; g++)
            packing.hosts[g] = (struct packing_host){.cpu = 6000, .mem = 40};
        packing_begin(&packing);
        struct packing_move move;
        moves = 0;
        while (packing_next(&packing, &move))
            moves++;
        packing_deinit(&packing);
        seconds[round] = now_s() - began_s;
    }
    qsort(seconds, ROUNDS, sizeof(seconds[0]), by_value);
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("plan for %d hosts, %d servers, %d steps: %d moves, median %.2f s, most %.2f s of "
                 "one core, %ld MB resident\n",
                 HOSTS, ITEMS, STEPS, moves, seconds[ROUNDS / 2], seconds[ROUNDS - 1],
                 usage.ru_maxrss / 1024);
    return 0;
}
