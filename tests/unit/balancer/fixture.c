#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/requests.h>
#include <balancer/scenario.h>
#include <nt/text.h>

#include <stdio.h>
#include <string.h>

static void make_id(void *arg, int64_t wall_ms, char ret_id[NT_UUID_SIZE])
{
    (void)wall_ms;
    struct fixture *f = arg;
    snprintf(ret_id, NT_UUID_SIZE, "id-%d", ++f->ids);
}

static int local_minute(void *arg, int64_t load_ms)
{
    struct fixture *f = arg;
    int64_t minutes = (load_ms - FIXTURE_WALL) / 60000 + f->local_minute;
    return (int)(minutes % 1440);
}

#define READ(f, type, topic, key, record)                                                          \
    do {                                                                                           \
        struct nt_buf bytes_ = {0};                                                                \
        struct nt_error err_ = NT_ERROR_INIT;                                                      \
        assert_int_equal(type##_encode((record), &bytes_, &err_), 0);                              \
        if (fleet_read(&(f)->fleet, (topic), (key), nt_buf_span(&bytes_), &err_) != 0)             \
            fail_msg("%s", err_.message);                                                          \
        nt_buf_deinit(&bytes_);                                                                    \
    } while (0)

static void put_pool(struct fixture *f, const char *mode, double rate)
{
    static int64_t revision = 0;
    const struct nt_pool pool = {
        .pool = "pool",
        .mode = mode,
        .moves_per_hour = 6,
        .cool_down_ms = 6 * 3600 * 1000,
        .act_probability = 0.3,
        .threshold_pct = 90,
        .clock = {.load0_ms = FIXTURE_WALL, .wall0_ms = FIXTURE_WALL, .rate = rate},
        .time_zone = "UTC",
        .cluster = "cluster",
        .leader = "balancer:8082",
        .epoch = 1,
        .revision = ++revision,
    };
    READ(f, nt_pool, NT_TOPIC_POOL, "pool", &pool);
    f->context.load_ms = fleet_load_ms(&f->fleet, f->context.wall_ms);
}

void fixture_mode(struct fixture *f, const char *mode)
{
    put_pool(f, mode, fleet_rate(&f->fleet));
}

void fixture_rate(struct fixture *f, double rate)
{
    put_pool(f, fleet_pool(&f->fleet)->mode, rate);
}

void fixture_host(struct fixture *f, const char *host, const char *role, int64_t cpu_milli,
                  int64_t mem_bytes)
{
    const struct nt_host record = {.host = host, .role = role, .engine = "", .revision = 1};
    READ(f, nt_host, NT_TOPIC_HOSTS, host, &record);
    const struct nt_host_state state = {
        .host = host,
        .role = role,
        .capacity = {.cpu_milli = cpu_milli, .mem_bytes = mem_bytes},
        .cgroup = "v2",
        .slice = "",
        .source = "cgroup",
        .kernel = "",
        .version = "",
        .boot = "boot",
    };
    READ(f, nt_host_state, NT_TOPIC_HOST_STATE, host, &state);
    const struct nt_agent agent = {.host = host,
                                   .engine = "engine",
                                   .boot = "boot",
                                   .address = "http://x:8084",
                                   .host_address = "10.0.0.1",
                                   .version = "",
                                   .docker_version = "",
                                   .cluster = "cluster"};
    READ(f, nt_agent, NT_TOPIC_AGENTS, host, &agent);
    fleet_find_host(&f->fleet, host)->reach = FLEET_HEARD;
}

void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.policy = policy_default};
    fleet_init(&f->fleet);
    nt_arena_init(&f->arena);
    effects_init(&f->effects, &f->fleet, &f->arena);
    f->context = (struct context){
        .fleet = &f->fleet,
        .policy = &f->policy,
        .wall_ms = FIXTURE_WALL,
        .load_ms = FIXTURE_WALL,
        .is_current = true,
        .make_id = make_id,
        .local_minute = local_minute,
        .arg = f,
    };
    put_pool(f, "automatic", 1);
    fixture_host(f, "host-1", "active", 4000, 8 * GIB);
    fixture_host(f, "spare-1", "spare", 4000, 8 * GIB);
}

void fixture_deinit(struct fixture *f)
{
    effects_deinit(&f->effects);
    outcomes_deinit(&f->outcomes);
    fleet_deinit(&f->fleet);
    nt_arena_deinit(&f->arena);
}

