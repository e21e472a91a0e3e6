#include "harness.h"

#include <nt/clock.h>
#include <nt/memory.h>
#include <nt/text.h>
#include <nt/token.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

const char *token_line(struct bench *bench, int index, const char *operation)
{
    uint8_t key[NT_TOKEN_KEY_SIZE];
    char token[NT_TOKEN_SIZE];
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_token_parse_key(KEY, key, &err), 0);
    const struct nt_token_claim claim = {.host = bench->hosts[index].name,
                                         .server = SERVER,
                                         .operation = operation,
                                         .expiry_ms = nt_wall_ms() + 30000};
    nt_token_make(key, &claim, token);
    return nt_arena_printf(&bench->arena, "Authorization: Bearer %s\r\n", token);
}

struct nt_test_reply ask(struct bench *bench, int index, const char *operation, const char *method,
                         const char *rest, struct nt_span body)
{
    char path[1024];
    (void)snprintf(path, sizeof(path), "/v1/servers/" SERVER "/%s", rest);
    return nt_test_http(bench->hosts[index].port, method, path, token_line(bench, index, operation),
                        body, WAIT_MS);
}

void start_host(struct bench *bench, int index)
{
    struct host *host = &bench->hosts[index];
    host->port = nt_test_free_port();
    char listen[64], state_dir[128], images[128], cluster[128], key[128];
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", host->port);
    (void)snprintf(state_dir, sizeof(state_dir), "%s/state-%s", bench->folder, host->name);
    (void)snprintf(images, sizeof(images), "%s/images", bench->folder);
    (void)snprintf(cluster, sizeof(cluster), "%s/cluster", bench->folder);
    (void)snprintf(key, sizeof(key), "%s/key", bench->folder);
    const char *environment[] = {"NEAPTIDE_KAFKA",
                                 nt_test_bus_brokers(bench->bus),
                                 "NEAPTIDE_HOST",
                                 host->name,
                                 "NEAPTIDE_PROVISIONER_LISTEN",
                                 listen,
                                 "NEAPTIDE_PROVISIONER_HOST_ADDRESS",
                                 "127.0.0.1",
                                 "NEAPTIDE_DOCKER_SOCKET",
                                 fake_docker_socket(host->docker),
                                 "NEAPTIDE_PROVISIONER_STATE_DIR",
                                 state_dir,
                                 "NEAPTIDE_PROVISIONER_IMAGES_DIR",
                                 images,
                                 "NEAPTIDE_PROVISIONER_TRASH_S",
                                 bench->trash_s,
                                 "NEAPTIDE_PROVISIONER_TERMINAL_KEEP_S",
                                 bench->terminal_keep_s,
                                 "NEAPTIDE_PROVISIONER_GRACE_S",
                                 bench->grace_s,
                                 "NEAPTIDE_CLUSTER_ID_FILE",
                                 cluster,
                                 "NEAPTIDE_KEY_FILE",
                                 key,
                                 NULL};
    host->process = nt_test_spawn(NT_TEST_BIN "/neaptide-provisioner", NULL, environment);
    assert_true(nt_test_wait_ready(&host->process, host->port, WAIT_MS));
}

int bench_setup(void **state)
{
    struct bench *bench = nt_zalloc(sizeof(*bench));
    nt_arena_init(&bench->arena);
    bench->trash_s = "86400";
    bench->grace_s = "3600";
    bench->terminal_keep_s = "600";
    (void)snprintf(bench->folder, sizeof(bench->folder), "/tmp/nt_provisioner_XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    write_file(bench->folder, "cluster", CLUSTER "\n");
    write_file(bench->folder, "key", KEY "\n");
    bench->bus = nt_test_bus_new();
    bench->service_port = nt_test_free_port();
    static const char *const names[] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
        bench->hosts[i].name = names[i];
        bench->hosts[i].docker = fake_docker_new(bench->folder, names[i]);
    }
    fake_docker_add_image(bench->hosts[0].docker, IMAGE);

    struct nt_service *service = NT_NEW(&bench->arena, struct nt_service);
    *service = (struct nt_service){.name = "web", .port = bench->service_port, .protocol = "http"};
    struct nt_volume *volume = NT_NEW(&bench->arena, struct nt_volume);
    *volume = (struct nt_volume){.name = "data", .path = "/data"};
    bench->placement = (struct nt_placement){
        .server = SERVER,
        .owner = "ann",
        .name = "mine",
        .title = "Mine",
        .generation = 1,
        .run = 1,
        .desired = "running",
        .spec = {.template = "web",
                 .image = IMAGE,
                 .size = "small",
                 .services = service,
                 .services_count = 1,
                 .volumes = volume,
                 .volumes_count = 1,
                 .restart = "safe"},
        .requested = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20},
        .granted = {.cpu_milli = 500, .mem_bytes = INT64_C(512) << 20},
        .host = "a",
        .cluster = CLUSTER,
    };
    *state = bench;
    return 0;
}

