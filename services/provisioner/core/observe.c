/* What this host says about a server: Observed, out of the same world that was reconciled. */
#include <provisioner/reconcile.h>

#include <nt/text.h>

static bool is_run_applied(const struct world *world, const struct seen *live)
{
    return live != NULL && !nt_text_is(live->started_at, world->mark.base_started);
}

static const char *state_of_deleted(const struct world *world)
{
    const char *state = "absent";
    for (size_t i = 0; i < world->seen_count; i++) {
        if (world->seen[i].state == SEEN_RUNNING)
            return "running";
        if (world->seen[i].role == SEEN_LIVE)
            state = "stopped";
        else if (nt_text_is(state, "absent"))
            state = "trashed";
    }
    return state;
}

static const char *state_of_own(const struct world *world, const struct seen *live,
                                const struct observe_extra *extra)
{
    const struct nt_placement *placement = world->placement;
    const struct mark *mark = &world->mark;
    bool wants_running = nt_text_is(placement->desired, "running");
    if (live == NULL)
        return extra->fault != NULL ? "failed" : "preparing";
    if (live->state == SEEN_RUNNING)
        return "running";
    bool is_over = mark->role == MARK_SOURCE && mark->step == MARK_HANDED_OVER;
    if (!wants_running || is_over)
        return "stopped";
    if (extra->fault != NULL || world->crash_starts >= 3)
        return "failed";
    return "preparing";
}

static const char *state_of(const struct world *world, const struct seen *live,
                            const struct observe_extra *extra)
{
    const struct nt_placement *placement = world->placement;
    if (placement == NULL || !nt_text_is(placement->cluster, world->cluster))
        return world->seen_count > 0 ? "orphan" : NULL;
    if (nt_text_is(placement->desired, "deleted"))
        return world->seen_count > 0 || nt_text_is(placement->host, world->host)
                   ? state_of_deleted(world)
                   : NULL;
    bool is_target = placement->move != NULL && nt_text_is(placement->move->to, world->host);
    if (nt_text_is(placement->host, world->host) || is_target)
        return state_of_own(world, live, extra);
    if (live == NULL)
        return NULL;
    if (live->state == SEEN_RUNNING)
        return "running";
    return world->mark.role != MARK_NONE ? "stopped" : "orphan";
}

static void name_ports(struct nt_arena *arena, const struct world *world, const struct seen *live,
                       struct nt_observed *observed)
{
    const struct nt_spec *spec = &world->placement->spec;
    observed->ports = NT_ARRAY(arena, spec->services_count, struct nt_host_port);
    for (size_t i = 0; i < spec->services_count; i++) {
        const char *inside = nt_arena_printf(arena, "%d", (int)spec->services[i].port);
        for (size_t j = 0; j < live->ports_count; j++) {
            if (!nt_text_is(live->ports[j].service, inside))
                continue;
            observed->ports[observed->ports_count++] = (struct nt_host_port){
                .service = spec->services[i].name, .port = live->ports[j].port};
            break;
        }
    }
}

static struct nt_hand *hand_of(struct nt_arena *arena, const struct mark *mark)
{
    if (mark->role == MARK_NONE || nt_text_is_empty(mark->move))
        return NULL;
    struct nt_hand *hand = NT_NEW(arena, struct nt_hand);
    *hand = (struct nt_hand){
        .move = mark->move,
        .step = mark_step_word(mark->step),
        .bytes_done = mark->bytes_done,
        .bytes_total = mark->bytes_total,
        .copy_ms = mark->copy_ms,
        .stopped_at_ms = mark->stopped_at_ms,
        .started_at_ms = mark->started_at_ms,
        .at_ms = mark->at_ms,
    };
    return hand;
}

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static struct nt_orphan *orphan_of(struct nt_arena *arena, const struct seen *seen)
{
    struct nt_orphan *orphan = NT_NEW(arena, struct nt_orphan);
    *orphan = (struct nt_orphan){
        .name = text_or_empty(seen->server_name),
        .owner = text_or_empty(seen->owner),
        .template = text_or_empty(seen->template),
        .size = text_or_empty(seen->size),
        .image = text_or_empty(seen->image),
        .cluster = text_or_empty(seen->cluster),
    };
    return orphan;
}

bool observe(struct nt_arena *arena, const struct world *world, const struct observe_extra *extra,
             struct nt_observed *ret_observed)
{
    const struct seen *live = world_live(world);
    const char *state = state_of(world, live, extra);
    if (state == NULL)
        return false;
    if (live == NULL && world->seen_count > 0)
        live = &world->seen[0]; /* the orphan or the trash that there is to tell about */
    bool is_running = live != NULL && live->state == SEEN_RUNNING;
    struct nt_observed observed = {
        .server = world->server,
        .host = world->host,
        .boot = extra->boot,
        .generation = live == NULL ? 0 : world_generation(world, live),
        .revision = extra->acted_revision,
        .run = is_run_applied(world, live) ? world->mark.run : world->mark.run_before,
        .state = state,
        .container = live == NULL ? "" : live->id,
        .exit_code = live == NULL || is_running ? 0 : live->exit_code,
        .oom = live != NULL && live->oom,
        .address = is_running ? extra->address : "",
        .hand = hand_of(arena, &world->mark),
        .terminals = extra->terminals,
        .ssh_sessions = extra->ssh_sessions,
        .writable_bytes = extra->writable_bytes,
        .waiting_for = extra->waiting_for,
        .fault = extra->fault,
        .started_at_ms = is_running ? live->started_at_ms : 0,
        .at_ms = world->now_ms,
    };
    if (live != NULL) {
        observed.applied = NT_NEW(arena, struct nt_resources);
        observed.applied->cpu_milli = live->cpu_milli;
        observed.applied->mem_bytes = live->mem_bytes;
        observed.applied->net_up_bps = is_running ? extra->net_up_bps : 0;
        observed.applied->net_down_bps = is_running ? extra->net_down_bps : 0;
    }
    if (nt_text_is(state, "orphan") && live != NULL)
        observed.orphan = orphan_of(arena, live);
    if (is_running && world->placement != NULL)
        name_ports(arena, world, live, &observed);
    *ret_observed = observed;
    return true;
}
