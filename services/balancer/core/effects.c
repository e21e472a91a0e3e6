#include <balancer/effects.h>

#include <nt/memory.h>

#include <stdlib.h>
#include <string.h>

void effects_init(struct effects *effects, struct fleet *fleet, struct nt_arena *arena)
{
    *effects = (struct effects){.fleet = fleet, .arena = arena};
}

void effects_deinit(struct effects *effects)
{
    free(effects->items);
    *effects = (struct effects){0};
}

/* Encoding fails only beyond the buffer's bound, which no record that passed validation reaches. */
static void must(int r, const struct nt_error *err)
{
    if (r < 0) {
        (void)nt_die(err);
        abort();
    }
}

static void add(struct effects *effects, enum nt_topic topic, const char *key, struct nt_buf *bytes,
                const char *kind, bool is_view)
{
    uint8_t *copy = nt_arena_alloc(effects->arena, bytes->len);
    if (bytes->len > 0)
        memcpy(copy, bytes->data, bytes->len);
    struct effect *effect = &nt_vec_push(effects->items, effects->count, effects->capacity);
    *effect = (struct effect){
        .topic = topic,
        .key = nt_arena_text(effects->arena, key),
        .value = {.data = copy, .len = bytes->len},
        .kind = kind != NULL ? nt_arena_text(effects->arena, kind) : NULL,
    };
    if (is_view) {
        struct nt_error err = NT_ERROR_INIT;
        must(fleet_apply(effects->fleet, topic, effect->key, effect->value, &err), &err);
    }
}

#define ADD(effects, type, record, topic, key, kind, is_view)                                      \
    do {                                                                                           \
        struct nt_buf bytes_ = {0};                                                                \
        struct nt_error err_ = NT_ERROR_INIT;                                                      \
        must(type##_encode((record), &bytes_, &err_), &err_);                                      \
        add((effects), (topic), (key), &bytes_, (kind), (is_view));                                \
        nt_buf_deinit(&bytes_);                                                                    \
    } while (0)

void effects_outcome(struct effects *effects, const struct nt_outcome *outcome)
{
    ADD(effects, nt_outcome, outcome, NT_TOPIC_OUTCOMES, outcome->request, NULL, false);
}

void effects_placement(struct effects *effects, const struct nt_placement *placement)
{
    ADD(effects, nt_placement, placement, NT_TOPIC_PLACEMENTS, placement->server, NULL, true);
}

void effects_server_state(struct effects *effects, const struct nt_server_state *state)
{
    ADD(effects, nt_server_state, state, NT_TOPIC_SERVER_STATE, state->server, NULL, true);
}

void effects_server_event(struct effects *effects, const struct nt_server_event *event)
{
    const char *kind = nt_arena_printf(effects->arena, "server.%s", event->kind);
    ADD(effects, nt_server_event, event, NT_TOPIC_SERVER_EVENTS, event->server, kind, false);
}

void effects_move_event(struct effects *effects, const struct nt_move_event *event)
{
    const char *kind = nt_arena_printf(effects->arena, "move.%s", event->phase);
    ADD(effects, nt_move_event, event, NT_TOPIC_MOVE_EVENTS, event->server, kind, false);
}

void effects_host(struct effects *effects, const struct nt_host *host)
{
    ADD(effects, nt_host, host, NT_TOPIC_HOSTS, host->host, NULL, true);
}

void effects_pool(struct effects *effects, const struct nt_pool *pool)
{
    ADD(effects, nt_pool, pool, NT_TOPIC_POOL, pool->pool, NULL, true);
}

void effects_plan(struct effects *effects, const struct nt_plan *plan)
{
    ADD(effects, nt_plan, plan, NT_TOPIC_PLANS, plan->plan, NULL, true);
}

void effects_alert(struct effects *effects, const struct nt_alert *alert)
{
    const char *kind = nt_arena_printf(effects->arena, "alert.%s", alert->kind);
    ADD(effects, nt_alert, alert, NT_TOPIC_ALERT_EVENTS, alert->subject, kind, false);
}

void effects_drop(struct effects *effects, enum nt_topic topic, const char *key)
{
    struct nt_buf nothing = {0};
    add(effects, topic, key, &nothing, NULL, true);
}
