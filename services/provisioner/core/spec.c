#include <provisioner/spec.h>

#include <ctype.h>
#include <jansson.h>
#include <nt/arena.h>
#include <nt/text.h>
#include <provisioner/seen.h>
#include <string.h>

enum {
    CPU_MILLI_MIN = 10,
    CPU_MILLI_MAX = 1024000,
    ENV_MAX = 64,
    ENV_VALUE_MAX = 4096,
    SERVICES_MAX = 16,
    VOLUMES_MAX = 16,
    PIDS_MAX = 4096,
    STOP_TIMEOUT_S = 5,
};

#define MEM_MIN ((int64_t)6 << 20) /* Docker's own minimum */
#define MEM_MAX ((int64_t)16 << 40)

/* --- the list, checked ---------------------------------------------------------------------------
 */

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    if (len < 2 || len > 31 || name[0] < 'a' || name[0] > 'z')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool is_word(const char *text, size_t max)
{
    size_t len = strlen(text);
    return len >= 1 && len <= max && isalnum((unsigned char)text[0]) &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == len;
}

static bool is_uuid(const char *text)
{
    if (strlen(text) != NT_UUID_SIZE - 1)
        return false;
    for (size_t i = 0; i < NT_UUID_SIZE - 1; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    }
    return true;
}

static bool is_image(const char *text)
{
    size_t len = strlen(text);
    return len >= 1 && len <= 255 && isalnum((unsigned char)text[0]) &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/:@") ==
               len;
}

/* Absolute, normal, and not one of those that a container cannot live without. */
static bool is_volume_path(const char *path)
{
    static const char *const forbidden[] = {"/",     "/proc", "/sys", "/dev", "/etc",  "/bin",
                                            "/sbin", "/lib",  "/usr", "/run", "/lib64"};
    size_t len = strlen(path);
    if (path[0] != '/' || len > 255 || (len > 1 && path[len - 1] == '/') ||
        strstr(path, "//") != NULL || strstr(path, "/./") != NULL || strstr(path, "/../") != NULL ||
        (len >= 3 && strcmp(path + len - 3, "/..") == 0) ||
        (len >= 2 && strcmp(path + len - 2, "/.") == 0) || strchr(path, ':') != NULL)
        return false;
    for (size_t i = 0; i < NT_COUNT(forbidden); i++) {
        size_t prefix = strlen(forbidden[i]);
        if (strcmp(path, forbidden[i]) == 0 ||
            (i >= 1 && i <= 3 && strncmp(path, forbidden[i], prefix) == 0 && path[prefix] == '/'))
            return false;
    }
    return true;
}

