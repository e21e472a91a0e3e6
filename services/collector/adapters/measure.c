#include <collector/measure.h>

#include <nt/memory.h>

#include <string.h>

struct item {
    char *id;
    char *server;
    char *name;
    int64_t generation;
    int64_t pid;
    struct group *group; /* NULL: gone, or not to be opened */
    struct meter meter;
    bool is_wanted;
};

struct measure {
    const struct reader *reader;
    char *slice;
    struct group *host;
    struct meter meter;
    struct item *items;
    size_t count, capacity;
};

struct measure *measure_new(const struct reader *reader, const char *slice)
{
    struct measure *measure = nt_zalloc(sizeof(*measure));
    measure->reader = reader;
    measure->slice = nt_strdup(slice);
    return measure;
}

static void deinit_item(struct item *item)
{
    group_close(item->group);
    free(item->id);
    free(item->server);
    free(item->name);
}

void measure_free(struct measure *measure)
{
    if (measure == NULL)
        return;
    for (size_t i = 0; i < measure->count; i++)
        deinit_item(&measure->items[i]);
    free(measure->items);
    group_close(measure->host);
    free(measure->slice);
    free(measure);
}

static struct item *find(struct measure *measure, const struct docker_container *container)
{
    for (size_t i = 0; i < measure->count; i++) {
        struct item *item = &measure->items[i];
        if (strcmp(item->id, container->id) == 0 && item->pid == container->pid)
            return item;
    }
    return NULL;
}

static void add(struct measure *measure, const struct docker_container *container)
{
    struct item item = {.id = nt_strdup(container->id),
                        .server = nt_strdup(container->server),
                        .name = nt_strdup(container->name),
                        .generation = container->generation,
                        .pid = container->pid,
                        .is_wanted = true};
    /* Where it cannot be opened it has ended just now; Docker will say so. */
    (void)group_open_container(measure->reader, item.pid, item.id, measure->slice, &item.group);
    nt_vec_push(measure->items, measure->count, measure->capacity) = item;
}

void measure_sync(struct measure *measure, const struct docker_container *containers, size_t count)
{
    for (size_t i = 0; i < measure->count; i++)
        measure->items[i].is_wanted = false;
    for (size_t i = 0; i < count; i++) {
        if (containers[i].pid == 0)
            continue;
        struct item *item = find(measure, &containers[i]);
        if (item == NULL) {
            add(measure, &containers[i]);
            continue;
        }
        item->is_wanted = true;
        if (item->group == NULL) /* it was just being made when we looked */
            (void)group_open_container(measure->reader, item->pid, item->id, measure->slice,
                                       &item->group);
    }
    size_t kept = 0;
    for (size_t i = 0; i < measure->count; i++) {
        if (measure->items[i].is_wanted)
            measure->items[kept++] = measure->items[i];
        else
            deinit_item(&measure->items[i]);
    }
    measure->count = kept;
}

static int open_host(struct measure *measure, struct nt_error *err)
{
    if (measure->host != NULL)
        return 0;
    return measure->slice[0] != '\0'
               ? group_open_slice(measure->reader, measure->slice, &measure->host, err)
               : group_open_machine(measure->reader, &measure->host, err);
}

int measure_capacity(struct measure *measure, struct capacity *ret_capacity, struct nt_error *err)
{
    int status = open_host(measure, err);
    return status < 0 ? status : group_capacity(measure->reader, measure->host, ret_capacity, err);
}

static void take_item(struct item *item, int64_t mono_ms, struct nt_arena *arena,
                      struct server_record *record, void (*on_gone)(void *arg, const char *id),
                      void *arg)
{
    *record = (struct server_record){
        .server = nt_arena_text(arena, item->server),
        .name = nt_arena_text(arena, item->name),
        .generation = item->generation,
        .container = nt_arena_text_n(arena, item->id, 12),
    };
    struct reading reading;
    if (item->group == NULL)
        return;
    if (group_read(item->group, &reading) == 0) {
        record->has_usage = meter_next(&item->meter, &reading, mono_ms, &record->usage);
        if (!record->has_usage) /* what needs no rate is known: a recorded curve may join it */
            record->usage = (struct usage){.mem_bytes = (int64_t)reading.mem_bytes,
                                           .pids = (int32_t)reading.pids};
        return;
    }
    group_close(nt_take(item->group));
    if (on_gone != NULL)
        on_gone(arg, item->id);
}

int measure_take(struct measure *measure, int64_t mono_ms, struct nt_arena *arena,
                 struct record *record, void (*on_gone)(void *arg, const char *id), void *arg,
                 struct nt_error *err)
{
    int status = measure_capacity(measure, &record->capacity, err);
    if (status < 0)
        return status;
    record->servers = NT_ARRAY(arena, measure->count, struct server_record);
    record->servers_count = measure->count;
    int32_t oom_kills = 0;
    for (size_t i = 0; i < measure->count; i++) {
        take_item(&measure->items[i], mono_ms, arena, &record->servers[i], on_gone, arg);
        oom_kills += record->servers[i].usage.oom_kills;
    }
    struct reading reading;
    if (group_read(measure->host, &reading) < 0) {
        group_close(nt_take(measure->host)); /* the engine makes its slice anew when it starts */
        measure->meter = (struct meter){0};
        return nt_fail(err, -ENODEV, "the host's group is gone");
    }
    if (!meter_next(&measure->meter, &reading, mono_ms, &record->usage))
        return -EAGAIN;
    /* v1 counts a group's own kills only, and the kills happen in the containers. */
    if (record->usage.oom_kills < oom_kills)
        record->usage.oom_kills = oom_kills;
    return 0;
}

size_t measure_count(const struct measure *measure)
{
    size_t count = 0;
    for (size_t i = 0; i < measure->count; i++)
        count += measure->items[i].group != NULL;
    return count;
}
