#include <provisioner/seen.h>

#include <jansson.h>
#include <nt/arena.h>
#include <nt/text.h>
#include <string.h>
#include <time.h>

enum { PORTS_MAX = 32, MOUNTS_MAX = 64 };

void seen_copy(struct nt_arena *arena, struct seen *to, const struct seen *from)
{
    *to = *from;
    to->id = nt_arena_text(arena, from->id);
    to->name = nt_arena_text(arena, from->name);
    to->server = nt_arena_text(arena, from->server);
    to->server_name = nt_arena_text(arena, from->server_name);
    to->owner = nt_arena_text(arena, from->owner);
    to->cluster = nt_arena_text(arena, from->cluster);
    to->template = nt_arena_text(arena, from->template);
    to->size = nt_arena_text(arena, from->size);
    to->image = nt_arena_text(arena, from->image);
    to->started_at = nt_arena_text(arena, from->started_at);
    to->ip = nt_arena_text(arena, from->ip);
    to->image_id = nt_arena_text(arena, from->image_id);
    to->upper_dir = nt_arena_text(arena, from->upper_dir);
    to->ports = NT_ARRAY(arena, from->ports_count, struct nt_host_port);
    for (size_t i = 0; i < from->ports_count; i++)
        to->ports[i] = (struct nt_host_port){
            .service = nt_arena_text(arena, from->ports[i].service), .port = from->ports[i].port};
    to->mounts = NT_ARRAY(arena, from->mounts_count, struct seen_mount);
    for (size_t i = 0; i < from->mounts_count; i++)
        to->mounts[i] = (struct seen_mount){.volume = nt_arena_text(arena, from->mounts[i].volume),
                                            .path = nt_arena_text(arena, from->mounts[i].path),
                                            .source = nt_arena_text(arena, from->mounts[i].source)};
}

bool seen_is_started(const struct seen *seen)
{
    return !nt_text_is(seen->started_at, SEEN_NEVER);
}

enum seen_role seen_role_of(const char *container_name)
{
    const char *first = strchr(container_name, '.');
    const char *second = first == NULL ? NULL : strchr(first + 1, '.');
    if (second == NULL)
        return SEEN_LIVE;
    return nt_text_starts(second, ".trash") ? SEEN_TRASH : SEEN_OLD;
}

char *seen_name(struct nt_arena *arena, const char *name, const char *server, enum seen_role role,
                int64_t generation)
{
    switch (role) {
    case SEEN_TRASH:
        return nt_arena_printf(arena, "%s.%s.trash%lld", name, server, (long long)generation);
    case SEEN_OLD:
        return nt_arena_printf(arena, "%s.%s.old%lld", name, server, (long long)generation);
    case SEEN_LIVE:
        break;
    }
    return nt_arena_printf(arena, "%s.%s", name, server);
}