static bool is_env_name(const char *name)
{
    size_t len = strlen(name);
    return len >= 1 && len <= 128 && !isdigit((unsigned char)name[0]) &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static int check_lists(const struct nt_spec *spec, struct nt_error *err)
{
    if (spec->env_count > ENV_MAX)
        return nt_fail(err, -EINVAL, "more than %d environment variables", ENV_MAX);
    for (size_t i = 0; i < spec->env_count; i++) {
        size_t len = strlen(spec->env[i].value);
        if (!is_env_name(spec->env[i].key) || len > ENV_VALUE_MAX ||
            !nt_utf8_is_valid(spec->env[i].value, len))
            return nt_fail(err, -EINVAL, "environment variable %zu is not right", i + 1);
    }
    if (spec->services_count > SERVICES_MAX)
        return nt_fail(err, -EINVAL, "more than %d services", SERVICES_MAX);
    for (size_t i = 0; i < spec->services_count; i++) {
        const struct nt_service *service = &spec->services[i];
        if (!is_word(service->name, 31) || service->port < 1 || service->port > 65535 ||
            !(nt_text_is(service->protocol, "http") || nt_text_is(service->protocol, "tcp") ||
              nt_text_is(service->protocol, "ssh")))
            return nt_fail(err, -EINVAL, "service %zu is not a name, port and protocol", i + 1);
    }
    if (spec->volumes_count > VOLUMES_MAX)
        return nt_fail(err, -EINVAL, "more than %d volumes", VOLUMES_MAX);
    for (size_t i = 0; i < spec->volumes_count; i++) {
        if (!is_word(spec->volumes[i].name, 63))
            return nt_fail(err, -EINVAL, "volume %zu has a bad name", i + 1);
        if (!is_volume_path(spec->volumes[i].path))
            return nt_fail(err, -EINVAL, "a volume cannot be at %.255s", spec->volumes[i].path);
        for (size_t j = 0; j < i; j++) {
            if (nt_text_is(spec->volumes[i].path, spec->volumes[j].path) ||
                nt_text_is(spec->volumes[i].name, spec->volumes[j].name))
                return nt_fail(err, -EINVAL, "volume %s is there twice", spec->volumes[i].name);
        }
    }
    return 0;
}

static int check(const struct nt_placement *placement, struct nt_error *err)
{
    const struct nt_resources *granted = &placement->granted;
    if (!is_uuid(placement->server))
        return nt_fail(err, -EINVAL, "the server's id is not a UUID");
    if (!is_name(placement->name))
        return nt_fail(err, -EINVAL, "the server's name is not a name");
    if (!is_word(placement->owner, 64))
        return nt_fail(err, -EINVAL, "the owner's id is not an id");
    if (!is_image(placement->spec.image))
        return nt_fail(err, -EINVAL, "the image's name is not a name");
    if (granted->cpu_milli < CPU_MILLI_MIN || granted->cpu_milli > CPU_MILLI_MAX)
        return nt_fail(err, -EINVAL, "%lld thousandths of a CPU are not a limit",
                       (long long)granted->cpu_milli);
    if (granted->mem_bytes < MEM_MIN || granted->mem_bytes > MEM_MAX)
        return nt_fail(err, -EINVAL, "%lld bytes of memory are not a limit",
                       (long long)granted->mem_bytes);
    if (granted->gpu_count != 0)
        return nt_fail(err, -EINVAL, "GPUs cannot be given on this host");
    return check_lists(&placement->spec, err);
}

/* --- Docker's words ------------------------------------------------------------------------------
 */

void spec_mac(const char *server, char ret_mac[18])
{
    /* FNV-1a: spreads the id over 40 bits; uniqueness matters within one person's network only. */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *at = server; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
    (void)snprintf(ret_mac, 18, "02:%02x:%02x:%02x:%02x:%02x", (unsigned)(hash >> 56) & 0xff,
                   (unsigned)(hash >> 48) & 0xff, (unsigned)(hash >> 40) & 0xff,
                   (unsigned)(hash >> 32) & 0xff, (unsigned)(hash >> 24) & 0xff);
}

static json_t *env_of(struct nt_arena *arena, const struct nt_spec *spec)
{
    json_t *env = json_array();
    for (size_t i = 0; i < spec->env_count; i++)
        (void)json_array_append_new(
            env,
            json_string(nt_arena_printf(arena, "%s=%s", spec->env[i].key, spec->env[i].value)));
    return env;
}

static json_t *labels_of(struct nt_arena *arena, const struct nt_placement *placement,
                         const char *host)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", LABEL_SERVER, placement->server,
                     LABEL_GENERATION,
                     nt_arena_printf(arena, "%lld", (long long)placement->generation), LABEL_OWNER,
                     placement->owner, LABEL_NAME, placement->name, LABEL_TEMPLATE,
                     placement->spec.template, LABEL_SIZE, placement->spec.size, LABEL_CLUSTER,
                     placement->cluster, LABEL_HOST, host);
}

