#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <balancer/fair.h>
#include <nt/cleanup.h>

#include <string.h>

static struct fair_server server(int owner, int64_t cpu)
{
    return (struct fair_server){.owner = owner, .requested = {cpu, 0, 0}, .now = {cpu, 0, 0}};
}

static void test_shares(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double weights[3];
        struct {
            int owner;
            int64_t asked;
        } servers[4];
        double cap_pct;
        int64_t shares[4];
    } cases[] = {
        {"enough for all", {1, 1, 1}, {{0, 300}, {1, 300}, {2, 300}}, 100, {300, 300, 300}},
        {"the modest get all", {1, 1, 1}, {{0, 100}, {1, 900}, {2, 900}}, 100, {100, 450, 450}},
        {"by person, not by server",
         {1, 1, 1},
         {{0, 900}, {0, 900}, {1, 900}},
         100,
         {250, 250, 500}},
        {"by weight", {3, 1, 1}, {{0, 900}, {1, 900}}, 100, {750, 250}},
        {"the small server of a person first",
         {1, 1, 1},
         {{0, 50}, {0, 900}, {1, 900}},
         100,
         {50, 450, 500}},
        {"no server beyond its cap", {1, 1, 1}, {{0, 900}, {1, 100}}, 60, {600, 100}},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        const struct fair_host host = {.capacity = {1000, 0, 0}, .cap_pct = cases[i].cap_pct};
        struct fair_server servers[4];
        size_t count = 0;
        for (; count < 4 && cases[i].servers[count].asked > 0; count++)
            servers[count] = server(cases[i].servers[count].owner, cases[i].servers[count].asked);
        fair_share(&host, cases[i].weights, 3, servers, count);
        for (size_t k = 0; k < count; k++)
            if (servers[k].share[FAIR_CPU] < cases[i].shares[k] - 1 ||
                servers[k].share[FAIR_CPU] > cases[i].shares[k])
                fail_msg("%s: server %zu has %lld", cases[i].name, k,
                         (long long)servers[k].share[FAIR_CPU]);
    }
}

static void test_network_is_not_taken_for_cpu(void **state)
{
    (void)state;
    const struct fair_host host = {.capacity = {1000, 1000, 0}, .cap_pct = 100};
    const double weights[] = {1, 1};
    struct fair_server servers[] = {
        {.owner = 0, .requested = {900, 300, 500}},
        {.owner = 1, .requested = {900, 300, 500}},
    };
    fair_share(&host, weights, 2, servers, 2);
    assert_int_equal(servers[0].share[FAIR_CPU], 500);
    assert_int_equal(servers[0].share[FAIR_UP], 300);
    assert_int_equal(servers[0].share[FAIR_DOWN], 500); /* not limited */
}

static void test_cut_and_given_back(void **state)
{
    (void)state;
    enum { MINUTE = 60 * 1000 };
    const struct fair_host host = {.capacity = {1000, 0, 0}, .cap_pct = 100};
    const double weights[] = {1, 1};
    struct fair_server servers[] = {server(0, 700), server(1, 200), server(0, 400)};
    int64_t now_ms = INT64_C(1000) * MINUTE;
    fair_share(&host, weights, 2, servers, 3);
    assert_int_equal(fair_step(&host, weights, 2, servers, 3, true, now_ms), 1);
    assert_int_equal(servers[0].now[FAIR_CPU], 400);
    assert_int_equal(servers[1].now[FAIR_CPU], 200);
    assert_int_equal(servers[2].now[FAIR_CPU], 400);

    /* The danger is over, but there is no room yet: nothing flaps. */
    now_ms += INT64_C(10) * MINUTE;
    assert_int_equal(fair_step(&host, weights, 2, servers, 3, false, now_ms), 0);
    /* Somebody left. Not twice within five minutes, and only within the dead band. */
    struct fair_server fewer[] = {servers[0], server(1, 100)};
    fewer[0].changed_ms = now_ms - MINUTE;
    assert_int_equal(fair_step(&host, weights, 2, fewer, 2, false, now_ms), 0);
    fewer[0].changed_ms = now_ms - INT64_C(6) * MINUTE;
    assert_int_equal(fair_step(&host, weights, 2, fewer, 2, false, now_ms), 1);
    assert_int_equal(fewer[0].now[FAIR_CPU], 700);
}

