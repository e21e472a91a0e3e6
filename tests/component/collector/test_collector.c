/* The real collector and its history program, with a mock Kafka, a real Redis, a fake Docker and a
 * fake kernel. */
#include "fake_docker.h"
#include "fake_kernel.h"

#include <hiredis/hiredis.h>
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
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { PATIENCE_MS = 30000 };

#define ID_A "aaaaaaaaaaaa0000000000000000000000000000000000000000000000000000"
#define ID_B "bbbbbbbbbbbb0000000000000000000000000000000000000000000000000000"
static const char CLUSTER[] = "cluster-1";

struct fixture {
    char folder[64];
    char files[80], socket[80], redis_socket[80], proc[80], lock[80], cluster[80], curves[80];
    char listen[32];
    int port;
    struct nt_test_bus *bus;
    struct fake_docker docker;
    pid_t redis;
    struct nt_test_process collector;
    struct nt_arena arena;
};

/* --- the world ------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void start_redis(struct fixture *fixture)
{
    fixture->redis = fork();
    assert_true(fixture->redis >= 0);
    if (fixture->redis == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
                     fixture->redis_socket, "--save", "", "--dir", fixture->folder, "--logfile",
                     "/dev/null", (char *)NULL);
        _exit(127);
    }
}

static void stop_redis(struct fixture *fixture)
{
    if (fixture->redis <= 0)
        return;
    (void)kill(fixture->redis, SIGKILL);
    (void)waitpid(fixture->redis, NULL, 0);
    fixture->redis = 0;
}

static const char *listed(struct fixture *fixture, const char *id, const char *server,
                          const char *name, const char *cluster)
{
    return nt_arena_printf(&fixture->arena,
                           "{\"Id\":\"%s\",\"Labels\":{\"io.neaptide.server\":\"%s\","
                           "\"io.neaptide.name\":\"%s\",\"io.neaptide.generation\":\"2\","
                           "\"io.neaptide.cluster\":\"%s\"}}",
                           id, server, name, cluster);
}

static void list(struct fixture *fixture, const char *items)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/list.json", fixture->files);
    write_file(path, nt_arena_printf(&fixture->arena, "[%s]", items));
}

static void make_container(struct fixture *fixture, const char *id, int pid)
{
    char path[256];
    fake_kernel_add(fixture->folder, id, pid);
    (void)snprintf(path, sizeof(path), "%s/%s.json", fixture->files, id);
    write_file(path, nt_arena_printf(&fixture->arena, "{\"State\":{\"Pid\":%d}}", pid));
}

static void put_pool(struct fixture *fixture, int64_t load0_ms, int64_t wall0_ms, double rate)
{
    const struct nt_pool pool = {
        .pool = "pool",
        .mode = "off",
        .clock = {.load0_ms = load0_ms, .wall0_ms = wall0_ms, .rate = rate},
        .time_zone = "UTC",
        .threshold_pct = 90};
    NT_CLEANUP(nt_buf_deinit) struct nt_buf bytes = {0};
    assert_int_equal(nt_pool_encode(&pool, &bytes, NULL), 0);
    nt_test_bus_put(fixture->bus, NT_TOPIC_POOL, "pool", nt_buf_span(&bytes));
}

static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    (void)snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/nt_collector_XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    nt_arena_init(&fixture->arena);
    const struct {
        char *path;
        const char *name;
    } paths[] = {{fixture->files, "docker"},       {fixture->socket, "docker.sock"},
                 {fixture->redis_socket, "redis"}, {fixture->proc, "proc"},
                 {fixture->lock, "lock"},          {fixture->cluster, "cluster"},
                 {fixture->curves, "curves.csv"}};
    for (size_t i = 0; i < NT_COUNT(paths); i++)
        (void)snprintf(paths[i].path, 80, "%s/%s", fixture->folder, paths[i].name);
    fake_kernel_make(fixture->folder);
    (void)mkdir(fixture->files, 0700);
    write_file(fixture->cluster, "cluster-1\n");
    make_container(fixture, ID_A, 71);
    list(fixture, listed(fixture, ID_A, "server-a", "alpha", CLUSTER));
    fixture->docker = fake_docker_start(fixture->files, fixture->socket);
    fixture->bus = nt_test_bus_new();
    start_redis(fixture);
    fixture->port = nt_test_free_port();
    (void)snprintf(fixture->listen, sizeof(fixture->listen), "127.0.0.1:%d", fixture->port);
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->collector.pid > 0)
        (void)nt_test_stop(&fixture->collector, PATIENCE_MS);
    fake_docker_stop(&fixture->docker);
    stop_redis(fixture);
    nt_test_bus_free(fixture->bus);
    char command[96];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", fixture->folder);
    int status = system(command); /* a folder of our own in /tmp */
    nt_arena_deinit(&fixture->arena);
    free(fixture);
    return status;
}

