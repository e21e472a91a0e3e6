/* Handlers: hosts, windows, moves, plans, the pool, tasks, the documents. */
#include "handle.h"

#include <nt/text.h>
#include <string.h>

/* --- hosts ----------------------------------------------------------------------------------- */

void handle_list_hosts(struct ask *ask)
{
    size_t limit = 0;
    const char *after = NULL;
    if (!ask_page(ask, "hosts", &limit, &after))
        return;
    const struct table *hosts = &ask->desk->fleet.hosts;
    struct view view = ask_view(ask);
    json_t *items = json_array();
    size_t index = table_after(hosts, after);
    for (; index < hosts->count && json_array_size(items) < limit; index++)
        (void)json_array_append_new(items, view_host(&view, table_at(hosts, index)));
    ask_items(ask, "hosts", items, index < hosts->count ? hosts->rows[index - 1]->key : NULL);
}

static void get_host(struct ask *ask)
{
    const struct nt_host *host = table_find(&ask->desk->fleet.hosts, ask->subject);
    if (host == NULL) {
        struct problem problem = {0};
        (void)problem_set(&problem, "host-unknown");
        problem_text(&problem, "host", ask->subject);
        ask_problem(ask, &problem);
        return;
    }
    struct view view = ask_view(ask);
    ask_etag(ask, host->revision);
    ask_json(ask, 200, view_host(&view, host));
}

void handle_get_host(struct ask *ask)
{
    ask_after(ask, get_host);
}

/* All windows of a host are on one page: a page ends with a host. */
void handle_list_windows(struct ask *ask)
{
    size_t limit = 0;
    const char *after = NULL;
    if (!ask_page(ask, "windows", &limit, &after))
        return;
    const char *only = nt_request_query(ask->request, "host");
    const struct table *windows = &ask->desk->fleet.windows;
    struct view view = ask_view(ask);
    json_t *items = json_array();
    size_t index = table_after(windows, after);
    const char *last = NULL;
    for (; index < windows->count; index++) {
        const char *host = windows->rows[index]->key;
        if (only != NULL && strcmp(only, host) != 0)
            continue;
        json_t *more = view_windows(&view, host, NULL);
        if (json_array_size(items) > 0 && json_array_size(items) + json_array_size(more) > limit) {
            json_decref(more);
            break;
        }
        (void)json_array_extend(items, more);
        json_decref(more);
        last = host;
    }
    ask_items(ask, "windows", items, index < windows->count ? last : NULL);
}

/* --- moves and plans, newest first ----------------------------------------------------------- */

static json_t *plan_item(const struct view *view, const void *value)
{
    return view_plan(view, value, false);
}

static void list_backwards(struct ask *ask, const char *list, const struct table *table,
                           json_t *(*item)(const struct view *view, const void *value))
{
    size_t limit = 0;
    const char *mark = NULL;
    if (!ask_page(ask, list, &limit, &mark))
        return;
    struct view view = ask_view(ask);
    json_t *items = json_array();
    size_t index = table_before(table, mark);
    for (; index > 0 && json_array_size(items) < limit; index--)
        (void)json_array_append_new(items, item(&view, table_at(table, index - 1)));
    ask_items(ask, list, items, index > 0 ? table->rows[index]->key : NULL);
}

/* An administrator's: all; a person's: those of their servers. */
void handle_list_moves(struct ask *ask)
{
    size_t limit = 0;
    const char *mark = NULL;
    if (!ask_page(ask, "moves", &limit, &mark))
        return;
    const char *server = nt_request_query(ask->request, "server");
    const struct table *moves = &ask->desk->fleet.moves;
    json_t *items = json_array();
    const char *last = NULL;
    const char *next = NULL;
    for (size_t index = table_before(moves, mark); index > 0; index--) {
        const struct nt_move_event *move = table_at(moves, index - 1);
        if ((!ask->who.is_admin && strcmp(move->owner, ask->user) != 0) ||
            (server != NULL && strcmp(move->server, server) != 0))
            continue;
        if (json_array_size(items) == limit) {
            next = last;
            break;
        }
        last = moves->rows[index - 1]->key;
        (void)json_array_append_new(items, view_move(move));
    }
    ask_items(ask, "moves", items, next);
}

