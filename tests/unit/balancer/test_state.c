#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/leading.h>
#include <balancer/preview.h>
#include <balancer/state.h>
#include <balancer/unreachable.h>
#include <balancer/words.h>
#include <nt/text.h>

enum { SECOND = 1000, HOUR = 3600 * 1000 };

/* --- words
 * ---------------------------------------------------------------------------------------- */

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *desired;
        const char *seen; /* NULL: nothing observed */
        bool applied;     /* run is the placement's */
        bool other_boot;
        bool unreachable;
        const char *phase;
        const char *word;
    } cases[] = {
        {"running", NULL, false, false, false, NULL, "preparing"},
        {"running", "preparing", true, false, false, NULL, "preparing"},
        {"running", "running", true, false, false, NULL, "running"},
        {"running", "running", false, false, false, NULL, "preparing"}, /* restart asked for */
        {"running", "running", true, true, false, NULL, "preparing"},   /* said before the reboot */
        {"running", "stopped", true, false, false, NULL, "preparing"},
        {"running", "failed", true, false, false, NULL, "failed"},
        {"running", "failed", false, false, false, NULL, "preparing"},
        {"running", "absent", true, false, false, NULL, "preparing"},
        {"stopped", "running", true, false, false, NULL, "running"},
        {"stopped", "running", false, false, false, NULL, "running"},
        {"stopped", "stopped", true, false, false, NULL, "stopped"},
        {"stopped", NULL, false, false, false, NULL, "stopped"},
        {"stopped", "failed", true, false, false, NULL, "failed"},
        {"deleted", "running", true, false, false, NULL, "deleting"},
        {"deleted", "running", true, false, true, NULL, "deleting"},
        {"running", "running", true, false, true, NULL, "unreachable"},
        {"running", "running", true, false, true, "copying", "unreachable"},
        {"running", "running", true, false, false, "copying", "moving"},
        {"running", "stopped", true, false, false, "cutover", "moving"},
        {"deleted", "stopped", true, false, false, "cutover", "deleting"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
        struct nt_move move = {.id = "m",
                               .from = "host-1",
                               .to = "spare-1",
                               .phase = cases[i].phase,
                               .why = "move.asked"};
        placement.desired = cases[i].desired;
        placement.move = cases[i].phase != NULL ? &move : NULL;
        placement.revision = 2;
        placement.run = 2;
        fixture_put(&f, &placement);
        if (cases[i].seen != NULL) {
            struct nt_observed observed = fixture_observed(&f, "a", "host-1", cases[i].seen);
            observed.revision = cases[i].applied ? 2 : 1;
            observed.run = cases[i].applied ? 2 : 1;
            observed.boot = cases[i].other_boot ? "earlier" : "boot";
            fixture_observe(&f, &observed);
        }
        if (cases[i].unreachable)
            fleet_find_host(&f.fleet, "host-1")->reach = FLEET_UNREACHABLE;
        const char *word = words_of(&f.fleet, fleet_find_server(&f.fleet, "a"));
        if (!nt_text_is(word, cases[i].word))
            fail_msg("line %zu: %s, not %s", i, word, cases[i].word);
        fixture_deinit(&f);
    }
}

/* --- events
 * --------------------------------------------------------------------------------------- */

static void see(struct fixture *f, const char *what)
{
    const struct nt_observed observed = fixture_observed(f, "a", "host-1", what);
    fixture_observe(f, &observed);
    state_refresh(&f->context, &f->effects, "a");
}

