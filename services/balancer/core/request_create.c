/* create, adopt, resize: what gives resources. */
#include "request.h"

#include <balancer/placing.h>
#include <balancer/ports.h>
#include <balancer/quota.h>
#include <nt/text.h>

#include <string.h>

enum {
    TITLE_MAX = 320, /* bytes: 80 characters, as the api allows */
    ENV_MAX = 64,
    SERVICES_MAX = 16,
    VOLUMES_MAX = 8,
    NAME_MIN = 2,
    NAME_MAX = 31,
    ID_MAX = 64,
    SIZE_NAME_MAX = 32,
    SPEC_TEXT_MAX = 128 * 1024,
    CPU_MIN_MILLI = 10,
    CPU_MAX_MILLI = 1000 * 1000,
};
static const int64_t MEM_MIN_BYTES = INT64_C(16) << 20, MEM_MAX_BYTES = INT64_C(1) << 50;

static bool name_is_valid(const char *name)
{
    if (name == NULL || name[0] < 'a' || name[0] > 'z')
        return false;
    size_t len = strlen(name);
    if (len < NAME_MIN || len > NAME_MAX || name[len - 1] == '-')
        return false;
    for (const char *at = name; *at != '\0'; at++)
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') && *at != '-')
            return false;
    return true;
}

static bool resources_are_valid(const struct nt_resources *asked)
{
    return asked != NULL && asked->cpu_milli >= CPU_MIN_MILLI &&
           asked->cpu_milli <= CPU_MAX_MILLI && asked->mem_bytes >= MEM_MIN_BYTES &&
           asked->mem_bytes <= MEM_MAX_BYTES && asked->disk_bytes >= 0 && asked->gpu_count >= 0 &&
           asked->gpu_count <= 64 && asked->net_up_bps >= 0 && asked->net_down_bps >= 0;
}

static bool covers(const struct nt_resources *asked, const struct nt_resources *minimum)
{
    return asked->cpu_milli >= minimum->cpu_milli && asked->mem_bytes >= minimum->mem_bytes &&
           asked->gpu_count >= minimum->gpu_count;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (nt_text_is(word, *words))
            return true;
    return false;
}

/* All text of a spec together: what is written back must stay far below a message's bound. */
static size_t text_size(const struct nt_spec *spec)
{
    size_t size = strlen(spec->template) + strlen(spec->image) + strlen(spec->image_digest) +
                  strlen(spec->size) + strlen(spec->restart);
    for (size_t i = 0; i < spec->env_count; i++)
        size += strlen(spec->env[i].key) + strlen(spec->env[i].value);
    for (size_t i = 0; i < spec->services_count; i++)
        size += strlen(spec->services[i].name) + strlen(spec->services[i].protocol);
    for (size_t i = 0; i < spec->volumes_count; i++)
        size += strlen(spec->volumes[i].name) + strlen(spec->volumes[i].path);
    return size;
}

/* The first field that is wrong; NULL: none. The api has looked at it before; nobody else writes
 * requests, but what is decided here reaches Docker. */
static const char *wrong_field(const struct nt_wish *wish)
{
    static const char *const restarts[] = {"safe", "ask", "never", NULL};
    static const char *const protocols[] = {"http", "tcp", "ssh", NULL};
    const struct nt_spec *spec = wish->spec;
    if (nt_text_is_empty(wish->server) || strlen(wish->server) > ID_MAX)
        return "server";
    if (spec == NULL || spec->image[0] == '\0')
        return "template";
    if (spec->env_count > ENV_MAX)
        return "env";
    if (spec->services_count > SERVICES_MAX)
        return "services";
    for (size_t i = 0; i < spec->services_count; i++)
        if (spec->services[i].port <= 0 || spec->services[i].port > 65535 ||
            !is_one_of(spec->services[i].protocol, protocols))
            return "services";
    if (spec->volumes_count > VOLUMES_MAX)
        return "volumes";
    for (size_t i = 0; i < spec->volumes_count; i++)
        if (spec->volumes[i].path[0] != '/')
            return "volumes";
    if (!is_one_of(spec->restart, restarts))
        return "restart";
    if (text_size(spec) > SPEC_TEXT_MAX)
        return "env";
    if (!resources_are_valid(wish->requested) || !covers(wish->requested, &spec->minimum))
        return "size";
    if (wish->title != NULL && strlen(wish->title) > TITLE_MAX)
        return "title";
    return NULL;
}

static bool within_quota(struct request *request, const char *owner, const char *except,
                         const struct nt_resources *asked, int servers)
{
    const struct nt_wish *wish = request->wish;
    struct nt_resources used;
    int servers_used = 0;
    fleet_owner_sum(request->context->fleet, owner, except, &used, &servers_used);
    const struct quota quota = {
        .limit = wish->quota,
        .servers_limit = wish->quota_servers.is_set ? wish->quota_servers.value : -1,
    };
    return quota_allows(&quota, &used, servers_used, asked, servers, &request->answer);
}

static void accept(struct request *request, const struct nt_resources *requested,
                   const struct allotment *allotment, const char *host)
{
    struct answer *answer = &request->answer;
    answer_ok(answer);
    if (allotment->fit == ALLOTMENT_REDUCED)
        answer->code = "reduced";
    answer_text(answer, "host", host);
    answer_number(answer, "cpu_milli", allotment->granted.cpu_milli);
    answer_number(answer, "mem_bytes", allotment->granted.mem_bytes);
    answer_number(answer, "requested_cpu_milli", requested->cpu_milli);
    answer_number(answer, "requested_mem_bytes", requested->mem_bytes);
    answer_text(answer, "given_pct", reason_real(answer->arena, allotment->given_pct));
}

