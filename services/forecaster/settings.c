#include "settings.h"

#define AT(field) offsetof(struct settings, field)

static const struct nt_setting table[] = {
    NT_CONFIG_COMMON(struct settings, common),
    {"NEAPTIDE_FORECASTER_LISTEN", "host:port of /healthz, /readyz and /metrics", "127.0.0.1:8083",
     3, 256, NT_CONFIG_TEXT, AT(listen)},
    {"NEAPTIDE_FORECASTER_FITS_MAX", "series that are fitted at the same time", "1", 1, 64,
     NT_CONFIG_U32, AT(fits_max)},
};

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err)
{
    return nt_config_load("neaptide-forecaster", table, NT_COUNT(table), settings, argc, argv, err);
}
