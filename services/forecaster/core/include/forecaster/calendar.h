/*
 * Local time of slots. Patterns follow the clock on the wall: a day of 23 or 25 hours, when
 * daylight saving begins or ends, lacks or repeats some times of day and shifts nothing else.
 */
#ifndef FORECASTER_CALENDAR_H
#define FORECASTER_CALENDAR_H

#include <forecaster/slots.h>
#include <nt/cleanup.h>
#include <stdbool.h>
#include <stddef.h>

enum { ZONE_SPANS_MAX = 16 };

/* Offsets to UTC: spans[i] holds from its from_ms until the next one's; the first also before. */
struct zone {
    struct {
        int64_t from_ms;
        int32_t offset_s; /* local = UTC + offset */
    } spans[ZONE_SPANS_MAX];
    size_t count; /* 0: UTC */
};

struct calendar_slot {
    uint16_t of_day; /* 0 to DAY_SLOTS - 1: the local time of day at the slot's begin */
    uint8_t weekday; /* 0 is Monday */
    bool is_weekend;
    int32_t day; /* local days since 1970-01-01 */
};

struct calendar {
    int64_t first;
    size_t count;
    struct calendar_slot *slots;
};

/* The caller owns it; calendar_deinit() leaves it empty. */
void calendar_init(struct calendar *calendar, const struct zone *zone, int64_t first, size_t count);
void calendar_deinit(struct calendar *calendar);

/* slot must lie within. */
const struct calendar_slot *calendar_at(const struct calendar *calendar, int64_t slot);

#endif
