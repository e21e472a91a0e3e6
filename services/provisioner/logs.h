/* The output of servers, line by line. */
#ifndef LOGS_H
#define LOGS_H

#include "fleet.h"

enum { LOGS_ROUTES = 1 };
void logs_routes(struct fleet *fleet, struct nt_route routes[LOGS_ROUTES]);

#endif
