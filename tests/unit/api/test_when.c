#include "fixture.h"

#include <api/when.h>
#include <nt_cmocka.h>

#define STEP_MS INT64_C(300000)

/* A CPU forecast of host-1 with this median until step `until`, then that one. */
static void put_forecast(struct fixture *fixture, float before, size_t until, float after,
                         bool reliable)
{
    enum { STEPS = 576 };
    float values[STEPS];
    for (size_t i = 0; i < STEPS; i++)
        values[i] = i < until ? before : after;
    struct nt_forecast_load forecast = {
        .subject = "host-1",
        .kind = "host",
        .resource = "cpu",
        .issued_ms = FIXTURE_NOW_MS,
        .step_ms = STEP_MS,
        .p50 = values,
        .p50_count = STEPS,
        .reliable = reliable,
    };
    (void)fixture_put(fixture, NT_TOPIC_FORECAST_LOAD, "host-1/cpu", &forecast);
}

static void test_the_time_from_which_it_fits(void **state)
{
    (void)state;
    static const struct nt_resources small = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20};
    static const struct {
        const char *name;
        float before;
        size_t until;
        float after;
        bool reliable;
        int64_t steps; /* from now; WHEN_UNKNOWN */
    } cases[] = {
        {"full for two hours, then not", 3500, 24, 1000, true, 24},
        {"just under the line counts", 3500, 12, 3100, true, 12},
        {"just over it does not", 3500, 12, 3101, true, WHEN_UNKNOWN},
        {"never", 3900, 0, 3900, true, WHEN_UNKNOWN},
        {"room already: what keeps it away is not load", 1000, 0, 1000, true, WHEN_UNKNOWN},
        {"no history to say it from", 3500, 24, 1000, false, WHEN_UNKNOWN},
    };
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(when_full(&fixture.view, &small), WHEN_UNKNOWN);
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        put_forecast(&fixture, cases[i].before, cases[i].until, cases[i].after, cases[i].reliable);
        assert_int_equal(when_full(&fixture.view, &small),
                         cases[i].steps == WHEN_UNKNOWN
                             ? WHEN_UNKNOWN
                             : FIXTURE_NOW_MS + cases[i].steps * STEP_MS);
    }
    fixture_deinit(&fixture);
}

static void test_not_within_a_window_and_not_on_a_closed_host(void **state)
{
    (void)state;
    static const struct nt_resources small = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20};
    struct fixture fixture;
    fixture_init(&fixture);
    put_forecast(&fixture, 3500, 24, 1000, true);
    struct nt_window window = {.resource = "cpu",
                               .from_ms = FIXTURE_NOW_MS + 25 * STEP_MS,
                               .to_ms = FIXTURE_NOW_MS + 40 * STEP_MS};
    struct nt_forecast_windows windows = {.host = "host-1", .windows = &window, .windows_count = 1};
    (void)fixture_put(&fixture, NT_TOPIC_FORECAST_WINDOWS, "host-1", &windows);
    assert_int_equal(when_full(&fixture.view, &small), window.to_ms);
    struct nt_host host = {.host = "host-1", .role = "active", .cordon = true, .revision = 9};
    (void)fixture_put(&fixture, NT_TOPIC_HOSTS, "host-1", &host);
    assert_int_equal(when_full(&fixture.view, &small), WHEN_UNKNOWN);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_time_from_which_it_fits),
        cmocka_unit_test(test_not_within_a_window_and_not_on_a_closed_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
