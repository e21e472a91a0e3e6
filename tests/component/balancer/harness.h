/* The real balancer, a mock Kafka, and the other services played by hand. */
#ifndef COMPONENT_BALANCER_HARNESS_H
#define COMPONENT_BALANCER_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <nt/contract.h>
#include <nt/test_bus.h>
#include <nt/test_process.h>

#define GIB ((int64_t)1 << 30)
#define MIB ((int64_t)1 << 20)

enum { HARNESS_WAIT_MS = 20000 };

struct harness {
    struct nt_test_bus *bus;
    struct nt_test_process balancer;
    int port;
    struct nt_arena arena; /* what was read */
};

/* Starts the balancer with mode `mode`; two hosts: host-1 (active) and spare-1, 4 cores, 8 GiB. */
void harness_open(struct harness *h, const char *mode);
void harness_close(struct harness *h); /* it must end with 0 when asked to */
struct nt_test_process harness_spawn(struct harness *h, const char *mode, int port);
void harness_await_leader(struct harness *h, int64_t epoch);

void harness_beat(struct harness *h, const char *host, const char *role);

/* A wish of ann (or, with admin, of root); returns its outcome. */
struct nt_wish harness_wish(const char *id, const char *op, const char *server);
const struct nt_outcome *harness_ask(struct harness *h, const struct nt_wish *wish);
void harness_put_wish(struct harness *h, const struct nt_wish *wish);
const struct nt_outcome *harness_outcome(struct harness *h, const char *id);

/* create, as the api writes it */
struct nt_wish harness_create(const char *id, const char *server, const char *name);

/* Waits for the record of this server that pleases. */
const struct nt_placement *harness_phase(struct harness *h, const char *server, const char *phase);
const struct nt_placement *harness_revision(struct harness *h, const char *server,
                                            int64_t revision);
const struct nt_server_state *harness_state(struct harness *h, const char *server,
                                            const char *state, int64_t revision);
const struct nt_move_event *harness_move_event(struct harness *h, const char *server,
                                               const char *phase);
const struct nt_server_event *harness_event(struct harness *h, const char *server,
                                            const char *kind);

/* What a provisioner says; step NULL: no hand. */
void harness_observe(struct harness *h, const struct nt_placement *placement, const char *host,
                     const char *state, const char *step);

#endif
