#include <balancer/fair.h>

#include <nt/memory.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Given back only while grants stay below this part of the capacity: or what is given back would
 * be taken again. */
static const double BACK_UNTIL = 0.85;

/* --- water-filling ---------------------------------------------------------------------------- */

struct claim {
    double least; /* given in any case */
    double most;  /* and not more than this */
    double weight;
    double level; /* most / weight: the water level at which it is full */
    double share; /* out */
};

static int by_level(const void *a, const void *b)
{
    const struct claim *const *x = a, *const *y = b;
    return ((*x)->level > (*y)->level) - ((*x)->level < (*y)->level);
}

/* The level at which all have together what there is: each has weight x level, but at least and at
 * most its own. Rising in the level, so halving finds it. */
static double held_at(struct claim *const *claims, size_t count, double level)
{
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += fmin(fmax(claims[i]->weight * level, claims[i]->least), claims[i]->most);
    return total;
}

static void fill(struct claim **claims, size_t count, double capacity)
{
    double asked = 0;
    for (size_t i = 0; i < count; i++) {
        claims[i]->most = fmax(claims[i]->most, claims[i]->least);
        claims[i]->level = claims[i]->most / claims[i]->weight;
        asked += claims[i]->most;
    }
    double level = INFINITY;
    if (asked > capacity && count > 0) {
        enum { HALVINGS = 60 };
        qsort(claims, count, sizeof(claims[0]), by_level);
        double low = 0, high = claims[count - 1]->level;
        for (int i = 0; i < HALVINGS; i++) {
            const double middle = (low + high) / 2;
            *(held_at(claims, count, middle) > capacity ? &high : &low) = middle;
        }
        level = low;
    }
    for (size_t i = 0; i < count; i++)
        claims[i]->share =
            isinf(level) ? claims[i]->most
                         : fmin(fmax(claims[i]->weight * level, claims[i]->least), claims[i]->most);
}

/* --- shares ----------------------------------------------------------------------------------- */

struct sharing {
    struct claim *owners;
    struct claim *servers;
    struct claim **order; /* scratch: as many as the larger of both */
    size_t *first;        /* servers by owner: [first[o], first[o + 1]) of list */
    size_t *list;
};

static void sort_by_owner(const struct fair_server *servers, size_t count, size_t owners_count,
                          struct sharing *sharing)
{
    memset(sharing->first, 0, (owners_count + 2) * sizeof(size_t));
    for (size_t i = 0; i < count; i++)
        sharing->first[servers[i].owner + 2]++;
    for (size_t o = 0; o < owners_count; o++)
        sharing->first[o + 2] += sharing->first[o + 1];
    for (size_t i = 0; i < count; i++)
        sharing->list[sharing->first[servers[i].owner + 1]++] = i;
}

static void share_one(const struct fair_host *host, const double *weights, size_t owners_count,
                      struct fair_server *servers, size_t count, int r, struct sharing *sharing)
{
    const double capacity = (double)host->capacity[r];
    const bool is_limited = capacity > 0;
    const double cap = is_limited ? capacity * host->cap_pct / 100 : INFINITY;
    for (size_t o = 0; o < owners_count; o++)
        sharing->owners[o] = (struct claim){.weight = weights[o]};
    for (size_t i = 0; i < count; i++) {
        const double least = (double)servers[i].minimum[r];
        const double most = fmax(fmin((double)servers[i].requested[r], cap), least);
        sharing->servers[i] = (struct claim){.least = least, .most = most, .weight = 1};
        sharing->owners[servers[i].owner].least += least;
        sharing->owners[servers[i].owner].most += most;
    }
    for (size_t o = 0; o < owners_count; o++)
        sharing->order[o] = &sharing->owners[o];
    fill(sharing->order, owners_count, is_limited ? capacity : INFINITY);
    for (size_t o = 0; o < owners_count; o++) {
        const size_t from = sharing->first[o], end = sharing->first[o + 1];
        for (size_t i = from; i < end; i++)
            sharing->order[i - from] = &sharing->servers[sharing->list[i]];
        fill(sharing->order, end - from, sharing->owners[o].share);
    }
    for (size_t i = 0; i < count; i++)
        servers[i].share[r] = (int64_t)floor(sharing->servers[i].share + 1e-6);
}

