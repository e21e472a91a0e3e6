#include "fake_edge.h"

#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/span.h>
#include <nt/text.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ENTRIES_MAX 64

struct entry {
    char map[16]; /* address, port, hold; or flight */
    char key[128];
    char value[64];
};

struct fake_edge {
    pthread_t thread;
    pthread_mutex_t lock; /* of entries */
    struct entry entries[ENTRIES_MAX];
    size_t count;
    int listen_fd;
    int stop_pipe[2];
    char path[108];
};

static struct entry *find(struct fake_edge *edge, const char *map, const char *key)
{
    for (size_t i = 0; i < edge->count; i++)
        if (strcmp(edge->entries[i].map, map) == 0 && strcmp(edge->entries[i].key, key) == 0)
            return &edge->entries[i];
    return NULL;
}

static void set(struct fake_edge *edge, const char *map, const char *key, const char *value)
{
    struct entry *entry = find(edge, map, key);
    if (entry == NULL && edge->count < ENTRIES_MAX)
        entry = &edge->entries[edge->count++];
    if (entry == NULL)
        return;
    (void)snprintf(entry->map, sizeof(entry->map), "%s", map);
    (void)snprintf(entry->key, sizeof(entry->key), "%s", key);
    (void)snprintf(entry->value, sizeof(entry->value), "%s", value);
}

/* --- commands -------------------------------------------------------------------------------- */

/* "/etc/neaptide/maps/address.map" -> "address" */
static void map_name(const char *file, char ret_name[16])
{
    static const char folder[] = "/etc/neaptide/maps/";
    const char *name = nt_text_starts(file, folder) ? file + strlen(folder) : "none.";
    (void)snprintf(ret_name, 16, "%.*s", (int)strcspn(name, "."), name);
}

static void show_map(struct fake_edge *edge, const char *map, struct nt_buf *out)
{
    for (size_t i = 0; i < edge->count; i++)
        if (strcmp(edge->entries[i].map, map) == 0)
            (void)nt_buf_printf(out, "0x55d0c8a3%04zx %s %s\n", i, edge->entries[i].key,
                                edge->entries[i].value);
}

static void change_map(struct fake_edge *edge, const char *verb, const char *map, const char *key,
                       const char *value, struct nt_buf *out)
{
    struct entry *entry = find(edge, map, key);
    bool is_set = strcmp(verb, "set") == 0;
    if (value != NULL && (strcmp(verb, "add") == 0 || (is_set && entry != NULL)))
        set(edge, map, key, value);
    else if (entry == NULL || is_set)
        (void)nt_buf_add_text(out, "entry not found.\n");
    else
        *entry = edge->entries[--edge->count];
}

