/*
 * GET /v1/servers/{server}/terminal: a login shell inside a container over Docker's exec, in frames
 * (README). The shell outlives its client for a while: what it says is kept in a ring, and a client
 * that comes back with the id goes on where it was. terminal_client.c is the side of the client.
 */
#include "terminal.h"

#include "ask.h"
#include "terminal_private.h"

#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <provisioner/procfs.h>
#include <signal.h>
#include <utlist.h>

enum {
    TERMINALS_MAX = 8, /* a server */
    KILL_AFTER_MS = 3000,
    CLIENT_BEHIND = 256 << 10, /* then the shell has to wait */
};

/* --- life ------------------------------------------------------------------------------------ */

int32_t terminal_count(const struct server *server)
{
    int32_t count = 0;
    const struct terminal *terminal = NULL;
    DL_FOREACH(server->fleet->terminals, terminal)
    {
        count += terminal->server == server;
    }
    return count;
}

void terminal_free_if_over(struct terminal *terminal)
{
    if (!terminal->is_over || terminal->pending > 0)
        return;
    ring_deinit(&terminal->ring);
    nt_frame_reader_deinit(&terminal->reader);
    free(terminal);
}

/* Off the list: nobody finds it any more. Freed when the last answer has come. */
static void end(struct terminal *terminal, const char *reason, const int *exit_code)
{
    struct fleet *fleet = terminal->server->fleet;
    if (terminal->is_over)
        return;
    terminal->pending++; /* cancelling calls us back */
    terminal->is_over = true;
    DL_DELETE(fleet->terminals, terminal);
    nt_timer_free(nt_take(terminal->timer));
    nt_duplex_close(nt_take(terminal->inside));
    if (terminal->starting != NULL)
        nt_http_upgrade_cancel(nt_take(terminal->starting));
    terminal_farewell(terminal, reason, exit_code);
    nt_log(NT_INFO, "terminal_ended", NT_KV("server", terminal->server->id),
           NT_KV("reason", reason));
    terminal->pending--;
    terminal_free_if_over(terminal);
}

static void on_timer(void *arg)
{
    terminal_hang_up(arg);
}

/* SIGHUP, then SIGKILL, then it is given up; each a while after the other. */
void terminal_hang_up(struct terminal *terminal)
{
    static const int signals[] = {SIGHUP, SIGKILL};
    struct world world;
    server_world(terminal->server, &world);
    const struct seen *live = world_live(&world);
    int result = -ESRCH;
    if (terminal->pid == 0) {
        terminal->is_unwanted = true; /* as soon as it is known */
        return;
    }
    if (terminal->hang_ups < (int)NT_COUNT(signals) && live != NULL)
        result = procfs_signal(terminal->pid, live->pid, signals[terminal->hang_ups]);
    if (result < 0) {
        end(terminal, "failed", NULL);
        return;
    }
    terminal->hang_ups++;
    nt_timer_start(terminal->timer, KILL_AFTER_MS, 0); /* its end comes before, as a rule */
}

void terminal_wait_for_client(struct terminal *terminal)
{
    const struct settings *settings = terminal->server->fleet->options.settings;
    nt_timer_start(terminal->timer, (uint64_t)settings->terminal_keep_s * 1000, 0);
}

void terminal_shut(struct fleet *fleet)
{
    while (fleet->terminals != NULL) {
        struct terminal *terminal = fleet->terminals;
        struct world world;
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): utlist relinks */
        server_world(terminal->server, &world);
        const struct seen *live = world_live(&world);
        if (live != NULL)
            (void)procfs_signal(terminal->pid, live->pid, SIGHUP); /* gone already: as good */
        if (terminal->request != NULL)
            ask_refuse(nt_take(terminal->request), NT_PROBLEM_BUSY, NULL, NULL,
                       "this provisioner is stopping");
        end(terminal, "closing", NULL);
    }
    terminal_farewells_cut(fleet);
}

/* --- the shell ------------------------------------------------------------------------------- */

static void on_exit_code(void *arg, const struct docker_exec_state *state,
                         const struct nt_error *err)
{
    struct terminal *terminal = arg;
    terminal->pending--;
    if (terminal->is_over)
        terminal_free_if_over(terminal);
    else
        end(terminal, "exited", err->code == 0 && state->has_exit_code ? &state->exit_code : NULL);
}

static void on_inside_closed(void *arg, int error)
{
    struct terminal *terminal = arg;
    (void)error; /* the exit code is what there is to tell */
    nt_duplex_close(nt_take(terminal->inside));
    nt_timer_stop(terminal->timer);
    terminal->pending++;
    docker_exec_look(terminal->server->fleet->docker, terminal->exec, on_exit_code, terminal);
}

static void on_output(void *arg, struct nt_span data)
{
    struct terminal *terminal = arg;
    ring_add(&terminal->ring, data);
    if (terminal->client == NULL)
        return;
    terminal_send_output(terminal, data);
    if (terminal->client != NULL && nt_duplex_queued(terminal->client) > CLIENT_BEHIND)
        nt_duplex_pause(terminal->inside, true); /* the client's on_drained goes on */
}

static void on_inside_drained(void *arg)
{
    struct terminal *terminal = arg;
    if (terminal->client != NULL)
        nt_duplex_pause(terminal->client, false);
}

static void on_pid(void *arg, const struct docker_exec_state *state, const struct nt_error *err)
{
    struct terminal *terminal = arg;
    terminal->pending--;
    terminal->pid = err->code == 0 && state->pid > 0 ? state->pid : -1;
    if (terminal->is_over)
        terminal_free_if_over(terminal);
    else if (terminal->is_unwanted)
        terminal_hang_up(terminal);
}

