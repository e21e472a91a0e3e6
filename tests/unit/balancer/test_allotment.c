#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <balancer/allotment.h>

#include <math.h>

static void test_factor(void **state)
{
    (void)state;
    static const struct {
        double g, f;
    } cases[] = {{0, 1}, {0.75, 1}, {0.80, 0.75}, {0.825, 0.625}, {0.90, 0.25}, {2, 0.25}};
    for (size_t i = 0; i < NT_COUNT(cases); i++)
        if (fabs(allotment_factor(cases[i].g) - cases[i].f) > 1e-9)
            fail_msg("f(%g) is %g", cases[i].g, allotment_factor(cases[i].g));
}

/* One resource at a time: memory is so large that it never decides. */
static const int64_t PLENTY = (int64_t)1 << 40;

static void test_new(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t capacity, granted, requested, minimum;
        double share_max_pct;
        enum allotment_fit fit;
        int64_t expected;
    } cases[] = {
        {"empty host", 4000, 0, 2000, 100, 100, ALLOTMENT_FULL, 2000},
        {"up to three quarters", 4000, 2000, 1000, 100, 100, ALLOTMENT_FULL, 1000},
        {"on the slope", 4000, 2200, 1000, 100, 100, ALLOTMENT_REDUCED, 750},
        {"nearly full", 4000, 3000, 1000, 100, 100, ALLOTMENT_REDUCED, 250},
        {"the minimum holds", 4000, 3000, 1000, 400, 100, ALLOTMENT_REDUCED, 400},
        {"no room for the minimum", 4000, 3700, 1000, 400, 100, ALLOTMENT_NONE, 0},
        {"larger than the host, but a quarter fits", 4000, 0, 8000, 100, 100, ALLOTMENT_REDUCED,
         2000},
        {"more than a server's share", 4000, 0, 3000, 100, 50, ALLOTMENT_NONE, 0},
        {"full", 4000, 4000, 100, 100, 100, ALLOTMENT_NONE, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        const struct allotment_host host = {
            .capacity = {.cpu_milli = cases[i].capacity, .mem_bytes = PLENTY},
            .granted = {.cpu_milli = cases[i].granted}};
        const struct nt_resources requested = {.cpu_milli = cases[i].requested, .mem_bytes = 1000};
        const struct nt_resources minimum = {.cpu_milli = cases[i].minimum, .mem_bytes = 1};
        const struct allotment got =
            allotment_new(&host, &requested, &minimum, cases[i].share_max_pct);
        if (got.fit != cases[i].fit ||
            (got.fit != ALLOTMENT_NONE && got.granted.cpu_milli != cases[i].expected))
            fail_msg("%s: fit %d, %lld milli", cases[i].name, (int)got.fit,
                     (long long)got.granted.cpu_milli);
    }
}

static void test_resize(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t others, now, requested;
        enum allotment_fit fit;
        int64_t expected;
    } cases[] = {
        {"smaller is given whole", 3500, 500, 200, ALLOTMENT_FULL, 200},
        {"larger where there is room", 0, 500, 2000, ALLOTMENT_FULL, 2000},
        {"noted, though the formula gives no more now", 3000, 900, 1000, ALLOTMENT_REDUCED, 900},
        {"nothing is left", 3100, 900, 1000, ALLOTMENT_NONE, 0},
        {"part of it", 2000, 500, 1400, ALLOTMENT_REDUCED, 700},
        {"no more than is left", 3600, 100, 4000, ALLOTMENT_REDUCED, 400},
        {"the same again", 3500, 500, 500, ALLOTMENT_FULL, 500},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        const struct allotment_host host = {.capacity = {.cpu_milli = 4000, .mem_bytes = PLENTY},
                                            .granted = {.cpu_milli = cases[i].others}};
        const struct nt_resources now = {.cpu_milli = cases[i].now, .mem_bytes = 10};
        const struct nt_resources requested = {.cpu_milli = cases[i].requested, .mem_bytes = 10};
        const struct nt_resources minimum = {.cpu_milli = 100};
        const struct allotment got = allotment_resize(&host, &now, &requested, &minimum, 100);
        if (got.fit != cases[i].fit ||
            (got.fit != ALLOTMENT_NONE && got.granted.cpu_milli != cases[i].expected))
            fail_msg("%s: fit %d, %lld milli", cases[i].name, (int)got.fit,
                     (long long)got.granted.cpu_milli);
    }
}

/* Whatever is asked for: granted is within what is left and what was asked, and the largest that
 * is named is never refused. */
static void test_properties(void **state)
{
    (void)state;
    const struct nt_resources minimum = {.cpu_milli = 100, .mem_bytes = 100};
    for (int64_t granted = 0; granted <= 4000; granted += 137) {
        const struct allotment_host host = {
            .capacity = {.cpu_milli = 4000, .mem_bytes = 4000},
            .granted = {.cpu_milli = granted, .mem_bytes = 4000 - granted}};
        const struct nt_resources largest = allotment_largest(&host, &minimum, 100);
        if (largest.cpu_milli > 0)
            assert_int_not_equal(allotment_new(&host, &largest, &minimum, 100).fit, ALLOTMENT_NONE);
        for (int64_t asked = 100; asked <= 5000; asked += 53) {
            const struct nt_resources requested = {.cpu_milli = asked, .mem_bytes = 100};
            const struct allotment got = allotment_new(&host, &requested, &minimum, 100);
            if (got.fit == ALLOTMENT_NONE)
                continue;
            assert_true(got.granted.cpu_milli <= asked);
            assert_true(got.granted.cpu_milli <= 4000 - granted);
            assert_true(got.granted.cpu_milli >= 100);
        }
    }
}

static void test_whole_or_not(void **state)
{
    (void)state;
    const struct allotment_host host = {
        .capacity = {.cpu_milli = 4000, .mem_bytes = 4000, .gpu_count = 1, .disk_bytes = 100},
        .granted = {.disk_bytes = 60}};
    const struct nt_resources minimum = {0};
    struct nt_resources requested = {.cpu_milli = 1, .mem_bytes = 1, .gpu_count = 1};
    assert_int_equal(allotment_new(&host, &requested, &minimum, 100).fit, ALLOTMENT_FULL);
    requested.gpu_count = 2;
    assert_int_equal(allotment_new(&host, &requested, &minimum, 100).fit, ALLOTMENT_NONE);
    requested.gpu_count = 0;
    requested.disk_bytes = 41;
    assert_int_equal(allotment_new(&host, &requested, &minimum, 100).fit, ALLOTMENT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor),       cmocka_unit_test(test_new),
        cmocka_unit_test(test_resize),       cmocka_unit_test(test_properties),
        cmocka_unit_test(test_whole_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
