#include "fixture.h"

#include <api/resource_log.h>
#include <nt_cmocka.h>
#include <string.h>

#define STEP_MS INT64_C(300000)

static void put_resized(struct fixture *fixture, int64_t at_ms, const char *cpu_milli,
                        const char *request)
{
    struct nt_pair params[] = {{"cpu_milli", cpu_milli}, {"mem_bytes", "536870912"}};
    struct nt_server_event event = {.server = fixture_web,
                                    .owner = "ann-id",
                                    .name = "web-1",
                                    .host = "host-1",
                                    .kind = "resized",
                                    .params = params,
                                    .params_count = 2,
                                    .request = request,
                                    .at_ms = at_ms};
    (void)fixture_put(fixture, NT_TOPIC_SERVER_EVENTS, fixture_web, &event);
}

/* Six steps of five minutes that end now; the third was not measured. */
static struct series make_series(struct nt_arena *arena)
{
    struct series series = series_new(arena, FIXTURE_NOW_MS - 6 * STEP_MS, FIXTURE_NOW_MS, STEP_MS);
    for (int64_t i = 0; i < 6; i++)
        if (i != 2)
            series_add(&series, FIXTURE_NOW_MS - (6 - i) * STEP_MS, STEP_MS, 100 + (double)i, 200,
                       1048576, 2097152);
    return series;
}

static int64_t allotted(const json_t *log, size_t item)
{
    const json_t *value =
        json_object_get(json_array_get(json_object_get(log, "items"), item), "cpu_allotted_milli");
    return json_is_null(value) ? -1 : json_integer_value(value);
}

static void test_what_was_allotted_and_when_it_changed(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    struct series series = make_series(&arena);
    const struct resource_log log = {.subject = fixture_web, .is_server = true, .series = &series};
    json_t *json = resource_log_to_json(&fixture.view, &log);
    assert_int_equal(json_array_size(json_object_get(json, "items")), series.count);
    assert_int_equal(allotted(json, 0), 400); /* never changed: what it has now */
    assert_int_equal(json_array_size(json_object_get(json, "changes")), 0);
    json_decref(json);

    put_resized(&fixture, FIXTURE_NOW_MS - 4 * STEP_MS, "1000", "r1");
    put_resized(&fixture, FIXTURE_NOW_MS - STEP_MS, "400", "");
    json = resource_log_to_json(&fixture.view, &log);
    assert_int_equal(allotted(json, 0), -1); /* before the first change: nobody knows */
    assert_int_equal(allotted(json, 3), 1000);
    assert_int_equal(allotted(json, series.count - 1), 400);
    const json_t *changes = json_object_get(json, "changes");
    assert_int_equal(json_array_size(changes), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(changes, 0), "reason")),
                        "asked");
    assert_string_equal(json_string_value(json_object_get(json_array_get(changes, 1), "reason")),
                        "balancer");
    json_decref(json);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_a_host_has_its_capacity_and_its_servers_changes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    put_resized(&fixture, FIXTURE_NOW_MS - STEP_MS, "400", "");
    struct series series = make_series(&arena);
    const struct resource_log log = {.subject = "host-1", .series = &series};
    json_t *json = resource_log_to_json(&fixture.view, &log);
    assert_int_equal(allotted(json, 0), 4000);
    assert_int_equal(json_array_size(json_object_get(json, "changes")), 1);
    json_decref(json);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_the_same_as_csv(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    struct nt_buf csv = {0};
    fixture_init(&fixture);
    nt_arena_init(&arena);
    put_resized(&fixture, FIXTURE_NOW_MS - 4 * STEP_MS, "400", "r1");
    struct series series = make_series(&arena);
    const struct resource_log log = {.subject = fixture_web, .is_server = true, .series = &series};
    resource_log_to_csv(&fixture.view, &log, &csv);
    const char *text = nt_buf_text(&csv);
    assert_int_equal(strncmp(text, "time,cpu_milli,cpu_milli_max,cpu_allotted_milli,", 48), 0);
    assert_non_null(strstr(text, "2025-11-24T15:30:00Z,100,200,,1048576,2097152,,\r\n"));
    assert_non_null(strstr(text, ",,,400,,,536870912,web-1 asked\r\n")); /* not measured */
    assert_non_null(strstr(text, ",105,200,400,1048576,2097152,536870912,\r\n"));
    nt_buf_deinit(&csv);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_allotted_and_when_it_changed),
        cmocka_unit_test(test_a_host_has_its_capacity_and_its_servers_changes),
        cmocka_unit_test(test_the_same_as_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
