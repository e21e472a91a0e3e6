#include <forecaster/calendar.h>
#include <nt_cmocka.h>

#include <string.h>

static const int64_t HOUR_MS = 3600000;
static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t MONDAY_MS = INT64_C(1700438400000); /* 2023-11-20 00:00 UTC */

static void test_utc(void **state)
{
    (void)state;
    const struct zone zone = {0};
    struct calendar calendar;
    calendar_init(&calendar, &zone, slot_of(MONDAY_MS) - 1, 7 * DAY_SLOTS + 1);
    const struct calendar_slot *slot = calendar_at(&calendar, slot_of(MONDAY_MS));
    assert_int_equal(slot->of_day, 0);
    assert_int_equal(slot->weekday, 0);
    assert_false(slot->is_weekend);
    slot = calendar_at(&calendar, slot_of(MONDAY_MS) - 1);
    assert_int_equal(slot->of_day, DAY_SLOTS - 1);
    assert_int_equal(slot->weekday, 6);
    assert_true(slot->is_weekend);
    slot = calendar_at(&calendar, slot_of(MONDAY_MS + 5 * DAY_MS + 13 * HOUR_MS));
    assert_int_equal(slot->weekday, 5);
    assert_int_equal(slot->of_day, 13 * 12);
    calendar_deinit(&calendar);
}

static void test_an_offset_shifts_time_of_day_and_weekday(void **state)
{
    (void)state;
    const struct zone seoul = {.spans = {{0, 9 * 3600}}, .count = 1};
    struct calendar calendar;
    calendar_init(&calendar, &seoul, slot_of(MONDAY_MS), DAY_SLOTS);
    assert_int_equal(calendar_at(&calendar, slot_of(MONDAY_MS))->of_day, 9 * 12);
    const struct calendar_slot *slot = calendar_at(&calendar, slot_of(MONDAY_MS + 15 * HOUR_MS));
    assert_int_equal(slot->of_day, 0);
    assert_int_equal(slot->weekday, 1);
    calendar_deinit(&calendar);
}

/* Central Europe: on the days of change 23 or 25 hours belong to one local day. */
static void test_days_of_23_and_25_hours(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t change_ms, midnight_ms; /* UTC */
        int32_t before_s, after_s;
        int hours;
    } cases[] = {
        {"spring 2023", INT64_C(1679792400000), INT64_C(1679785200000), 3600, 7200, 23},
        {"autumn 2023", INT64_C(1698541200000), INT64_C(1698530400000), 7200, 3600, 25},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct zone zone = {.count = 2};
        zone.spans[0].offset_s = cases[i].before_s;
        zone.spans[1].from_ms = cases[i].change_ms;
        zone.spans[1].offset_s = cases[i].after_s;
        struct calendar calendar;
        int64_t first = slot_of(cases[i].midnight_ms);
        calendar_init(&calendar, &zone, first, 2 * DAY_SLOTS);
        int32_t day = calendar_at(&calendar, first)->day;
        int seen[24] = {0};
        int slots = 0;
        for (int64_t slot = first; calendar_at(&calendar, slot)->day == day; slot++, slots++)
            seen[calendar_at(&calendar, slot)->of_day / 12]++;
        if (slots != cases[i].hours * 12)
            fail_msg("%s: %d slots", cases[i].name, slots);
        assert_int_equal(seen[2], cases[i].hours == 23 ? 0 : 24); /* left out, or twice */
        assert_int_equal(seen[13], 12);
        calendar_deinit(&calendar);
    }
}

static void test_slots_before_1970(void **state)
{
    (void)state;
    assert_int_equal(slot_of(-1), -1);
    assert_int_equal(slot_of(-SLOT_MS), -1);
    assert_int_equal(slot_of(-SLOT_MS - 1), -2);
    assert_int_equal(slot_of(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utc),
        cmocka_unit_test(test_an_offset_shifts_time_of_day_and_weekday),
        cmocka_unit_test(test_days_of_23_and_25_hours),
        cmocka_unit_test(test_slots_before_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
