#include <api/waits.h>

#include <nt/clock.h>
#include <nt_cmocka.h>

static struct nt_loop *loop;

struct one {
    bool is_there;
    int calls;
    bool was_met;
    bool quits;
};

static bool is_there(void *arg)
{
    return ((struct one *)arg)->is_there;
}

static void on_done(void *arg, bool is_met)
{
    struct one *one = arg;
    one->calls++;
    one->was_met = is_met;
    if (one->quits)
        nt_loop_quit(loop, 0);
}

static void test_a_wait_ends_once_when_it_is_met_or_late(void **state)
{
    (void)state;
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    struct waits *waits = waits_new(loop);
    struct one at_once = {.is_there = true};
    struct one later = {0};
    struct one never = {.quits = true};
    waits_add(waits, 100, is_there, on_done, &at_once);
    assert_true(at_once.calls == 1 && at_once.was_met);
    waits_add(waits, 5000, is_there, on_done, &later);
    waits_add(waits, 100, is_there, on_done, &never);
    waits_check(waits);
    assert_int_equal(later.calls + never.calls, 0);
    later.is_there = true;
    waits_check(waits);
    waits_check(waits);
    assert_true(later.calls == 1 && later.was_met);
    int64_t begin_ms = nt_mono_ms();
    assert_int_equal(nt_loop_run(loop, NULL, NULL, 1000), 0);
    assert_true(nt_mono_ms() - begin_ms >= 90);
    assert_true(never.calls == 1 && !never.was_met);
    struct one closed = {0};
    waits_add(waits, 60000, is_there, on_done, &closed);
    waits_free(waits);
    assert_true(closed.calls == 1 && !closed.was_met);
    nt_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wait_ends_once_when_it_is_met_or_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
