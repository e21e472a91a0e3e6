/* The rows of the fleet's tables, for fleet.c and fleet_read.c only. */
#ifndef BALANCER_FLEET_ROWS_H
#define BALANCER_FLEET_ROWS_H

#include <balancer/fleet.h>

void fleet_record_clear(struct fleet_record *record);                       /* now */
void fleet_record_retire(struct fleet *fleet, struct fleet_record *record); /* at the next settle */

/* Found or made. */
struct fleet_server *fleet_server_row(struct fleet *fleet, const char *id);
struct fleet_host *fleet_host_row(struct fleet *fleet, const char *id);
struct fleet_plan *fleet_plan_row(struct fleet *fleet, const char *id);

/* A server of which nothing is known any more leaves the table. */
void fleet_forget_if_empty(struct fleet *fleet, struct fleet_server *server);
void fleet_free_observed(struct fleet_observed *observed);
void fleet_drop_server_state(struct fleet *fleet, const char *id);
void fleet_drop_placement(struct fleet *fleet, const char *id);

/* Into (+1) or out of (-1) the sums of its hosts. */
void fleet_count_placement(struct fleet *fleet, const struct nt_placement *placement, int sign);

#endif
