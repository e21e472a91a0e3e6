/*
 * One connection, its back-off and the time-outs that hiredis 0.14 does not have. hiredis comes
 * with an adapter for libuv, but that one drops the error events of a poll, so a refused or reset
 * connection would be noticed by our time-out only: an nt_watch reports them as readable instead.
 */
#include <nt/cache.h>

#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>

#include <assert.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum {
    BACKOFF_MIN_MS = 100,
    BACKOFF_MAX_MS = 5000,
    CONNECT_TIMEOUT_MS = 2000,
    COMMAND_TIMEOUT_MS = 1000,
    CHECK_MS = 200,
};

struct command {
    struct nt_cache *cache;
    struct command *next; /* in the order of sending, which is the order of answers */
    int64_t deadline_mono_ms;
    void (*set_done)(void *arg, int status);
    void (*get_done)(void *arg, int status, const struct nt_span *values, size_t count);
    void *arg;
};

/* A name is looked up on the pool: the resolver blocks, for seconds when its server is away. */
struct lookup {
    struct nt_cache *cache; /* NULL: closed meanwhile */
    char host[256];
    char address[INET6_ADDRSTRLEN]; /* "" when there is none */
};

struct nt_cache {
    struct nt_loop *loop;
    char *host; /* NULL: path is a socket */
    int port;
    char *path;
    struct lookup *lookup;    /* under way, or NULL */
    redisAsyncContext *redis; /* NULL while there is no attempt and no connection */
    struct nt_watch *watch;   /* of redis */
    int interest;             /* what watch waits for */
    bool is_connected;
    bool is_closing;
    int64_t connect_deadline_mono_ms;
    uint64_t backoff_ms;
    struct nt_timer *retry;
    struct nt_timer *check;
    struct command *oldest, *newest;
    size_t waiting;
};

/* --- hiredis on the loop --------------------------------------------------------------------- */

static void on_ready(void *arg, int events)
{
    struct nt_cache *cache = arg;
    if (cache->redis != NULL && (events & NT_READABLE) != 0)
        redisAsyncHandleRead(cache->redis);
    if (cache->redis != NULL && (events & NT_WRITABLE) != 0)
        redisAsyncHandleWrite(cache->redis);
}

static void set_interest(struct nt_cache *cache, int interest)
{
    cache->interest = interest;
    if (cache->watch != NULL)
        nt_watch_set(cache->watch, interest);
}

static void add_read(void *arg)
{
    struct nt_cache *cache = arg;
    set_interest(cache, cache->interest | NT_READABLE);
}

static void del_read(void *arg)
{
    struct nt_cache *cache = arg;
    set_interest(cache, cache->interest & ~NT_READABLE);
}

static void add_write(void *arg)
{
    struct nt_cache *cache = arg;
    set_interest(cache, cache->interest | NT_WRITABLE);
}

static void del_write(void *arg)
{
    struct nt_cache *cache = arg;
    set_interest(cache, cache->interest & ~NT_WRITABLE);
}

/* hiredis lets go of the descriptor: it is closed right after. */
static void stop_watching(void *arg)
{
    struct nt_cache *cache = arg;
    nt_watch_free(nt_take(cache->watch));
    cache->interest = 0;
    cache->redis = NULL;
}

/* --- the connection -------------------------------------------------------------------------- */

