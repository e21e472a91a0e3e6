#include "settings.h"

#include <arpa/inet.h>
#include <nt/log.h>
#include <string.h>
#include <sys/socket.h>

#define AT(field) offsetof(struct settings, field)

/* clang-format off: a table */
static const struct nt_setting table[] = {
    NT_CONFIG_COMMON(struct settings, common),
    {"NEAPTIDE_PROVISIONER_LISTEN", "where to serve HTTP, host:port", "127.0.0.1:8084", 3, 256,
     NT_CONFIG_TEXT, AT(listen)},
    {"NEAPTIDE_HOST", "name of this host, as everybody knows it", NULL, 1, 63, NT_CONFIG_TEXT,
     AT(host)},
    {"NEAPTIDE_PROVISIONER_ADDRESS",
     "our HTTP as the api and other hosts reach it, http://host:port; empty: this host's address "
     "and the port of LISTEN",
     "", 0, 256, NT_CONFIG_TEXT, AT(address)},
    {"NEAPTIDE_PROVISIONER_HOST_ADDRESS",
     "IPv4 address where the edge reaches the ports that servers publish; empty: the one that "
     "leads out of this host",
     "", 0, 253, NT_CONFIG_TEXT, AT(host_address)},
    {"NEAPTIDE_PROVISIONER_PUBLISH_ADDRESS",
     "the address of this host that Docker publishes servers' ports on", "0.0.0.0", 2, 64,
     NT_CONFIG_TEXT, AT(publish_address)},
    {"NEAPTIDE_DOCKER_SOCKET", "Docker's unix socket", "/var/run/docker.sock", 1, 107,
     NT_CONFIG_TEXT, AT(docker_socket)},
    {"NEAPTIDE_PROVISIONER_STATE_DIR",
     "what must be remembered through a crash; one per host, never shared",
     "/var/lib/neaptide/provisioner", 1, 1024, NT_CONFIG_TEXT, AT(state_dir)},
    {"NEAPTIDE_PROVISIONER_IMAGES_DIR", "archives of template images with their index.json",
     "/var/lib/neaptide/images", 1, 1024, NT_CONFIG_TEXT, AT(images_dir)},
    {"NEAPTIDE_PROVISIONER_TRASH_S", "how long a deleted server is kept, seconds", "86400", 0,
     2592000, NT_CONFIG_U32, AT(trash_s)},
    {"NEAPTIDE_PROVISIONER_GRACE_S", "how long the copy left behind by a move is kept, seconds",
     "3600", 0, 2592000, NT_CONFIG_U32, AT(grace_s)},
    {"NEAPTIDE_PROVISIONER_TERMINAL_KEEP_S",
     "how long a terminal waits for its client to come back, seconds", "600", 1, 86400,
     NT_CONFIG_U32, AT(terminal_keep_s)},
    {"NEAPTIDE_PROVISIONER_UPLOAD_MAX_MB", "the largest file that can be uploaded, megabytes",
     "16384", 1, 1048576, NT_CONFIG_U32, AT(upload_max_mb)},
    {"NEAPTIDE_CLUSTER_ID_FILE", "the file with the id of Kafka's format", NULL, 0, 256,
     NT_CONFIG_SECRET, AT(cluster)},
    {"NEAPTIDE_KEY_FILE", "the file with the installation's key, 64 hex digits", NULL, 0, 256,
     NT_CONFIG_SECRET, AT(key_hex)},
};
/* clang-format on */

/* The source address of a packet to the outside; none is sent (TEST-NET-1, RFC 5737). */
static void outward_address(char ret_text[INET_ADDRSTRLEN])
{
    struct sockaddr_in out = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_in ours = {0};
    socklen_t len = sizeof(ours);
    (void)snprintf(ret_text, INET_ADDRSTRLEN, "127.0.0.1");
    (void)inet_pton(AF_INET, "192.0.2.1", &out.sin_addr);
    NT_CLEANUP(nt_close_p) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&out, sizeof(out)) == 0 &&
        getsockname(fd, (struct sockaddr *)&ours, &len) == 0)
        (void)inet_ntop(AF_INET, &ours.sin_addr, ret_text, INET_ADDRSTRLEN);
}

static int find_addresses(struct settings *settings, struct nt_error *err)
{
    struct in_addr ignored;
    if (settings->host_address[0] == '\0') {
        outward_address(settings->host_address_text);
        settings->host_address = settings->host_address_text;
    }
    if (inet_pton(AF_INET, settings->host_address, &ignored) != 1)
        return nt_fail(err, -EINVAL,
                       "NEAPTIDE_PROVISIONER_HOST_ADDRESS must be an IPv4 address, not %.64s",
                       settings->host_address);
    if (settings->address[0] != '\0')
        return 0;
    const char *colon = strrchr(settings->listen, ':');
    (void)snprintf(settings->address_text, sizeof(settings->address_text), "http://%s%s",
                   settings->host_address, colon == NULL ? ":8084" : colon);
    settings->address = settings->address_text;
    return 0;
}

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err)
{
    int result =
        nt_config_load("neaptide-provisioner", table, NT_COUNT(table), settings, argc, argv, err);
    if (result < 0)
        return result;
    if (settings->cluster[0] == '\0')
        return nt_fail(err, -EINVAL,
                       "NEAPTIDE_CLUSTER_ID_FILE: the file is empty or missing; Kafka writes it "
                       "at its first start");
    result = nt_token_parse_key(settings->key_hex, settings->key, err);
    if (result < 0)
        return nt_wrap(err, "NEAPTIDE_KEY_FILE");
    result = find_addresses(settings, err);
    if (result < 0)
        return result;
    enum nt_log_level level = NT_INFO;
    if (nt_log_level_parse(settings->common.log_level, &level) < 0)
        return nt_fail(err, -EINVAL, "NEAPTIDE_LOG_LEVEL is one of debug, info, warn, error");
    nt_log_set_level(level);
    return 0;
}
