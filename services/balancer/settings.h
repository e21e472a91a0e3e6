/* All that the balancer can be told. */
#ifndef BALANCER_SETTINGS_H
#define BALANCER_SETTINGS_H

#include <balancer/context.h>
#include <balancer/leading.h>
#include <nt/config.h>

struct settings {
    struct nt_settings_common common;
    const char *listen;
    const char *advertise;
    const char *mode;
    const char *time_zone;
    const char *cluster; /* content of the file */
    const char *edge_ports;
    uint32_t moves_per_hour;
    uint32_t cool_down_s;
    double act_probability;
    double threshold_pct;
    int64_t clock_load0_ms;
    double clock_rate;
    double host_share_pct;
    uint32_t min_gain_s;
    uint32_t notice_s;
    uint32_t move_lead_ms;
    uint32_t copy_pause_ms;
    int64_t copy_bytes_per_s;
    uint32_t overload_minutes;
    double busy_pct;

    /* Made from the above. */
    struct policy policy;
    struct leading leading;
};

/* Returns 0 or -EINVAL with every problem. */
int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err);

#endif
