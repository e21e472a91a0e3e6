#include "fake_docker.h"

#include "fake_exec.h"
#include "fake_http.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/span.h>
#include <nt/text.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { CONTAINERS_MAX = 32, IMAGES_MAX = 16, EVENTS_MAX = 4096, EXECS_MAX = 32 };

struct container {
    bool exists, is_running;
    char id[65];
    char name[128];
    json_t *create; /* the body */
    int64_t nano_cpus, memory;
    int64_t started_ms, finished_ms;
    int exit_code, starts;
    int listen_fd, port, inner_port;
    char upper[256], volume[384], volume_name[128];
};

struct fake_docker {
    struct fake_http *http;
    char folder[160], socket[192], name[32];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct container containers[CONTAINERS_MAX];
    int made;
    char volumes[CONTAINERS_MAX][128]; /* "": removed */
    char images[IMAGES_MAX][128];
    int images_count;
    char *events[EVENTS_MAX];
    int events_count;
    struct fake_exec execs[EXECS_MAX];
    int execs_count;
    int64_t pid; /* of every running container */
    bool is_down, is_closing;
    char *last_create;
};

/* --- state ----------------------------------------------------------------------------------- */

static void say_event(struct fake_docker *docker, const struct container *container,
                      const char *action)
{
    json_t *labels = json_object_get(container->create, "Labels");
    json_t *event = json_pack("{s:s, s:s, s:{s:s, s:O}}", "Type", "container", "Action", action,
                              "Actor", "ID", container->id, "Attributes", labels);
    if (docker->events_count < EVENTS_MAX)
        docker->events[docker->events_count++] = json_dumps(event, JSON_COMPACT);
    json_decref(event);
    (void)pthread_cond_broadcast(&docker->changed);
}

static struct container *find(struct fake_docker *docker, const char *id)
{
    for (int i = 0; i < CONTAINERS_MAX; i++) {
        if (docker->containers[i].exists && nt_text_is(docker->containers[i].id, id))
            return &docker->containers[i];
    }
    return NULL;
}

static struct container *find_name(struct fake_docker *docker, const char *begin)
{
    for (int i = 0; i < CONTAINERS_MAX; i++) {
        if (docker->containers[i].exists && nt_text_starts(docker->containers[i].name, begin))
            return &docker->containers[i];
    }
    return NULL;
}

static bool has_image(const struct fake_docker *docker, const char *image)
{
    for (int i = 0; i < docker->images_count; i++) {
        if (nt_text_is(docker->images[i], image))
            return true;
    }
    return false;
}

static void listen_service(struct container *container)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)container->inner_port)};
    int on = 1;
    container->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(container->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (container->inner_port == 0 ||
        bind(container->listen_fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
        listen(container->listen_fd, 64) < 0)
        nt_close_p(&container->listen_fd), container->listen_fd = -1;
}

static void stop(struct fake_docker *docker, struct container *container, int exit_code)
{
    if (!container->is_running)
        return;
    nt_close_p(&container->listen_fd);
    container->listen_fd = -1;
    container->is_running = false;
    container->exit_code = exit_code;
    container->finished_ms = nt_wall_ms();
    say_event(docker, container, "die");
}

/* --- answers --------------------------------------------------------------------------------- */

static void answer_json(struct fake_request *request, int status, json_t *json)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    fake_http_answer(request, status, text == NULL ? "" : text);
    free(text);
    json_decref(json);
}

static void answer_error(struct fake_request *request, int status, const char *message)
{
    answer_json(request, status, json_pack("{s:s}", "message", message));
}

