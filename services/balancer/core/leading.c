#include <balancer/leading.h>

#include <nt/text.h>

void leading_take_over(const struct context *context, struct effects *effects,
                       const struct leading *leading)
{
    const struct nt_pool *old = fleet_pool(context->fleet);
    struct nt_pool pool = {
        .pool = "pool",
        .mode = leading->mode,
        .clock = {.load0_ms =
                      leading->clock_load0_ms != 0 ? leading->clock_load0_ms : context->wall_ms,
                  .wall0_ms = context->wall_ms,
                  .rate = leading->clock_rate},
        .cluster = leading->cluster,
    };
    if (old != NULL)
        pool = *old;
    pool.moves_per_hour = leading->moves_per_hour;
    pool.cool_down_ms = leading->cool_down_ms;
    pool.act_probability = leading->act_probability;
    pool.threshold_pct = leading->threshold_pct;
    pool.time_zone = leading->time_zone;
    pool.leader = leading->address;
    pool.epoch++;
    pool.revision++;
    pool.at_ms = context->wall_ms;
    effects_pool(effects, &pool);
}

static bool is_role(const char *role)
{
    return nt_text_is(role, "active") || nt_text_is(role, "spare");
}

void leading_register(const struct context *context, struct effects *effects, const char *id)
{
    const struct fleet_host *host = fleet_find_host(context->fleet, id);
    const struct nt_host_state *state = host != NULL ? host->state.value : NULL;
    const struct nt_host *old = fleet_host_record(host);
    const struct nt_agent *agent = fleet_agent(host);
    struct nt_host record = {.host = id, .engine = ""};
    bool is_changed = false;
    if (old != NULL) {
        record = *old;
    } else if (state != NULL) {
        record.role = is_role(state->role) ? state->role : "active";
        is_changed = true;
    } else {
        return;
    }
    if (record.engine[0] == '\0' && agent != NULL && agent->engine[0] != '\0') {
        record.engine = agent->engine;
        is_changed = true;
    }
    if (!is_changed)
        return;
    record.revision++;
    record.at_ms = context->wall_ms;
    effects_host(effects, &record);
}

void leading_register_all(const struct context *context, struct effects *effects)
{
    FLEET_EACH_HOST(context->fleet, host)
    {
        leading_register(context, effects, host->id);
    }
}
