/* What /proc tells about our containers and about this host. Small reads from memory. Any thread.
 */
#ifndef PROVISIONER_PROCFS_H
#define PROVISIONER_PROCFS_H

#include <nt/arena.h>

/* The upperdir of pid's root, as this process can open it; NULL where the root is no overlay. */
char *procfs_upper_dir(struct nt_arena *arena, int64_t pid);

/* For tests: the same out of the text of a mountinfo. */
char *procfs_upper_dir_of(struct nt_arena *arena, const char *mountinfo);

/* Established connections to these ports inside pid's network namespace. */
int32_t procfs_connections(int64_t pid, const int32_t *ports, size_t count);
int32_t procfs_connections_of(const char *table, const int32_t *ports, size_t count);

/*
 * Ends a shell inside a container: signals pid if it is in the pid namespace of container_pid
 * still, so that a number used again by somebody else is left alone. 0, -ESRCH (gone, or
 * another's), or what kill() said.
 */
int procfs_signal(int64_t pid, int64_t container_pid, int signal);

/* Kernel's boot id, and the start of process 1 here: a local host's own boot. */
char *procfs_boot(struct nt_arena *arena);

#endif