static json_t *inspect(const struct container *container, int64_t pid)
{
    char started[NT_TIME_SIZE] = "0001-01-01T00:00:00Z";
    char finished[NT_TIME_SIZE] = "0001-01-01T00:00:00Z";
    if (container->started_ms > 0)
        nt_time_text(container->started_ms, started);
    if (container->finished_ms > 0)
        nt_time_text(container->finished_ms, finished);
    char slashed[160];
    (void)snprintf(slashed, sizeof(slashed), "/%s", container->name);
    const char *status = container->is_running       ? "running"
                         : container->started_ms > 0 ? "exited"
                                                     : "created";
    json_t *ports = json_object();
    if (container->is_running && container->inner_port > 0) {
        char key[32];
        char port[16];
        (void)snprintf(key, sizeof(key), "%d/tcp", container->inner_port);
        (void)snprintf(port, sizeof(port), "%d", container->port);
        (void)json_object_set_new(ports, key,
                                  json_pack("[{s:s, s:s}]", "HostIp", "0.0.0.0", "HostPort", port));
    }
    json_t *mounts = json_array();
    if (container->volume[0] != '\0')
        (void)json_array_append_new(mounts, json_pack("{s:s, s:s, s:s, s:s}", "Type", "volume",
                                                      "Name", container->volume_name, "Source",
                                                      container->volume, "Destination", "/data"));
    return json_pack(
        "{s:s, s:s, s:{s:s, s:i, s:b, s:s, s:s, s:i}, s:{s:I, s:I}, s:{s:O, s:O}, s:s, "
        "s:{s:{s:s}}, "
        "s:{s:o, s:{s:{s:s}}}, s:o}",
        "Id", container->id, "Name", slashed, "State", "Status", status, "ExitCode",
        container->exit_code, "OOMKilled", 0, "StartedAt", started, "FinishedAt", finished, "Pid",
        container->is_running ? (int)pid : 0, "HostConfig", "NanoCpus",
        (json_int_t)container->nano_cpus, "Memory", (json_int_t)container->memory, "Config",
        "Labels", json_object_get(container->create, "Labels"), "Image",
        json_object_get(container->create, "Image"), "Image", "sha256:fake", "GraphDriver", "Data",
        "UpperDir", container->upper, "NetworkSettings", "Ports", ports, "Networks", "net",
        "IPAddress", container->is_running ? "127.0.0.1" : "", "Mounts", mounts);
}

static void on_list(struct fake_docker *docker, struct fake_request *request)
{
    json_t *filters = json_loads(request->filters, 0, NULL);
    const char *label = json_string_value(json_array_get(json_object_get(filters, "label"), 0));
    const char *equals = label == NULL ? NULL : strchr(label, '=');
    json_t *list = json_array();
    for (int i = 0; i < CONTAINERS_MAX; i++) {
        const struct container *container = &docker->containers[i];
        if (!container->exists)
            continue;
        json_t *labels = json_object_get(container->create, "Labels");
        const char *server = json_string_value(json_object_get(labels, "io.neaptide.server"));
        if (equals == NULL || nt_text_is(server, equals + 1))
            (void)json_array_append_new(
                list, json_pack("{s:s, s:O}", "Id", container->id, "Labels", labels));
    }
    json_decref(filters);
    answer_json(request, 200, list);
}

static void on_create(struct fake_docker *docker, struct fake_request *request, const char *name)
{
    json_t *body = json_loads(request->body, 0, NULL);
    free(docker->last_create);
    docker->last_create = nt_strdup(request->body);
    const char *image = json_string_value(json_object_get(body, "Image"));
    struct container *existing = find_name(docker, name);
    if (body == NULL || image == NULL || !has_image(docker, image) ||
        (existing != NULL && nt_text_is(existing->name, name)) || docker->made == CONTAINERS_MAX) {
        bool is_taken = existing != NULL && nt_text_is(existing->name, name);
        answer_error(request, is_taken ? 409 : 404, is_taken ? "Conflict" : "No such image");
        json_decref(body);
        return;
    }
    struct container *container = &docker->containers[docker->made++];
    memset(container, 0, sizeof(*container));
    container->exists = true;
    container->create = body;
    container->listen_fd = -1;
    json_t *host = json_object_get(body, "HostConfig");
    container->nano_cpus = json_integer_value(json_object_get(host, "NanoCpus"));
    container->memory = json_integer_value(json_object_get(host, "Memory"));
    (void)snprintf(container->id, sizeof(container->id), "%.8s%056d", docker->name, docker->made);
    (void)snprintf(container->name, sizeof(container->name), "%s", name);
    (void)snprintf(container->upper, sizeof(container->upper), "%s/upper-%d", docker->folder,
                   docker->made);
    (void)mkdir(container->upper, 0755);
    json_t *mount = json_array_get(json_object_get(host, "Mounts"), 0);
    if (mount != NULL) {
        (void)snprintf(container->volume_name, sizeof(container->volume_name), "%s",
                       json_string_value(json_object_get(mount, "Source")));
        (void)snprintf(container->volume, sizeof(container->volume), "%s/volume-%s", docker->folder,
                       json_string_value(json_object_get(mount, "Source")));
        (void)mkdir(container->volume, 0755);
    }
    const char *port =
        json_object_iter_key(json_object_iter(json_object_get(body, "ExposedPorts")));
    container->inner_port = port == NULL ? 0 : atoi(port);
    container->port = container->inner_port;
    say_event(docker, container, "create");
    answer_json(request, 201, json_pack("{s:s}", "Id", container->id));
}

