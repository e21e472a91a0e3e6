/* One or two real provisioners, each with its fake Docker, and the mock Kafka between. */
#ifndef HARNESS_H
#define HARNESS_H

#include "fake_docker.h"

#include <nt/contract.h>
#include <nt/test_bus.h>
#include <nt/test_process.h>
#include <nt_cmocka.h>

#define SERVER  "01890000-0000-7000-8000-00000000000a"
#define CLUSTER "cluster-of-the-test"
#define IMAGE   "neaptide/web:latest"

enum { WAIT_MS = 20000 };

struct host {
    const char *name;
    struct fake_docker *docker;
    struct nt_test_process process;
    int port;
};

struct bench {
    char folder[64];
    struct nt_test_bus *bus;
    struct host hosts[2];
    struct nt_arena arena;
    struct nt_placement placement; /* the newest; change it, then put_placement() */
    int service_port;
    const char *trash_s, *grace_s, *terminal_keep_s;
};

int bench_setup(void **state);    /* host a runs */
int bench_teardown(void **state); /* checks that every process ends with 0 */

void start_host(struct bench *bench, int index); /* and waits until it is ready */
void put_placement(struct bench *bench);         /* the next revision */
void put_move(struct bench *bench, const char *phase);

/* Waits for what a host says of SERVER. NULL: do not care. Fails the test otherwise. */
struct expect {
    const char *state, *fault, *step, *waiting_for;
    int64_t run, revision; /* at least */
    int64_t cpu_milli;
};
const struct nt_observed *await_observed(struct bench *bench, int index, struct expect expect);

/* The header line with a token for SERVER on this host; in the bench's memory. */
const char *token_line(struct bench *bench, int index, const char *operation);

/* A request with such a token to /v1/servers/SERVER/<rest>. */
struct nt_test_reply ask(struct bench *bench, int index, const char *operation, const char *method,
                         const char *rest, struct nt_span body);

/* Until condition holds, or the test fails; for what no message tells. */
void await(bool (*condition)(void *arg), void *arg, const char *what);

#endif
