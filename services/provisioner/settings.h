/* What the environment says. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <nt/config.h>
#include <nt/token.h>

struct settings {
    struct nt_settings_common common;
    const char *listen;
    const char *host;
    const char *address;         /* http://host:port, as others reach us */
    const char *host_address;    /* where published ports answer */
    const char *publish_address; /* what Docker publishes on */
    const char *docker_socket;
    const char *state_dir;
    const char *images_dir;
    const char *cluster; /* content of the file */
    const char *key_hex;
    uint32_t trash_s;
    uint32_t grace_s;
    uint32_t terminal_keep_s;
    uint32_t upload_max_mb;
    uint8_t key[NT_TOKEN_KEY_SIZE];
    char host_address_text[16], address_text[320]; /* where the two were left empty */
};

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err);

#endif