void fair_share(const struct fair_host *host, const double *weights, size_t owners_count,
                struct fair_server *servers, size_t count)
{
    const size_t most = (owners_count > count ? owners_count : count) + 1;
    struct sharing sharing = {
        .owners = nt_zalloc((owners_count + 1) * sizeof(struct claim)),
        .servers = nt_zalloc((count + 1) * sizeof(struct claim)),
        .order = nt_zalloc(most * sizeof(struct claim *)),
        .first = nt_zalloc((owners_count + 2) * sizeof(size_t)),
        .list = nt_zalloc((count + 1) * sizeof(size_t)),
    };
    sort_by_owner(servers, count, owners_count, &sharing);
    for (int r = 0; r < FAIR_RESOURCES; r++)
        share_one(host, weights, owners_count, servers, count, r, &sharing);
    free(sharing.owners);
    free(sharing.servers);
    free((void *)sharing.order);
    free(sharing.first);
    free(sharing.list);
}

/* --- over time -------------------------------------------------------------------------------- */

static bool may_change(const struct fair_server *server, int64_t now_ms)
{
    return server->changed_ms == 0 || now_ms - server->changed_ms >= FAIR_PAUSE_MS;
}

static size_t cut(struct fair_server *servers, size_t count, int64_t now_ms)
{
    size_t changed = 0;
    for (size_t i = 0; i < count; i++) {
        struct fair_server *server = &servers[i];
        bool is_less = false;
        for (int r = 0; r < FAIR_RESOURCES; r++)
            is_less |= server->share[r] < server->now[r];
        if (!is_less || !may_change(server, now_ms))
            continue;
        for (int r = 0; r < FAIR_RESOURCES; r++)
            if (server->share[r] < server->now[r])
                server->now[r] = server->share[r];
        server->changed_ms = now_ms;
        changed++;
    }
    return changed;
}

struct waiting {
    size_t server;
    double part; /* of the owner's entitlement that the owner has */
};

static int by_part(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    return (x->server > y->server) - (x->server < y->server);
}

/* All of it or nothing: grants move in few steps. */
static bool give_back(const struct fair_host *host, struct fair_server *server, double *held)
{
    for (int r = 0; r < FAIR_RESOURCES; r++) {
        const double more = (double)(server->requested[r] - server->now[r]);
        if (more > 0 && host->capacity[r] > 0 &&
            held[r] + more > BACK_UNTIL * (double)host->capacity[r])
            return false;
    }
    for (int r = 0; r < FAIR_RESOURCES; r++) {
        if (server->requested[r] <= server->now[r])
            continue;
        held[r] += (double)(server->requested[r] - server->now[r]);
        server->now[r] = server->requested[r];
    }
    return true;
}

static size_t restore(const struct fair_host *host, const double *weights, size_t owners_count,
                      struct fair_server *servers, size_t count, int64_t now_ms)
{
    double held[FAIR_RESOURCES] = {0};
    double *of_owner = nt_zalloc((owners_count + 1) * sizeof(double));
    struct waiting *waiting = nt_zalloc((count + 1) * sizeof(*waiting));
    for (size_t i = 0; i < count; i++) {
        for (int r = 0; r < FAIR_RESOURCES; r++)
            held[r] += (double)servers[i].now[r];
        of_owner[servers[i].owner] += (double)servers[i].now[FAIR_CPU];
    }
    size_t short_count = 0, changed = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_short = false;
        for (int r = 0; r < FAIR_RESOURCES; r++)
            is_short |= servers[i].now[r] < servers[i].requested[r];
        const int owner = servers[i].owner;
        if (is_short && may_change(&servers[i], now_ms))
            waiting[short_count++] = (struct waiting){i, of_owner[owner] / weights[owner]};
    }
    qsort(waiting, short_count, sizeof(waiting[0]), by_part);
    for (size_t i = 0; i < short_count; i++) {
        struct fair_server *server = &servers[waiting[i].server];
        if (!give_back(host, server, held))
            continue;
        server->changed_ms = now_ms;
        changed++;
    }
    free(of_owner);
    free(waiting);
    return changed;
}

size_t fair_step(const struct fair_host *host, const double *weights, size_t owners_count,
                 struct fair_server *servers, size_t count, bool is_danger, int64_t now_ms)
{
    return is_danger ? cut(servers, count, now_ms)
                     : restore(host, weights, owners_count, servers, count, now_ms);
}
