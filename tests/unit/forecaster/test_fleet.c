/* From samples to what is published: two hosts, servers with a daily tide, one that moves. */
#include <forecaster/explain.h>
#include <forecaster/issue.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <math.h>
#include <string.h>

enum { CAPACITY = 1000, FIRST_SLOT = 20000 * DAY_SLOTS };
static const double MIB = 1048576.0;

struct world {
    struct fleet *fleet;
    struct issue *issue;
    size_t closed;
    char *host_of_tide;
    /* what was published last */
    size_t forecasts, scenarios;
    char model[32];
    char rung[16];
    float host_p50[FORECAST_STEPS], host_p10[FORECAST_STEPS], host_p90[FORECAST_STEPS];
    struct accuracy_sum host_accuracy;
    struct issued_window windows[WINDOWS_MAX];
    float young_p50[FORECAST_STEPS];
    size_t windows_count;
    char first_contributor[64];
    struct recurring recurring[RECURRING_MAX];
    size_t recurring_count;
    int borrowed;
};

/* High water from 13:00 to 16:00. */
static double tide(int64_t slot)
{
    int64_t k = slot % DAY_SLOTS;
    return k >= 13 * 12 && k < 16 * 12 ? 700 : 150;
}

static void on_closed(void *arg, const char *host, const struct slot_roll *roll)
{
    (void)host;
    (void)roll;
    ((struct world *)arg)->closed++;
}

static void feed(struct world *world, const char *host, int64_t slot, const char *server,
                 double background)
{
    double cpu = server != NULL ? tide(slot) : 0;
    const struct sample_server servers[] = {
        {.server = server, .use = {.cpu_milli = cpu, .mem_bytes = 64 * MIB}}};
    for (int minute = 1; minute <= 5; minute++) {
        const struct sample sample = {
            .host = host,
            .at_ms = slot_begin_ms(slot) + minute * 60000,
            .interval_ms = 60000,
            .cpu_capacity_milli = CAPACITY,
            .mem_capacity_bytes = 1024 * MIB,
            .use = {.cpu_milli = cpu + background, .mem_bytes = 200 * MIB},
            .servers = servers,
            .servers_count = server != NULL,
        };
        const struct fleet_progress progress = {
            .load_ms = sample.at_ms, .wall_ms = 1000, .on_closed = on_closed, .arg = world};
        assert_int_equal(fleet_add_sample(world->fleet, &sample, &progress), 0);
    }
}

/* Days of history of both hosts; the tide's server lies on host-1. */
static void live(struct world *world, int64_t from, int64_t to)
{
    for (int64_t slot = from; slot < to; slot++) {
        bool is_moved = nt_text_is(world->host_of_tide, "spare-1");
        feed(world, "host-1", slot, is_moved ? NULL : "tide", 250);
        feed(world, "spare-1", slot, is_moved ? "tide" : NULL, 20);
    }
}

static void fit_all(struct world *world)
{
    struct fit_job *job = NULL;
    while ((job = fleet_take_fit(world->fleet)) != NULL) {
        fit_job_run(job);
        fleet_return_fit(world->fleet, job);
    }
}

static void check_forecast(const struct issued_forecast *forecast)
{
    double bound = forecast->capacity > 0 ? forecast->capacity : 1e12;
    for (size_t i = 0; i < FORECAST_STEPS; i++) {
        if (!(forecast->p10[i] >= 0 && forecast->p10[i] <= forecast->p50[i] &&
              forecast->p50[i] <= forecast->p90[i] && forecast->p90[i] <= bound))
            fail_msg("%s step %zu: %f %f %f", forecast->subject, i, forecast->p10[i],
                     forecast->p50[i], forecast->p90[i]);
    }
}

