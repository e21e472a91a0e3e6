#include <balancer/context.h>

const struct policy policy_default = {
    .edge_port_first = 22000,
    .edge_port_last = 22099,
    .host_share_max_pct = 100,
    .copy_bytes_per_s = INT64_C(100) * 1000 * 1000,
    .copy_pause_max_ms = 5000,
    .move_lead_ms = INT64_C(15) * 1000,
    .notice_ms = INT64_C(15) * 60 * 1000,
    .gain_min_ms = INT64_C(10) * 60 * 1000,
    .overload_minutes = 3,
    .busy_pct = 20,
};