static struct nt_test_process spawn(struct fixture *fixture, const char *program,
                                    const char *playback_file)
{
    const char *const environment[] = {"NEAPTIDE_KAFKA",
                                       nt_test_bus_brokers(fixture->bus),
                                       "NEAPTIDE_REDIS",
                                       fixture->redis_socket,
                                       "NEAPTIDE_HOST",
                                       "host-1",
                                       "NEAPTIDE_HOST_ROLE",
                                       "spare",
                                       "NEAPTIDE_SLICE",
                                       FAKE_SLICE,
                                       "NEAPTIDE_DOCKER_SOCKET",
                                       fixture->socket,
                                       "NEAPTIDE_CLUSTER_ID_FILE",
                                       fixture->cluster,
                                       "NEAPTIDE_COLLECTOR_LISTEN",
                                       fixture->listen,
                                       "NEAPTIDE_COLLECTOR_INTERVAL_MS",
                                       "500",
                                       "NEAPTIDE_COLLECTOR_PROC",
                                       fixture->proc,
                                       "NEAPTIDE_COLLECTOR_LOCK_FILE",
                                       fixture->lock,
                                       "NEAPTIDE_COLLECTOR_PLAYBACK_FILE",
                                       playback_file,
                                       "NEAPTIDE_COLLECTOR_HISTORY_DAYS",
                                       "1",
                                       NULL};
    return nt_test_spawn(program, NULL, environment);
}

static void start(struct fixture *fixture, const char *playback_file)
{
    fixture->collector = spawn(fixture, NT_TEST_BIN "/neaptide-collector", playback_file);
}

/* --- what it says ---------------------------------------------------------------------------- */

struct wanted_load {
    struct fixture *fixture;
    size_t servers;
    double least_cpu_milli; /* of the host */
    struct nt_host_load *found;
};

static bool is_wanted_load(const struct nt_test_record *record, void *arg)
{
    struct wanted_load *wanted = arg;
    struct nt_host_load *load = NULL;
    assert_int_equal(nt_host_load_decode(&wanted->fixture->arena, record->value, &load, NULL), 0);
    wanted->found = load;
    return load->servers_count == wanted->servers &&
           load->sample.cpu_milli >= wanted->least_cpu_milli;
}

static struct nt_host_load *await_load(struct fixture *fixture, size_t servers,
                                       double least_cpu_milli, const struct nt_test_record **record)
{
    struct wanted_load wanted = {
        .fixture = fixture, .servers = servers, .least_cpu_milli = least_cpu_milli};
    const struct nt_test_record *found =
        nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_LOAD, "host-1",
                          record != NULL ? *record : NULL, is_wanted_load, &wanted, PATIENCE_MS);
    assert_non_null(found);
    if (record != NULL)
        *record = found;
    return wanted.found;
}

static bool is_source(const struct nt_test_record *record, void *arg)
{
    NT_CLEANUP(nt_arena_deinit) struct nt_arena arena;
    nt_arena_init(&arena);
    struct nt_host_state *state = NULL;
    assert_int_equal(nt_host_state_decode(&arena, record->value, &state, NULL), 0);
    return nt_text_is(state->source, arg);
}