/* Two entries, the second with what was asked. */
static void answer_log(struct fake_request *request, const char *asked)
{
    char text[512];
    struct nt_buf entries = {0};
    for (int i = 1; i <= 2; i++) {
        int len = snprintf(text, sizeof(text), "2026-11-24T12:00:00.00000000%dZ %s\n", i,
                           i == 1 ? "안녕" : asked);
        const uint8_t head[8] = {(uint8_t)i, 0, 0, 0, 0, 0, 0, (uint8_t)len};
        (void)nt_buf_add(&entries, head, sizeof(head));
        (void)nt_buf_add(&entries, text, (size_t)len);
    }
    fake_http_begin_stream(request);
    fake_http_chunk(request, entries.data, entries.len);
    fake_http_chunk(request, NULL, 0);
    nt_buf_deinit(&entries);
}

static void on_container(struct fake_docker *docker, struct fake_request *request,
                         struct container *container, const char *what)
{
    if (container == NULL) {
        answer_error(request, 404, "No such container");
    } else if (nt_text_is(what, "json")) {
        answer_json(request, 200, inspect(container, docker->pid));
    } else if (nt_text_is(what, "start")) {
        if (!container->is_running) {
            container->is_running = true;
            container->starts++;
            container->started_ms = nt_wall_ms();
            listen_service(container);
            say_event(docker, container, "start");
        }
        fake_http_answer(request, 204, "");
    } else if (nt_text_starts(what, "stop")) {
        stop(docker, container, 143);
        fake_http_answer(request, 204, "");
    } else if (nt_text_starts(what, "rename?name=")) {
        (void)snprintf(container->name, sizeof(container->name), "%.*s",
                       (int)sizeof(container->name) - 1, what + 12);
        fake_http_answer(request, 204, "");
    } else if (nt_text_starts(what, "logs?")) {
        answer_log(request, strstr(what, "&tail="));
    } else if (nt_text_starts(what, "archive?path=")) {
        char tar[300];
        (void)snprintf(tar, sizeof(tar), "the tar of %s", what + strlen("archive?path="));
        if (strstr(what, "nothing") != NULL)
            answer_error(request, 404, "Could not find the file");
        else
            fake_http_answer(request, 200, tar);
    } else if (nt_text_is(what, "exec")) {
        if (!container->is_running || docker->execs_count == EXECS_MAX) {
            answer_error(request, 409, "Container is not running");
            return;
        }
        char exec[16];
        (void)snprintf(exec, sizeof(exec), "e%d", docker->execs_count++);
        answer_json(request, 201, json_pack("{s:s}", "Id", exec));
    } else if (nt_text_is(what, "update")) {
        json_t *body = json_loads(request->body, 0, NULL);
        container->nano_cpus = json_integer_value(json_object_get(body, "NanoCpus"));
        container->memory = json_integer_value(json_object_get(body, "Memory"));
        json_decref(body);
        say_event(docker, container, "update");
        answer_json(request, 200, json_object());
    } else if ((what[0] == '\0' || what[0] == '?') && nt_text_is(request->method, "DELETE")) {
        if (container->is_running) {
            answer_error(request, 409, "You cannot remove a running container");
            return;
        }
        container->exists = false;
        say_event(docker, container, "destroy");
        fake_http_answer(request, 204, "");
    } else {
        answer_error(request, 404, "page not found");
    }
}

