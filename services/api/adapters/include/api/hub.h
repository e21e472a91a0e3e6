/*
 * Server-sent events: what changed in the fleet goes to everybody who may see it. An event names
 * what changed, and is written as it looks then to its reader; so a replay after Last-Event-ID
 * tells each thing once, as it is now. From before this run, or before the ring, server events and
 * moves of up to 30 days are told again. Loop thread only.
 */
#ifndef API_HUB_H
#define API_HUB_H

#include <api/desk.h>

#define HUB_STREAMS_MAX  2500
#define HUB_STREAMS_EACH 10   /* of one person */
#define HUB_KEPT         4096 /* events that can be replayed */

struct hub *hub_new(struct desk *desk);
void hub_free(struct hub *hub); /* ends all streams */

enum hub_kind {
    HUB_SERVER,
    HUB_SERVER_EVENT,
    HUB_HOST,
    HUB_MOVE,
    HUB_PLAN,
    HUB_WINDOWS,
    HUB_FORECAST,
    HUB_POOL,
    HUB_TASK,
};

/* key is that of the fleet's table. Events of 50 ms go out together, each thing once. */
void hub_changed(struct hub *hub, enum hub_kind kind, const char *key);

/* Newer loads are there: told at most four times a second. */
void hub_loads(struct hub *hub);

#endif