void handle_list_plans(struct ask *ask)
{
    list_backwards(ask, "plans", &ask->desk->fleet.plans, plan_item);
}

void handle_get_plan(struct ask *ask)
{
    const struct nt_plan *plan = table_find(&ask->desk->fleet.plans, ask->subject);
    if (plan == NULL) {
        ask_code(ask, "not-found");
        return;
    }
    struct view view = ask_view(ask);
    ask_json(ask, 200, view_plan(&view, plan, true));
}

static void get_pool(struct ask *ask)
{
    const struct nt_pool *pool = fleet_pool(&ask->desk->fleet);
    if (pool == NULL) {
        struct problem problem = {0};
        (void)problem_set(&problem, "not-ready");
        problem_text(&problem, "parts", "balancer");
        ask_problem(ask, &problem);
        return;
    }
    struct view view = ask_view(ask);
    ask_etag(ask, pool->revision);
    ask_json(ask, 200, view_pool(&view, pool));
}

void handle_get_pool(struct ask *ask)
{
    ask_after(ask, get_pool);
}

/* --- tasks ----------------------------------------------------------------------------------- */

static int newest_first(const void *a, const void *b)
{
    const struct nt_wish *left = *(const struct nt_wish *const *)a;
    const struct nt_wish *right = *(const struct nt_wish *const *)b;
    if (left->at_ms != right->at_ms)
        return left->at_ms > right->at_ms ? -1 : 1;
    return strcmp(right->id, left->id);
}

/* The page mark of a task: its time, then its id. */
static const char *task_mark(struct ask *ask, const struct nt_wish *wish)
{
    return nt_arena_printf(&ask->arena, "%020lld/%s", (long long)wish->at_ms, wish->id);
}

void handle_list_tasks(struct ask *ask)
{
    size_t limit = 0;
    const char *mark = NULL;
    if (!ask_page(ask, "tasks", &limit, &mark))
        return;
    const struct fleet *fleet = &ask->desk->fleet;
    const struct nt_wish **mine =
        NT_ARRAY(&ask->arena, fleet->wishes.count, const struct nt_wish *);
    size_t count = 0;
    for (size_t i = 0; i < fleet->wishes.count; i++) {
        const struct nt_wish *wish = table_at(&fleet->wishes, i);
        if (strcmp(wish->actor, ask->user) == 0)
            mine[count++] = wish;
    }
    if (count > 1)
        qsort(mine, count, sizeof(mine[0]), newest_first);
    struct view view = ask_view(ask);
    json_t *items = json_array();
    const char *last = NULL;
    const char *next = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *at = task_mark(ask, mine[i]);
        if (mark != NULL && strcmp(at, mark) >= 0)
            continue;
        if (json_array_size(items) == limit) {
            next = last;
            break;
        }
        last = at;
        (void)json_array_append_new(
            items,
            view_task(&view, mine[i], table_find(&fleet->outcomes, mine[i]->id), ask->language));
    }
    ask_items(ask, "tasks", items, next);
}

void handle_get_task(struct ask *ask)
{
    struct view view = ask_view(ask);
    ask_json(ask, 200,
             view_task(&view, table_find(&view.fleet->wishes, ask->subject),
                       table_find(&view.fleet->outcomes, ask->subject), ask->language));
}

/* --- the documents --------------------------------------------------------------------------- */

static void document(struct ask *ask, const char *text)
{
    statics_add_headers(ask->request);
    ask_header(ask, "Cache-Control", "no-cache");
    nt_request_answer(ask->request, 200, "application/json", nt_span_of(text));
    ask_end(ask);
}

void handle_get_openapi(struct ask *ask)
{
    document(ask, ask->desk->openapi);
}

void handle_get_asyncapi(struct ask *ask)
{
    document(ask, ask->desk->asyncapi);
}
