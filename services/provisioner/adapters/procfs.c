#include <provisioner/procfs.h>

#include <limits.h>
#include <nt/memory.h>
#include <nt/span.h>
#include <nt/text.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILE_MAX = 4 << 20, LINE = 8192, TCP_ESTABLISHED = 1 };

/* The content, free()d by the caller; NULL where it cannot be read. */
static char *read_file(const char *path)
{
    NT_CLEANUP(nt_fclose_p) FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    struct nt_buf text = {.max = FILE_MAX};
    uint8_t *room = NULL;
    size_t len = 0;
    while ((room = nt_buf_reserve(&text, LINE)) != NULL && (len = fread(room, 1, LINE, file)) > 0)
        text.len += len;
    (void)nt_buf_text(&text);
    return (char *)text.data;
}

static bool is_octal(char byte)
{
    return byte >= '0' && byte <= '7';
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static char *unescape(struct nt_arena *arena, const char *text, size_t len)
{
    char *out = nt_arena_alloc(arena, len + 1);
    char *to = out;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' && i + 3 < len && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
            is_octal(text[i + 3])) {
            *to++ = (char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) |
                           (text[i + 3] - '0'));
            i += 3;
        } else {
            *to++ = text[i];
        }
    }
    return out;
}

char *procfs_upper_dir_of(struct nt_arena *arena, const char *mountinfo)
{
    for (const char *line = mountinfo; line != NULL && *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        char point[256] = "";
        const char *dash = memmem(line, (size_t)(end - line), " - overlay ", 11);
        if (dash != NULL && sscanf(line, "%*d %*d %*s %*s %255s", point) == 1 &&
            strcmp(point, "/") == 0) {
            const char *upper = memmem(dash, (size_t)(end - dash), "upperdir=", 9);
            if (upper != NULL) {
                upper += 9;
                size_t len = strcspn(upper, ",\n ");
                return unescape(arena, upper, len);
            }
        }
        line = *end == '\0' ? NULL : end + 1;
    }
    return NULL;
}

char *procfs_upper_dir(struct nt_arena *arena, int64_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%lld/mountinfo", (long long)pid);
    NT_CLEANUP(nt_free_p) char *text = read_file(path);
    return text == NULL ? NULL : procfs_upper_dir_of(arena, text);
}

int32_t procfs_connections_of(const char *table, const int32_t *ports, size_t count)
{
    int32_t found = 0;
    for (const char *line = strchr(table, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
        /* "number: address:port address:port state", all but the number in hexadecimal. */
        const char *at = strchr(line, ':');
        const char *own_port = at == NULL ? NULL : strchr(at + 1, ':');
        const char *peer = own_port == NULL ? NULL : strchr(own_port, ' ');
        const char *state = peer == NULL ? NULL : strchr(peer + 1, ' ');
        if (state == NULL || strtoul(state, NULL, 16) != TCP_ESTABLISHED)
            continue;
        unsigned long port = strtoul(own_port + 1, NULL, 16);
        for (size_t i = 0; i < count; i++)
            found += ports[i] >= 0 && (unsigned long)ports[i] == port;
    }
    return found;
}

int32_t procfs_connections(int64_t pid, const int32_t *ports, size_t count)
{
    int32_t found = 0;
    static const char *const files[] = {"tcp", "tcp6"};
    for (size_t i = 0; i < NT_COUNT(files) && count > 0; i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "/proc/%lld/net/%s", (long long)pid, files[i]);
        NT_CLEANUP(nt_free_p) char *text = read_file(path);
        if (text != NULL)
            found += procfs_connections_of(text, ports, count);
    }
    return found;
}

static bool has_same_pids(int64_t a, int64_t b)
{
    char path[64];
    struct stat first;
    struct stat second;
    (void)snprintf(path, sizeof(path), "/proc/%lld/ns/pid", (long long)a);
    if (stat(path, &first) < 0)
        return false;
    (void)snprintf(path, sizeof(path), "/proc/%lld/ns/pid", (long long)b);
    return stat(path, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

int procfs_signal(int64_t pid, int64_t container_pid, int signal)
{
    if (pid <= 1 || pid > INT_MAX || container_pid <= 1)
        return -ESRCH;
    NT_CLEANUP(nt_close_p) int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    if (fd < 0)
        return -errno;
    if (!has_same_pids(pid, container_pid))
        return -ESRCH;
    return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0 ? -errno : 0;
}

char *procfs_boot(struct nt_arena *arena)
{
    NT_CLEANUP(nt_free_p) char *boot = read_file("/proc/sys/kernel/random/boot_id");
    NT_CLEANUP(nt_free_p) char *stat = read_file("/proc/1/stat");
    const char *name_end = stat == NULL ? NULL : strrchr(stat, ')');
    /* Field 22; the name before it may hold spaces and is skipped with its parenthesis. */
    const char *field = name_end;
    for (int i = 2; i < 22 && field != NULL; i++)
        field = strchr(field + 1, ' ');
    unsigned long long start = field == NULL ? 0 : strtoull(field, NULL, 10);
    return nt_arena_printf(arena, "%.36s-%llu", boot == NULL ? "unknown" : boot, start);
}
