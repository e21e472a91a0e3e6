/*
 * A Docker Engine of lies for tests: containers, networks and volumes in memory behind a unix
 * socket, their files in real folders, a listening socket where a running container has a service.
 * Threads of its own; every function may be called from the test's thread.
 */
#ifndef FAKE_DOCKER_H
#define FAKE_DOCKER_H

#include <stdbool.h>
#include <stdint.h>

struct fake_docker;

/* folder: for the socket and the files; name: in the engine's id. */
struct fake_docker *fake_docker_new(const char *folder, const char *name);
void fake_docker_free(struct fake_docker *docker);
const char *fake_docker_socket(const struct fake_docker *docker);

/* Away: the socket is closed and connections are cut; back: it listens again. */
void fake_docker_set_down(struct fake_docker *docker, bool is_down);

/* The process 1 of every container that runs; 0 (as it begins): Docker does not know. */
void fake_docker_set_pid(struct fake_docker *docker, int64_t pid);

/* By name; a missing image makes create fail as Docker does, until it is loaded. */
void fake_docker_add_image(struct fake_docker *docker, const char *image);

/* The first container whose name begins so. */
struct fake_container {
    bool exists;
    bool is_running;
    int64_t nano_cpus, memory;
    int starts; /* how often it was started */
    int port;   /* of its first service on this machine; 0: not running */
    char name[128];
    char upper[256];
    char volume[384]; /* of its first mount */
};
struct fake_container fake_docker_find(struct fake_docker *docker, const char *name_begin);
int fake_docker_count_volumes(struct fake_docker *docker);

/* As if it was removed, and we died before its volumes were. */
void fake_docker_lose_container(struct fake_docker *docker, const char *name_begin);
int fake_docker_count(struct fake_docker *docker);

/* It stopped by itself. */
void fake_docker_crash(struct fake_docker *docker, const char *name_begin);

/* The body of the last POST /containers/create; free() it. */
char *fake_docker_last_create(struct fake_docker *docker);

#endif
