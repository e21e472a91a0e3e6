/*
 * What the edge must know: its maps as a pure function of the servers' states, and the difference
 * between two of them as commands in an order that never sends a request to the wrong place. A key
 * is a host name (web) or a port of the edge (SSH and TCP), as services/images/edge reads them:
 *
 *   address  key -> address of the host        hold  key -> "hold" (absent: go)
 *   port     key -> published port there
 *
 * A server without an address (stopped, being prepared) has EDGE_NOWHERE, where nothing listens, so
 * that the edge says "not running" instead of "unknown", and holds for a server between two hosts.
 */
#ifndef API_EDGEMAP_H
#define API_EDGEMAP_H

#include <api/table.h>

enum edgemap_kind { EDGE_ADDRESS, EDGE_PORT, EDGE_HOLD };
#define EDGE_KINDS 3

#define EDGE_NOWHERE      "127.0.0.1"
#define EDGE_NOWHERE_PORT "1"

struct edgemap_entry {
    enum edgemap_kind kind;
    const char *key;
    const char *value;
};

/* Sorted by kind and key. */
struct edgemap {
    struct edgemap_entry *entries;
    size_t count;
};

/* servers holds struct nt_server_state. domain is that of the servers ("s.localhost"). Everything
 * lives in arena. */
struct edgemap edgemap_of(struct nt_arena *arena, const struct table *servers, const char *domain);

/* Sorts entries that were read back from the edge. */
void edgemap_sort(struct edgemap *map);

enum edgemap_verb { EDGE_ADD, EDGE_SET, EDGE_DEL };

struct edgemap_change {
    enum edgemap_verb verb;
    struct edgemap_entry entry;
};

/*
 * Changes that turn have into want: first new holds, then addresses and ports, then the holds that
 * end, so that whoever was held goes to the new place. Returns their count; they live in arena.
 */
size_t edgemap_diff(struct nt_arena *arena, const struct edgemap *have, const struct edgemap *want,
                    struct edgemap_change **ret_changes);

/* Phases in which new requests wait at the edge. */
bool edgemap_is_held(const char *phase);

/* "name.domain", in arena. */
const char *edgemap_host(struct nt_arena *arena, const char *name, const char *domain);

#endif