static void on_gone(struct nt_cache *cache)
{
    cache->is_connected = false;
    cache->redis = NULL; /* hiredis frees it when we return */
    if (cache->is_closing)
        return;
    nt_timer_start(cache->retry, cache->backoff_ms, 0);
    cache->backoff_ms =
        cache->backoff_ms * 2 < BACKOFF_MAX_MS ? cache->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void on_connect(const redisAsyncContext *redis, int status)
{
    struct nt_cache *cache = redis->data;
    if (status != REDIS_OK) {
        on_gone(cache);
        return;
    }
    cache->is_connected = true;
    cache->backoff_ms = BACKOFF_MIN_MS;
}

static void on_disconnect(const redisAsyncContext *redis, int status)
{
    (void)status;
    on_gone(redis->data);
}

static void drop_connection(struct nt_cache *cache)
{
    redisAsyncContext *redis = nt_take(cache->redis);
    if (redis == NULL)
        return;
    bool was_connected = cache->is_connected;
    cache->is_connected = false;
    redisAsyncFree(redis); /* every command under way is answered; on_disconnect if connected */
    if (!was_connected)
        on_gone(cache);
}

/* address: numeric, so that hiredis does not ask the resolver; NULL: the socket. */
static void connect_to(struct nt_cache *cache, const char *address)
{
    redisAsyncContext *redis = address != NULL ? redisAsyncConnect(address, cache->port)
                                               : redisAsyncConnectUnix(cache->path);
    if (redis == NULL)
        nt_out_of_memory(sizeof(*redis));
    if (redis->err != 0) {
        redisAsyncFree(redis);
        on_gone(cache);
        return;
    }
    cache->redis = redis;
    cache->connect_deadline_mono_ms = nt_mono_ms() + CONNECT_TIMEOUT_MS;
    cache->watch = nt_watch_new(cache->loop, redis->c.fd, on_ready, cache);
    redis->data = cache;
    redis->ev.data = cache;
    redis->ev.addRead = add_read;
    redis->ev.delRead = del_read;
    redis->ev.addWrite = add_write;
    redis->ev.delWrite = del_write;
    redis->ev.cleanup = stop_watching;
    (void)redisAsyncSetConnectCallback(redis, on_connect); /* begins to watch */
    (void)redisAsyncSetDisconnectCallback(redis, on_disconnect);
    if (!nt_timer_is_active(cache->check))
        nt_timer_start(cache->check, CHECK_MS, CHECK_MS);
}

static void look_up(void *arg)
{
    struct lookup *lookup = arg;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(lookup->host, NULL, &hints, &found) != 0)
        return;
    (void)getnameinfo(found->ai_addr, found->ai_addrlen, lookup->address, sizeof(lookup->address),
                      NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
}

static void on_looked_up(void *arg, bool cancelled)
{
    struct lookup *lookup = arg;
    struct nt_cache *cache = lookup->cache;
    if (cache != NULL) {
        cache->lookup = NULL;
        if (cancelled || lookup->address[0] == '\0')
            on_gone(cache);
        else
            connect_to(cache, lookup->address);
    }
    free(lookup);
}

static void connect_now(void *arg)
{
    struct nt_cache *cache = arg;
    if (cache->host == NULL) {
        connect_to(cache, NULL);
        return;
    }
    cache->lookup = nt_zalloc(sizeof(*cache->lookup));
    cache->lookup->cache = cache;
    (void)snprintf(cache->lookup->host, sizeof(cache->lookup->host), "%s", cache->host);
    nt_work(cache->loop, look_up, on_looked_up, cache->lookup);
}

/* Answers come in order, so the oldest command is the first to be late; a peer that is late is
 * left, because its answers would no longer match what waits. */
static void check_deadlines(void *arg)
{
    struct nt_cache *cache = arg;
    int64_t now = nt_mono_ms();
    bool is_late =
        cache->redis != NULL && ((!cache->is_connected && now >= cache->connect_deadline_mono_ms) ||
                                 (cache->oldest != NULL && now >= cache->oldest->deadline_mono_ms));
    if (is_late)
        drop_connection(cache);
    if (cache->waiting == 0 && (cache->redis == NULL || cache->is_connected))
        nt_timer_stop(cache->check);
}

/* --- commands -------------------------------------------------------------------------------- */

static void finish(struct command *command, int status, const struct nt_span *values, size_t count)
{
    if (command->set_done != NULL)
        command->set_done(command->arg, status);
    if (command->get_done != NULL)
        command->get_done(command->arg, status, values, count);
    free(command);
}

static void finish_get(struct command *command, const redisReply *reply)
{
    struct nt_span *values = nt_zalloc((reply->elements + 1) * sizeof(*values));
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *item = reply->element[i];
        if (item->type == REDIS_REPLY_STRING)
            values[i] =
                (struct nt_span){.data = (const uint8_t *)item->str, .len = (size_t)item->len};
    }
    finish(command, 0, values, reply->elements);
    free(values);
}

static void on_reply(redisAsyncContext *redis, void *raw_reply, void *arg)
{
    (void)redis;
    const redisReply *reply = raw_reply;
    struct command *command = arg;
    struct nt_cache *cache = command->cache;
    assert(cache->oldest == command);
    cache->oldest = command->next;
    if (cache->oldest == NULL)
        cache->newest = NULL;
    cache->waiting--;

    if (reply == NULL)
        finish(command, nt_mono_ms() >= command->deadline_mono_ms ? -ETIMEDOUT : -ENOTCONN, NULL,
               0);
    else if (reply->type == REDIS_REPLY_ERROR)
        finish(command, -EIO, NULL, 0);
    else if (command->get_done != NULL && reply->type == REDIS_REPLY_ARRAY)
        finish_get(command, reply);
    else
        finish(command, command->get_done != NULL ? -EIO : 0, NULL, 0);
}