static void test_life(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
    fixture_put(&f, &placement);
    state_refresh(&f.context, &f.effects, "a");
    assert_string_equal(fixture_word(&f, "a"), "preparing");
    see(&f, "preparing");
    assert_int_equal(fixture_count(&f, NT_TOPIC_SERVER_STATE), 1); /* nothing that people see */
    see(&f, "running");
    assert_true(fixture_has_event(&f, "started"));
    assert_int_equal(fleet_state(fleet_find_server(&f.fleet, "a"))->sequence, 2);

    fixture_clear(&f);
    struct nt_wish wish = fixture_wish(&f, "restart", "a");
    assert_true(fixture_decide(&f, &wish)->accepted);
    assert_string_equal(fixture_word(&f, "a"), "preparing");
    see(&f, "running");
    assert_true(fixture_has_event(&f, "started"));

    fixture_clear(&f);
    wish = fixture_wish(&f, "stop", "a");
    assert_true(fixture_decide(&f, &wish)->accepted);
    assert_string_equal(fixture_word(&f, "a"), "running");
    see(&f, "stopped");
    assert_true(fixture_has_event(&f, "stopped"));
    assert_false(fixture_has_event(&f, "started"));

    fixture_clear(&f);
    wish = fixture_wish(&f, "delete", "a");
    assert_true(fixture_decide(&f, &wish)->accepted);
    assert_false(fixture_has_event(&f, "deleted"));
    see(&f, "trashed");
    assert_true(fixture_has_event(&f, "deleted"));
    assert_string_equal(fleet_state(fleet_find_server(&f.fleet, "a"))->host, "");
    fixture_clear(&f);
    see(&f, "trashed");
    see(&f, "absent");
    assert_int_equal(f.effects.count, 0); /* said once */

    fixture_advance(&f, 24 * HOUR);
    state_forget_old(&f.context, &f.effects);
    assert_int_equal(f.effects.count, 1);
    assert_int_equal(f.effects.items[0].value.len, 0);
    assert_int_equal(f.effects.items[0].topic, NT_TOPIC_SERVER_STATE);
    fixture_clear(&f);
    see(&f, "absent");
    assert_int_equal(f.effects.count, 0); /* it does not come back */
    f.context.wall_ms += INT64_C(29) * 24 * HOUR;
    state_forget_old(&f.context, &f.effects);
    assert_int_equal(f.effects.count, 1);
    assert_int_equal(f.effects.items[0].topic, NT_TOPIC_PLACEMENTS);
    fixture_deinit(&f);
}

static void test_failure_events(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    state_refresh(&f.context, &f.effects, "a");
    struct nt_fault fault = {.code = "image-missing", .message = "", .at_ms = 1};
    struct nt_observed observed = fixture_observed(&f, "a", "host-1", "failed");
    observed.fault = &fault;
    fixture_observe(&f, &observed);
    state_refresh(&f.context, &f.effects, "a");
    assert_true(fixture_has_event(&f, "failed"));
    assert_false(fixture_has_event(&f, "out-of-memory"));
    fixture_clear(&f);
    fault.at_ms = 2; /* tried again, the same */
    fixture_observe(&f, &observed);
    state_refresh(&f.context, &f.effects, "a");
    assert_false(fixture_has_event(&f, "failed"));

    see(&f, "running");
    fixture_clear(&f);
    observed = fixture_observed(&f, "a", "host-1", "stopped");
    fault.code = "out-of-memory";
    observed.fault = &fault;
    observed.oom = true;
    fixture_observe(&f, &observed);
    state_refresh(&f.context, &f.effects, "a");
    assert_true(fixture_has_event(&f, "out-of-memory"));
    fixture_deinit(&f);
}

static void test_resized(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    struct nt_resources applied = {.cpu_milli = 1000, .mem_bytes = GIB};
    struct nt_observed observed = fixture_observed(&f, "a", "host-1", "running");
    observed.applied = &applied;
    fixture_observe(&f, &observed);
    state_refresh(&f.context, &f.effects, "a");
    struct nt_resources asked = {.cpu_milli = 500, .mem_bytes = GIB};
    struct nt_wish wish = fixture_wish(&f, "resize", "a");
    wish.requested = &asked;
    assert_true(fixture_decide(&f, &wish)->accepted);
    assert_false(fixture_has_event(&f, "resized")); /* not before it was read back */
    applied.cpu_milli = 500;
    fixture_observe(&f, &observed);
    state_refresh(&f.context, &f.effects, "a");
    assert_true(fixture_has_event(&f, "resized"));
    fixture_deinit(&f);
}

/* --- silence
 * -------------------------------------------------------------------------------------- */

