/* Connection to the engine: negotiation, the event stream, one request and its answer. */
#include <provisioner/docker.h>

#include <jansson.h>
#include <nt/arena.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <string.h>
#include <utlist.h>

enum {
    RETRY_MIN_MS = 250,
    RETRY_MAX_MS = 5000,
    VERSION_TIMEOUT_MS = 5000,
    EVENT_LINE_MAX = 256 << 10,
    API_MINOR = 41, /* 20.10; newer engines that dropped it get their own minimum */
};

struct docker {
    struct docker_options options;
    char *socket;
    char api[16]; /* "/v1.41" */
    char *engine;
    char *version;
    bool is_up;
    bool is_closing;
    struct nt_timer *retry;
    uint64_t retry_ms;
    struct nt_buf line;
};

static void connect_again(struct docker *docker, const char *reason);

bool docker_is_up(const struct docker *docker)
{
    return docker->is_up;
}

struct nt_http *docker_http(struct docker *docker)
{
    return docker->options.http;
}

void docker_address(struct docker *docker, struct nt_http_request *request, char *url,
                    size_t url_size, const char *path)
{
    (void)snprintf(url, url_size, "http://docker%s%s", docker->api, path);
    request->url = url;
    request->unix_socket = docker->socket;
}

/* --- one request ----------------------------------------------------------------------------- */

struct call {
    struct docker *docker;
    char what[160];
    docker_answer answer;
    void *arg;
};

static int code_of(int status)
{
    switch (status) {
    case 404:
        return -ENOENT;
    case 409:
        return -EEXIST;
    case 400:
        return -EINVAL;
    default:
        return -EIO;
    }
}

static void on_reply(void *arg, const struct nt_http_reply *reply)
{
    struct call *call = arg;
    struct nt_error err = NT_ERROR_INIT;
    json_t *json = NULL;
    if (reply->error != 0) {
        (void)nt_fail(&err, reply->error, "docker: %s: %s", call->what, reply->message);
    } else {
        json = json_loadb((const char *)reply->body.data, reply->body.len, JSON_DECODE_ANY, NULL);
        const char *message = json_string_value(json_object_get(json, "message"));
        if (reply->status >= 400)
            (void)nt_fail(&err, code_of(reply->status), "docker: %s: %d %s", call->what,
                          reply->status, message != NULL ? message : "");
        else if (json == NULL && reply->body.len > 0 && reply->status == 200)
            (void)nt_fail(&err, -EBADMSG, "docker: %s: the answer is not JSON", call->what);
    }
    call->answer(call->arg, reply->error != 0 ? 0 : reply->status, json, &err);
    json_decref(json);
    free(call);
}

void docker_call(struct docker *docker, const char *method, const char *path, struct json_t *body,
                 uint32_t timeout_ms, docker_answer answer, void *arg)
{
    struct call *call = nt_zalloc(sizeof(*call));
    call->docker = docker;
    call->answer = answer;
    call->arg = arg;
    (void)snprintf(call->what, sizeof(call->what), "%s %.140s", method, path);
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    struct nt_http_request request = {
        .method = method,
        .headers =
            (const char *const[]){text == NULL ? NULL : "Content-Type: application/json", NULL},
        .body = nt_span_of(text),
        .timeout_ms = timeout_ms,
        .done = on_reply,
        .arg = call,
    };
    char *url = nt_zalloc(strlen(path) + 64);
    docker_address(docker, &request, url, strlen(path) + 64, path);
    (void)nt_http_start(docker->options.http, &request);
    free(url);
    free(text);
}

/* --- events ---------------------------------------------------------------------------------- */

static void on_line(struct docker *docker, const char *line, size_t len)
{
    json_t *event = json_loadb(line, len, 0, NULL);
    json_t *attributes = json_object_get(json_object_get(event, "Actor"), "Attributes");
    const char *server = json_string_value(json_object_get(attributes, LABEL_SERVER));
    const char *action = json_string_value(json_object_get(event, "Action"));
    /* Health checks and terminals change nothing that we look at. */
    if (server != NULL && action != NULL && !nt_text_starts(action, "exec_") &&
        !nt_text_starts(action, "health_"))
        docker->options.on_event(docker->options.arg, server);
    json_decref(event);
}

