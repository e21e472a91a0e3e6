#include <balancer/unreachable.h>

#include <balancer/state.h>
#include <nt/text.h>

bool unreachable_heard(struct fleet *fleet, const char *id)
{
    struct fleet_host *host = fleet_find_host(fleet, id);
    if (host == NULL)
        return false;
    host->silent_ms = 0;
    if (host->reach != FLEET_UNHEARD)
        return false;
    host->reach = FLEET_HEARD;
    return true;
}

/* Forgotten hosts and those that nobody registered count neither way. */
static bool counts(const struct fleet_host *host)
{
    const struct nt_host *record = fleet_host_record(host);
    return record != NULL && !record->quarantined;
}

static bool others_report(const struct fleet *fleet, const struct fleet_host *self)
{
    int others = 0, reporting = 0;
    FLEET_EACH_HOST(fleet, host)
    {
        if (host == self || !counts(host))
            continue;
        others++;
        reporting += host->reach == FLEET_HEARD && host->silent_ms < UNREACHABLE_REPORTS_MS;
    }
    /* A single host has no others: that the end of the log is read is all there is to know. */
    return reporting * 2 >= others;
}

static void tell(const struct context *context, struct effects *effects, const char *host,
                 const char *kind, bool is_on)
{
    effects_alert(
        effects,
        &(struct nt_alert){.subject = host, .kind = kind, .on = is_on, .at_ms = context->wall_ms});
}

static void change(const struct context *context, struct effects *effects, struct fleet_host *host,
                   enum fleet_reach reach)
{
    const bool was_unreachable = host->reach == FLEET_UNREACHABLE;
    host->reach = reach;
    if (effects == NULL)
        return;
    if (reach == FLEET_UNREACHABLE || was_unreachable)
        tell(context, effects, host->id, "unreachable", reach == FLEET_UNREACHABLE);
    state_refresh_host(context, effects, host->id);
}

void unreachable_tick(const struct context *context, struct effects *effects, int64_t elapsed_ms)
{
    FLEET_EACH_HOST(context->fleet, host)
    {
        if (context->is_current)
            host->silent_ms += elapsed_ms;
    }
    if (!context->is_current)
        return;
    FLEET_EACH_HOST(context->fleet, host)
    {
        if (!counts(host))
            continue;
        if (host->silent_ms >= UNREACHABLE_SILENT_MS) {
            if (host->reach != FLEET_UNREACHABLE && others_report(context->fleet, host))
                change(context, effects, host, FLEET_UNREACHABLE);
        } else if (host->reach == FLEET_UNREACHABLE && host->silent_ms < UNREACHABLE_REPORTS_MS) {
            change(context, effects, host, FLEET_HEARD);
        }
    }
}
