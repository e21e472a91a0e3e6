/*
 * Rates on a real pair of interfaces, in network namespaces of this test's own. Where the machine
 * allows none (no user namespaces and not root), there is nothing to test on.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <nt_cmocka.h>
#include <provisioner/netrate.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SKIPPED = 77 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                          \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* A "container": a process that sleeps in a network namespace of its own. */
static pid_t start_container(void)
{
    int ready[2];
    REQUIRE(pipe2(ready, O_CLOEXEC) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        char byte = unshare(CLONE_NEWNET) == 0 ? 1 : 0;
        (void)!write(ready[1], &byte, 1);
        (void)pause();
        _exit(0);
    }
    char byte = 0;
    REQUIRE(read(ready[0], &byte, 1) == 1 && byte == 1);
    return pid;
}

/* $PID is the container. */
static void run(const char *command)
{
    REQUIRE(system(command) == 0);
}

static void expect(int netns, int64_t up_bps, int64_t down_bps)
{
    struct nt_error err = NT_ERROR_INIT;
    const struct netrate wanted = {.up_bps = up_bps, .down_bps = down_bps};
    for (int i = 0; i < 2; i++) { /* and again */
        struct netrate now = {-1, -1};
        if (netrate_apply(netns, &wanted, &now, &err) < 0)
            (void)fprintf(stderr, "%s\n", err.message);
        REQUIRE(err.code == 0);
        REQUIRE(now.up_bps == up_bps / 8 * 8 && now.down_bps == down_bps / 8 * 8);
    }
}

/* --- traffic of our own ----------------------------------------------------------------------- */

enum { RATE_BPS = 16000000, BURST = 32 << 10, MEASURE_MS = 1300, TRIES = 5 };

static int64_t mono_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Bits a second that arrive at fd since begun_ms, without the bucket's first burst. A reader that
 * is kept waiting on a busy machine only makes the time longer, so that the limit holds for it too.
 */
static int64_t receive(int fd, int64_t begun_ms)
{
    static char bytes[65536];
    int64_t counted = -BURST;
    int64_t now_ms = begun_ms;
    while (now_ms - begun_ms < MEASURE_MS) {
        ssize_t len = recv(fd, bytes, sizeof(bytes), 0);
        REQUIRE(len > 0);
        counted += len;
        now_ms = mono_ms();
    }
    return counted * 8000 / (now_ms - begun_ms);
}

static void send_until_closed(int fd)
{
    static const char bytes[65536];
    while (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
        continue;
}

/* The container's end sends or receives; this end does the other. */
static int64_t measure(int listener, int netns, bool is_up)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a630001), .sin_port = htons(5001)};
    int pipes[2];
    int64_t bps = 0;
    int64_t begun_ms = mono_ms();
    REQUIRE(pipe2(pipes, O_CLOEXEC) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        REQUIRE(setns(netns, CLONE_NEWNET) == 0);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
        if (is_up) {
            send_until_closed(fd);
        } else {
            bps = receive(fd, begun_ms);
            REQUIRE(write(pipes[1], &bps, sizeof(bps)) == sizeof(bps));
        }
        _exit(0);
    }
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    REQUIRE(fd >= 0);
    if (is_up)
        bps = receive(fd, begun_ms);
    else
        send_until_closed(fd);
    (void)close(fd);
    if (!is_up)
        REQUIRE(read(pipes[0], &bps, sizeof(bps)) == sizeof(bps));
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    REQUIRE(waitpid(pid, NULL, 0) == pid);
    return bps;
}

/* Within 10 %. A busy machine may keep the sender from its share, never from its limit. */
static void expect_traffic(int netns)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(5001)};
    run("ip addr add 10.99.0.1/24 dev nt_out && ip link set nt_out up");
    run("nsenter -t $PID -n sh -c 'ip addr add 10.99.0.2/24 dev nt_in && ip link set nt_in up'");
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(listener, 4) == 0);
    for (int is_up = 0; is_up < 2; is_up++) {
        int64_t bps = 0;
        for (int i = 0; i < TRIES && bps < RATE_BPS * INT64_C(9) / 10; i++) {
            bps = measure(listener, netns, is_up == 1);
            (void)fprintf(stderr, "%s: %lld of %d bits a second\n", is_up ? "up" : "down",
                          (long long)bps, RATE_BPS);
            REQUIRE(bps <= RATE_BPS * INT64_C(11) / 10);
        }
        REQUIRE(bps >= RATE_BPS * INT64_C(9) / 10);
    }
    (void)close(listener);
}

/* A network where this process may do everything: as root of a user namespace, else as root. */
static bool enter_own_network(void)
{
    char map[32];
    (void)snprintf(map, sizeof(map), "0 %u 1", (unsigned)getuid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return unshare(CLONE_NEWNET) == 0;
    int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    bool is_root = fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map);
    if (fd >= 0)
        (void)close(fd);
    return is_root; /* otherwise the programs that are started lose their rights */
}

/* In a child: namespaces go with it. */
static void try_rates(void)
{
    struct nt_error err = NT_ERROR_INIT;
    struct netrate now;
    struct stat before;
    struct stat after;
    if (!enter_own_network())
        _exit(SKIPPED);
    pid_t pid = start_container();
    char number[16];
    (void)snprintf(number, sizeof(number), "%d", (int)pid);
    REQUIRE(setenv("PID", number, 1) == 0);
    int netns = netrate_open(pid);
    REQUIRE(netns >= 0);
    REQUIRE(netrate_apply(netns, &(struct netrate){0}, &now, &err) == -ENODEV);
    if (system("ip link add name nt_out type veth peer name nt_in 2>/dev/null") != 0)
        _exit(SKIPPED);
    run("ip link set nt_in netns $PID");
    REQUIRE(stat("/proc/thread-self/ns/net", &before) == 0);
    expect(netns, 0, 0);
    expect(netns, 20000000, 50000000);
    run("tc qdisc show dev nt_out | grep -q 'tbf.* rate 50Mbit'");
    run("nsenter -t $PID -n tc qdisc show dev nt_in | grep -q 'tbf.* rate 20Mbit'");
    expect(netns, 1000001, 0);          /* one changed, one gone */
    expect(netns, 64000, 100000000000); /* 100 Gbit/s needs more than 32 bits */
    expect(netns, RATE_BPS, RATE_BPS);
    expect_traffic(netns);
    expect(netns, 0, 0);
    run("tc qdisc add dev nt_out root pfifo"); /* somebody else's */
    expect(netns, 8000000, 8000000);
    REQUIRE(stat("/proc/thread-self/ns/net", &after) == 0);
    REQUIRE(before.st_ino == after.st_ino);
    (void)close(netns);
    (void)kill(pid, 9);
    (void)waitpid(pid, NULL, 0);
    _exit(0);
}

static void test_rates_hold_and_are_read_back(void **state)
{
    (void)state;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        try_rates();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_nobody_there(void **state)
{
    (void)state;
    assert_int_equal(netrate_open(0), -ESRCH);
    assert_int_equal(netrate_open(INT32_MAX), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_hold_and_are_read_back),
        cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
