#include <collector/docker.h>

#include <nt/memory.h>
#include <nt/text.h>

#include <jansson.h>
#include <string.h>

#define LABEL_SERVER     "io.neaptide.server"
#define LABEL_GENERATION "io.neaptide.generation"
#define LABEL_NAME       "io.neaptide.name"
#define LABEL_CLUSTER    "io.neaptide.cluster"

/* {"label":["io.neaptide.server"],"status":["running"]} */
#define LIST_URL                                                                                   \
    "http://docker/containers/json?filters=%7B%22label%22%3A%5B%22io.neaptide.server%22%5D%2C"     \
    "%22status%22%3A%5B%22running%22%5D%7D"
/* {"type":["container"],"event":["start","die"],"label":["io.neaptide.server"]} */
#define EVENTS_URL                                                                                 \
    "http://docker/events?filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22"    \
    "start%22%2C%22die%22%5D%2C%22label%22%3A%5B%22io.neaptide.server%22%5D%7D"

enum {
    SOON_MS = 20, /* events come in groups */
    RETRY_MS = 1000,
    EVERY_MS = 60000,
    TIMEOUT_MS = 10000,
    ID_LEN = 64,
};

struct list {
    struct docker_container *items;
    size_t count, capacity;
};

struct docker {
    struct docker_options options;
    char *socket, *cluster;
    struct list known; /* what we lend */
    struct list found; /* what the list that is being read says; pid 0: not asked yet */
    size_t asked;      /* index into found */
    bool has_listed, is_in_trouble, is_again;
    struct nt_http_call *call;   /* list or inspect */
    struct nt_http_call *events; /* the stream */
    struct nt_timer *ask;
    struct nt_timer *listen;
};

static void list_clear(struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].id);
        free(list->items[i].server);
        free(list->items[i].name);
    }
    list->count = 0;
}

static const struct docker_container *list_find(const struct list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].id, id) == 0)
            return &list->items[i];
    }
    return NULL;
}

static void ask_next(struct docker *docker);

/* --- trouble --------------------------------------------------------------------------------- */

static void in_trouble(struct docker *docker, const char *story)
{
    bool is_news = !docker->is_in_trouble;
    docker->is_in_trouble = true;
    nt_timer_start(docker->ask, RETRY_MS, 0);
    if (is_news)
        docker->options.on_trouble(docker->options.arg, story);
}

static void finish(struct docker *docker)
{
    docker->is_in_trouble = false;
    list_clear(&docker->known);
    struct list swap = docker->known;
    docker->known = docker->found;
    docker->found = swap;
    docker->has_listed = true;
    nt_timer_start(docker->ask, docker->is_again ? SOON_MS : EVERY_MS, 0);
    docker->is_again = false;
    docker->options.on_change(docker->options.arg);
}

/* --- one container --------------------------------------------------------------------------- */

static struct nt_http_call *get(struct docker *docker, const char *url,
                                void (*done)(void *arg, const struct nt_http_reply *reply))
{
    const struct nt_http_request request = {.method = "GET",
                                            .url = url,
                                            .unix_socket = docker->socket,
                                            .timeout_ms = TIMEOUT_MS,
                                            .done = done,
                                            .arg = docker};
    return nt_http_start(docker->options.http, &request);
}

static void drop_found(struct docker *docker, size_t at)
{
    struct docker_container *items = docker->found.items;
    free(items[at].id);
    free(items[at].server);
    free(items[at].name);
    items[at] = items[--docker->found.count];
}

static void on_inspected(void *arg, const struct nt_http_reply *reply)
{
    struct docker *docker = arg;
    docker->call = NULL;
    if (reply->error == -ECANCELED)
        return;
    if (reply->error != 0) {
        in_trouble(docker, reply->message);
        return;
    }
    json_t *json = reply->status == 200
                       ? json_loadb((const char *)reply->body.data, reply->body.len, 0, NULL)
                       : NULL;
    json_int_t pid = json_integer_value(json_object_get(json_object_get(json, "State"), "Pid"));
    if (pid > 0)
        docker->found.items[docker->asked++].pid = pid;
    else
        drop_found(docker, docker->asked); /* it has ended between the list and now */
    json_decref(json);
    ask_next(docker);
}

static void ask_next(struct docker *docker)
{
    while (docker->asked < docker->found.count) {
        struct docker_container *container = &docker->found.items[docker->asked];
        const struct docker_container *before = list_find(&docker->known, container->id);
        if (before == NULL || before->pid == 0)
            break;
        container->pid = before->pid;
        docker->asked++;
    }
    if (docker->asked == docker->found.count) {
        finish(docker);
        return;
    }
    char url[128];
    (void)snprintf(url, sizeof(url), "http://docker/containers/%s/json",
                   docker->found.items[docker->asked].id);
    docker->call = get(docker, url, on_inspected);
}

/* --- the list -------------------------------------------------------------------------------- */

