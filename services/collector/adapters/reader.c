#include <collector/proc.h>
#include <collector/reader.h>
#include <collector/scan.h>

#include <nt/memory.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_SIZE = 32768, /* memory.stat has 2 kB; net/dev 120 bytes an interface */
    MOUNTINFO_MAX = 1 << 20,
    PATH_SIZE = CGROUP_PATH_SIZE + 64,
    NS_PER_TICK = 10000000, /* /proc counts in 1/100 s whatever the kernel's own tick is */
};

struct reader {
    char proc[256];
    struct cgroup_mounts mounts;
};

enum file {
    FILE_CPU_USAGE,
    FILE_CPU_STAT,
    FILE_MEMORY_USAGE,
    FILE_MEMORY_STAT,
    FILE_MEMORY_EVENTS,
    FILE_IO,
    FILE_PIDS,
    FILE_PRESSURE,
    FILE_NET,
    FILES
};

enum group_kind { GROUP_CONTAINER, GROUP_SLICE, GROUP_MACHINE };

struct group {
    enum group_kind kind;
    bool is_v2[CGROUP_CONTROLLERS];
    char cpu_folder[CGROUP_PATH_SIZE]; /* where the limits are */
    char memory_folder[CGROUP_PATH_SIZE];
    int fds[FILES]; /* -1: absent */
};

/* --- files ----------------------------------------------------------------------------------- */

static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* The whole file from its begin, in a buffer that the next read takes over. */
static int read_fd(int fd, struct nt_span *ret_text)
{
    static uint8_t buffer[READ_SIZE]; /* loop thread only */
    if (fd < 0)
        return -ENOENT;
    ssize_t len = pread(fd, buffer, sizeof(buffer), 0);
    if (len < 0)
        return -errno;
    *ret_text = (struct nt_span){.data = buffer, .len = (size_t)len};
    return 0;
}

static int read_path(const char *folder, const char *name, struct nt_span *ret_text)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    NT_CLEANUP(nt_close_p) int fd = open_file(path);
    return fd < 0 ? -errno : read_fd(fd, ret_text);
}

static int read_all(const char *path, struct nt_buf *out)
{
    NT_CLEANUP(nt_close_p) int fd = open_file(path);
    if (fd < 0)
        return -errno;
    out->max = MOUNTINFO_MAX;
    for (;;) {
        uint8_t *room = nt_buf_reserve(out, 4096);
        if (room == NULL)
            return -EMSGSIZE;
        ssize_t len = read(fd, room, 4096);
        if (len < 0)
            return -errno;
        if (len == 0)
            return 0;
        out->len += (size_t)len;
    }
}

int reader_open(const char *proc, struct reader **ret_reader, struct nt_error *err)
{
    NT_CLEANUP(nt_buf_deinit) struct nt_buf mountinfo = {0};
    NT_CLEANUP(reader_close_p) struct reader *reader = nt_zalloc(sizeof(*reader));
    if ((size_t)snprintf(reader->proc, sizeof(reader->proc), "%s", proc) >= sizeof(reader->proc))
        return nt_fail(err, -EINVAL, "the path of /proc is too long");
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/self/mountinfo", proc);
    int status = read_all(path, &mountinfo);
    if (status < 0)
        return nt_fail(err, status, "cannot read %s: %s", path, strerror(-status));
    status = cgroup_parse_mountinfo(nt_buf_span(&mountinfo), &reader->mounts);
    if (status < 0)
        return nt_fail(err, status, "no control groups are mounted here: mount /sys/fs/cgroup");
    *ret_reader = nt_take(reader);
    return 0;
}

void reader_close(struct reader *reader)
{
    free(reader);
}

const char *reader_layout(const struct reader *reader)
{
    return cgroup_layout(&reader->mounts);
}

/* --- opening --------------------------------------------------------------------------------- */

struct place {
    const struct reader *reader;
    const char *proc_cgroup; /* /proc/<pid>/cgroup, or NULL: path */
    char path[CGROUP_PATH_SIZE];
};

static int folder_of(const struct place *place, enum cgroup_controller controller,
                     char ret_folder[CGROUP_PATH_SIZE])
{
    const struct cgroup_mounts *mounts = &place->reader->mounts;
    return place->proc_cgroup != NULL
               ? cgroup_resolve(mounts, nt_span_of(place->proc_cgroup), controller, ret_folder)
               : cgroup_folder(mounts, place->path, controller, ret_folder);
}

