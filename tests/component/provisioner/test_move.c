/* A move between two hosts, the test in the balancer's chair. */
#include "harness.h"

#include <nt/clock.h>
#include <nt/text.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

static void run(const char *format, ...) NT_PRINTF(1, 2);

static void run(const char *format, ...)
{
    char command[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    if (system(command) != 0)
        fail_msg("%s", command);
}

static struct fake_container on_host(struct bench *bench, int index)
{
    return fake_docker_find(bench->hosts[index].docker, "mine." SERVER);
}

/* The server runs on a with some files; b is there and has no image of it. */
static void begin(struct bench *bench)
{
    fake_docker_add_image(bench->hosts[0].docker, "sha256:fake");
    start_host(bench, 0);
    start_host(bench, 1);
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .revision = 1});
    struct fake_container a = on_host(bench, 0);
    run("mkdir -p %s/etc %s/home && echo one >%s/etc/one && echo doomed >%s/home/doomed", a.upper,
        a.upper, a.upper, a.upper);
    run("echo data >%s/file && head -c 3000000 /dev/urandom >%s/large", a.volume, a.volume);
}

static void await_copied(struct bench *bench)
{
    put_move(bench, "copying");
    await_observed(bench, 0, (struct expect){.state = "running", .step = "serving"});
    await_observed(bench, 1, (struct expect){.state = "preparing", .step = "copied"});
}

static void check_same(const struct fake_container *a, const struct fake_container *b)
{
    run("diff -r %s %s && diff -r %s %s", a->upper, b->upper, a->volume, b->volume);
}

static void test_moved_with_all_its_files(void **state)
{
    struct bench *bench = *state;
    fake_docker_add_image(bench->hosts[1].docker, IMAGE);
    fake_docker_add_image(bench->hosts[1].docker, "sha256:fake");
    begin(bench);
    await_copied(bench);
    assert_true(on_host(bench, 0).is_running);
    assert_false(on_host(bench, 1).is_running);

    /* Written and removed after the first pass. */
    struct fake_container a = on_host(bench, 0);
    run("rm -r %s/home && echo two >%s/etc/two && echo newer >%s/file", a.upper, a.upper, a.volume);
    put_move(bench, "holding");
    put_move(bench, "cutover");
    const struct nt_observed *source =
        await_observed(bench, 0, (struct expect){.state = "stopped", .step = "handed-over"});
    const struct nt_observed *target =
        await_observed(bench, 1, (struct expect){.state = "running", .step = "running"});
    struct fake_container b = on_host(bench, 1);
    assert_true(b.is_running && !on_host(bench, 0).is_running);
    check_same(&a, &b);
    assert_true(target->hand->bytes_done > 3000000);
    print_message("pause %lld ms, last pass %lld ms\n",
                  (long long)(target->hand->started_at_ms - source->hand->stopped_at_ms),
                  (long long)target->hand->copy_ms);
    assert_true(target->hand->started_at_ms >= source->hand->stopped_at_ms);

    bench->placement.host = "b";
    bench->placement.move = NULL;
    put_placement(bench);
    await_observed(bench, 1,
                   (struct expect){.state = "running", .revision = bench->placement.revision});
    await_observed(bench, 0, (struct expect){.state = "tombstone"}); /* its copy is gone */
    assert_false(on_host(bench, 0).exists);
    assert_int_equal(on_host(bench, 1).starts, 1);
}

static void test_the_image_comes_along(void **state)
{
    struct bench *bench = *state;
    begin(bench);
    await_copied(bench); /* b fetched the image from a's engine, and made the container of it */
    assert_true(on_host(bench, 1).exists);
}

static void test_recalled_and_aborted(void **state)
{
    struct bench *bench = *state;
    fake_docker_add_image(bench->hosts[1].docker, "sha256:fake");
    begin(bench);
    await_copied(bench);
    put_move(bench, "holding");
    assert_true(nt_test_signal(&bench->hosts[1].process, SIGKILL)); /* the target is away */
    assert_true(nt_test_wait_exit(&bench->hosts[1].process, 5000));
    put_move(bench, "cutover");
    await_observed(bench, 0, (struct expect){.state = "stopped", .step = "handed-over"});
    put_move(bench, "recalled");
    start_host(bench, 1);
    await_observed(bench, 1, (struct expect){.step = "refused"});
    assert_false(on_host(bench, 0).is_running); /* not before the record says so */
    assert_int_equal(on_host(bench, 1).starts, 0);

    bench->placement.move = NULL;
    put_placement(bench);
    await_observed(bench, 0, (struct expect){.state = "running", .step = "resumed"});
    await_observed(bench, 1, (struct expect){.state = "tombstone"});
    assert_false(on_host(bench, 1).exists);
    assert_int_equal(on_host(bench, 0).starts, 2);
}

static void test_source_dies_after_the_mark(void **state)
{
    struct bench *bench = *state;
    fake_docker_add_image(bench->hosts[1].docker, "sha256:fake");
    begin(bench);
    await_copied(bench);
    assert_true(nt_test_signal(&bench->hosts[1].process, SIGSTOP));
    put_move(bench, "cutover");
    await_observed(bench, 0, (struct expect){.state = "stopped", .step = "handed-over"});
    assert_true(nt_test_signal(&bench->hosts[0].process, SIGKILL));
    assert_true(nt_test_wait_exit(&bench->hosts[0].process, 5000));
    start_host(bench, 0); /* it must not start the server, and still serves the last pass */
    assert_true(nt_test_signal(&bench->hosts[1].process, SIGCONT));
    await_observed(bench, 1, (struct expect){.state = "running", .step = "running"});
    assert_int_equal(on_host(bench, 0).starts, 1);
    struct fake_container a = on_host(bench, 0);
    struct fake_container b = on_host(bench, 1);
    check_same(&a, &b);
}

static void test_nobody_gets_files_without_a_token(void **state)
{
    struct bench *bench = *state;
    fake_docker_add_image(bench->hosts[1].docker, "sha256:fake");
    begin(bench);
    await_copied(bench);
    static const struct {
        const char *what, *header;
    } cases[] = {
        {"about", NULL},
        {"pass?last=0", "Authorization: Bearer 9999999999999.00\r\n"},
        {"pass?last=1", "Authorization: Basic YTpi\r\n"},
        {"image", "Authorization: Bearer \r\n"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        char path[256];
        (void)snprintf(path, sizeof(path), "/v1/servers/" SERVER "/moves/%s/%s",
                       bench->placement.move->id, cases[i].what);
        struct nt_test_reply reply = nt_test_http(bench->hosts[0].port, "GET", path,
                                                  cases[i].header, (struct nt_span){0}, 5000);
        assert_int_equal(reply.status, 401);
        nt_test_reply_deinit(&reply);
    }
}

static int setup_without_grace(void **state)
{
    int result = bench_setup(state);
    struct bench *bench = *state;
    bench->grace_s = "0";
    return result;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup_without_grace, bench_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_moved_with_all_its_files),
        CASE(test_the_image_comes_along),
        CASE(test_recalled_and_aborted),
        CASE(test_source_dies_after_the_mark),
        CASE(test_nobody_gets_files_without_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
