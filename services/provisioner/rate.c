/* The network's limits: after every start, when they change, and looked at again each minute. */
#include "fleet.h"

#include <nt/clock.h>
#include <nt/log.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>

enum { LOOK_AGAIN_MS = 55000 };

struct rating {
    struct server *server;
    int netns;
    struct netrate wanted, now;
    struct nt_error err;
};

static void rate_work(void *arg)
{
    struct rating *rating = arg;
    (void)netrate_apply(rating->netns, &rating->wanted, &rating->now, &rating->err);
}

static void rate_done(void *arg, bool cancelled)
{
    struct rating *rating = arg;
    struct server *server = rating->server;
    server->is_rating = false;
    if (!cancelled && rating->err.code < 0) {
        server->rate_of[0] = '\0'; /* so the next look tries again */
        nt_log(NT_WARN, "rate_not_set", NT_KV("server", server->id),
               NT_KV("reason", rating->err.message));
    } else if (!cancelled) {
        server->rate = rating->now;
        server_tell(server);
    }
    (void)close(rating->netns);
    free(rating);
}

void server_rate(struct server *server)
{
    struct world world;
    char start[sizeof(server->rate_of)];
    server_world(server, &world);
    const struct seen *live = world_live(&world);
    if (live == NULL || live->state != SEEN_RUNNING || server->placement == NULL) {
        server->rate_of[0] = '\0';
        return;
    }
    const struct nt_resources *granted = &server->placement->granted;
    struct netrate wanted = {.up_bps = granted->net_up_bps, .down_bps = granted->net_down_bps};
    (void)snprintf(start, sizeof(start), "%.70s %.70s", live->id, live->started_at);
    bool is_new = !nt_text_is(start, server->rate_of);
    bool is_limited = wanted.up_bps > 0 || wanted.down_bps > 0;
    bool was_limited = !is_new && (server->rate.up_bps > 0 || server->rate.down_bps > 0);
    bool has_changed = is_new || memcmp(&wanted, &server->rate_wanted, sizeof(wanted)) != 0;
    if (is_new)
        server->rate = (struct netrate){0}; /* a new start has new interfaces */
    if (server->is_rating || !(is_limited || was_limited) ||
        (!has_changed && world.now_ms - server->rated_at_ms < LOOK_AGAIN_MS))
        return;
    int netns = netrate_open(live->pid);
    if (netns < 0)
        return; /* it ended: Docker says so in a moment */
    struct rating *rating = nt_zalloc(sizeof(*rating));
    *rating = (struct rating){.server = server, .netns = netns, .wanted = wanted};
    (void)snprintf(server->rate_of, sizeof(server->rate_of), "%s", start);
    server->rate_wanted = wanted;
    server->rated_at_ms = world.now_ms;
    server->is_rating = true;
    nt_work(server->fleet->options.loop, rate_work, rate_done, rating);
}