int bench_teardown(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 2; i++) {
        struct host *host = &bench->hosts[i];
        if (host->process.pid > 0) {
            int code = nt_test_stop(&host->process, 15000);
            if (code != 0)
                print_error("host %s ended with %d\n", host->name, code);
            assert_int_equal(code, 0);
        }
        fake_docker_free(host->docker);
    }
    nt_test_bus_free(bench->bus);
    nt_arena_deinit(&bench->arena);
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
    assert_int_equal(system(command), 0);
    free(bench);
    return 0;
}

void put_placement(struct bench *bench)
{
    struct nt_error err = NT_ERROR_INIT;
    struct nt_buf value = {0};
    bench->placement.revision++;
    bench->placement.at_ms = nt_wall_ms();
    if (nt_placement_encode(&bench->placement, &value, &err) < 0)
        fail_msg("%s", err.message);
    nt_test_bus_put(bench->bus, NT_TOPIC_PLACEMENTS, SERVER, nt_buf_span(&value));
    nt_buf_deinit(&value);
}

void put_move(struct bench *bench, const char *phase)
{
    const struct nt_move *old = bench->placement.move;
    struct nt_move *move = NT_NEW(&bench->arena, struct nt_move);
    *move = (struct nt_move){.id = old != NULL ? old->id : "01890000-0000-7000-8000-0000000000ff",
                             .from = "a",
                             .to = "b",
                             .phase = phase,
                             .since_ms = nt_wall_ms()};
    bench->placement.move = move;
    put_placement(bench);
}

/* --- waiting --------------------------------------------------------------------------------- */

struct question {
    struct bench *bench;
    const struct expect *expect;
    const struct nt_observed *found;
};

static bool is_expected(const struct nt_test_record *record, void *arg)
{
    struct question *question = arg;
    const struct expect *expect = question->expect;
    struct nt_error err = NT_ERROR_INIT;
    struct nt_observed *observed = NULL;
    if (record->value.len == 0) {
        question->found = NULL;
        return nt_text_is(expect->state, "tombstone");
    }
    if (nt_observed_decode(&question->bench->arena, record->value, &observed, &err) < 0)
        fail_msg("%s", err.message);
    question->found = observed;
    return (expect->state == NULL || nt_text_is(observed->state, expect->state)) &&
           (expect->fault == NULL ||
            (observed->fault != NULL && nt_text_is(observed->fault->code, expect->fault))) &&
           (expect->step == NULL ||
            (observed->hand != NULL && nt_text_is(observed->hand->step, expect->step))) &&
           (expect->waiting_for == NULL ||
            nt_text_is(observed->waiting_for, expect->waiting_for)) &&
           observed->run >= expect->run && observed->revision >= expect->revision &&
           (expect->cpu_milli == 0 ||
            (observed->applied != NULL && observed->applied->cpu_milli == expect->cpu_milli));
}

const struct nt_observed *await_observed(struct bench *bench, int index, struct expect expect)
{
    char key[64];
    (void)snprintf(key, sizeof(key), SERVER "/%s", bench->hosts[index].name);
    struct question question = {.bench = bench, .expect = &expect};
    if (nt_test_bus_await(bench->bus, NT_TOPIC_OBSERVED, key, NULL, is_expected, &question,
                          WAIT_MS) == NULL)
        fail_msg("host %s did not say state %s, fault %s, step %s, revision %lld, run %lld",
                 bench->hosts[index].name, expect.state == NULL ? "any" : expect.state,
                 expect.fault == NULL ? "any" : expect.fault,
                 expect.step == NULL ? "any" : expect.step, (long long)expect.revision,
                 (long long)expect.run);
    return question.found;
}

void await(bool (*condition)(void *arg), void *arg, const char *what)
{
    int64_t deadline_ms = nt_mono_ms() + WAIT_MS;
    while (!condition(arg)) {
        if (nt_mono_ms() > deadline_ms)
            fail_msg("waited in vain for %s", what);
        (void)poll(NULL, 0, 5); /* nobody rings when a fake's state changes */
    }
}
