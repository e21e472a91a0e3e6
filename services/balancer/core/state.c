#include <balancer/state.h>

#include <balancer/answer.h>
#include <balancer/words.h>
#include <nt/text.h>

enum { STATE_KEPT_MS = 24 * 3600 * 1000 };
static const int64_t PLACEMENT_KEPT_MS = INT64_C(30) * 24 * 3600 * 1000;

void state_event(const struct context *context, struct effects *effects,
                 const struct nt_placement *placement, const char *kind, const char *request,
                 const struct nt_pair *params, size_t params_count)
{
    effects_server_event(effects, &(struct nt_server_event){
                                      .server = placement->server,
                                      .owner = placement->owner,
                                      .name = placement->name,
                                      .host = placement->host,
                                      .kind = kind,
                                      .params = (struct nt_pair *)params,
                                      .params_count = params_count,
                                      .request = request,
                                      .at_ms = context->wall_ms,
                                  });
}

/* Deleted and nothing of it left but what is kept in the trash. */
static bool is_gone(const struct nt_placement *placement, const struct nt_observed *observed)
{
    return nt_text_is(placement->desired, "deleted") && placement->move == NULL &&
           observed != NULL && observed->revision >= placement->revision &&
           (nt_text_is(observed->state, "absent") || nt_text_is(observed->state, "trashed"));
}

static struct nt_server_state make_state(const struct context *context,
                                         const struct fleet_server *server)
{
    const struct nt_placement *placement = fleet_placement(server);
    const struct nt_server_state *last = fleet_state(server);
    const struct nt_observed *observed = fleet_known(context->fleet, server, placement->host);
    const bool is_up = observed != NULL && nt_text_is(observed->state, "running");
    const bool is_here = !is_gone(placement, observed);
    struct nt_server_state state = {
        .server = placement->server,
        .owner = placement->owner,
        .name = placement->name,
        .title = placement->title,
        .template = placement->spec.template,
        .size = placement->spec.size,
        .state = words_of(context->fleet, server),
        .desired = placement->desired,
        .host = is_here ? placement->host : "",
        .address = is_up ? observed->address : "",
        .services = placement->spec.services,
        .services_count = placement->spec.services_count,
        .edge_ports = placement->edge_ports,
        .edge_ports_count = placement->edge_ports_count,
        .requested = placement->requested,
        .granted = placement->granted,
        .applied = observed != NULL && is_here ? observed->applied : NULL,
        .move = placement->move,
        .moved_at_ms = placement->moved_at_ms,
        .pinned_host = placement->pinned_host,
        .never_move = placement->never_move,
        .quiet_hours = placement->quiet_hours,
        .restart = placement->spec.restart,
        .reason = placement->reason,
        .fault = observed != NULL ? observed->fault : NULL,
        .generation = placement->generation,
        .revision = placement->revision,
        .sequence = last != NULL ? last->sequence + 1 : 1,
        .created_at_ms = placement->created_at_ms,
        .started_at_ms = is_up ? observed->started_at_ms : 0,
        .at_ms = context->wall_ms,
    };
    if (is_up) {
        state.ports = observed->ports;
        state.ports_count = observed->ports_count;
    }
    return state;
}

/* The source stops for the cut-over; the edge holds and must not lose the address it knows. */
static void keep_address(struct nt_server_state *state, const struct nt_server_state *last)
{
    if (state->move == NULL || last == NULL || last->move == NULL ||
        !nt_text_is(last->host, state->host) || state->address[0] != '\0')
        return;
    state->address = last->address;
    state->ports = last->ports;
    state->ports_count = last->ports_count;
    state->started_at_ms = last->started_at_ms;
}

static bool is_same(const struct nt_server_state *last, const struct nt_server_state *state)
{
    struct nt_server_state copy = *state;
    copy.sequence = last->sequence;
    copy.at_ms = last->at_ms;
    return nt_server_state_is_equal(last, &copy);
}

/* Transitions of the word that are events. from NULL: any other word. */
static const struct {
    const char *from;
    const char *to;
    const char *kind;
} transitions[] = {
    {"preparing", "running", "started"},  {"stopped", "running", "started"},
    {"failed", "running", "started"},     {"unreachable", "running", "back"},
    {"unreachable", "stopped", "back"},   {"unreachable", "failed", "back"},
    {"unreachable", "preparing", "back"}, {NULL, "stopped", "stopped"},
    {NULL, "unreachable", "unreachable"},
};