static void put_wall_clock(struct fixture *fixture)
{
    int64_t now_ms = nt_wall_ms();
    put_pool(fixture, now_ms, now_ms, 1);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void test_a_host_is_described(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    const struct nt_test_record *record = nt_test_bus_await(
        fixture->bus, NT_TOPIC_HOST_STATE, "host-1", NULL, NULL, NULL, PATIENCE_MS);
    assert_non_null(record);
    assert_string_equal(record->type, "io.neaptide.host.state.v1");
    struct nt_host_state *host = NULL;
    assert_int_equal(nt_host_state_decode(&fixture->arena, record->value, &host, NULL), 0);
    assert_string_equal(host->role, "spare");
    assert_string_equal(host->cgroup, "v2");
    assert_string_equal(host->slice, FAKE_SLICE);
    assert_string_equal(host->source, "cgroup");
    assert_string_equal(host->boot, "0d1d6f2e-0000-4000-8000-00000000b007");
    assert_int_equal(host->capacity.cpu_milli, 1500);
    assert_int_equal(host->capacity.mem_bytes, 1 << 30);
    assert_false(host->clock_wrong);
    assert_true(llabs(host->at_ms - nt_wall_ms()) < 60000);
}

static void test_load_is_the_slices_and_its_containers(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    const struct nt_test_record *record = NULL;
    struct nt_host_load *load = await_load(fixture, 1, 0, &record);
    assert_string_equal(load->servers[0].server, "server-a");
    assert_string_equal(load->servers[0].container, "aaaaaaaaaaaa");
    assert_int_equal(load->servers[0].generation, 2);
    assert_int_equal(load->sample.mem_bytes, 190 << 20);
    assert_int_equal(load->servers[0].sample.mem_bytes, 40 << 20);
    assert_int_equal(load->servers[0].sample.pids, 3);
    assert_float_equal(load->sample.psi_cpu_some_pct, 2.5, 1e-9);
    assert_in_range(load->interval_ms, 400, 5000);

    fake_kernel_set_cpu(fixture->folder, NULL, 21000000);
    fake_kernel_set_cpu(fixture->folder, ID_A, 21000000);
    load = await_load(fixture, 1, 100, &record);
    assert_true(load->servers[0].sample.cpu_milli > 0);
    assert_true(nt_test_wait_ready(&fixture->collector, fixture->port, PATIENCE_MS));
}

static bool redis_has(struct fixture *fixture, const char *text)
{
    redisContext *redis = redisConnectUnix(fixture->redis_socket);
    redisReply *reply = redis->err == 0 ? redisCommand(redis, "GET neaptide:host:host-1") : NULL;
    bool has =
        reply != NULL && reply->type == REDIS_REPLY_STRING && strstr(reply->str, text) != NULL;
    if (reply != NULL)
        freeReplyObject(reply);
    redisFree(redis);
    return has;
}

static void test_the_current_load_is_in_redis_and_redis_may_go_away(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    const struct nt_test_record *record = NULL;
    (void)await_load(fixture, 1, 0, &record);
    (void)await_load(fixture, 1, 0, &record); /* the one before has been answered by now */
    assert_true(redis_has(fixture, "\"server\":\"server-a\""));
    assert_true(redis_has(fixture, "\"cpu_milli\":"));

    stop_redis(fixture);
    for (int i = 0; i < 3; i++)
        (void)await_load(fixture, 1, 0, &record);
    start_redis(fixture);
    bool is_back = false;
    for (int i = 0; i < 60 && !is_back; i++) {
        (void)await_load(fixture, 1, 0, &record);
        is_back = redis_has(fixture, "server-a");
    }
    assert_true(is_back);
}

static void test_containers_come_and_go_with_dockers_events(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    const struct nt_test_record *record = NULL;
    (void)await_load(fixture, 1, 0, &record);

    make_container(fixture, ID_B, 72);
    list(fixture,
         nt_arena_printf(
             &fixture->arena, "%s,%s,%s", listed(fixture, ID_A, "server-a", "alpha", CLUSTER),
             listed(fixture, ID_B, "server-b", "beta", CLUSTER),
             listed(fixture, "cccccccccccc0000000000000000000000000000000000000000000000000000",
                    "server-c", "gamma", "another-cluster")));
    fake_docker_ring(&fixture->docker);
    struct nt_host_load *load = await_load(fixture, 2, 0, &record);
    assert_string_equal(load->servers[1].server, "server-b");

    list(fixture, listed(fixture, ID_B, "server-b", "beta", CLUSTER));
    fake_docker_ring(&fixture->docker);
    load = await_load(fixture, 1, 0, &record);
    assert_string_equal(load->servers[0].server, "server-b");

    /* Its group is gone before any event says so: left out at once. */
    fake_kernel_remove(fixture->folder, ID_B);
    (void)await_load(fixture, 0, 0, &record);
}

static void test_docker_may_be_away(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    fake_docker_stop(&fixture->docker);
    start(fixture, "");
    const struct nt_test_record *record = NULL;
    (void)await_load(fixture, 0, 0, &record); /* the host is measured all the same */
    struct nt_test_reply reply =
        nt_test_http(fixture->port, "GET", "/readyz", NULL, (struct nt_span){0}, PATIENCE_MS);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(nt_buf_text(&reply.body), "Docker"));
    nt_test_reply_deinit(&reply);
    fixture->docker = fake_docker_start(fixture->files, fixture->socket);
    (void)await_load(fixture, 1, 0, &record);
}

