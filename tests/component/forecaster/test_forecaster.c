/* The real forecaster with a mock Kafka. */
#include <nt/arena.h>
#include <nt/clock.h>
#include <nt/contract.h>
#include <nt/test_bus.h>
#include <nt/test_process.h>
#include <nt/text.h>
#include <nt_cmocka.h>

#include <math.h>
#include <signal.h>
#include <string.h>

enum { PATIENCE_MS = 40000, SLOT_MS = 300000, DAY_SLOTS = 288, DAYS = 4 };

/* A UTC midnight: where the recorded past ends and the clock begins. */
static const int64_t NOW_MS = INT64_C(1700006400000);
static const char SERVER[] = "018c0000-0000-7000-8000-000000000001";

struct fixture {
    struct nt_test_bus *bus;
    struct nt_test_process forecasters[2];
    int ports[2];
    struct nt_arena arena;
};

static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    nt_arena_init(&fixture->arena);
    fixture->bus = nt_test_bus_new();
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 2; i++) {
        if (fixture->forecasters[i].pid > 0)
            (void)nt_test_stop(&fixture->forecasters[i], PATIENCE_MS);
    }
    nt_test_bus_free(fixture->bus);
    nt_arena_deinit(&fixture->arena);
    free(fixture);
    return 0;
}

static void start(struct fixture *fixture, int which)
{
    char listen[32];
    fixture->ports[which] = nt_test_free_port();
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", fixture->ports[which]);
    const char *const environment[] = {"NEAPTIDE_KAFKA", nt_test_bus_brokers(fixture->bus),
                                       "NEAPTIDE_FORECASTER_LISTEN", listen, NULL};
    fixture->forecasters[which] =
        nt_test_spawn(NT_TEST_BIN "/neaptide-forecaster", NULL, environment);
}

/* --- what it is told ------------------------------------------------------------------------- */

static void put_pool(struct fixture *fixture, double rate)
{
    const struct nt_pool pool = {
        .pool = "pool",
        .clock = {.load0_ms = NOW_MS, .wall0_ms = nt_wall_ms(), .rate = rate},
        .time_zone = "Asia/Seoul",
        .threshold_pct = 90,
        .act_probability = 0.3,
    };
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_pool_encode(&pool, &bytes, NULL), 0);
    nt_test_bus_put(fixture->bus, NT_TOPIC_POOL, "pool", nt_buf_span(&bytes));
}

/* High water from 04:00 to 07:00 UTC, which is 13:00 to 16:00 in Seoul. */
static double tide(int64_t at_ms)
{
    int64_t k = (at_ms - 1) / SLOT_MS % DAY_SLOTS;
    return k >= 4 * 12 && k < 7 * 12 ? 700 : 150;
}

static void put_load(struct fixture *fixture, int64_t at_ms, int32_t interval_ms)
{
    double cpu_milli = tide(at_ms);
    struct nt_server_sample server = {.server = SERVER,
                                      .generation = 1,
                                      .container = "aaaaaaaaaaaa",
                                      .sample = {.cpu_milli = cpu_milli, .mem_bytes = 100 << 20}};
    const struct nt_host_load load = {
        .host = "host-1",
        .at_ms = at_ms,
        .interval_ms = interval_ms,
        .capacity = {.cpu_milli = 1000, .mem_bytes = INT64_C(1) << 30},
        .sample = {.cpu_milli = cpu_milli + 250, .mem_bytes = 300 << 20},
        .servers = &server,
        .servers_count = 1,
    };
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_host_load_encode(&load, &bytes, NULL), 0);
    nt_test_bus_put(fixture->bus, NT_TOPIC_HOST_LOAD, "host-1", nt_buf_span(&bytes));
}

static void put_history(struct fixture *fixture)
{
    for (int64_t i = 1; i <= DAYS * DAY_SLOTS; i++)
        put_load(fixture, NOW_MS - (DAYS * DAY_SLOTS - i) * SLOT_MS, SLOT_MS);
}

static void put_server(struct fixture *fixture, const char *word)
{
    const struct nt_server_state state = {.server = SERVER, .template = "shell", .state = word};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_server_state_encode(&state, &bytes, NULL), 0);
    nt_test_bus_put(fixture->bus, NT_TOPIC_SERVER_STATE, SERVER, nt_buf_span(&bytes));
}

/* --- what it says ---------------------------------------------------------------------------- */