static void refuse_request(struct terminal *terminal, const char *code, const char *detail)
{
    const struct server *server = terminal->server;
    if (terminal->request == NULL)
        return;
    if (nt_text_is(code, NT_PROBLEM_SERVER_NOT_RUNNING))
        ask_refuse(nt_take(terminal->request), code, "name", server->placement->name, detail);
    else
        ask_refuse(nt_take(terminal->request), code, NULL, NULL, detail);
}

static void on_started(void *arg, const struct nt_http_upgraded *upgraded)
{
    struct terminal *terminal = arg;
    struct docker *docker = terminal->server->fleet->docker;
    terminal->starting = NULL;
    terminal->pending--;
    if (terminal->is_over) {
        nt_duplex_close(upgraded->duplex);
        terminal_free_if_over(terminal);
        return;
    }
    if (upgraded->duplex == NULL) {
        refuse_request(terminal,
                       upgraded->status == 409 ? NT_PROBLEM_SERVER_NOT_RUNNING
                                               : NT_PROBLEM_START_FAILED,
                       upgraded->error != 0 ? upgraded->message : "Docker did not start a shell");
        end(terminal, "failed", NULL);
        return;
    }
    const struct nt_duplex_events events = {.on_data = on_output,
                                            .on_drained = on_inside_drained,
                                            .on_closed = on_inside_closed,
                                            .arg = terminal};
    terminal->inside = upgraded->duplex;
    nt_duplex_start(terminal->inside, &events);
    docker_exec_resize(docker, terminal->exec, terminal->columns, terminal->rows);
    terminal->pending++;
    docker_exec_look(docker, terminal->exec, on_pid, terminal);
    if (terminal->request != NULL)
        terminal_attach(terminal, nt_take(terminal->request));
}

static void on_made(void *arg, const char *exec, const struct nt_error *err)
{
    struct terminal *terminal = arg;
    terminal->pending--;
    if (terminal->is_over) {
        terminal_free_if_over(terminal);
        return;
    }
    if (err->code != 0 || terminal->is_unwanted) {
        refuse_request(terminal,
                       err->code == -EEXIST ? NT_PROBLEM_SERVER_NOT_RUNNING
                                            : NT_PROBLEM_START_FAILED,
                       err->message);
        end(terminal, "failed", NULL);
        return;
    }
    (void)snprintf(terminal->exec, sizeof(terminal->exec), "%s", exec);
    terminal->pending++;
    terminal->starting =
        docker_exec_start(terminal->server->fleet->docker, terminal->exec, on_started, terminal);
}

/* --- requests -------------------------------------------------------------------------------- */

static void on_gone(void *arg)
{
    struct terminal *terminal = arg;
    terminal->request = NULL;
    terminal->is_unwanted = true; /* nobody knows its id */
}

static void open_new(struct server *server, const struct seen *live, struct nt_request *request,
                     int columns, int rows)
{
    struct fleet *fleet = server->fleet;
    if (terminal_count(server) >= TERMINALS_MAX) {
        ask_refuse_number(request, NT_PROBLEM_TOO_MANY_TERMINALS, "max", TERMINALS_MAX,
                          "close one first");
        return;
    }
    struct terminal *terminal = nt_zalloc(sizeof(*terminal));
    uint8_t random[16];
    nt_random(random, sizeof(random));
    nt_hex(random, sizeof(random), terminal->id);
    terminal->server = server;
    terminal->columns = columns;
    terminal->rows = rows;
    terminal->timer = nt_timer_new(fleet->options.loop, on_timer, terminal);
    terminal->request = request;
    nt_request_defer(request, on_gone, terminal);
    DL_APPEND(fleet->terminals, terminal);
    terminal->pending++;
    docker_exec_make(fleet->docker, live->id, on_made, terminal);
}

static struct terminal *find(struct server *server, const char *id)
{
    struct terminal *terminal = NULL;
    DL_FOREACH(server->fleet->terminals, terminal)
    {
        /* One that is still being opened has told nobody its id. */
        if (terminal->server == server && terminal->inside != NULL && nt_text_is(terminal->id, id))
            return terminal;
    }
    return NULL;
}

static void on_terminal(void *arg, struct nt_request *request)
{
    struct server *server = ask_admit(arg, request, "terminal");
    const struct seen *live = server == NULL ? NULL : ask_running(server, request);
    int64_t columns = 0;
    int64_t rows = 0;
    if (live == NULL || !ask_number(request, "cols", 80, 1, 1000, &columns) ||
        !ask_number(request, "rows", 24, 1, 1000, &rows))
        return;
    if (!nt_request_is_upgrade(request, TERMINAL_PROTOCOL)) {
        ask_refuse(request, NT_PROBLEM_INVALID_REQUEST, "field", "Upgrade",
                   "a terminal needs Upgrade: " TERMINAL_PROTOCOL);
        return;
    }
    const char *id = nt_request_query(request, "id");
    if (id == NULL) {
        open_new(server, live, request, (int)columns, (int)rows);
        return;
    }
    struct terminal *terminal = find(server, id);
    if (terminal == NULL) {
        ask_refuse(request, NT_PROBLEM_TERMINAL_GONE, NULL, NULL, "that terminal has ended");
        return;
    }
    terminal->columns = (int)columns;
    terminal->rows = (int)rows;
    docker_exec_resize(server->fleet->docker, terminal->exec, terminal->columns, terminal->rows);
    terminal_attach(terminal, request);
}

void terminal_routes(struct fleet *fleet, struct nt_route routes[TERMINAL_ROUTES])
{
    routes[0] = (struct nt_route){"GET", "/v1/servers/{server}/terminal", on_terminal, fleet};
}
