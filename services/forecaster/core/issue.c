#include "fleet_internal.h"

#include <forecaster/issue.h>
#include <forecaster/sums.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <string.h>

enum {
    RECURRING_EVERY = 12,
    HOUR = 12,
    SHORT_VALUES = 2 * DAY_SLOTS, /* rungs of the ladder, see rung_of() */
    FULL_VALUES = 14 * DAY_SLOTS,
};

struct issue {
    struct fleet *fleet;
    struct issue_sink sink;
    int64_t origin;
    struct calendar calendar;
    char **hosts; /* ids of this round: a host is never freed, but an id is safer to keep */
    size_t hosts_count, hosts_capacity, next;

    float values[HISTORY_SLOTS];
    float p10[FORECAST_STEPS], p50[FORECAST_STEPS], p90[FORECAST_STEPS];
    struct scenario_paths paths, sibling_paths;
    struct sums sums; /* of the host and resource under way */
    float *parts;     /* p50 of each present server over the scenarios' horizon */
    size_t parts_capacity;
};

struct issue *issue_new(struct fleet *fleet, const struct issue_sink *sink)
{
    struct issue *issue = nt_zalloc(sizeof(*issue));
    issue->fleet = fleet;
    issue->sink = *sink;
    return issue;
}

static void clear_round(struct issue *issue)
{
    for (size_t i = 0; i < issue->hosts_count; i++)
        free(issue->hosts[i]);
    issue->hosts_count = 0;
    issue->next = 0;
    calendar_deinit(&issue->calendar);
}

void issue_free(struct issue *issue)
{
    if (issue == NULL)
        return;
    clear_round(issue);
    free(issue->hosts);
    free(issue->parts);
    free(issue);
}

/* --- a round --------------------------------------------------------------------------------- */

void issue_begin(struct issue *issue)
{
    struct fleet *fleet = issue->fleet;
    clear_round(issue);
    issue->origin = fleet->origin;
    calendar_init(&issue->calendar, &fleet->zone, issue->origin - HISTORY_SLOTS,
                  HISTORY_SLOTS + FORECAST_STEPS);
    struct fleet_host *host, *next_host;
    HASH_ITER(hh, fleet->hosts, host, next_host)
    {
        host->present_count = 0;
        if (host->has_closed && host->closed_slot >= issue->origin - FLEET_SILENT_SLOTS)
            nt_vec_push(issue->hosts, issue->hosts_count, issue->hosts_capacity) =
                nt_strdup(host->id);
    }
    struct fleet_server *server, *next_server;
    HASH_ITER(hh, fleet->servers, server, next_server)
    {
        host = server->host;
        if (host == NULL || !server->is_running ||
            server->seen_ms < host->newest_ms - FLEET_ABSENT_SLOTS * (int64_t)SLOT_MS)
            continue;
        nt_vec_push(host->present, host->present_count, host->present_capacity) = server;
    }
}

static struct history look_at(struct issue *issue, const struct track *track, double capacity)
{
    series_copy(&track->series, issue->origin, issue->values);
    return (struct history){.values = issue->values,
                            .first = issue->origin - HISTORY_SLOTS,
                            .count = HISTORY_SLOTS,
                            .calendar = &issue->calendar,
                            .capacity = capacity};
}

static double mean_of(const float *path)
{
    double sum = 0;
    for (size_t step = 0; step < DAY_SLOTS; step++)
        sum += path[step];
    return sum / DAY_SLOTS;
}

/* The server of the same template that has the longest history, not the same one. */
static struct fleet_server *find_sibling(struct issue *issue, const struct fleet_server *server,
                                         enum resource resource)
{
    struct fleet_server *best = NULL;
    struct fleet_server *other, *next;
    HASH_ITER(hh, issue->fleet->servers, other, next)
    {
        const struct track *track = &other->subject.tracks[resource];
        if (other == server || track->fit == NULL || track->fit->filled < (size_t)6 * DAY_SLOTS ||
            other->template_name == NULL ||
            !nt_text_is(other->template_name, server->template_name))
            continue;
        if (best == NULL || track->fit->filled > best->subject.tracks[resource].fit->filled)
            best = other;
    }
    return best;
}

