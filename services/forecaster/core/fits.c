/* Which fits are stale, and the copies that travel to the pool. */
#include "fleet_internal.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <string.h>

enum { LOOKED_AT_MAX = 2000 };

struct fit_job {
    bool is_host; /* a host's rest; else a server */
    char *id;
    enum resource resource;
    int64_t origin;
    double capacity;
    struct zone zone;
    float values[HISTORY_SLOTS];
    struct fit *fit; /* the result */
};

static bool is_stale(const struct track *track, int64_t origin)
{
    if (track->is_fitting || series_is_empty(&track->series))
        return false;
    if (track->fit == NULL)
        return true;
    size_t filled = track->series.filled;
    size_t grown = filled > track->fit->filled ? filled - track->fit->filled : 0;
    bool has_grown = grown >= 6 && grown >= track->fit->filled / 10;
    return origin - track->fit->origin >= DAY_SLOTS || has_grown;
}

static struct fit_job *make(struct fleet *fleet, struct subject *subject, bool is_host,
                            double const *capacities)
{
    for (size_t i = 0; i < RESOURCES; i++) {
        struct track *track = &subject->tracks[i];
        if (!is_stale(track, fleet->origin))
            continue;
        struct fit_job *job = nt_zalloc(sizeof(*job));
        job->is_host = is_host;
        job->id = nt_strdup(subject->id);
        job->resource = (enum resource)i;
        job->origin = fleet->origin;
        job->capacity = capacities[i];
        job->zone = fleet->zone;
        series_copy(&track->series, fleet->origin, job->values);
        track->is_fitting = true;
        return job;
    }
    return NULL;
}

static struct fit_job *take_of_host(struct fleet *fleet, struct fleet_host *host)
{
    double capacities[RESOURCES] = {fleet_capacity(host, RESOURCE_CPU),
                                    fleet_capacity(host, RESOURCE_MEMORY)};
    return make(fleet, &host->rest, true, capacities);
}

static struct fit_job *take_of_server(struct fleet *fleet, struct fleet_server *server)
{
    double capacities[RESOURCES] = {0, 0};
    for (size_t i = 0; server->host != NULL && i < RESOURCES; i++)
        capacities[i] = fleet_capacity(server->host, (enum resource)i);
    return make(fleet, &server->subject, false, capacities);
}

/* One bounded round: hosts first, then servers from where the last call stopped. */
struct fit_job *fleet_take_fit(struct fleet *fleet)
{
    struct fleet_host *host, *next_host;
    HASH_ITER(hh, fleet->hosts, host, next_host)
    {
        struct fit_job *job = take_of_host(fleet, host);
        if (job != NULL)
            return job;
    }
    struct fleet_server *server =
        fleet->cursor[0] != '\0' ? fleet_find_server(fleet, fleet->cursor) : NULL;
    if (server == NULL)
        server = fleet->servers;
    size_t count = HASH_COUNT(fleet->servers);
    for (size_t i = 0; server != NULL && i < count && i < LOOKED_AT_MAX; i++) {
        struct fit_job *job = take_of_server(fleet, server);
        if (job != NULL)
            return job;
        server = server->hh.next != NULL ? server->hh.next : fleet->servers;
        (void)snprintf(fleet->cursor, sizeof(fleet->cursor), "%s", server->subject.id);
    }
    return NULL;
}

void fit_job_run(struct fit_job *job)
{
    struct calendar calendar;
    calendar_init(&calendar, &job->zone, job->origin - HISTORY_SLOTS,
                  HISTORY_SLOTS + FORECAST_STEPS);
    struct history history = {.values = job->values,
                              .first = job->origin - HISTORY_SLOTS,
                              .count = HISTORY_SLOTS,
                              .calendar = &calendar,
                              .capacity = job->capacity};
    job->fit = fit_new(&history, job->origin);
    calendar_deinit(&calendar);
}

void fleet_return_fit(struct fleet *fleet, struct fit_job *job)
{
    struct subject *subject = NULL;
    if (job->is_host) {
        struct fleet_host *host = fleet_find_host(fleet, job->id);
        subject = host != NULL ? &host->rest : NULL;
    } else {
        struct fleet_server *server = fleet_find_server(fleet, job->id);
        subject = server != NULL ? &server->subject : NULL;
    }
    if (subject != NULL) { /* else it is gone meanwhile */
        struct track *track = &subject->tracks[job->resource];
        track->is_fitting = false;
        if (job->fit != NULL) {
            fit_free(track->fit);
            track->fit = nt_take(job->fit);
        }
    }
    fit_job_free(job);
}

void fit_job_free(struct fit_job *job)
{
    if (job == NULL)
        return;
    fit_free(job->fit);
    free(job->id);
    free(job);
}