static void test_furthest_below_first(void **state)
{
    (void)state;
    const struct fair_host host = {.capacity = {1000, 0, 0}, .cap_pct = 100};
    const double weights[] = {1, 1};
    struct fair_server servers[] = {server(0, 500), server(1, 500)};
    servers[0].now[FAIR_CPU] = 300;
    servers[1].now[FAIR_CPU] = 200;
    /* 850 at most: there is room for the second alone */
    assert_int_equal(fair_step(&host, weights, 2, servers, 2, false, 1), 1);
    assert_int_equal(servers[0].now[FAIR_CPU], 300);
    assert_int_equal(servers[1].now[FAIR_CPU], 500);
}

/* --- whatever comes --------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return *state >> 33;
}

enum { SERVERS = 30, OWNERS = 6 };

static int64_t of_owner(const struct fair_server *servers, int owner, int r, bool is_share)
{
    int64_t sum = 0;
    for (int i = 0; i < SERVERS; i++)
        if (servers[i].owner == owner)
            sum += is_share ? servers[i].share[r] : servers[i].requested[r];
    return sum;
}

static void check(const struct fair_host *host, const double *weights,
                  const struct fair_server *servers)
{
    double all_weights = 0;
    for (int o = 0; o < OWNERS; o++)
        all_weights += weights[o];
    for (int r = 0; r < FAIR_RESOURCES; r++) {
        int64_t total = 0;
        for (int i = 0; i < SERVERS; i++) {
            assert_true(servers[i].share[r] >= 0);
            assert_true(servers[i].share[r] <= servers[i].requested[r]);
            total += servers[i].share[r];
        }
        if (host->capacity[r] > 0)
            assert_true(total <= host->capacity[r]);
        for (int o = 0; o < OWNERS; o++) {
            const double asked = (double)of_owner(servers, o, r, false);
            const double has = (double)of_owner(servers, o, r, true);
            const double entitled = weights[o] / all_weights * (double)host->capacity[r];
            /* Never below min(requested, entitlement), but for rounding down. */
            if (host->capacity[r] > 0)
                assert_true(has >= (asked < entitled ? asked : entitled) - SERVERS);
            else
                assert_true(has == asked);
            /* Max-min: who is not full has at least as much for the weight as anybody. */
            for (int p = 0; p < OWNERS && has < asked - SERVERS; p++)
                assert_true(has / weights[o] + SERVERS / weights[o] >=
                            (double)of_owner(servers, p, r, true) / weights[p] - 1e-6);
        }
    }
}

static void test_properties(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 500; round++) {
        struct fair_host host = {.cap_pct = 100};
        double weights[OWNERS];
        struct fair_server servers[SERVERS] = {0};
        for (int o = 0; o < OWNERS; o++)
            weights[o] = 1 + (double)(next_random(&seed) % 4);
        for (int r = 0; r < FAIR_RESOURCES; r++)
            host.capacity[r] =
                next_random(&seed) % 4 == 0 ? 0 : 1000 + (int64_t)(next_random(&seed) % 20000);
        for (int i = 0; i < SERVERS; i++) {
            servers[i].owner = (int)(next_random(&seed) % OWNERS);
            for (int r = 0; r < FAIR_RESOURCES; r++)
                servers[i].requested[r] = (int64_t)(next_random(&seed) % 2000);
        }
        fair_share(&host, weights, OWNERS, servers, SERVERS);
        check(&host, weights, servers);

        /* More room never gives anybody less; the same input gives the same. */
        struct fair_server again[SERVERS], more[SERVERS];
        memcpy(again, servers, sizeof(servers));
        memcpy(more, servers, sizeof(servers));
        fair_share(&host, weights, OWNERS, again, SERVERS);
        struct fair_host larger = host;
        for (int r = 0; r < FAIR_RESOURCES; r++)
            larger.capacity[r] += larger.capacity[r] > 0 ? 500 : 0;
        fair_share(&larger, weights, OWNERS, more, SERVERS);
        for (int i = 0; i < SERVERS; i++)
            for (int r = 0; r < FAIR_RESOURCES; r++) {
                assert_int_equal(again[i].share[r], servers[i].share[r]);
                assert_true(more[i].share[r] >= servers[i].share[r]);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_network_is_not_taken_for_cpu),
        cmocka_unit_test(test_cut_and_given_back),
        cmocka_unit_test(test_furthest_below_first),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
