/*
 * The fleet in memory: what the topics say about hosts and servers, kept as it was decoded, with
 * the look-ups that decisions need. Records are applied in log order; our own are applied when they
 * are decided, and an older revision that comes back through a view changes nothing.
 */
#ifndef BALANCER_FLEET_H
#define BALANCER_FLEET_H

#include <balancer/readings.h>
#include <nt/arena.h>
#include <nt/clock.h>
#include <nt/contract.h>
#include <nt/text.h>
#include <stdbool.h>
#include <uthash.h>

/* A decoded record with memory of its own. value is NULL where there is none. */
struct fleet_record {
    struct nt_arena arena;
    void *value;
};

/* What one host's provisioner says of one server. */
struct fleet_observed {
    struct fleet_observed *next;
    char *host;
    struct fleet_record record; /* struct nt_observed */
};

/* Time counted while the end of the log was being read; begins anew with each leader. */
struct fleet_progress {
    char move[NT_UUID_SIZE];
    char phase[16];
    int64_t in_phase_ms; /* in this phase */
    int64_t stalled_ms;  /* since something was heard of the copy */
    int64_t mark;        /* changes when the copy makes progress */
};

struct fleet_server {
    char *id;
    struct fleet_record placement; /* struct nt_placement */
    struct fleet_record state;     /* struct nt_server_state: as last written */
    struct fleet_observed *observed;
    struct fleet_record scenarios[2]; /* struct nt_scenarios, by enum fleet_resource */
    struct fleet_progress progress;
    double load[2];     /* newest use by enum fleet_resource; milli and bytes */
    int64_t load_at_ms; /* load time; 0: never */
    char load_host[64]; /* where it was measured */
    UT_hash_handle hh;
};

enum fleet_resource { FLEET_CPU, FLEET_MEMORY };
#define FLEET_RESOURCES 2

enum fleet_reach {
    FLEET_UNHEARD,     /* since we began to listen */
    FLEET_HEARD,       /* within the limit */
    FLEET_UNREACHABLE, /* silent beyond it, while others report */
};

struct fleet_host {
    char *id;
    struct fleet_record host;         /* struct nt_host */
    struct fleet_record state;        /* struct nt_host_state */
    struct fleet_record agent;        /* struct nt_agent of the registered engine */
    struct fleet_record scenarios[2]; /* of the remainder */
    struct nt_resources granted;      /* sum over the servers here, moving ones on both hosts */
    int servers_count;
    int arriving_count; /* moves under way to this host */
    enum fleet_reach reach;
    int64_t silent_ms; /* counted while the end of the log was read */
    struct readings readings;
    bool is_overloaded; /* an overload alert is on */
    UT_hash_handle hh;
};

struct fleet_plan {
    char *id;
    struct fleet_record record; /* struct nt_plan */
    UT_hash_handle hh;
};

struct fleet {
    struct fleet_server *servers; /* in order of first mention */
    struct fleet_host *hosts;
    struct fleet_plan *plans;
    struct fleet_record pool;
    struct fleet_retired *retired;
};

void fleet_init(struct fleet *fleet);
void fleet_deinit(struct fleet *fleet);

/*
 * A record of a topic, in log order. A bad one is refused whole with -EBADMSG or what the decoder
 * says; presence of an engine that is not the registered one with -EPERM. fleet_read() is for what
 * arrives; fleet_apply() for our own decisions: it lets values that were borrowed before stay until
 * the next fleet_read() or fleet_settle().
 */
int fleet_read(struct fleet *fleet, enum nt_topic topic, const char *key, struct nt_span value,
               struct nt_error *err);
int fleet_apply(struct fleet *fleet, enum nt_topic topic, const char *key, struct nt_span value,
                struct nt_error *err);
void fleet_settle(struct fleet *fleet);

void fleet_forget_plan(struct fleet *fleet, struct fleet_plan *plan); /* out of the table */

void fleet_read_load(struct fleet *fleet, const struct nt_host_load *load);

/* --- look-ups; all lend, all may return NULL ---------------------------------------------------
 */

struct fleet_server *fleet_find_server(const struct fleet *fleet, const char *id);
struct fleet_host *fleet_find_host(const struct fleet *fleet, const char *id);
const struct nt_pool *fleet_pool(const struct fleet *fleet);
const struct nt_placement *fleet_placement(const struct fleet_server *server);
const struct nt_server_state *fleet_state(const struct fleet_server *server);
const struct nt_observed *fleet_observed(const struct fleet_server *server, const char *host);
const struct nt_host *fleet_host_record(const struct fleet_host *host);
const struct nt_agent *fleet_agent(const struct fleet_host *host);

/* What was observed by the host's present boot; NULL where another boot or nobody said it. */
const struct nt_observed *fleet_known(const struct fleet *fleet, const struct fleet_server *server,
                                      const char *host);

/* The placement that holds a name: living, or deleted less than 24 h ago. */
const struct nt_placement *fleet_find_name(const struct fleet *fleet, const char *name,
                                           int64_t wall_ms);

/* NULL while the collector has not said it and nobody set it. */
const struct nt_resources *fleet_capacity(const struct fleet_host *host);

/* Sum of what a person's living servers asked for. except (may be NULL) is left out. */
void fleet_owner_sum(const struct fleet *fleet, const char *owner, const char *except,
                     struct nt_resources *ret_requested, int *ret_servers);

/* Is there a move under way of one of this person's servers? */
const struct nt_placement *fleet_owner_moving(const struct fleet *fleet, const char *owner);

bool fleet_is_living(const struct nt_placement *placement); /* not NULL and not deleted */

/* Wall time into load time by pool.clock; wall time itself while there is no pool. */
int64_t fleet_load_ms(const struct fleet *fleet, int64_t wall_ms);
double fleet_rate(const struct fleet *fleet); /* load milliseconds per wall millisecond; > 0 */

#define FLEET_EACH_SERVER(fleet, server)                                                           \
    for (struct fleet_server *server = (fleet)->servers; server != NULL; server = server->hh.next)
#define FLEET_EACH_HOST(fleet, host)                                                               \
    for (struct fleet_host *host = (fleet)->hosts; host != NULL; host = host->hh.next)
#define FLEET_EACH_PLAN(fleet, plan)                                                               \
    for (struct fleet_plan *plan = (fleet)->plans; plan != NULL; plan = plan->hh.next)

#endif
