#include <api/edge.h>

#include <api/edgemap.h>
#include <api/holds.h>
#include <api/runtime.h>
#include <fcntl.h>
#include <nt/clock.h>
#include <nt/contract.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <sys/file.h>

#define COMPARE_MS 5000
#define AGAIN_MS   200
#define DRAIN_MS   50

static const char *const map_files[EDGE_KINDS] = {
    "/etc/neaptide/maps/address.map",
    "/etc/neaptide/maps/port.map",
    "/etc/neaptide/maps/hold.map",
};

struct edge {
    struct edge_options options;
    char *socket;
    char *domain;
    struct runtime *runtime;
    struct nt_timer *compare; /* read the maps back */
    struct nt_timer *again;   /* after a failure, and while something is in flight */
    int lock_fd;              /* -1 while somebody else holds it */
    bool is_wanted;           /* the states are known */
    bool is_busy;             /* a command is under way */
    bool must_read;
    bool is_in_step;
    struct nt_arena have_arena;
    struct edgemap have;
    size_t have_capacity;
    struct nt_arena want_arena; /* of the changes under way */
    struct edgemap want;
    struct edgemap_change *changes;
    size_t changes_count;
    size_t changes_next;
    enum edgemap_kind reading;
    struct holds holds;
    size_t turn;      /* the hold to ask about next */
    char *asked_move; /* whose in-flight count is being asked for */
    struct nt_metric *is_up_metric;
    struct nt_metric *changes_metric;
};

static void step(struct edge *edge);

static void fail(struct edge *edge, const char *what)
{
    nt_log(NT_WARN, "edge_not_written", NT_KV("reason", what));
    edge->is_busy = false;
    edge->is_in_step = false;
    edge->must_read = true;
    nt_timer_start(edge->again, AGAIN_MS, 0);
}

/* --- reading the maps back ------------------------------------------------------------------- */

static void have_add(struct edge *edge, enum edgemap_kind kind, const char *key, const char *value)
{
    if (edge->have.count == edge->have_capacity) {
        size_t capacity = edge->have_capacity == 0 ? 64 : 2 * edge->have_capacity;
        struct edgemap_entry *larger = NT_ARRAY(&edge->have_arena, capacity, struct edgemap_entry);
        if (edge->have.count > 0)
            memcpy(larger, edge->have.entries, edge->have.count * sizeof(larger[0]));
        edge->have.entries = larger;
        edge->have_capacity = capacity;
    }
    edge->have.entries[edge->have.count++] = (struct edgemap_entry){kind, key, value};
}

/* Lines of "show map": 0x55d0c8a3 key value */
static void parse_map(struct edge *edge, enum edgemap_kind kind, const char *reply)
{
    char *text = nt_arena_text(&edge->have_arena, reply);
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *parts = NULL;
        const char *id = strtok_r(line, " ", &parts);
        const char *key = strtok_r(NULL, " ", &parts);
        const char *value = strtok_r(NULL, " ", &parts);
        if (id != NULL && nt_text_starts(id, "0x") && key != NULL && value != NULL)
            have_add(edge, kind, key, value);
    }
}

static void ask_map(struct edge *edge);

static void on_map(void *arg, const char *reply)
{
    struct edge *edge = arg;
    if (reply == NULL) {
        fail(edge, "the runtime socket broke while reading");
        return;
    }
    parse_map(edge, edge->reading, reply);
    if (++edge->reading < EDGE_KINDS) {
        ask_map(edge);
        return;
    }
    edgemap_sort(&edge->have);
    edge->is_busy = false;
    edge->must_read = false;
    step(edge);
}

static void ask_map(struct edge *edge)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "show map %s", map_files[edge->reading]);
    runtime_ask(edge->runtime, command, on_map, edge);
}

static void read_maps(struct edge *edge)
{
    nt_arena_reset(&edge->have_arena);
    edge->have = (struct edgemap){0};
    edge->have_capacity = 0;
    edge->reading = EDGE_ADDRESS;
    edge->is_busy = true;
    ask_map(edge);
}

/* --- writing changes ------------------------------------------------------------------------- */

static void write_some(struct edge *edge);

static bool is_blank(const char *text)
{
    return text[strspn(text, " \r\n")] == '\0';
}

static void on_written(void *arg, const char *reply)
{
    struct edge *edge = arg;
    if (reply == NULL || !is_blank(reply)) {
        fail(edge, reply == NULL ? "the runtime socket broke while writing" : reply);
        return;
    }
    if (edge->changes_next < edge->changes_count) {
        write_some(edge);
        return;
    }
    struct nt_arena old = edge->have_arena;
    edge->have_arena = edge->want_arena;
    edge->have = edge->want;
    edge->have_capacity = edge->want.count;
    edge->want_arena = old;
    edge->want = (struct edgemap){0};
    edge->is_busy = false;
    step(edge);
}