static void pass(struct fixture *f, int seconds, const char *heard)
{
    for (int i = 0; i < seconds; i++) {
        fixture_advance(f, SECOND);
        if (heard != NULL)
            (void)unreachable_heard(&f->fleet, heard);
        unreachable_tick(&f->context, &f->effects, SECOND);
    }
}

static void test_unreachable(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    state_refresh(&f.context, &f.effects, "a");
    pass(&f, 59, "spare-1");
    assert_string_equal(fixture_word(&f, "a"), "running");
    pass(&f, 1, "spare-1");
    assert_string_equal(fixture_word(&f, "a"), "unreachable");
    assert_string_equal(fixture_alert(&f)->subject, "host-1");
    assert_true(fixture_alert(&f)->on);
    assert_true(fixture_has_event(&f, "unreachable"));

    fixture_clear(&f);
    (void)unreachable_heard(&f.fleet, "host-1");
    pass(&f, 1, "spare-1");
    assert_string_equal(fixture_word(&f, "a"), "running");
    assert_false(fixture_alert(&f)->on);
    assert_true(fixture_has_event(&f, "back"));
    fixture_deinit(&f);
}

static void test_blind(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_current;
        bool alone;
        bool unreachable;
    } cases[] = {
        {"nobody reports: it is us", true, false, false},
        {"the log is not read to its end", false, true, false},
        {"one host: Kafka can be read", true, true, true},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        fixture_server(&f, "a", "host-1", 1000, GIB);
        if (cases[i].alone) {
            struct nt_host gone = {.host = "spare-1",
                                   .role = "spare",
                                   .engine = "",
                                   .quarantined = true,
                                   .revision = 2};
            effects_host(&f.effects, &gone);
        }
        f.context.is_current = cases[i].is_current;
        pass(&f, 120, NULL);
        const bool is_unreachable = fleet_find_host(&f.fleet, "host-1")->reach == FLEET_UNREACHABLE;
        if (is_unreachable != cases[i].unreachable)
            fail_msg("%s", cases[i].name);
        fixture_deinit(&f);
    }
}

/* A leader that has just begun keeps the last one's word until it hears itself. */
static void test_fresh_leader(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    state_refresh(&f.context, &f.effects, "a");
    struct fleet_host *host = fleet_find_host(&f.fleet, "host-1");
    host->reach = FLEET_UNREACHABLE;
    state_refresh(&f.context, &f.effects, "a");
    host->reach = FLEET_UNHEARD; /* as after a start */
    fixture_clear(&f);
    state_refresh(&f.context, &f.effects, "a");
    assert_int_equal(f.effects.count, 0);
    assert_true(unreachable_heard(&f.fleet, "host-1"));
    state_refresh_host(&f.context, &f.effects, "host-1");
    assert_string_equal(fixture_word(&f, "a"), "running");
    fixture_deinit(&f);
}

/* --- leading
 * --------------------------------------------------------------------------------------- */

static void test_take_over(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct leading leading = {.mode = "off",
                                    .time_zone = "Asia/Seoul",
                                    .cluster = "other",
                                    .address = "b:1",
                                    .moves_per_hour = 3,
                                    .cool_down_ms = 5,
                                    .act_probability = 0.5,
                                    .threshold_pct = 80,
                                    .clock_load0_ms = 1,
                                    .clock_rate = 360};
    leading_take_over(&f.context, &f.effects, &leading);
    const struct nt_pool *pool = fleet_pool(&f.fleet);
    assert_int_equal(pool->epoch, 2);
    assert_string_equal(pool->leader, "b:1");
    assert_int_equal(pool->moves_per_hour, 3);
    assert_string_equal(pool->time_zone, "Asia/Seoul");
    /* The first leader's for good: */
    assert_string_equal(pool->mode, "automatic");
    assert_string_equal(pool->cluster, "cluster");
    assert_true(pool->clock.rate == 1);
    fixture_deinit(&f);

    struct fleet empty;
    fleet_init(&empty);
    fixture_init(&f);
    f.context.fleet = &empty;
    f.effects.fleet = &empty;
    leading_take_over(&f.context, &f.effects, &leading);
    pool = fleet_pool(&empty);
    assert_string_equal(pool->mode, "off");
    assert_string_equal(pool->cluster, "other");
    assert_int_equal(pool->clock.load0_ms, 1);
    assert_int_equal(pool->clock.wall0_ms, f.context.wall_ms);
    assert_int_equal(fleet_load_ms(&empty, f.context.wall_ms + 1000), 360001);
    fleet_deinit(&empty);
    f.context.fleet = &f.fleet;
    f.effects.fleet = &f.fleet;
    fixture_deinit(&f);
}

