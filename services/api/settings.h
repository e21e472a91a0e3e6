#ifndef SETTINGS_H
#define SETTINGS_H

#include <nt/config.h>

struct settings {
    struct nt_settings_common common;
    const char *listen;
    const char *url;
    const char *domain;
    const char *data_dir;
    const char *web_dir;
    const char *edge_socket;
    const char *setup_token_file;
    const char *key;
    int64_t session_hours;
};

int settings_load(struct settings *ret_settings, int argc, char **argv, struct nt_error *err);

#endif
