/*
 * All that the forecaster knows: hosts, servers and their series, fits and accuracy. Samples and
 * roll-ups go in; fit_jobs come out and back in; issue.h says what is published. Pure state, no
 * I/O, no clock. Loop thread only, but for fit_job_run().
 */
#ifndef FORECASTER_FLEET_H
#define FORECASTER_FLEET_H

#include <forecaster/accuracy.h>
#include <forecaster/fit.h>
#include <forecaster/rollup.h>
#include <forecaster/windows.h>

enum {
    FLEET_HOSTS_MAX = 2000,
    FLEET_SERVERS_MAX = 50000,
    /* A server that its host has not reported for so long is not there any more. */
    FLEET_ABSENT_SLOTS = 3,
    /* A host that was silent for so long gets no forecasts. */
    FLEET_SILENT_SLOTS = DAY_SLOTS,
};

struct track {
    struct series series;
    struct fit *fit; /* NULL until the first came back */
    bool is_fitting; /* a job is out */
    struct accuracy accuracy;
};

enum traffic { TRAFFIC_IN, TRAFFIC_OUT, TRAFFICS };

struct subject {
    char *id; /* server id, or host */
    struct track tracks[RESOURCES];
    struct series traffic[TRAFFICS]; /* bits per second; looked at by explain.h alone */
    bool is_explaining;              /* a job is out */
    int64_t explained_origin;        /* of the last look; 0: never */
    uint64_t explained_sign;         /* of what was told then */
};

struct fleet_host;
struct fleet_server;
struct fleet;

struct fleet *fleet_new(void);
void fleet_free(struct fleet *fleet);
NT_DEFINE_CLEANUP(struct fleet *, fleet_free);

void fleet_set_zone(struct fleet *fleet, const struct zone *zone);

/* What counts as overload, in per cent of capacity and as a probability. */
void fleet_set_policy(struct fleet *fleet, double threshold_pct, double probability);

/* The administrator's capacity in the place of what is measured; 0: none. Ignored for a host that
 * has never been heard of and would exceed the bound. */
void fleet_set_capacity(struct fleet *fleet, const char *id, double cpu_milli, double mem_bytes);

/* What server.state says: whose profile a new server may borrow; a server that does not run is no
 * part of its host. */
void fleet_set_server(struct fleet *fleet, const char *id, const char *template_name,
                      bool is_running);

/* Deleted for good: forget it. */
void fleet_remove_server(struct fleet *fleet, const char *id);

bool fleet_has_server(const struct fleet *fleet, const char *id);

/* --- in -------------------------------------------------------------------------------------- */

/* How far everything has come, and who is told of a slot that is closed, after it has become part
 * of the history. */
struct fleet_progress {
    int64_t load_ms; /* load time up to which the log has been read */
    int64_t wall_ms;
    void (*on_closed)(void *arg, const char *host, const struct slot_roll *roll);
    void *arg;
};

/*
 * A sample of host.load; what it completes is closed. 0; -EALREADY: its slot is closed (a repeat,
 * or too late), nothing changed; -ERANGE: older than the history that is kept; -EINVAL: cannot be;
 * -ENOSPC: too many hosts.
 */
int fleet_add_sample(struct fleet *fleet, const struct sample *sample,
                     const struct fleet_progress *progress);

/* Close what time completes. */
void fleet_close_slots(struct fleet *fleet, const struct fleet_progress *progress);

/* A slot that was closed before us, or by another: 0, -EALREADY, -ERANGE or -ENOSPC. */
int fleet_apply_roll(struct fleet *fleet, const char *host_id, const struct slot_roll *roll);

/* The slot after the newest one that any host has closed; 0 while there is none. */
int64_t fleet_origin(const struct fleet *fleet);

/* Have all hosts that report at all closed the slot before origin? */
bool fleet_is_complete(const struct fleet *fleet, int64_t origin);

size_t fleet_hosts_count(const struct fleet *fleet);
size_t fleet_servers_count(const struct fleet *fleet);

/* What a predecessor has published about itself. kind: "host" or "server". */
void fleet_seed_accuracy(struct fleet *fleet, const char *kind, const char *id,
                         enum resource resource, int64_t slot, const struct accuracy_sum *sum);

/* --- fits ------------------------------------------------------------------------------------ */

struct fit_job;

/*
 * The next series whose fit is missing, a day old, or made from much less than there is now; NULL:
 * none. Looks at a bounded number of series a call and goes on from there. The job is a copy: run
 * it on any thread, then hand it back, also when it was not run.
 */
struct fit_job *fleet_take_fit(struct fleet *fleet);
void fit_job_run(struct fit_job *job);
void fleet_return_fit(struct fleet *fleet, struct fit_job *job);

/* For tests and shutdown: throw a job away that will not come back. */
void fit_job_free(struct fit_job *job);

#endif