static void on_exec(struct fake_docker *docker, struct fake_request *request, int index,
                    const char *what)
{
    struct fake_exec *exec = &docker->execs[index];
    int rows = 0;
    int columns = 0;
    if (index < 0 || index >= docker->execs_count) {
        answer_error(request, 404, "No such exec instance");
    } else if (nt_text_is(what, "start")) {
        /* The others go on meanwhile. */
        fake_exec_start(exec, request->fd);
        (void)pthread_mutex_unlock(&docker->mutex);
        int code = fake_exec_serve(exec, request->fd);
        (void)pthread_mutex_lock(&docker->mutex);
        exec->is_over = true;
        exec->exit_code = code;
        (void)shutdown(request->fd, SHUT_RDWR);
    } else if (sscanf(what, "resize?h=%d&w=%d", &rows, &columns) == 2) {
        fake_exec_resize(exec, columns, rows);
        fake_http_answer(request, 200, "");
    } else {
        json_t *code = exec->is_over ? json_integer(exec->exit_code) : json_null();
        answer_json(request, 200,
                    json_pack("{s:b, s:o, s:I}", "Running", (int)!exec->is_over, "ExitCode", code,
                              "Pid", (json_int_t)exec->pid));
    }
}

/* --- volumes --------------------------------------------------------------------------------- */

static void drop_volume(struct fake_docker *docker, const char *name)
{
    for (int i = 0; i < CONTAINERS_MAX; i++) {
        if (nt_text_is(docker->volumes[i], name))
            docker->volumes[i][0] = '\0';
    }
}

static void keep_volume(struct fake_docker *docker, const char *name)
{
    drop_volume(docker, name);
    for (int i = 0; i < CONTAINERS_MAX; i++) {
        if (docker->volumes[i][0] != '\0')
            continue;
        (void)snprintf(docker->volumes[i], sizeof(docker->volumes[i]), "%s", name);
        return;
    }
}

static bool is_used(const struct fake_docker *docker, const char *volume)
{
    bool is_used = false;
    for (int i = 0; i < CONTAINERS_MAX; i++)
        is_used |=
            docker->containers[i].exists && nt_text_is(docker->containers[i].volume_name, volume);
    return is_used;
}

/* Those of the server that is asked for, by their names, that no container uses. */
static void on_volumes(struct fake_docker *docker, struct fake_request *request)
{
    json_t *filters = json_loads(request->filters, 0, NULL);
    const char *label = json_string_value(json_array_get(json_object_get(filters, "label"), 0));
    const char *server = label == NULL ? NULL : strchr(label, '=');
    json_t *list = json_array();
    for (int i = 0; i < CONTAINERS_MAX && server != NULL; i++) {
        const char *name = docker->volumes[i];
        if (name[0] != '\0' && nt_text_starts(name, server + 1) && !is_used(docker, name))
            (void)json_array_append_new(list, json_pack("{s:s}", "Name", name));
    }
    json_decref(filters);
    answer_json(request, 200, json_pack("{s:o}", "Volumes", list));
}

/* --- the event stream ------------------------------------------------------------------------ */

static void stream_events(struct fake_docker *docker, struct fake_request *request)
{
    fake_http_begin_stream(request);
    int next = docker->events_count;
    bool is_open = true;
    while (is_open && !docker->is_closing && !docker->is_down) {
        while (is_open && next < docker->events_count)
            is_open = fake_http_stream(request, docker->events[next++]);
        if (!is_open)
            break;
        (void)pthread_cond_wait(&docker->changed, &docker->mutex);
    }
}

/* --- requests -------------------------------------------------------------------------------- */

