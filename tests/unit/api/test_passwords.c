#include <api/passwords.h>

#include <nt_cmocka.h>
#include <string.h>

static struct nt_loop *loop;

struct got {
    int status;
    char hash[200];
    int calls;
    int wanted_calls;
    int busy;
};

static void on_done(void *arg, int status, const char *hash)
{
    struct got *got = arg;
    got->status = status;
    got->busy += status == -EBUSY;
    if (hash != NULL)
        (void)snprintf(got->hash, sizeof(got->hash), "%s", hash);
    if (++got->calls == got->wanted_calls)
        nt_loop_quit(loop, 0);
}

static void run(void)
{
    assert_int_equal(nt_loop_run(loop, NULL, NULL, 1000), 0);
}

static void test_only_the_right_password_is_right(void **state)
{
    (void)state;
    struct passwords *passwords = NULL;
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    assert_int_equal(passwords_new(loop, &passwords, NULL), 0);
    struct got made = {.wanted_calls = 1};
    passwords_hash(passwords, "correct horse", on_done, &made);
    run();
    assert_int_equal(made.status, 0);
    assert_int_equal(strncmp(made.hash, "$argon2id$", 10), 0);

    static const struct {
        const char *password;
        bool has_hash;
        int status;
    } cases[] = {
        {"correct horse", true, 0}, {"wrong", true, -EACCES}, {"correct horse", false, -EACCES}};
    passwords_free(passwords);
    nt_loop_free(loop);
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        assert_int_equal(nt_loop_new(&loop, NULL), 0);
        assert_int_equal(passwords_new(loop, &passwords, NULL), 0);
        struct got got = {.wanted_calls = 1};
        passwords_check(passwords, cases[i].password, cases[i].has_hash ? made.hash : "", on_done,
                        &got);
        run();
        assert_int_equal(got.status, cases[i].status);
        passwords_free(passwords);
        nt_loop_free(loop);
    }
}

static void test_too_many_at_once_are_refused(void **state)
{
    (void)state;
    struct passwords *passwords = NULL;
    assert_int_equal(nt_loop_new(&loop, NULL), 0);
    assert_int_equal(passwords_new(loop, &passwords, NULL), 0);
    struct got got = {.wanted_calls = 100};
    for (int i = 0; i < 30; i++)
        passwords_hash(passwords, "x", on_done, &got);
    assert_int_equal(got.busy, 12); /* 2 run, 16 wait */
    passwords_free(passwords);
    assert_int_equal(got.calls, 28); /* what waited was told; what runs ends by itself */
    assert_int_equal(got.status, -ECANCELED);
    nt_loop_free(loop);
    assert_int_equal(got.calls, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_right_password_is_right),
        cmocka_unit_test(test_too_many_at_once_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