/*
 * A server that is hardly known: the course of its sibling, scaled to what the last hour was, as
 * far as there is no day of its own. Until then its own line is a guess of the level alone.
 */
static void borrow_course(struct issue *issue, const float *sibling_path, size_t filled,
                          double capacity)
{
    double own = 0;
    double other = 0;
    for (size_t step = 0; step < HOUR; step++) {
        own += issue->p50[step] / HOUR;
        other += sibling_path[step] / HOUR;
    }
    double ratio = own > 0 && other > 0 ? fmax(0.1, fmin(10, own / other)) : 1;
    double part = 1 - fmin(1, (double)filled / SHORT_VALUES);
    double bound = capacity > 0 ? capacity : INFINITY;
    for (size_t step = 0; step < FORECAST_STEPS; step++) {
        double shift = part * (ratio * sibling_path[step] - issue->p50[step]);
        issue->p10[step] = (float)fmin(bound, fmax(0, issue->p10[step] + shift));
        issue->p50[step] = (float)fmin(bound, fmax(0, issue->p50[step] + shift));
        issue->p90[step] = (float)fmin(bound, fmax(0, issue->p90[step] + shift));
    }
}

/* What the subject does not have yet: residual paths, and, where it is hardly known, a course of
 * the day. Returns whether its course was borrowed. */
static bool borrow(struct issue *issue, const struct fleet_server *server, enum resource resource,
                   double capacity, size_t filled)
{
    uint32_t seed = 0;
    for (const char *at = server != NULL ? server->subject.id : ""; *at != '\0'; at++)
        seed = seed * 31 + (uint8_t)*at;
    int own = SCENARIO_PATHS - issue->paths.borrowed;
    struct fleet_server *sibling =
        server != NULL && own < 4 ? find_sibling(issue, server, resource) : NULL;
    if (sibling == NULL) {
        scenarios_borrow(&issue->paths, NULL, 0, mean_of(issue->p50), seed);
        return false;
    }
    const struct track *track = &sibling->subject.tracks[resource];
    struct history history = look_at(issue, track, capacity);
    float path[FORECAST_STEPS];
    scenarios_fill(&issue->sibling_paths, track->fit, &history, issue->origin);
    track->fit->model->kind->predict(track->fit->model, &history, issue->origin, FORECAST_STEPS,
                                     path);
    bool is_new = filled < SHORT_VALUES;
    if (is_new)
        borrow_course(issue, path, filled, capacity);
    double sibling_level = mean_of(path);
    scenarios_borrow(&issue->sibling_paths, NULL, 0, sibling_level, seed);
    scenarios_borrow(&issue->paths, &issue->sibling_paths, sibling_level, mean_of(issue->p50),
                     seed);
    return is_new;
}

/* How much a forecast stands on. */
static const char *rung_of(size_t filled, bool is_borrowed)
{
    if (is_borrowed)
        return "template";
    if (filled == 0)
        return "none";
    if (filled < SHORT_VALUES)
        return "level";
    return filled < FULL_VALUES ? "short" : "full";
}

/* --- subjects -------------------------------------------------------------------------------- */

static void send_forecast(struct issue *issue, struct subject *subject, const char *kind,
                          enum resource resource, double capacity, const char *model,
                          const char *rung, int64_t history_ms, bool is_reliable)
{
    struct track *track = &subject->tracks[resource];
    accuracy_note(&track->accuracy, issue->origin, issue->p10, issue->p50, issue->p90);
    struct accuracy_sum accuracy = accuracy_sum(&track->accuracy, issue->origin - 1);
    const struct issued_forecast forecast = {
        .subject = subject->id,
        .kind = kind,
        .resource = resource,
        .origin = issue->origin,
        .capacity = capacity,
        .p10 = issue->p10,
        .p50 = issue->p50,
        .p90 = issue->p90,
        .model = model,
        .rung = rung,
        .history_ms = history_ms,
        .is_reliable = is_reliable && !accuracy_is_poor(&accuracy),
        .accuracy = accuracy,
    };
    issue->sink.forecast(issue->sink.arg, &forecast);
}