static void make(struct request *request, const char *only, int64_t generation)
{
    const struct context *context = request->context;
    const struct nt_wish *wish = request->wish;
    const char *owner = wish->owner != NULL ? wish->owner : wish->actor;
    if (!nt_text_is(owner, wish->actor) && !wish->admin) {
        answer_refuse(&request->answer, "administrator-only");
        return;
    }
    const char *wrong = wrong_field(wish);
    if (wrong != NULL) {
        request_invalid(request, wrong);
        return;
    }
    if (!name_is_valid(wish->name)) {
        answer_refuse(&request->answer, "name-invalid");
        return;
    }
    if (fleet_placement(fleet_find_server(context->fleet, wish->server)) != NULL) {
        request_invalid(request, "server");
        return;
    }
    if (fleet_find_name(context->fleet, wish->name, context->wall_ms) != NULL) {
        answer_refuse(&request->answer, "name-taken");
        answer_text(&request->answer, "name", wish->name);
        return;
    }
    if (!within_quota(request, owner, NULL, wish->requested, 1))
        return;
    const struct placing placing =
        placing_new(context, wish->requested, &wish->spec->minimum, wish->spec->template, only);
    if (placing.host == NULL) {
        request_refuse_no_room(request, wish->requested, &placing.largest);
        return;
    }
    struct nt_edge_port *ports = NULL;
    int ports_count = ports_allocate(context, wish->spec, request->effects->arena, &ports);
    if (ports_count < 0) {
        answer_refuse(&request->answer, "no-edge-port");
        return;
    }

    const struct nt_pool *pool = fleet_pool(context->fleet);
    const struct nt_placement placement = {
        .server = wish->server,
        .owner = owner,
        .name = wish->name,
        .title = nt_text_is_empty(wish->title) ? wish->name : wish->title,
        .generation = generation,
        .revision = 1,
        .run = 1,
        .desired = "running",
        .created_at_ms = context->wall_ms,
        .spec = *wish->spec,
        .requested = *wish->requested,
        .granted = placing.allotment.granted,
        .host = placing.host->id,
        .edge_ports = ports,
        .edge_ports_count = (size_t)ports_count,
        .quiet_hours = "",
        .reason = placing_reason(request->effects->arena, wish->requested, &placing.allotment),
        .cluster = pool != NULL ? pool->cluster : "",
        .request = wish->id,
        .at_ms = context->wall_ms,
    };
    accept(request, wish->requested, &placing.allotment, placing.host->id);
    request_write(request, &placement);
    state_event(context, request->effects, &placement, "created", wish->id, NULL, 0);
}

void request_create(struct request *request)
{
    make(request, NULL, 1);
}

/* A labelled container without a placement becomes a server again, where it stands. */
void request_adopt(struct request *request)
{
    const struct nt_wish *wish = request->wish;
    const struct fleet *fleet = request->context->fleet;
    const struct nt_observed *observed =
        fleet_known(fleet, fleet_find_server(fleet, wish->server), wish->host);
    if (observed == NULL || !nt_text_is(observed->state, "orphan")) {
        answer_refuse(&request->answer, "not-found");
        return;
    }
    make(request, wish->host, observed->generation > 0 ? observed->generation : 1);
}

/* The name of the new size travels in the spec or as the word; one with neither is custom. */
static const char *size_name(const struct nt_wish *wish)
{
    const char *name =
        wish->spec != NULL && wish->spec->size[0] != '\0' ? wish->spec->size : wish->word;
    return nt_text_is_empty(name) || strlen(name) > SIZE_NAME_MAX ? "custom" : name;
}

void request_resize(struct request *request)
{
    const struct context *context = request->context;
    const struct nt_wish *wish = request->wish;
    const struct nt_placement *old = request->placement;
    if (!resources_are_valid(wish->requested) || !covers(wish->requested, &old->spec.minimum)) {
        request_invalid(request, "size");
        return;
    }
    if (!within_quota(request, old->owner, old->server, wish->requested, 0))
        return;
    const struct fleet_host *host = fleet_find_host(context->fleet, old->host);
    const struct nt_resources *capacity = host != NULL ? fleet_capacity(host) : NULL;
    if (capacity == NULL) {
        answer_refuse(&request->answer, "not-ready");
        answer_text(&request->answer, "parts", old->host);
        return;
    }
    struct allotment_host room = {.capacity = *capacity, .granted = host->granted};
    room.granted.cpu_milli -= old->granted.cpu_milli;
    room.granted.mem_bytes -= old->granted.mem_bytes;
    room.granted.disk_bytes -= old->granted.disk_bytes;
    room.granted.gpu_count -= old->granted.gpu_count;
    room.granted.net_up_bps -= old->granted.net_up_bps;
    room.granted.net_down_bps -= old->granted.net_down_bps;
    const double share_max_pct = context->policy->host_share_max_pct;
    const struct allotment allotment =
        allotment_resize(&room, &old->granted, wish->requested, &old->spec.minimum, share_max_pct);
    if (allotment.fit == ALLOTMENT_NONE) {
        const struct nt_resources largest =
            allotment_largest(&room, &old->spec.minimum, share_max_pct);
        request_refuse_no_room(request, wish->requested, &largest);
        return;
    }
    struct nt_placement placement = request_placement(request, NULL);
    placement.requested = *wish->requested;
    placement.granted = allotment.granted;
    placement.spec.size = size_name(wish);
    placement.reason = placing_reason(request->effects->arena, wish->requested, &allotment);
    accept(request, wish->requested, &allotment, old->host);
    request_write(request, &placement);
}