static int open_in(const struct place *place, enum cgroup_controller controller, const char *v1,
                   const char *v2)
{
    char folder[CGROUP_PATH_SIZE];
    char path[PATH_SIZE];
    const char *name = cgroup_is_v2(&place->reader->mounts, controller) ? v2 : v1;
    if (name == NULL || folder_of(place, controller, folder) < 0)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return open_file(path);
}

static struct group *new_group(const struct reader *reader, enum group_kind kind)
{
    struct group *group = nt_zalloc(sizeof(*group));
    group->kind = kind;
    for (size_t i = 0; i < FILES; i++)
        group->fds[i] = -1;
    for (size_t i = 0; i < CGROUP_CONTROLLERS; i++)
        group->is_v2[i] = cgroup_is_v2(&reader->mounts, (enum cgroup_controller)i);
    return group;
}

/* -ENOENT when not even the CPU can be read. */
static int open_files(struct group *group, const struct place *place)
{
    int *fds = group->fds;
    fds[FILE_CPU_USAGE] = open_in(place, CGROUP_CPUACCT, "cpuacct.usage", "cpu.stat");
    if (fds[FILE_CPU_USAGE] < 0)
        return -ENOENT;
    fds[FILE_CPU_STAT] = open_in(place, CGROUP_CPU, "cpu.stat", "cpu.stat");
    fds[FILE_MEMORY_USAGE] =
        open_in(place, CGROUP_MEMORY, "memory.usage_in_bytes", "memory.current");
    fds[FILE_MEMORY_STAT] = open_in(place, CGROUP_MEMORY, "memory.stat", "memory.stat");
    fds[FILE_MEMORY_EVENTS] = open_in(place, CGROUP_MEMORY, "memory.oom_control", "memory.events");
    fds[FILE_IO] =
        open_in(place, CGROUP_BLKIO, "blkio.throttle.io_service_bytes_recursive", "io.stat");
    if (fds[FILE_IO] < 0)
        fds[FILE_IO] = open_in(place, CGROUP_BLKIO, "blkio.throttle.io_service_bytes", NULL);
    fds[FILE_PIDS] = open_in(place, CGROUP_PIDS, "pids.current", "pids.current");
    fds[FILE_PRESSURE] = open_in(place, CGROUP_CPU, NULL, "cpu.pressure");
    (void)folder_of(place, CGROUP_CPU, group->cpu_folder);
    (void)folder_of(place, CGROUP_MEMORY, group->memory_folder);
    return 0;
}

static int open_net(const struct reader *reader, int64_t pid)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/%lld/net/dev", reader->proc, (long long)pid);
    return open_file(path);
}

int group_open_container(const struct reader *reader, int64_t pid, const char *id,
                         const char *slice, struct group **ret_group)
{
    NT_CLEANUP(group_close_p) struct group *group = new_group(reader, GROUP_CONTAINER);
    NT_CLEANUP(nt_buf_deinit) struct nt_buf proc_cgroup = {0};
    struct place place = {.reader = reader};
    int status = -ENOENT;
    /* Below a slice the place is known: <slice>/<id>, also where our namespace hides the way. */
    if (slice[0] != '\0' &&
        (size_t)snprintf(place.path, sizeof(place.path), "%s/%s", slice, id) < sizeof(place.path))
        status = open_files(group, &place);
    if (status < 0) {
        char path[PATH_SIZE];
        (void)snprintf(path, sizeof(path), "%s/%lld/cgroup", reader->proc, (long long)pid);
        if (read_all(path, &proc_cgroup) < 0)
            return -ENOENT;
        place.proc_cgroup = nt_buf_text(&proc_cgroup);
        status = open_files(group, &place);
    }
    if (status < 0)
        return status;
    group->fds[FILE_NET] = open_net(reader, pid);
    *ret_group = nt_take(group);
    return 0;
}

int group_open_slice(const struct reader *reader, const char *slice, struct group **ret_group,
                     struct nt_error *err)
{
    NT_CLEANUP(group_close_p) struct group *group = new_group(reader, GROUP_SLICE);
    struct place place = {.reader = reader};
    if ((size_t)snprintf(place.path, sizeof(place.path), "%s", slice) >= sizeof(place.path))
        return nt_fail(err, -EINVAL, "the path of the slice is too long");
    int status = open_files(group, &place);
    if (status < 0)
        return nt_fail(err, status, "there is no slice %s yet: its engine makes it", slice);
    group->fds[FILE_NET] = open_net(reader, 1);
    *ret_group = nt_take(group);
    return 0;
}