static void add_services(struct nt_arena *arena, const struct nt_spec *spec, const char *address,
                         json_t *create, json_t *host_config)
{
    json_t *exposed = json_object();
    json_t *bindings = json_object();
    for (size_t i = 0; i < spec->services_count; i++) {
        const char *port = nt_arena_printf(arena, "%d/tcp", (int)spec->services[i].port);
        (void)json_object_set_new(exposed, port, json_object());
        (void)json_object_set_new(bindings, port,
                                  json_pack("[{s:s, s:s}]", "HostIp", address, "HostPort", ""));
    }
    (void)json_object_set_new(create, "ExposedPorts", exposed);
    (void)json_object_set_new(host_config, "PortBindings", bindings);
}

static void add_volumes(struct nt_arena *arena, const struct nt_placement *placement,
                        struct spec *spec, json_t *host_config)
{
    json_t *mounts = json_array();
    spec->volumes = NT_ARRAY(arena, placement->spec.volumes_count, struct spec_volume);
    for (size_t i = 0; i < placement->spec.volumes_count; i++) {
        const struct nt_volume *volume = &placement->spec.volumes[i];
        const char *name = nt_arena_printf(arena, "%s.%s", placement->server, volume->name);
        spec->volumes[spec->volumes_count++] =
            (struct spec_volume){.name = name, .path = volume->path};
        (void)json_array_append_new(mounts, json_pack("{s:s, s:s, s:s}", "Type", "volume", "Source",
                                                      name, "Target", volume->path));
    }
    (void)json_object_set_new(host_config, "Mounts", mounts);
}

static json_t *host_config_of(const struct nt_placement *placement, const char *network)
{
    const struct nt_resources *granted = &placement->granted;
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:b, s:[s], s:[s], s:{s:s, s:i}, s:{s:s, s:{s:s, s:s}}, s:b}",
        "NetworkMode", network, "NanoCpus", (json_int_t)granted->cpu_milli * 1000000, "Memory",
        (json_int_t)granted->mem_bytes, "MemorySwap", (json_int_t)granted->mem_bytes, "PidsLimit",
        (json_int_t)PIDS_MAX, "Init", 1, "SecurityOpt", "no-new-privileges:true", "CapDrop",
        "NET_RAW", "RestartPolicy", "Name", "no", "MaximumRetryCount", 0, "LogConfig", "Type",
        "json-file", "Config", "max-size", "10m", "max-file", "3", "AutoRemove", 0);
}

int spec_make(struct nt_arena *arena, const struct nt_placement *placement,
              const struct spec_options *options, struct spec *ret_spec, struct nt_error *err)
{
    int result = check(placement, err);
    if (result < 0)
        return nt_wrap(err, "%.31s", placement->name);
    struct spec spec = {
        .container_name = seen_name(arena, placement->name, placement->server, SEEN_LIVE, 0),
        .image = placement->spec.image,
        .network = nt_arena_printf(arena, "neaptide.%s", placement->owner),
    };
    char mac[18];
    spec_mac(placement->server, mac);
    json_t *host_config = host_config_of(placement, spec.network);
    json_t *create = json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:{s:{s:{s:[s]}}}}", "Image",
                               options->image_id != NULL ? options->image_id : spec.image,
                               "Hostname", placement->name, "MacAddress", mac, "StopTimeout",
                               STOP_TIMEOUT_S, "Env", env_of(arena, &placement->spec), "Labels",
                               labels_of(arena, placement, options->host), "NetworkingConfig",
                               "EndpointsConfig", spec.network, "Aliases", placement->name);
    if (create == NULL || host_config == NULL) {
        json_decref(host_config);
        json_decref(create);
        return nt_fail(err, -EINVAL, "%s: a text is not UTF-8", placement->name);
    }
    add_services(arena, &placement->spec, options->publish_address, create, host_config);
    add_volumes(arena, placement, &spec, host_config);
    (void)json_object_set_new(create, "HostConfig", host_config);
    spec.create = create;
    *ret_spec = spec;
    return 0;
}
