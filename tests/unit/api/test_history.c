#include <api/history.h>

#include <nt_cmocka.h>
#include <string.h>
#include <sys/stat.h>

#define STEP 300000

static struct nt_loop *loop;
static char path[64];

static int make_file(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof(path), "/tmp/neaptide-history-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    (void)close(fd);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < NT_COUNT(endings); i++) {
        char name[80];
        (void)snprintf(name, sizeof(name), "%s%s", path, endings[i]);
        (void)unlink(name);
    }
    return 0;
}

static void add(struct history *history, int64_t from_ms, float cpu)
{
    struct nt_server_roll server = {.server = "s1", .samples = 1, .roll = {.cpu_milli_mean = 7}};
    struct nt_host_rollup rollup = {.host = "host-1",
                                    .from_ms = from_ms,
                                    .step_ms = STEP,
                                    .samples = 60,
                                    .roll = {.cpu_milli_mean = cpu, .cpu_milli_max = 2 * cpu},
                                    .servers = &server,
                                    .servers_count = 1};
    history_add(history, &rollup, from_ms + 1);
}

struct got {
    int status;
    size_t count;
    double first_cpu;
    char last_subject[64];
    size_t calls;
    size_t wanted_calls;
};

static void on_rows(void *arg, int status, const struct history_row *rows, size_t count)
{
    struct got *got = arg;
    got->status = status;
    got->count = count;
    if (count > 0) {
        got->first_cpu = rows[0].cpu_mean;
        (void)snprintf(got->last_subject, sizeof(got->last_subject), "%s", rows[count - 1].subject);
    }
    if (++got->calls == got->wanted_calls)
        nt_loop_quit(loop, 0);
}

/* A loop runs once, so each read opens the history anew. */
static struct got read_now(const char *const *subjects, size_t count, int64_t from_ms,
                           int64_t to_ms)
{
    struct history *history = NULL;
    int64_t mark_ms = 0;
    struct got got = {.wanted_calls = 1};
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    assert_int_equal(history_open(loop, path, &history, &mark_ms, NULL), 0);
    assert_int_equal(mark_ms, 10 * STEP + 1);
    history_read(history, subjects, count, from_ms, to_ms, on_rows, &got);
    assert_int_equal(nt_loop_run(loop, NULL, NULL, 1000), 0);
    history_close(history);
    nt_loop_free(loop);
    return got;
}

static void test_what_was_added_is_there_after_a_restart(void **state)
{
    (void)state;
    struct history *history = NULL;
    int64_t mark_ms = -1;
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    assert_int_equal(history_open(loop, path, &history, &mark_ms, NULL), 0);
    assert_int_equal(mark_ms, 0);
    for (int64_t i = 1; i <= 10; i++)
        add(history, i * STEP, (float)i);
    add(history, 5 * STEP, 50); /* the same again, newer */
    history_close(history);
    nt_loop_free(loop);
    static const char *const subjects[] = {"host-1", "s1", "nobody"};
    struct got got = read_now(subjects, 3, 19 * STEP, 30 * STEP);
    assert_int_equal(got.count, 8); /* what began within the hour before may reach into it */
    got = read_now(subjects, 1, 17 * STEP, 18 * STEP);
    assert_float_equal(got.first_cpu, 50, 0.01);
    got = read_now(subjects, 2, 0, 100 * STEP);
    assert_int_equal(got.status, 0);
    assert_int_equal(got.count, 20);
    assert_string_equal(got.last_subject, "s1");
}

static void test_reads_that_wait_are_told_when_it_closes(void **state)
{
    (void)state;
    struct history *history = NULL;
    int64_t mark_ms = 0;
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    assert_int_equal(history_open(loop, path, &history, &mark_ms, NULL), 0);
    static const char *const subjects[] = {"host-1"};
    struct got got = {0};
    for (int i = 0; i < 3; i++)
        history_read(history, subjects, 1, 0, STEP, on_rows, &got);
    history_close(history);
    assert_int_equal(got.calls, 2);
    assert_int_equal(got.status, -ECANCELED);
    nt_loop_free(loop); /* the one under way ends by itself */
    assert_int_equal(got.calls, 3);
}

static void test_a_database_that_is_none_says_what_to_do(void **state)
{
    (void)state;
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("this is no database\n", file);
    assert_int_equal(fclose(file), 0);
    struct history *history = NULL;
    int64_t mark_ms = 0;
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    assert_int_equal(history_open(loop, path, &history, &mark_ms, &err), -EIO);
    assert_non_null(strstr(err.message, "delete"));
    nt_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_was_added_is_there_after_a_restart, make_file,
                                        remove_files),
        cmocka_unit_test_setup_teardown(test_reads_that_wait_are_told_when_it_closes, make_file,
                                        remove_files),
        cmocka_unit_test_setup_teardown(test_a_database_that_is_none_says_what_to_do, make_file,
                                        remove_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
