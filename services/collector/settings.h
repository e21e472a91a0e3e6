#ifndef COLLECTOR_SETTINGS_H
#define COLLECTOR_SETTINGS_H

#include <nt/config.h>
#include <stdbool.h>

struct settings {
    struct nt_settings_common common;
    const char *host;
    const char *role;
    const char *slice;
    const char *docker_socket;
    const char *cluster; /* id; "" where there is no file */
    const char *listen;
    const char *proc;
    const char *playback_file;
    const char *lock_file;
    uint32_t interval_ms;
    uint32_t history_days; /* neaptide-history only */
};

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err);

#endif
