/*
 * A terminal in the browser: WebSocket on one side, the provisioner's frames on the other. Whoever
 * does not read makes the other wait, all the way to the program inside. A terminal outlives its
 * client by minutes, so a browser that comes back names its id and goes on. Loop thread only.
 */
#include "handle.h"
#include "relay.h"

#include <api/ws.h>
#include <nt/duplex.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <utlist.h>

#define PROTOCOL        "neaptide-terminal"
#define TERMINALS_MAX   500
#define TERMINALS_EACH  20 /* of one person */
#define QUEUE_MAX       ((size_t)1 << 20)
#define QUEUE_FULL      ((size_t)128 << 10) /* beyond: the other side waits */
#define BEAT_MS         20000
#define FRAME_HEAD      5
#define CLOSE_GOING     1001
#define CLOSE_PROTOCOL  1002
#define CLOSE_POLICY    1008
#define CLOSE_TOO_LARGE 1009
#define CLOSE_LATER     1013

struct terminal {
    struct desk *desk;
    struct ask *ask; /* until the browser is told 101 */
    struct nt_http_upgrade *upgrade;
    struct nt_duplex *browser;
    struct nt_duplex *server;
    struct ws ws;
    struct nt_buf frames; /* from the server, not yet whole */
    struct nt_timer *beat;
    char user[64];
    char session[72];
    char subject[64];
    bool is_ending;
    struct terminal *prev, *next;
};

/* --- the end --------------------------------------------------------------------------------- */

static void terminal_free(struct terminal *terminal)
{
    DL_DELETE(terminal->desk->terminals, terminal);
    terminal->desk->terminals_count--;
    nt_timer_free(terminal->beat);
    nt_duplex_close(terminal->browser);
    nt_duplex_close(terminal->server);
    ws_deinit(&terminal->ws);
    nt_buf_deinit(&terminal->frames);
    free(terminal);
}

static void to_browser(struct terminal *terminal, enum ws_kind kind, struct nt_span data)
{
    struct nt_buf out = {0};
    ws_add(&out, kind, data);
    if (nt_duplex_write(terminal->browser, nt_buf_span(&out)) < 0)
        nt_log(NT_WARN, "terminal_frame_lost", NT_KV("server", terminal->subject));
    nt_buf_deinit(&out);
}

/* Says why and hangs up when that is sent; the beat frees it if the browser takes nothing. */
static void hang_up(struct terminal *terminal, uint16_t code)
{
    struct nt_buf out = {0};
    if (terminal->is_ending)
        return;
    terminal->is_ending = true;
    ws_add_close(&out, code);
    (void)nt_duplex_write(terminal->browser, nt_buf_span(&out));
    nt_buf_deinit(&out);
    nt_duplex_pause(terminal->browser, true);
    nt_duplex_pause(terminal->server, true);
    nt_timer_start(terminal->beat, nt_duplex_queued(terminal->browser) == 0 ? 0 : 1000, 0);
}

static bool may_go_on(const struct terminal *terminal)
{
    const struct fleet *fleet = &terminal->desk->fleet;
    const struct nt_account *account = fleet_account(fleet, terminal->user);
    const struct nt_server_state *server = fleet_server(fleet, terminal->subject);
    return fleet_session(fleet, terminal->session, nt_wall_ms()) != NULL && account != NULL &&
           server != NULL && strcmp(server->desired, "deleted") != 0 &&
           (strcmp(account->role, "admin") == 0 || strcmp(server->owner, terminal->user) == 0);
}

static void on_beat(void *arg)
{
    struct terminal *terminal = arg;
    if (terminal->is_ending)
        terminal_free(terminal);
    else if (!may_go_on(terminal))
        hang_up(terminal, CLOSE_POLICY);
    else
        to_browser(terminal, WS_PING, (struct nt_span){0});
}

void terminals_close(struct desk *desk)
{
    struct terminal *each = NULL;
    struct terminal *next = NULL;
    DL_FOREACH_SAFE(desk->terminals, each, next)
    {
        if (each->upgrade != NULL)
            nt_http_upgrade_cancel(each->upgrade); /* on_upgraded frees it */
        else if (each->browser == NULL)
            each->is_ending = true; /* on_open is still to come, and frees it */
        else
            terminal_free(each);
    }
}

/* --- browser to server ----------------------------------------------------------------------- */

