#include <balancer/requests.h>

#include "request.h"

#include <balancer/moves.h>
#include <nt/text.h>

/* What an op is about. */
enum about { ABOUT_NEW, ABOUT_SERVER, ABOUT_HOST, ABOUT_POOL };

/* What an op does while the server moves (DESIGN section 7). */
enum while_moving {
    MOVING_FINE,   /* in every phase */
    MOVING_COPIES, /* in copying only; later it is answered with 409 moving */
};

static const struct op {
    const char *name;
    enum about about;
    enum while_moving while_moving;
    bool admin_only;
    bool needs_host_heard; /* refused while the server's host is unreachable */
    void (*decide)(struct request *request);
} ops[] = {
    {"create", ABOUT_NEW, MOVING_FINE, false, false, request_create},
    {"adopt", ABOUT_NEW, MOVING_FINE, true, false, request_adopt},
    {"resize", ABOUT_SERVER, MOVING_COPIES, false, true, request_resize},
    {"start", ABOUT_SERVER, MOVING_COPIES, false, true, request_start},
    {"stop", ABOUT_SERVER, MOVING_COPIES, false, true, request_stop},
    {"restart", ABOUT_SERVER, MOVING_COPIES, false, true, request_restart},
    {"rename", ABOUT_SERVER, MOVING_FINE, false, false, request_rename},
    {"delete", ABOUT_SERVER, MOVING_FINE, false, false, request_delete},
    {"pin", ABOUT_SERVER, MOVING_COPIES, false, false, request_pin},
    {"quiet-hours", ABOUT_SERVER, MOVING_FINE, false, false, request_quiet_hours},
    {"move", ABOUT_SERVER, MOVING_FINE, false, true, request_move},
    {"stay", ABOUT_SERVER, MOVING_COPIES, false, false, request_stay},
    {"defer", ABOUT_SERVER, MOVING_COPIES, false, false, request_defer},
    {"consent", ABOUT_SERVER, MOVING_FINE, false, false, request_consent},
    {"edge-holding", ABOUT_SERVER, MOVING_FINE, false, false, request_edge_holding},
    {"role", ABOUT_HOST, MOVING_FINE, true, false, request_role},
    {"cordon", ABOUT_HOST, MOVING_FINE, true, false, request_cordon},
    {"drain", ABOUT_HOST, MOVING_FINE, true, false, request_drain},
    {"forget-host", ABOUT_HOST, MOVING_FINE, true, false, request_forget_host},
    {"mode", ABOUT_POOL, MOVING_FINE, true, false, request_mode},
};

/* --- helpers for the ops ---------------------------------------------------------------------- */

void request_invalid(struct request *request, const char *field)
{
    answer_refuse(&request->answer, "invalid-request");
    answer_text(&request->answer, "field", field);
}

void request_refuse_no_room(struct request *request, const struct nt_resources *asked,
                            const struct nt_resources *largest)
{
    struct answer *answer = &request->answer;
    answer_refuse(answer, "no-room");
    answer_number(answer, "cpu_milli", asked->cpu_milli);
    answer_number(answer, "mem_bytes", asked->mem_bytes);
    answer_number(answer, "largest_cpu_milli", largest->cpu_milli);
    answer_number(answer, "largest_mem_bytes", largest->mem_bytes);
}

struct nt_placement request_placement(struct request *request, const char *abort_why)
{
    struct nt_placement placement =
        edit_begin(request->context, request->placement, request->wish->id);
    if (abort_why != NULL && placement.move != NULL && nt_text_is(placement.move->phase, "copying"))
        moves_abort_in(request->context, request->effects, &placement, abort_why);
    return placement;
}

void request_write(struct request *request, const struct nt_placement *placement)
{
    effects_placement(request->effects, placement);
    state_refresh(request->context, request->effects, placement->server);
    request->generation = placement->generation;
    request->revision = placement->revision;
}

/* --- checks that ops share -------------------------------------------------------------------- */

static bool check_revision(struct request *request, int64_t revision)
{
    request->revision = revision;
    if (!request->wish->revision.is_set || request->wish->revision.value == revision)
        return true;
    answer_refuse(&request->answer, "revision-changed");
    answer_number(&request->answer, "revision", revision);
    return false;
}

