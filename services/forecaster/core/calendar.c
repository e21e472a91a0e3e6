#include <forecaster/calendar.h>

#include <nt/memory.h>

#include <assert.h>

static int32_t offset_at(const struct zone *zone, size_t *at, int64_t ms)
{
    if (zone->count == 0)
        return 0;
    while (*at + 1 < zone->count && zone->spans[*at + 1].from_ms <= ms)
        (*at)++;
    return zone->spans[*at].offset_s;
}

static int64_t floor_div(int64_t value, int64_t by)
{
    int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

void calendar_init(struct calendar *calendar, const struct zone *zone, int64_t first, size_t count)
{
    *calendar = (struct calendar){
        .first = first, .count = count, .slots = nt_zalloc((count + 1) * sizeof(*calendar->slots))};
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t utc_ms = slot_begin_ms(first + (int64_t)i);
        int64_t local = floor_div(utc_ms + INT64_C(1000) * offset_at(zone, &at, utc_ms), SLOT_MS);
        int64_t day = floor_div(local, DAY_SLOTS);
        struct calendar_slot *slot = &calendar->slots[i];
        slot->of_day = (uint16_t)(local - day * DAY_SLOTS);
        slot->day = (int32_t)day;
        slot->weekday = (uint8_t)((day % 7 + 7 + 3) % 7); /* 1970-01-01 was a Thursday */
        slot->is_weekend = slot->weekday >= 5;
    }
}

void calendar_deinit(struct calendar *calendar)
{
    free(calendar->slots);
    *calendar = (struct calendar){0};
}

const struct calendar_slot *calendar_at(const struct calendar *calendar, int64_t slot)
{
    assert(slot >= calendar->first && slot < calendar->first + (int64_t)calendar->count);
    return &calendar->slots[slot - calendar->first];
}