static void on_forecast(void *arg, const struct issued_forecast *forecast)
{
    struct world *world = arg;
    world->forecasts++;
    check_forecast(forecast);
    if (forecast->resource != RESOURCE_CPU)
        return;
    if (nt_text_is(forecast->kind, "server")) {
        (void)snprintf(world->model, sizeof(world->model), "%s", forecast->model);
        (void)snprintf(world->rung, sizeof(world->rung), "%s", forecast->rung);
        if (nt_text_is(forecast->subject, "young"))
            memcpy(world->young_p50, forecast->p50, sizeof(world->young_p50));
        assert_true(forecast->capacity == 0);
    } else if (nt_text_is(forecast->subject, "host-1")) {
        assert_string_equal(forecast->model, "sum");
        memcpy(world->host_p10, forecast->p10, sizeof(world->host_p10));
        memcpy(world->host_p50, forecast->p50, sizeof(world->host_p50));
        memcpy(world->host_p90, forecast->p90, sizeof(world->host_p90));
        world->host_accuracy = forecast->accuracy;
    }
}

static void on_scenarios(void *arg, const struct issued_scenarios *scenarios)
{
    struct world *world = arg;
    world->scenarios++;
    if (nt_text_is(scenarios->kind, "server"))
        world->borrowed = scenarios->borrowed;
}

static void on_windows(void *arg, const struct issued_windows *windows)
{
    struct world *world = arg;
    if (!nt_text_is(windows->host, "host-1"))
        return;
    world->windows_count = windows->windows_count;
    memcpy(world->windows, windows->windows, windows->windows_count * sizeof(world->windows[0]));
    if (windows->windows_count > 0 && windows->windows[0].contributors_count > 0)
        (void)snprintf(world->first_contributor, sizeof(world->first_contributor), "%s",
                       windows->windows[0].contributors[0].server);
    world->recurring_count = windows->recurring_count;
    memcpy(world->recurring, windows->recurring,
           windows->recurring_count * sizeof(world->recurring[0]));
}

static void issue_all(struct world *world)
{
    world->forecasts = world->scenarios = 0;
    issue_begin(world->issue);
    while (issue_next(world->issue)) {
    }
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    world->fleet = fleet_new();
    const struct issue_sink sink = {
        .forecast = on_forecast, .scenarios = on_scenarios, .windows = on_windows, .arg = world};
    world->issue = issue_new(world->fleet, &sink);
    world->host_of_tide = nt_strdup("host-1");
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    issue_free(world->issue);
    fleet_free(world->fleet);
    free(world->host_of_tide);
    free(world);
    return 0;
}

static void move_tide(struct world *world, const char *host)
{
    free(world->host_of_tide);
    world->host_of_tide = nt_strdup(host);
}

static void test_a_window_is_seen_a_day_ahead_with_who_makes_it(void **state)
{
    struct world *world = *state;
    fleet_set_policy(world->fleet, 90, 0.3);
    live(world, FIRST_SLOT, FIRST_SLOT + 14 * DAY_SLOTS);
    fit_all(world);
    issue_all(world);
    assert_int_equal(world->closed, 2 * 14 * DAY_SLOTS);
    assert_int_equal(world->forecasts, 2 * 3); /* two hosts and a server */
    assert_int_equal(world->scenarios, 2 * 3); /* two rests and a server */
    assert_string_not_equal(world->model, "level");
    /* Of 14 days some paths would begin before there was anything, or much of it. */
    assert_true(world->borrowed <= 9);
    /* It is midnight: the window of 13:00 to 16:00 lies 13 hours ahead. */
    assert_int_equal(world->windows_count, 1);
    const struct window *window = &world->windows[0].window;
    assert_int_equal(window->resource, RESOURCE_CPU);
    int64_t midnight = FIRST_SLOT + 14 * DAY_SLOTS;
    assert_in_range(window->from_slot - midnight, 13 * 12 - 2, 13 * 12 + 1);
    assert_in_range(window->to_slot - midnight, 16 * 12 - 1, 16 * 12 + 2);
    assert_true(window->probability > 0.9);
    assert_true(window->peak_pct > 90 && window->peak_pct <= 100);
    assert_string_equal(world->first_contributor, "tide");
    /* and it comes back every day */
    assert_int_equal(world->recurring_count, 1);
    assert_string_equal(world->recurring[0].days, "all");
    assert_int_equal(world->recurring[0].from_minute, 13 * 60);
    assert_int_equal(world->recurring[0].to_minute, 16 * 60);
    assert_int_equal(world->recurring[0].seen, 14);
}

