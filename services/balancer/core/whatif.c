#include <balancer/whatif.h>

#include <balancer/outlook.h>
#include <balancer/placing.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct question {
    const struct context *context;
    struct nt_arena *arena;
    const struct whatif_ask *ask;
    struct outlook *without;
    struct outlook *with;
    bool *is_changed; /* by host of the outlook */
    struct outlook_host *scratch;
    struct whatif *answer;
};

/* --- changes ---------------------------------------------------------------------------------- */

static void shift(struct question *question, const char *host, const struct fleet_server *server,
                  float weight)
{
    struct outlook_host *entry = outlook_find(question->with, host);
    if (entry == NULL)
        return;
    question->is_changed[entry - question->with->hosts] = true;
    outlook_shift(question->with, entry, server, weight, 0);
}

/* The host on which the server adds least to what is to be avoided; NULL: it fits on none. */
static struct outlook_host *best_host(struct question *question, const struct fleet_server *server,
                                      const double *mem_left)
{
    const struct nt_placement *placement = fleet_placement(server);
    struct outlook_host *best = NULL;
    double best_above = 0, best_peak = 0;
    for (size_t i = 0; i < question->with->hosts_count; i++) {
        struct outlook_host *host = &question->with->hosts[i];
        if (placing_target(question->context, placement, host->host) != NULL ||
            (double)placement->granted.mem_bytes > mem_left[i])
            continue;
        *question->scratch = *host;
        outlook_shift(question->with, question->scratch, server, +1, 0);
        const double above = outlook_time_above_ms(question->scratch) - outlook_time_above_ms(host);
        const double peak = outlook_peak_pct(question->scratch, FLEET_CPU, 0, SCENARIO_SLOTS);
        if (best == NULL || above < best_above || (above == best_above && peak < best_peak)) {
            best = host;
            best_above = above;
            best_peak = peak;
        }
    }
    return best;
}

static double *memory_left(struct question *question)
{
    double *left = NT_ARRAY(question->arena, question->with->hosts_count, double);
    for (size_t i = 0; i < question->with->hosts_count; i++) {
        const struct fleet_host *host = question->with->hosts[i].host;
        left[i] = (double)(fleet_capacity(host)->mem_bytes - host->granted.mem_bytes);
    }
    return left;
}

/* --- each kind -------------------------------------------------------------------------------- */

static const char *move(struct question *question)
{
    const struct fleet_server *server =
        fleet_find_server(question->context->fleet, question->ask->server);
    const struct nt_placement *placement = fleet_placement(server);
    if (!fleet_is_living(placement))
        return "not-found";
    const char *to = question->ask->to;
    const char *problem = NULL;
    if (to == NULL) {
        const struct outlook_host *best = best_host(question, server, memory_left(question));
        if (best == NULL)
            return "no-room";
        to = best->host->id;
    } else {
        problem = placing_target(question->context, placement,
                                 fleet_find_host(question->context->fleet, to));
    }
    question->answer->to = to;
    shift(question, placement->host, server, -1);
    shift(question, to, server, +1);
    return problem;
}

static const char *resize(struct question *question)
{
    const struct fleet_server *server =
        fleet_find_server(question->context->fleet, question->ask->server);
    const struct nt_placement *placement = fleet_placement(server);
    if (!fleet_is_living(placement))
        return "not-found";
    const struct fleet_host *host = fleet_find_host(question->context->fleet, placement->host);
    const struct nt_resources *capacity = host != NULL ? fleet_capacity(host) : NULL;
    const struct nt_resources *size = &question->ask->size;
    const double now = fmax((double)placement->granted.cpu_milli, 1);
    shift(question, placement->host, server, (float)((double)size->cpu_milli / now - 1));
    if (capacity == NULL)
        return "not-ready";
    const bool fits =
        size->cpu_milli <= capacity->cpu_milli && size->mem_bytes - placement->granted.mem_bytes <=
                                                      capacity->mem_bytes - host->granted.mem_bytes;
    return fits ? NULL : "no-room";
}

static const char *add(struct question *question)
{
    const struct whatif_ask *ask = question->ask;
    const struct nt_resources minimum = {.cpu_milli = 1, .mem_bytes = 1};
    const struct placing placing = placing_new(question->context, &ask->size, &minimum,
                                               ask->template != NULL ? ask->template : "", ask->to);
    struct outlook_host *entry =
        placing.host != NULL ? outlook_find(question->with, placing.host->id) : NULL;
    if (entry == NULL)
        return "no-room";
    question->answer->to = placing.host->id;
    question->is_changed[entry - question->with->hosts] = true;
    placing_add_expected(question->context, ask->template != NULL ? ask->template : "",
                         &placing.allotment.granted, &entry->sum[FLEET_CPU]);
    scenario_add_flat(&entry->sum[FLEET_MEMORY], (double)placing.allotment.granted.mem_bytes / 2, 1,
                      0);
    return NULL;
}

