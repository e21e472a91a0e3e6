/* Servers: which there are, how they are, and what their owner may do with them. */
#include "step.h"

#include <nt/text.h>
#include <string.h>

#define SERVERS "/api/v1/servers"

/* --- lists ----------------------------------------------------------------------------------- */

static const char *address_of(const struct run *run, const json_t *server)
{
    const json_t *address = json_object_get(server, "address");
    const json_t *ssh = json_object_get(address, "ssh");
    const json_t *tcp = json_array_get(json_object_get(address, "tcp"), 0);
    if (text_at(address, "url") != NULL)
        return text_at(address, "url");
    if (text_at(ssh, "command") != NULL)
        return text_at(ssh, "command");
    if (tcp == NULL)
        return NULL;
    return nt_arena_printf(run->say.arena, "%s:%.0f", text_at(tcp, "host"), number_at(tcp, "port"));
}

static const char *size_of(const struct run *run, const json_t *server)
{
    const char *size = text_at(server, "size");
    return size != NULL ? say_word(&run->say, "size", size)
                        : step_resources(run, json_object_get(server, "requested"));
}

static const char *load_of(const struct run *run, const json_t *of, const char *name)
{
    const json_t *load = json_object_get(of, "load");
    return json_is_object(load) ? say_percent(&run->say, number_at(load, name)) : NULL;
}

static void list_servers(struct run *run, bool is_all)
{
    struct grid grid;
    grid_init(&grid, &run->arena, is_all ? "lllrrlll" : "llrrll");
    static const char *const mine[] = {"name", "state", "cpu", "memory", "size", "address", NULL};
    static const char *const all[] = {"name", "owner", "state",   "cpu", "memory",
                                      "size", "host",  "address", NULL};
    for (const char *const *head = is_all ? all : mine; *head != NULL; head++)
        grid_add(&grid, step_head(run, *head));
    size_t index = 0;
    json_t *server = NULL;
    json_array_foreach(run->items, index, server)
    {
        grid_add(&grid, text_at(server, "name"));
        if (is_all)
            grid_add(&grid, text_at(server, "owner_name"));
        grid_add(&grid, say_word(&run->say, "state", text_at(server, "state")));
        grid_add(&grid, load_of(run, server, "cpu_pct"));
        grid_add(&grid, load_of(run, server, "mem_pct"));
        grid_add(&grid, size_of(run, server));
        if (is_all)
            grid_add(&grid, text_at(server, "host"));
        grid_add(&grid, address_of(run, server));
    }
    step_grid(run, &grid);
}

void steps_servers(struct run *run)
{
    bool is_all = command_option(run->command, "--all") != NULL;
    if (!step_listed(run, is_all ? SERVERS "?owner=all" : SERVERS))
        return;
    if (json_array_size(run->items) == 0)
        step_say(run, "servers.none", NULL);
    else
        list_servers(run, is_all);
    step_done(run);
}

void steps_templates(struct run *run)
{
    if (!step_got(run, "/api/v1/templates"))
        return;
    const char *language = run->options.language == NT_LANGUAGE_KO ? "ko" : "en";
    struct grid grid;
    grid_init(&grid, &run->arena, "lll");
    grid_add(&grid, step_head(run, "template"));
    grid_add(&grid, step_head(run, "title"));
    grid_add(&grid, step_head(run, "about"));
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(json_object_get(run->answer, "templates"), index, each)
    {
        grid_add(&grid, text_at(each, "template"));
        grid_add(&grid, text_at(json_object_get(each, "title"), language));
        grid_add(&grid, text_at(json_object_get(each, "summary"), language));
    }
    step_grid(run, &grid);
    step_done(run);
}

/* --- one ------------------------------------------------------------------------------------- */

static void row(struct run *run, struct grid *grid, const char *head, const char *cell)
{
    if (cell == NULL || cell[0] == '\0')
        return;
    grid_add(grid, step_head(run, head));
    grid_add(grid, cell);
}

static const char *fault_of(const struct run *run, const json_t *server)
{
    const json_t *fault = json_object_get(server, "fault");
    return json_is_object(fault) ? text_at(fault, "message")
                                 : say_message(&run->say, json_object_get(server, "reason"));
}

/* What is planned or under way, in the page's words. */
static const char *move_of(const struct run *run, const json_t *server)
{
    const json_t *move = json_object_get(server, "move");
    if (!json_is_object(move))
        move = json_object_get(server, "planned_move");
    if (!json_is_object(move))
        return NULL;
    const char *phase = text_at(move, "phase");
    json_t *params =
        json_pack("{s:s, s:s, s:s, s:o}", "from", text_at(move, "from"), "to", text_at(move, "to"),
                  "phase", phase, "at_ms", json_real(number_at(move, "cutover_at_ms")));
    const char *text = say(&run->say, "server.move", params);
    json_decref(params);
    return text;
}

