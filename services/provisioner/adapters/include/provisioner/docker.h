/*
 * The Docker Engine over its unix socket. Connects by itself and again after every loss; a call
 * while Docker is away ends with -ENOTCONN. Callbacks run on the loop thread, later, exactly once;
 * what they get is borrowed for the call. Closing nt_http ends calls under way with -ECANCELED.
 */
#ifndef PROVISIONER_DOCKER_H
#define PROVISIONER_DOCKER_H

#include <nt/http.h>
#include <provisioner/seen.h>
#include <provisioner/spec.h>

struct docker;

struct docker_options {
    struct nt_loop *loop;
    struct nt_http *http;
    const char *socket;
    /* Docker answers (again): look at everything. engine is its id, version e.g. 20.10.24. */
    void (*on_up)(void *arg, const char *engine, const char *version);
    void (*on_down)(void *arg, const char *reason);
    /* Something happened to a container of this server. */
    void (*on_event)(void *arg, const char *server);
    void *arg;
};

struct docker *docker_new(const struct docker_options *options); /* begins to connect */

/* Shutting down: docker_shut() (no more connecting), nt_http_close() (ends calls), docker_free().
 */
void docker_shut(struct docker *docker);
void docker_free(struct docker *docker);
bool docker_is_up(const struct docker *docker);

typedef void (*docker_done)(void *arg, const struct nt_error *err); /* err->code 0: done */

/* --- one request ----------------------------------------------------------------------------- */

/*
 * status is the HTTP status (0: no answer), json the parsed body or NULL. err says what went wrong:
 * -ENOENT for 404, -EEXIST for 409, -EINVAL for 400, -EIO for others, else the transport's error.
 * path begins after the version: "/containers/json".
 */
typedef void (*docker_answer)(void *arg, int status, struct json_t *json,
                              const struct nt_error *err);
void docker_call(struct docker *docker, const char *method, const char *path, struct json_t *body,
                 uint32_t timeout_ms, docker_answer answer, void *arg);

/* For streams (images): fill the request's url and socket. The text lives as long as docker. */
void docker_address(struct docker *docker, struct nt_http_request *request, char *url,
                    size_t url_size, const char *path);
struct nt_http *docker_http(struct docker *docker);

/* --- looking --------------------------------------------------------------------------------- */

/* The servers that have containers of ours here, each once. */
void docker_servers(struct docker *docker,
                    void (*done)(void *arg, const char *const *servers, size_t count,
                                 const struct nt_error *err),
                    void *arg);

/* All containers of one server, inspected. */
void docker_look(struct docker *docker, const char *server,
                 void (*done)(void *arg, const struct seen *seen, size_t count,
                              const struct nt_error *err),
                 void *arg);

/* --- doing ----------------------------------------------------------------------------------- */

/* The network and the volumes, then the container. -ENOENT where the image is missing. Safe to
 * repeat: what exists is taken. Takes spec->create, copies the rest. */
void docker_create(struct docker *docker, struct spec *spec, const char *server,
                   const char *cluster, docker_done done, void *arg);
void docker_start(struct docker *docker, const char *container, docker_done done, void *arg);
void docker_stop(struct docker *docker, const char *container, docker_done done, void *arg);
void docker_rename(struct docker *docker, const char *container, const char *name, docker_done done,
                   void *arg);
void docker_update(struct docker *docker, const char *container, int64_t cpu_milli,
                   int64_t mem_bytes, docker_done done, void *arg);

/* The volumes with these labels that no container uses: left behind if we died in docker_remove().
 */
void docker_sweep(struct docker *docker, const char *server, const char *cluster, docker_done done,
                  void *arg);

/* The container, which must not run, and then its volumes. */
void docker_remove(struct docker *docker, const struct seen *seen, docker_done done, void *arg);

/* --- terminals: docker_exec.c ---------------------------------------------------------------- */

/* A login shell with a terminal, made but not started. -EEXIST where the container does not run. */
typedef void (*docker_exec_made)(void *arg, const char *exec, const struct nt_error *err);
void docker_exec_make(struct docker *docker, const char *container, docker_exec_made made,
                      void *arg);

/* Starts it: the duplex is its terminal, ending when it ends. */
struct nt_http_upgrade *
docker_exec_start(struct docker *docker, const char *exec,
                  void (*done)(void *arg, const struct nt_http_upgraded *upgraded), void *arg);
void docker_exec_resize(struct docker *docker, const char *exec, int columns, int rows);

struct docker_exec_state {
    bool is_running, has_exit_code;
    int exit_code;
    int64_t pid; /* as the engine's host counts; 0: none */
};
typedef void (*docker_exec_seen)(void *arg, const struct docker_exec_state *state,
                                 const struct nt_error *err);
void docker_exec_look(struct docker *docker, const char *exec, docker_exec_seen seen, void *arg);

#endif
