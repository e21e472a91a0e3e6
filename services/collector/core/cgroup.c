#include <collector/cgroup.h>
#include <collector/scan.h>

#include <stdio.h>
#include <string.h>

/* v1 says "no limit" as the largest page-aligned int64_t; anything near it means the same. */
static const uint64_t V1_UNLIMITED = UINT64_C(1) << 62;

int cgroup_parse_u64(struct nt_span text, uint64_t *ret_value)
{
    struct nt_span word;
    if (!scan_word(&text, &word))
        return -EINVAL;
    if (scan_is(word, "max") || scan_is(word, "-1")) {
        *ret_value = CGROUP_UNLIMITED;
        return 0;
    }
    return scan_u64(word, ret_value);
}

int cgroup_parse_limit(struct nt_span text, uint64_t *ret_bytes)
{
    uint64_t bytes = 0;
    int status = cgroup_parse_u64(text, &bytes);
    if (status < 0)
        return status;
    *ret_bytes = bytes >= V1_UNLIMITED ? CGROUP_UNLIMITED : bytes;
    return 0;
}

int cgroup_find_u64(struct nt_span text, const char *key, uint64_t *ret_value)
{
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span word;
        if (!scan_word(&line, &word) || !scan_is(word, key))
            continue;
        if (!scan_word(&line, &word))
            return -EINVAL;
        return scan_u64(word, ret_value);
    }
    return -ENOENT;
}

static int milli_of(uint64_t quota, uint64_t period, uint64_t *ret_milli)
{
    uint64_t product = 0;
    if (quota == CGROUP_UNLIMITED) {
        *ret_milli = CGROUP_UNLIMITED;
        return 0;
    }
    if (period == 0 || period == CGROUP_UNLIMITED ||
        __builtin_mul_overflow(quota, UINT64_C(1000), &product))
        return -EINVAL;
    *ret_milli = product / period;
    return 0;
}

int cgroup_parse_cpu_max(struct nt_span text, uint64_t *ret_milli)
{
    struct nt_span word;
    uint64_t quota = 0;
    uint64_t period = 0;
    if (!scan_word(&text, &word) || cgroup_parse_u64(word, &quota) < 0)
        return -EINVAL;
    if (!scan_word(&text, &word) || scan_u64(word, &period) < 0)
        return -EINVAL;
    return milli_of(quota, period, ret_milli);
}

int cgroup_parse_cfs(struct nt_span quota, struct nt_span period, uint64_t *ret_milli)
{
    uint64_t quota_us = 0;
    uint64_t period_us = 0;
    if (cgroup_parse_u64(quota, &quota_us) < 0 || cgroup_parse_u64(period, &period_us) < 0)
        return -EINVAL;
    return milli_of(quota_us, period_us, ret_milli);
}

int cgroup_parse_io(struct nt_span text, uint64_t *ret_read, uint64_t *ret_write)
{
    uint64_t read = 0;
    uint64_t write = 0;
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span word;
        while (scan_word(&line, &word)) {
            struct nt_span key;
            uint64_t value = 0;
            if (!scan_until(&word, '=', &key))
                continue; /* the device number */
            bool is_read = scan_is(key, "rbytes");
            if (!is_read && !scan_is(key, "wbytes"))
                continue;
            if (scan_u64(word, &value) < 0)
                return -EINVAL;
            *(is_read ? &read : &write) += value;
        }
    }
    *ret_read = read;
    *ret_write = write;
    return 0;
}

int cgroup_parse_blkio(struct nt_span text, uint64_t *ret_read, uint64_t *ret_write)
{
    uint64_t read = 0;
    uint64_t write = 0;
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span device, kind, number;
        uint64_t value = 0;
        if (!scan_word(&line, &device) || !scan_word(&line, &kind) || !scan_word(&line, &number))
            continue; /* "Total N" */
        bool is_read = scan_is(kind, "Read");
        if (!is_read && !scan_is(kind, "Write"))
            continue;
        if (scan_u64(number, &value) < 0)
            return -EINVAL;
        *(is_read ? &read : &write) += value;
    }
    *ret_read = read;
    *ret_write = write;
    return 0;
}

/* --- mounts ---------------------------------------------------------------------------------- */

static const char *const controller_names[CGROUP_CONTROLLERS] = {
    [CGROUP_CPU] = "cpu",     [CGROUP_CPUACCT] = "cpuacct", [CGROUP_MEMORY] = "memory",
    [CGROUP_BLKIO] = "blkio", [CGROUP_PIDS] = "pids",
};

/* Is name one of a comma-separated list? */
static bool lists(struct nt_span list, const char *name)
{
    struct nt_span part;
    while (scan_until(&list, ',', &part)) {
        if (scan_is(part, name))
            return true;
    }
    return scan_is(list, name);
}

