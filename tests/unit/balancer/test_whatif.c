#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/scenario.h>
#include <balancer/whatif.h>
#include <nt/text.h>

/* host-1 of 4 cores: big (1.8 cores from slot 120 to 144) beside steady (2 cores); spare-1 is
 * empty. */
static void setup(struct fixture *f)
{
    fixture_init(f);
    fixture_server(f, "big", "host-1", 2000, GIB);
    fixture_server(f, "steady", "host-1", 1000, 2 * GIB);
    fixture_forecast(f, "big", 300, 1800, 120, 144);
    fixture_forecast(f, "steady", 2000, 2000, 0, 0);
}

static const struct whatif_host *host_of(const struct whatif *whatif, const char *host)
{
    for (size_t i = 0; i < whatif->hosts_count; i++)
        if (nt_text_is(whatif->hosts[i].host, host))
            return &whatif->hosts[i];
    return NULL;
}

static void near(double a, double b)
{
    if (a < b - 0.2 || a > b + 0.2)
        fail_msg("%g is not %g", a, b);
}

static void test_move(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct whatif whatif;
    const struct whatif_ask ask = {.kind = WHATIF_MOVE, .server = "big"};
    whatif_answer(&f.context, &f.arena, &ask, &whatif);
    assert_null(whatif.problem);
    assert_string_equal(whatif.to, "spare-1");
    assert_int_equal(whatif.hosts_count, 2);
    const struct whatif_host *from = host_of(&whatif, "host-1"), *to = host_of(&whatif, "spare-1");
    near(from->without.peak_pct, 95);
    near(from->with.peak_pct, 50);
    near(from->without.probability, 1);
    near(from->with.probability, 0);
    near(from->without.above_ms / 60000, 120);
    near(from->with.above_ms, 0);
    near(to->with.peak_pct, 45);
    near((double)from->without.pct[42], 95); /* slots 126 to 128 */
    near((double)from->with.pct[42], 50);
    assert_int_equal(f.effects.count, 0);
    fixture_deinit(&f);
}

static void test_others(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct whatif_ask ask;
        const char *problem, *host;
        double with_peak_pct;
    } cases[] = {
        {"twice as large",
         {.kind = WHATIF_RESIZE, .server = "big", .size = {.cpu_milli = 4000, .mem_bytes = GIB}},
         NULL,
         "host-1",
         140},
        {"larger than the host",
         {.kind = WHATIF_RESIZE, .server = "big", .size = {.cpu_milli = 5000, .mem_bytes = GIB}},
         "no-room",
         "host-1",
         162.5},
        {"gone", {.kind = WHATIF_REMOVE, .server = "steady"}, NULL, "host-1", 45},
        {"one more",
         {.kind = WHATIF_ADD, .size = {.cpu_milli = 400, .mem_bytes = GIB}},
         NULL,
         "host-1",
         0},
        {"too much memory",
         {.kind = WHATIF_ADD, .size = {.cpu_milli = 400, .mem_bytes = 90 * GIB}},
         "no-room",
         NULL,
         0},
        {"to where it is",
         {.kind = WHATIF_MOVE, .server = "big", .to = "host-1"},
         "host-unsuitable",
         NULL,
         0},
        {"nobody's", {.kind = WHATIF_MOVE, .server = "none"}, "not-found", NULL, 0},
        {"no such host", {.kind = WHATIF_HOST_LOST, .host = "host-9"}, "host-unknown", NULL, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        setup(&f);
        struct whatif whatif;
        whatif_answer(&f.context, &f.arena, &cases[i].ask, &whatif);
        if (!nt_text_is(whatif.problem, cases[i].problem))
            fail_msg("%s: %s", cases[i].name, whatif.problem != NULL ? whatif.problem : "none");
        if (cases[i].host != NULL) {
            const struct whatif_host *host = host_of(&whatif, cases[i].host);
            if (host == NULL)
                fail_msg("%s: %s is not in the answer", cases[i].name, cases[i].host);
            if (cases[i].with_peak_pct > 0)
                near(host->with.peak_pct, cases[i].with_peak_pct);
        }
        fixture_deinit(&f);
    }
}

static void test_lost_host(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct whatif whatif;
    const struct whatif_ask ask = {.kind = WHATIF_HOST_LOST, .host = "host-1"};
    whatif_answer(&f.context, &f.arena, &ask, &whatif);
    assert_null(whatif.problem);
    near(host_of(&whatif, "host-1")->with.peak_pct, 0);
    near(host_of(&whatif, "spare-1")->with.peak_pct, 95);

    /* Not both fit beside what is there: the larger goes first, the other is homeless. */
    fixture_server(&f, "there", "spare-1", 100, 6 * GIB);
    whatif_answer(&f.context, &f.arena, &ask, &whatif);
    assert_string_equal(whatif.problem, "no-room");
    assert_int_equal(whatif.homeless_count, 1);
    assert_string_equal(whatif.homeless[0], "big");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_lost_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
