/* Terminals of servers, and their clients. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "fleet.h"

enum { TERMINAL_ROUTES = 1 };
void terminal_routes(struct fleet *fleet, struct nt_route routes[TERMINAL_ROUTES]);

int32_t terminal_count(const struct server *server); /* those that have not ended */

/* At the end of the process: shells are hung up, clients told. What Docker and the kernel still owe
 * an answer comes back with nt_http_close() and the loop's last turns. */
void terminal_shut(struct fleet *fleet);

#endif
