/* The seven state words of a server: what a person may do in each. Pure. */
#ifndef API_STATE_H
#define API_STATE_H

#include <nt/contract.h>

enum state_action {
    STATE_START,
    STATE_STOP,
    STATE_RESTART,
    STATE_RESIZE,
    STATE_RENAME,
    STATE_DELETE,
    STATE_MOVE, /* administrators only */
    STATE_PIN,
    STATE_ACTIONS,
};

extern const char *const state_action_names[STATE_ACTIONS];

/*
 * Bit i is set where action i may be asked for. A hint for pages: the balancer decides. A move in
 * its copying phase gives way to what the owner wants; later it is too late (DESIGN section 7).
 */
unsigned state_actions(const struct nt_server_state *server, bool is_admin);

#endif