void fixture_clear(struct fixture *f)
{
    effects_deinit(&f->effects);
    fleet_settle(&f->fleet);
    nt_arena_reset(&f->arena);
    effects_init(&f->effects, &f->fleet, &f->arena);
}

void fixture_advance(struct fixture *f, int64_t ms)
{
    f->context.wall_ms += ms;
    f->context.load_ms = fleet_load_ms(&f->fleet, f->context.wall_ms);
}

struct nt_placement fixture_placement(const char *server, const char *host, int64_t cpu_milli,
                                      int64_t mem_bytes)
{
    return (struct nt_placement){
        .server = server,
        .owner = nt_text_starts(server, "bob") ? "bob" : "ann",
        .name = server,
        .title = server,
        .generation = 1,
        .revision = 1,
        .run = 1,
        .desired = "running",
        .created_at_ms = FIXTURE_WALL,
        .spec = {.template = "web",
                 .image = "web:1",
                 .image_digest = "",
                 .size = "small",
                 .restart = "safe",
                 .minimum = {.cpu_milli = 100, .mem_bytes = 64 * MIB}},
        .requested = {.cpu_milli = cpu_milli, .mem_bytes = mem_bytes},
        .granted = {.cpu_milli = cpu_milli, .mem_bytes = mem_bytes},
        .host = host,
        .quiet_hours = "",
        .reason = {.key = "fits.now"},
        .cluster = "cluster",
        .request = "",
    };
}

void fixture_put(struct fixture *f, const struct nt_placement *placement)
{
    READ(f, nt_placement, NT_TOPIC_PLACEMENTS, placement->server, placement);
}

struct nt_observed fixture_observed(struct fixture *f, const char *server, const char *host,
                                    const char *state)
{
    const struct nt_placement *placement = fixture_now(f, server);
    struct nt_observed observed = {
        .server = server,
        .host = host,
        .boot = "boot",
        .generation = placement->generation,
        .revision = placement->revision,
        .run = placement->run,
        .state = state,
        .container = "c",
        .address = nt_text_is(state, "running") ? "10.0.0.1" : "",
        .writable_bytes = 10 * MIB,
        .started_at_ms = nt_text_is(state, "running") ? f->context.wall_ms : 0,
        .at_ms = f->context.wall_ms,
    };
    return observed;
}

void fixture_observe(struct fixture *f, const struct nt_observed *observed)
{
    char key[128];
    snprintf(key, sizeof(key), "%s/%s", observed->server, observed->host);
    READ(f, nt_observed, NT_TOPIC_OBSERVED, key, observed);
}

void fixture_server(struct fixture *f, const char *server, const char *host, int64_t cpu_milli,
                    int64_t mem_bytes)
{
    const struct nt_placement placement = fixture_placement(server, host, cpu_milli, mem_bytes);
    fixture_put(f, &placement);
    const struct nt_observed observed = fixture_observed(f, server, host, "running");
    fixture_observe(f, &observed);
}

void fixture_hand(struct fixture *f, const char *server, const char *host, const char *state,
                  const char *step)
{
    struct nt_observed observed = fixture_observed(f, server, host, state);
    const struct nt_placement *placement = fixture_now(f, server);
    struct nt_hand hand = {
        .move = placement->move != NULL ? placement->move->id : "",
        .step = step,
        .bytes_done = ++f->observed_sequence,
        .bytes_total = 100,
        .stopped_at_ms = nt_text_is(step, "handed-over") ? f->context.wall_ms : 0,
        .started_at_ms = nt_text_is(step, "running") ? f->context.wall_ms + 480 : 0,
        .at_ms = f->context.wall_ms,
    };
    observed.hand = &hand;
    fixture_observe(f, &observed);
}

void fixture_forecast(struct fixture *f, const char *server, double base_milli, double peak_milli,
                      int from, int to)
{
    static uint8_t p50[SCENARIO_SLOTS * 2], residuals[SCENARIO_PATHS * SCENARIO_SLOTS];
    for (int t = 0; t < SCENARIO_SLOTS; t++) {
        int value = (int)(t >= from && t < to ? peak_milli : base_milli);
        p50[2 * t] = (uint8_t)value;
        p50[2 * t + 1] = (uint8_t)(value >> 8);
    }
    const struct nt_scenarios scenarios = {
        .subject = server,
        .kind = "server",
        .resource = "cpu",
        .issued_ms = f->context.load_ms / SCENARIO_SLOT_MS * SCENARIO_SLOT_MS,
        .step_ms = SCENARIO_SLOT_MS,
        .steps = SCENARIO_SLOTS,
        .p50_scale = 1,
        .p50 = {.data = p50, .len = sizeof(p50)},
        .paths = SCENARIO_PATHS,
        .path_scale = 1,
        .residuals = {.data = residuals, .len = sizeof(residuals)},
    };
    char key[128];
    snprintf(key, sizeof(key), "%s/cpu", server);
    READ(f, nt_scenarios, NT_TOPIC_SCENARIOS, key, &scenarios);
}

