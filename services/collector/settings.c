#include "settings.h"

#include <nt/text.h>

#define AT(field) offsetof(struct settings, field)

static const struct nt_setting table[] = {
    NT_CONFIG_COMMON(struct settings, common),
    {"NEAPTIDE_HOST", "name of this host, as everybody knows it", NULL, 1, 63, NT_CONFIG_TEXT,
     AT(host)},
    {"NEAPTIDE_HOST_ROLE", "role that this host proposes for itself: active or spare", "active", 5,
     6, NT_CONFIG_TEXT, AT(role)},
    {"NEAPTIDE_SLICE",
     "control group whose use and limit are this host's load and capacity; empty: the whole "
     "machine",
     "", 0, 400, NT_CONFIG_TEXT, AT(slice)},
    {"NEAPTIDE_DOCKER_SOCKET", "Docker's unix socket", "/var/run/docker.sock", 1, 100,
     NT_CONFIG_TEXT, AT(docker_socket)},
    {"NEAPTIDE_CLUSTER_ID_FILE",
     "file with the cluster's id: only containers that carry it are told apart; empty: all", "", 0,
     4096, NT_CONFIG_SECRET, AT(cluster)},
    {"NEAPTIDE_COLLECTOR_LISTEN", "host:port of /healthz, /readyz and /metrics", "127.0.0.1:8085",
     3, 256, NT_CONFIG_TEXT, AT(listen)},
    {"NEAPTIDE_COLLECTOR_INTERVAL_MS", "time between two samples, milliseconds", "5000", 500, 60000,
     NT_CONFIG_U32, AT(interval_ms)},
    {"NEAPTIDE_COLLECTOR_PROC", "where /proc of the host's processes is", "/proc", 1, 200,
     NT_CONFIG_TEXT, AT(proc)},
    {"NEAPTIDE_COLLECTOR_PLAYBACK_FILE",
     "recorded curves (CSV) that containers get in an installation whose clock is not wall time; "
     "empty: measure",
     "", 0, 4096, NT_CONFIG_TEXT, AT(playback_file)},
    {"NEAPTIDE_COLLECTOR_LOCK_FILE",
     "file whose lock keeps a second collector off this host; empty: none",
     "/run/neaptide/collector.lock", 0, 4096, NT_CONFIG_TEXT, AT(lock_file)},
    {"NEAPTIDE_COLLECTOR_HISTORY_DAYS",
     "days of recorded history that neaptide-history writes before the clock's begin", "14", 1, 28,
     NT_CONFIG_U32, AT(history_days)},
};

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err)
{
    int status =
        nt_config_load("neaptide-collector", table, NT_COUNT(table), settings, argc, argv, err);
    if (status < 0)
        return status;
    if (!nt_text_is(settings->role, "active") && !nt_text_is(settings->role, "spare"))
        return nt_fail(err, -EINVAL, "NEAPTIDE_HOST_ROLE must be active or spare, not \"%s\"",
                       settings->role);
    if (settings->slice[0] != '\0' && settings->slice[0] != '/')
        return nt_fail(err, -EINVAL, "NEAPTIDE_SLICE must begin with a slash: \"/%s\"",
                       settings->slice);
    return 0;
}
