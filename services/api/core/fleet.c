#include <api/fleet.h>
#include <inttypes.h>
#include <nt/text.h>
#include <stddef.h>
#include <string.h>

/* --- how each topic is kept ------------------------------------------------------------------ */

typedef int64_t (*revision_fn)(const void *value);

#define REVISION(record, field)                                                                    \
    static int64_t revision_##record(const void *value)                                            \
    {                                                                                              \
        return ((const struct nt_##record *)value)->field;                                         \
    }

REVISION(server_state, sequence)
REVISION(host, revision)
REVISION(pool, revision)
REVISION(account, revision)
REVISION(template, revision)
REVISION(plan, revision)
REVISION(session, revoked) /* what has ended does not begin again */

#define TABLE(field) offsetof(struct fleet, field)

struct kept {
    enum nt_topic topic;
    size_t table;
    size_t max;
    revision_fn revision; /* NULL: log order alone */
};

static const struct kept kept[] = {
    {NT_TOPIC_SERVER_STATE, TABLE(servers), 100000, revision_server_state},
    {NT_TOPIC_HOSTS, TABLE(hosts), 10000, revision_host},
    {NT_TOPIC_HOST_STATE, TABLE(host_states), 10000, NULL},
    {NT_TOPIC_AGENTS, TABLE(agents), 10000, NULL},
    {NT_TOPIC_POOL, TABLE(pool), 16, revision_pool},
    {NT_TOPIC_ACCOUNTS, TABLE(accounts), 20000, revision_account},
    {NT_TOPIC_SESSIONS, TABLE(sessions), 200000, revision_session},
    {NT_TOPIC_TEMPLATES, TABLE(templates), 1000, revision_template},
    {NT_TOPIC_PLANS, TABLE(plans), 20000, revision_plan},
    {NT_TOPIC_FORECAST_WINDOWS, TABLE(windows), 10000, NULL},
    {NT_TOPIC_FORECAST_RELATIONS, TABLE(relations), 110000, NULL},
    {NT_TOPIC_FORECAST_LOAD, TABLE(forecasts), 200000, NULL},
    {NT_TOPIC_REQUESTS, TABLE(wishes), 200000, NULL},
    {NT_TOPIC_OUTCOMES, TABLE(outcomes), 200000, NULL},
    {NT_TOPIC_SERVER_EVENTS, TABLE(events), 500000, NULL},
    {NT_TOPIC_MOVE_EVENTS, TABLE(moves), FLEET_MOVES + 1, NULL},
    {NT_TOPIC_AUDIT, TABLE(audit), FLEET_AUDIT + 1, NULL},
    {NT_TOPIC_HOST_LOAD, TABLE(loads), 10000, NULL},
};

static struct table *table_of(struct fleet *fleet, size_t offset)
{
    return (struct table *)((char *)fleet + offset);
}

void fleet_init(struct fleet *fleet)
{
    for (size_t i = 0; i < NT_COUNT(kept); i++)
        table_init(table_of(fleet, kept[i].table), kept[i].max);
    table_init(&fleet->current, 10000);
}

void fleet_deinit(struct fleet *fleet)
{
    for (size_t i = 0; i < NT_COUNT(kept); i++)
        table_deinit(table_of(fleet, kept[i].table));
    table_deinit(&fleet->current);
}

/* --- records in ------------------------------------------------------------------------------ */

/* The key under which a record is kept, where that is not the record's own. */
static const char *key_of(struct nt_arena *arena, const struct fleet_record *record,
                          const void *value)
{
    if (record->topic == NT_TOPIC_MOVE_EVENTS)
        return ((const struct nt_move_event *)value)->move;
    if (record->topic == NT_TOPIC_REQUESTS)
        return ((const struct nt_wish *)value)->id;
    if (record->topic == NT_TOPIC_SERVER_EVENTS) {
        const struct nt_server_event *event = value;
        return nt_arena_printf(arena, "%s/%016" PRIx64 "/%010" PRIx64, event->server,
                               (uint64_t)event->at_ms, (uint64_t)record->offset);
    }
    if (record->topic == NT_TOPIC_AUDIT)
        return nt_arena_printf(arena, "%016" PRIx64 "/%010" PRIx64,
                               (uint64_t)((const struct nt_audit *)value)->at_ms,
                               (uint64_t)record->offset);
    return record->key;
}

/* The oldest events of a server go when there are too many of it. */
static void bound_events(struct table *events, const char *server)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    const char *prefix = nt_arena_printf(&arena, "%s/", server);
    size_t first = table_after(events, prefix);
    size_t last = table_before(events, nt_arena_printf(&arena, "%s0", server)); /* '0' is '/' + 1 */
    if (last - first > FLEET_SERVER_EVENTS)
        table_remove(events, nt_arena_text(&arena, events->rows[first]->key));
    nt_arena_deinit(&arena);
}

static void bound(struct fleet *fleet, const struct fleet_record *record, const void *value)
{
    if (record->topic == NT_TOPIC_SERVER_EVENTS)
        bound_events(&fleet->events, ((const struct nt_server_event *)value)->server);
    else if (record->topic == NT_TOPIC_MOVE_EVENTS && fleet->moves.count > FLEET_MOVES)
        table_remove(&fleet->moves, fleet->moves.rows[0]->key);
    else if (record->topic == NT_TOPIC_AUDIT && fleet->audit.count > FLEET_AUDIT)
        table_remove(&fleet->audit, fleet->audit.rows[0]->key);
}

static int put(struct fleet *fleet, const struct kept *how, const struct fleet_record *record,
               struct nt_arena *arena, struct nt_error *err)
{
    const struct nt_record_info *info = NULL;
    void *value = NULL;
    int code = nt_topic_decode(record->topic, arena, record->value, &info, &value, err);
    if (code < 0)
        return code;
    struct table *table = table_of(fleet, how->table);
    const char *key = key_of(arena, record, value);
    const void *old = how->revision == NULL ? NULL : table_find(table, key);
    if (old != NULL && how->revision(value) < how->revision(old))
        return 0;
    code = table_put(table, key, arena, value);
    if (code < 0)
        return nt_fail(err, code, "more than %zu records in %s", table->max,
                       nt_topics[record->topic].name);
    bound(fleet, record, value);
    return 1;
}

int fleet_apply(struct fleet *fleet, const struct fleet_record *record, struct nt_error *err)
{
    const struct kept *how = NULL;
    for (size_t i = 0; i < NT_COUNT(kept); i++)
        if (kept[i].topic == record->topic)
            how = &kept[i];
    if (how == NULL)
        return nt_fail(err, -ENOENT, "%s is not read by the api", nt_topics[record->topic].name);
    if (record->value.len == 0) {
        table_remove(table_of(fleet, how->table), record->key);
        return 1;
    }
    struct nt_arena arena;
    nt_arena_init(&arena);
    int code = put(fleet, how, record, &arena, err);
    nt_arena_deinit(&arena);
    return code;
}

static void remove_where(struct table *table, bool (*is_old)(const void *value, int64_t before_ms),
                         int64_t before_ms)
{
    for (size_t i = table->count; i-- > 0;) {
        if (!is_old(table_at(table, i), before_ms))
            continue;
        struct nt_arena arena;
        nt_arena_init(&arena);
        table_remove(table, nt_arena_text(&arena, table->rows[i]->key));
        nt_arena_deinit(&arena);
    }
}

static bool is_old_wish(const void *value, int64_t before_ms)
{
    return ((const struct nt_wish *)value)->at_ms < before_ms;
}

static bool is_old_outcome(const void *value, int64_t before_ms)
{
    return ((const struct nt_outcome *)value)->at_ms < before_ms;
}

static bool is_old_session(const void *value, int64_t before_ms)
{
    return ((const struct nt_session *)value)->expires_at_ms < before_ms;
}

void fleet_prune(struct fleet *fleet, int64_t wall_ms)
{
    remove_where(&fleet->wishes, is_old_wish, wall_ms - FLEET_REMEMBER_MS);
    remove_where(&fleet->outcomes, is_old_outcome, wall_ms - FLEET_REMEMBER_MS);
    remove_where(&fleet->sessions, is_old_session, wall_ms - FLEET_REMEMBER_MS);
}

/* --- look-ups -------------------------------------------------------------------------------- */

const struct nt_pool *fleet_pool(const struct fleet *fleet)
{
    return fleet->pool.count == 0 ? NULL : table_at(&fleet->pool, 0);
}

int64_t fleet_load_ms(const struct fleet *fleet, int64_t wall_ms)
{
    const struct nt_pool *pool = fleet_pool(fleet);
    struct nt_load_clock clock = {0};
    if (pool != NULL)
        clock = (struct nt_load_clock){.load0_ms = pool->clock.load0_ms,
                                       .wall0_ms = pool->clock.wall0_ms,
                                       .rate = pool->clock.rate};
    return nt_load_ms(&clock, wall_ms);
}

const struct nt_server_state *fleet_server(const struct fleet *fleet, const char *server)
{
    return table_find(&fleet->servers, server);
}

const struct nt_account *fleet_account(const struct fleet *fleet, const char *user)
{
    return table_find(&fleet->accounts, user);
}

const struct nt_account *fleet_account_by_name(const struct fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->accounts.count; i++) {
        const struct nt_account *account = table_at(&fleet->accounts, i);
        if (!account->deleted && strcmp(account->name, name) == 0)
            return account;
    }
    return NULL;
}

