#include <api/timeline.h>

#include <inttypes.h>
#include <nt/text.h>
#include <string.h>

/* Keys are server/time/offset: what comes after the server is the order of time. */
static const char *order_of(const struct table_row *row)
{
    const char *slash = strchr(row->key, '/');
    return slash == NULL ? row->key : slash + 1;
}

/* Two events of one time and offset cannot be, but in a test: the server decides. */
static int compare(const struct table_row *a, const struct table_row *b)
{
    int order = strcmp(order_of(a), order_of(b));
    return order != 0 ? order : strcmp(a->key, b->key);
}

void timeline_mark(const struct table_row *row, char ret_mark[TIMELINE_KEY])
{
    const char *order = order_of(row);
    (void)snprintf(ret_mark, TIMELINE_KEY, "%s/%.*s", order,
                   (int)(order > row->key ? order - row->key - 1 : 0), row->key);
}

static bool fits(const struct timeline_ask *ask, const struct table_row *row)
{
    const struct nt_server_event *event = row->value;
    if (event->at_ms < ask->since_ms ||
        (ask->owner != NULL && strcmp(event->owner, ask->owner) != 0) ||
        (ask->kind != NULL && strcmp(event->kind, ask->kind) != 0))
        return false;
    if (ask->mark == NULL)
        return true;
    char mark[TIMELINE_KEY];
    timeline_mark(row, mark);
    return strcmp(mark, ask->mark) < 0;
}

/* A heap whose root is the oldest that is kept. */
static void sink(const struct table_row **rows, size_t count, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
            if (compare(rows[child], rows[least]) < 0)
                least = child;
        if (least == at)
            return;
        const struct table_row *row = rows[at];
        rows[at] = rows[least];
        rows[least] = row;
        at = least;
    }
}

static void rise(const struct table_row **rows, size_t at)
{
    while (at > 0 && compare(rows[at], rows[(at - 1) / 2]) < 0) {
        const struct table_row *row = rows[at];
        rows[at] = rows[(at - 1) / 2];
        rows[(at - 1) / 2] = row;
        at = (at - 1) / 2;
    }
}

static int newest_first(const void *a, const void *b)
{
    return compare(*(const struct table_row *const *)b, *(const struct table_row *const *)a);
}

size_t timeline_newest(const struct fleet *fleet, const struct timeline_ask *ask,
                       const struct table_row **ret_rows, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < fleet->events.count; i++) {
        const struct table_row *row = fleet->events.rows[i];
        if (!fits(ask, row))
            continue;
        if (count < max) {
            ret_rows[count] = row;
            rise(ret_rows, count++);
        } else if (compare(row, ret_rows[0]) > 0) {
            ret_rows[0] = row;
            sink(ret_rows, count, 0);
        }
    }
    if (count > 1)
        qsort(ret_rows, count, sizeof(ret_rows[0]), newest_first);
    return count;
}

int64_t timeline_gap_ms(const struct fleet *fleet, const char *owner, int64_t since_ms,
                        int64_t kept_ms)
{
    int64_t gap_ms = kept_ms > since_ms ? kept_ms : since_ms;
    const struct table *events = &fleet->events;
    for (size_t first = 0; first < events->count;) {
        const struct nt_server_event *event = table_at(events, first);
        size_t end = first + 1;
        while (end < events->count &&
               strcmp(((const struct nt_server_event *)table_at(events, end))->server,
                      event->server) == 0)
            end++;
        bool is_mine = owner == NULL || strcmp(event->owner, owner) == 0;
        if (is_mine && end - first >= FLEET_SERVER_EVENTS && event->at_ms > gap_ms)
            gap_ms = event->at_ms;
        first = end;
    }
    return gap_ms;
}
