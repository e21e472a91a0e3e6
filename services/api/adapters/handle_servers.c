/* Handlers: the catalogue, and servers as they are. */
#include "handle.h"

#include <api/size.h>
#include <api/token.h>
#include <nt/text.h>
#include <string.h>

static int by_order(const void *a, const void *b)
{
    const struct nt_template *left = *(const struct nt_template *const *)a;
    const struct nt_template *right = *(const struct nt_template *const *)b;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    return strcmp(left->template, right->template);
}

void handle_get_catalogue(struct ask *ask)
{
    const struct table *known = &ask->desk->fleet.templates;
    const struct nt_template **ordered =
        NT_ARRAY(&ask->arena, known->count, const struct nt_template *);
    for (size_t i = 0; i < known->count; i++)
        ordered[i] = table_at(known, i);
    if (known->count > 1)
        qsort(ordered, known->count, sizeof(ordered[0]), by_order);
    json_t *templates = json_array();
    json_t *all_sizes = json_array();
    for (size_t i = 0; i < known->count; i++)
        (void)json_array_append_new(templates, size_template_to_json(ordered[i]));
    for (size_t i = 0; i < SIZES; i++)
        (void)json_array_append_new(all_sizes, size_to_json(&sizes[i]));
    ask_json(ask, 200, json_pack("{s:o, s:o}", "templates", templates, "sizes", all_sizes));
}

/* --- servers --------------------------------------------------------------------------------- */

static bool is_listed(const struct nt_server_state *server, const char *owner)
{
    return strcmp(server->desired, "deleted") != 0 &&
           (owner == NULL || strcmp(server->owner, owner) == 0);
}

static void list_servers(struct ask *ask)
{
    size_t limit = 0;
    const char *after = NULL;
    if (!ask_page(ask, "servers", &limit, &after))
        return;
    const char *owner = NULL;
    if (!handle_owner(ask, &owner))
        return;
    const struct table *servers = &ask->desk->fleet.servers;
    struct view view = ask_view(ask);
    json_t *items = json_array();
    const char *last = NULL;
    const char *next = NULL;
    for (size_t i = table_after(servers, after); i < servers->count; i++) {
        if (!is_listed(table_at(servers, i), owner))
            continue;
        if (json_array_size(items) == limit) {
            next = last;
            break;
        }
        last = servers->rows[i]->key;
        (void)json_array_append_new(items, view_server(&view, table_at(servers, i)));
    }
    ask_items(ask, "servers", items, next);
}

void handle_list_servers(struct ask *ask)
{
    ask_after(ask, list_servers);
}

static void get_server(struct ask *ask)
{
    const struct nt_server_state *server = fleet_server(&ask->desk->fleet, ask->subject);
    if (server == NULL) {
        ask_code(ask, "not-found");
        return;
    }
    struct view view = ask_view(ask);
    ask_etag(ask, server->revision);
    ask_json(ask, 200, view_server(&view, server));
}

void handle_get_server(struct ask *ask)
{
    ask_after(ask, get_server);
}

void handle_get_server_access(struct ask *ask)
{
    const struct nt_server_state *server = fleet_server(&ask->desk->fleet, ask->subject);
    const struct nt_template *template = table_find(&ask->desk->fleet.templates, server->template);
    const struct nt_spec *spec = template == NULL ? NULL : &template->spec;
    const char *wants =
        spec == NULL ? NULL : nt_pairs_find(spec->env, spec->env_count, "NEAPTIDE_PASSWORD");
    if (wants == NULL) {
        ask_code(ask, "not-found");
        return;
    }
    const char *user = nt_pairs_find(spec->env, spec->env_count, "NEAPTIDE_USER");
    char password[TOKEN_PASSWORD_SIZE];
    token_password(ask->desk->key, server->server, password);
    ask_audit(ask, server->server, "ok");
    ask_json(ask, 200,
             json_pack("{s:s, s:s}", "user", nt_text_is_empty(user) ? "root" : user, "password",
                       password));
}

void handle_list_server_events(struct ask *ask)
{
    size_t limit = 0;
    const char *mark = NULL;
    if (!ask_page(ask, "events", &limit, &mark))
        return;
    const struct table *events = &ask->desk->fleet.events;
    const char *prefix = nt_arena_printf(&ask->arena, "%s/", ask->subject);
    if (mark != NULL && !nt_text_starts(mark, prefix)) {
        ask_code(ask, "cursor-wrong");
        return;
    }
    size_t first = table_after(events, prefix);
    /* '0' is the character after '/' */
    const char *end = nt_arena_printf(&ask->arena, "%s0", ask->subject);
    size_t index = table_before(events, mark != NULL ? mark : end);
    json_t *items = json_array();
    for (; index > first && json_array_size(items) < limit; index--) {
        const struct table_row *row = events->rows[index - 1];
        (void)json_array_append_new(items, view_event(row->value, row->key));
    }
    ask_items(ask, "events", items, index > first ? events->rows[index]->key : NULL);
}
