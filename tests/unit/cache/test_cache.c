/* Against a real redis-server of our own on a socket in a folder of our own. */
#include <nt/cache.h>
#include <nt/clock.h>
#include <nt_cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <uv.h>

enum { PATIENCE_MS = 10000 };

struct fixture {
    char folder[64];
    char path[96];
    pid_t redis;
    struct nt_loop *loop;
    struct nt_cache *cache;
    struct nt_timer *tick;
    int done_count;
    int status;
    size_t values_count;
    char values[4][32]; /* "-" where absent */
};

static void start_redis(struct fixture *fixture)
{
    fixture->redis = fork();
    assert_true(fixture->redis >= 0);
    if (fixture->redis == 0) {
        (void)execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", fixture->path,
                     "--save", "", "--dir", fixture->folder, "--logfile", "redis.log",
                     (char *)NULL);
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
    (void)unlink(fixture->path);
}

static void on_tick(void *arg)
{
    (void)arg; /* the loop turns: the condition is looked at again */
}

static void wait_until(struct fixture *fixture, bool (*is_true)(const struct fixture *fixture))
{
    int64_t give_up_mono_ms = nt_mono_ms() + PATIENCE_MS;
    while (!is_true(fixture) && nt_mono_ms() < give_up_mono_ms)
        (void)uv_run(nt_loop_uv(fixture->loop), UV_RUN_ONCE);
    assert_true(is_true(fixture));
}

static bool is_connected(const struct fixture *fixture)
{
    return nt_cache_is_connected(fixture->cache);
}

static bool is_away(const struct fixture *fixture)
{
    return !nt_cache_is_connected(fixture->cache);
}

static bool is_done(const struct fixture *fixture)
{
    return fixture->done_count > 0;
}

static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    (void)snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/nt_cache_XXXXXX");
    if (mkdtemp(fixture->folder) == NULL || nt_loop_new(&fixture->loop, NULL) < 0)
        return -1;
    (void)snprintf(fixture->path, sizeof(fixture->path), "%s/redis.sock", fixture->folder);
    fixture->tick = nt_timer_new(fixture->loop, on_tick, fixture);
    nt_timer_start(fixture->tick, 10, 10);
    start_redis(fixture);
    return nt_cache_open(fixture->loop, fixture->path, &fixture->cache, NULL);
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    nt_cache_close(fixture->cache);
    nt_timer_free(fixture->tick);
    nt_loop_free(fixture->loop); /* aborts on a forgotten handle */
    stop_redis(fixture);
    char log[96];
    (void)snprintf(log, sizeof(log), "%s/redis.log", fixture->folder);
    (void)unlink(log);
    (void)rmdir(fixture->folder);
    free(fixture);
    return 0;
}

static void on_set(void *arg, int status)
{
    struct fixture *fixture = arg;
    fixture->done_count++;
    fixture->status = status;
}

static void on_get(void *arg, int status, const struct nt_span *values, size_t count)
{
    struct fixture *fixture = arg;
    fixture->done_count++;
    fixture->status = status;
    fixture->values_count = count;
    for (size_t i = 0; i < count && i < NT_COUNT(fixture->values); i++) {
        if (values[i].data == NULL)
            strcpy(fixture->values[i], "-");
        else
            (void)snprintf(fixture->values[i], sizeof(fixture->values[i]), "%.*s",
                           (int)values[i].len, (const char *)values[i].data);
    }
}

static int set(struct fixture *fixture, const char *key, const char *value, int64_t expire_ms)
{
    fixture->done_count = 0;
    nt_cache_set(fixture->cache, key, nt_span_of(value), expire_ms, on_set, fixture);
    wait_until(fixture, is_done);
    assert_int_equal(fixture->done_count, 1);
    return fixture->status;
}

static int get(struct fixture *fixture, const char *const *keys, size_t count)
{
    fixture->done_count = 0;
    nt_cache_get(fixture->cache, keys, count, on_get, fixture);
    wait_until(fixture, is_done);
    assert_int_equal(fixture->done_count, 1);
    return fixture->status;
}

static void test_what_was_set_is_read_and_what_was_not_is_absent(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    assert_int_equal(set(fixture, "neaptide:host:a", "high water", 60000), 0);
    assert_int_equal(set(fixture, "neaptide:host:b", "", 60000), 0);
    const char *keys[] = {"neaptide:host:a", "neaptide:host:none", "neaptide:host:b"};
    assert_int_equal(get(fixture, keys, 3), 0);
    assert_int_equal(fixture->values_count, 3);
    assert_string_equal(fixture->values[0], "high water");
    assert_string_equal(fixture->values[1], "-");
    assert_string_equal(fixture->values[2], "");
}

static bool is_expired(const struct fixture *fixture)
{
    return fixture->done_count > 0 && strcmp(fixture->values[0], "-") == 0;
}