static bool on_message(void *arg, enum ws_kind kind, struct nt_span data)
{
    struct terminal *terminal = arg;
    if (kind == WS_PING) {
        to_browser(terminal, WS_PONG, data);
        return true;
    }
    if (kind == WS_PONG)
        return true;
    if (kind != WS_BINARY || data.len == 0) {
        hang_up(terminal, kind == WS_CLOSE ? 1000 : CLOSE_PROTOCOL);
        return false;
    }
    uint32_t len = (uint32_t)(data.len - 1);
    uint8_t head[FRAME_HEAD] = {data.data[0], (uint8_t)(len >> 24), (uint8_t)(len >> 16),
                                (uint8_t)(len >> 8), (uint8_t)len};
    struct nt_buf out = {0};
    (void)nt_buf_add(&out, head, sizeof(head));
    (void)nt_buf_add(&out, data.data + 1, data.len - 1);
    bool is_taken = nt_duplex_write(terminal->server, nt_buf_span(&out)) == 0;
    nt_buf_deinit(&out);
    if (!is_taken)
        hang_up(terminal, CLOSE_LATER);
    return is_taken;
}

static void on_browser_data(void *arg, struct nt_span data)
{
    struct terminal *terminal = arg;
    if (terminal->is_ending)
        return;
    int code = ws_feed(&terminal->ws, data, on_message, terminal);
    if (code < 0)
        hang_up(terminal, code == -EMSGSIZE ? CLOSE_TOO_LARGE : CLOSE_PROTOCOL);
    else if (!terminal->is_ending && nt_duplex_queued(terminal->server) > QUEUE_FULL)
        nt_duplex_pause(terminal->browser, true);
}

static void on_server_drained(void *arg)
{
    struct terminal *terminal = arg;
    if (!terminal->is_ending)
        nt_duplex_pause(terminal->browser, false);
}

static void on_browser_closed(void *arg, int error)
{
    (void)error; /* it went away: the terminal waits for it at the provisioner */
    terminal_free(arg);
}

/* --- server to browser ----------------------------------------------------------------------- */

static void on_server_data(void *arg, struct nt_span data)
{
    struct terminal *terminal = arg;
    struct nt_buf *frames = &terminal->frames;
    size_t done = 0;
    if (terminal->is_ending)
        return;
    (void)nt_buf_add(frames, data.data, data.len);
    while (frames->len - done >= FRAME_HEAD) {
        uint8_t *at = frames->data + done;
        size_t len = (size_t)at[1] << 24 | (size_t)at[2] << 16 | (size_t)at[3] << 8 | at[4];
        if (len > WS_MESSAGE_MAX) {
            hang_up(terminal, CLOSE_PROTOCOL);
            return;
        }
        if (frames->len - done - FRAME_HEAD < len)
            break;
        at[FRAME_HEAD - 1] = at[0]; /* the type, before its payload */
        to_browser(terminal, WS_BINARY, (struct nt_span){at + FRAME_HEAD - 1, len + 1});
        done += FRAME_HEAD + len;
    }
    if (done > 0 && done < frames->len)
        memmove(frames->data, frames->data + done, frames->len - done);
    frames->len -= done;
    if (nt_duplex_queued(terminal->browser) > QUEUE_FULL)
        nt_duplex_pause(terminal->server, true);
}

static void on_browser_drained(void *arg)
{
    struct terminal *terminal = arg;
    if (terminal->is_ending)
        nt_timer_start(terminal->beat, 0, 0);
    else
        nt_duplex_pause(terminal->server, false);
}

static void on_server_closed(void *arg, int error)
{
    (void)error; /* its last frame has said why, where it could */
    hang_up(arg, CLOSE_GOING);
}

/* --- the beginning --------------------------------------------------------------------------- */

static void on_open(void *arg, struct nt_duplex *duplex)
{
    struct terminal *terminal = arg;
    terminal->browser = duplex;
    if (duplex == NULL || terminal->is_ending) {
        terminal_free(terminal);
        return;
    }
    const struct nt_duplex_events from_browser = {.on_data = on_browser_data,
                                                  .on_drained = on_browser_drained,
                                                  .on_closed = on_browser_closed,
                                                  .arg = terminal};
    const struct nt_duplex_events from_server = {.on_data = on_server_data,
                                                 .on_drained = on_server_drained,
                                                 .on_closed = on_server_closed,
                                                 .arg = terminal};
    nt_timer_start(terminal->beat, BEAT_MS, BEAT_MS);
    nt_duplex_start(terminal->server, &from_server);
    nt_duplex_start(terminal->browser, &from_browser);
}

