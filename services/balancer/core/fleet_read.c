/* Records of the topics, read into the fleet in log order. */
#include "fleet_rows.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <stdlib.h>
#include <string.h>

#define RECORD_READ(name, type)                                                                    \
    static int read_##name(struct fleet_record *ret_record, struct nt_span bytes,                  \
                           struct nt_error *err)                                                   \
    {                                                                                              \
        struct fleet_record fresh = {0};                                                           \
        nt_arena_init(&fresh.arena);                                                               \
        struct type *value = NULL;                                                                 \
        int r = type##_decode(&fresh.arena, bytes, &value, err);                                   \
        fresh.value = value;                                                                       \
        if (r < 0)                                                                                 \
            fleet_record_clear(&fresh);                                                            \
        else                                                                                       \
            *ret_record = fresh;                                                                   \
        return r;                                                                                  \
    }                                                                                              \
    struct fleet_semicolon

RECORD_READ(placement, nt_placement);
RECORD_READ(server_state, nt_server_state);
RECORD_READ(host, nt_host);
RECORD_READ(host_state, nt_host_state);
RECORD_READ(agent, nt_agent);
RECORD_READ(pool, nt_pool);
RECORD_READ(plan, nt_plan);
RECORD_READ(observed, nt_observed);
RECORD_READ(scenarios, nt_scenarios);

/* --- records in ------------------------------------------------------------------------------- */

static int key_differs(struct nt_error *err, const char *key, const char *found)
{
    return nt_fail(err, -EBADMSG, "the key is %.64s, the record is about %.64s", key, found);
}

