/* The client of a terminal: attached, detached, taken over, told goodbye. */
#include "terminal_private.h"

#include <jansson.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <utlist.h>

enum {
    QUEUE_MAX = 2 << 20, /* scrollback, and what comes before the shell is stopped */
    INSIDE_BEHIND = 64 << 10,
    FAREWELL_MS = 5000,
};

/* --- goodbye: what is queued is still sent ---------------------------------------------------- */

struct farewell {
    struct fleet *fleet;
    struct nt_duplex *duplex;
    struct nt_timer *timer;
    struct farewell *prev, *next; /* fleet->farewells */
};

static void farewell_free(struct farewell *farewell)
{
    DL_DELETE(farewell->fleet->farewells, farewell);
    nt_duplex_close(farewell->duplex);
    nt_timer_free(farewell->timer);
    free(farewell);
}

static void on_farewell_over(void *arg)
{
    farewell_free(arg);
}

static void on_farewell_closed(void *arg, int error)
{
    (void)error;
    farewell_free(arg);
}

static void on_farewell_data(void *arg, struct nt_span data)
{
    (void)arg;
    (void)data; /* too late */
}

static void leave(struct fleet *fleet, struct nt_duplex *duplex)
{
    if (nt_duplex_queued(duplex) == 0) {
        nt_duplex_close(duplex);
        return;
    }
    struct farewell *farewell = nt_zalloc(sizeof(*farewell));
    const struct nt_duplex_events events = {.on_data = on_farewell_data,
                                            .on_drained = on_farewell_over,
                                            .on_closed = on_farewell_closed,
                                            .arg = farewell};
    *farewell = (struct farewell){.fleet = fleet, .duplex = duplex};
    farewell->timer = nt_timer_new(fleet->options.loop, on_farewell_over, farewell);
    nt_timer_start(farewell->timer, FAREWELL_MS, 0);
    DL_APPEND(fleet->farewells, farewell);
    nt_duplex_start(duplex, &events);
}

void terminal_farewells_cut(struct fleet *fleet)
{
    while (fleet->farewells != NULL)
        farewell_free(fleet->farewells); /* NOLINT(clang-analyzer-unix.Malloc): utlist relinks */
}

static int send_json(struct nt_duplex *duplex, enum nt_frame_type type, json_t *json)
{
    struct nt_buf frame = {0};
    char *text = json_dumps(json, JSON_COMPACT);
    (void)nt_frame_add(&frame, type, nt_span_of(text));
    int result = nt_duplex_write(duplex, nt_buf_span(&frame));
    nt_buf_deinit(&frame);
    free(text);
    json_decref(json);
    return result;
}

static void send_end(struct fleet *fleet, struct nt_duplex *duplex, const char *reason,
                     const int *exit_code)
{
    json_t *code = exit_code == NULL ? json_null() : json_integer(*exit_code);
    (void)send_json(duplex, NT_FRAME_END,
                    json_pack("{s:s, s:o}", "reason", reason, "exit_code", code));
    leave(fleet, duplex);
}

void terminal_farewell(struct terminal *terminal, const char *reason, const int *exit_code)
{
    if (terminal->client != NULL)
        send_end(terminal->server->fleet, nt_take(terminal->client), reason, exit_code);
}

/* --- frames ---------------------------------------------------------------------------------- */

static void detach(struct terminal *terminal)
{
    nt_duplex_close(nt_take(terminal->client));
    if (terminal->inside != NULL)
        nt_duplex_pause(terminal->inside, false);
    terminal_wait_for_client(terminal);
}

void terminal_send_output(struct terminal *terminal, struct nt_span data)
{
    struct nt_buf frames = {0};
    while (data.len > 0) {
        size_t len = data.len < NT_FRAME_MAX ? data.len : NT_FRAME_MAX;
        (void)nt_frame_add(&frames, NT_FRAME_OUTPUT, (struct nt_span){data.data, len});
        data.data += len;
        data.len -= len;
    }
    if (nt_duplex_write(terminal->client, nt_buf_span(&frames)) < 0)
        detach(terminal); /* the ring has it for when it comes back */
    nt_buf_deinit(&frames);
}

static int on_frame(void *arg, uint8_t type, struct nt_span payload)
{
    struct terminal *terminal = arg;
    switch (type) {
    case NT_FRAME_INPUT:
        return terminal->inside == NULL ? 0 : nt_duplex_write(terminal->inside, payload);
    case NT_FRAME_SIZE:
        if (nt_frame_size(payload, &terminal->columns, &terminal->rows) < 0)
            return -EPROTO;
        docker_exec_resize(terminal->server->fleet->docker, terminal->exec, terminal->columns,
                           terminal->rows);
        return 0;
    case NT_FRAME_HANG_UP:
        return -ECANCELED;
    default:
        return -EPROTO;
    }
}

static void on_data(void *arg, struct nt_span data)
{
    struct terminal *terminal = arg;
    int result = nt_frame_read(&terminal->reader, data, on_frame, terminal);
    if (result == -ECANCELED && terminal->inside != NULL)
        terminal_hang_up(terminal); /* its end is told as any other */
    else if (result < 0 && result != -ECANCELED)
        detach(terminal); /* no client of ours talks so */
    else if (terminal->inside != NULL && nt_duplex_queued(terminal->inside) > INSIDE_BEHIND)
        nt_duplex_pause(terminal->client, true);
}

static void on_drained(void *arg)
{
    struct terminal *terminal = arg;
    if (terminal->inside != NULL)
        nt_duplex_pause(terminal->inside, false);
}

static void on_closed(void *arg, int error)
{
    (void)error;
    detach(arg);
}

/* --- attaching ------------------------------------------------------------------------------- */

static void greet(struct terminal *terminal)
{
    struct nt_span pieces[2];
    ring_get(&terminal->ring, pieces);
    (void)send_json(terminal->client, NT_FRAME_HELLO,
                    json_pack("{s:s, s:b, s:b}", "id", terminal->id, "resumed",
                              (int)terminal->was_attached, "cut", (int)terminal->ring.is_cut));
    for (size_t i = 0; i < NT_COUNT(pieces) && terminal->client != NULL; i++) {
        if (pieces[i].len > 0)
            terminal_send_output(terminal, pieces[i]);
    }
    terminal->was_attached = true;
}

static void on_open(void *arg, struct nt_duplex *duplex)
{
    struct terminal *terminal = arg;
    terminal->pending--;
    if (terminal->is_over) {
        nt_duplex_close(duplex); /* it ended meanwhile: the client asks again and is told */
        terminal_free_if_over(terminal);
        return;
    }
    if (duplex == NULL) {
        if (!terminal->was_attached)
            terminal_hang_up(terminal); /* nobody knows its id */
        else if (terminal->client == NULL)
            terminal_wait_for_client(terminal);
        return;
    }
    terminal_farewell(terminal, "taken-over", NULL);
    const struct nt_duplex_events events = {
        .on_data = on_data, .on_drained = on_drained, .on_closed = on_closed, .arg = terminal};
    nt_timer_stop(terminal->timer);
    nt_frame_reader_deinit(&terminal->reader);
    terminal->client = duplex;
    if (terminal->inside != NULL)
        nt_duplex_pause(terminal->inside, false);
    nt_duplex_start(duplex, &events);
    greet(terminal);
}

void terminal_attach(struct terminal *terminal, struct nt_request *request)
{
    terminal->pending++;
    nt_request_upgrade(request, TERMINAL_PROTOCOL, QUEUE_MAX, on_open, terminal);
}
