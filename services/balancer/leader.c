#include "leader.h"

#include <balancer/moves.h>
#include <balancer/plan.h>
#include <balancer/requests.h>
#include <balancer/scenario.h>
#include <balancer/state.h>
#include <balancer/unreachable.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ELAPSED_MAX_MS = 2000, /* a process that stood still did not read the log meanwhile */
    CHUNK_RECORDS = 400,   /* of the first look at everything, in one transaction */
    CLEAN_MS = 60 * 1000,
};

struct numbers {
    struct nt_metric *leading;
    struct nt_metric *accepted;
    struct nt_metric *refused;
    struct nt_metric *repeated;
    struct nt_metric *decide_seconds;
    struct nt_metric *plan_seconds;
    struct nt_metric *whatif_seconds;
    struct nt_metric *servers;
    struct nt_metric *hosts;
};

struct leader {
    const struct settings *settings;
    struct fleet fleet;
    struct outcomes outcomes;
    struct nt_arena arena; /* of the decision that is being made */
    struct effects effects;
    struct writer *writer; /* NULL: a standby */
    bool is_current;
    int64_t tick_mono_ms;
    int64_t plan_slot; /* the last one looked at */
    int64_t cleaned_mono_ms;
    struct numbers numbers;
};

static const double SECONDS[] = {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3};

/* A decision takes microseconds. */
static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void register_numbers(struct leader *leader, struct nt_metrics *metrics)
{
    struct numbers *numbers = &leader->numbers;
    numbers->leading = nt_metrics_gauge(metrics, "neaptide_balancer_leading", NULL,
                                        "1 while this process decides, 0 on a standby");
    static const char name[] = "neaptide_balancer_requests_total";
    static const char help[] = "requests answered";
    numbers->accepted = nt_metrics_counter(metrics, name, "answer=\"accepted\"", help);
    numbers->refused = nt_metrics_counter(metrics, name, "answer=\"refused\"", help);
    numbers->repeated = nt_metrics_counter(metrics, name, "answer=\"repeated\"", help);
    numbers->decide_seconds = nt_metrics_histogram(
        metrics, "neaptide_balancer_decide_seconds", NULL,
        "time to decide one request, without writing it", SECONDS, NT_COUNT(SECONDS));
    numbers->plan_seconds = nt_metrics_histogram(metrics, "neaptide_balancer_plan_seconds", NULL,
                                                 "time to look over all hosts and make plans",
                                                 SECONDS, NT_COUNT(SECONDS));
    numbers->whatif_seconds =
        nt_metrics_histogram(metrics, "neaptide_balancer_whatif_seconds", NULL,
                             "time to answer what if", SECONDS, NT_COUNT(SECONDS));
    numbers->servers =
        nt_metrics_gauge(metrics, "neaptide_balancer_servers", NULL, "servers in memory");
    numbers->hosts = nt_metrics_gauge(metrics, "neaptide_balancer_hosts", NULL, "hosts in memory");
}

struct leader *leader_new(const struct settings *settings, struct nt_metrics *metrics)
{
    struct leader *leader = nt_zalloc(sizeof(*leader));
    leader->settings = settings;
    fleet_init(&leader->fleet);
    nt_arena_init(&leader->arena);
    effects_init(&leader->effects, &leader->fleet, &leader->arena);
    register_numbers(leader, metrics);
    return leader;
}

void leader_free(struct leader *leader)
{
    if (leader == NULL)
        return;
    effects_deinit(&leader->effects);
    nt_arena_deinit(&leader->arena);
    outcomes_deinit(&leader->outcomes);
    fleet_deinit(&leader->fleet);
    free(leader);
}

bool leader_is_leading(const struct leader *leader)
{
    return leader->writer != NULL;
}

/* --- what decisions are given ------------------------------------------------------------------
 */

static void make_id(void *arg, int64_t wall_ms, char ret_id[NT_UUID_SIZE])
{
    (void)arg;
    nt_uuid7(wall_ms, ret_id);
}

/* TZ was set from the settings before any thread began. */
static int local_minute(void *arg, int64_t load_ms)
{
    (void)arg;
    const time_t seconds = (time_t)(load_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL)
        return 0;
    return local.tm_hour * 60 + local.tm_min;
}

static struct context context_now(struct leader *leader)
{
    const int64_t wall_ms = nt_wall_ms();
    return (struct context){
        .fleet = &leader->fleet,
        .policy = &leader->settings->policy,
        .wall_ms = wall_ms,
        .load_ms = fleet_load_ms(&leader->fleet, wall_ms),
        .is_current = leader->is_current,
        .make_id = make_id,
        .local_minute = local_minute,
    };
}

/* --- what decisions become ---------------------------------------------------------------------
 */