static void on_request(void *arg, struct fake_request *request)
{
    struct fake_docker *docker = arg;
    (void)pthread_mutex_lock(&docker->mutex);
    const char *path = request->path;
    char id[65] = "";
    char what[256] = "";
    int exec = 0;
    if (nt_text_starts(path, "/v1."))
        path = strchr(path + 1, '/');
    if (nt_text_is(path, "/version")) {
        answer_json(request, 200,
                    json_pack("{s:s, s:s, s:s}", "Version", "20.10.24", "ApiVersion", "1.41",
                              "MinAPIVersion", "1.12"));
    } else if (nt_text_is(path, "/info")) {
        answer_json(request, 200, json_pack("{s:s}", "ID", docker->name));
    } else if (nt_text_starts(path, "/events")) {
        stream_events(docker, request);
    } else if (nt_text_starts(path, "/containers/json")) {
        on_list(docker, request);
    } else if (nt_text_starts(path, "/containers/create?name=")) {
        on_create(docker, request, path + 24);
    } else if (sscanf(path, "/containers/%64[^/?]/%255s", id, what) >= 1) {
        on_container(docker, request, find(docker, id), what);
    } else if (sscanf(path, "/exec/e%d/%255s", &exec, what) == 2) {
        on_exec(docker, request, exec, what);
    } else if (nt_text_starts(path, "/images/load")) {
        /* What is loaded is named by the body, which is no real archive. */
        (void)snprintf(docker->images[docker->images_count++], 128, "%.127s", request->body);
        answer_json(request, 200, json_pack("{s:s}", "stream", "Loaded image"));
    } else if (nt_text_starts(path, "/images/") && strstr(path, "/tag?repo=") != NULL) {
        const char *repo = strstr(path, "/tag?repo=") + strlen("/tag?repo=");
        (void)snprintf(docker->images[docker->images_count++], 128, "%.*s", (int)strcspn(repo, "&"),
                       repo);
        fake_http_answer(request, 201, "");
    } else if (nt_text_starts(path, "/images/") && strstr(path, "/get") != NULL) {
        fake_http_answer(request, 200, "sha256:fake"); /* an archive that names itself */
    } else if (nt_text_starts(path, "/images/")) {
        bool is_there = has_image(docker, "sha256:fake");
        answer_json(request, is_there ? 200 : 404, json_pack("{s:s}", "Id", "sha256:fake"));
    } else if (nt_text_starts(path, "/volumes/create")) {
        json_t *body = json_loads(request->body, 0, NULL);
        keep_volume(docker, json_string_value(json_object_get(body, "Name")));
        json_decref(body);
        answer_json(request, 201, json_object());
    } else if (nt_text_starts(path, "/networks/create")) {
        answer_json(request, 201, json_object());
    } else if (nt_text_starts(path, "/networks/")) {
        answer_error(request, 404, "No such network");
    } else if (nt_text_starts(path, "/volumes?filters=")) {
        on_volumes(docker, request);
    } else if (nt_text_starts(path, "/volumes/")) {
        drop_volume(docker, path + strlen("/volumes/"));
        fake_http_answer(request, 204, "");
    } else {
        answer_error(request, 404, "page not found");
    }
    (void)pthread_mutex_unlock(&docker->mutex);
}

/* --- for the test ---------------------------------------------------------------------------- */

struct fake_docker *fake_docker_new(const char *folder, const char *name)
{
    struct fake_docker *docker = nt_zalloc(sizeof(*docker));
    (void)pthread_mutex_init(&docker->mutex, NULL);
    (void)pthread_cond_init(&docker->changed, NULL);
    (void)snprintf(docker->name, sizeof(docker->name), "%s", name);
    (void)snprintf(docker->folder, sizeof(docker->folder), "%s/%s", folder, name);
    (void)mkdir(docker->folder, 0755);
    (void)snprintf(docker->socket, sizeof(docker->socket), "%s/docker.sock", docker->folder);
    docker->http = fake_http_new(docker->socket, on_request, docker);
    return docker;
}

