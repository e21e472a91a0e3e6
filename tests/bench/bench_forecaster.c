/*
 * The forecaster's work for a fleet, without Kafka: what a daily fit and what each slot's round of
 * forecasts, scenarios and windows costs a series, and how much memory a series takes. 28 days of
 * history; a series is one resource of one server. 50,000 of them are to be fitted daily and issued
 * every five minutes on one core, in 64 kB each.
 *
 * Usage: bench_forecaster [SERVERS]
 */
#include <forecaster/issue.h>
#include <nt/memory.h>

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SERVERS_A_HOST = 50, GOAL_SERIES = 50000, ROUNDS = 5 };

static double cpu_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void on_forecast(void *arg, const struct issued_forecast *forecast)
{
    (void)forecast;
    (*(size_t *)arg)++;
}

static void on_scenarios(void *arg, const struct issued_scenarios *scenarios)
{
    (void)arg;
    (void)scenarios;
}

static void on_windows(void *arg, const struct issued_windows *windows)
{
    (void)arg;
    (void)windows;
}

static double noise(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return (double)(*state >> 8) / (1 << 24);
}

static void live(struct fleet *fleet, size_t hosts, int64_t from, int64_t to, uint32_t *random)
{
    static struct server_roll servers[SERVERS_A_HOST];
    static char ids[SERVERS_A_HOST][32];
    char host[32];
    for (int64_t slot = from; slot < to; slot++) {
        for (size_t h = 0; h < hosts; h++) {
            double total = 0;
            for (size_t i = 0; i < SERVERS_A_HOST; i++) {
                double phase = 2 * M_PI * ((double)(slot % DAY_SLOTS) / DAY_SLOTS + (double)i / 20);
                double cpu = 200 + 150 * sin(phase) + 100 * noise(random);
                (void)snprintf(ids[i], sizeof(ids[i]), "server-%zu-%zu", h, i);
                servers[i] = (struct server_roll){
                    .server = ids[i],
                    .roll = {.mean = {.cpu_milli = cpu, .mem_bytes = 1e9 + 1e8 * noise(random)},
                             .samples = 60}};
                total += cpu;
            }
            const struct slot_roll roll = {
                .slot = slot,
                .cpu_capacity_milli = 32000,
                .mem_capacity_bytes = 128e9,
                .host = {.mean = {.cpu_milli = total + 500, .mem_bytes = 60e9}, .samples = 60},
                .servers = servers,
                .servers_count = SERVERS_A_HOST,
            };
            (void)snprintf(host, sizeof(host), "host-%zu", h);
            (void)fleet_apply_roll(fleet, host, &roll);
        }
    }
}

int main(int argc, char **argv)
{
    size_t hosts =
        ((argc > 1 ? strtoul(argv[1], NULL, 10) : 100) + SERVERS_A_HOST - 1) / SERVERS_A_HOST;
    hosts = hosts > 0 ? hosts : 1;
    size_t series = hosts * SERVERS_A_HOST * RESOURCES;
    size_t before = mallinfo2().uordblks;
    struct fleet *fleet = fleet_new();
    size_t forecasts = 0;
    const struct issue_sink sink = {.forecast = on_forecast,
                                    .scenarios = on_scenarios,
                                    .windows = on_windows,
                                    .arg = &forecasts};
    struct issue *issue = issue_new(fleet, &sink);
    const int64_t first = INT64_C(20000) * DAY_SLOTS;
    uint32_t random = 1;
    live(fleet, hosts, first, first + HISTORY_SLOTS, &random);

    double begin = cpu_ms();
    size_t fits = 0;
    struct fit_job *job = NULL;
    while ((job = fleet_take_fit(fleet)) != NULL) {
        fit_job_run(job);
        fleet_return_fit(fleet, job);
        fits++;
    }
    double fit_ms = (cpu_ms() - begin) / (double)fits;

    double best_ms = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t now = first + HISTORY_SLOTS + round;
        begin = cpu_ms();
        live(fleet, hosts, now, now + 1, &random);
        issue_begin(issue);
        while (issue_next(issue)) {
        }
        best_ms = fmin(best_ms, cpu_ms() - begin);
    }
    double issue_ms = best_ms / (double)series;
    double kb = (double)(mallinfo2().uordblks - before) / 1024 / (double)series;
    (void)printf("%zu series on %zu hosts, %zu forecasts issued\n", series, hosts, forecasts);
    (void)printf("a fit %.2f ms: %d series daily take %.1f %% of a core\n", fit_ms, GOAL_SERIES,
                 fit_ms * GOAL_SERIES / 864e3);
    (void)printf("a slot %.3f ms a series: %d series take %.1f s of the 300 s of a slot\n",
                 issue_ms, GOAL_SERIES, issue_ms * GOAL_SERIES / 1e3);
    (void)printf("memory %.1f kB a series\n", kb);
    issue_free(issue);
    fleet_free(fleet);
    return EXIT_SUCCESS;
}