static void log_move(const struct effect *effect)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_move_event *event = NULL;
    if (nt_move_event_decode(&arena, effect->value, &event, NULL) == 0)
        nt_log(NT_INFO, "move_phase_entered", NT_KV("move", event->move),
               NT_KV("server", event->server), NT_KV("from", event->from), NT_KV("to", event->to),
               NT_KV("phase", event->phase), NT_KV("why", event->reason.key));
    nt_arena_deinit(&arena);
}

/* Write what was decided and let its memory go. */
static void write_out(struct leader *leader, const char *traceparent, struct nt_group *group,
                      int64_t offset)
{
    for (size_t i = 0; i < leader->effects.count; i++)
        if (leader->effects.items[i].topic == NT_TOPIC_MOVE_EVENTS)
            log_move(&leader->effects.items[i]);
    writer_write(leader->writer, &leader->effects, traceparent, group, offset);
    fleet_settle(&leader->fleet);
    nt_arena_reset(&leader->arena);
}

/* --- views ------------------------------------------------------------------------------------ */

static void on_observed(struct leader *leader, const struct context *context, const char *key)
{
    const char *slash = strchr(key, '/');
    if (slash == NULL)
        return;
    NT_CLEANUP(nt_free_p) char *server = nt_strdup(key);
    server[slash - key] = '\0';
    state_refresh(context, &leader->effects, server);
    moves_step(context, &leader->effects, server);
}

/* The host whose collector or provisioner spoke; NULL: neither did. */
static const char *speaker(const struct nt_message *message)
{
    switch (message->topic) {
    case NT_TOPIC_AGENTS:
    case NT_TOPIC_HOST_STATE:
    case NT_TOPIC_HOST_LOAD:
        return message->key;
    case NT_TOPIC_OBSERVED: {
        const char *slash = strchr(message->key, '/');
        return slash != NULL ? slash + 1 : NULL;
    }
    default:
        return NULL;
    }
}

/* A new boot makes all that was observed before it unknown. */
static uint64_t boot_of(const struct leader *leader, const char *host)
{
    const struct nt_agent *agent = fleet_agent(fleet_find_host(&leader->fleet, host));
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    for (const char *at = agent != NULL ? agent->boot : ""; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211U;
    return hash;
}

static void after_view(struct leader *leader, const struct nt_message *message, const char *host,
                       bool is_new_boot)
{
    const bool is_first = host != NULL && unreachable_heard(&leader->fleet, host);
    if (leader->writer == NULL)
        return;
    const struct context context = context_now(leader);
    if (message->topic == NT_TOPIC_HOST_STATE || message->topic == NT_TOPIC_AGENTS)
        leading_register(&context, &leader->effects, message->key);
    if (message->topic == NT_TOPIC_OBSERVED)
        on_observed(leader, &context, message->key);
    if (is_first || is_new_boot)
        state_refresh_host(&context, &leader->effects, host);
    write_out(leader, message->traceparent, NULL, 0);
}

int leader_on_view(struct leader *leader, const struct nt_message *message, struct nt_error *err)
{
    const char *host = message->is_replay ? NULL : speaker(message);
    const uint64_t boot_before = host != NULL ? boot_of(leader, host) : 0;
    int status = fleet_read(&leader->fleet, message->topic, message->key, message->value, err);
    if (status == -EPERM) {
        nt_log(NT_WARN, "agent_ignored", NT_KV("host", message->key),
               NT_KV("reason", err->message));
        return 0;
    }
    if (status < 0)
        return status;
    if (!message->is_replay)
        after_view(leader, message, host, host != NULL && boot_of(leader, host) != boot_before);
    return 0;
}

int leader_on_outcome(struct leader *leader, const struct nt_message *message, struct nt_error *err)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_outcome *outcome = NULL;
    int status = nt_outcome_decode(&arena, message->value, &outcome, err);
    if (status == 0)
        outcomes_put(&leader->outcomes, outcome->request, message->value, outcome->at_ms);
    nt_arena_deinit(&arena);
    return status;
}

/* --- leading ---------------------------------------------------------------------------------- */

void leader_begin(struct leader *leader, struct writer *writer)
{
    leader->writer = writer;
    leader->plan_slot = 0;
    nt_metric_set(leader->numbers.leading, 1);
    const struct context before = context_now(leader);
    leading_take_over(&before, &leader->effects, &leader->settings->leading);
    write_out(leader, NULL, NULL, 0);

    const struct context context = context_now(leader); /* the clock may be new */
    leading_register_all(&context, &leader->effects);
    FLEET_EACH_SERVER(&leader->fleet, server)
    {
        state_refresh(&context, &leader->effects, server->id);
        moves_step(&context, &leader->effects, server->id);
        if (leader->effects.count >= CHUNK_RECORDS)
            write_out(leader, NULL, NULL, 0);
    }
    write_out(leader, NULL, NULL, 0);
    const struct nt_pool *pool = fleet_pool(&leader->fleet);
    nt_log(NT_INFO, "leading_began", NT_KV("epoch", pool->epoch), NT_KV("mode", pool->mode),
           NT_KV("servers", (int64_t)HASH_COUNT(leader->fleet.servers)),
           NT_KV("hosts", (int64_t)HASH_COUNT(leader->fleet.hosts)));
    const char *cluster = leader->settings->cluster;
    if (cluster[0] != '\0' && !nt_text_is(cluster, pool->cluster))
        nt_log(NT_WARN, "cluster_id_differs", NT_KV("file", cluster), NT_KV("pool", pool->cluster));
}

