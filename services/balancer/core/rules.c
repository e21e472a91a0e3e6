#include <balancer/rules.h>

#include <balancer/moves.h>
#include <balancer/placing.h>
#include <balancer/words.h>
#include <nt/text.h>

#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000, PAUSE_BASE_MS = 500 };

/* A copy of less tells how long it takes to begin one, not how fast bytes travel. */
static const int64_t MEASURED_MIN_BYTES = INT64_C(16) << 20;

static struct ruling fine(void)
{
    return (struct ruling){.verdict = RULES_FINE};
}

static struct ruling no(struct nt_reason reason)
{
    return (struct ruling){.verdict = RULES_NO, .reason = reason};
}

static bool asks(const struct nt_placement *placement)
{
    return nt_text_is(placement->spec.restart, "ask");
}

/* --- quiet hours ------------------------------------------------------------------------------ */

static int minute_of(const char *at)
{
    return ((at[0] - '0') * 10 + at[1] - '0') * 60 + (at[3] - '0') * 10 + at[4] - '0';
}

bool rules_is_quiet(const struct context *context, const struct nt_placement *placement,
                    int64_t load_ms)
{
    const char *hours = placement->quiet_hours;
    if (strlen(hours) != sizeof("HH:MM-HH:MM") - 1)
        return false;
    const int from = minute_of(hours), to = minute_of(hours + 6);
    const int now = context->local_minute(context->arg, load_ms);
    return from <= to ? now >= from && now < to : now >= from || now < to;
}

/* --- the copy --------------------------------------------------------------------------------- */

struct rules_copy rules_copy_of(const struct context *context, const struct fleet_server *server)
{
    const struct nt_placement *placement = fleet_placement(server);
    const struct nt_observed *observed = fleet_known(context->fleet, server, placement->host);
    if (observed == NULL || observed->writable_bytes < 0)
        return (struct rules_copy){.bytes = -1};
    double bytes_per_s = (double)context->policy->copy_bytes_per_s;
    /* The last pass of its last move is the best measure there is. */
    const struct nt_hand *hand = observed->hand;
    if (hand != NULL && hand->copy_ms > 0 && hand->bytes_total >= MEASURED_MIN_BYTES)
        bytes_per_s = (double)hand->bytes_total * 1000 / (double)hand->copy_ms;
    int64_t copy_ms = (int64_t)((double)observed->writable_bytes * 1000 / bytes_per_s);
    return (struct rules_copy){.bytes = observed->writable_bytes,
                               .pause_ms = PAUSE_BASE_MS + copy_ms};
}

/* --- what holds at any time ------------------------------------------------------------------- */

static const struct nt_placement *
asked_lately(const struct context *context, const struct nt_placement *placement, int64_t load_ms)
{
    FLEET_EACH_SERVER(context->fleet, other)
    {
        const struct nt_placement *theirs = fleet_placement(other);
        if (fleet_is_living(theirs) && asks(theirs) &&
            nt_text_is(theirs->owner, placement->owner) && theirs->moved_at_ms > 0 &&
            load_ms - theirs->moved_at_ms < DAY_MS)
            return theirs;
    }
    return NULL;
}