static void test_register(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    leading_register(&f.context, &f.effects, "host-1"); /* its engine speaks for the first time */
    const struct nt_host *host = fleet_host_record(fleet_find_host(&f.fleet, "host-1"));
    assert_string_equal(host->engine, "engine");
    assert_int_equal(host->revision, 2);
    fixture_clear(&f);
    leading_register(&f.context, &f.effects, "host-1");
    leading_register(&f.context, &f.effects, "nobody");
    assert_int_equal(f.effects.count, 0);

    /* Another engine under the same name is not listened to. */
    const struct nt_agent other = {.host = "host-1",
                                   .engine = "second",
                                   .boot = "x",
                                   .address = "",
                                   .host_address = "",
                                   .version = "",
                                   .docker_version = "",
                                   .cluster = ""};
    struct nt_buf bytes = {0};
    struct nt_error err = NT_ERROR_INIT;
    assert_int_equal(nt_agent_encode(&other, &bytes, &err), 0);
    assert_int_equal(fleet_read(&f.fleet, NT_TOPIC_AGENTS, "host-1", nt_buf_span(&bytes), &err),
                     -EPERM);
    nt_buf_deinit(&bytes);
    assert_string_equal(fleet_agent(fleet_find_host(&f.fleet, "host-1"))->engine, "engine");
    fixture_deinit(&f);
}

static void test_preview(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *server; /* NULL: a new one */
        int64_t cpu_milli, mem_bytes;
        const char *fits, *key;
        int64_t granted, largest;
    } cases[] = {
        {"fits", NULL, 500, GIB, "now", "fits.now", 500, 1600},
        {"in part", NULL, 1000, GIB, "partly", "fits.partly", 500, 1600},
        {"beyond the host", NULL, 9000, GIB, "no", "fits.no", 0, 1600},
        {"more memory than there is", NULL, 100, 64 * GIB, "no", "fits.no", 0, 1600},
        {"a resize", "a", 1200, GIB, "now", "fits.now", 1200, 2600},
        {"a resize in part", "a", 1700, GIB, "partly", "fits.partly", 1487, 2600},
        {"of a server that is gone", "x", 100, GIB, "no", "fits.none", 0, 0},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        fixture_server(&f, "a", "host-1", 1000, GIB);
        fixture_server(&f, "bob-1", "host-1", 1400, GIB);
        const struct preview_ask ask = {
            .server = cases[i].server,
            .template = "web",
            .minimum = {.cpu_milli = 100, .mem_bytes = MIB},
            .requested = {.cpu_milli = cases[i].cpu_milli, .mem_bytes = cases[i].mem_bytes},
        };
        struct preview preview;
        preview_estimate(&f.context, &f.arena, &ask, &preview);
        if (!nt_text_is(preview.fits, cases[i].fits) ||
            !nt_text_is(preview.reason.key, cases[i].key) ||
            preview.granted.cpu_milli != cases[i].granted ||
            preview.largest.cpu_milli != cases[i].largest)
            fail_msg("%s: %s, %s, %lld of %lld", cases[i].name, preview.fits, preview.reason.key,
                     (long long)preview.granted.cpu_milli, (long long)preview.largest.cpu_milli);
        assert_int_equal(f.effects.count, 0);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),          cmocka_unit_test(test_life),
        cmocka_unit_test(test_failure_events), cmocka_unit_test(test_resized),
        cmocka_unit_test(test_unreachable),    cmocka_unit_test(test_blind),
        cmocka_unit_test(test_fresh_leader),   cmocka_unit_test(test_take_over),
        cmocka_unit_test(test_register),       cmocka_unit_test(test_preview),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