int seen_parse_time(const char *text, int64_t *ret_ms)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL)
        return -EINVAL;
    int64_t ms = 0;
    if (*rest == '.') {
        rest++;
        for (int64_t scale = 100; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
            ms += (*rest - '0') * scale;
    }
    int64_t offset_s = 0;
    if (*rest == '+' || *rest == '-') {
        char *colon = NULL;
        long hours = strtol(rest + 1, &colon, 10);
        if (colon != rest + 3 || *colon != ':')
            return -EINVAL;
        char *end = NULL;
        long minutes = strtol(colon + 1, &end, 10);
        if (end != colon + 3)
            return -EINVAL;
        offset_s = (*rest == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    } else if (*rest != 'Z') {
        return -EINVAL;
    }
    int64_t seconds = (int64_t)timegm(&tm) - offset_s;
    *ret_ms = seconds <= 0 ? 0 : seconds * 1000 + ms; /* the year 1 is "never" */
    return 0;
}

static const char *text_at(struct nt_arena *arena, json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : nt_arena_text(arena, text);
}

static enum seen_state state_of(json_t *state)
{
    const char *status = json_string_value(json_object_get(state, "Status"));
    if (nt_text_is(status, "created"))
        return SEEN_CREATED;
    if (nt_text_is(status, "removing") || nt_text_is(status, "dead"))
        return SEEN_VANISHING;
    if (nt_text_is(status, "running") || nt_text_is(status, "paused") ||
        nt_text_is(status, "restarting"))
        return SEEN_RUNNING;
    return SEEN_EXITED;
}

static void parse_ports(struct nt_arena *arena, json_t *inspect, struct seen *seen)
{
    json_t *ports = json_object_get(json_object_get(inspect, "NetworkSettings"), "Ports");
    seen->ports = NT_ARRAY(arena, PORTS_MAX, struct nt_host_port);
    const char *key = NULL;
    json_t *bindings = NULL;
    json_object_foreach(ports, key, bindings)
    {
        const char *text =
            json_string_value(json_object_get(json_array_get(bindings, 0), "HostPort"));
        int64_t port = 0;
        const char *slash = strchr(key, '/');
        if (text == NULL || slash == NULL || !nt_text_is(slash, "/tcp") ||
            nt_parse_i64(text, 1, 65535, &port) < 0 || seen->ports_count == PORTS_MAX)
            continue;
        seen->ports[seen->ports_count++] = (struct nt_host_port){
            .service = nt_arena_text_n(arena, key, (size_t)(slash - key)),
            .port = (int32_t)port,
        };
    }
}

static const char *ip_of(struct nt_arena *arena, json_t *inspect)
{
    json_t *networks = json_object_get(json_object_get(inspect, "NetworkSettings"), "Networks");
    return text_at(arena, json_object_iter_value(json_object_iter(networks)), "IPAddress");
}

static void parse_mounts(struct nt_arena *arena, json_t *inspect, struct seen *seen)
{
    json_t *mounts = json_object_get(inspect, "Mounts");
    seen->mounts = NT_ARRAY(arena, MOUNTS_MAX, struct seen_mount);
    size_t index = 0;
    json_t *mount = NULL;
    json_array_foreach(mounts, index, mount)
    {
        if (!nt_text_is(json_string_value(json_object_get(mount, "Type")), "volume") ||
            seen->mounts_count == MOUNTS_MAX)
            continue;
        seen->mounts[seen->mounts_count++] = (struct seen_mount){
            .volume = text_at(arena, mount, "Name"),
            .path = text_at(arena, mount, "Destination"),
            .source = text_at(arena, mount, "Source"),
        };
    }
}

int seen_parse(struct nt_arena *arena, struct json_t *inspect, struct seen *ret_seen,
               struct nt_error *err)
{
    json_t *config = json_object_get(inspect, "Config");
    json_t *labels = json_object_get(config, "Labels");
    json_t *state = json_object_get(inspect, "State");
    json_t *host = json_object_get(inspect, "HostConfig");
    const char *id = json_string_value(json_object_get(inspect, "Id"));
    const char *name = json_string_value(json_object_get(inspect, "Name"));
    if (id == NULL || name == NULL || !json_is_object(state) || !json_is_object(host))
        return nt_fail(err, -EINVAL, "not a container as Docker describes one");
    if (json_object_get(labels, LABEL_SERVER) == NULL)
        return -ENOENT;

    struct seen seen = {
        .id = nt_arena_text(arena, id),
        .name = nt_arena_text(arena, name + (name[0] == '/')),
        .server = text_at(arena, labels, LABEL_SERVER),
        .server_name = text_at(arena, labels, LABEL_NAME),
        .owner = text_at(arena, labels, LABEL_OWNER),
        .cluster = text_at(arena, labels, LABEL_CLUSTER),
        .template = text_at(arena, labels, LABEL_TEMPLATE),
        .size = text_at(arena, labels, LABEL_SIZE),
        .image = text_at(arena, config, "Image"),
        .state = state_of(state),
        .exit_code = (int)json_integer_value(json_object_get(state, "ExitCode")),
        .oom = json_is_true(json_object_get(state, "OOMKilled")),
        .started_at = text_at(arena, state, "StartedAt"),
        .mem_bytes = json_integer_value(json_object_get(host, "Memory")),
        .cpu_milli = json_integer_value(json_object_get(host, "NanoCpus")) / 1000000,
        .ip = ip_of(arena, inspect),
        .image_id = text_at(arena, inspect, "Image"),
        .upper_dir = text_at(
            arena, json_object_get(json_object_get(inspect, "GraphDriver"), "Data"), "UpperDir"),
    };
    seen.role = seen_role_of(seen.name);
    if (seen.state == SEEN_RUNNING)
        seen.pid = json_integer_value(json_object_get(state, "Pid"));
    if (nt_parse_i64(text_at(arena, labels, LABEL_GENERATION), 0, INT64_MAX, &seen.generation) < 0)
        return nt_fail(err, -EINVAL, "container %s: the label " LABEL_GENERATION " is no number",
                       id);
    if (nt_text_is_empty(seen.started_at))
        seen.started_at = SEEN_NEVER;
    (void)seen_parse_time(seen.started_at, &seen.started_at_ms); /* unreadable: as never */
    (void)seen_parse_time(text_at(arena, state, "FinishedAt"), &seen.finished_at_ms);
    parse_ports(arena, inspect, &seen);
    parse_mounts(arena, inspect, &seen);
    *ret_seen = seen;
    return 0;
}