static struct ruling always(const struct context *context, struct nt_arena *arena,
                            const struct fleet_server *server, int64_t at_ms)
{
    const struct nt_placement *placement = fleet_placement(server);
    const struct nt_pool *pool = fleet_pool(context->fleet);
    const char *name = placement->name;
    if (placement->pinned_host != NULL)
        return no(reason_make(arena, "reject.pinned", "name", name, NULL));
    if (placement->never_move || nt_text_is(placement->spec.restart, "never"))
        return no(reason_make(arena, "reject.never", "name", name, NULL));
    if (placement->move != NULL)
        return no(reason_make(arena, "reject.moving", "name", name, NULL));
    if (!words_is_running(context->fleet, server))
        return no(reason_make(arena, "reject.not-running", "name", name, NULL));
    if (placement->not_before_ms > at_ms)
        return no(reason_make(arena, "reject.owner", "name", name, "not_before_ms",
                              reason_number(arena, placement->not_before_ms), NULL));
    if (placement->moved_at_ms > 0 && pool != NULL &&
        at_ms - placement->moved_at_ms < pool->cool_down_ms)
        return no(reason_make(arena, "reject.cool-down", "name", name, "moved_at_ms",
                              reason_number(arena, placement->moved_at_ms), NULL));
    const struct rules_copy copy = rules_copy_of(context, server);
    if (copy.bytes < 0)
        return no(reason_make(arena, "reject.size-unknown", "name", name, NULL));
    if (copy.pause_ms > context->policy->copy_pause_max_ms)
        return no(reason_make(arena, "reject.too-big", "name", name, "copy_bytes",
                              reason_number(arena, copy.bytes), "pause_ms",
                              reason_number(arena, copy.pause_ms), NULL));
    if (asks(placement)) {
        const struct nt_placement *other = asked_lately(context, placement, at_ms);
        if (other != NULL)
            return no(reason_make(arena, "reject.daily", "name", name, "moved", other->name, NULL));
    }
    return fine();
}

static bool is_busy(const struct context *context, const struct nt_placement *placement,
                    double milli)
{
    return milli > (double)placement->granted.cpu_milli * context->policy->busy_pct / 100;
}

/* Somebody is inside: nothing automatic touches it. */
static int open_sessions(const struct context *context, const struct fleet_server *server)
{
    const struct nt_observed *observed =
        fleet_known(context->fleet, server, fleet_placement(server)->host);
    return observed != NULL ? observed->terminals + observed->ssh_sessions : 0;
}

static struct ruling sessions(struct nt_arena *arena, const char *name, int count)
{
    return no(reason_make(arena, "reject.open-session", "name", name, "count",
                          reason_number(arena, count), NULL));
}

struct ruling rules_for_plan(const struct context *context, struct nt_arena *arena,
                             const struct fleet_server *server, int64_t cutover_at_ms, bool is_now,
                             double expected_milli)
{
    const struct nt_placement *placement = fleet_placement(server);
    struct ruling ruling = always(context, arena, server, cutover_at_ms);
    if (ruling.verdict != RULES_FINE)
        return ruling;
    int count = open_sessions(context, server);
    if (is_now && count > 0)
        return sessions(arena, placement->name, count);
    if (asks(placement) && is_busy(context, placement, expected_milli) &&
        !rules_is_quiet(context, placement, cutover_at_ms))
        return (struct ruling){
            .verdict = RULES_CONSENT,
            .reason = reason_make(arena, "reject.busy", "name", placement->name, NULL)};
    return fine();
}

struct ruling rules_for_start(const struct context *context, struct nt_arena *arena,
                              const struct fleet_server *server, const char *to, bool has_consent)
{
    const struct nt_placement *placement = fleet_placement(server);
    const struct nt_pool *pool = fleet_pool(context->fleet);
    struct ruling ruling = always(context, arena, server, context->load_ms);
    if (ruling.verdict != RULES_FINE)
        return ruling;
    int count = open_sessions(context, server);
    if (count > 0)
        return sessions(arena, placement->name, count);
    if (asks(placement) && !has_consent &&
        is_busy(context, placement, server->load_at_ms > 0 ? server->load[FLEET_CPU] : 0) &&
        !rules_is_quiet(context, placement, context->load_ms))
        return no(reason_make(arena, "reject.busy", "name", placement->name, NULL));
    if (pool != NULL && moves_in_last_hour(context) >= pool->moves_per_hour)
        return no(reason_make(arena, "reject.budget", "count",
                              reason_number(arena, pool->moves_per_hour), NULL));
    const struct nt_placement *other = fleet_owner_moving(context->fleet, placement->owner);
    if (other != NULL)
        return no(reason_make(arena, "reject.person-moving", "name", placement->name, "moving",
                              other->name, NULL));
    if (placing_target(context, placement, fleet_find_host(context->fleet, to)) != NULL)
        return no(reason_make(arena, "reject.target", "name", placement->name, "to", to, NULL));
    return fine();
}