static void on_upgraded(void *arg, const struct nt_http_upgraded *upgraded)
{
    struct terminal *terminal = arg;
    struct ask *ask = terminal->ask;
    terminal->upgrade = NULL;
    terminal->server = upgraded->duplex;
    if (upgraded->duplex == NULL) {
        terminal_free(terminal);
        relay_refuse(ask, upgraded->error != 0 ? 0 : upgraded->status, upgraded->body);
        return;
    }
    if (ask->request == NULL) {
        terminal_free(terminal);
        ask_end(ask);
        return;
    }
    char accept[WS_ACCEPT_SIZE];
    (void)ws_accept(nt_request_header(ask->request, "sec-websocket-key"), accept);
    ask_audit(ask, ask->subject, "ok");
    ask_header(ask, "Sec-WebSocket-Accept", accept);
    ask_header(ask, "Sec-WebSocket-Protocol", PROTOCOL);
    terminal->ask = NULL;
    nt_request_upgrade(ask->request, "websocket", QUEUE_MAX, on_open, terminal);
    ask->request = NULL;
    ask_end(ask);
}

/* The protocols that the client offers are a list. */
static bool offers_ours(const char *offered)
{
    size_t len = strlen(PROTOCOL);
    for (const char *at = offered; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        if (strncmp(at, PROTOCOL, len) == 0 && strchr(" \t,", at[len]) != NULL)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

static bool is_handshake(struct ask *ask)
{
    char accept[WS_ACCEPT_SIZE];
    const char *version = nt_request_header(ask->request, "sec-websocket-version");
    return nt_request_is_upgrade(ask->request, "websocket") && nt_text_is(version, "13") &&
           ws_accept(nt_request_header(ask->request, "sec-websocket-key"), accept) &&
           offers_ours(nt_request_header(ask->request, "sec-websocket-protocol"));
}

static bool is_too_many(const struct desk *desk, const char *user)
{
    size_t count = 0;
    const struct terminal *each = NULL;
    DL_FOREACH(desk->terminals, each)
    {
        count += strcmp(each->user, user) == 0;
    }
    return count >= TERMINALS_EACH || desk->terminals_count >= TERMINALS_MAX;
}

static void refuse_more(struct ask *ask)
{
    struct problem problem = {0};
    (void)problem_set(&problem, "too-many-terminals");
    problem_int(&problem, "max", TERMINALS_EACH);
    ask_problem(ask, &problem);
}

void handle_open_terminal(struct ask *ask)
{
    static const char *const names[] = {"cols", "rows", "id", NULL};
    struct desk *desk = ask->desk;
    struct relay relay;
    if (!is_handshake(ask)) {
        ask_header(ask, "Upgrade", "websocket");
        ask_code(ask, "websocket-needed");
        return;
    }
    if (is_too_many(desk, ask->user)) {
        refuse_more(ask);
        return;
    }
    const char *tail = nt_arena_printf(&ask->arena, "terminal?%s", relay_query(ask, names));
    if (!relay_to(ask, RELAY_TERMINAL, tail, &relay))
        return;
    struct terminal *terminal = nt_zalloc(sizeof(*terminal));
    *terminal = (struct terminal){.desk = desk, .ask = ask};
    (void)snprintf(terminal->user, sizeof(terminal->user), "%s", ask->user);
    (void)snprintf(terminal->session, sizeof(terminal->session), "%s", ask->session);
    (void)snprintf(terminal->subject, sizeof(terminal->subject), "%s", ask->subject);
    terminal->beat = nt_timer_new(desk->loop, on_beat, terminal);
    DL_APPEND(desk->terminals, terminal);
    desk->terminals_count++;
    const struct nt_http_upgrade_options options = {.method = "GET",
                                                    .url = relay.url,
                                                    .protocol = "neaptide-frames",
                                                    .headers = relay.headers,
                                                    .queue_max = QUEUE_MAX,
                                                    .done = on_upgraded,
                                                    .arg = terminal};
    ask_defer(ask);
    terminal->upgrade = nt_http_upgrade(desk->http, &options);
}
