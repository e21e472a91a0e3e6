/*
 * Encoding and decoding a host's load with 50 containers: records a second on one core, median and
 * p99 of a record. Prints the baseline too: what a memcpy of the same bytes costs.
 */
#include <nt/contract.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONTAINERS 50
#define BATCHES    2001
#define BATCH      200 /* records timed together: one is too short for the clock */

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct nt_sample make_sample(int i)
{
    return (struct nt_sample){
        .cpu_milli = 12.5 * i,
        .throttled_milli = 0.25,
        .mem_bytes = INT64_C(100000000) + i,
        .net_rx_bps = 1000.0 * i,
        .net_tx_bps = 2000.0 * i,
        .blk_read_bps = 100.0,
        .blk_write_bps = 200.0,
        .pids = 10 + i,
    };
}

static struct nt_host_load *make_load(struct nt_arena *arena)
{
    struct nt_host_load *load = NT_NEW(arena, struct nt_host_load);

    load->host = "host-1";
    load->at_ms = INT64_C(1795507200000);
    load->interval_ms = 5000;
    load->capacity = (struct nt_resources){.cpu_milli = 64000, .mem_bytes = INT64_C(256) << 30};
    load->sample = make_sample(100);
    load->servers = NT_ARRAY(arena, CONTAINERS, struct nt_server_sample);
    load->servers_count = CONTAINERS;
    for (int i = 0; i < CONTAINERS; i++) {
        load->servers[i] = (struct nt_server_sample){
            .server = nt_arena_printf(arena, "0193a5c2-1234-7abc-8def-%012d", i),
            .generation = 3,
            .container = nt_arena_printf(arena, "%012x", 0xabcd0000U + (unsigned)i),
            .sample = make_sample(i),
        };
    }
    return load;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void report(const char *what, int64_t *batches_ns, size_t bytes)
{
    qsort(batches_ns, BATCHES, sizeof(batches_ns[0]), by_value);
    size_t median = BATCHES / 2;
    size_t p99 = BATCHES * 99 / 100;
    double median_ns = (double)batches_ns[median] / BATCH;
    double p99_ns = (double)batches_ns[p99] / BATCH;

    (void)printf("%-8s median %7.0f ns  p99 %7.0f ns  %9.0f records/s  %6.0f MB/s\n", what,
                 median_ns, p99_ns, 1e9 / median_ns, (double)bytes * 1e3 / median_ns);
}

static void die(const struct nt_error *err)
{
    exit(nt_die(err));
}

int main(void)
{
    static int64_t encode_ns[BATCHES];
    static int64_t decode_ns[BATCHES];
    static int64_t copy_ns[BATCHES];
    struct nt_error err = NT_ERROR_INIT;
    struct nt_arena input = {0};
    struct nt_arena arena = {0};
    struct nt_buf out = {0};
    struct nt_buf copy = {0};
    const struct nt_host_load *load = make_load(&input);

    for (int batch = 0; batch < BATCHES; batch++) {
        int64_t begun_ns = now_ns();
        for (int i = 0; i < BATCH; i++) {
            nt_buf_reset(&out);
            if (nt_host_load_encode(load, &out, &err) < 0)
                die(&err);
        }
        encode_ns[batch] = now_ns() - begun_ns;

        begun_ns = now_ns();
        for (int i = 0; i < BATCH; i++) {
            struct nt_host_load *read = NULL;
            nt_arena_reset(&arena);
            if (nt_host_load_decode(&arena, nt_buf_span(&out), &read, &err) < 0)
                die(&err);
        }
        decode_ns[batch] = now_ns() - begun_ns;

        begun_ns = now_ns();
        for (int i = 0; i < BATCH; i++) {
            nt_buf_reset(&copy);
            (void)nt_buf_add(&copy, out.data, out.len);
            __asm__ volatile("" : : "r"(copy.data) : "memory"); /* or the copies are left out */
        }
        copy_ns[batch] = now_ns() - begun_ns;
    }
    (void)printf("host-load, %d containers, %zu bytes\n", CONTAINERS, out.len);
    report("encode", encode_ns, out.len);
    report("decode", decode_ns, out.len);
    report("memcpy", copy_ns, out.len);
    nt_arena_deinit(&input);
    nt_arena_deinit(&arena);
    nt_buf_deinit(&out);
    nt_buf_deinit(&copy);
    return EXIT_SUCCESS;
}