int group_open_machine(const struct reader *reader, struct group **ret_group, struct nt_error *err)
{
    NT_CLEANUP(group_close_p) struct group *group = new_group(reader, GROUP_MACHINE);
    static const struct {
        enum file file;
        const char *name;
    } files[] = {
        {FILE_CPU_USAGE, "stat"}, {FILE_MEMORY_USAGE, "meminfo"}, {FILE_PRESSURE, "pressure/cpu"}};
    for (size_t i = 0; i < NT_COUNT(files); i++) {
        char path[PATH_SIZE];
        (void)snprintf(path, sizeof(path), "%s/%s", reader->proc, files[i].name);
        group->fds[files[i].file] = open_file(path);
    }
    if (group->fds[FILE_CPU_USAGE] < 0)
        return nt_fail(err, -ENOENT, "cannot read %s/stat", reader->proc);
    group->fds[FILE_NET] = open_net(reader, 1);
    *ret_group = nt_take(group);
    return 0;
}

void group_close(struct group *group)
{
    if (group == NULL)
        return;
    for (size_t i = 0; i < FILES; i++) {
        if (group->fds[i] >= 0)
            (void)close(group->fds[i]);
    }
    free(group);
}

/* --- reading --------------------------------------------------------------------------------- */

static void mark(struct reading *reading, int status, enum reading_field field)
{
    if (status == 0)
        reading->fields |= field;
}

static int read_cpu(const struct group *group, struct reading *reading)
{
    struct nt_span text = {0};
    int status = read_fd(group->fds[FILE_CPU_USAGE], &text);
    if (status < 0)
        return status;
    if (!group->is_v2[CGROUP_CPUACCT])
        return cgroup_parse_u64(text, &reading->cpu_ns);
    status = cgroup_find_u64(text, "usage_usec", &reading->cpu_ns);
    reading->cpu_ns *= 1000;
    return status;
}

static int read_throttled(const struct group *group, struct reading *reading)
{
    struct nt_span text = {0};
    int status = read_fd(group->fds[FILE_CPU_STAT], &text);
    if (status < 0)
        return status;
    if (!group->is_v2[CGROUP_CPU])
        return cgroup_find_u64(text, "throttled_time", &reading->throttled_ns);
    status = cgroup_find_u64(text, "throttled_usec", &reading->throttled_ns);
    reading->throttled_ns *= 1000;
    return status;
}

static int read_memory(const struct group *group, struct reading *reading)
{
    struct nt_span text = {0};
    uint64_t inactive = 0;
    bool is_v2 = group->is_v2[CGROUP_MEMORY];
    int status = read_fd(group->fds[FILE_MEMORY_USAGE], &text);
    if (status == 0)
        status = cgroup_parse_u64(text, &reading->mem_bytes);
    if (status < 0)
        return status;
    if (read_fd(group->fds[FILE_MEMORY_STAT], &text) == 0)
        (void)cgroup_find_u64(text, is_v2 ? "inactive_file" : "total_inactive_file", &inactive);
    reading->mem_bytes -= inactive < reading->mem_bytes ? inactive : reading->mem_bytes;
    return 0;
}

static int read_io(const struct group *group, struct reading *reading)
{
    struct nt_span text = {0};
    int status = read_fd(group->fds[FILE_IO], &text);
    if (status < 0)
        return status;
    return (group->is_v2[CGROUP_BLKIO] ? cgroup_parse_io : cgroup_parse_blkio)(
        text, &reading->blk_read_bytes, &reading->blk_write_bytes);
}

static int read_one(int fd, const char *key, uint64_t *ret_value)
{
    struct nt_span text = {0};
    int status = read_fd(fd, &text);
    if (status < 0)
        return status;
    return key != NULL ? cgroup_find_u64(text, key, ret_value) : cgroup_parse_u64(text, ret_value);
}

static void read_common(const struct group *group, struct reading *reading)
{
    struct nt_span text = {0};
    if (read_fd(group->fds[FILE_NET], &text) == 0)
        mark(reading,
             proc_parse_net(text, group->kind != GROUP_CONTAINER, &reading->net_rx_bytes,
                            &reading->net_tx_bytes),
             READING_NET);
    if (read_fd(group->fds[FILE_PRESSURE], &text) == 0)
        mark(reading, proc_parse_pressure(text, &reading->pressure_pct), READING_PRESSURE);
}

