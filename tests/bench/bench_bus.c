/*
 * The bus on a real Kafka (NEAPTIDE_KAFKA, a broker of its own: it writes into the topics):
 *   produce   records/s that a producer gets acknowledged, 300 bytes each
 *   view      records/s that a view delivers from the beginning
 *   commit    time of a transaction of two records, one after another: median, p99
 *   shared    commits/s when 1,000 wait together
 */
#include <nt/bus.h>
#include <nt/clock.h>
#include <nt/contract.h>

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { RECORDS = 200000, COMMITS = 200, SHARED = 1000, VALUE_BYTES = 300 };

struct bench {
    struct nt_loop *loop;
    struct nt_bus *bus;
    size_t count;
    size_t failed;
    bool is_ready;
};

static void on_done(void *arg, int status)
{
    struct bench *bench = arg;
    bench->count++;
    bench->failed += status != 0;
}

static void on_flag(void *arg)
{
    ((struct bench *)arg)->is_ready = true;
}

static void on_created(void *arg, const struct nt_error *err)
{
    if (err->code != 0)
        exit(nt_die(err));
    on_flag(arg);
}

static void on_fatal(void *arg, const struct nt_error *err)
{
    (void)arg;
    exit(nt_die(err));
}

static int on_message(void *arg, const struct nt_message *message, struct nt_error *err)
{
    (void)message;
    (void)err;
    ((struct bench *)arg)->count++;
    return 0;
}

static void turn(struct bench *bench)
{
    (void)uv_run(nt_loop_uv(bench->loop), UV_RUN_ONCE);
}

static void await_ready(struct bench *bench)
{
    while (!bench->is_ready)
        turn(bench);
    bench->is_ready = false;
}

static struct nt_record record(void)
{
    static const uint8_t value[VALUE_BYTES] = {1};
    return (struct nt_record){.topic = NT_TOPIC_AUDIT,
                              .key = "0192f0c1-0000-7000-8000-000000000001",
                              .value = {.data = value, .len = sizeof(value)}};
}

static void print_rate(const char *name, size_t count, int64_t since_ms)
{
    int64_t took_ms = nt_mono_ms() - since_ms;
    (void)printf("%-8s %9.0f /s (%zu in %lld ms)\n", name,
                 (double)count * 1000.0 / (double)(took_ms > 0 ? took_ms : 1), count,
                 (long long)took_ms);
}

static void bench_produce(struct bench *bench)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_producer *producer = NULL;
    const struct nt_record one = record();
    if (nt_producer_open(bench->bus, 5, &producer, &err) < 0)
        exit(nt_die(&err));
    bench->count = 0;
    int64_t since_ms = nt_mono_ms();
    for (size_t sent = 0; bench->count < RECORDS; turn(bench)) {
        for (int burst = 0; burst < 1000 && sent < RECORDS; burst++) {
            if (nt_producer_send(producer, &one, on_done, bench) < 0)
                break; /* full: let some go */
            sent++;
        }
    }
    print_rate("produce", RECORDS, since_ms);
    nt_producer_close(producer, 1000);
}

static void bench_view(struct bench *bench)
{
    static const enum nt_topic topic = NT_TOPIC_AUDIT;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_view *view = NULL;
    const struct nt_view_options options = {.topics = &topic,
                                            .topics_count = 1,
                                            .on_message = on_message,
                                            .on_ready = on_flag,
                                            .arg = bench};
    bench->count = 0;
    int64_t since_ms = nt_mono_ms();
    if (nt_view_open(bench->bus, &options, &view, &err) < 0)
        exit(nt_die(&err));
    await_ready(bench);
    print_rate("view", bench->count, since_ms);
    nt_view_close(view);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void bench_commit(struct bench *bench)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_txn *txn = NULL;
    const struct nt_record two[] = {record(), record()};
    const struct nt_txn_options options = {.transactional_id = "neaptide-bench",
                                           .on_ready = on_flag,
                                           .on_fatal = on_fatal,
                                           .arg = bench};
    int64_t took_ms[COMMITS];
    if (nt_txn_open(bench->bus, &options, &txn, &err) < 0)
        exit(nt_die(&err));
    await_ready(bench);
    for (int i = -1; i < COMMITS; i++) { /* the first is slower, and not counted */
        int64_t since_ms = nt_mono_ms();
        bench->count = 0;
        nt_txn_commit(txn, two, 2, NULL, 0, on_done, bench);
        while (bench->count == 0)
            turn(bench);
        if (i >= 0)
            took_ms[i] = nt_mono_ms() - since_ms;
    }
    qsort(took_ms, COMMITS, sizeof(took_ms[0]), by_value);
    (void)printf("%-8s %9lld ms median, %lld ms p99\n", "commit", (long long)took_ms[COMMITS / 2],
                 (long long)took_ms[COMMITS * 99 / 100]);
    bench->count = 0;
    int64_t since_ms = nt_mono_ms();
    for (int i = 0; i < SHARED; i++)
        nt_txn_commit(txn, two, 2, NULL, 0, on_done, bench);
    while (bench->count < SHARED)
        turn(bench);
    print_rate("shared", SHARED, since_ms);
    nt_txn_close(txn);
}

int main(void)
{
    struct nt_error err = NT_ERROR_INIT;
    struct bench bench = {0};
    const char *brokers = getenv("NEAPTIDE_KAFKA");
    if (brokers == NULL) {
        (void)fprintf(stderr, "NEAPTIDE_KAFKA names no broker\n");
        return EXIT_FAILURE;
    }
    if (nt_loop_new(&bench.loop, &err) < 0)
        return nt_die(&err);
    const struct nt_bus_options options = {
        .loop = bench.loop, .brokers = brokers, .service = "bench", .instance = "bench"};
    if (nt_bus_open(&options, &bench.bus, &err) < 0)
        return nt_die(&err);
    nt_bus_create_topics(bench.bus, on_created, &bench);
    await_ready(&bench);
    bench_produce(&bench);
    bench_view(&bench);
    bench_commit(&bench);
    nt_bus_close(bench.bus);
    nt_loop_free(bench.loop);
    return bench.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