static void send_scenarios(struct issue *issue, const struct subject *subject, const char *kind,
                           enum resource resource)
{
    struct issued_scenarios scenarios = {.subject = subject->id,
                                         .kind = kind,
                                         .resource = resource,
                                         .origin = issue->origin,
                                         .borrowed = issue->paths.borrowed};
    scenarios_pack(issue->p50, &issue->paths, &scenarios.packed);
    issue->sink.scenarios(issue->sink.arg, &scenarios);
}

/* A server (or, NULL, the host's rest): forecast it and add it to the host's sums. */
static bool issue_subject(struct issue *issue, struct fleet_host *host, struct fleet_server *server,
                          enum resource resource)
{
    struct subject *subject = server != NULL ? &server->subject : &host->rest;
    struct track *track = &subject->tracks[resource];
    double capacity = fleet_capacity(host, resource);
    struct history history = look_at(issue, track, capacity);
    /* Until the first fit comes back from the pool, persistence with a guess for a band. */
    NT_CLEANUP(fit_free_p) struct fit *quick = NULL;
    const struct fit *fit = track->fit;
    if (fit == NULL) {
        quick = fit_new_level(&history, issue->origin);
        fit = quick;
    }
    fit_forecast(fit, &history, issue->origin, FORECAST_STEPS, issue->p10, issue->p50, issue->p90);
    scenarios_fill(&issue->paths, fit, &history, issue->origin);
    const char *model = fit->model->kind->name(fit->model, &history, issue->origin);
    int64_t begin = history_begin(&history);
    size_t filled = track->series.filled;
    bool is_borrowed =
        issue->paths.borrowed > 0 && borrow(issue, server, resource, capacity, filled);

    if (server != NULL)
        send_forecast(issue, subject, "server", resource, 0, model, rung_of(filled, is_borrowed),
                      (issue->origin - begin) * SLOT_MS, fit->is_reliable);
    send_scenarios(issue, subject, server != NULL ? "server" : "remainder", resource);
    sums_add(&issue->sums, issue->p50, (const float(*)[FORECAST_STEPS])issue->paths.residuals);
    return fit->is_reliable;
}

/* --- the host -------------------------------------------------------------------------------- */

static void name_contributors(const struct issue *issue, const struct fleet_host *host,
                              struct issued_window *window)
{
    size_t from = (size_t)(window->window.from_slot - issue->origin);
    size_t to = (size_t)(window->window.to_slot - issue->origin);
    double total = 0;
    for (size_t step = from; step < to; step++)
        total += issue->sums.middle[step];
    for (size_t i = 0; total > 0 && i < host->present_count; i++) {
        const float *part = issue->parts + i * SCENARIO_STEPS;
        double sum = 0;
        for (size_t step = from; step < to; step++)
            sum += part[step];
        double share_pct = 100 * sum / total;
        size_t at = window->contributors_count;
        while (at > 0 && window->contributors[at - 1].share_pct < share_pct)
            at--;
        if (at == CONTRIBUTORS_MAX)
            continue;
        if (window->contributors_count < CONTRIBUTORS_MAX)
            window->contributors_count++;
        memmove(&window->contributors[at + 1], &window->contributors[at],
                (window->contributors_count - at - 1) * sizeof(window->contributors[0]));
        window->contributors[at] = (struct issued_contributor){
            .server = host->present[i]->subject.id, .share_pct = share_pct};
    }
}

/* What is said now is scored when its time comes. */
static void note_windows(const struct issue *issue, struct track *track,
                         const struct window *windows, size_t count)
{
    bool is_in[SCENARIO_STEPS] = {false};
    for (size_t i = 0; i < count; i++) {
        for (int64_t slot = windows[i].from_slot; slot < windows[i].to_slot; slot++)
            is_in[slot - issue->origin] = true;
    }
    accuracy_note_windows(&track->accuracy, issue->origin, is_in);
}

