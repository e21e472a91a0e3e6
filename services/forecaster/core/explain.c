#include <forecaster/explain.h>

#include "fleet_internal.h"

#include <nt/memory.h>

#include <math.h>
#include <string.h>

enum { LOOKED_AT_MAX = 2000, VALUES_LEAST = 7 * DAY_SLOTS };

struct explain_job {
    bool is_host;
    char *id;
    int64_t origin;
    struct zone zone;
    float values[RELATION_SERIES_MAX][HISTORY_SLOTS];
    bool was_run;
    struct explained explained;
};

static const struct series *series_of(const struct subject *subject, size_t resource)
{
    switch ((enum explained_resource)resource) {
    case EXPLAINED_NET_IN:
        return &subject->traffic[TRAFFIC_IN];
    case EXPLAINED_NET_OUT:
        return &subject->traffic[TRAFFIC_OUT];
    case EXPLAINED_MEMORY:
        return &subject->tracks[RESOURCE_MEMORY].series;
    default:
        return &subject->tracks[RESOURCE_CPU].series;
    }
}

static struct explain_job *make(struct fleet *fleet, struct subject *subject, bool is_host)
{
    if (subject->is_explaining ||
        (subject->explained_origin != 0 && fleet->origin - subject->explained_origin < DAY_SLOTS) ||
        subject->tracks[RESOURCE_CPU].series.filled < VALUES_LEAST)
        return NULL;
    struct explain_job *job = nt_zalloc(sizeof(*job));
    job->is_host = is_host;
    job->id = nt_strdup(subject->id);
    job->origin = fleet->origin;
    job->zone = fleet->zone;
    for (size_t i = 0; i < RELATION_SERIES_MAX; i++)
        series_copy(series_of(subject, i), fleet->origin, job->values[i]);
    subject->is_explaining = true;
    return job;
}

struct explain_job *fleet_take_explain(struct fleet *fleet)
{
    struct fleet_host *host, *next_host;
    HASH_ITER(hh, fleet->hosts, host, next_host)
    {
        struct explain_job *job = make(fleet, &host->total, true);
        if (job != NULL)
            return job;
    }
    struct fleet_server *server =
        fleet->explain_cursor[0] != '\0' ? fleet_find_server(fleet, fleet->explain_cursor) : NULL;
    if (server == NULL)
        server = fleet->servers;
    size_t count = HASH_COUNT(fleet->servers);
    for (size_t i = 0; server != NULL && i < count && i < LOOKED_AT_MAX; i++) {
        struct explain_job *job = make(fleet, &server->subject, false);
        if (job != NULL)
            return job;
        server = server->hh.next != NULL ? server->hh.next : fleet->servers;
        (void)snprintf(fleet->explain_cursor, sizeof(fleet->explain_cursor), "%s",
                       server->subject.id);
    }
    return NULL;
}

void explain_job_run(struct explain_job *job)
{
    struct explained *explained = &job->explained;
    struct calendar calendar;
    struct history histories[RELATION_SERIES_MAX];
    const struct history *pointers[RELATION_SERIES_MAX];
    int64_t first = job->origin - HISTORY_SLOTS;
    calendar_init(&calendar, &job->zone, first, HISTORY_SLOTS + FORECAST_STEPS);
    explained->origin = job->origin;
    for (size_t i = 0; i < RELATION_SERIES_MAX; i++) {
        histories[i] = (struct history){.values = job->values[i],
                                        .first = first,
                                        .count = HISTORY_SLOTS,
                                        .calendar = &calendar};
        pointers[i] = &histories[i];
        if (history_filled(&histories[i], job->origin) < VALUES_LEAST)
            continue;
        struct explained_pattern *pattern = &explained->patterns[explained->patterns_count++];
        pattern->resource = (enum explained_resource)i;
        cycles_find(&histories[i], job->origin, &pattern->cycles);
        pattern->changes_count = changes_find(&histories[i], job->origin, pattern->changes);
    }
    explained->relations_count = relations_find(pointers, RELATION_SERIES_MAX, job->origin,
                                                explained->relations, &explained->tests);
    calendar_deinit(&calendar);
    job->was_run = true;
}

/* --- is it something else? ---------------------------------------------------------------------
 */

static void mix(uint64_t *state, int64_t value)
{
    *state = (*state ^ (uint64_t)value) * UINT64_C(1099511628211); /* FNV-1a, by words */
}

/* What a person would call the same has the same sign: strengths in steps of a tenth, changes to
 * the day, relations by direction. */
static uint64_t sign_of(const struct explained *explained)
{
    uint64_t state = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < explained->patterns_count; i++) {
        const struct explained_pattern *pattern = &explained->patterns[i];
        mix(&state, pattern->resource);
        mix(&state, pattern->cycles.has_day);
        mix(&state, pattern->cycles.has_week);
        mix(&state, pattern->cycles.other_hours);
        mix(&state, lround(10 * pattern->cycles.day_strength));
        mix(&state, lround(10 * pattern->cycles.week_strength));
        for (size_t k = 0; k < pattern->changes_count; k++)
            mix(&state, pattern->changes[k].slot / DAY_SLOTS);
    }
    for (size_t i = 0; i < explained->relations_count; i++) {
        const struct relation *relation = &explained->relations[i];
        int64_t pair = (int64_t)(relation->first * RELATION_SERIES_MAX + relation->second);
        mix(&state, pair);
        mix(&state, relation->leads);
        mix(&state, relation->correlation > 0);
    }
    return state;
}

void fleet_return_explain(struct fleet *fleet, struct explain_job *job,
                          void (*told)(void *arg, const char *kind, const char *id,
                                       const struct explained *explained),
                          void *arg)
{
    struct subject *subject = NULL;
    if (job->is_host) {
        struct fleet_host *host = fleet_find_host(fleet, job->id);
        subject = host != NULL ? &host->total : NULL;
    } else {
        struct fleet_server *server = fleet_find_server(fleet, job->id);
        subject = server != NULL ? &server->subject : NULL;
    }
    if (subject != NULL) { /* else it is gone meanwhile */
        subject->is_explaining = false;
        uint64_t sign = sign_of(&job->explained);
        if (job->was_run && (subject->explained_origin == 0 || subject->explained_sign != sign)) {
            subject->explained_sign = sign;
            told(arg, job->is_host ? "host" : "server", subject->id, &job->explained);
        }
        if (job->was_run)
            subject->explained_origin = job->origin;
    }
    explain_job_free(job);
}

void explain_job_free(struct explain_job *job)
{
    if (job == NULL)
        return;
    free(job->id);
    free(job);
}
