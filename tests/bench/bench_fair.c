/* Fair shares of 10,000 running servers of 1,000 people on one host in danger, and one step. */
#include <balancer/fair.h>

#include <nt/memory.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SERVERS = 10000, OWNERS = 1000, ROUNDS = 51 };

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int main(void)
{
    struct fair_server *servers = nt_zalloc(SERVERS * sizeof(*servers));
    double weights[OWNERS], times[ROUNDS];
    uint64_t seed = 1;
    for (int o = 0; o < OWNERS; o++)
        weights[o] = 1 + o % 3;
    const struct fair_host host = {.capacity = {4000000, 1000000000, 1000000000}, .cap_pct = 50};
    size_t changed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SERVERS; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            const int64_t size = 100 + (int64_t)((seed >> 33) % 2000);
            servers[i] = (struct fair_server){.owner = (int)((seed >> 40) % OWNERS),
                                              .requested = {size, size * 500, size * 500},
                                              .now = {size, size * 500, size * 500}};
        }
        const double began = now_ms();
        fair_share(&host, weights, OWNERS, servers, SERVERS);
        changed = fair_step(&host, weights, OWNERS, servers, SERVERS, true, 1);
        times[round] = now_ms() - began;
    }
    qsort(times, ROUNDS, sizeof(times[0]), by_value);
    (void)printf("shares of %d servers of %d people: median %.1f ms, p99 %.1f ms of one core; %zu "
                 "changed\n",
                 SERVERS, OWNERS, times[ROUNDS / 2], times[ROUNDS - 1], changed);
    free(servers);
    return 0;
}
