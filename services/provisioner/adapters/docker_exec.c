/* A shell inside a container, on a terminal of its own. */
#include <provisioner/docker.h>

#include <jansson.h>
#include <nt/memory.h>

enum { EXEC_TIMEOUT_MS = 10000, QUEUE_MAX = 512 << 10 };

/* The person's login shell, at home. bash where there is one. */
#define SHELL "cd; command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l"

struct exec {
    docker_exec_made made;
    docker_exec_seen seen;
    void *arg;
};

static void on_made(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct exec *exec = arg;
    struct nt_error story = *err;
    const char *id = json_string_value(json_object_get(json, "Id"));
    (void)status;
    if (story.code == 0 && id == NULL)
        (void)nt_fail(&story, -EBADMSG, "docker: exec: an answer without an id");
    exec->made(exec->arg, id, &story);
    free(exec);
}

void docker_exec_make(struct docker *docker, const char *container, docker_exec_made made,
                      void *arg)
{
    char path[128];
    struct exec *exec = nt_zalloc(sizeof(*exec));
    *exec = (struct exec){.made = made, .arg = arg};
    json_t *body = json_pack("{s:b, s:b, s:b, s:b, s:[s], s:[s, s, s]}", "AttachStdin", 1,
                             "AttachStdout", 1, "AttachStderr", 1, "Tty", 1, "Env",
                             "TERM=xterm-256color", "Cmd", "/bin/sh", "-c", SHELL);
    (void)snprintf(path, sizeof(path), "/containers/%.64s/exec", container);
    docker_call(docker, "POST", path, body, EXEC_TIMEOUT_MS, on_made, exec);
    json_decref(body);
}

struct nt_http_upgrade *
docker_exec_start(struct docker *docker, const char *exec,
                  void (*done)(void *arg, const struct nt_http_upgraded *upgraded), void *arg)
{
    char path[128];
    char url[192];
    struct nt_http_request address = {0};
    (void)snprintf(path, sizeof(path), "/exec/%.64s/start", exec);
    docker_address(docker, &address, url, sizeof(url), path);
    const struct nt_http_upgrade_options options = {
        .method = "POST",
        .url = address.url,
        .unix_socket = address.unix_socket,
        .protocol = "tcp",
        .headers = (const char *const[]){"Content-Type: application/json", NULL},
        .body = nt_span_of("{\"Detach\":false,\"Tty\":true}"),
        .timeout_ms = EXEC_TIMEOUT_MS,
        .queue_max = QUEUE_MAX,
        .done = done,
        .arg = arg,
    };
    return nt_http_upgrade(docker_http(docker), &options);
}

static void on_resized(void *arg, int status, json_t *json, const struct nt_error *err)
{
    /* Ignored: the program has ended, or the next resize comes. */
    (void)arg;
    (void)status;
    (void)json;
    (void)err;
}

void docker_exec_resize(struct docker *docker, const char *exec, int columns, int rows)
{
    char path[160];
    (void)snprintf(path, sizeof(path), "/exec/%.64s/resize?h=%d&w=%d", exec, rows, columns);
    docker_call(docker, "POST", path, NULL, EXEC_TIMEOUT_MS, on_resized, NULL);
}

static void on_seen(void *arg, int status, json_t *json, const struct nt_error *err)
{
    struct exec *exec = arg;
    (void)status;
    json_t *code = json_object_get(json, "ExitCode");
    struct docker_exec_state state = {
        .is_running = json_is_true(json_object_get(json, "Running")),
        .has_exit_code = json_is_integer(code),
        .exit_code = (int)json_integer_value(code),
        .pid = json_integer_value(json_object_get(json, "Pid")),
    };
    exec->seen(exec->arg, &state, err);
    free(exec);
}

void docker_exec_look(struct docker *docker, const char *exec, docker_exec_seen seen, void *arg)
{
    char path[128];
    struct exec *look = nt_zalloc(sizeof(*look));
    *look = (struct exec){.seen = seen, .arg = arg};
    (void)snprintf(path, sizeof(path), "/exec/%.64s/json", exec);
    docker_call(docker, "GET", path, NULL, EXEC_TIMEOUT_MS, on_seen, look);
}
