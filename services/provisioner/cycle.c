/* The cycle of one server: look at Docker, reconcile, act, look again. */
#include "fleet.h"

#include <nt/arena.h>
#include <nt/clock.h>
#include <nt/log.h>
#include <nt/text.h>

enum {
    BUSY_MAX = 16, /* servers in the middle of a step at a time; the others wait */
    FAIL_MIN_MS = 250,
    FAIL_MAX_MS = 30000,
};

void server_touch(struct server *server)
{
    struct fleet *fleet = server->fleet;
    if (server->is_busy) {
        server->is_dirty = true;
        return;
    }
    if (server->is_queued || fleet->is_closing)
        return;
    server->is_queued = true;
    server->next_queued = NULL;
    *fleet->queue_end = server;
    fleet->queue_end = &server->next_queued;
    fleet_turn(fleet);
}

static void end_cycle(struct server *server, bool again)
{
    struct fleet *fleet = server->fleet;
    server->is_busy = false;
    fleet->busy_count--;
    nt_arena_reset(&server->step_arena);
    again |= server->is_dirty;
    server->is_dirty = false;
    if (again)
        server_touch(server);
    else
        fleet_turn(fleet);
}

void server_fault(struct server *server, const char *code, const char *message)
{
    (void)snprintf(server->fault_message, sizeof(server->fault_message), "%s", message);
    server->fault = (struct nt_fault){
        .code = (char *)code, .message = server->fault_message, .at_ms = nt_wall_ms()};
    server->has_fault = true;
}

static const char *const act_words[] = {
    [ACT_NONE] = "none",     [ACT_WAIT] = "wait",     [ACT_CREATE] = "create",
    [ACT_UPDATE] = "update", [ACT_START] = "start",   [ACT_STOP] = "stop",
    [ACT_RENAME] = "rename", [ACT_REMOVE] = "remove", [ACT_MARK] = "mark",
    [ACT_COPY] = "copy",     [ACT_FINISH] = "finish", [ACT_AWAIT_READY] = "await-ready",
    [ACT_SWEEP] = "sweep",
};

static const char *fault_code(const struct server *server, const struct nt_error *err)
{
    if (!docker_is_up(server->fleet->docker))
        return "docker-gone";
    switch (server->step.act) {
    case ACT_CREATE:
        return err->code == -ENOENT   ? "image-missing"
               : err->code == -EINVAL ? "options-refused"
                                      : "start-failed";
    case ACT_COPY:
    case ACT_FINISH:
        return "copy-failed";
    default:
        return "start-failed";
    }
}

void server_done(struct server *server, const struct nt_error *err)
{
    struct fleet *fleet = server->fleet;
    nt_log_set_trace(server->traceparent);
    bool is_cancelled = err->code == -ECANCELED;
    if (err->code == 0) {
        nt_log(NT_INFO, "step_done", NT_KV("server", server->id),
               NT_KV("step", act_words[server->step.act]), NT_KV("why", server->step.why));
        server->fail_count = 0;
        server->not_before_ms = 0;
    } else if (!is_cancelled) {
        int64_t pause_ms = (int64_t)FAIL_MIN_MS
                           << (server->fail_count > 7 ? 7 : server->fail_count);
        pause_ms = pause_ms < FAIL_MAX_MS ? pause_ms : FAIL_MAX_MS;
        server->fail_count++;
        server->not_before_ms = nt_wall_ms() + pause_ms;
        server->wake_at_ms = server->not_before_ms;
        server_fault(server, fault_code(server, err), err->message);
        nt_metric_add(fleet->failures, 1);
        nt_log(NT_WARN, "step_failed", NT_KV("server", server->id),
               NT_KV("step", act_words[server->step.act]), NT_KV("why", server->step.why),
               NT_KV("reason", err->message), NT_KV("again_in_ms", pause_ms));
        if (!fleet->is_closing)
            server_tell(server);
    }
    nt_log_set_trace(NULL);
    end_cycle(server, err->code == 0 || is_cancelled);
}

/* Nothing to do now: say what is, and remember when to come back. */
static void settle(struct server *server, const struct step *step)
{
    server->wake_at_ms = step->act == ACT_WAIT ? step->until_ms : 0;
    server->acted_revision = server->placement == NULL ? 0 : server->placement->revision;
    if (step->fault != NULL) {
        if (!server->has_fault || !nt_text_is(server->fault.code, step->fault))
            server_fault(server, step->fault, step->why);
    } else {
        server->has_fault = false;
    }
    server_rate(server);
    server_tell(server);
    end_cycle(server, false);
}

static void evaluate(struct server *server)
{
    struct world world;
    server_world(server, &world);
    nt_arena_reset(&server->step_arena);
    struct step step = reconcile(&server->step_arena, &world);
    if (step.act == ACT_NONE || step.act == ACT_WAIT) {
        settle(server, &step);
        return;
    }
    if (world.now_ms < server->not_before_ms) {
        server->wake_at_ms = server->not_before_ms;
        server_tell(server);
        end_cycle(server, false);
        return;
    }
    server->wake_at_ms = 0;
    server->step = step;
    server_tell(server);
    nt_metric_add(server->fleet->steps, 1);
    server_act(server);
}

void server_keep_seen(struct server *server, const struct seen *seen, size_t count)
{
    nt_arena_reset(&server->seen_arena);
    struct nt_arena *arena = &server->seen_arena;
    server->seen = NT_ARRAY(arena, count, struct seen);
    server->seen_count = count;
    for (size_t i = 0; i < count; i++)
        seen_copy(arena, &server->seen[i], &seen[i]);
}

static void on_look(void *arg, const struct seen *seen, size_t count, const struct nt_error *err)
{
    struct server *server = arg;
    if (err->code != 0) {
        if (err->code != -ECANCELED)
            nt_log(NT_WARN, "look_failed", NT_KV("server", server->id),
                   NT_KV("reason", err->message));
        server->wake_at_ms = nt_wall_ms() + 1000;
        end_cycle(server, false);
        return;
    }
    server_keep_seen(server, seen, count);
    if (count > 0)
        server->is_swept = false;
    nt_log_set_trace(server->traceparent);
    evaluate(server);
    nt_log_set_trace(NULL);
}

bool fleet_may_act(const struct fleet *fleet)
{
    return fleet->has_begun && fleet->is_engine_right && !fleet->is_closing &&
           docker_is_up(fleet->docker);
}

void fleet_turn(struct fleet *fleet)
{
    while (fleet_may_act(fleet) && fleet->queue != NULL && fleet->busy_count < BUSY_MAX) {
        struct server *server = fleet->queue;
        fleet->queue = server->next_queued;
        if (fleet->queue == NULL)
            fleet->queue_end = &fleet->queue;
        server->is_queued = false;
        server->is_busy = true;
        fleet->busy_count++;
        docker_look(fleet->docker, server->id, on_look, server);
    }
}