static void one_command(struct fake_edge *edge, char *command, struct nt_buf *out)
{
    char *rest = NULL;
    const char *words[6] = {NULL};
    size_t count = 0;
    for (char *word = strtok_r(command, " ", &rest); word != NULL && count < 6;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    char map[16] = "";
    if (count >= 3)
        map_name(words[2], map);
    if (count == 3 && strcmp(words[0], "show") == 0 && strcmp(words[1], "map") == 0) {
        show_map(edge, map, out);
    } else if (count >= 4 && strcmp(words[1], "map") == 0) {
        change_map(edge, words[0], map, words[3], words[4], out);
    } else if (count == 5 && strcmp(words[1], "table") == 0) {
        const struct entry *entry = find(edge, "flight", words[4]);
        (void)nt_buf_printf(out, "# table: %s, type: string, size:20480, used:1\n", words[2]);
        if (entry != NULL)
            (void)nt_buf_printf(out, "0x55aa: key=%s use=0 exp=0 conn_cur=%s\n", words[4],
                                entry->value);
    } else if (count != 1 || strcmp(words[0], "prompt") != 0) {
        (void)nt_buf_add_text(out, "Unknown command.\n");
    }
}

static void one_line(struct fake_edge *edge, char *line, int fd)
{
    struct nt_buf out = {0};
    char *rest = NULL;
    (void)pthread_mutex_lock(&edge->lock);
    for (char *command = strtok_r(line, ";", &rest); command != NULL;
         command = strtok_r(NULL, ";", &rest)) {
        one_command(edge, command, &out);
        (void)nt_buf_add_text(&out, "\n> ");
        /* As HAProxy does: a prompt after each command of a line, and each when it is ready. */
        (void)send(fd, out.data, out.len, MSG_NOSIGNAL);
        nt_buf_reset(&out);
    }
    (void)pthread_mutex_unlock(&edge->lock);
    nt_buf_deinit(&out);
}

/* --- the thread ------------------------------------------------------------------------------ */

/* Whole lines of what has come; false: the client left. */
static bool serve(struct fake_edge *edge, int fd, struct nt_buf *in)
{
    uint8_t *room = nt_buf_reserve(in, 16384);
    ssize_t count = recv(fd, room, 16384, 0);
    if (count <= 0)
        return false;
    in->len += (size_t)count;
    for (uint8_t *end = memchr(in->data, '\n', in->len); end != NULL;
         end = memchr(in->data, '\n', in->len)) {
        *end = '\0';
        one_line(edge, (char *)in->data, fd);
        size_t used = (size_t)(end - in->data) + 1;
        memmove(in->data, in->data + used, in->len - used);
        in->len -= used;
    }
    return true;
}

static void *run(void *arg)
{
    struct fake_edge *edge = arg;
    struct nt_buf in = {0};
    int fd = -1;
    for (;;) {
        struct pollfd polls[] = {{edge->stop_pipe[0], POLLIN, 0},
                                 {fd >= 0 ? fd : edge->listen_fd, POLLIN, 0}};
        (void)poll(polls, 2, -1);
        if (polls[0].revents != 0)
            break;
        if (fd < 0) {
            fd = accept(edge->listen_fd, NULL, NULL);
        } else if (polls[1].revents != 0 && !serve(edge, fd, &in)) {
            (void)close(fd);
            fd = -1;
            nt_buf_reset(&in);
        }
    }
    if (fd >= 0)
        (void)close(fd);
    nt_buf_deinit(&in);
    return NULL;
}

struct fake_edge *fake_edge_start(const char *path)
{
    struct fake_edge *edge = nt_zalloc(sizeof(*edge));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)snprintf(edge->path, sizeof(edge->path), "%s", path);
    (void)unlink(path);
    edge->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(edge->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(edge->listen_fd, 4) != 0 || pipe(edge->stop_pipe) != 0 ||
        pthread_mutex_init(&edge->lock, NULL) != 0 ||
        pthread_create(&edge->thread, NULL, run, edge) != 0)
        abort();
    return edge;
}

void fake_edge_stop(struct fake_edge *edge)
{
    if (write(edge->stop_pipe[1], "x", 1) != 1 || pthread_join(edge->thread, NULL) != 0)
        abort();
    (void)close(edge->listen_fd);
    (void)close(edge->stop_pipe[0]);
    (void)close(edge->stop_pipe[1]);
    (void)unlink(edge->path);
    (void)pthread_mutex_destroy(&edge->lock);
    free(edge);
}

void fake_edge_set_in_flight(struct fake_edge *edge, const char *key, int count)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%d", count);
    (void)pthread_mutex_lock(&edge->lock);
    set(edge, "flight", key, text);
    (void)pthread_mutex_unlock(&edge->lock);
}

void fake_edge_forget(struct fake_edge *edge, const char *map, const char *key)
{
    (void)pthread_mutex_lock(&edge->lock);
    struct entry *entry = find(edge, map, key);
    if (entry != NULL)
        *entry = edge->entries[--edge->count];
    (void)pthread_mutex_unlock(&edge->lock);
}

bool fake_edge_await(struct fake_edge *edge, const char *map, const char *key, const char *value,
                     int timeout_ms)
{
    int64_t end_ms = nt_mono_ms() + timeout_ms;
    for (;;) {
        (void)pthread_mutex_lock(&edge->lock);
        const struct entry *entry = find(edge, map, key);
        bool is_it =
            entry == NULL ? value == NULL : value != NULL && strcmp(entry->value, value) == 0;
        (void)pthread_mutex_unlock(&edge->lock);
        if (is_it || nt_mono_ms() > end_ms)
            return is_it;
        (void)poll(NULL, 0, 5);
    }
}
