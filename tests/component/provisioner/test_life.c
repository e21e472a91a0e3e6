/* The life of one server on one host: what is placed is what Docker has, through bad luck. */
#include "harness.h"

#include <jansson.h>
#include <nt/text.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

static void run_server(struct bench *bench)
{
    start_host(bench, 0);
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .run = 1, .revision = 1});
}

static void test_created_as_placed(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    const struct nt_observed *observed =
        await_observed(bench, 0, (struct expect){.state = "running", .revision = 1});
    assert_string_equal(observed->address, "127.0.0.1");
    assert_int_equal(observed->ports_count, 1);
    assert_string_equal(observed->ports[0].service, "web");
    assert_int_equal(observed->ports[0].port, bench->service_port);
    assert_int_equal(observed->applied->cpu_milli, 500);
    assert_int_equal(observed->applied->mem_bytes, INT64_C(512) << 20);
    assert_null(observed->fault);

    char *text = fake_docker_last_create(bench->hosts[0].docker);
    json_t *create = json_loads(text, 0, NULL);
    free(text);
    json_t *host = json_object_get(create, "HostConfig");
    assert_string_equal(json_string_value(json_array_get(json_object_get(host, "SecurityOpt"), 0)),
                        "no-new-privileges:true");
    assert_string_equal(json_string_value(json_array_get(json_object_get(host, "CapDrop"), 0)),
                        "NET_RAW");
    assert_true(json_is_true(json_object_get(host, "Init")));
    assert_true(json_integer_value(json_object_get(host, "PidsLimit")) > 0);
    assert_null(json_object_get(host, "Privileged"));
    assert_null(json_object_get(host, "Binds"));
    assert_string_equal(json_string_value(json_object_get(host, "NetworkMode")), "neaptide.ann");
    json_decref(create);
}

static void test_stop_start_restart_resize(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    bench->placement.desired = "stopped";
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "stopped", .revision = 2});

    bench->placement.desired = "running";
    bench->placement.run = 2;
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .run = 2, .revision = 3});
    assert_int_equal(fake_docker_find(bench->hosts[0].docker, "mine.").starts, 2);

    bench->placement.run = 3;
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .run = 3, .revision = 4});
    assert_int_equal(fake_docker_find(bench->hosts[0].docker, "mine.").starts, 3);

    bench->placement.granted =
        (struct nt_resources){.cpu_milli = 1000, .mem_bytes = INT64_C(1) << 30};
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .revision = 5, .cpu_milli = 1000});
    struct fake_container container = fake_docker_find(bench->hosts[0].docker, "mine.");
    assert_int_equal(container.nano_cpus, 1000000000);
    assert_int_equal(container.memory, INT64_C(1) << 30);
    assert_int_equal(container.starts, 3); /* live */
}

static bool has_four_starts(void *arg)
{
    const struct bench *bench = arg;
    struct fake_container container = fake_docker_find(bench->hosts[0].docker, "mine.");
    return container.is_running && container.starts == 4;
}

static void test_crash_is_restarted(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    for (int i = 0; i < 3; i++) { /* at once, after 1 s, after 2 s */
        fake_docker_crash(bench->hosts[0].docker, "mine.");
        bench->placement.title = "again";
        put_placement(bench);
        await_observed(bench, 0,
                       (struct expect){.state = "running", .revision = bench->placement.revision});
    }
    await(has_four_starts, bench, "three restarts");
}

static bool has_no_container(void *arg)
{
    const struct bench *bench = arg;
    return fake_docker_count(bench->hosts[0].docker) == 0;
}

static void test_deleted_goes_to_the_trash_first(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    bench->placement.desired = "deleted";
    bench->placement.deleted_at_ms = INT64_C(4000000000000); /* its day is not over */
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "trashed", .revision = 2});
    struct fake_container container =
        fake_docker_find(bench->hosts[0].docker, "mine." SERVER ".trash");
    assert_true(container.exists && !container.is_running);

    bench->placement.deleted_at_ms = 1000;
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "absent", .revision = 3});
    assert_true(has_no_container(bench));

    nt_test_bus_put(bench->bus, NT_TOPIC_PLACEMENTS, SERVER, (struct nt_span){0});
    await_observed(bench, 0, (struct expect){.state = "tombstone"});
}

static bool has_no_volume(void *arg)
{
    const struct bench *bench = arg;
    return fake_docker_count_volumes(bench->hosts[0].docker) == 0;
}

