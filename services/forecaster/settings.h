#ifndef FORECASTER_SETTINGS_H
#define FORECASTER_SETTINGS_H

#include <nt/config.h>

struct settings {
    struct nt_settings_common common;
    const char *listen;
    uint32_t fits_max;
};

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err);

#endif
