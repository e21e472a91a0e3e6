#include "bench.h"

#include <nt/clock.h>

#include <uv.h>

static void start(struct bench *bench)
{
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_loop_new(&bench->loop, &err), 0);
    bench->metrics = nt_metrics_new();
    bench->bus = bench_bus(bench, "balancer");
}

void bench_init(struct bench *bench)
{
    bench->kafka = nt_test_bus_new();
    start(bench);
}

void bench_init_empty(struct bench *bench)
{
    bench->kafka = nt_test_bus_new_empty();
    start(bench);
}

void bench_deinit(struct bench *bench)
{
    nt_bus_close(bench->bus);
    nt_loop_free(bench->loop);
    nt_metrics_free(bench->metrics);
    nt_test_bus_free(bench->kafka);
}

struct nt_bus *bench_bus(struct bench *bench, const char *service)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct nt_bus_options options = {.loop = bench->loop,
                                           .metrics = bench->metrics,
                                           .brokers = nt_test_bus_brokers(bench->kafka),
                                           .service = service,
                                           .instance = "test"};
    struct nt_bus *bus = NULL;
    if (nt_bus_open(&options, &bus, &err) < 0)
        fail_msg("%s", err.message);
    return bus;
}

static void on_deadline(void *arg)
{
    *(bool *)arg = true;
}

bool bench_until(struct bench *bench, bool (*is_so)(void *arg), void *arg, int timeout_ms)
{
    bool is_late = false;
    struct nt_timer *deadline = nt_timer_new(bench->loop, on_deadline, &is_late);
    nt_timer_start(deadline, (uint64_t)timeout_ms, 0);
    while (!is_so(arg) && !is_late)
        (void)uv_run(nt_loop_uv(bench->loop), UV_RUN_ONCE);
    nt_timer_free(deadline);
    (void)uv_run(nt_loop_uv(bench->loop), UV_RUN_NOWAIT); /* lets the timer's memory go */
    return is_so(arg);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

void bench_turn_for(struct bench *bench, int ms)
{
    (void)bench_until(bench, never, NULL, ms);
}

struct nt_span bench_text(const char *text)
{
    return nt_span_of(text);
}

void bench_put(struct bench *bench, enum nt_topic topic, const char *key, const char *value)
{
    nt_test_bus_put(bench->kafka, topic, key, nt_span_of(value));
}
