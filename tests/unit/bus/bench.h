/* A mock Kafka, a loop and a bus for one test, and turning the loop until something is true. */
#ifndef BENCH_H
#define BENCH_H

#include <nt/bus.h>
#include <nt/contract.h>
#include <nt/test_bus.h>

#include <nt_cmocka.h>

/* Long enough on a machine that builds beside the test; what is waited for usually takes a tenth.
 */
enum { BENCH_LONG_MS = 40 * 1000 };

struct bench {
    struct nt_test_bus *kafka;
    struct nt_loop *loop;
    struct nt_metrics *metrics;
    struct nt_bus *bus;
};

void bench_init(struct bench *bench);       /* with all topics */
void bench_init_empty(struct bench *bench); /* without topics */
void bench_deinit(struct bench *bench);     /* aborts where a handle was forgotten */

/* Another bus on the same loop: another process, to Kafka. */
struct nt_bus *bench_bus(struct bench *bench, const char *service);

/* Turn the loop until is_so(arg); false after timeout_ms. */
bool bench_until(struct bench *bench, bool (*is_so)(void *arg), void *arg, int timeout_ms);
void bench_turn_for(struct bench *bench, int ms); /* where the test is that nothing happens */

struct nt_span bench_text(const char *text);
void bench_put(struct bench *bench, enum nt_topic topic, const char *key, const char *value);

#endif