static size_t issue_resource(struct issue *issue, struct fleet_host *host, enum resource resource,
                             struct issued_window *windows, size_t count)
{
    issue->sums = (struct sums){0};
    bool is_reliable = issue_subject(issue, host, NULL, resource);
    for (size_t i = 0; i < host->present_count; i++) {
        is_reliable &= issue_subject(issue, host, host->present[i], resource);
        memcpy(issue->parts + i * SCENARIO_STEPS, issue->p50, SCENARIO_STEPS * sizeof(float));
    }
    double capacity = fleet_capacity(host, resource);
    struct history history = look_at(issue, &host->total.tracks[resource], capacity);
    int64_t history_ms = (issue->origin - history_begin(&history)) * SLOT_MS;
    sums_band(&issue->sums, 0.8, capacity, issue->p10, issue->p90);
    for (size_t step = 0; step < FORECAST_STEPS; step++)
        issue->p50[step] =
            fminf(issue->sums.middle[step], capacity > 0 ? (float)capacity : INFINITY);
    send_forecast(issue, &host->total, "host", resource, capacity, "sum",
                  rung_of(host->total.tracks[resource].series.filled, false), history_ms,
                  is_reliable);

    if (issue->origin - host->recurring_slot >= RECURRING_EVERY)
        host->recurring_count =
            recurring_find(&history, resource, issue->fleet->threshold_pct, host->recurring_before,
                           host->recurring_before_count, host->recurring, host->recurring_count);
    if (!(capacity > 0))
        return count;
    struct window found[WINDOWS_MAX];
    const struct window_question question = {
        .resource = resource,
        .origin = issue->origin,
        .sums = (const float(*)[FORECAST_STEPS])issue->sums.paths,
        .capacity = capacity,
        .threshold_pct = issue->fleet->threshold_pct,
        .probability = issue->fleet->probability,
        .before = host->windows,
        .before_count = host->windows_count,
    };
    size_t found_count = windows_find(&question, found, 0);
    note_windows(issue, &host->total.tracks[resource], found, found_count);
    for (size_t i = 0; i < found_count && count < WINDOWS_MAX; i++) {
        windows[count] = (struct issued_window){.window = found[i]};
        name_contributors(issue, host, &windows[count++]);
    }
    return count;
}

static void issue_host(struct issue *issue, struct fleet_host *host)
{
    if (host->present_count > issue->parts_capacity) {
        issue->parts_capacity = host->present_count;
        issue->parts = nt_realloc(issue->parts,
                                  issue->parts_capacity * SCENARIO_STEPS * sizeof(*issue->parts));
    }
    bool looks_back = issue->origin - host->recurring_slot >= RECURRING_EVERY;
    if (looks_back) {
        memcpy(host->recurring_before, host->recurring, sizeof(host->recurring));
        host->recurring_before_count = host->recurring_count;
        host->recurring_count = 0;
    }
    struct issued_window windows[WINDOWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < RESOURCES; i++)
        count = issue_resource(issue, host, (enum resource)i, windows, count);
    if (looks_back)
        host->recurring_slot = issue->origin;
    const struct issued_windows issued = {
        .host = host->id,
        .origin = issue->origin,
        .threshold_pct = issue->fleet->threshold_pct,
        .windows = windows,
        .windows_count = count,
        .recurring = host->recurring,
        .recurring_count = host->recurring_count,
    };
    issue->sink.windows(issue->sink.arg, &issued);
    for (size_t i = 0; i < count; i++)
        host->windows[i] = windows[i].window;
    host->windows_count = count;
}

bool issue_next(struct issue *issue)
{
    if (issue->next >= issue->hosts_count)
        return false;
    struct fleet_host *host = fleet_find_host(issue->fleet, issue->hosts[issue->next++]);
    if (host != NULL)
        issue_host(issue, host);
    return issue->next < issue->hosts_count;
}