static bool is_id(const char *id)
{
    return id != NULL && strlen(id) == ID_LEN && strspn(id, "0123456789abcdef") == ID_LEN;
}

static void take_listed(struct docker *docker, const json_t *item)
{
    const char *id = json_string_value(json_object_get(item, "Id"));
    const json_t *labels = json_object_get(item, "Labels");
    const char *server = json_string_value(json_object_get(labels, LABEL_SERVER));
    const char *name = json_string_value(json_object_get(labels, LABEL_NAME));
    const char *cluster = json_string_value(json_object_get(labels, LABEL_CLUSTER));
    const char *generation = json_string_value(json_object_get(labels, LABEL_GENERATION));
    int64_t number = 0;
    if (!is_id(id) || nt_text_is_empty(server) || docker->found.count >= DOCKER_CONTAINERS_MAX)
        return;
    if (docker->cluster[0] != '\0' && !nt_text_is(cluster, docker->cluster))
        return; /* of another installation: part of the host's rest */
    if (generation != NULL)
        (void)nt_parse_i64(generation, 0, INT64_MAX, &number); /* a bad label counts as 0 */
    nt_vec_push(docker->found.items, docker->found.count, docker->found.capacity) =
        (struct docker_container){.id = nt_strdup(id),
                                  .server = nt_strdup(server),
                                  .name = nt_strdup(name != NULL ? name : ""),
                                  .generation = number};
}

static void on_listed(void *arg, const struct nt_http_reply *reply)
{
    struct docker *docker = arg;
    docker->call = NULL;
    if (reply->error == -ECANCELED)
        return;
    json_error_t where;
    json_t *json = reply->error == 0 && reply->status == 200
                       ? json_loadb((const char *)reply->body.data, reply->body.len, 0, &where)
                       : NULL;
    if (!json_is_array(json)) {
        json_decref(json);
        in_trouble(docker, reply->error != 0 ? reply->message : "its answer is no list");
        return;
    }
    list_clear(&docker->found);
    docker->asked = 0;
    size_t i;
    json_t *item;
    json_array_foreach(json, i, item) take_listed(docker, item);
    json_decref(json);
    ask_next(docker);
}

static void ask_list(void *arg)
{
    struct docker *docker = arg;
    docker->call = get(docker, LIST_URL, on_listed);
}

static void ask_soon(struct docker *docker)
{
    if (docker->call != NULL)
        docker->is_again = true; /* what is being read may be older than the news */
    else
        nt_timer_start(docker->ask, SOON_MS, 0);
}

/* --- the events ------------------------------------------------------------------------------ */

static int on_event(void *arg, int status, struct nt_span data)
{
    (void)data; /* that something happened is all we need to know */
    if (status == 200)
        ask_soon(arg);
    return 0;
}

static void on_events_end(void *arg, const struct nt_http_reply *reply)
{
    struct docker *docker = arg;
    docker->events = NULL;
    if (reply->error == -ECANCELED)
        return;
    nt_timer_start(docker->listen, RETRY_MS, 0);
}

static void listen_now(void *arg)
{
    struct docker *docker = arg;
    const struct nt_http_request request = {.method = "GET",
                                            .url = EVENTS_URL,
                                            .unix_socket = docker->socket,
                                            .on_data = on_event,
                                            .done = on_events_end,
                                            .arg = docker};
    docker->events = nt_http_start(docker->options.http, &request);
    ask_soon(docker); /* what happened while nobody listened */
}

/* --- open and close -------------------------------------------------------------------------- */

struct docker *docker_open(const struct docker_options *options)
{
    struct docker *docker = nt_zalloc(sizeof(*docker));
    docker->options = *options;
    docker->socket = nt_strdup(options->socket);
    docker->cluster = nt_strdup(options->cluster);
    docker->ask = nt_timer_new(options->loop, ask_list, docker);
    docker->listen = nt_timer_new(options->loop, listen_now, docker);
    nt_timer_start(docker->listen, 0, 0);
    return docker;
}

void docker_close(struct docker *docker)
{
    if (docker == NULL)
        return;
    if (docker->call != NULL)
        nt_http_cancel(docker->call);
    if (docker->events != NULL)
        nt_http_cancel(docker->events);
    nt_timer_free(docker->ask);
    nt_timer_free(docker->listen);
    list_clear(&docker->known);
    list_clear(&docker->found);
    free(docker->known.items);
    free(docker->found.items);
    free(docker->socket);
    free(docker->cluster);
    free(docker);
}

bool docker_is_ready(const struct docker *docker)
{
    return docker->has_listed && !docker->is_in_trouble;
}

const struct docker_container *docker_containers(const struct docker *docker, size_t *ret_count)
{
    *ret_count = docker->known.count;
    return docker->known.items;
}

void docker_forget(struct docker *docker, const char *id)
{
    for (size_t i = 0; i < docker->known.count; i++) {
        if (strcmp(docker->known.items[i].id, id) == 0)
            docker->known.items[i].pid = 0; /* asked for again with the next list */
    }
    ask_soon(docker);
}