struct wanted {
    struct fixture *fixture;
    const char *model;
    int64_t issued_ms; /* at least */
    struct nt_forecast_load *forecast;
};

static bool is_forecast(const struct nt_test_record *record, void *arg)
{
    struct wanted *wanted = arg;
    struct nt_forecast_load *forecast = NULL;
    if (record->value.len == 0)
        return false;
    assert_int_equal(
        nt_forecast_load_decode(&wanted->fixture->arena, record->value, &forecast, NULL), 0);
    wanted->forecast = forecast;
    return nt_text_is(forecast->model, wanted->model) && forecast->issued_ms >= wanted->issued_ms;
}

static struct nt_forecast_load *await_forecast(struct fixture *fixture, const char *subject,
                                               const char *resource, const char *model,
                                               int64_t issued_ms,
                                               const struct nt_test_record **record)
{
    struct wanted wanted = {.fixture = fixture, .model = model, .issued_ms = issued_ms};
    const char *key = nt_arena_printf(&fixture->arena, "%s/%s", subject, resource);
    const struct nt_test_record *found =
        nt_test_bus_await(fixture->bus, NT_TOPIC_FORECAST_LOAD, key,
                          record != NULL ? *record : NULL, is_forecast, &wanted, PATIENCE_MS);
    assert_non_null(found);
    if (record != NULL)
        *record = found;
    return wanted.forecast;
}

static bool has_window(const struct nt_test_record *record, void *arg)
{
    struct fixture *fixture = arg;
    struct nt_forecast_windows *windows = NULL;
    assert_int_equal(nt_forecast_windows_decode(&fixture->arena, record->value, &windows, NULL), 0);
    return windows->windows_count > 0;
}

static bool is_tombstone(const struct nt_test_record *record, void *arg)
{
    (void)arg;
    return record->value.len == 0;
}

static bool is_roll_of(const struct nt_test_record *record, void *arg)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_rollup *rollup = NULL;
    assert_int_equal(nt_host_rollup_decode(&arena, record->value, &rollup, NULL), 0);
    return rollup->from_ms == *(const int64_t *)arg;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void test_history_becomes_rollups_forecasts_scenarios_and_a_window(void **state)
{
    struct fixture *fixture = *state;
    put_pool(fixture, 1);
    put_server(fixture, "running");
    put_history(fixture);
    start(fixture, 0);

    int64_t last_ms = NOW_MS - SLOT_MS;
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_ROLLUP, "host-1", NULL,
                                      is_roll_of, &last_ms, PATIENCE_MS));
    assert_int_equal(nt_test_bus_count(fixture->bus, NT_TOPIC_HOST_ROLLUP, NULL), DAYS * DAY_SLOTS);

    struct nt_forecast_load *forecast =
        await_forecast(fixture, SERVER, "cpu", "profile+level", NOW_MS, NULL);
    assert_int_equal(forecast->issued_ms, NOW_MS);
    assert_int_equal(forecast->p50_count, 2 * DAY_SLOTS);
    assert_string_equal(forecast->unit, "milli");
    assert_true(forecast->reliable);
    assert_float_equal(forecast->p50[5 * 12], 700, 20);
    assert_float_equal(forecast->p50[12 * 12], 150, 20);
    forecast = await_forecast(fixture, "host-1", "cpu", "sum", NOW_MS, NULL);
    assert_float_equal(forecast->capacity, 1000, 1e-9);
    forecast = await_forecast(fixture, "host-1", "memory", "sum", NOW_MS, NULL);
    assert_float_equal(forecast->p50[0], 300 * 1048576.0F, 1048576.0F);

    const struct nt_test_record *record = nt_test_bus_await(
        fixture->bus, NT_TOPIC_FORECAST_WINDOWS, "host-1", NULL, has_window, fixture, PATIENCE_MS);
    assert_non_null(record);
    struct nt_forecast_windows *windows = NULL;
    assert_int_equal(nt_forecast_windows_decode(&fixture->arena, record->value, &windows, NULL), 0);
    const struct nt_window *window = &windows->windows[0];
    assert_string_equal(window->resource, "cpu");
    assert_true(llabs(window->from_ms - (NOW_MS + 4 * 3600000LL)) <= 2 * SLOT_MS);
    assert_true(llabs(window->to_ms - (NOW_MS + 7 * 3600000LL)) <= 2 * SLOT_MS);
    assert_int_equal(window->contributors_count, 1);
    assert_string_equal(window->contributors[0].server, SERVER);
    assert_true(nt_test_wait_ready(&fixture->forecasters[0], fixture->ports[0], PATIENCE_MS));
}