static void show_server(struct run *run)
{
    const json_t *server = run->server;
    const json_t *address = json_object_get(server, "address");
    struct grid grid;
    grid_init(&grid, &run->arena, "ll");
    row(run, &grid, "name", text_at(server, "name"));
    if (!nt_text_is(text_at(server, "title"), text_at(server, "name")))
        row(run, &grid, "title", text_at(server, "title"));
    row(run, &grid, "state", say_word(&run->say, "state", text_at(server, "state")));
    row(run, &grid, "reason", fault_of(run, server));
    row(run, &grid, "address", text_at(address, "url"));
    row(run, &grid, "ssh", text_at(json_object_get(address, "ssh"), "command"));
    row(run, &grid, "template", text_at(server, "template"));
    row(run, &grid, "host", text_at(server, "host"));
    row(run, &grid, "requested", step_resources(run, json_object_get(server, "requested")));
    row(run, &grid, "granted", step_resources(run, json_object_get(server, "granted")));
    row(run, &grid, "applied", step_resources(run, json_object_get(server, "applied")));
    row(run, &grid, "load", step_resources(run, json_object_get(server, "load")));
    row(run, &grid, "move", move_of(run, server));
    row(run, &grid, "since", say_stamp(&run->say, time_at(server, "since_ms")));
    step_grid(run, &grid);
}

void steps_stats(struct run *run)
{
    if (step_is_json(run, run->server))
        return;
    show_server(run);
    step_done(run);
}

void steps_access(struct run *run)
{
    if (!step_got(run, step_server_path(run, "/access")))
        return;
    struct grid grid;
    grid_init(&grid, &run->arena, "ll");
    row(run, &grid, "user", text_at(run->answer, "user"));
    row(run, &grid, "password", text_at(run->answer, "password"));
    step_grid(run, &grid);
    step_done(run);
}

void steps_shell(struct run *run)
{
    json_decref(run->answer);
    run->answer = json_incref(json_object_get(json_object_get(run->server, "address"), "ssh"));
    if (!json_is_object(run->answer))
        step_fail(run, VERB_REFUSED,
                  say_with(&run->say, "shell.none", "name", text_at(run->server, "name")));
    else
        step_local(run, RUN_LOCAL_SSH);
}

/* Followed by whoever has a screen that scrolls. */
void steps_logs(struct run *run)
{
    json_decref(run->answer);
    run->answer = json_incref(run->server);
    step_local(run, RUN_LOCAL_LOGS);
}

void steps_events(struct run *run)
{
    if (run->step++ == 0) {
        step_get(run, run->server == NULL ? "/api/v1/server-events?limit=50"
                                          : step_server_path(run, "/events?limit=50"));
        return;
    }
    const json_t *items = json_object_get(run->answer, "items");
    if (step_is_json(run, items))
        return;
    struct grid grid;
    grid_init(&grid, &run->arena, "ll");
    for (size_t i = json_array_size(items); i > 0; i--) {
        const json_t *event = json_array_get(items, i - 1);
        grid_add(&grid, say_stamp(&run->say, time_at(event, "at_ms")));
        grid_add(&grid, say_message(&run->say, json_object_get(event, "message")));
    }
    step_grid(run, &grid);
    step_done(run);
}

void steps_events_tail(struct run *run)
{
    step_local(run, RUN_LOCAL_TAIL);
}

/* --- changes --------------------------------------------------------------------------------- */

/* The decision's sentence, then the server as it is now. */
static void show_decided(struct run *run)
{
    const json_t *server = json_object_get(run->answer, "server");
    const char *sentence = say_message(&run->say, json_object_get(run->answer, "sentence"));
    if (json_is_object(server)) {
        json_decref(run->server);
        run->server = json_incref((json_t *)server);
    }
    if (sentence[0] != '\0' && !run->command->is_json)
        step_print(run, sentence);
}

static void show_end(struct run *run)
{
    const char *state = text_at(run->server, "state");
    bool has_failed = nt_text_is(state, "failed");
    if (!step_is_json(run, run->server)) {
        json_t *params =
            json_pack("{s:s, s:s}", "name", text_at(run->server, "name"), "state", state);
        step_say(run, "server.now", params);
        json_decref(params);
        const char *address = address_of(run, run->server);
        const char *fault = has_failed ? fault_of(run, run->server) : NULL;
        const char *move = move_of(run, run->server);
        if (move != NULL)
            step_print(run, move);
        if (has_failed && fault != NULL)
            step_print(run, fault);
        else if (address != NULL && nt_text_is(state, "running"))
            step_print(run, address);
        step_done(run);
    }
    if (has_failed)
        run->exit = VERB_REFUSED;
}

/* Ask for it, then look until the server rests. body is taken. */
static void change(struct run *run, const char *method, const char *more, json_t *body)
{
    switch (run->step++) {
    case 0:
        step_change(run, method, step_server_path(run, more), body);
        return;
    case 1:
        show_decided(run);
        step_settle(run);
        break;
    default:
        show_end(run);
    }
    json_decref(body);
}

void steps_start(struct run *run)
{
    change(run, "POST", "/start", NULL);
}