static void test_kafka_may_be_away(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    const struct nt_test_record *record = NULL;
    (void)await_load(fixture, 1, 0, &record);
    nt_test_bus_set_down(fixture->bus, true);
    nt_test_bus_set_down(fixture->bus, false);
    (void)await_load(fixture, 1, 0, &record);
}

static void test_recorded_curves_are_played_by_the_pools_clock(void **state)
{
    struct fixture *fixture = *state;
    const int64_t load0_ms = INT64_C(1700006400000); /* a UTC midnight */
    write_file(fixture->curves, "t_s,host:host-1,server:alpha\n0,100,400\n3600,100,400\n");
    put_pool(fixture, load0_ms, nt_wall_ms(), 360);
    start(fixture, fixture->curves);
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_STATE, "host-1", NULL, is_source,
                                      (void *)(uintptr_t) "playback", PATIENCE_MS));
    const struct nt_test_record *record = NULL;
    int64_t last_at_ms = 0;
    for (int i = 0; i < 12; i++) {
        struct nt_host_load *load = await_load(fixture, 1, 0, &record);
        assert_int_equal(load->at_ms % 60000, 0);
        assert_int_equal(load->interval_ms, 60000);
        assert_true(load->at_ms > load0_ms);
        assert_true(last_at_ms == 0 || load->at_ms == last_at_ms + 60000); /* none is left out */
        assert_float_equal(load->sample.cpu_milli, 500, 0.1);
        assert_float_equal(load->servers[0].sample.cpu_milli, 400, 0.1);
        assert_int_equal(load->servers[0].sample.mem_bytes, 40 << 20); /* measured: no curve */
        last_at_ms = load->at_ms;
    }
}

static void test_curves_are_refused_where_load_time_is_wall_time(void **state)
{
    struct fixture *fixture = *state;
    write_file(fixture->curves, "t_s,host:host-1,server:alpha\n0,100,1400\n");
    put_wall_clock(fixture);
    start(fixture, fixture->curves);
    struct nt_host_load *load = await_load(fixture, 1, 0, NULL);
    assert_float_equal(load->servers[0].sample.cpu_milli, 0, 1e-9);
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_HOST_STATE, "host-1", NULL, is_source,
                                      (void *)(uintptr_t) "cgroup", PATIENCE_MS));
}

static void test_a_malformed_record_goes_to_the_dead_letters(void **state)
{
    struct fixture *fixture = *state;
    start(fixture, "");
    nt_test_bus_put(fixture->bus, NT_TOPIC_POOL, "pool", nt_span_of("this is no Avro"));
    put_wall_clock(fixture);
    assert_non_null(nt_test_bus_await(fixture->bus, NT_TOPIC_DLQ_COLLECTOR, "pool", NULL, NULL,
                                      NULL, PATIENCE_MS));
    (void)await_load(fixture, 1, 0, NULL);
}