static void test_a_move_takes_the_window_away_at_once(void **state)
{
    struct world *world = *state;
    live(world, FIRST_SLOT, FIRST_SLOT + 10 * DAY_SLOTS);
    fit_all(world);
    issue_all(world);
    assert_int_equal(world->windows_count, 1);
    move_tide(world, "spare-1");
    live(world, FIRST_SLOT + 10 * DAY_SLOTS, FIRST_SLOT + 10 * DAY_SLOTS + 1);
    issue_all(world);
    assert_int_equal(world->windows_count, 0);
    for (size_t i = 0; i < FORECAST_STEPS; i++)
        assert_in_range(world->host_p50[i], 240, 260); /* the rest alone */
    assert_string_not_equal(world->model, "level");    /* its history went along */
}

static void test_a_server_that_stops_is_no_part_of_its_host(void **state)
{
    struct world *world = *state;
    live(world, FIRST_SLOT, FIRST_SLOT + 10 * DAY_SLOTS);
    fit_all(world);
    fleet_set_server(world->fleet, "tide", "shell", false);
    issue_all(world);
    assert_int_equal(world->windows_count, 0);
    assert_int_equal(world->scenarios, 2 * 2);
    fleet_set_server(world->fleet, "tide", "shell", true);
    issue_all(world);
    assert_int_equal(world->windows_count, 1);
    fleet_remove_server(world->fleet, "tide");
    issue_all(world);
    assert_int_equal(world->windows_count, 0);
}

static void test_a_server_removed_in_the_middle_of_a_round(void **state)
{
    struct world *world = *state;
    live(world, FIRST_SLOT, FIRST_SLOT + DAY_SLOTS);
    issue_begin(world->issue);
    fleet_remove_server(world->fleet, "tide");
    while (issue_next(world->issue)) {
    }
    assert_int_equal(fleet_servers_count(world->fleet), 0);
}

static void test_forecasts_are_scored_when_their_time_comes(void **state)
{
    struct world *world = *state;
    live(world, FIRST_SLOT, FIRST_SLOT + 7 * DAY_SLOTS);
    fit_all(world);
    issue_all(world);
    assert_int_equal(world->host_accuracy.scored, 0);
    int64_t now = FIRST_SLOT + 7 * DAY_SLOTS;
    for (int64_t slot = now; slot < now + 26 * 12; slot++) {
        live(world, slot, slot + 1);
        issue_all(world);
    }
    assert_in_range(world->host_accuracy.scored, 500, 600);
    assert_true(world->host_accuracy.mae < 30);
    assert_true(world->host_accuracy.coverage_80_pct > 80);
}

static void test_repeats_and_late_samples_change_nothing(void **state)
{
    struct world *world = *state;
    const struct fleet_progress progress = {.wall_ms = 2000, .on_closed = on_closed, .arg = world};
    live(world, FIRST_SLOT, FIRST_SLOT + 3);
    const struct sample late = {.host = "host-1",
                                .at_ms = slot_begin_ms(FIRST_SLOT + 1) + 60000,
                                .interval_ms = 60000,
                                .cpu_capacity_milli = CAPACITY,
                                .use = {.cpu_milli = 999}};
    assert_int_equal(fleet_add_sample(world->fleet, &late, &progress), -EALREADY);
    struct sample ancient = late;
    ancient.at_ms -= 40 * 86400000LL;
    assert_int_equal(fleet_add_sample(world->fleet, &ancient, &progress), -ERANGE);
    struct sample broken = late;
    broken.at_ms += 86400000;
    broken.use.cpu_milli = NAN;
    assert_int_equal(fleet_add_sample(world->fleet, &broken, &progress), -EINVAL);
    broken.use.cpu_milli = 1;
    broken.interval_ms = 0;
    assert_int_equal(fleet_add_sample(world->fleet, &broken, &progress), -EINVAL);
}