static void add_command(struct nt_buf *line, const struct edgemap_change *change)
{
    static const char *const verbs[] = {"add map", "set map", "del map"};
    const struct edgemap_entry *entry = &change->entry;
    (void)nt_buf_printf(line, "%s%s %s %s%s%s", line->len == 0 ? "" : "; ", verbs[change->verb],
                        map_files[entry->kind], entry->key, change->verb == EDGE_DEL ? "" : " ",
                        change->verb == EDGE_DEL ? "" : entry->value);
}

static void write_some(struct edge *edge)
{
    struct nt_buf line = {0};
    while (edge->changes_next < edge->changes_count && line.len < RUNTIME_COMMAND_MAX - 400)
        add_command(&line, &edge->changes[edge->changes_next++]);
    runtime_ask(edge->runtime, nt_buf_text(&line), on_written, edge);
    nt_buf_deinit(&line);
}

/* Returns whether there is something to write. */
static bool write_changes(struct edge *edge)
{
    nt_arena_reset(&edge->want_arena);
    edge->want = edgemap_of(&edge->want_arena, edge->options.servers, edge->domain);
    edge->changes_count = edgemap_diff(&edge->want_arena, &edge->have, &edge->want, &edge->changes);
    edge->changes_next = 0;
    if (edge->changes_count == 0)
        return false;
    if (edge->changes_metric != NULL)
        nt_metric_add(edge->changes_metric, (double)edge->changes_count);
    edge->is_busy = true;
    write_some(edge);
    return true;
}

/* --- holds ----------------------------------------------------------------------------------- */

/* The sum of all conn_cur=N in the reply of "show table"; -1 where the reply is none. */
static int in_flight_of(const char *reply)
{
    static const char field[] = "conn_cur=";
    if (strstr(reply, "# table:") == NULL)
        return -1;
    int sum = 0;
    for (const char *at = strstr(reply, field); at != NULL; at = strstr(at, field)) {
        at += strlen(field);
        sum += (int)strtol(at, NULL, 10);
    }
    return sum;
}

static void say(struct edge *edge, struct hold *hold)
{
    hold->is_said = true;
    nt_log(NT_INFO, "edge_holding", NT_KV("server", hold->server), NT_KV("move", hold->move),
           NT_KV("drained_ms", nt_mono_ms() - hold->applied_mono_ms));
    edge->options.on_holding(edge->options.arg, hold->server, hold->move);
}

static void on_in_flight(void *arg, const char *reply)
{
    struct edge *edge = arg;
    edge->is_busy = false;
    struct hold *hold = holds_find(&edge->holds, edge->asked_move);
    if (hold != NULL && reply != NULL &&
        hold_next(hold, in_flight_of(reply), nt_mono_ms()) == HOLD_SAY)
        say(edge, hold);
    step(edge);
}

static void ask_in_flight(struct edge *edge, const struct hold *hold)
{
    struct nt_buf line = {0};
    (void)nt_buf_printf(&line, "show table servers key %s.%s", hold->name, edge->domain);
    const struct nt_server_state *server = table_find(edge->options.servers, hold->server);
    for (size_t i = 0; server != NULL && i < server->edge_ports_count; i++)
        (void)nt_buf_printf(&line, "; show table ports key %d", server->edge_ports[i].port);
    free(edge->asked_move);
    edge->asked_move = nt_strdup(hold->move);
    edge->is_busy = true;
    runtime_ask(edge->runtime, nt_buf_text(&line), on_in_flight, edge);
    nt_buf_deinit(&line);
}

/* All holds that were followed are in the edge now: whose turn is it? */
static void attend_holds(struct edge *edge)
{
    int64_t now_ms = nt_mono_ms();
    holds_applied(&edge->holds, now_ms);
    bool is_waiting = false;
    for (size_t i = 0; i < edge->holds.count; i++) {
        struct hold *hold = &edge->holds.items[(edge->turn + i) % edge->holds.count];
        enum hold_what what = hold_next(hold, -1, now_ms);
        if (what == HOLD_SAY)
            say(edge, hold);
        is_waiting |= what == HOLD_ASK;
    }
    if (!is_waiting || nt_timer_is_active(edge->again))
        return;
    nt_timer_start(edge->again, DRAIN_MS, 0);
    for (size_t i = 0; i < edge->holds.count; i++) {
        const struct hold *hold = &edge->holds.items[(edge->turn + i) % edge->holds.count];
        if (hold_next(hold, -1, now_ms) != HOLD_ASK)
            continue;
        edge->turn += i + 1;
        ask_in_flight(edge, hold);
        return;
    }
}