static const char *take_away(struct question *question)
{
    const struct fleet_server *server =
        fleet_find_server(question->context->fleet, question->ask->server);
    const struct nt_placement *placement = fleet_placement(server);
    if (!fleet_is_living(placement))
        return "not-found";
    shift(question, placement->host, server, -1);
    return NULL;
}

static int larger_first(const void *a, const void *b)
{
    const struct fleet_server *const *x = a, *const *y = b;
    const int64_t p = fleet_placement(*x)->granted.mem_bytes;
    const int64_t q = fleet_placement(*y)->granted.mem_bytes;
    return p != q ? (p < q) - (p > q) : strcmp((*x)->id, (*y)->id);
}

static const char *lose(struct question *question)
{
    const struct fleet *fleet = question->context->fleet;
    const char *host = question->ask->host;
    if (host == NULL || outlook_find(question->with, host) == NULL)
        return "host-unknown";
    const size_t room = HASH_COUNT(fleet->servers);
    const struct fleet_server **servers =
        NT_ARRAY(question->arena, room, const struct fleet_server *);
    question->answer->homeless = NT_ARRAY(question->arena, room, const char *);
    size_t count = 0;
    FLEET_EACH_SERVER(fleet, server)
    {
        const struct nt_placement *placement = fleet_placement(server);
        if (fleet_is_living(placement) && nt_text_is(placement->host, host))
            servers[count++] = server;
    }
    qsort(servers, count, sizeof(servers[0]), larger_first);
    double *left = memory_left(question);
    for (size_t i = 0; i < count; i++) {
        struct outlook_host *to = best_host(question, servers[i], left);
        shift(question, host, servers[i], -1);
        if (to == NULL) {
            question->answer->homeless[question->answer->homeless_count++] = servers[i]->id;
            continue;
        }
        left[to - question->with->hosts] -= (double)fleet_placement(servers[i])->granted.mem_bytes;
        shift(question, to->host->id, servers[i], +1);
    }
    return question->answer->homeless_count > 0 ? "no-room" : NULL;
}

/* --- the answer ------------------------------------------------------------------------------- */

static struct whatif_side side_of(const struct outlook_host *host)
{
    enum { PER_POINT = SCENARIO_SLOTS / WHATIF_POINTS };
    struct whatif_side side = {
        .peak_pct = outlook_peak_pct(host, FLEET_CPU, 0, SCENARIO_SLOTS),
        .above_ms = outlook_time_above_ms(host),
        .probability = outlook_max_probability(host, FLEET_CPU),
    };
    for (int i = 0; i < WHATIF_POINTS; i++) {
        double sum = 0;
        for (int t = 0; t < PER_POINT; t++)
            sum += scenario_mean(&host->sum[FLEET_CPU], i * PER_POINT + t);
        side.pct[i] = (float)(100 * sum / PER_POINT / fmax(host->capacity[FLEET_CPU], 1));
    }
    return side;
}

static void compare(struct question *question)
{
    struct whatif *answer = question->answer;
    answer->hosts = NT_ARRAY(question->arena, question->with->hosts_count, struct whatif_host);
    for (size_t i = 0; i < question->with->hosts_count; i++)
        if (question->is_changed[i])
            answer->hosts[answer->hosts_count++] = (struct whatif_host){
                .host = question->with->hosts[i].host->id,
                .is_forecast = question->with->hosts[i].is_forecast[FLEET_CPU],
                .without = side_of(&question->without->hosts[i]),
                .with = side_of(&question->with->hosts[i]),
            };
}

void whatif_answer(const struct context *context, struct nt_arena *arena,
                   const struct whatif_ask *ask, struct whatif *ret_whatif)
{
    static const char *(*const kinds[])(struct question * question) = {
        [WHATIF_MOVE] = move,        [WHATIF_RESIZE] = resize,  [WHATIF_ADD] = add,
        [WHATIF_REMOVE] = take_away, [WHATIF_HOST_LOST] = lose,
    };
    NT_CLEANUP(outlook_free_p) struct outlook *without = outlook_new(context, false);
    NT_CLEANUP(outlook_free_p) struct outlook *with = outlook_dup(without);
    NT_CLEANUP(nt_free_p) struct outlook_host *scratch = nt_zalloc(sizeof(*scratch));
    *ret_whatif = (struct whatif){.from_ms = without->from_ms};
    struct question question = {
        .context = context,
        .arena = arena,
        .ask = ask,
        .without = without,
        .with = with,
        .is_changed = NT_ARRAY(arena, without->hosts_count, bool),
        .scratch = scratch,
        .answer = ret_whatif,
    };
    ret_whatif->problem = kinds[ask->kind](&question);
    compare(&question);
}