static void test_history_may_be_written_after_the_present(void **state)
{
    struct world *world = *state;
    int64_t now = FIRST_SLOT + 10 * DAY_SLOTS;
    live(world, now, now + 3);
    /* five-minute records of the ten days before, as the history program writes them */
    for (int64_t slot = FIRST_SLOT; slot < now; slot++) {
        const struct sample_server servers[] = {
            {.server = "tide", .use = {.cpu_milli = tide(slot)}}};
        const struct sample sample = {.host = "host-1",
                                      .at_ms = slot_begin_ms(slot + 1),
                                      .interval_ms = SLOT_MS,
                                      .cpu_capacity_milli = CAPACITY,
                                      .mem_capacity_bytes = 1024 * MIB,
                                      .use = {.cpu_milli = tide(slot) + 250},
                                      .servers = servers,
                                      .servers_count = 1};
        const struct fleet_progress progress = {.load_ms = slot_begin_ms(now + 3),
                                                .wall_ms = 1000,
                                                .on_closed = on_closed,
                                                .arg = world};
        assert_int_equal(fleet_add_sample(world->fleet, &sample, &progress), 0);
    }
    assert_int_equal(fleet_origin(world->fleet), now + 3);
    fit_all(world);
    issue_all(world);
    assert_int_equal(world->windows_count, 1);
}

static void test_rollups_rebuild_the_same_state(void **state)
{
    struct world *world = *state;
    char tide_id[] = "tide";
    struct server_roll servers[] = {{.server = tide_id, .roll = {.samples = 5}}};
    for (int64_t slot = FIRST_SLOT; slot < FIRST_SLOT + 10 * DAY_SLOTS; slot++) {
        servers[0].roll.mean.cpu_milli = tide(slot);
        const struct slot_roll roll = {
            .slot = slot,
            .cpu_capacity_milli = CAPACITY,
            .mem_capacity_bytes = 1024 * MIB,
            .host = {.mean = {.cpu_milli = tide(slot) + 250}, .samples = 5},
            .servers = servers,
            .servers_count = 1,
        };
        assert_int_equal(fleet_apply_roll(world->fleet, "host-1", &roll), 0);
        assert_int_equal(fleet_apply_roll(world->fleet, "host-1", &roll), -EALREADY);
    }
    fit_all(world);
    issue_all(world);
    assert_int_equal(world->windows_count, 1);
    assert_string_not_equal(world->model, "level");
}

static void test_a_new_server_has_a_forecast_from_its_first_slot(void **state)
{
    struct world *world = *state;
    live(world, FIRST_SLOT, FIRST_SLOT + 1);
    issue_all(world); /* no fit came back yet */
    assert_string_equal(world->model, "level");
    assert_int_equal(world->borrowed, SCENARIO_PATHS);
    fit_all(world);
    issue_all(world);
    assert_string_equal(world->model, "level");
}

/* --- habits ----------------------------------------------------------------------------------- */

struct told {
    size_t count;
    char kind[16];
    struct explained explained; /* of the server called tide */
};

static void on_told(void *arg, const char *kind, const char *id, const struct explained *explained)
{
    struct told *told = arg;
    told->count++;
    if (nt_text_is(id, "tide")) {
        (void)snprintf(told->kind, sizeof(told->kind), "%s", kind);
        told->explained = *explained;
    }
}

static size_t explain_all(struct world *world, struct told *told)
{
    size_t count = 0;
    struct explain_job *job = NULL;
    while ((job = fleet_take_explain(world->fleet)) != NULL) {
        explain_job_run(job);
        fleet_return_explain(world->fleet, job, on_told, told);
        count++;
    }
    return count;
}

static void test_habits_are_looked_at_daily_and_told_when_they_change(void **state)
{
    struct world *world = *state;
    struct told told = {0};
    live(world, FIRST_SLOT, FIRST_SLOT + 6 * DAY_SLOTS);
    assert_int_equal(explain_all(world, &told), 0); /* too little history */
    live(world, FIRST_SLOT + 6 * DAY_SLOTS, FIRST_SLOT + 20 * DAY_SLOTS);
    assert_int_equal(explain_all(world, &told), 3); /* two hosts and the server */
    assert_int_equal(told.count, 3);
    assert_string_equal(told.kind, "server");
    assert_int_equal(told.explained.patterns_count, 2); /* it never sent anything */
    assert_int_equal(told.explained.patterns[0].resource, EXPLAINED_CPU);
    assert_true(told.explained.patterns[0].cycles.has_day);
    assert_true(told.explained.patterns[0].cycles.day_strength > 0.99);
    assert_false(told.explained.patterns[0].cycles.has_week);
    assert_int_equal(told.explained.patterns[0].changes_count, 0);
    assert_false(told.explained.patterns[1].cycles.has_day); /* memory stands still */
    assert_int_equal(told.explained.relations_count, 0);
    assert_int_equal(explain_all(world, &told), 0); /* not again today */

    live(world, FIRST_SLOT + 20 * DAY_SLOTS, FIRST_SLOT + 21 * DAY_SLOTS);
    assert_int_equal(explain_all(world, &told), 3);
    assert_int_equal(told.count, 3); /* nothing new */
}