size_t fleet_admins(const struct fleet *fleet)
{
    size_t count = 0;
    for (size_t i = 0; i < fleet->accounts.count; i++) {
        const struct nt_account *account = table_at(&fleet->accounts, i);
        count += !account->disabled && !account->deleted && account->password[0] != '\0' &&
                 strcmp(account->role, "admin") == 0;
    }
    return count;
}

bool fleet_has_admin(const struct fleet *fleet)
{
    return fleet_admins(fleet) > 0;
}

/* Does it stand for its person: neither over nor revoked, and the person may sign in? */
static const struct nt_account *bearer_of(const struct fleet *fleet,
                                          const struct nt_session *session, int64_t wall_ms)
{
    if (session == NULL || session->revoked || session->expires_at_ms <= wall_ms)
        return NULL;
    const struct nt_account *account = fleet_account(fleet, session->user);
    return account == NULL || account->disabled || account->deleted ? NULL : account;
}

const struct nt_session *fleet_session(const struct fleet *fleet, const char *hash, int64_t wall_ms)
{
    const struct nt_session *session = table_find(&fleet->sessions, hash);
    const struct nt_account *account = bearer_of(fleet, session, wall_ms);
    if (account == NULL)
        return NULL;
    if (strcmp(session->kind, "token") == 0)
        return session;
    bool is_over = session->created_at_ms < account->sessions_from_ms;
    return strcmp(session->kind, "session") == 0 && !is_over ? session : NULL;
}

