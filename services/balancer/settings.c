#include "settings.h"

#include <nt/memory.h>
#include <nt/text.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AT(field) offsetof(struct settings, field)

static const struct nt_setting table[] = {
    NT_CONFIG_COMMON(struct settings, common),
    {"NEAPTIDE_CLUSTER_ID_FILE", "file with the id of Kafka's format; empty: none", "", 0, 4096,
     NT_CONFIG_SECRET, AT(cluster)},
    {"NEAPTIDE_BALANCER_LISTEN", "address of our HTTP, host:port", "127.0.0.1:8082", 3, 256,
     NT_CONFIG_TEXT, AT(listen)},
    {"NEAPTIDE_BALANCER_ADVERTISE",
     "address at which the api reaches our HTTP, host:port; empty: our host name and port", "", 0,
     256, NT_CONFIG_TEXT, AT(advertise)},
    {"NEAPTIDE_BALANCER_MODE", "off, suggest or automatic; for the very first start only",
     "suggest", 3, 9, NT_CONFIG_TEXT, AT(mode)},
    {"NEAPTIDE_BALANCER_TIME_ZONE", "time zone of quiet hours and recurring windows, IANA name",
     "UTC", 1, 64, NT_CONFIG_TEXT, AT(time_zone)},
    {"NEAPTIDE_BALANCER_EDGE_PORTS", "ports of the edge for SSH and TCP services, first-last",
     "22000-22099", 3, 11, NT_CONFIG_TEXT, AT(edge_ports)},
    {"NEAPTIDE_BALANCER_MOVES_PER_HOUR", "moves that it begins itself, in one hour of load time",
     "6", 0, 1000, NT_CONFIG_U32, AT(moves_per_hour)},
    {"NEAPTIDE_BALANCER_COOL_DOWN_S",
     "load time between two moves of one server that it begins itself, seconds", "21600", 0,
     2592000, NT_CONFIG_U32, AT(cool_down_s)},
    {"NEAPTIDE_BALANCER_ACT_PROBABILITY", "probability of an overload at which it acts", "0.3",
     0.01, 1, NT_CONFIG_REAL, AT(act_probability)},
    {"NEAPTIDE_BALANCER_THRESHOLD_PCT", "what counts as overload, per cent of a host's capacity",
     "90", 10, 100, NT_CONFIG_REAL, AT(threshold_pct)},
    {"NEAPTIDE_BALANCER_CLOCK_LOAD0_MS",
     "load time at the very first start, milliseconds since 1970; 0: now", "0", 0, 9e15,
     NT_CONFIG_I64, AT(clock_load0_ms)},
    {"NEAPTIDE_BALANCER_CLOCK_RATE",
     "load time that passes in one unit of wall time, from the very first start on", "1", 0.001,
     10000, NT_CONFIG_REAL, AT(clock_rate)},
    {"NEAPTIDE_BALANCER_HOST_SHARE_PCT",
     "largest part of one host that a server may have, per cent", "100", 1, 100, NT_CONFIG_REAL,
     AT(host_share_pct)},
    {"NEAPTIDE_BALANCER_MIN_GAIN_S",
     "expected time above the threshold that moves must save, seconds", "600", 0, 86400,
     NT_CONFIG_U32, AT(min_gain_s)},
    {"NEAPTIDE_BALANCER_NOTICE_S", "load time that an owner knows of a move before, seconds", "900",
     0, 86400, NT_CONFIG_U32, AT(notice_s)},
    {"NEAPTIDE_BALANCER_MOVE_LEAD_MS",
     "wall time from the start of a copy to its planned cut-over, milliseconds", "15000", 0,
     3600000, NT_CONFIG_U32, AT(move_lead_ms)},
    {"NEAPTIDE_BALANCER_COPY_PAUSE_MS",
     "longest expected pause of a move that it begins itself, milliseconds", "5000", 100, 600000,
     NT_CONFIG_U32, AT(copy_pause_ms)},
    {"NEAPTIDE_BALANCER_COPY_BYTES_PER_S",
     "speed of copies while none was measured, bytes a second", "100000000", 1000, 1e12,
     NT_CONFIG_I64, AT(copy_bytes_per_s)},
    {"NEAPTIDE_BALANCER_OVERLOAD_MINUTES",
     "minutes above the threshold, one after the other, that count as danger", "3", 1, 15,
     NT_CONFIG_U32, AT(overload_minutes)},
    {"NEAPTIDE_BALANCER_BUSY_PCT", "a server that uses more of its CPU is busy, per cent", "20", 0,
     100, NT_CONFIG_REAL, AT(busy_pct)},
};

static int read_ports(struct settings *settings, struct nt_error *err)
{
    NT_CLEANUP(nt_free_p) char *text = nt_strdup(settings->edge_ports);
    char *hyphen = strchr(text, '-');
    int64_t first = 0, last = 0;
    if (hyphen != NULL) {
        *hyphen = '\0';
        if (nt_parse_i64(text, 1, 65535, &first) == 0 &&
            nt_parse_i64(hyphen + 1, first, 65535, &last) == 0) {
            settings->policy.edge_port_first = (int)first;
            settings->policy.edge_port_last = (int)last;
            return 0;
        }
    }
    return nt_fail(err, -EINVAL,
                   "NEAPTIDE_BALANCER_EDGE_PORTS='%s' must be a range of ports like 22000-22099",
                   settings->edge_ports);
}

/* Where we listen, if that is one address; else our host name, which the inner network knows. */
static const char *own_address(const struct settings *settings)
{
    if (settings->advertise[0] != '\0')
        return settings->advertise;
    const char *colon = strrchr(settings->listen, ':');
    if (colon == NULL || !nt_text_starts(settings->listen, "0.0.0.0:"))
        return settings->listen;
    static char address[300];
    char host[256] = "localhost";
    (void)gethostname(host, sizeof(host) - 1);
    (void)snprintf(address, sizeof(address), "%s%s", host, colon);
    return address;
}

int settings_load(struct settings *settings, int argc, char **argv, struct nt_error *err)
{
    int status =
        nt_config_load("neaptide-balancer", table, NT_COUNT(table), settings, argc, argv, err);
    if (status < 0)
        return status;
    if (!nt_text_is(settings->mode, "off") && !nt_text_is(settings->mode, "suggest") &&
        !nt_text_is(settings->mode, "automatic"))
        return nt_fail(err, -EINVAL,
                       "NEAPTIDE_BALANCER_MODE='%s' must be off, suggest or automatic",
                       settings->mode);
    settings->policy = (struct policy){
        .host_share_max_pct = settings->host_share_pct,
        .copy_bytes_per_s = settings->copy_bytes_per_s,
        .copy_pause_max_ms = settings->copy_pause_ms,
        .move_lead_ms = settings->move_lead_ms,
        .notice_ms = (int64_t)settings->notice_s * 1000,
        .gain_min_ms = (int64_t)settings->min_gain_s * 1000,
        .overload_minutes = (int)settings->overload_minutes,
        .busy_pct = settings->busy_pct,
    };
    settings->leading = (struct leading){
        .mode = settings->mode,
        .time_zone = settings->time_zone,
        .cluster = settings->cluster,
        .address = own_address(settings),
        .moves_per_hour = (int)settings->moves_per_hour,
        .cool_down_ms = (int64_t)settings->cool_down_s * 1000,
        .act_probability = settings->act_probability,
        .threshold_pct = settings->threshold_pct,
        .clock_load0_ms = settings->clock_load0_ms,
        .clock_rate = settings->clock_rate,
    };
    return read_ports(settings, err);
}