static void word_events(const struct context *context, struct effects *effects,
                        const struct nt_placement *placement, const struct nt_server_state *last,
                        const struct nt_server_state *state)
{
    if (nt_text_is(last->state, state->state))
        return;
    for (size_t i = 0; i < NT_COUNT(transitions); i++) {
        if (!nt_text_is(transitions[i].to, state->state) ||
            (transitions[i].from != NULL && !nt_text_is(transitions[i].from, last->state)))
            continue;
        state_event(context, effects, placement, transitions[i].kind, placement->request, NULL, 0);
        return;
    }
}

static void fault_event(const struct context *context, struct effects *effects,
                        const struct nt_placement *placement, const struct nt_server_state *last,
                        const struct nt_server_state *state, const struct nt_observed *observed)
{
    if (state->fault == NULL || observed == NULL)
        return;
    if (last->fault != NULL && nt_text_is(last->fault->code, state->fault->code) &&
        nt_text_is(last->state, state->state))
        return;
    const struct nt_pair params[] = {{"code", state->fault->code}};
    if (observed->oom)
        state_event(context, effects, placement, "out-of-memory", "", params, 1);
    else if (nt_text_is(state->state, "failed"))
        state_event(context, effects, placement, "failed", "", params, 1);
}

static void resize_event(const struct context *context, struct effects *effects,
                         const struct nt_placement *placement, const struct nt_server_state *last,
                         const struct nt_server_state *state)
{
    if (last->applied == NULL || state->applied == NULL ||
        nt_resources_is_equal(last->applied, state->applied) ||
        nt_resources_is_equal(&last->granted, &state->granted) == false)
        return;
    const struct nt_pair params[] = {
        {"cpu_milli", reason_number(effects->arena, state->applied->cpu_milli)},
        {"mem_bytes", reason_number(effects->arena, state->applied->mem_bytes)},
    };
    state_event(context, effects, placement, "resized", placement->request, params, 2);
}

void state_refresh(const struct context *context, struct effects *effects, const char *id)
{
    const struct fleet_server *server = fleet_find_server(context->fleet, id);
    const struct nt_placement *placement = fleet_placement(server);
    if (placement == NULL)
        return;
    const struct nt_server_state *last = fleet_state(server);
    struct nt_server_state state = make_state(context, server);
    const bool is_gone_now = state.host[0] == '\0';
    if (last == NULL) {
        if (!fleet_is_living(placement))
            return; /* its tombstone was written */
    } else {
        if (last->host[0] == '\0')
            return; /* had its last event */
        keep_address(&state, last);
        if (is_same(last, &state))
            return;
        const struct nt_observed *observed = fleet_known(context->fleet, server, placement->host);
        word_events(context, effects, placement, last, &state);
        fault_event(context, effects, placement, last, &state, observed);
        resize_event(context, effects, placement, last, &state);
    }
    if (is_gone_now)
        state_event(context, effects, placement, "deleted", placement->request, NULL, 0);
    effects_server_state(effects, &state);
}

void state_refresh_host(const struct context *context, struct effects *effects, const char *host)
{
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement != NULL && nt_text_is(placement->host, host))
            state_refresh(context, effects, server->id);
    }
}

void state_refresh_all(const struct context *context, struct effects *effects)
{
    FLEET_EACH_SERVER(context->fleet, server)
    {
        state_refresh(context, effects, server->id);
    }
}

void state_forget_old(const struct context *context, struct effects *effects)
{
    for (struct fleet_server *server = context->fleet->servers, *next; server != NULL;
         server = next) {
        next = server->hh.next;
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL || !nt_text_is(placement->desired, "deleted"))
            continue;
        const char *id = placement->server;
        const int64_t age_ms = context->wall_ms - placement->deleted_at_ms;
        const struct nt_server_state *state = fleet_state(server);
        if (state != NULL && state->host[0] == '\0' && age_ms >= STATE_KEPT_MS)
            effects_drop(effects, NT_TOPIC_SERVER_STATE, id);
        if (fleet_state(server) == NULL && age_ms >= PLACEMENT_KEPT_MS)
            effects_drop(effects, NT_TOPIC_PLACEMENTS, id);
    }
}
