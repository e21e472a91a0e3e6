/* move, and what owners say about moves: stay, defer, consent; and the edge's edge-holding. */
#include "request.h"

#include <balancer/moves.h>
#include <balancer/placing.h>
#include <balancer/plan.h>
#include <balancer/words.h>
#include <nt/text.h>

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };
static const int64_t DEFER_MAX_MS = INT64_C(7) * DAY_MS;

static void refuse_moving(struct request *request, const struct nt_placement *placement)
{
    answer_refuse(&request->answer, "moving");
    answer_text(&request->answer, "name", placement->name);
    answer_text(&request->answer, "to", placement->move->to);
}

static void refuse_target(struct request *request, const char *code, const char *host)
{
    if (nt_text_is(code, "no-room")) {
        const struct nt_resources none = {0};
        request_refuse_no_room(request, &request->placement->granted, &none);
        return;
    }
    answer_refuse(&request->answer, code);
    answer_text(&request->answer, "host", host);
}

/* What a plan suggested and a person now does is that plan's move: it is applied, and judged. */
static void take_from_plan(struct request *request, struct moves_start *start)
{
    struct nt_arena *arena = request->effects->arena;
    const char *plan = NULL;
    const struct nt_planned_move *move =
        plan_waiting_move(request->context->fleet, start->server, start->to, &plan);
    if (move == NULL)
        return;
    start->id = nt_arena_text(arena, move->move);
    start->plan = nt_arena_text(arena, plan);
    plan_note_move(request->context, request->effects, start->plan, start->id, "started");
}

/* A person's move works in every mode; only what cannot be done is refused. */
void request_move(struct request *request)
{
    const struct context *context = request->context;
    const struct nt_wish *wish = request->wish;
    const struct nt_placement *placement = request->placement;
    const struct nt_placement *other = fleet_owner_moving(context->fleet, placement->owner);
    if (other != NULL) {
        refuse_moving(request, other);
        return;
    }
    if (placement->pinned_host != NULL) {
        answer_refuse(&request->answer, "pinned");
        answer_text(&request->answer, "name", placement->name);
        return;
    }
    if (!words_is_running(context->fleet, request->server)) {
        answer_refuse(&request->answer, "state-wrong");
        answer_text(&request->answer, "name", placement->name);
        return;
    }
    const struct fleet_host *to = wish->to != NULL ? fleet_find_host(context->fleet, wish->to)
                                                   : placing_best_target(context, placement);
    const char *code =
        wish->to == NULL && to == NULL ? "no-room" : placing_target(context, placement, to);
    if (code != NULL) {
        refuse_target(request, code, wish->to != NULL ? wish->to : "");
        return;
    }
    int64_t cutover_at_ms = wish->at_load_ms.is_set ? wish->at_load_ms.value : 0;
    if (cutover_at_ms > context->load_ms + DAY_MS) {
        request_invalid(request, "at_ms");
        return;
    }
    answer_ok(&request->answer);
    answer_text(&request->answer, "to", to->id);
    struct moves_start start = {
        .server = placement->server,
        .to = to->id,
        .request = wish->id,
        .cutover_at_ms = cutover_at_ms > context->load_ms ? cutover_at_ms : 0,
        .reason = reason_make(request->effects->arena, "move.asked", "name", placement->name,
                              "from", placement->host, "to", to->id, NULL),
    };
    take_from_plan(request, &start);
    plan_drop_moves(context, request->effects, placement->server, NULL);
    moves_begin(context, request->effects, &start);
    request->revision = fleet_placement(request->server)->revision;
}

/* No automatic move before that load time; planned ones are dropped, one that copies ends. */
static void not_before(struct request *request, int64_t load_ms, const char *why)
{
    const struct nt_placement *old = request->placement;
    const bool is_ours =
        old->move != NULL && old->move->plan != NULL && !nt_text_is(old->move->why, "move.asked");
    answer_ok(&request->answer);
    plan_drop_moves(request->context, request->effects, old->server, request->wish->move);
    struct nt_placement placement = request_placement(request, is_ours ? why : NULL);
    placement.not_before_ms = load_ms;
    request_write(request, &placement);
}

void request_stay(struct request *request)
{
    not_before(request, request->context->load_ms + DAY_MS, "move.aborted-stay");
}

void request_defer(struct request *request)
{
    const int64_t now = request->context->load_ms;
    const struct nt_wish *wish = request->wish;
    int64_t until = wish->at_load_ms.is_set ? wish->at_load_ms.value : now + HOUR_MS;
    if (until <= now || until > now + DEFER_MAX_MS) {
        request_invalid(request, "at_ms");
        return;
    }
    not_before(request, until, "move.aborted-defer");
}

void request_consent(struct request *request)
{
    if (plan_consent(request->context, request->effects, request->placement->server,
                     request->wish->move)) {
        answer_ok(&request->answer);
        return;
    }
    answer_refuse(&request->answer, "state-wrong");
    answer_text(&request->answer, "name", request->placement->name);
}

void request_edge_holding(struct request *request)
{
    const struct nt_wish *wish = request->wish;
    if (moves_edge_holds(request->context, request->effects, request->placement->server,
                         wish->move != NULL ? wish->move : "", wish->id)) {
        answer_ok(&request->answer);
        request->revision = fleet_placement(request->server)->revision;
        return;
    }
    answer_refuse(&request->answer, "state-wrong");
    answer_text(&request->answer, "name", request->placement->name);
}
