/*
 * A reader that comes back. The id of an event is run-number-time: in this run's ring it is found
 * by its number, and what came after is told once, as it is now. From farther back the state of
 * everything must be read again ("reset"), and what happened since is told from the events of 30
 * days that the fleet keeps; where some of that is lost, a "gap" says from when to when.
 */
#include "hub_private.h"

#include <api/timeline.h>
#include <inttypes.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_MAX 1000  /* events; more are a gap */
#define LATE_MS    60000 /* an event may be told so long after it happened */

struct last {
    int64_t boot_ms;
    int64_t number; /* 0: it came from a replay */
    int64_t at_ms;
};

static bool read_hex(const char **text, char end, int64_t *ret_value)
{
    char *stop = NULL;
    if (**text == '\0' || **text == '-')
        return false;
    long long value = strtoll(*text, &stop, 16);
    if (stop - *text > 15 || *stop != end)
        return false;
    *text = stop + (end != '\0');
    *ret_value = value;
    return true;
}

static bool parse(const char *id, struct last *ret_last)
{
    if (!read_hex(&id, '-', &ret_last->boot_ms))
        return false;
    const char *dash = strchr(id, '-');
    char number[24];
    if (dash == NULL || dash - id >= (ptrdiff_t)sizeof(number))
        return false;
    (void)snprintf(number, sizeof(number), "%.*s", (int)(dash - id), id);
    id = dash + 1;
    return nt_parse_i64(number, 0, INT64_MAX, &ret_last->number) == 0 &&
           read_hex(&id, '\0', &ret_last->at_ms);
}

static bool is_in_ring(const struct hub *hub, const struct last *last)
{
    return last->boot_ms == hub->boot_ms && last->number > 0 && last->number < hub->next_number &&
           last->number + 1 >= hub_oldest(hub);
}

static void replay_ring(struct reader *reader, int64_t last)
{
    struct hub *hub = reader->hub;
    int64_t until = hub->sent_number + 1;
    for (int64_t number = last + 1; number < until; number++)
        if (!hub_is_told_later(hub, number, until))
            hub_write_kept(reader, hub_kept(hub, number));
}

static void write_past(struct reader *reader, const struct view *view, enum hub_kind kind,
                       const char *key, int64_t at_ms)
{
    char id[64];
    json_t *data = hub_says[kind].data(reader, view, key);
    (void)snprintf(id, sizeof(id), "%" PRIx64 "-0-%" PRIx64, reader->hub->boot_ms, at_ms);
    if (data != NULL)
        hub_write(reader, hub_says[kind].name, id, data);
}

static void replay_moves(struct reader *reader, const struct view *view, int64_t since_ms)
{
    const struct table *moves = &view->fleet->moves;
    size_t first = moves->count > REPLAY_MAX ? moves->count - REPLAY_MAX : 0;
    for (size_t i = first; i < moves->count; i++) {
        const struct nt_move_event *move = table_at(moves, i);
        if (move->at_ms >= since_ms)
            write_past(reader, view, HUB_MOVE, move->move, move->at_ms);
    }
}

static void replay_past(struct reader *reader, int64_t since_ms)
{
    struct view view = desk_view(reader->hub->desk, reader->user, reader->is_admin);
    const char *owner = reader->is_admin ? NULL : reader->user;
    const struct timeline_ask wanted = {.owner = owner, .since_ms = since_ms};
    const struct table_row **rows = nt_zalloc((REPLAY_MAX + 1) * sizeof(rows[0]));
    size_t count = timeline_newest(view.fleet, &wanted, rows, REPLAY_MAX + 1);
    int64_t gap_ms = timeline_gap_ms(view.fleet, owner, since_ms, view.wall_ms - FLEET_EVENTS_MS);
    if (count > REPLAY_MAX) {
        const struct nt_server_event *left_out = rows[REPLAY_MAX]->value;
        gap_ms = left_out->at_ms > gap_ms ? left_out->at_ms : gap_ms;
        count = REPLAY_MAX;
    }
    if (gap_ms > since_ms)
        hub_write(reader, "gap", "",
                  json_pack("{s:s, s:I, s:I}", "type", "gap", "from_ms", (json_int_t)since_ms,
                            "to_ms", (json_int_t)gap_ms));
    while (count-- > 0)
        write_past(reader, &view, HUB_SERVER_EVENT, rows[count]->key,
                   ((const struct nt_server_event *)rows[count]->value)->at_ms);
    free(rows);
    replay_moves(reader, &view, since_ms);
}

void hub_replay(struct reader *reader, const char *last_id)
{
    struct last last = {0};
    bool is_known = parse(last_id, &last);
    if (is_known && is_in_ring(reader->hub, &last)) {
        replay_ring(reader, last.number);
        return;
    }
    hub_write(reader, "reset", "", json_pack("{s:s}", "type", "reset"));
    if (is_known && last.at_ms > 0 && last.at_ms <= nt_wall_ms() + LATE_MS)
        replay_past(reader, last.number > 0 ? last.at_ms - LATE_MS : last.at_ms);
}
