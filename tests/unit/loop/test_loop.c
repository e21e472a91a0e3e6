#include <nt/loop.h>
#include <nt_cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct fixture {
    struct nt_loop *loop;
    struct nt_timer *timer;
    struct nt_wake *wake;
    int fired;
    bool was_cancelled;
};

static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    return nt_loop_new(&fixture->loop, NULL);
}

/* nt_loop_free() aborts on a forgotten handle: every test checks that too. */
static int end(void **state)
{
    struct fixture *fixture = *state;
    nt_loop_free(fixture->loop);
    free(fixture);
    return 0;
}

static void on_third_time(void *arg)
{
    struct fixture *fixture = arg;
    if (++fixture->fired == 3)
        nt_loop_quit(fixture->loop, 7);
}

static void test_a_timer_repeats_until_the_loop_quits(void **state)
{
    struct fixture *fixture = *state;
    fixture->timer = nt_timer_new(fixture->loop, on_third_time, fixture);
    assert_false(nt_timer_is_active(fixture->timer));
    nt_timer_start(fixture->timer, 1, 1);
    assert_int_equal(nt_loop_run(fixture->loop, NULL, NULL, 1000), 7);
    assert_int_equal(fixture->fired, 3);
    nt_timer_free(fixture->timer);
}

static void free_itself(void *arg)
{
    struct fixture *fixture = arg;
    nt_timer_free(fixture->timer);
    nt_loop_quit(fixture->loop, 0);
}

static void test_a_timer_may_free_itself(void **state)
{
    struct fixture *fixture = *state;
    fixture->timer = nt_timer_new(fixture->loop, free_itself, fixture);
    nt_timer_start(fixture->timer, 0, 0);
    assert_int_equal(nt_loop_run(fixture->loop, NULL, NULL, 1000), 0);
}

static void work_hard(void *arg)
{
    ((struct fixture *)arg)->fired++;
}

static void on_worked(void *arg, bool cancelled)
{
    struct fixture *fixture = arg;
    fixture->was_cancelled = cancelled;
    fixture->fired++;
    nt_loop_quit(fixture->loop, 0);
}

static void test_work_comes_back_to_the_loop(void **state)
{
    struct fixture *fixture = *state;
    nt_work(fixture->loop, work_hard, on_worked, fixture);
    assert_int_equal(nt_loop_run(fixture->loop, NULL, NULL, 1000), 0);
    assert_int_equal(fixture->fired, 2);
    assert_false(fixture->was_cancelled);
}

static void test_work_that_the_loop_does_not_wait_for_is_still_handed_back(void **state)
{
    struct fixture *fixture = *state;
    nt_work(fixture->loop, work_hard, on_worked, fixture);
    nt_loop_free(fixture->loop);
    fixture->loop = NULL;
    assert_true(fixture->was_cancelled);
}

static void on_woken(void *arg)
{
    struct fixture *fixture = arg;
    fixture->fired++;
    nt_wake_free(fixture->wake);
    nt_loop_quit(fixture->loop, 0);
}

static void *ring(void *wake)
{
    nt_wake_ring(wake);
    return NULL;
}

static void test_another_thread_wakes_the_loop(void **state)
{
    struct fixture *fixture = *state;
    fixture->wake = nt_wake_new(fixture->loop, on_woken, fixture);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ring, fixture->wake), 0);
    assert_int_equal(nt_loop_run(fixture->loop, NULL, NULL, 1000), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(fixture->fired, 1);
}

static void on_readable(void *arg, int events)
{
    struct fixture *fixture = arg;
    fixture->fired = events;
    nt_loop_quit(fixture->loop, 0);
}

static void test_a_watch_tells_what_is_ready(void **state)
{
    struct fixture *fixture = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct nt_watch *watch = nt_watch_new(fixture->loop, ends[0], on_readable, fixture);
    nt_watch_set(watch, NT_READABLE);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(nt_loop_run(fixture->loop, NULL, NULL, 1000), 0);
    assert_int_equal(fixture->fired, NT_READABLE);
    nt_watch_free(watch);
    nt_loop_free(nt_take(fixture->loop));
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void quit_later(void *arg)
{
    struct fixture *fixture = arg;
    fixture->fired++;
    nt_loop_quit(fixture->loop, 0);
}

static void never_quit(void *arg)
{
    ((struct fixture *)arg)->fired++;
}

static void terminate_self(void *arg)
{
    (void)arg;
    (void)raise(SIGTERM);
}

static void test_sigterm_asks_to_stop(void **state)
{
    struct fixture *fixture = *state;
    struct nt_timer *timer = nt_timer_new(fixture->loop, terminate_self, NULL);
    nt_timer_start(timer, 1, 0);
    assert_int_equal(nt_loop_run(fixture->loop, quit_later, fixture, 1000), 0);
    assert_int_equal(fixture->fired, 1);
    nt_timer_free(timer);
}

static void test_who_does_not_stop_in_time_is_left(void **state)
{
    struct fixture *fixture = *state;
    struct nt_timer *timer = nt_timer_new(fixture->loop, terminate_self, NULL);
    nt_timer_start(timer, 1, 0);
    assert_int_equal(nt_loop_run(fixture->loop, never_quit, fixture, 10), 1);
    assert_int_equal(fixture->fired, 1);
    nt_timer_free(timer);
}

static void test_a_forgotten_handle_is_an_abort_with_its_name(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        struct nt_loop *loop = NULL;
        (void)nt_loop_new(&loop, NULL);
        (void)nt_timer_new(loop, terminate_self, NULL);
        (void)signal(SIGABRT, SIG_DFL);
        nt_loop_free(loop);
        _exit(0);
    }
    (void)close(ends[1]);
    char text[4096] = "";
    ssize_t got = read(ends[0], text, sizeof(text) - 1);
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(got > 0);
    assert_non_null(strstr(text, "forgotten handle: timer"));
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_timer_repeats_until_the_loop_quits, begin, end),
        cmocka_unit_test_setup_teardown(test_a_timer_may_free_itself, begin, end),
        cmocka_unit_test_setup_teardown(test_work_comes_back_to_the_loop, begin, end),
        cmocka_unit_test_setup_teardown(
            test_work_that_the_loop_does_not_wait_for_is_still_handed_back, begin, end),
        cmocka_unit_test_setup_teardown(test_another_thread_wakes_the_loop, begin, end),
        cmocka_unit_test_setup_teardown(test_a_watch_tells_what_is_ready, begin, end),
        cmocka_unit_test_setup_teardown(test_sigterm_asks_to_stop, begin, end),
        cmocka_unit_test_setup_teardown(test_who_does_not_stop_in_time_is_left, begin, end),
        cmocka_unit_test(test_a_forgotten_handle_is_an_abort_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
