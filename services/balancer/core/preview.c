#include <balancer/preview.h>

#include <balancer/placing.h>

/* The room of one host without what the server itself was granted. */
static struct allotment_host room_of(const struct fleet_host *host, const struct nt_resources *own)
{
    struct allotment_host room = {.capacity = *fleet_capacity(host), .granted = host->granted};
    room.granted.cpu_milli -= own->cpu_milli;
    room.granted.mem_bytes -= own->mem_bytes;
    room.granted.disk_bytes -= own->disk_bytes;
    room.granted.gpu_count -= own->gpu_count;
    room.granted.net_up_bps -= own->net_up_bps;
    room.granted.net_down_bps -= own->net_down_bps;
    return room;
}

static struct placing place_resized(const struct context *context, const struct preview_ask *ask)
{
    struct placing placing = {0};
    const struct nt_placement *placement =
        fleet_placement(fleet_find_server(context->fleet, ask->server));
    if (!fleet_is_living(placement))
        return placing;
    struct fleet_host *host = fleet_find_host(context->fleet, placement->host);
    if (host == NULL || fleet_capacity(host) == NULL)
        return placing;
    const struct allotment_host room = room_of(host, &placement->granted);
    const double share_max_pct = context->policy->host_share_max_pct;
    placing.allotment =
        allotment_resize(&room, &placement->granted, &ask->requested, &ask->minimum, share_max_pct);
    placing.largest = allotment_largest(&room, &ask->minimum, share_max_pct);
    placing.host = placing.allotment.fit != ALLOTMENT_NONE ? host : NULL;
    return placing;
}

static void say_no_room(struct nt_arena *arena, const struct preview_ask *ask,
                        struct preview *preview)
{
    preview->fits = "no";
    const struct nt_resources *largest = &preview->largest;
    const char *resource = ask->requested.mem_bytes > largest->mem_bytes ? "memory" : "cpu";
    if (!preview->has_largest)
        preview->reason = reason_make(arena, "fits.none", "resource", resource, NULL);
    else
        preview->reason = reason_make(arena, "fits.no", "resource", resource, "largest_cpu_milli",
                                      reason_number(arena, largest->cpu_milli), "largest_mem_bytes",
                                      reason_number(arena, largest->mem_bytes), NULL);
}

void preview_estimate(const struct context *context, struct nt_arena *arena,
                      const struct preview_ask *ask, struct preview *ret_preview)
{
    const struct placing placing =
        ask->server != NULL
            ? place_resized(context, ask)
            : placing_new(context, &ask->requested, &ask->minimum, ask->template, NULL);
    struct preview preview = {
        .largest = placing.largest,
        .has_largest = placing.largest.cpu_milli > 0,
    };
    if (placing.host == NULL) {
        say_no_room(arena, ask, &preview);
    } else {
        preview.fits = placing.allotment.fit == ALLOTMENT_FULL ? "now" : "partly";
        preview.reason = placing_reason(arena, &ask->requested, &placing.allotment);
        preview.has_granted = true;
        preview.granted = placing.allotment.granted;
        preview.host = placing.host->id;
    }
    *ret_preview = preview;
}