static bool check_server(struct request *request, const struct op *op)
{
    const struct nt_wish *wish = request->wish;
    request->server = fleet_find_server(request->context->fleet, wish->server);
    request->placement = fleet_placement(request->server);
    const struct nt_placement *placement = request->placement;
    if (!fleet_is_living(placement) ||
        (!wish->admin && !nt_text_is(placement->owner, wish->actor))) {
        answer_refuse(&request->answer, "not-found");
        return false;
    }
    request->generation = placement->generation;
    if (!check_revision(request, placement->revision))
        return false;
    if (placement->move != NULL && op->while_moving == MOVING_COPIES &&
        !nt_text_is(placement->move->phase, "copying")) {
        answer_refuse(&request->answer, "moving");
        answer_text(&request->answer, "name", placement->name);
        answer_text(&request->answer, "to", placement->move->to);
        return false;
    }
    const struct fleet_host *host = fleet_find_host(request->context->fleet, placement->host);
    if (op->needs_host_heard && host != NULL && host->reach == FLEET_UNREACHABLE) {
        answer_refuse(&request->answer, "unreachable");
        answer_text(&request->answer, "name", placement->name);
        answer_text(&request->answer, "host", placement->host);
        return false;
    }
    return true;
}

static bool check_host(struct request *request)
{
    const char *id = request->wish->host;
    request->host = fleet_find_host(request->context->fleet, id);
    const struct nt_host *record = fleet_host_record(request->host);
    if (record == NULL) {
        answer_refuse(&request->answer, "host-unknown");
        answer_text(&request->answer, "host", id != NULL ? id : "");
        return false;
    }
    return check_revision(request, record->revision);
}

static bool check_pool(struct request *request)
{
    const struct nt_pool *pool = fleet_pool(request->context->fleet);
    return check_revision(request, pool != NULL ? pool->revision : 0);
}

static bool check(struct request *request, const struct op *op)
{
    if (op->admin_only && !request->wish->admin) {
        answer_refuse(&request->answer, "administrator-only");
        return false;
    }
    switch (op->about) {
    case ABOUT_SERVER:
        return check_server(request, op);
    case ABOUT_HOST:
        return check_host(request);
    case ABOUT_POOL:
        return check_pool(request);
    case ABOUT_NEW:
        break;
    }
    return true;
}

static void decide(struct request *request)
{
    if (request->context->wall_ms - request->wish->at_ms >= REQUESTS_EXPIRE_MS) {
        answer_refuse(&request->answer, "expired");
        return;
    }
    for (size_t i = 0; i < NT_COUNT(ops); i++) {
        if (!nt_text_is(ops[i].name, request->wish->op))
            continue;
        if (check(request, &ops[i]))
            ops[i].decide(request);
        return;
    }
    request_invalid(request, "op");
}

/* --- the outcome ------------------------------------------------------------------------------ */

static void write_outcome(struct request *request)
{
    const struct nt_wish *wish = request->wish;
    struct answer *answer = &request->answer;
    effects_outcome(request->effects, &(struct nt_outcome){
                                          .request = wish->id,
                                          .op = wish->op,
                                          .actor = wish->actor,
                                          .server = wish->server,
                                          .host = wish->host,
                                          .accepted = answer->is_accepted,
                                          .code = answer->code,
                                          .params = answer->params,
                                          .params_count = answer->params_count,
                                          .generation = request->generation,
                                          .revision = request->revision,
                                          .at_ms = request->context->wall_ms,
                                      });
}

bool requests_decide(const struct context *context, struct outcomes *outcomes,
                     const struct nt_wish *wish, struct effects *effects)
{
    if (outcomes_find(outcomes, wish->id, context->wall_ms).len > 0)
        return false;
    struct request request = {
        .context = context,
        .effects = effects,
        .wish = wish,
        .answer = {.arena = effects->arena},
    };
    answer_refuse(&request.answer, "internal");
    decide(&request);
    write_outcome(&request);
    const struct effect *outcome = &effects->items[effects->count - 1];
    outcomes_put(outcomes, wish->id, outcome->value, context->wall_ms);
    return true;
}
