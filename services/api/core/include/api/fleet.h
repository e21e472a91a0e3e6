/*
 * All that the api knows: a view of each topic it reads. Records arrive in log order; one with a
 * lower revision than what is there is an echo of a replay and is dropped. Pure, one thread.
 */
#ifndef API_FLEET_H
#define API_FLEET_H

#include <api/table.h>
#include <nt/clock.h>
#include <nt/contract.h>

#define FLEET_REMEMBER_MS   (INT64_C(24) * 3600 * 1000)      /* requests and outcomes, wall time */
#define FLEET_EVENTS_MS     (INT64_C(30) * 24 * 3600 * 1000) /* of server and move events */
#define FLEET_SERVER_EVENTS 200                              /* kept of each server */
#define FLEET_MOVES         5000
#define FLEET_AUDIT         20000

struct fleet {
    struct table servers;     /* server -> nt_server_state */
    struct table hosts;       /* host -> nt_host */
    struct table host_states; /* host -> nt_host_state */
    struct table agents;      /* host -> nt_agent */
    struct table pool;        /* pool -> nt_pool, one row */
    struct table accounts;    /* user -> nt_account */
    struct table sessions;    /* hash -> nt_session */
    struct table templates;   /* template -> nt_template */
    struct table plans;       /* plan -> nt_plan */
    struct table windows;     /* host -> nt_forecast_windows */
    struct table relations;   /* host or server -> nt_forecast_relations */
    struct table forecasts;   /* subject/resource -> nt_forecast_load */
    struct table wishes;      /* request -> nt_wish of the last 24 h */
    struct table outcomes;    /* request -> nt_outcome of the last 24 h */
    struct table events;      /* server/time/offset -> nt_server_event */
    struct table moves;       /* move -> nt_move_event, the newest */
    struct table audit;       /* time/offset -> nt_audit, the newest */
    struct table loads;       /* host -> nt_host_load, newest from Kafka */
    struct table current;     /* host -> nt_host_load, newest from Redis */
};

void fleet_init(struct fleet *fleet);
void fleet_deinit(struct fleet *fleet);

struct fleet_record {
    enum nt_topic topic;
    const char *key;
    struct nt_span value; /* empty: a tombstone */
    int64_t offset;
};

/*
 * Returns 1 when something changed, 0 when the record was an echo, or a negative errno with the
 * story for what cannot be read or does not fit.
 */
int fleet_apply(struct fleet *fleet, const struct fleet_record *record, struct nt_error *err);

/* Forget requests and outcomes of more than 24 h ago, and sessions that ended then. */
void fleet_prune(struct fleet *fleet, int64_t wall_ms);

/* --- look-ups -------------------------------------------------------------------------------- */

const struct nt_pool *fleet_pool(const struct fleet *fleet); /* or NULL */
int64_t fleet_load_ms(const struct fleet *fleet, int64_t wall_ms);

const struct nt_server_state *fleet_server(const struct fleet *fleet, const char *server);
const struct nt_account *fleet_account(const struct fleet *fleet, const char *user);
const struct nt_account *fleet_account_by_name(const struct fleet *fleet, const char *name);
bool fleet_has_admin(const struct fleet *fleet);
size_t fleet_admins(const struct fleet *fleet); /* how many can sign in */

/* The sign-in or API token of this token's hash, if it is valid now and its account may sign in. */
const struct nt_session *fleet_session(const struct fleet *fleet, const char *hash,
                                       int64_t wall_ms);

/* resource is cpu or memory. */
const struct nt_forecast_load *fleet_forecast(const struct fleet *fleet, const char *subject,
                                              const char *resource);

/* The one-time link of this token's hash, if it is valid now and its person is there. */
const struct nt_session *fleet_link(const struct fleet *fleet, const char *hash, int64_t wall_ms);

/* A sign-in or API token by its public id, the beginning of its hash; or NULL. */
#define FLEET_SESSION_ID 32
const struct nt_session *fleet_session_by_id(const struct fleet *fleet, const char *id);

struct fleet_use {
    int64_t cpu_milli;
    int64_t mem_bytes;
    int64_t disk_bytes;
    int64_t gpu_count;
    int64_t net_up_bps;
    int64_t net_down_bps;
    int64_t servers;
};

/* What owner's servers asked for; deleted ones do not count. */
struct fleet_use fleet_used_by(const struct fleet *fleet, const char *owner);

/* What is given away on a host; a moving server counts on both. */
struct fleet_use fleet_given_on(const struct fleet *fleet, const char *host);

/* The override of the administrator, else what the collector measured. */
struct nt_resources fleet_capacity(const struct fleet *fleet, const char *host);

/* Revision of a subject ("server", "host" or "pool" id): -1 where there is none. */
int64_t fleet_revision(const struct fleet *fleet, const char *subject);

#endif