static void test_volumes_do_not_stay_behind(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    bench->placement.desired = "deleted";
    bench->placement.deleted_at_ms = INT64_C(4000000000000);
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "trashed", .revision = 2});
    assert_true(nt_test_signal(&bench->hosts[0].process, SIGKILL));
    assert_true(nt_test_wait_exit(&bench->hosts[0].process, WAIT_MS));
    fake_docker_lose_container(bench->hosts[0].docker, "mine.");
    assert_int_equal(fake_docker_count_volumes(bench->hosts[0].docker), 1);
    bench->placement.deleted_at_ms = 1000;
    put_placement(bench);
    start_host(bench, 0);
    await(has_no_volume, bench, "the volume to go");
}

static void test_absence_never_destroys(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    nt_test_bus_put(bench->bus, NT_TOPIC_PLACEMENTS, SERVER, (struct nt_span){0});
    await_observed(bench, 0, (struct expect){.state = "orphan"});
    struct fake_container container = fake_docker_find(bench->hosts[0].docker, "mine." SERVER);
    assert_true(container.exists && !container.is_running);
}

/* Kafka was formatted anew: the containers are still there, and an administrator takes one in. */
static void test_an_orphan_is_adopted_with_its_data(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    struct fake_container before = fake_docker_find(bench->hosts[0].docker, "mine." SERVER);
    assert_int_equal(nt_test_stop(&bench->hosts[0].process, WAIT_MS), 0);
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/cluster", bench->folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("cluster-made-anew\n", file);
    assert_int_equal(fclose(file), 0);
    nt_test_bus_put(bench->bus, NT_TOPIC_PLACEMENTS, SERVER, (struct nt_span){0});
    start_host(bench, 0);
    const struct nt_observed *observed =
        await_observed(bench, 0, (struct expect){.state = "orphan"});
    assert_string_equal(observed->orphan->name, "mine");
    assert_string_equal(observed->orphan->owner, "ann");
    assert_string_equal(observed->orphan->template, "web");
    assert_string_equal(observed->orphan->size, "small");
    assert_string_equal(observed->orphan->image, IMAGE);
    assert_string_equal(observed->orphan->cluster, CLUSTER);

    bench->placement.cluster = "cluster-made-anew"; /* what the balancer writes for `adopt` */
    bench->placement.generation = observed->generation;
    bench->placement.title = "adopted";
    put_placement(bench);
    observed = await_observed(
        bench, 0, (struct expect){.state = "running", .revision = bench->placement.revision});
    assert_null(observed->orphan);
    struct fake_container after = fake_docker_find(bench->hosts[0].docker, "mine." SERVER);
    assert_int_equal(after.starts, 2); /* the same one */
    assert_string_equal(after.upper, before.upper);
    assert_int_equal(fake_docker_count(bench->hosts[0].docker), 1);
}

static void test_another_clusters_placement_is_refused(void **state)
{
    struct bench *bench = *state;
    start_host(bench, 0);
    bench->placement.cluster = "some-other-cluster";
    put_placement(bench);
    bench->placement.cluster = CLUSTER;
    bench->placement.spec.image = "no spaces allowed";
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.fault = "options-refused"});
    assert_true(has_no_container(bench));
}

static void test_missing_image_is_loaded_when_it_comes(void **state)
{
    struct bench *bench = *state;
    bench->placement.spec.image = "neaptide/files";
    start_host(bench, 0);
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "failed", .fault = "image-missing"});

    char path[160];
    (void)snprintf(path, sizeof(path), "%s/images", bench->folder);
    assert_int_equal(mkdir(path, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/images/abc.tar", bench->folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("neaptide/files:1", file); /* the fake takes this for the archive's content */
    assert_int_equal(fclose(file), 0);
    (void)snprintf(path, sizeof(path), "%s/images/index.json", bench->folder);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("{\"files\": {\"id\": \"sha256:abc\", \"image\": \"neaptide/files:1\", "
                "\"archive\": \"abc.tar\"}}",
                file);
    assert_int_equal(fclose(file), 0);
    const struct nt_observed *observed =
        await_observed(bench, 0, (struct expect){.state = "running", .revision = 1});
    assert_null(observed->fault);
    assert_null(observed->waiting_for);
    (void)await_observed(bench, 0, (struct expect){.waiting_for = "image"}); /* it had said so */
}

static void test_docker_gone_and_back(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    struct host *host = &bench->hosts[0];
    fake_docker_set_down(host->docker, true);
    await_observed(bench, 0, (struct expect){.fault = "docker-gone"});
    struct nt_test_reply reply =
        nt_test_http(host->port, "GET", "/readyz", NULL, (struct nt_span){0}, 5000);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(nt_buf_text(&reply.body), "Docker"));
    nt_test_reply_deinit(&reply);

    fake_docker_set_down(host->docker, false);
    bench->placement.title = "after";
    put_placement(bench);
    const struct nt_observed *observed =
        await_observed(bench, 0, (struct expect){.state = "running", .revision = 2});
    assert_null(observed->fault);
    assert_int_equal(fake_docker_find(host->docker, "mine.").starts, 2);
}

