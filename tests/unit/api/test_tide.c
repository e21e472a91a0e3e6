#include "fixture.h"

#include <api/tide.h>
#include <nt_cmocka.h>
#include <string.h>

/* "tide.fine tide.window": the keys of the sentence, in order */
static const char *keys_of(struct nt_arena *arena, const struct view *view)
{
    json_t *parts = tide_sentence(view);
    const char *text = "";
    size_t index = 0;
    json_t *part = NULL;
    json_array_foreach(parts, index, part) text =
        nt_arena_printf(arena, "%s%s%s", text, index == 0 ? "" : " ",
                        json_string_value(json_object_get(part, "key")));
    json_decref(parts);
    return text;
}

static struct nt_window window = {.resource = "cpu",
                                  .from_ms = FIXTURE_NOW_MS + 3 * FIXTURE_HOUR_MS,
                                  .to_ms = FIXTURE_NOW_MS + 6 * FIXTURE_HOUR_MS,
                                  .peak_pct = 97,
                                  .probability = 0.88};

static void put_window(struct fixture *fixture)
{
    struct nt_forecast_windows windows = {
        .host = "host-1", .threshold_pct = 90, .windows = &window, .windows_count = 1};
    (void)fixture_put(fixture, NT_TOPIC_FORECAST_WINDOWS, "host-1", &windows);
}

static void put_plan(struct fixture *fixture, const char *plan_state, const char *move_state,
                     int64_t revision)
{
    struct nt_planned_move move = {.move = "m1",
                                   .server = fixture_web,
                                   .name = "web-1",
                                   .from = "host-1",
                                   .to = "spare-1",
                                   .cutover_at_ms = FIXTURE_NOW_MS + 2 * FIXTURE_HOUR_MS,
                                   .pause_ms = 1000,
                                   .state = move_state};
    struct nt_plan plan = {.plan = "p1",
                           .state = plan_state,
                           .host = "host-1",
                           .window = window,
                           .moves = &move,
                           .moves_count = move_state == NULL ? 0 : 1,
                           .revision = revision};
    (void)fixture_put(fixture, NT_TOPIC_PLANS, "p1", &plan);
}

static void test_the_sentence_says_what_is_coming_and_what_is_done_about_it(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine tide.no-history");
    fixture_forecast(&fixture, "host-1", "cpu", 1000);
    fixture_forecast(&fixture, "spare-1", "cpu", 100);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine");
    put_window(&fixture);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine tide.window");
    put_plan(&fixture, "applied", "planned", 1);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine tide.window tide.move");
    put_plan(&fixture, "suggested", "planned", 2);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine tide.window tide.suggested");
    put_plan(&fixture, "no-useful-move", NULL, 3);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine tide.window tide.no-move");
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_what_is_wrong_now_is_said(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    fixture_forecast(&fixture, "host-1", "cpu", 1000);
    fixture_forecast(&fixture, "spare-1", "cpu", 100);
    struct nt_host_load load = {
        .host = "host-1", .at_ms = FIXTURE_NOW_MS, .sample = {.cpu_milli = 3900}};
    (void)fixture_put(&fixture, NT_TOPIC_HOST_LOAD, "host-1", &load);
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.fine tide.over-now");
    fixture.view.wall_ms += 120000;
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.unreachable tide.unreachable");

    struct fleet empty;
    fleet_init(&empty);
    fixture.view.fleet = &empty;
    assert_string_equal(keys_of(&arena, &fixture.view), "tide.no-hosts");
    fleet_deinit(&empty);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_the_table_has_a_row_for_each_host_and_the_moves(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    fixture_forecast(&fixture, "host-1", "cpu", 2000);
    put_window(&fixture);
    put_plan(&fixture, "applied", "planned", 1);
    struct nt_move_event done = {.move = "m0",
                                 .server = fixture_files,
                                 .name = "files-1",
                                 .from = "host-1",
                                 .to = "spare-1",
                                 .phase = "done",
                                 .pause_ms = 800,
                                 .load_ms = FIXTURE_NOW_MS - FIXTURE_HOUR_MS};
    (void)fixture_put(&fixture, NT_TOPIC_MOVE_EVENTS, fixture_files, &done);
    struct tide_past past[2] = {
        {"host-1", series_new(&arena, FIXTURE_NOW_MS - TIDE_SPAN_MS, FIXTURE_NOW_MS, TIDE_STEP_MS)},
        {"spare-1",
         series_new(&arena, FIXTURE_NOW_MS - TIDE_SPAN_MS, FIXTURE_NOW_MS, TIDE_STEP_MS)}};
    series_add(&past[0].series, FIXTURE_NOW_MS - FIXTURE_HOUR_MS, 300000, 1000, 2000, 0, 0);
    json_t *tide = tide_table(&fixture.view, "cpu", past, 2);
    assert_non_null(tide);
    json_t *row = json_array_get(json_object_get(tide, "hosts"), 0);
    json_t *ahead = json_object_get(row, "ahead");
    assert_int_equal(json_array_size(json_object_get(ahead, "p50_pct")), 288);
    assert_float_equal(json_number_value(json_array_get(json_object_get(ahead, "p50_pct"), 0)), 50,
                       0.01);
    assert_int_equal(json_array_size(json_object_get(row, "windows")), 1);
    json_t *behind = json_object_get(json_object_get(row, "past"), "max_pct");
    assert_float_equal(json_number_value(json_array_get(behind, 92)), 50, 0.01);
    json_t *moves = json_object_get(tide, "moves");
    assert_int_equal(json_array_size(moves), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(moves, 0), "phase")),
                        "done");
    assert_string_equal(json_string_value(json_object_get(json_array_get(moves, 1), "phase")),
                        "planned");
    json_decref(tide);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_a_server_knows_of_its_planned_move(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    put_plan(&fixture, "applied", "planned", 1);
    json_t *web = view_server(&fixture.view, fleet_server(&fixture.fleet, fixture_web));
    json_t *planned = json_object_get(web, "planned_move");
    assert_string_equal(json_string_value(json_object_get(planned, "to")), "spare-1");
    json_decref(web);
    put_plan(&fixture, "superseded", "planned", 2);
    web = view_server(&fixture.view, fleet_server(&fixture.fleet, fixture_web));
    assert_true(json_is_null(json_object_get(web, "planned_move")));
    json_decref(web);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sentence_says_what_is_coming_and_what_is_done_about_it),
        cmocka_unit_test(test_what_is_wrong_now_is_said),
        cmocka_unit_test(test_the_table_has_a_row_for_each_host_and_the_moves),
        cmocka_unit_test(test_a_server_knows_of_its_planned_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