/* id parent major:minor root mount-point options [tags...] - type source super-options */
static void take_mount(struct nt_span line, struct cgroup_mounts *mounts)
{
    struct nt_span root, at, word, type, source, options;
    struct nt_span skipped;
    for (int i = 0; i < 3; i++) {
        if (!scan_word(&line, &skipped))
            return;
    }
    if (!scan_word(&line, &root) || !scan_word(&line, &at))
        return;
    do {
        if (!scan_word(&line, &word))
            return;
    } while (!scan_is(word, "-"));
    if (!scan_word(&line, &type) || !scan_word(&line, &source) || !scan_word(&line, &options))
        return;

    struct cgroup_mount mount;
    if (!scan_copy(at, mount.at, sizeof(mount.at)) ||
        !scan_copy(root, mount.root, sizeof(mount.root)))
        return;
    /* What is mounted later covers what was there: the last line wins. */
    if (scan_is(type, "cgroup2"))
        mounts->v2 = mount;
    if (!scan_is(type, "cgroup"))
        return;
    for (size_t i = 0; i < CGROUP_CONTROLLERS; i++) {
        if (lists(options, controller_names[i]))
            mounts->v1[i] = mount;
    }
}

int cgroup_parse_mountinfo(struct nt_span text, struct cgroup_mounts *ret_mounts)
{
    struct cgroup_mounts mounts = {0};
    struct nt_span line;
    while (scan_line(&text, &line))
        take_mount(line, &mounts);
    if (mounts.v2.at[0] == '\0' && mounts.v1[CGROUP_CPUACCT].at[0] == '\0')
        return -ENOENT;
    *ret_mounts = mounts;
    return 0;
}

const char *cgroup_layout(const struct cgroup_mounts *mounts)
{
    if (mounts->v1[CGROUP_CPUACCT].at[0] == '\0')
        return "v2";
    return mounts->v2.at[0] != '\0' ? "hybrid" : "v1";
}

bool cgroup_is_v2(const struct cgroup_mounts *mounts, enum cgroup_controller controller)
{
    return mounts->v1[controller].at[0] == '\0';
}

static const struct cgroup_mount *mount_of(const struct cgroup_mounts *mounts,
                                           enum cgroup_controller controller)
{
    return cgroup_is_v2(mounts, controller) ? &mounts->v2 : &mounts->v1[controller];
}

/* Cut the first "/part" off both while they are equal. */
static void skip_common(const char **a, const char **b)
{
    for (;;) {
        size_t len_a = strcspn(*a + 1, "/") + 1;
        size_t len_b = strcspn(*b + 1, "/") + 1;
        if ((*a)[0] != '/' || (*b)[0] != '/' || len_a == 1 || len_a != len_b ||
            strncmp(*a, *b, len_a) != 0)
            return;
        *a += len_a;
        *b += len_b;
    }
}

static bool climbs(const char *path)
{
    for (const char *at = path; (at = strstr(at, "/..")) != NULL; at += 3) {
        if (at[3] == '/' || at[3] == '\0')
            return true;
    }
    return false;
}

static int join(const struct cgroup_mount *mount, const char *path,
                char ret_folder[CGROUP_PATH_SIZE])
{
    const char *rest = path + strspn(path, "/");
    if (mount->at[0] == '\0' || climbs(path))
        return -ENOENT;
    int len = snprintf(ret_folder, CGROUP_PATH_SIZE, "%s%s%s", mount->at,
                       rest[0] != '\0' ? "/" : "", rest);
    return len < CGROUP_PATH_SIZE ? 0 : -ENAMETOOLONG;
}

int cgroup_resolve(const struct cgroup_mounts *mounts, struct nt_span text,
                   enum cgroup_controller controller, char ret_folder[CGROUP_PATH_SIZE])
{
    const struct cgroup_mount *mount = mount_of(mounts, controller);
    bool is_v2 = cgroup_is_v2(mounts, controller);
    struct nt_span line;
    while (scan_line(&text, &line)) {
        struct nt_span id, controllers;
        char path[CGROUP_PATH_SIZE];
        if (!scan_until(&line, ':', &id) || !scan_until(&line, ':', &controllers) ||
            !scan_copy(line, path, sizeof(path)))
            continue;
        bool is_ours = is_v2 ? scan_is(id, "0") && controllers.len == 0
                             : lists(controllers, controller_names[controller]);
        if (!is_ours || path[0] != '/')
            continue;
        /* Both are seen from the root of our namespace: what they share lies above the mount. */
        const char *rest = path;
        const char *root = mount->root;
        skip_common(&rest, &root);
        if (root[0] != '\0' && strcmp(root, "/") != 0)
            return -ENOENT;
        return join(mount, rest, ret_folder);
    }
    return -ENOENT;
}

int cgroup_folder(const struct cgroup_mounts *mounts, const char *path,
                  enum cgroup_controller controller, char ret_folder[CGROUP_PATH_SIZE])
{
    return join(mount_of(mounts, controller), path, ret_folder);
}