static void test_kill_9_repeats_nothing(void **state)
{
    struct bench *bench = *state;
    run_server(bench);
    struct host *host = &bench->hosts[0];
    for (int i = 2; i < 5; i++) {
        assert_true(nt_test_signal(&host->process, SIGKILL));
        assert_true(nt_test_wait_exit(&host->process, 5000));
        bench->placement.title = i % 2 == 0 ? "even" : "odd";
        put_placement(bench);
        start_host(bench, 0);
        await_observed(bench, 0, (struct expect){.state = "running", .run = 1, .revision = i});
    }
    assert_int_equal(fake_docker_find(host->docker, "mine.").starts, 1);
    assert_int_equal(fake_docker_count(host->docker), 1);
}

static void test_only_one_provisioner_a_host(void **state)
{
    struct bench *bench = *state;
    start_host(bench, 0);
    struct nt_test_process first = bench->hosts[0].process;
    char state_dir[128], cluster[128], key[128];
    (void)snprintf(state_dir, sizeof(state_dir), "%s/state-a", bench->folder);
    (void)snprintf(cluster, sizeof(cluster), "%s/cluster", bench->folder);
    (void)snprintf(key, sizeof(key), "%s/key", bench->folder);
    const char *environment[] = {"NEAPTIDE_HOST",
                                 "a",
                                 "NEAPTIDE_PROVISIONER_LISTEN",
                                 "127.0.0.1:0",
                                 "NEAPTIDE_PROVISIONER_STATE_DIR",
                                 state_dir,
                                 "NEAPTIDE_CLUSTER_ID_FILE",
                                 cluster,
                                 "NEAPTIDE_KEY_FILE",
                                 key,
                                 NULL};
    struct nt_test_process second =
        nt_test_spawn(NT_TEST_BIN "/neaptide-provisioner", NULL, environment);
    assert_true(nt_test_wait_exit(&second, 5000));
    assert_int_equal(second.exit_code, 1);
    assert_true(nt_test_signal(&first, 0));
}

static void test_malformed_goes_to_dead_letters(void **state)
{
    struct bench *bench = *state;
    start_host(bench, 0);
    nt_test_bus_put(bench->bus, NT_TOPIC_PLACEMENTS, SERVER, nt_span_of("rubbish"));
    assert_non_null(
        nt_test_bus_await(bench->bus, NT_TOPIC_DLQ_PROVISIONER, SERVER, NULL, NULL, NULL, WAIT_MS));
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running"});
}

static void test_presence(void **state)
{
    struct bench *bench = *state;
    start_host(bench, 0);
    const struct nt_test_record *record =
        nt_test_bus_await(bench->bus, NT_TOPIC_AGENTS, "a", NULL, NULL, NULL, WAIT_MS);
    assert_non_null(record);
    struct nt_agent *agent = NULL;
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_agent_decode(&bench->arena, record->value, &agent, &err), 0);
    assert_string_equal(agent->engine, "a");
    assert_string_equal(agent->docker_version, "20.10.24");
    assert_string_equal(agent->cluster, CLUSTER);
    char address[64];
    (void)snprintf(address, sizeof(address), "http://127.0.0.1:%d", bench->hosts[0].port);
    assert_string_equal(agent->address, address);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_created_as_placed),
        CASE(test_stop_start_restart_resize),
        CASE(test_crash_is_restarted),
        CASE(test_deleted_goes_to_the_trash_first),
        CASE(test_volumes_do_not_stay_behind),
        CASE(test_absence_never_destroys),
        CASE(test_an_orphan_is_adopted_with_its_data),
        CASE(test_another_clusters_placement_is_refused),
        CASE(test_missing_image_is_loaded_when_it_comes),
        CASE(test_docker_gone_and_back),
        CASE(test_kill_9_repeats_nothing),
        CASE(test_only_one_provisioner_a_host),
        CASE(test_malformed_goes_to_dead_letters),
        CASE(test_presence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