static void ask_until_expired(void *arg, int status, const struct nt_span *values, size_t count)
{
    static const char *const keys[] = {"brief"};
    struct fixture *fixture = arg;
    on_get(arg, status, values, count);
    if (status == 0 && !is_expired(fixture))
        nt_cache_get(fixture->cache, keys, 1, ask_until_expired, arg);
}

static void test_a_value_expires(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    assert_int_equal(set(fixture, "brief", "1", 50), 0);
    strcpy(fixture->values[0], "1");
    fixture->done_count = 0;
    const char *keys[] = {"brief"};
    nt_cache_get(fixture->cache, keys, 1, ask_until_expired, fixture);
    wait_until(fixture, is_expired);
    assert_int_equal(fixture->status, 0);
}

static void test_a_refusal_by_redis_is_an_error_of_that_command_only(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    assert_int_equal(set(fixture, "key", "value", 0), -EIO); /* PX 0 is invalid */
    assert_int_equal(set(fixture, "key", "value", 1000), 0);
}

static void test_commands_fail_at_once_while_redis_is_away_and_it_reconnects(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    stop_redis(fixture);
    wait_until(fixture, is_away);
    fixture->done_count = 0;
    nt_cache_set(fixture->cache, "key", nt_span_of("1"), 1000, on_set, fixture);
    assert_int_equal(fixture->done_count, 1);
    assert_int_equal(fixture->status, -ENOTCONN);
    start_redis(fixture);
    wait_until(fixture, is_connected);
    assert_int_equal(set(fixture, "key", "2", 1000), 0);
}

static void test_a_peer_that_says_nothing_is_given_up(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    (void)kill(fixture->redis, SIGSTOP);
    assert_int_equal(set(fixture, "key", "1", 1000), -ETIMEDOUT);
    assert_false(nt_cache_is_connected(fixture->cache));
    (void)kill(fixture->redis, SIGCONT);
    wait_until(fixture, is_connected);
    assert_int_equal(set(fixture, "key", "1", 1000), 0);
}

static void test_closing_answers_what_waits(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    (void)kill(fixture->redis, SIGSTOP);
    fixture->done_count = 0;
    nt_cache_set(fixture->cache, "key", nt_span_of("1"), 1000, on_set, fixture);
    assert_int_equal(fixture->done_count, 0);
    nt_cache_close(nt_take(fixture->cache));
    assert_int_equal(fixture->done_count, 1);
    assert_int_equal(fixture->status, -ENOTCONN);
}

static void test_the_queue_is_bounded(void **state)
{
    struct fixture *fixture = *state;
    wait_until(fixture, is_connected);
    (void)kill(fixture->redis, SIGSTOP);
    for (int i = 0; i < NT_CACHE_WAITING_MAX; i++)
        nt_cache_set(fixture->cache, "key", nt_span_of("1"), 1000, NULL, NULL);
    fixture->done_count = 0;
    nt_cache_set(fixture->cache, "key", nt_span_of("1"), 1000, on_set, fixture);
    assert_int_equal(fixture->done_count, 1);
    assert_int_equal(fixture->status, -ENOBUFS);
}

static void test_an_address_must_have_a_form(void **state)
{
    struct fixture *fixture = *state;
    static const char *const wrong[] = {"redis",       "redis:", ":6379",     "redis:0",
                                        "redis:65536", "",       "redis:port"};
    for (size_t i = 0; i < NT_COUNT(wrong); i++) {
        struct nt_cache *cache = NULL;
        struct nt_error err = NT_ERROR_INIT;
        assert_int_equal(nt_cache_open(fixture->loop, wrong[i], &cache, &err), -EINVAL);
        assert_non_null(strstr(err.message, "host:port"));
        assert_null(cache);
    }
}

static void test_a_host_that_cannot_be_reached_does_not_stop_the_loop(void **state)
{
    struct fixture *fixture = *state;
    static const char *const away[] = {"127.0.0.1:1", "[::1]:1", "name.invalid:6379"};
    for (size_t i = 0; i < NT_COUNT(away); i++) {
        struct nt_cache *cache = NULL;
        assert_int_equal(nt_cache_open(fixture->loop, away[i], &cache, NULL), 0);
        for (int turn = 0; turn < 20; turn++)
            (void)uv_run(nt_loop_uv(fixture->loop), UV_RUN_ONCE);
        assert_false(nt_cache_is_connected(cache));
        nt_cache_close(cache);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_set_is_read_and_what_was_not_is_absent),
        TEST(test_a_value_expires),
        TEST(test_a_refusal_by_redis_is_an_error_of_that_command_only),
        TEST(test_commands_fail_at_once_while_redis_is_away_and_it_reconnects),
        TEST(test_a_peer_that_says_nothing_is_given_up),
        TEST(test_closing_answers_what_waits),
        TEST(test_the_queue_is_bounded),
        TEST(test_an_address_must_have_a_form),
        TEST(test_a_host_that_cannot_be_reached_does_not_stop_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
