#include <collector/rates.h>

static uint64_t growth(uint64_t last, uint64_t value)
{
    const uint64_t bits32 = UINT64_C(1) << 32;
    if (value >= last)
        return value - last;
    if (last < bits32 && last >= bits32 / 4 * 3 && value < bits32 / 4)
        return bits32 - last + value;
    return value; /* it restarted: what it counts since then is ours */
}

static bool step(struct rate *rate, uint64_t value, int64_t at_mono_ms, uint64_t *ret_growth,
                 int64_t *ret_elapsed_ms)
{
    struct rate before = *rate;
    int64_t elapsed_ms = at_mono_ms - before.at_mono_ms;
    if (before.has_last && elapsed_ms <= 0)
        return false;
    *rate = (struct rate){.last = value, .at_mono_ms = at_mono_ms, .has_last = true};
    if (!before.has_last || elapsed_ms > RATE_GAP_MAX_MS)
        return false;
    *ret_growth = growth(before.last, value);
    *ret_elapsed_ms = elapsed_ms;
    return true;
}

bool rate_next(struct rate *rate, uint64_t value, int64_t at_mono_ms, double *ret_per_s)
{
    uint64_t grown = 0;
    int64_t elapsed_ms = 0;
    if (!step(rate, value, at_mono_ms, &grown, &elapsed_ms))
        return false;
    *ret_per_s = (double)grown * 1000.0 / (double)elapsed_ms;
    return true;
}

uint64_t rate_growth(struct rate *rate, uint64_t value, int64_t at_mono_ms)
{
    uint64_t grown = 0;
    int64_t elapsed_ms = 0;
    return step(rate, value, at_mono_ms, &grown, &elapsed_ms) ? grown : 0;
}

static double per_second(struct rate *rate, uint64_t value, int64_t at_mono_ms)
{
    double per_s = 0;
    (void)rate_next(rate, value, at_mono_ms, &per_s); /* 0 until there is a rate */
    return per_s;
}

static int32_t to_i32(uint64_t value)
{
    return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

bool meter_next(struct meter *meter, const struct reading *reading, int64_t at_mono_ms,
                struct usage *ret_usage)
{
    enum { NS_PER_MILLI_S = 1000000 }; /* 1 ms of CPU in a second is one thousandth of a core */
    struct usage usage = {0};
    bool has_cpu = false;
    if ((reading->fields & READING_CPU) != 0) {
        double ns_per_s = 0;
        has_cpu = rate_next(&meter->cpu, reading->cpu_ns, at_mono_ms, &ns_per_s);
        usage.cpu_milli = ns_per_s / NS_PER_MILLI_S;
    }
    if ((reading->fields & READING_THROTTLED) != 0)
        usage.throttled_milli =
            per_second(&meter->throttled, reading->throttled_ns, at_mono_ms) / NS_PER_MILLI_S;
    if ((reading->fields & READING_MEMORY) != 0)
        usage.mem_bytes = reading->mem_bytes > INT64_MAX ? INT64_MAX : (int64_t)reading->mem_bytes;
    if ((reading->fields & READING_NET) != 0) {
        usage.net_rx_bps = 8 * per_second(&meter->net_rx, reading->net_rx_bytes, at_mono_ms);
        usage.net_tx_bps = 8 * per_second(&meter->net_tx, reading->net_tx_bytes, at_mono_ms);
    }
    if ((reading->fields & READING_BLK) != 0) {
        usage.blk_read_bps = per_second(&meter->blk_read, reading->blk_read_bytes, at_mono_ms);
        usage.blk_write_bps = per_second(&meter->blk_write, reading->blk_write_bytes, at_mono_ms);
    }
    if ((reading->fields & READING_PIDS) != 0)
        usage.pids = to_i32(reading->pids);
    if ((reading->fields & READING_OOM) != 0)
        usage.oom_kills = to_i32(rate_growth(&meter->oom, reading->oom_kills, at_mono_ms));
    if ((reading->fields & READING_PRESSURE) != 0)
        usage.psi_cpu_some_pct = reading->pressure_pct;
    if (!has_cpu)
        return false;
    *ret_usage = usage;
    return true;
}
