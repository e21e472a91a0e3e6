#include "fake_kernel.h"

#include <nt/cleanup.h>
#include <nt_cmocka.h>

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

static void make_folders(char *path)
{
    for (char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        (void)mkdir(path, 0700); /* ignored: mostly there already */
        *at = '/';
    }
}

static void put(const char *folder, const char *name, const char *format, ...) NT_PRINTF(3, 4);

/* In place, as the kernel does: who holds the file open sees the new content. */
static void put(const char *folder, const char *name, const char *format, ...)
{
    char path[PATH_SIZE];
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    make_folders(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, text, (size_t)len, 0), len);
    (void)close(fd);
}

static void group_of(const char *folder, const char *id, char ret_path[PATH_SIZE])
{
    (void)snprintf(ret_path, PATH_SIZE, "%s/cg" FAKE_SLICE "%s%s", folder, id != NULL ? "/" : "",
                   id != NULL ? id : "");
}

static void make_group(const char *folder, const char *id)
{
    char group[PATH_SIZE];
    group_of(folder, id, group);
    fake_kernel_set_cpu(folder, id, 1000000);
    put(group, "memory.current", "%d\n", id != NULL ? 50 << 20 : 200 << 20);
    put(group, "memory.stat", "anon 1\nfile 2\ninactive_file %d\n", 10 << 20);
    put(group, "memory.events", "low 0\nhigh 0\noom 0\noom_kill 0\n");
    put(group, "io.stat", "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2\n");
    put(group, "pids.current", "%d\n", id != NULL ? 3 : 9);
    put(group, "cpu.pressure", "some avg10=2.50 avg60=0.00 avg300=0.00 total=0\n");
}

void fake_kernel_make(const char *folder)
{
    char proc[PATH_SIZE];
    char group[PATH_SIZE];
    (void)snprintf(proc, sizeof(proc), "%s/proc", folder);
    put(proc, "self/mountinfo", "30 23 0:26 / %s/cg rw - cgroup2 cgroup2 rw\n", folder);
    put(proc, "stat",
        "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 50 0 50 500 0 0 0 0\n"
        "cpu1 50 0 50 500 0 0 0 0\n");
    put(proc, "meminfo", "MemTotal: 8388608 kB\nMemFree: 1 kB\nMemAvailable: 4194304 kB\n");
    put(proc, "1/net/dev", "a\nb\n eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n");
    put(proc, "sys/kernel/random/boot_id", "0d1d6f2e-0000-4000-8000-00000000b007\n");
    make_group(folder, NULL);
    group_of(folder, NULL, group);
    put(group, "cpu.max", "150000 100000\n");
    put(group, "memory.max", "%d\n", 1 << 30);
}

void fake_kernel_add(const char *folder, const char *id, int pid)
{
    char process[PATH_SIZE];
    make_group(folder, id);
    (void)snprintf(process, sizeof(process), "%s/proc/%d", folder, pid);
    put(process, "cgroup", "0::" FAKE_SLICE "/%s\n", id);
    put(process, "net/dev", "a\nb\n eth0: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n");
}

void fake_kernel_set_cpu(const char *folder, const char *id, int64_t usage_usec)
{
    char group[PATH_SIZE];
    group_of(folder, id, group);
    put(group, "cpu.stat", "usage_usec %015lld\nnr_throttled 0\nthrottled_usec 0\n",
        (long long)usage_usec);
}

/* A file cannot begin to fail by itself: emptied, it has no figure, and that is what counts. */
void fake_kernel_remove(const char *folder, const char *id)
{
    char group[PATH_SIZE];
    char path[PATH_SIZE + 16];
    group_of(folder, id, group);
    (void)snprintf(path, sizeof(path), "%s/cpu.stat", group);
    assert_int_equal(truncate(path, 0), 0);
}