const struct nt_session *fleet_link(const struct fleet *fleet, const char *hash, int64_t wall_ms)
{
    const struct nt_session *link = table_find(&fleet->sessions, hash);
    if (bearer_of(fleet, link, wall_ms) == NULL)
        return NULL;
    return strcmp(link->kind, "invite") == 0 || strcmp(link->kind, "reset") == 0 ? link : NULL;
}

const struct nt_session *fleet_session_by_id(const struct fleet *fleet, const char *id)
{
    size_t index = strlen(id) == FLEET_SESSION_ID ? table_before(&fleet->sessions, id) : SIZE_MAX;
    if (index >= fleet->sessions.count)
        return NULL;
    const struct nt_session *session = table_at(&fleet->sessions, index);
    bool is_one = strcmp(session->kind, "session") == 0 || strcmp(session->kind, "token") == 0;
    return is_one && strncmp(session->hash, id, FLEET_SESSION_ID) == 0 ? session : NULL;
}

const struct nt_forecast_load *fleet_forecast(const struct fleet *fleet, const char *subject,
                                              const char *resource)
{
    char key[160];
    (void)snprintf(key, sizeof(key), "%s/%s", subject, resource);
    return table_find(&fleet->forecasts, key);
}

static bool counts(const struct nt_server_state *server)
{
    return strcmp(server->desired, "deleted") != 0;
}

struct fleet_use fleet_used_by(const struct fleet *fleet, const char *owner)
{
    struct fleet_use use = {0};
    for (size_t i = 0; i < fleet->servers.count; i++) {
        const struct nt_server_state *server = table_at(&fleet->servers, i);
        if (!counts(server) || strcmp(server->owner, owner) != 0)
            continue;
        use.cpu_milli += server->requested.cpu_milli;
        use.mem_bytes += server->requested.mem_bytes;
        use.disk_bytes += server->requested.disk_bytes;
        use.gpu_count += server->requested.gpu_count;
        use.net_up_bps += server->requested.net_up_bps;
        use.net_down_bps += server->requested.net_down_bps;
        use.servers++;
    }
    return use;
}

struct fleet_use fleet_given_on(const struct fleet *fleet, const char *host)
{
    struct fleet_use use = {0};
    for (size_t i = 0; i < fleet->servers.count; i++) {
        const struct nt_server_state *server = table_at(&fleet->servers, i);
        bool is_here = strcmp(server->host, host) == 0 ||
                       (server->move != NULL && strcmp(server->move->to, host) == 0);
        if (!counts(server) || !is_here)
            continue;
        use.cpu_milli += server->granted.cpu_milli;
        use.mem_bytes += server->granted.mem_bytes;
        use.servers++;
    }
    return use;
}

struct nt_resources fleet_capacity(const struct fleet *fleet, const char *host)
{
    const struct nt_host *known = table_find(&fleet->hosts, host);
    if (known != NULL && known->capacity != NULL)
        return *known->capacity;
    const struct nt_host_state *state = table_find(&fleet->host_states, host);
    return state != NULL ? state->capacity : (struct nt_resources){0};
}

int64_t fleet_revision(const struct fleet *fleet, const char *subject)
{
    const struct nt_server_state *server = fleet_server(fleet, subject);
    if (server != NULL)
        return server->revision;
    const struct nt_host *host = table_find(&fleet->hosts, subject);
    if (host != NULL)
        return host->revision;
    const struct nt_pool *pool = table_find(&fleet->pool, subject);
    return pool != NULL ? pool->revision : -1;
}
