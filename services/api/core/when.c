#include <api/when.h>

#include <nt/text.h>
#include <string.h>

#define THRESHOLD_PCT 90.0 /* until the balancer has said its own */

static bool is_open(const struct view *view, const struct nt_host *host)
{
    return strcmp(host->role, "active") == 0 && !host->cordon && !host->drain &&
           view_host_is_reachable(view, host->host);
}

static bool is_in_window(const struct nt_forecast_windows *windows, const char *resource,
                         int64_t at_ms)
{
    for (size_t i = 0; windows != NULL && i < windows->windows_count; i++) {
        const struct nt_window *window = &windows->windows[i];
        if (strcmp(window->resource, resource) == 0 && at_ms >= window->from_ms &&
            at_ms < window->to_ms)
            return true;
    }
    return false;
}

/* Is there room for so much of one resource in the step at at_ms? Beyond the forecast: no. */
static bool has_room(const struct view *view, const struct nt_forecast_load *forecast,
                     int64_t at_ms, double most)
{
    int64_t step = (at_ms - forecast->issued_ms) / forecast->step_ms;
    if (step < 0 || (size_t)step >= forecast->p50_count)
        return false;
    const struct nt_forecast_windows *windows =
        table_find(&view->fleet->windows, forecast->subject);
    return (double)forecast->p50[step] <= most && !is_in_window(windows, forecast->resource, at_ms);
}

struct want {
    const struct nt_forecast_load *forecast; /* NULL: nothing is known of this resource */
    double most;                             /* load beside which the size fits */
};

static bool is_usable(const struct nt_forecast_load *forecast)
{
    return forecast != NULL && forecast->reliable && forecast->step_ms > 0;
}

static int64_t when_on(const struct view *view, const struct nt_host *host,
                       const struct nt_resources *requested)
{
    const struct nt_pool *pool = fleet_pool(view->fleet);
    double share = (pool != NULL && pool->threshold_pct > 0 ? pool->threshold_pct : THRESHOLD_PCT);
    struct nt_resources capacity = fleet_capacity(view->fleet, host->host);
    struct want wants[] = {
        {fleet_forecast(view->fleet, host->host, "cpu"),
         share / 100 * (double)capacity.cpu_milli - (double)requested->cpu_milli},
        {fleet_forecast(view->fleet, host->host, "memory"),
         share / 100 * (double)capacity.mem_bytes - (double)requested->mem_bytes},
    };
    if (!is_usable(wants[0].forecast))
        return WHEN_UNKNOWN;
    int64_t step_ms = wants[0].forecast->step_ms;
    int64_t end_ms = wants[0].forecast->issued_ms + (int64_t)wants[0].forecast->p50_count * step_ms;
    int64_t since_ms = WHEN_UNKNOWN;
    for (int64_t at_ms = view->load_ms; at_ms < end_ms; at_ms += step_ms) {
        bool is_room = true;
        for (size_t i = 0; i < NT_COUNT(wants); i++)
            if (is_usable(wants[i].forecast))
                is_room &= has_room(view, wants[i].forecast, at_ms, wants[i].most);
        if (!is_room)
            since_ms = WHEN_UNKNOWN;
        else if (since_ms == WHEN_UNKNOWN)
            since_ms = at_ms;
        if (since_ms != WHEN_UNKNOWN && at_ms + step_ms - since_ms >= WHEN_CALM_MS)
            return since_ms;
    }
    return WHEN_UNKNOWN;
}

int64_t when_full(const struct view *view, const struct nt_resources *requested)
{
    int64_t first_ms = WHEN_UNKNOWN;
    for (size_t i = 0; i < view->fleet->hosts.count; i++) {
        const struct nt_host *host = table_at(&view->fleet->hosts, i);
        int64_t on_ms = is_open(view, host) ? when_on(view, host, requested) : WHEN_UNKNOWN;
        if (on_ms != WHEN_UNKNOWN && (first_ms == WHEN_UNKNOWN || on_ms < first_ms))
            first_ms = on_ms;
    }
    return first_ms == view->load_ms ? WHEN_UNKNOWN : first_ms;
}
