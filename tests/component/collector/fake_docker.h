/*
 * A Docker engine as the collector sees it: the list of containers, one container, and the stream
 * of events, over a unix socket, by a child process. What it answers are files in its folder:
 * list.json and <id>.json.
 */
#ifndef FAKE_DOCKER_H
#define FAKE_DOCKER_H

#include <sys/types.h>

struct fake_docker {
    pid_t pid;
    int bell; /* a byte written here becomes an event on every stream */
};

struct fake_docker fake_docker_start(const char *folder, const char *socket_path);
void fake_docker_ring(const struct fake_docker *docker);
void fake_docker_stop(struct fake_docker *docker);

#endif