/* --- what to do next ------------------------------------------------------------------------- */

static bool take_lock(struct edge *edge)
{
    if (edge->lock_fd >= 0)
        return true;
    char path[4096];
    const char *slash = strrchr(edge->socket, '/');
    (void)snprintf(path, sizeof(path), "%.*s/api.lock",
                   slash == NULL ? 1 : (int)(slash - edge->socket),
                   slash == NULL ? "." : edge->socket);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        edge->lock_fd = fd;
        return true;
    }
    nt_log(NT_WARN, "edge_lock_not_held", NT_KV("path", path), NT_KV("reason", strerror(errno)));
    if (fd >= 0)
        (void)close(fd);
    return false;
}

static void step(struct edge *edge)
{
    if (edge->is_busy || !edge->is_wanted || !runtime_is_up(edge->runtime))
        return;
    if (!take_lock(edge)) {
        nt_timer_start(edge->again, UINT64_C(5) * AGAIN_MS, 0);
        return;
    }
    if (edge->must_read) {
        read_maps(edge);
        return;
    }
    holds_follow(&edge->holds, edge->options.servers);
    if (write_changes(edge))
        return;
    edge->is_in_step = true;
    attend_holds(edge);
}

static void on_again(void *arg)
{
    step(arg);
}

static void on_compare(void *arg)
{
    struct edge *edge = arg;
    edge->must_read = true;
    step(edge);
}

static void on_up(void *arg)
{
    struct edge *edge = arg;
    nt_log(NT_INFO, "edge_connected", NT_KV("socket", edge->socket));
    if (edge->is_up_metric != NULL)
        nt_metric_set(edge->is_up_metric, 1);
    edge->must_read = true;
    edge->is_busy = false;
    step(edge);
}

static void on_down(void *arg)
{
    struct edge *edge = arg;
    nt_log(NT_WARN, "edge_lost", NT_KV("socket", edge->socket));
    if (edge->is_up_metric != NULL)
        nt_metric_set(edge->is_up_metric, 0);
    edge->is_in_step = false;
    edge->is_busy = false;
}

struct edge *edge_new(const struct edge_options *options)
{
    struct edge *edge = nt_zalloc(sizeof(*edge));
    edge->options = *options;
    edge->socket = nt_strdup(options->socket);
    edge->domain = nt_strdup(options->domain);
    edge->lock_fd = -1;
    edge->must_read = true;
    nt_arena_init(&edge->have_arena);
    nt_arena_init(&edge->want_arena);
    if (options->metrics != NULL) {
        edge->is_up_metric = nt_metrics_gauge(options->metrics, "neaptide_api_edge_up", NULL,
                                              "1 while the edge's runtime socket answers");
        edge->changes_metric = nt_metrics_counter(
            options->metrics, "neaptide_api_edge_changes_total", NULL, "changes of its maps");
    }
    edge->compare = nt_timer_new(options->loop, on_compare, edge);
    edge->again = nt_timer_new(options->loop, on_again, edge);
    nt_timer_start(edge->compare, COMPARE_MS, COMPARE_MS);
    struct runtime_options runtime = {.loop = options->loop,
                                      .path = options->socket,
                                      .on_up = on_up,
                                      .on_down = on_down,
                                      .arg = edge};
    edge->runtime = runtime_new(&runtime);
    return edge;
}

void edge_free(struct edge *edge)
{
    if (edge == NULL)
        return;
    runtime_free(edge->runtime);
    nt_timer_free(edge->compare);
    nt_timer_free(edge->again);
    if (edge->lock_fd >= 0)
        (void)close(edge->lock_fd);
    nt_arena_deinit(&edge->have_arena);
    nt_arena_deinit(&edge->want_arena);
    holds_deinit(&edge->holds);
    free(edge->asked_move);
    free(edge->socket);
    free(edge->domain);
    free(edge);
}

void edge_changed(struct edge *edge)
{
    edge->is_wanted = true;
    step(edge);
}

void edge_said(struct edge *edge, const char *move, int status)
{
    struct hold *hold = holds_find(&edge->holds, move);
    if (status == 0 || hold == NULL)
        return;
    hold->is_said = false;
    nt_timer_start(edge->again, AGAIN_MS, 0);
}

bool edge_is_in_step(const struct edge *edge)
{
    return edge->is_in_step;
}
