/* The grid of everything the forecaster does: slots of five minutes of load time. */
#ifndef FORECASTER_SLOTS_H
#define FORECASTER_SLOTS_H

#include <stdint.h>

enum {
    SLOT_MS = 300000,
    DAY_SLOTS = 288,
    HISTORY_SLOTS = 28 * DAY_SLOTS,
    FORECAST_STEPS = 2 * DAY_SLOTS, /* 48 h for people */
    SCENARIO_STEPS = DAY_SLOTS,     /* 24 h for the balancer */
    SCENARIO_PATHS = 16,
};

enum resource { RESOURCE_CPU, RESOURCE_MEMORY, RESOURCES };

static inline int64_t slot_of(int64_t at_ms)
{
    return at_ms >= 0 ? at_ms / SLOT_MS : -((-at_ms + SLOT_MS - 1) / SLOT_MS);
}

static inline int64_t slot_begin_ms(int64_t slot)
{
    return slot * SLOT_MS;
}

#endif