void steps_stop(struct run *run)
{
    run->wanted = "stopped";
    change(run, "POST", "/stop", NULL);
}

void steps_restart(struct run *run)
{
    change(run, "POST", "/restart", NULL);
}

void steps_resize(struct run *run)
{
    change(run, "POST", "/resize", json_pack("{s:s}", "size", run->command->args[1]));
}

void steps_rename(struct run *run)
{
    change(run, "PATCH", "", json_pack("{s:s}", "title", run->command->args[1]));
}

void steps_pin(struct run *run)
{
    change(run, "POST", "/pin", json_pack("{s:b}", "pinned", 1));
}

void steps_unpin(struct run *run)
{
    change(run, "POST", "/pin", json_pack("{s:b}", "pinned", 0));
}

void steps_stay(struct run *run)
{
    change(run, "POST", "/stay", NULL);
}

void steps_consent(struct run *run)
{
    change(run, "POST", "/consent", NULL);
}

/* Moments are load time, which is the pool's. */
static bool read_moment(struct run *run, const char *text, int64_t *ret_at_ms)
{
    if (step_moment(run, text, ret_at_ms) == 0)
        return true;
    step_fail(run, VERB_USAGE, say_with(&run->say, "usage.moment", "word", text));
    return false;
}

static void pool_time(struct run *run)
{
    if (number_at(run->answer, "now_ms") > 0)
        run->say.now_ms = time_at(run->answer, "now_ms");
}

void steps_defer(struct run *run)
{
    int64_t until_ms = 0;
    if (run->step == 0) {
        run->step++;
        step_get(run, "/api/v1/pool");
        return;
    }
    if (run->step == 1) {
        pool_time(run);
        if (!read_moment(run, run->command->args[1], &until_ms))
            return;
        run->step++;
        step_change(run, "POST", step_server_path(run, "/defer"),
                    json_pack("{s:I}", "until_ms", (json_int_t)until_ms));
        return;
    }
    show_decided(run);
    show_end(run);
}

void steps_move(struct run *run)
{
    const char *at = command_option(run->command, "--at");
    int64_t at_ms = 0;
    switch (run->step++) {
    case 0:
        step_get(run, "/api/v1/pool");
        return;
    case 1: {
        pool_time(run);
        json_t *body = json_pack("{s:s}", "host", run->command->args[1]);
        if (at != NULL && !read_moment(run, at, &at_ms)) {
            json_decref(body);
            return;
        }
        if (at != NULL)
            (void)json_object_set_new(body, "at_ms", json_integer(at_ms));
        step_change(run, "POST", step_server_path(run, "/move"), body);
        return;
    }
    case 2:
        show_decided(run);
        step_settle(run);
        return;
    default:
        show_end(run);
    }
}

/* --- new and gone ---------------------------------------------------------------------------- */

static json_t *wanted_server(const struct run *run)
{
    const char *size = command_option(run->command, "--size");
    const char *title = command_option(run->command, "--title");
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "name", command_option(run->command, "--name"), "template",
                  run->command->args[0], "size", size == NULL ? "small" : size);
    if (title != NULL)
        (void)json_object_set_new(body, "title", json_string(title));
    return body;
}

void steps_new(struct run *run)
{
    switch (run->step++) {
    case 0:
        if (command_option(run->command, "--name") == NULL)
            step_fail(run, VERB_USAGE, say_with(&run->say, "usage.missing", "word", "--name NAME"));
        else
            step_change(run, "POST", SERVERS, wanted_server(run));
        break;
    case 1:
        show_decided(run);
        if (run->server == NULL) /* decided as a task: found by its name */
            step_list(run, SERVERS);
        else
            step_settle(run);
        break;
    case 2: {
        size_t index = 0;
        json_t *server = NULL;
        bool is_listed = run->server == NULL;
        json_array_foreach(run->items, index, server)
        {
            if (is_listed &&
                nt_text_is(text_at(server, "name"), command_option(run->command, "--name")))
                run->server = json_incref(server);
        }
        if (is_listed && run->server != NULL) {
            step_settle(run);
            break;
        }
    }
        __attribute__((fallthrough));
    default:
        show_end(run);
    }
}

void steps_rm(struct run *run)
{
    json_t *params = NULL;
    switch (run->step++) {
    case 0:
        params =
            json_pack("{s:s, s:s}", "name", text_at(run->server, "name"), "address",
                      address_of(run, run->server) == NULL ? "–" : address_of(run, run->server));
        step_confirm(run, say(&run->say, "rm.question", params));
        json_decref(params);
        break;
    case 1:
        if (!run->is_yes)
            step_fail(run, VERB_REFUSED, say(&run->say, "rm.kept", NULL));
        else
            step_change(run, "DELETE", step_server_path(run, ""), NULL);
        break;
    default:
        if (step_is_json(run, run->answer))
            return;
        step_print(run, say_with(&run->say, "rm.gone", "name", text_at(run->server, "name")));
        step_done(run);
    }
}
