/*
 * Counters become rates: across restarts, wraps and missing reads. Pure; times are monotonic.
 */
#ifndef COLLECTOR_RATES_H
#define COLLECTOR_RATES_H

#include <nt/span.h>

/* A longer silence than this says nothing about now: the counter starts anew. */
enum { RATE_GAP_MAX_MS = 600000 };

struct rate {
    uint64_t last;
    int64_t at_mono_ms;
    bool has_last;
};

/*
 * The mean growth per second since the last reading; false when there is none yet, or no time has
 * passed. A counter that fell has restarted from zero (a new process, a new group), except that
 * one which stood in the last quarter of 32 bits has wrapped there.
 */
bool rate_next(struct rate *rate, uint64_t value, int64_t at_mono_ms, double *ret_per_s);

/* The growth itself, for counts of events; 0 at the first reading. */
uint64_t rate_growth(struct rate *rate, uint64_t value, int64_t at_mono_ms);

/* --- one thing that is measured: a container, a slice, a machine ------------------------------ */

enum reading_field {
    READING_CPU = 1 << 0,
    READING_THROTTLED = 1 << 1,
    READING_MEMORY = 1 << 2,
    READING_NET = 1 << 3,
    READING_BLK = 1 << 4,
    READING_PIDS = 1 << 5,
    READING_OOM = 1 << 6,
    READING_PRESSURE = 1 << 7,
};

/* Counters and gauges as they stand at one instant. */
struct reading {
    unsigned fields; /* which of the below could be read */
    uint64_t cpu_ns;
    uint64_t throttled_ns;
    uint64_t mem_bytes; /* working set: usage without inactive file pages */
    uint64_t net_rx_bytes, net_tx_bytes;
    uint64_t blk_read_bytes, blk_write_bytes;
    uint64_t pids;
    uint64_t oom_kills;
    double pressure_pct;
};

/* Use in one interval, in the units of the contract's Sample. */
struct usage {
    double cpu_milli;
    double throttled_milli;
    int64_t mem_bytes;
    double net_rx_bps, net_tx_bps;      /* bits per second */
    double blk_read_bps, blk_write_bps; /* bytes per second */
    int32_t pids;
    int32_t oom_kills;
    double psi_cpu_some_pct;
};

struct meter {
    struct rate cpu, throttled, net_rx, net_tx, blk_read, blk_write, oom;
};

/*
 * Turn a reading into use since the last one. What could not be read keeps its counter and is 0 in
 * the result (a gauge that is missing is 0 as well). False until there is a rate of CPU: a first
 * reading is no sample.
 */
bool meter_next(struct meter *meter, const struct reading *reading, int64_t at_mono_ms,
                struct usage *ret_usage);

#endif