static void log_outcome(struct leader *leader, const struct nt_wish *wish)
{
    struct nt_outcome *outcome = NULL;
    const struct effect *last = &leader->effects.items[leader->effects.count - 1];
    if (nt_outcome_decode(&leader->arena, last->value, &outcome, NULL) < 0)
        return;
    nt_metric_add(outcome->accepted ? leader->numbers.accepted : leader->numbers.refused, 1);
    nt_log(NT_INFO, "request_decided", NT_KV("request", wish->id), NT_KV("op", wish->op),
           NT_KV("actor", wish->actor), NT_KV("server", wish->server),
           NT_KV("code", outcome->code));
}

int leader_on_request(struct leader *leader, const struct nt_message *message,
                      struct nt_group *group, struct nt_error *err)
{
    struct nt_wish *wish = NULL;
    int status = nt_wish_decode(&leader->arena, message->value, &wish, err);
    if (status < 0)
        return status;
    const double began_s = now_s();
    const struct context context = context_now(leader);
    const bool is_new = requests_decide(&context, &leader->outcomes, wish, &leader->effects);
    nt_metric_observe(leader->numbers.decide_seconds, now_s() - began_s);
    if (is_new) {
        log_outcome(leader, wish);
    } else {
        nt_metric_add(leader->numbers.repeated, 1);
        nt_log(NT_INFO, "request_repeated", NT_KV("request", wish->id), NT_KV("op", wish->op));
    }
    write_out(leader, message->traceparent, group, message->offset);
    return 0;
}

/* Every five minutes of load time, and at once after taking over. */
static void plan_if_due(struct leader *leader, const struct context *context)
{
    const int64_t slot = context->load_ms / SCENARIO_SLOT_MS;
    if (slot == leader->plan_slot)
        return;
    leader->plan_slot = slot;
    const double began_s = now_s();
    plan_tick(context, &leader->effects, &planner_packing);
    nt_metric_observe(leader->numbers.plan_seconds, now_s() - began_s);
}

static void clean_if_due(struct leader *leader, const struct context *context, int64_t mono_ms)
{
    if (mono_ms - leader->cleaned_mono_ms < CLEAN_MS)
        return;
    leader->cleaned_mono_ms = mono_ms;
    outcomes_forget_old(&leader->outcomes, context->wall_ms);
    if (leader->writer != NULL)
        state_forget_old(context, &leader->effects);
}

void leader_tick(struct leader *leader, bool is_current)
{
    const int64_t mono_ms = nt_mono_ms();
    int64_t elapsed_ms = leader->tick_mono_ms != 0 ? mono_ms - leader->tick_mono_ms : 0;
    if (elapsed_ms > ELAPSED_MAX_MS)
        elapsed_ms = ELAPSED_MAX_MS;
    leader->tick_mono_ms = mono_ms;
    leader->is_current = is_current;
    nt_metric_set(leader->numbers.servers, HASH_COUNT(leader->fleet.servers));
    nt_metric_set(leader->numbers.hosts, HASH_COUNT(leader->fleet.hosts));

    const struct context context = context_now(leader);
    clean_if_due(leader, &context, mono_ms);
    unreachable_tick(&context, leader->writer != NULL ? &leader->effects : NULL, elapsed_ms);
    if (leader->writer == NULL)
        return;
    moves_tick(&context, &leader->effects, elapsed_ms);
    if (is_current) {
        plan_react(&context, &leader->effects, &planner_packing);
        plan_if_due(leader, &context);
        plan_start_due(&context, &leader->effects);
    }
    write_out(leader, NULL, NULL, 0);
}

void leader_preview(struct leader *leader, struct nt_arena *arena, const struct preview_ask *ask,
                    struct preview *ret_preview)
{
    const struct context context = context_now(leader);
    preview_estimate(&context, arena, ask, ret_preview);
}

void leader_whatif(struct leader *leader, struct nt_arena *arena, const struct whatif_ask *ask,
                   struct whatif *ret_whatif)
{
    const struct context context = context_now(leader);
    const double began_s = now_s();
    whatif_answer(&context, arena, ask, ret_whatif);
    nt_metric_observe(leader->numbers.whatif_seconds, now_s() - began_s);
}
