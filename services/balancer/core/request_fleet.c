/* What administrators say about hosts and the pool. */
#include "request.h"

#include <balancer/moves.h>
#include <nt/text.h>

static struct nt_host edit_host(struct request *request)
{
    struct nt_host host = *fleet_host_record(request->host);
    host.revision++;
    host.at_ms = request->context->wall_ms;
    return host;
}

static void write_host(struct request *request, const struct nt_host *host)
{
    answer_ok(&request->answer);
    request->revision = host->revision;
    effects_host(request->effects, host);
}

/* Moves to or from a host whose state changed may have to end now. */
static void step_moves_of(struct request *request, const char *host)
{
    FLEET_EACH_SERVER(request->context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement != NULL && placement->move != NULL &&
            (nt_text_is(placement->move->to, host) || nt_text_is(placement->move->from, host)))
            moves_step(request->context, request->effects, server->id);
    }
}

static bool read_switch(struct request *request, const char *field, bool *ret_on)
{
    const char *word = request->wish->word;
    if (!nt_text_is(word, "on") && !nt_text_is(word, "off")) {
        request_invalid(request, field);
        return false;
    }
    *ret_on = nt_text_is(word, "on");
    return true;
}

void request_role(struct request *request)
{
    const char *word = request->wish->word;
    if (!nt_text_is(word, "active") && !nt_text_is(word, "spare")) {
        request_invalid(request, "role");
        return;
    }
    struct nt_host host = edit_host(request);
    host.role = word;
    write_host(request, &host);
}

void request_cordon(struct request *request)
{
    struct nt_host host = edit_host(request);
    if (!read_switch(request, "cordon", &host.cordon))
        return;
    write_host(request, &host);
    step_moves_of(request, host.host);
}

void request_drain(struct request *request)
{
    struct nt_host host = edit_host(request);
    if (!read_switch(request, "drain", &host.drain))
        return;
    write_host(request, &host);
    step_moves_of(request, host.host);
}

/* A target that will never return: the source takes its server back under a new generation, which
 * the forgotten host may never start again. */
static void take_back(struct request *request, const struct fleet_server *server)
{
    struct nt_placement placement =
        edit_begin(request->context, fleet_placement(server), request->wish->id);
    moves_abort_in(request->context, request->effects, &placement, "move.aborted-forgotten");
    placement.generation++;
    effects_placement(request->effects, &placement);
    state_refresh(request->context, request->effects, server->id);
}

void request_forget_host(struct request *request)
{
    struct nt_host host = edit_host(request);
    host.quarantined = true;
    write_host(request, &host);
    FLEET_EACH_SERVER(request->context->fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (placement == NULL || placement->move == NULL ||
            !nt_text_is(placement->move->to, host.host))
            continue;
        if (nt_text_is(placement->move->phase, "cutover") ||
            nt_text_is(placement->move->phase, "recalled"))
            take_back(request, server);
        else
            moves_step(request->context, request->effects, server->id);
    }
}

void request_mode(struct request *request)
{
    const char *word = request->wish->word;
    const struct nt_pool *old = fleet_pool(request->context->fleet);
    if (old == NULL || (!nt_text_is(word, "off") && !nt_text_is(word, "suggest") &&
                        !nt_text_is(word, "automatic"))) {
        answer_refuse(&request->answer, "mode-wrong");
        return;
    }
    answer_ok(&request->answer);
    if (nt_text_is(old->mode, word))
        return;
    struct nt_pool pool = *old;
    pool.mode = word;
    pool.revision++;
    pool.at_ms = request->context->wall_ms;
    request->revision = pool.revision;
    effects_pool(request->effects, &pool);
}