void fake_docker_free(struct fake_docker *docker)
{
    (void)pthread_mutex_lock(&docker->mutex);
    docker->is_closing = true;
    (void)pthread_cond_broadcast(&docker->changed);
    for (int i = 0; i < CONTAINERS_MAX; i++) {
        if (docker->containers[i].is_running)
            nt_close_p(&docker->containers[i].listen_fd);
    }
    (void)pthread_mutex_unlock(&docker->mutex);
    fake_http_free(docker->http);
    for (int i = 0; i < CONTAINERS_MAX; i++)
        json_decref(docker->containers[i].create);
    for (int i = 0; i < docker->events_count; i++)
        free(docker->events[i]);
    free(docker->last_create);
    (void)pthread_cond_destroy(&docker->changed);
    (void)pthread_mutex_destroy(&docker->mutex);
    free(docker);
}

const char *fake_docker_socket(const struct fake_docker *docker)
{
    return docker->socket;
}

void fake_docker_set_down(struct fake_docker *docker, bool is_down)
{
    (void)pthread_mutex_lock(&docker->mutex);
    docker->is_down = is_down;
    for (int i = 0; i < CONTAINERS_MAX && is_down; i++)
        stop(docker, &docker->containers[i], 255); /* as an engine's death does */
    (void)pthread_cond_broadcast(&docker->changed);
    (void)pthread_mutex_unlock(&docker->mutex);
    fake_http_set_down(docker->http, is_down);
}

void fake_docker_set_pid(struct fake_docker *docker, int64_t pid)
{
    (void)pthread_mutex_lock(&docker->mutex);
    docker->pid = pid;
    (void)pthread_mutex_unlock(&docker->mutex);
}

void fake_docker_add_image(struct fake_docker *docker, const char *image)
{
    (void)pthread_mutex_lock(&docker->mutex);
    (void)snprintf(docker->images[docker->images_count++], 128, "%s", image);
    (void)pthread_mutex_unlock(&docker->mutex);
}

struct fake_container fake_docker_find(struct fake_docker *docker, const char *name_begin)
{
    struct fake_container found = {0};
    (void)pthread_mutex_lock(&docker->mutex);
    const struct container *container = find_name(docker, name_begin);
    if (container != NULL) {
        found = (struct fake_container){.exists = true,
                                        .is_running = container->is_running,
                                        .nano_cpus = container->nano_cpus,
                                        .memory = container->memory,
                                        .starts = container->starts,
                                        .port = container->is_running ? container->port : 0};
        (void)snprintf(found.name, sizeof(found.name), "%s", container->name);
        (void)snprintf(found.upper, sizeof(found.upper), "%s", container->upper);
        (void)snprintf(found.volume, sizeof(found.volume), "%s", container->volume);
    }
    (void)pthread_mutex_unlock(&docker->mutex);
    return found;
}

void fake_docker_lose_container(struct fake_docker *docker, const char *name_begin)
{
    (void)pthread_mutex_lock(&docker->mutex);
    struct container *container = find_name(docker, name_begin);
    if (container != NULL)
        container->exists = false;
    (void)pthread_mutex_unlock(&docker->mutex);
}

int fake_docker_count_volumes(struct fake_docker *docker)
{
    int count = 0;
    (void)pthread_mutex_lock(&docker->mutex);
    for (int i = 0; i < CONTAINERS_MAX; i++)
        count += docker->volumes[i][0] != '\0';
    (void)pthread_mutex_unlock(&docker->mutex);
    return count;
}

int fake_docker_count(struct fake_docker *docker)
{
    int count = 0;
    (void)pthread_mutex_lock(&docker->mutex);
    for (int i = 0; i < CONTAINERS_MAX; i++)
        count += docker->containers[i].exists;
    (void)pthread_mutex_unlock(&docker->mutex);
    return count;
}

void fake_docker_crash(struct fake_docker *docker, const char *name_begin)
{
    (void)pthread_mutex_lock(&docker->mutex);
    struct container *container = find_name(docker, name_begin);
    if (container != NULL)
        stop(docker, container, 1);
    (void)pthread_mutex_unlock(&docker->mutex);
}

char *fake_docker_last_create(struct fake_docker *docker)
{
    (void)pthread_mutex_lock(&docker->mutex);
    char *copy = nt_strdup(docker->last_create);
    (void)pthread_mutex_unlock(&docker->mutex);
    return copy;
}
