#include <balancer/ports.h>

#include <nt/memory.h>
#include <nt/text.h>

enum { KEPT_MS = 24 * 3600 * 1000 };

static bool needs_port(const struct nt_service *service)
{
    return nt_text_is(service->protocol, "tcp") || nt_text_is(service->protocol, "ssh");
}

int ports_allocate(const struct context *context, const struct nt_spec *spec,
                   struct nt_arena *arena, struct nt_edge_port **ret_ports)
{
    const int first = context->policy->edge_port_first;
    const int count = context->policy->edge_port_last - first + 1;
    if (count <= 0)
        return -ENOSPC;
    bool *taken = NT_ARRAY(arena, (size_t)count, bool);
    FLEET_EACH_SERVER(context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL ||
            (!fleet_is_living(placement) && context->wall_ms >= placement->deleted_at_ms + KEPT_MS))
            continue;
        for (size_t i = 0; i < placement->edge_ports_count; i++) {
            int at = placement->edge_ports[i].port - first;
            if (at >= 0 && at < count)
                taken[at] = true;
        }
    }
    struct nt_edge_port *ports = NT_ARRAY(arena, spec->services_count, struct nt_edge_port);
    int made = 0, at = 0;
    for (size_t i = 0; i < spec->services_count; i++) {
        if (!needs_port(&spec->services[i]))
            continue;
        while (at < count && taken[at])
            at++;
        if (at == count)
            return -ENOSPC;
        ports[made++] = (struct nt_edge_port){
            .service = nt_arena_text(arena, spec->services[i].name), .port = first + at++};
    }
    *ret_ports = ports;
    return made;
}