static void test_a_look_at_a_server_that_is_gone_comes_to_nothing(void **state)
{
    struct world *world = *state;
    struct told told = {0};
    live(world, FIRST_SLOT, FIRST_SLOT + 8 * DAY_SLOTS);
    struct explain_job *jobs[3];
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = fleet_take_explain(world->fleet);
        assert_non_null(jobs[i]);
    }
    assert_null(fleet_take_explain(world->fleet)); /* all are out */
    fleet_remove_server(world->fleet, "tide");
    for (size_t i = 0; i < 3; i++) {
        explain_job_run(jobs[i]);
        fleet_return_explain(world->fleet, jobs[i], on_told, &told);
    }
    assert_int_equal(told.count, 2);
}

/* --- a server that nobody knows ----------------------------------------------------------------
 */

/* It has the course of its template's other server, half as high, which its first hours tell. */
static void test_a_new_server_borrows_the_course_of_its_template(void **state)
{
    struct world *world = *state;
    live(world, FIRST_SLOT, FIRST_SLOT + 10 * DAY_SLOTS);
    fleet_set_server(world->fleet, "tide", "shell", true);
    fleet_set_server(world->fleet, "young", "shell", true);
    int64_t now = FIRST_SLOT + 10 * DAY_SLOTS;
    for (int64_t slot = now; slot < now + 12; slot++) {
        const struct sample_server servers[] = {{.server = "young", .use = {.cpu_milli = 75}}};
        const struct sample sample = {.host = "spare-2",
                                      .at_ms = slot_begin_ms(slot + 1),
                                      .interval_ms = SLOT_MS,
                                      .cpu_capacity_milli = CAPACITY,
                                      .mem_capacity_bytes = 1024 * MIB,
                                      .use = {.cpu_milli = 80},
                                      .servers = servers,
                                      .servers_count = 1};
        const struct fleet_progress progress = {
            .load_ms = sample.at_ms, .wall_ms = 1000, .on_closed = on_closed, .arg = world};
        live(world, slot, slot + 1);
        assert_int_equal(fleet_add_sample(world->fleet, &sample, &progress), 0);
    }
    fit_all(world);
    issue_all(world);
    assert_string_equal(world->rung, "template");
    assert_float_equal(world->young_p50[2 * 12], 75, 10);   /* three at night */
    assert_float_equal(world->young_p50[13 * 12], 350, 30); /* two in the afternoon */
    fleet_set_server(world->fleet, "young", "files", true); /* a template of its own */
    issue_all(world);
    assert_string_equal(world->rung, "level");
    assert_float_equal(world->young_p50[13 * 12], 75, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_window_is_seen_a_day_ahead_with_who_makes_it),
        TEST(test_a_move_takes_the_window_away_at_once),
        TEST(test_a_server_that_stops_is_no_part_of_its_host),
        TEST(test_a_server_removed_in_the_middle_of_a_round),
        TEST(test_forecasts_are_scored_when_their_time_comes),
        TEST(test_repeats_and_late_samples_change_nothing),
        TEST(test_history_may_be_written_after_the_present),
        TEST(test_rollups_rebuild_the_same_state),
        TEST(test_a_new_server_has_a_forecast_from_its_first_slot),
        TEST(test_a_new_server_borrows_the_course_of_its_template),
        TEST(test_habits_are_looked_at_daily_and_told_when_they_change),
        TEST(test_a_look_at_a_server_that_is_gone_comes_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