static int on_events(void *arg, int status, struct nt_span data)
{
    struct docker *docker = arg;
    if (status != 200)
        return -EPROTO;
    if (nt_buf_add(&docker->line, data.data, data.len) < 0)
        return -EMSGSIZE;
    size_t begin = 0;
    for (size_t i = 0; i < docker->line.len; i++) {
        if (docker->line.data[i] != '\n')
            continue;
        on_line(docker, (const char *)docker->line.data + begin, i - begin);
        begin = i + 1;
    }
    memmove(docker->line.data, docker->line.data + begin, docker->line.len - begin);
    docker->line.len -= begin;
    return 0;
}

static void on_events_end(void *arg, const struct nt_http_reply *reply)
{
    struct docker *docker = arg;
    nt_buf_reset(&docker->line);
    connect_again(docker, reply->error != 0 ? reply->message : "the event stream ended");
}

static void follow_events(struct docker *docker)
{
    struct nt_http_request request = {
        .method = "GET",
        .on_data = on_events,
        .done = on_events_end,
        .arg = docker,
    };
    char url[256];
    docker_address(docker, &request, url, sizeof(url),
                   "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22label%22%3A%5B%22"
                   "io.neaptide.server%22%5D%7D");
    (void)nt_http_start(docker->options.http, &request);
}

/* --- connecting ------------------------------------------------------------------------------ */

static void on_info(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct docker *docker = arg;
    (void)status;
    const char *engine = json_string_value(json_object_get(json, "ID"));
    if (err->code != 0 || engine == NULL) {
        connect_again(docker, err->code != 0 ? err->message : "the engine has no id");
        return;
    }
    free(docker->engine);
    docker->engine = nt_strdup(engine);
    docker->is_up = true;
    docker->retry_ms = RETRY_MIN_MS;
    /* Events first: what happens while we look is then not missed. */
    follow_events(docker);
    docker->options.on_up(docker->options.arg, docker->engine, docker->version);
}

/* The minor of a version "1.41". */
static int parse_minor(const char *version, int64_t *ret_minor)
{
    if (version == NULL || !nt_text_starts(version, "1."))
        return -EINVAL;
    return nt_parse_i64(version + 2, 0, 9999, ret_minor);
}

static bool choose_api(struct docker *docker, json_t *version)
{
    const char *least = json_string_value(json_object_get(version, "MinAPIVersion"));
    const char *most = json_string_value(json_object_get(version, "ApiVersion"));
    int64_t least_minor = 0;
    int64_t most_minor = 0;
    if (parse_minor(least, &least_minor) < 0 || parse_minor(most, &most_minor) < 0 ||
        most_minor < API_MINOR)
        return false;
    (void)snprintf(docker->api, sizeof(docker->api), "/v1.%d",
                   least_minor > API_MINOR ? (int)least_minor : API_MINOR);
    free(docker->version);
    docker->version = nt_strdup(json_string_value(json_object_get(version, "Version")));
    return true;
}

static void on_version(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct docker *docker = arg;
    (void)status;
    if (err->code != 0)
        connect_again(docker, err->message);
    else if (!choose_api(docker, json))
        connect_again(docker, "this Docker is too old: 20.10 or newer is needed");
    else
        docker_call(docker, "GET", "/info", NULL, VERSION_TIMEOUT_MS, on_info, docker);
}

static void on_retry(void *arg)
{
    struct docker *docker = arg;
    docker->api[0] = '\0'; /* it may have become another version */
    docker_call(docker, "GET", "/version", NULL, VERSION_TIMEOUT_MS, on_version, docker);
}

static void connect_again(struct docker *docker, const char *reason)
{
    if (docker->is_closing)
        return;
    docker->is_up = false;
    docker->options.on_down(docker->options.arg, reason);
    nt_timer_start(docker->retry, docker->retry_ms, 0);
    docker->retry_ms = docker->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : docker->retry_ms * 2;
}

struct docker *docker_new(const struct docker_options *options)
{
    struct docker *docker = nt_zalloc(sizeof(*docker));
    docker->options = *options;
    docker->socket = nt_strdup(options->socket);
    docker->retry_ms = RETRY_MIN_MS;
    docker->line.max = EVENT_LINE_MAX;
    docker->retry = nt_timer_new(options->loop, on_retry, docker);
    nt_timer_start(docker->retry, 0, 0);
    return docker;
}

void docker_shut(struct docker *docker)
{
    docker->is_closing = true;
    docker->is_up = false;
    nt_timer_stop(docker->retry);
}

void docker_free(struct docker *docker)
{
    if (docker == NULL)
        return;
    nt_timer_free(docker->retry);
    nt_buf_deinit(&docker->line);
    free(docker->socket);
    free(docker->engine);
    free(docker->version);
    free(docker);
}
