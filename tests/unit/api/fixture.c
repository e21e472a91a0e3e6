#include "fixture.h"

#include <nt/span.h>
#include <stdlib.h>

const char fixture_web[] = "0197a000-0000-7000-8000-000000000001";
const char fixture_shell[] = "0197a000-0000-7000-8000-000000000002";
const char fixture_files[] = "0197a000-0000-7000-8000-000000000003";

int fixture_put(struct fixture *fixture, enum nt_topic topic, const char *key, const void *record)
{
    static int64_t offset = 0;
    struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    if (nt_topic_encode(topic, record, &bytes, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    struct fleet_record in = {
        .topic = topic, .key = key, .value = nt_buf_span(&bytes), .offset = offset++};
    int code = fleet_apply(&fixture->fleet, &in, &err);
    nt_buf_deinit(&bytes);
    return code;
}

static struct nt_service web_services[] = {{.name = "web", .port = 80, .protocol = "http"}};
static struct nt_host_port web_ports[] = {{.service = "web", .port = 32001}};
static struct nt_service shell_services[] = {{.name = "ssh", .port = 22, .protocol = "ssh"}};
static struct nt_edge_port shell_edge[] = {{.service = "ssh", .port = 22014}};

struct nt_server_state fixture_web_state(void)
{
    return (struct nt_server_state){
        .server = fixture_web,
        .owner = "ann-id",
        .name = "web-1",
        .title = "My page",
        .template = "web",
        .size = "small",
        .state = "running",
        .desired = "running",
        .host = "host-1",
        .address = "10.0.0.1",
        .ports = web_ports,
        .ports_count = 1,
        .services = web_services,
        .services_count = 1,
        .requested = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20},
        .granted = {.cpu_milli = 400, .mem_bytes = INT64_C(512) << 20},
        .restart = "safe",
        .reason = {.key = "fits.now"},
        .generation = 1,
        .revision = 7,
        .sequence = 9,
        .created_at_ms = FIXTURE_NOW_MS - FIXTURE_HOUR_MS,
        .at_ms = FIXTURE_NOW_MS - 1000,
    };
}

struct nt_server_state fixture_shell_state(void)
{
    struct nt_server_state state = fixture_web_state();
    state.server = fixture_shell;
    state.owner = "bob-id";
    state.name = "shell-1";
    state.template = "shell";
    state.state = "stopped";
    state.desired = "stopped";
    state.address = "";
    state.ports_count = 0;
    state.services = shell_services;
    state.edge_ports = shell_edge;
    state.edge_ports_count = 1;
    state.requested.cpu_milli = 1000;
    state.granted.cpu_milli = 1000;
    return state;
}

static void put_hosts(struct fixture *fixture)
{
    static const char *const names[] = {"host-1", "spare-1"};
    for (size_t i = 0; i < NT_COUNT(names); i++) {
        struct nt_host host = {
            .host = names[i], .role = i == 0 ? "active" : "spare", .revision = 3};
        struct nt_host_state state = {
            .host = names[i],
            .capacity = {.cpu_milli = 4000, .mem_bytes = INT64_C(8) << 30},
            .source = "cgroup",
            .at_ms = FIXTURE_NOW_MS - 2000,
        };
        struct nt_agent agent = {
            .host = names[i], .docker_version = "20.10.24", .at_ms = FIXTURE_NOW_MS - 3000};
        (void)fixture_put(fixture, NT_TOPIC_HOSTS, names[i], &host);
        (void)fixture_put(fixture, NT_TOPIC_HOST_STATE, names[i], &state);
        (void)fixture_put(fixture, NT_TOPIC_AGENTS, names[i], &agent);
    }
}

static void put_people(struct fixture *fixture)
{
    struct nt_account ann = {
        .user = "ann-id",
        .name = "ann",
        .role = "person",
        .quota = {.cpu_milli = 2000, .mem_bytes = INT64_C(2) << 30},
        .quota_servers = 3,
        .language = "ko",
        .revision = 1,
    };
    struct nt_account root = ann;
    root.user = "root-id";
    root.name = "root";
    root.role = "admin";
    root.password = "a hash";
    root.language = "en";
    (void)fixture_put(fixture, NT_TOPIC_ACCOUNTS, ann.user, &ann);
    (void)fixture_put(fixture, NT_TOPIC_ACCOUNTS, root.user, &root);
}

void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    fleet_init(&fixture->fleet);
    fixture->site = (struct view_site){.console = "http://console.localhost:8088",
                                       .domain = "s.localhost",
                                       .tcp_host = "localhost"};
    fixture->view = (struct view){.fleet = &fixture->fleet,
                                  .site = &fixture->site,
                                  .wall_ms = FIXTURE_NOW_MS,
                                  .load_ms = FIXTURE_NOW_MS,
                                  .user = "ann-id"};
    put_hosts(fixture);
    put_people(fixture);
    struct nt_pool pool = {.pool = "pool",
                           .mode = "automatic",
                           .threshold_pct = 90,
                           .leader = "b:8082",
                           .revision = 4};
    (void)fixture_put(fixture, NT_TOPIC_POOL, "pool", &pool);
    struct nt_server_state web = fixture_web_state();
    struct nt_server_state shell = fixture_shell_state();
    struct nt_server_state files = fixture_web_state();
    files.server = fixture_files;
    files.name = "files-1";
    files.host = "spare-1";
    files.address = "10.0.0.2";
    (void)fixture_put(fixture, NT_TOPIC_SERVER_STATE, fixture_web, &web);
    (void)fixture_put(fixture, NT_TOPIC_SERVER_STATE, fixture_shell, &shell);
    (void)fixture_put(fixture, NT_TOPIC_SERVER_STATE, fixture_files, &files);
}

void fixture_deinit(struct fixture *fixture)
{
    fleet_deinit(&fixture->fleet);
}

void fixture_forecast(struct fixture *fixture, const char *subject, const char *resource,
                      float level)
{
    enum { STEPS = 576 };
    float values[STEPS];
    for (size_t i = 0; i < STEPS; i++)
        values[i] = level;
    struct nt_forecast_load forecast = {
        .subject = subject,
        .resource = resource,
        .issued_ms = FIXTURE_NOW_MS,
        .step_ms = 300000,
        .p10 = values,
        .p10_count = STEPS,
        .p50 = values,
        .p50_count = STEPS,
        .p90 = values,
        .p90_count = STEPS,
        .model = "profile",
        .history_ms = 14 * 24 * FIXTURE_HOUR_MS,
        .reliable = true,
    };
    char key[128];
    (void)snprintf(key, sizeof(key), "%s/%s", subject, resource);
    (void)fixture_put(fixture, NT_TOPIC_FORECAST_LOAD, key, &forecast);
}
