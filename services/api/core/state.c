#include <api/state.h>
#include <nt/text.h>
#include <string.h>

const char *const state_action_names[STATE_ACTIONS] = {
    "start", "stop", "restart", "resize", "rename", "delete", "move", "pin",
};

#define BIT(action) (1U << (action))

static const struct {
    const char *state;
    unsigned actions;
} table[] = {
    {"preparing", BIT(STATE_STOP) | BIT(STATE_RENAME) | BIT(STATE_DELETE) | BIT(STATE_PIN)},
    {"running", BIT(STATE_STOP) | BIT(STATE_RESTART) | BIT(STATE_RESIZE) | BIT(STATE_RENAME) |
                    BIT(STATE_DELETE) | BIT(STATE_MOVE) | BIT(STATE_PIN)},
    {"stopped", BIT(STATE_START) | BIT(STATE_RESIZE) | BIT(STATE_RENAME) | BIT(STATE_DELETE) |
                    BIT(STATE_MOVE) | BIT(STATE_PIN)},
    {"moving", BIT(STATE_RENAME) | BIT(STATE_DELETE) | BIT(STATE_PIN)},
    {"unreachable", BIT(STATE_RENAME) | BIT(STATE_DELETE)},
    {"failed", BIT(STATE_START) | BIT(STATE_STOP) | BIT(STATE_RESTART) | BIT(STATE_RESIZE) |
                   BIT(STATE_RENAME) | BIT(STATE_DELETE) | BIT(STATE_PIN)},
    {"deleting", 0},
};

unsigned state_actions(const struct nt_server_state *server, bool is_admin)
{
    unsigned actions = 0;
    for (size_t i = 0; i < NT_COUNT(table); i++)
        if (strcmp(table[i].state, server->state) == 0)
            actions = table[i].actions;
    if (server->move != NULL && nt_text_is(server->move->phase, "copying"))
        actions |= BIT(STATE_STOP) | BIT(STATE_RESTART) | BIT(STATE_RESIZE);
    if (!is_admin)
        actions &= ~BIT(STATE_MOVE);
    return actions;
}
