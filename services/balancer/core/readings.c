#include <balancer/readings.h>

#include <string.h>

enum { MINUTE_MS = 60000, SLOT_MINUTES = 5, INTERVAL_MAX_MS = 60 * MINUTE_MS };

static void finish_minute(struct readings *readings)
{
    if (readings->weight_ms <= 0)
        return;
    double mean = readings->sum_pct / readings->weight_ms;
    memmove(readings->recent + 1, readings->recent,
            (READINGS_RECENT - 1) * sizeof(readings->recent[0]));
    readings->recent[0] = mean;
    if (readings->recent_count < READINGS_RECENT)
        readings->recent_count++;

    int64_t slot = readings->minute / SLOT_MINUTES;
    int at = (int)(slot % READINGS_SLOTS);
    if (readings->slot_of[at] != slot) {
        readings->slot_of[at] = slot;
        readings->slot_peak[at] = 0;
    }
    if ((float)mean > readings->slot_peak[at])
        readings->slot_peak[at] = (float)mean;
    readings->sum_pct = 0;
    readings->weight_ms = 0;
}

/* A piece of a sample, within one minute. */
static void add_piece(struct readings *readings, int64_t minute, int64_t ms, double pct)
{
    if (minute != readings->minute) {
        finish_minute(readings);
        if (minute > readings->minute + 1)
            readings->recent_count = 0; /* a gap: readings are not consecutive */
        readings->minute = minute;
    }
    readings->sum_pct += pct * (double)ms;
    readings->weight_ms += (double)ms;
}

void readings_add(struct readings *readings, int64_t at_ms, int64_t interval_ms, double pct)
{
    if (at_ms <= readings->last_ms || interval_ms <= 0 || interval_ms > INTERVAL_MAX_MS)
        return;
    int64_t from_ms = at_ms - interval_ms;
    while (from_ms < at_ms) {
        const int64_t minute = from_ms / MINUTE_MS;
        int64_t end_ms = (minute + 1) * MINUTE_MS;
        if (end_ms > at_ms)
            end_ms = at_ms;
        add_piece(readings, minute, end_ms - from_ms, pct);
        if (end_ms % MINUTE_MS == 0)
            finish_minute(readings);
        from_ms = end_ms;
    }
    readings->last_ms = at_ms;
}

void readings_note(struct readings *readings, int64_t from_ms, int64_t step_ms, double mean_pct)
{
    if (step_ms != (int64_t)SLOT_MINUTES * MINUTE_MS || from_ms < 0)
        return;
    const int64_t slot = from_ms / step_ms;
    const int at = (int)(slot % READINGS_SLOTS);
    if (readings->slot_of[at] > slot)
        return;
    if (readings->slot_of[at] < slot) {
        readings->slot_of[at] = slot;
        readings->slot_peak[at] = 0;
    }
    if ((float)mean_pct > readings->slot_peak[at])
        readings->slot_peak[at] = (float)mean_pct;
}

int readings_run_above(const struct readings *readings, double limit_pct)
{
    int run = 0;
    while (run < readings->recent_count && readings->recent[run] > limit_pct)
        run++;
    return run;
}

int readings_run_below(const struct readings *readings, double limit_pct)
{
    int run = 0;
    while (run < readings->recent_count && readings->recent[run] <= limit_pct)
        run++;
    return run;
}

double readings_newest_pct(const struct readings *readings)
{
    return readings->recent_count > 0 ? readings->recent[0] : -1;
}

double readings_peak_pct(const struct readings *readings, int64_t from_ms, int64_t to_ms)
{
    const int64_t slot_ms = (int64_t)SLOT_MINUTES * MINUTE_MS;
    int64_t first = from_ms / slot_ms;
    int64_t end = (to_ms + slot_ms - 1) / slot_ms;
    if (end - first > READINGS_SLOTS)
        first = end - READINGS_SLOTS;
    int64_t seen = 0;
    double peak = 0;
    for (int64_t slot = first; slot < end; slot++) {
        int at = (int)(slot % READINGS_SLOTS);
        if (readings->slot_of[at] != slot)
            continue;
        seen++;
        if (readings->slot_peak[at] > peak)
            peak = readings->slot_peak[at];
    }
    return end > first && seen * 4 >= (end - first) * 3 ? peak : -1;
}