static void test_scenarios_keep_to_their_form(void **state)
{
    struct fixture *fixture = *state;
    put_pool(fixture, 1);
    put_history(fixture);
    start(fixture, 0);
    const char *const keys[] = {nt_arena_printf(&fixture->arena, "%s/cpu", SERVER), "host-1/cpu",
                                "host-1/memory"};
    for (size_t i = 0; i < NT_COUNT(keys); i++) {
        const struct nt_test_record *record = nt_test_bus_await(
            fixture->bus, NT_TOPIC_SCENARIOS, keys[i], NULL, NULL, NULL, PATIENCE_MS);
        assert_non_null(record);
        assert_true(record->value.len <= 6000);
        struct nt_scenarios *scenarios = NULL;
        assert_int_equal(nt_scenarios_decode(&fixture->arena, record->value, &scenarios, NULL), 0);
        assert_string_equal(scenarios->kind, i == 0 ? "server" : "remainder");
        assert_int_equal(scenarios->steps, DAY_SLOTS);
        assert_int_equal(scenarios->p50.len, 2 * DAY_SLOTS);
        assert_int_equal(scenarios->paths, 16);
        assert_int_equal(scenarios->residuals.len, 16 * DAY_SLOTS);
        assert_int_equal(scenarios->origins_ms_count, 16);
        assert_true(scenarios->p50_scale > 0 && scenarios->path_scale > 0);
    }
}

static void test_a_restart_rebuilds_from_rollups(void **state)
{
    struct fixture *fixture = *state;
    put_pool(fixture, 1);
    put_history(fixture);
    start(fixture, 0);
    const struct nt_test_record *record = NULL;
    (void)await_forecast(fixture, SERVER, "cpu", "profile+level", NOW_MS, &record);
    int64_t last_ms = NOW_MS - SLOT_MS;
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_ROLLUP, "host-1", NULL,
                                      is_roll_of, &last_ms, PATIENCE_MS));
    assert_int_equal(nt_test_stop(&fixture->forecasters[0], PATIENCE_MS), 0);

    start(fixture, 0);
    assert_true(nt_test_wait_ready(&fixture->forecasters[0], fixture->ports[0], PATIENCE_MS));
    /* the next slot's sample brings the next round, and it stands on the whole history */
    put_load(fixture, NOW_MS + SLOT_MS, SLOT_MS);
    struct nt_forecast_load *forecast =
        await_forecast(fixture, SERVER, "cpu", "profile+level", NOW_MS + SLOT_MS, &record);
    assert_int_equal(forecast->history_ms, (DAYS * DAY_SLOTS + 1) * (int64_t)SLOT_MS);
    int64_t new_ms = NOW_MS;
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_ROLLUP, "host-1", NULL,
                                      is_roll_of, &new_ms, PATIENCE_MS));
    assert_int_equal(nt_test_bus_count(fixture->bus, NT_TOPIC_HOST_ROLLUP, NULL),
                     DAYS * DAY_SLOTS + 1); /* nothing was rolled up twice */
}

static void test_a_standby_takes_over(void **state)
{
    struct fixture *fixture = *state;
    put_pool(fixture, 1);
    put_history(fixture);
    start(fixture, 0);
    const struct nt_test_record *record = NULL;
    (void)await_forecast(fixture, SERVER, "cpu", "profile+level", NOW_MS, &record);
    start(fixture, 1);
    assert_true(nt_test_wait_ready(&fixture->forecasters[1], fixture->ports[1], PATIENCE_MS));
    (void)nt_test_signal(&fixture->forecasters[0], SIGKILL);
    put_load(fixture, NOW_MS + SLOT_MS, SLOT_MS);
    (void)await_forecast(fixture, SERVER, "cpu", "profile+level", NOW_MS + SLOT_MS, &record);
    int64_t new_ms = NOW_MS;
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_ROLLUP, "host-1", NULL,
                                      is_roll_of, &new_ms, PATIENCE_MS));
}