static int on_placement(struct fleet *fleet, const char *key, struct nt_span value,
                        struct nt_error *err)
{
    if (value.len == 0) {
        fleet_drop_placement(fleet, key);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_placement(&fresh, value, err);
    if (r < 0)
        return r;
    const struct nt_placement *placement = fresh.value;
    if (!nt_text_is(placement->server, key)) {
        r = key_differs(err, key, placement->server);
        fleet_record_clear(&fresh);
        return r;
    }
    struct fleet_server *server = fleet_server_row(fleet, key);
    const struct nt_placement *old = fleet_placement(server);
    if (old != NULL && old->revision >= placement->revision) {
        fleet_record_clear(&fresh);
        return 0;
    }
    if (old != NULL)
        fleet_count_placement(fleet, old, -1);
    fleet_record_retire(fleet, &server->placement);
    server->placement = fresh;
    fleet_count_placement(fleet, placement, +1);
    return 0;
}

static int on_server_state(struct fleet *fleet, const char *key, struct nt_span value,
                           struct nt_error *err)
{
    if (value.len == 0) {
        fleet_drop_server_state(fleet, key);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_server_state(&fresh, value, err);
    if (r < 0)
        return r;
    struct fleet_server *server = fleet_server_row(fleet, key);
    const struct nt_server_state *state = fresh.value;
    const struct nt_server_state *old = fleet_state(server);
    if (old != NULL && old->sequence >= state->sequence) {
        fleet_record_clear(&fresh);
        return 0;
    }
    fleet_record_retire(fleet, &server->state);
    server->state = fresh;
    return 0;
}

static int on_host(struct fleet *fleet, const char *key, struct nt_span value, struct nt_error *err)
{
    struct fleet_host *host = fleet_host_row(fleet, key);
    if (value.len == 0) {
        fleet_record_retire(fleet, &host->host);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_host(&fresh, value, err);
    if (r < 0)
        return r;
    const struct nt_host *old = host->host.value;
    if (old != NULL && old->revision >= ((const struct nt_host *)fresh.value)->revision) {
        fleet_record_clear(&fresh);
        return 0;
    }
    fleet_record_retire(fleet, &host->host);
    host->host = fresh;
    return 0;
}

static int on_host_state(struct fleet *fleet, const char *key, struct nt_span value,
                         struct nt_error *err)
{
    struct fleet_host *host = fleet_host_row(fleet, key);
    if (value.len == 0) {
        fleet_record_retire(fleet, &host->state);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_host_state(&fresh, value, err);
    if (r < 0)
        return r;
    fleet_record_retire(fleet, &host->state);
    host->state = fresh;
    return 0;
}

static int on_agent(struct fleet *fleet, const char *key, struct nt_span value,
                    struct nt_error *err)
{
    struct fleet_host *host = fleet_host_row(fleet, key);
    if (value.len == 0) {
        fleet_record_retire(fleet, &host->agent);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_agent(&fresh, value, err);
    if (r < 0)
        return r;
    const struct nt_host *known = host->host.value;
    const struct nt_agent *agent = fresh.value;
    if (known != NULL && known->engine[0] != '\0' && !nt_text_is(known->engine, agent->engine)) {
        r = nt_fail(err, -EPERM, "%.64s answers with engine %.64s, registered is %.64s", key,
                    agent->engine, known->engine);
        fleet_record_clear(&fresh);
        return r;
    }
    fleet_record_retire(fleet, &host->agent);
    host->agent = fresh;
    return 0;
}

static int on_pool(struct fleet *fleet, const char *key, struct nt_span value, struct nt_error *err)
{
    (void)key;
    if (value.len == 0)
        return 0;
    struct fleet_record fresh = {0};
    int r = read_pool(&fresh, value, err);
    if (r < 0)
        return r;
    const struct nt_pool *old = fleet_pool(fleet);
    if (old != NULL && old->revision >= ((const struct nt_pool *)fresh.value)->revision) {
        fleet_record_clear(&fresh);
        return 0;
    }
    fleet_record_retire(fleet, &fleet->pool);
    fleet->pool = fresh;
    return 0;
}

static int on_plan(struct fleet *fleet, const char *key, struct nt_span value, struct nt_error *err)
{
    struct fleet_plan *plan = fleet_plan_row(fleet, key);
    struct fleet_record fresh = {0};
    int r = value.len == 0 ? 0 : read_plan(&fresh, value, err);
    const struct nt_plan *old = plan->record.value;
    const struct nt_plan *new = fresh.value;
    if (new != NULL && (old == NULL || old->revision < new->revision)) {
        fleet_record_retire(fleet, &plan->record);
        plan->record = fresh;
    } else {
        fleet_record_clear(&fresh);
    }
    if (value.len == 0 || plan->record.value == NULL) {
        fleet_record_retire(fleet, &plan->record);
        fleet_forget_plan(fleet, plan);
    }
    return r;
}

static int on_observed(struct fleet *fleet, const char *key, struct nt_span value,
                       struct nt_error *err)
{
    const char *slash = strchr(key, '/');
    if (slash == NULL || slash == key || slash[1] == '\0')
        return nt_fail(err, -EBADMSG, "the key %.64s is not server/host", key);
    NT_CLEANUP(nt_free_p) char *id = nt_strdup(key);
    id[slash - key] = '\0';
    const char *host = slash + 1;

    struct fleet_server *server = fleet_server_row(fleet, id);
    struct fleet_observed **at = &server->observed;
    while (*at != NULL && !nt_text_is((*at)->host, host))
        at = &(*at)->next;
    if (value.len == 0) {
        struct fleet_observed *gone = *at;
        if (gone != NULL) {
            *at = gone->next;
            fleet_free_observed(gone);
        }
        fleet_forget_if_empty(fleet, server);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_observed(&fresh, value, err);
    if (r == 0) {
        const struct nt_observed *observed = fresh.value;
        if (!nt_text_is(observed->server, id) || !nt_text_is(observed->host, host))
            r = key_differs(err, key, observed->server);
    }
    if (r < 0) {
        fleet_record_clear(&fresh);
        fleet_forget_if_empty(fleet, server);
        return r;
    }
    if (*at == NULL) {
        *at = nt_zalloc(sizeof(**at));
        (*at)->host = nt_strdup(host);
    }
    fleet_record_retire(fleet, &(*at)->record);
    (*at)->record = fresh;
    return 0;
}

static int on_scenarios(struct fleet *fleet, const char *key, struct nt_span value,
                        struct nt_error *err)
{
    const char *slash = strrchr(key, '/');
    if (slash == NULL || slash == key)
        return nt_fail(err, -EBADMSG, "the key %.64s is not subject/resource", key);
    NT_CLEANUP(nt_free_p) char *subject = nt_strdup(key);
    subject[slash - key] = '\0';
    enum fleet_resource resource = nt_text_is(slash + 1, "memory") ? FLEET_MEMORY : FLEET_CPU;
    if (resource == FLEET_CPU && !nt_text_is(slash + 1, "cpu"))
        return 0; /* a resource of a later version */

    if (value.len == 0) {
        struct fleet_server *server = fleet_find_server(fleet, subject);
        struct fleet_host *host = fleet_find_host(fleet, subject);
        if (server != NULL) {
            fleet_record_retire(fleet, &server->scenarios[resource]);
            fleet_forget_if_empty(fleet, server);
        }
        if (host != NULL)
            fleet_record_retire(fleet, &host->scenarios[resource]);
        return 0;
    }
    struct fleet_record fresh = {0};
    int r = read_scenarios(&fresh, value, err);
    if (r < 0)
        return r;
    const struct nt_scenarios *scenarios = fresh.value;
    if (!nt_text_is(scenarios->subject, subject)) {
        r = key_differs(err, key, scenarios->subject);
        fleet_record_clear(&fresh);
        return r;
    }
    struct fleet_record *into = nt_text_is(scenarios->kind, "remainder")
                                    ? &fleet_host_row(fleet, subject)->scenarios[resource]
                                    : &fleet_server_row(fleet, subject)->scenarios[resource];
    fleet_record_retire(fleet, into);
    *into = fresh;
    return 0;
}

static int on_load(struct fleet *fleet, const char *key, struct nt_span value, struct nt_error *err)
{
    if (value.len == 0)
        return 0;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_load *load = NULL;
    int r = nt_host_load_decode(&arena, value, &load, err);
    if (r == 0 && !nt_text_is(load->host, key))
        r = key_differs(err, key, load->host);
    if (r == 0)
        fleet_read_load(fleet, load);
    nt_arena_deinit(&arena);
    return r;
}

/* What was measured before we listened: enough to say whether a plan helped. */
static int on_rollup(struct fleet *fleet, const char *key, struct nt_span value,
                     struct nt_error *err)
{
    if (value.len == 0)
        return 0;
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_rollup *rollup = NULL;
    int r = nt_host_rollup_decode(&arena, value, &rollup, err);
    if (r == 0 && !nt_text_is(rollup->host, key))
        r = key_differs(err, key, rollup->host);
    if (r == 0 && rollup->capacity.cpu_milli > 0)
        readings_note(&fleet_host_row(fleet, key)->readings, rollup->from_ms, rollup->step_ms,
                      100.0 * (double)rollup->roll.cpu_milli_mean /
                          (double)rollup->capacity.cpu_milli);
    nt_arena_deinit(&arena);
    return r;
}

int fleet_apply(struct fleet *fleet, enum nt_topic topic, const char *key, struct nt_span value,
                struct nt_error *err)
{
    static const struct {
        enum nt_topic topic;
        int (*read)(struct fleet *fleet, const char *key, struct nt_span value,
                    struct nt_error *err);
    } readers[] = {
        {NT_TOPIC_PLACEMENTS, on_placement}, {NT_TOPIC_OBSERVED, on_observed},
        {NT_TOPIC_AGENTS, on_agent},         {NT_TOPIC_HOST_LOAD, on_load},
        {NT_TOPIC_HOST_ROLLUP, on_rollup},   {NT_TOPIC_HOST_STATE, on_host_state},
        {NT_TOPIC_SCENARIOS, on_scenarios},  {NT_TOPIC_SERVER_STATE, on_server_state},
        {NT_TOPIC_HOSTS, on_host},           {NT_TOPIC_POOL, on_pool},
        {NT_TOPIC_PLANS, on_plan},
    };
    for (size_t i = 0; i < NT_COUNT(readers); i++)
        if (readers[i].topic == topic)
            return readers[i].read(fleet, key, value, err);
    return nt_fail(err, -EINVAL, "a topic that the fleet is not made of");
}

void fleet_read_load(struct fleet *fleet, const struct nt_host_load *load)
{
    struct fleet_host *host = fleet_host_row(fleet, load->host);
    const struct nt_resources *capacity = fleet_capacity(host);
    if (capacity == NULL)
        capacity = &load->capacity;
    if (capacity->cpu_milli > 0)
        readings_add(&host->readings, load->at_ms, load->interval_ms,
                     100.0 * load->sample.cpu_milli / (double)capacity->cpu_milli);
    for (size_t i = 0; i < load->servers_count; i++) {
        struct fleet_server *server = fleet_find_server(fleet, load->servers[i].server);
        if (server == NULL || server->load_at_ms > load->at_ms)
            continue;
        server->load[FLEET_CPU] = load->servers[i].sample.cpu_milli;
        server->load[FLEET_MEMORY] = (double)load->servers[i].sample.mem_bytes;
        server->load_at_ms = load->at_ms;
        snprintf(server->load_host, sizeof(server->load_host), "%s", load->host);
    }
}

void fleet_drop_server_state(struct fleet *fleet, const char *id)
{
    struct fleet_server *server = fleet_find_server(fleet, id);
    if (server == NULL)
        return;
    fleet_record_retire(fleet, &server->state);
    fleet_forget_if_empty(fleet, server);
}

void fleet_drop_placement(struct fleet *fleet, const char *id)
{
    struct fleet_server *server = fleet_find_server(fleet, id);
    if (server == NULL)
        return;
    if (server->placement.value != NULL)
        fleet_count_placement(fleet, server->placement.value, -1);
    fleet_record_retire(fleet, &server->placement);
    fleet_forget_if_empty(fleet, server);
}

int fleet_read(struct fleet *fleet, enum nt_topic topic, const char *key, struct nt_span value,
               struct nt_error *err)
{
    fleet_settle(fleet);
    return fleet_apply(fleet, topic, key, value, err);
}
