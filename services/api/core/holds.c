#include <api/holds.h>
#include <nt/contract.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

static void hold_deinit(struct hold *hold)
{
    free(hold->move);
    free(hold->server);
    free(hold->name);
}

void holds_deinit(struct holds *holds)
{
    for (size_t i = 0; i < holds->count; i++)
        hold_deinit(&holds->items[i]);
    free(holds->items);
    *holds = (struct holds){0};
}

struct hold *holds_find(const struct holds *holds, const char *move)
{
    for (size_t i = 0; i < holds->count; i++)
        if (strcmp(holds->items[i].move, move) == 0)
            return &holds->items[i];
    return NULL;
}

static bool is_holding(const struct nt_server_state *server)
{
    return server != NULL && server->move != NULL && nt_text_is(server->move->phase, "holding");
}

void holds_follow(struct holds *holds, const struct table *servers)
{
    for (size_t i = holds->count; i-- > 0;) {
        struct hold *hold = &holds->items[i];
        const struct nt_server_state *server = table_find(servers, hold->server);
        if (is_holding(server) && strcmp(server->move->id, hold->move) == 0)
            continue;
        hold_deinit(hold);
        *hold = holds->items[--holds->count];
    }
    for (size_t i = 0; i < servers->count; i++) {
        const struct nt_server_state *server = table_at(servers, i);
        if (!is_holding(server) || holds_find(holds, server->move->id) != NULL)
            continue;
        nt_vec_push(holds->items, holds->count, holds->capacity) =
            (struct hold){.move = nt_strdup(server->move->id),
                          .server = nt_strdup(server->server),
                          .name = nt_strdup(server->name)};
    }
}

void holds_applied(struct holds *holds, int64_t mono_ms)
{
    for (size_t i = 0; i < holds->count; i++) {
        struct hold *hold = &holds->items[i];
        if (hold->is_applied)
            continue;
        hold->is_applied = true;
        hold->applied_mono_ms = mono_ms;
    }
}

enum hold_what hold_next(const struct hold *hold, int in_flight, int64_t mono_ms)
{
    if (!hold->is_applied || hold->is_said)
        return HOLD_WAIT;
    if (in_flight == 0 || mono_ms - hold->applied_mono_ms >= HOLDS_DRAIN_MS)
        return HOLD_SAY;
    return HOLD_ASK;
}