static void test_a_deleted_server_gets_tombstones(void **state)
{
    struct fixture *fixture = *state;
    put_pool(fixture, 1);
    put_server(fixture, "running");
    put_load(fixture, NOW_MS, SLOT_MS);
    start(fixture, 0);
    (void)await_forecast(fixture, SERVER, "memory", "level", NOW_MS, NULL);
    nt_test_bus_put(fixture->bus, NT_TOPIC_SERVER_STATE, SERVER, (struct nt_span){0});
    const enum nt_topic topics[] = {NT_TOPIC_FORECAST_LOAD, NT_TOPIC_SCENARIOS};
    for (size_t i = 0; i < NT_COUNT(topics); i++) {
        const char *key = nt_arena_printf(&fixture->arena, "%s/memory", SERVER);
        assert_non_null(
            nt_test_bus_await(fixture->bus, topics[i], key, NULL, is_tombstone, NULL, PATIENCE_MS));
    }
}

static void test_malformed_records_go_to_the_dead_letters(void **state)
{
    struct fixture *fixture = *state;
    put_pool(fixture, 1);
    put_load(fixture, NOW_MS, SLOT_MS);
    start(fixture, 0);
    (void)await_forecast(fixture, SERVER, "cpu", "level", NOW_MS, NULL);
    nt_test_bus_put(fixture->bus, NT_TOPIC_HOST_LOAD, "host-2", nt_span_of("no Avro"));
    put_load(fixture, NOW_MS + 2 * SLOT_MS, -5); /* an interval that cannot be */
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_DLQ_FORECASTER, "host-2", NULL, NULL,
                                      NULL, PATIENCE_MS));
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_DLQ_FORECASTER, "host-1", NULL, NULL,
                                      NULL, PATIENCE_MS));
    put_load(fixture, NOW_MS + SLOT_MS, SLOT_MS);
    (void)await_forecast(fixture, SERVER, "cpu", "level", NOW_MS + SLOT_MS, NULL);
}

/* At 720 times the speed of the wall a slot takes 0.42 s: forecasts keep up with the clock. */
static void test_a_fast_clock(void **state)
{
    struct fixture *fixture = *state;
    const double rate = 720;
    put_pool(fixture, rate);
    const int64_t wall0_ms = nt_wall_ms();
    put_load(fixture, NOW_MS, SLOT_MS);
    start(fixture, 0);
    (void)await_forecast(fixture, SERVER, "cpu", "level", NOW_MS, NULL);
    const struct nt_load_clock clock = {.load0_ms = NOW_MS, .wall0_ms = wall0_ms, .rate = rate};
    int64_t at_ms = nt_load_ms(&clock, nt_wall_ms()) / 60000 * 60000;
    const struct nt_test_record *record = NULL;
    for (int slot = 0; slot < 12; slot++) {
        int64_t target_ms = (at_ms / SLOT_MS + 1) * SLOT_MS;
        for (at_ms += 60000; at_ms <= target_ms; at_ms += 60000)
            put_load(fixture, at_ms, 60000);
        at_ms -= 60000;
        (void)await_forecast(fixture, SERVER, "cpu", "level", target_ms, &record);
    }
}

static void test_without_kafka_it_says_so(void **state)
{
    struct fixture *fixture = *state;
    nt_test_bus_set_down(fixture->bus, true);
    start(fixture, 0);
    assert_true(
        nt_test_wait_http(&fixture->forecasters[0], fixture->ports[0], "/healthz", PATIENCE_MS));
    struct nt_test_reply reply =
        nt_test_http(fixture->ports[0], "GET", "/readyz", NULL, (struct nt_span){0}, PATIENCE_MS);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(nt_buf_text(&reply.body), "Kafka"));
    nt_test_reply_deinit(&reply);
    nt_test_bus_set_down(fixture->bus, false);
    put_pool(fixture, 1);
    put_load(fixture, NOW_MS, SLOT_MS);
    (void)await_forecast(fixture, SERVER, "cpu", "level", NOW_MS, NULL);
    assert_int_equal(nt_test_stop(&fixture->forecasters[0], PATIENCE_MS), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_history_becomes_rollups_forecasts_scenarios_and_a_window),
        TEST(test_scenarios_keep_to_their_form),
        TEST(test_a_restart_rebuilds_from_rollups),
        TEST(test_a_standby_takes_over),
        TEST(test_a_deleted_server_gets_tombstones),
        TEST(test_malformed_records_go_to_the_dead_letters),
        TEST(test_a_fast_clock),
        TEST(test_without_kafka_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