void fixture_load(struct fixture *f, const char *host, double cpu_milli, const char *server,
                  double server_milli)
{
    struct nt_server_sample sample = {
        .server = server, .container = "c", .sample = {.cpu_milli = server_milli}};
    const struct nt_host_load load = {
        .host = host,
        .at_ms = f->context.load_ms,
        .interval_ms = 60000,
        .capacity = {.cpu_milli = 4000, .mem_bytes = 8 * GIB},
        .sample = {.cpu_milli = cpu_milli},
        .servers = &sample,
        .servers_count = 1,
    };
    READ(f, nt_host_load, NT_TOPIC_HOST_LOAD, host, &load);
}

/* --- what was written ------------------------------------------------------------------------- */

static struct nt_span newest(struct fixture *f, enum nt_topic topic)
{
    for (size_t i = f->effects.count; i > 0; i--)
        if (f->effects.items[i - 1].topic == topic)
            return f->effects.items[i - 1].value;
    fail_msg("nothing was written to topic %d", (int)topic);
    return (struct nt_span){0};
}

#define NEWEST(f, type, topic)                                                                     \
    __extension__({                                                                                \
        struct type *record_ = NULL;                                                               \
        assert_int_equal(type##_decode(&(f)->arena, newest((f), (topic)), &record_, NULL), 0);     \
        record_;                                                                                   \
    })

const struct nt_outcome *fixture_outcome(struct fixture *f)
{
    return NEWEST(f, nt_outcome, NT_TOPIC_OUTCOMES);
}

const struct nt_move_event *fixture_move_event(struct fixture *f)
{
    return NEWEST(f, nt_move_event, NT_TOPIC_MOVE_EVENTS);
}

const struct nt_alert *fixture_alert(struct fixture *f)
{
    return NEWEST(f, nt_alert, NT_TOPIC_ALERT_EVENTS);
}

const struct nt_plan *fixture_plan(struct fixture *f)
{
    return NEWEST(f, nt_plan, NT_TOPIC_PLANS);
}

size_t fixture_count(const struct fixture *f, enum nt_topic topic)
{
    size_t count = 0;
    for (size_t i = 0; i < f->effects.count; i++)
        count += f->effects.items[i].topic == topic;
    return count;
}

bool fixture_has_event(struct fixture *f, const char *kind)
{
    for (size_t i = 0; i < f->effects.count; i++) {
        if (f->effects.items[i].topic != NT_TOPIC_SERVER_EVENTS)
            continue;
        struct nt_server_event *event = NULL;
        assert_int_equal(nt_server_event_decode(&f->arena, f->effects.items[i].value, &event, NULL),
                         0);
        if (nt_text_is(event->kind, kind))
            return true;
    }
    return false;
}

const struct nt_placement *fixture_now(struct fixture *f, const char *server)
{
    const struct nt_placement *placement = fleet_placement(fleet_find_server(&f->fleet, server));
    assert_non_null(placement);
    return placement;
}

const char *fixture_word(struct fixture *f, const char *server)
{
    const struct nt_server_state *state = fleet_state(fleet_find_server(&f->fleet, server));
    assert_non_null(state);
    return state->state;
}

struct nt_wish fixture_wish(struct fixture *f, const char *op, const char *server)
{
    char id[32];
    snprintf(id, sizeof(id), "wish-%d", ++f->ids);
    return (struct nt_wish){.id = nt_arena_text(&f->arena, id),
                            .op = op,
                            .actor = "ann",
                            .at_ms = f->context.wall_ms,
                            .server = server};
}

const struct nt_outcome *fixture_decide(struct fixture *f, const struct nt_wish *wish)
{
    assert_true(requests_decide(&f->context, &f->outcomes, wish, &f->effects));
    return fixture_outcome(f);
}
