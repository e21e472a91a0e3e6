/*
 * Which of our containers run: Docker's list by label, asked again at each event of its stream, and
 * once a minute. Never its stats. Loop thread only.
 */
#ifndef COLLECTOR_DOCKER_H
#define COLLECTOR_DOCKER_H

#include <nt/http.h>

enum { DOCKER_CONTAINERS_MAX = 2000 }; /* the rest is not told apart from the host */

struct docker_container {
    char *id; /* whole */
    char *server;
    char *name;
    int64_t generation;
    int64_t pid;
};

struct docker;

struct docker_options {
    struct nt_loop *loop;
    struct nt_http *http;
    const char *socket;
    const char *cluster; /* only containers with this cluster id; "": all */
    /* What runs has changed, or has been learned for the first time. */
    void (*on_change)(void *arg);
    /* Docker does not answer: once until it does again. */
    void (*on_trouble)(void *arg, const char *story);
    void *arg;
};

/* Copies the options and begins to ask, again and again while Docker is away. */
struct docker *docker_open(const struct docker_options *options);
void docker_close(struct docker *docker);
NT_DEFINE_CLEANUP(struct docker *, docker_close);

/* The list was read, and Docker answered when it was last asked. */
bool docker_is_ready(const struct docker *docker);

/* Lent until the next on_change. */
const struct docker_container *docker_containers(const struct docker *docker, size_t *ret_count);

/* A container's group is gone: it stopped, or started again with another process. Ask anew. */
void docker_forget(struct docker *docker, const char *id);

#endif
