#include <api/tries.h>
#include <nt_cmocka.h>
#include <stdio.h>

#define FREE 5

static void test_failures_cost_more_and_more(void **state)
{
    (void)state;
    struct tries *tries = tries_new();
    int64_t now_ms = 1000;
    for (int i = 0; i < FREE; i++) {
        assert_int_equal(tries_wait_s(tries, "ann", FREE, now_ms), 0);
        tries_failed(tries, "ann", now_ms);
    }
    int64_t last_s = 0;
    for (int i = 0; i < 12; i++) {
        int64_t wait_s = tries_wait_s(tries, "ann", FREE, now_ms);
        assert_true(wait_s >= 1 && wait_s >= last_s && wait_s <= 300);
        now_ms += wait_s * 1000;
        assert_int_equal(tries_wait_s(tries, "ann", FREE, now_ms), 0);
        tries_failed(tries, "ann", now_ms);
        last_s = wait_s;
    }
    assert_int_equal(last_s, 300);
    assert_int_equal(tries_wait_s(tries, "bob", FREE, now_ms), 0);
    tries_succeeded(tries, "ann");
    assert_int_equal(tries_wait_s(tries, "ann", FREE, now_ms), 0);
    tries_free(tries);
}

static void test_an_hour_forgets(void **state)
{
    (void)state;
    struct tries *tries = tries_new();
    for (int i = 0; i < 20; i++)
        tries_failed(tries, "ann", 0);
    assert_true(tries_wait_s(tries, "ann", FREE, 1000) > 0);
    int64_t later_ms = 3600 * 1000 + 1;
    assert_int_equal(tries_wait_s(tries, "ann", FREE, later_ms), 0);
    tries_failed(tries, "ann", later_ms);
    assert_int_equal(tries_wait_s(tries, "ann", FREE, later_ms), 0);
    tries_free(tries);
}

static void test_the_oldest_failure_makes_room(void **state)
{
    (void)state;
    struct tries *tries = tries_new();
    char name[16];
    tries_failed(tries, "first", 0);
    for (int i = 0; i < TRIES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "p%d", i);
        tries_failed(tries, name, i);
    }
    assert_int_equal(tries_wait_s(tries, "first", 0, 1), 0);
    assert_int_equal(tries_wait_s(tries, "p0", 0, 1), 2);
    tries_free(tries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures_cost_more_and_more),
        cmocka_unit_test(test_an_hour_forgets),
        cmocka_unit_test(test_the_oldest_failure_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
