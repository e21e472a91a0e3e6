/*
 * What the files of control groups say, v1 and v2, and where they are. Formats: Linux
 * Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst. Pure; any thread.
 */
#ifndef COLLECTOR_CGROUP_H
#define COLLECTOR_CGROUP_H

#include <nt/span.h>

/* "no limit", as parsed from "max", from -1 or from v1's page-rounded maximum. */
#define CGROUP_UNLIMITED UINT64_MAX

/* --- file contents: 0, -EINVAL (not of that form) or -ENOENT (key absent) -------------------- */

int cgroup_parse_u64(struct nt_span text, uint64_t *ret_value);   /* one number, or max, or -1 */
int cgroup_parse_limit(struct nt_span text, uint64_t *ret_bytes); /* v1's huge value: unlimited */
int cgroup_find_u64(struct nt_span text, const char *key, uint64_t *ret_value); /* "key value" */

/* v2 cpu.max "QUOTA PERIOD": thousandths of a core, or CGROUP_UNLIMITED. */
int cgroup_parse_cpu_max(struct nt_span text, uint64_t *ret_milli);

/* v1 cpu.cfs_quota_us and cpu.cfs_period_us, likewise. */
int cgroup_parse_cfs(struct nt_span quota, struct nt_span period, uint64_t *ret_milli);

/* v2 io.stat, v1 blkio.throttle.io_service_bytes[_recursive]: bytes over all devices. */
int cgroup_parse_io(struct nt_span text, uint64_t *ret_read, uint64_t *ret_write);
int cgroup_parse_blkio(struct nt_span text, uint64_t *ret_read, uint64_t *ret_write);

/* --- where they are -------------------------------------------------------------------------- */

enum cgroup_controller {
    CGROUP_CPU,
    CGROUP_CPUACCT,
    CGROUP_MEMORY,
    CGROUP_BLKIO,
    CGROUP_PIDS,
    CGROUP_CONTROLLERS
};

enum { CGROUP_PATH_SIZE = 512 };

struct cgroup_mount {
    char at[CGROUP_PATH_SIZE];   /* mount point; "" where absent */
    char root[CGROUP_PATH_SIZE]; /* which group is mounted there; begins with /.. when it lies above
                                    the root of our cgroup namespace */
};

struct cgroup_mounts {
    struct cgroup_mount v1[CGROUP_CONTROLLERS];
    struct cgroup_mount v2;
};

/* /proc/self/mountinfo. -ENOENT when no cgroup hierarchy that we can use is mounted. */
int cgroup_parse_mountinfo(struct nt_span text, struct cgroup_mounts *ret_mounts);

const char *cgroup_layout(const struct cgroup_mounts *mounts); /* "v1", "hybrid" or "v2" */

/* The files of this controller are v2's (false where a v1 hierarchy has it). */
bool cgroup_is_v2(const struct cgroup_mounts *mounts, enum cgroup_controller controller);

/*
 * The folder of a process's group: text is its /proc/<pid>/cgroup. -ENOENT when the controller is
 * not there or the group lies outside what is mounted.
 */
int cgroup_resolve(const struct cgroup_mounts *mounts, struct nt_span text,
                   enum cgroup_controller controller, char ret_folder[CGROUP_PATH_SIZE]);

/* The folder of a group given by its path from the root of what is mounted: a slice. */
int cgroup_folder(const struct cgroup_mounts *mounts, const char *path,
                  enum cgroup_controller controller, char ret_folder[CGROUP_PATH_SIZE]);

#endif
