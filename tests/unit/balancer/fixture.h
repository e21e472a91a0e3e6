/* A small fleet for the tests of the balancer's core: times, ids and records by hand. */
#ifndef BALANCER_FIXTURE_H
#define BALANCER_FIXTURE_H

#include <balancer/context.h>
#include <balancer/outcomes.h>

#define GIB          ((int64_t)1 << 30)
#define MIB          ((int64_t)1 << 20)
#define FIXTURE_WALL INT64_C(1794999900000) /* a multiple of 5 minutes */

struct fixture {
    struct fleet fleet;
    struct nt_arena arena;
    struct effects effects;
    struct outcomes outcomes;
    struct policy policy;
    struct context context;
    int ids;          /* made so far: id-1, id-2 ... */
    int local_minute; /* what the local clock says at load time 0 of the fixture */
    int64_t observed_sequence;
};

/* Pool in mode automatic with rate 1, host-1 (active) and spare-1 (spare): 4 cores and 8 GiB each.
 */
void fixture_init(struct fixture *f);
void fixture_deinit(struct fixture *f);

/* Forget what was written so far. */
void fixture_clear(struct fixture *f);
void fixture_advance(struct fixture *f, int64_t ms);

void fixture_host(struct fixture *f, const char *host, const char *role, int64_t cpu_milli,
                  int64_t mem_bytes);
void fixture_mode(struct fixture *f, const char *mode);
void fixture_rate(struct fixture *f, double rate);

/* A server that runs, of owner "ann" unless its id says otherwise ("bob-..."). */
struct nt_placement fixture_placement(const char *server, const char *host, int64_t cpu_milli,
                                      int64_t mem_bytes);
void fixture_put(struct fixture *f, const struct nt_placement *placement);
void fixture_server(struct fixture *f, const char *server, const char *host, int64_t cpu_milli,
                    int64_t mem_bytes);

/* What the host's provisioner says; applied from the placement where it runs. */
struct nt_observed fixture_observed(struct fixture *f, const char *server, const char *host,
                                    const char *state);
void fixture_observe(struct fixture *f, const struct nt_observed *observed);
void fixture_hand(struct fixture *f, const char *server, const char *host, const char *state,
                  const char *step);

/* CPU scenarios: base all day, peak within [from, to) slots from now; every path is the same. */
void fixture_forecast(struct fixture *f, const char *server, double base_milli, double peak_milli,
                      int from, int to);
void fixture_load(struct fixture *f, const char *host, double cpu_milli, const char *server,
                  double server_milli);

/* The newest record that was written to a topic, decoded; fails the test where there is none. */
const struct nt_outcome *fixture_outcome(struct fixture *f);
const struct nt_move_event *fixture_move_event(struct fixture *f);
const struct nt_alert *fixture_alert(struct fixture *f);
const struct nt_plan *fixture_plan(struct fixture *f);
size_t fixture_count(const struct fixture *f, enum nt_topic topic);
bool fixture_has_event(struct fixture *f, const char *kind); /* a server event */

const struct nt_placement *fixture_now(struct fixture *f, const char *server);
const char *fixture_word(struct fixture *f, const char *server); /* of its server.state */

/* Wishes, as person "ann" or as administrator, with a fresh id. */
struct nt_wish fixture_wish(struct fixture *f, const char *op, const char *server);
const struct nt_outcome *fixture_decide(struct fixture *f, const struct nt_wish *wish);

#endif
