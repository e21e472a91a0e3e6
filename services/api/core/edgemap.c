#include <api/body.h>
#include <api/edgemap.h>
#include <nt/contract.h>
#include <nt/text.h>
#include <string.h>

bool edgemap_is_held(const char *phase)
{
    return nt_text_is(phase, "holding") || nt_text_is(phase, "cutover") ||
           nt_text_is(phase, "recalled");
}

const char *edgemap_host(struct nt_arena *arena, const char *name, const char *domain)
{
    return nt_arena_printf(arena, "%s.%s", name, domain);
}

static int compare(const void *a, const void *b)
{
    const struct edgemap_entry *left = a;
    const struct edgemap_entry *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return strcmp(left->key, right->key);
}

void edgemap_sort(struct edgemap *map)
{
    if (map->count > 1)
        qsort(map->entries, map->count, sizeof(map->entries[0]), compare);
}

static void add(struct edgemap *map, enum edgemap_kind kind, const char *key, const char *value)
{
    map->entries[map->count++] = (struct edgemap_entry){kind, key, value};
}

static int published_port(const struct nt_server_state *server, const char *service)
{
    for (size_t i = 0; i < server->ports_count; i++)
        if (strcmp(server->ports[i].service, service) == 0)
            return server->ports[i].port;
    return 0;
}

/* An address goes into a command for the edge: nothing but an address may be in it. */
static bool is_address(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789abcdefABCDEF.:") == strlen(text);
}

static void add_key(struct nt_arena *arena, struct edgemap *map,
                    const struct nt_server_state *server, const char *service, const char *key)
{
    int port = published_port(server, service);
    bool is_there = is_address(server->address) && port > 0;
    add(map, EDGE_ADDRESS, key, is_there ? nt_arena_text(arena, server->address) : EDGE_NOWHERE);
    add(map, EDGE_PORT, key, is_there ? nt_arena_printf(arena, "%d", port) : EDGE_NOWHERE_PORT);
    if (server->move != NULL && edgemap_is_held(server->move->phase))
        add(map, EDGE_HOLD, key, "hold");
}

static void add_server(struct nt_arena *arena, struct edgemap *map,
                       const struct nt_server_state *server, const char *domain)
{
    if (strcmp(server->desired, "deleted") == 0 || !body_is_name(server->name))
        return;
    for (size_t i = 0; i < server->services_count; i++) {
        const struct nt_service *service = &server->services[i];
        if (strcmp(service->protocol, "http") != 0)
            continue;
        add_key(arena, map, server, service->name, edgemap_host(arena, server->name, domain));
        break; /* one web address a server */
    }
    for (size_t i = 0; i < server->edge_ports_count; i++)
        add_key(arena, map, server, server->edge_ports[i].service,
                nt_arena_printf(arena, "%d", server->edge_ports[i].port));
}

struct edgemap edgemap_of(struct nt_arena *arena, const struct table *servers, const char *domain)
{
    size_t room = 0;
    for (size_t i = 0; i < servers->count; i++) {
        const struct nt_server_state *server = table_at(servers, i);
        room += 3 * (1 + server->edge_ports_count);
    }
    struct edgemap map = {.entries = NT_ARRAY(arena, room, struct edgemap_entry)};
    for (size_t i = 0; i < servers->count; i++)
        add_server(arena, &map, table_at(servers, i), domain);
    edgemap_sort(&map);
    return map;
}

/* --- difference ------------------------------------------------------------------------------ */

/* Turn in which a change is made. */
static int turn_of(const struct edgemap_change *change)
{
    if (change->entry.kind != EDGE_HOLD)
        return 1;
    return change->verb == EDGE_DEL ? 2 : 0;
}

size_t edgemap_diff(struct nt_arena *arena, const struct edgemap *have, const struct edgemap *want,
                    struct edgemap_change **ret_changes)
{
    size_t room = have->count + want->count;
    struct edgemap_change *found = NT_ARRAY(arena, room, struct edgemap_change);
    size_t count = 0;
    size_t h = 0;
    size_t w = 0;
    while (h < have->count || w < want->count) {
        int order = h == have->count   ? 1
                    : w == want->count ? -1
                                       : compare(&have->entries[h], &want->entries[w]);
        if (order < 0) {
            found[count++] = (struct edgemap_change){EDGE_DEL, have->entries[h++]};
        } else if (order > 0) {
            found[count++] = (struct edgemap_change){EDGE_ADD, want->entries[w++]};
        } else {
            if (strcmp(have->entries[h].value, want->entries[w].value) != 0)
                found[count++] = (struct edgemap_change){EDGE_SET, want->entries[w]};
            h++;
            w++;
        }
    }
    struct edgemap_change *ordered = NT_ARRAY(arena, room, struct edgemap_change);
    size_t out = 0;
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < count; i++)
            if (turn_of(&found[i]) == turn)
                ordered[out++] = found[i];
    *ret_changes = ordered;
    return out;
}