static int read_machine(const struct group *group, struct reading *reading)
{
    struct nt_span text = {0};
    struct proc_cpu cpu = {0};
    struct proc_memory memory = {0};
    int status = read_fd(group->fds[FILE_CPU_USAGE], &text);
    if (status == 0)
        status = proc_parse_stat(text, &cpu);
    if (status < 0)
        return -ENODEV;
    reading->cpu_ns = cpu.busy_ticks * NS_PER_TICK;
    reading->throttled_ns = cpu.stolen_ticks * NS_PER_TICK; /* wanted but not given */
    reading->fields |= READING_CPU | READING_THROTTLED;
    if (read_fd(group->fds[FILE_MEMORY_USAGE], &text) == 0 &&
        proc_parse_meminfo(text, &memory) == 0) {
        reading->mem_bytes = memory.total_bytes > memory.available_bytes
                                 ? memory.total_bytes - memory.available_bytes
                                 : 0;
        reading->fields |= READING_MEMORY;
    }
    return 0;
}

int group_read(struct group *group, struct reading *ret_reading)
{
    struct reading reading = {0};
    if (group->kind == GROUP_MACHINE) {
        if (read_machine(group, &reading) < 0)
            return -ENODEV;
    } else {
        mark(&reading, read_cpu(group, &reading), READING_CPU);
        if ((reading.fields & READING_CPU) == 0)
            return -ENODEV;
        mark(&reading, read_throttled(group, &reading), READING_THROTTLED);
        mark(&reading, read_memory(group, &reading), READING_MEMORY);
        mark(&reading, read_io(group, &reading), READING_BLK);
        mark(&reading, read_one(group->fds[FILE_PIDS], NULL, &reading.pids), READING_PIDS);
        mark(&reading, read_one(group->fds[FILE_MEMORY_EVENTS], "oom_kill", &reading.oom_kills),
             READING_OOM);
    }
    read_common(group, &reading);
    *ret_reading = reading;
    return 0;
}

/* --- limits ---------------------------------------------------------------------------------- */

static int machine_capacity(const struct reader *reader, struct capacity *ret_capacity,
                            struct nt_error *err)
{
    struct nt_span text = {0};
    struct proc_cpu cpu = {0};
    struct proc_memory memory = {0};
    if (read_path(reader->proc, "stat", &text) < 0 || proc_parse_stat(text, &cpu) < 0)
        return nt_fail(err, -EIO, "cannot read %s/stat", reader->proc);
    if (read_path(reader->proc, "meminfo", &text) < 0 || proc_parse_meminfo(text, &memory) < 0)
        return nt_fail(err, -EIO, "cannot read %s/meminfo", reader->proc);
    *ret_capacity = (struct capacity){.cpu_milli = (int64_t)cpu.processors * 1000,
                                      .mem_bytes = (int64_t)memory.total_bytes};
    return 0;
}

static uint64_t cpu_quota(const struct group *group)
{
    struct nt_span text = {0};
    uint64_t milli = CGROUP_UNLIMITED;
    if (group->is_v2[CGROUP_CPU]) {
        if (read_path(group->cpu_folder, "cpu.max", &text) == 0)
            (void)cgroup_parse_cpu_max(text, &milli);
        return milli;
    }
    char quota[32];
    if (read_path(group->cpu_folder, "cpu.cfs_quota_us", &text) < 0 ||
        !scan_copy(text, quota, sizeof(quota)) ||
        read_path(group->cpu_folder, "cpu.cfs_period_us", &text) < 0)
        return milli;
    (void)cgroup_parse_cfs(nt_span_of(quota), text, &milli);
    return milli;
}

static uint64_t memory_limit(const struct group *group)
{
    struct nt_span text = {0};
    uint64_t bytes = CGROUP_UNLIMITED;
    const char *name = group->is_v2[CGROUP_MEMORY] ? "memory.max" : "memory.limit_in_bytes";
    if (read_path(group->memory_folder, name, &text) == 0)
        (void)cgroup_parse_limit(text, &bytes);
    return bytes;
}

int group_capacity(const struct reader *reader, struct group *group, struct capacity *ret_capacity,
                   struct nt_error *err)
{
    struct capacity capacity = {0};
    int status = machine_capacity(reader, &capacity, err);
    if (status < 0)
        return status;
    if (group->kind != GROUP_MACHINE) {
        uint64_t milli = cpu_quota(group);
        uint64_t bytes = memory_limit(group);
        if (milli < (uint64_t)capacity.cpu_milli)
            capacity.cpu_milli = (int64_t)milli;
        if (bytes < (uint64_t)capacity.mem_bytes)
            capacity.mem_bytes = (int64_t)bytes;
    }
    *ret_capacity = capacity;
    return 0;
}
