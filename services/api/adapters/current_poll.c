#include <api/current_poll.h>

#include <api/current.h>
#include <api/hub.h>
#include <nt/log.h>
#include <nt/memory.h>

#define EVERY_MS 1000
#define KEYS_MAX 2000 /* hosts asked for in one turn */

struct current_poll {
    struct desk *desk;
    struct nt_timer *timer;
    bool is_asking;
    bool is_free; /* freed while Redis had not answered: the answer frees it */
};

static bool is_newer(const struct table *current, const struct nt_host_load *load)
{
    const struct nt_host_load *old = table_find(current, load->host);
    return old == NULL || load->at_ms > old->at_ms;
}

/* Returns whether it is news. */
static bool take(struct desk *desk, struct nt_span value)
{
    struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_load *load = NULL;
    bool is_news = false;
    if (current_parse(&arena, value, &load) < 0)
        nt_log(NT_WARN, "current_load_not_read", NT_KV("bytes", value.len));
    else
        is_news = is_newer(&desk->fleet.current, load) &&
                  table_put(&desk->fleet.current, load->host, &arena, load) == 0;
    nt_arena_deinit(&arena);
    return is_news;
}

static void on_values(void *arg, int status, const struct nt_span *values, size_t count)
{
    struct current_poll *poll = arg;
    poll->is_asking = false;
    if (poll->is_free) {
        free(poll);
        return;
    }
    bool is_news = false;
    for (size_t i = 0; status == 0 && i < count; i++)
        if (values[i].data != NULL)
            is_news |= take(poll->desk, values[i]);
    if (is_news)
        hub_loads(poll->desk->hub);
}

static void on_time(void *arg)
{
    struct current_poll *poll = arg;
    const struct table *hosts = &poll->desk->fleet.hosts;
    size_t count = hosts->count < KEYS_MAX ? hosts->count : KEYS_MAX;
    if (poll->is_asking || count == 0 || !nt_cache_is_connected(poll->desk->cache))
        return;
    struct nt_arena arena;
    nt_arena_init(&arena);
    const char **keys = NT_ARRAY(&arena, count, const char *);
    for (size_t i = 0; i < count; i++)
        keys[i] = nt_arena_printf(&arena, "neaptide:host:%s", hosts->rows[i]->key);
    poll->is_asking = true;
    nt_cache_get(poll->desk->cache, keys, count, on_values, poll);
    nt_arena_deinit(&arena);
}

struct current_poll *current_poll_new(struct desk *desk)
{
    struct current_poll *poll = nt_zalloc(sizeof(*poll));
    poll->desk = desk;
    poll->timer = nt_timer_new(desk->loop, on_time, poll);
    nt_timer_start(poll->timer, EVERY_MS, EVERY_MS);
    return poll;
}

void current_poll_free(struct current_poll *poll)
{
    if (poll == NULL)
        return;
    nt_timer_free(poll->timer);
    poll->is_free = true;
    if (!poll->is_asking)
        free(poll);
}