static void send_command(struct nt_cache *cache, struct command *command, int argc,
                         const char **argv, const size_t *lengths)
{
    command->cache = cache;
    command->deadline_mono_ms = nt_mono_ms() + COMMAND_TIMEOUT_MS;
    if (!cache->is_connected) {
        finish(command, -ENOTCONN, NULL, 0);
        return;
    }
    if (cache->waiting >= NT_CACHE_WAITING_MAX) {
        finish(command, -ENOBUFS, NULL, 0);
        return;
    }
    if (redisAsyncCommandArgv(cache->redis, on_reply, command, argc, argv, lengths) != REDIS_OK) {
        finish(command, -ENOTCONN, NULL, 0); /* it is just being closed */
        return;
    }
    if (cache->newest != NULL)
        cache->newest->next = command;
    else
        cache->oldest = command;
    cache->newest = command;
    cache->waiting++;
    if (!nt_timer_is_active(cache->check))
        nt_timer_start(cache->check, CHECK_MS, CHECK_MS);
}

void nt_cache_set(struct nt_cache *cache, const char *key, struct nt_span value, int64_t expire_ms,
                  void (*done)(void *arg, int status), void *arg)
{
    struct command *command = nt_zalloc(sizeof(*command));
    command->set_done = done;
    command->arg = arg;
    char expire[24];
    (void)snprintf(expire, sizeof(expire), "%" PRId64, expire_ms);
    const char *argv[] = {"SET", key, value.len > 0 ? (const char *)value.data : "", "PX", expire};
    const size_t lengths[] = {3, strlen(key), value.len, 2, strlen(expire)};
    send_command(cache, command, NT_COUNT(argv), argv, lengths);
}

void nt_cache_get(struct nt_cache *cache, const char *const *keys, size_t count,
                  void (*done)(void *arg, int status, const struct nt_span *values, size_t count),
                  void *arg)
{
    assert(count > 0 && count < INT_MAX);
    struct command *command = nt_zalloc(sizeof(*command));
    command->get_done = done;
    command->arg = arg;
    NT_CLEANUP(nt_free_p) void *memory = nt_zalloc((count + 1) * sizeof(const char *));
    NT_CLEANUP(nt_free_p) void *more = nt_zalloc((count + 1) * sizeof(size_t));
    const char **argv = memory;
    size_t *lengths = more;
    argv[0] = "MGET";
    lengths[0] = 4;
    for (size_t i = 0; i < count; i++) {
        argv[i + 1] = keys[i];
        lengths[i + 1] = strlen(keys[i]);
    }
    send_command(cache, command, (int)count + 1, argv, lengths);
}

/* --- open and close -------------------------------------------------------------------------- */

static int parse_address(struct nt_cache *cache, const char *address, struct nt_error *err)
{
    if (address[0] == '/' || address[0] == '.') {
        cache->path = nt_strdup(address);
        return 0;
    }
    const char *colon = strrchr(address, ':');
    int64_t port = 0;
    if (colon == NULL || colon == address || nt_parse_i64(colon + 1, 1, 65535, &port) < 0)
        return nt_fail(err, -EINVAL, "the address of Redis must be host:port, not \"%s\"", address);
    size_t len = (size_t)(colon - address);
    if (len >= sizeof(((struct lookup *)NULL)->host))
        return nt_fail(err, -EINVAL, "the address of Redis is too long");
    bool is_bracketed = len > 2 && address[0] == '[' && address[len - 1] == ']';
    cache->host = nt_strdup(is_bracketed ? address + 1 : address);
    cache->host[is_bracketed ? len - 2 : len] = '\0';
    cache->port = (int)port;
    return 0;
}

int nt_cache_open(struct nt_loop *loop, const char *address, struct nt_cache **ret_cache,
                  struct nt_error *err)
{
    NT_CLEANUP(nt_cache_close_p) struct nt_cache *cache = nt_zalloc(sizeof(*cache));
    cache->loop = loop;
    cache->backoff_ms = BACKOFF_MIN_MS;
    int status = parse_address(cache, address, err);
    if (status < 0)
        return status;
    cache->retry = nt_timer_new(loop, connect_now, cache);
    cache->check = nt_timer_new(loop, check_deadlines, cache);
    nt_timer_start(cache->retry, 0, 0);
    *ret_cache = nt_take(cache);
    return 0;
}

void nt_cache_close(struct nt_cache *cache)
{
    if (cache == NULL)
        return;
    cache->is_closing = true;
    if (cache->lookup != NULL)
        cache->lookup->cache = NULL;
    drop_connection(cache);
    nt_timer_free(cache->retry);
    nt_timer_free(cache->check);
    free(cache->host);
    free(cache->path);
    free(cache);
}

bool nt_cache_is_connected(const struct nt_cache *cache)
{
    return cache->is_connected;
}
