/* Handlers: what happened, over all servers. */
#include "handle.h"

#include <api/timeline.h>
#include <nt/text.h>
#include <string.h>

#define PAGE_MAX 100

bool handle_owner(struct ask *ask, const char **ret_owner)
{
    const char *owner = nt_request_query(ask->request, "owner");
    if (owner == NULL || strcmp(owner, "me") == 0)
        owner = ask->user;
    *ret_owner = strcmp(owner, "all") == 0 ? NULL : owner;
    if (ask->who.is_admin || nt_text_is(*ret_owner, ask->user))
        return true;
    ask_code(ask, "administrator-only");
    return false;
}

void handle_list_events(struct ask *ask)
{
    size_t limit = 0;
    const char *mark = NULL;
    const char *owner = NULL;
    if (!ask_page(ask, "server-events", &limit, &mark) || !handle_owner(ask, &owner))
        return;
    const struct timeline_ask wanted = {
        .owner = owner, .kind = nt_request_query(ask->request, "kind"), .mark = mark};
    const struct table_row *rows[PAGE_MAX + 1];
    size_t count = timeline_newest(&ask->desk->fleet, &wanted, rows, limit + 1);
    json_t *items = json_array();
    for (size_t i = 0; i < count && i < limit; i++)
        (void)json_array_append_new(items, view_event(rows[i]->value, rows[i]->key));
    char last[TIMELINE_KEY];
    if (count > limit)
        timeline_mark(rows[limit - 1], last);
    ask_items(ask, "server-events", items, count > limit ? last : NULL);
}
