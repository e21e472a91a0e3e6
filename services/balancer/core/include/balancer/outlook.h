/*
 * What every host will look like over the next 24 h, and with some servers elsewhere: the joint
 * scenarios of all of them, by the placement that is committed (a moving server is where it goes).
 */
#ifndef BALANCER_OUTLOOK_H
#define BALANCER_OUTLOOK_H

#include <balancer/context.h>
#include <balancer/scenario.h>

struct outlook_host {
    const struct fleet_host *host;
    bool is_forecast[FLEET_RESOURCES];
    double capacity[FLEET_RESOURCES]; /* milli and bytes */
    double limit[FLEET_RESOURCES];    /* capacity x threshold */
    struct scenario_sum sum[FLEET_RESOURCES];
};

struct outlook {
    const struct context *context;
    bool is_flat; /* everything stays as it was measured last: for danger that was not foreseen */
    int64_t from_ms;
    double act;   /* probability at which we act */
    double clear; /* and below which a host counts as safe again */
    size_t hosts_count;
    struct outlook_host hosts[];
};

struct outlook *outlook_new(const struct context *context, bool is_flat);
struct outlook *outlook_dup(const struct outlook *outlook);
void outlook_free(struct outlook *outlook);
NT_DEFINE_CLEANUP(struct outlook *, outlook_free);

struct outlook_host *outlook_find(struct outlook *outlook, const char *host); /* or NULL */

/* A server leaves (-1) or joins (+1) a host from slot first on. */
void outlook_shift(const struct outlook *outlook, struct outlook_host *host,
                   const struct fleet_server *server, float weight, int first);

/* The slot of a load time, within the day. */
int outlook_slot(const struct outlook *outlook, int64_t load_ms);

/* The window of a host that comes first; memory before CPU where both begin alike. */
struct danger {
    struct outlook_host *host;
    enum fleet_resource resource;
    struct scenario_window window;
};
bool outlook_danger(const struct outlook *outlook, struct outlook_host *host, double probability,
                    struct danger *ret_danger);

double outlook_time_above_ms(const struct outlook_host *host); /* of all resources */
double outlook_peak_pct(const struct outlook_host *host, enum fleet_resource resource, int first,
                        int end);
double outlook_max_probability(const struct outlook_host *host, enum fleet_resource resource);

/* Expected use of one server at a slot, in the resource's unit. */
double outlook_expected(const struct outlook *outlook, const struct fleet_server *server,
                        enum fleet_resource resource, int slot);

const char *outlook_resource_name(enum fleet_resource resource); /* cpu, memory */

#endif