static void test_a_second_collector_is_kept_off(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    (void)await_load(fixture, 1, 0, NULL);
    struct nt_test_process second = spawn(fixture, NT_TEST_BIN "/neaptide-collector", "");
    assert_true(nt_test_wait_exit(&second, PATIENCE_MS));
    assert_int_equal(second.exit_code, 1);
    assert_true(nt_test_signal(&fixture->collector, 0));
}

static void test_it_ends_cleanly(void **state)
{
    struct fixture *fixture = *state;
    put_wall_clock(fixture);
    start(fixture, "");
    (void)await_load(fixture, 1, 0, NULL);
    assert_int_equal(nt_test_stop(&fixture->collector, PATIENCE_MS), 0);
}

static void test_bad_settings_are_refused(void **state)
{
    struct fixture *fixture = *state;
    write_file(fixture->curves, "t_s,gpu:alpha\n0,1\n");
    struct nt_test_process process =
        spawn(fixture, NT_TEST_BIN "/neaptide-collector", fixture->curves);
    assert_true(nt_test_wait_exit(&process, PATIENCE_MS));
    assert_int_equal(process.exit_code, 1);
}

static void test_history_is_written_before_the_clocks_begin(void **state)
{
    struct fixture *fixture = *state;
    const int64_t load0_ms = INT64_C(1700006400000);
    write_file(fixture->curves, "t_s,host:host-1,server:alpha\n0,100,0\n43200,100,800\n");
    put_pool(fixture, load0_ms, nt_wall_ms(), 360);
    struct nt_test_process process =
        spawn(fixture, NT_TEST_BIN "/neaptide-history", fixture->curves);
    assert_true(nt_test_wait_exit(&process, PATIENCE_MS));
    assert_int_equal(process.exit_code, 0);
    const struct nt_test_record *record = NULL;
    double noon_milli = 0;
    for (int64_t at_ms = load0_ms - 86400000 + 300000; at_ms <= load0_ms; at_ms += 300000) {
        struct nt_host_load *load = await_load(fixture, 1, 0, &record);
        assert_int_equal(load->at_ms, at_ms);
        assert_int_equal(load->interval_ms, 300000);
        assert_int_equal(load->capacity.cpu_milli, 1500);
        assert_string_equal(load->servers[0].server, "server-a");
        noon_milli = fmax(noon_milli, load->servers[0].sample.cpu_milli);
    }
    assert_float_equal(noon_milli, 797, 5);
    assert_int_equal(nt_test_bus_count(fixture->bus, NT_TOPIC_HOST_LOAD, NULL), 288);
}

static void test_history_is_refused_where_load_time_is_wall_time(void **state)
{
    struct fixture *fixture = *state;
    write_file(fixture->curves, "t_s,server:alpha\n0,100\n");
    put_wall_clock(fixture);
    struct nt_test_process process =
        spawn(fixture, NT_TEST_BIN "/neaptide-history", fixture->curves);
    assert_true(nt_test_wait_exit(&process, PATIENCE_MS));
    assert_int_equal(process.exit_code, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_host_is_described),
        TEST(test_load_is_the_slices_and_its_containers),
        TEST(test_the_current_load_is_in_redis_and_redis_may_go_away),
        TEST(test_containers_come_and_go_with_dockers_events),
        TEST(test_docker_may_be_away),
        TEST(test_kafka_may_be_away),
        TEST(test_recorded_curves_are_played_by_the_pools_clock),
        TEST(test_curves_are_refused_where_load_time_is_wall_time),
        TEST(test_a_malformed_record_goes_to_the_dead_letters),
        TEST(test_a_second_collector_is_kept_off),
        TEST(test_it_ends_cleanly),
        TEST(test_bad_settings_are_refused),
        TEST(test_history_is_written_before_the_clocks_begin),
        TEST(test_history_is_refused_where_load_time_is_wall_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
