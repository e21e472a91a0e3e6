/* One wish being decided; for the files of requests only. */
#ifndef BALANCER_REQUEST_H
#define BALANCER_REQUEST_H

#include "edit.h"

#include <balancer/answer.h>
#include <balancer/context.h>
#include <balancer/state.h>

struct request {
    const struct context *context;
    struct effects *effects;
    const struct nt_wish *wish;
    const struct fleet_server *server; /* of ops about a server that exists */
    const struct nt_placement *placement;
    const struct fleet_host *host; /* of ops about a host */
    struct answer answer;
    int64_t generation; /* for the outcome */
    int64_t revision;
};

/* Write the placement and the server's state; accepted. */
void request_write(struct request *request, const struct nt_placement *placement);

/* The present one, ready to be changed; in copying, abort_why (may be NULL)
 * ends the move with this reason. */
struct nt_placement request_placement(struct request *request, const char *abort_why);

void request_refuse_no_room(struct request *request, const struct nt_resources *asked,
                            const struct nt_resources *largest);
void request_invalid(struct request *request, const char *field);

/* One function for each op; each either accepts or refuses in request->answer. */
void request_create(struct request *request);
void request_adopt(struct request *request);
void request_resize(struct request *request);
void request_start(struct request *request);
void request_stop(struct request *request);
void request_restart(struct request *request);
void request_rename(struct request *request);
void request_delete(struct request *request);
void request_pin(struct request *request);
void request_quiet_hours(struct request *request);
void request_move(struct request *request);
void request_stay(struct request *request);
void request_defer(struct request *request);
void request_consent(struct request *request);
void request_edge_holding(struct request *request);
void request_role(struct request *request);
void request_cordon(struct request *request);
void request_drain(struct request *request);
void request_forget_host(struct request *request);
void request_mode(struct request *request);

#endif
