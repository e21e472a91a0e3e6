#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <balancer/moves.h>
#include <balancer/requests.h>
#include <nt/text.h>

#include <stdio.h>
#include <string.h>

static struct nt_service ssh = {"ssh", 22, "ssh"};
static struct nt_spec spec = {.template = "web",
                              .image = "web:1",
                              .image_digest = "",
                              .size = "medium",
                              .services = &ssh,
                              .services_count = 1,
                              .restart = "ask",
                              .minimum = {.cpu_milli = 100, .mem_bytes = 64 * MIB}};
static struct nt_resources medium = {.cpu_milli = 1000, .mem_bytes = GIB};
static struct nt_resources quota = {.cpu_milli = 4000, .mem_bytes = 8 * GIB};

static struct nt_wish create(struct fixture *f, const char *server, const char *name)
{
    struct nt_wish wish = fixture_wish(f, "create", server);
    wish.name = name;
    wish.title = "My server";
    wish.spec = &spec;
    wish.requested = &medium;
    wish.quota = &quota;
    wish.quota_servers.is_set = true;
    wish.quota_servers.value = 3;
    return wish;
}

static const char *figure(const struct nt_outcome *outcome, const char *name)
{
    const char *value = nt_pairs_find(outcome->params, outcome->params_count, name);
    return value != NULL ? value : "(absent)";
}

static void test_create(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct nt_wish wish = create(&f, "s-1", "notes");
    const struct nt_outcome *outcome = fixture_decide(&f, &wish);
    assert_true(outcome->accepted);
    assert_string_equal(outcome->code, "ok");
    assert_string_equal(figure(outcome, "host"), "host-1");
    assert_int_equal(outcome->revision, 1);
    assert_int_equal(outcome->generation, 1);

    const struct nt_placement *placement = fixture_now(&f, "s-1");
    assert_string_equal(placement->owner, "ann");
    assert_string_equal(placement->desired, "running");
    assert_string_equal(placement->cluster, "cluster");
    assert_string_equal(placement->request, wish.id);
    assert_int_equal(placement->granted.cpu_milli, 1000);
    assert_int_equal(placement->edge_ports[0].port, 22000);
    assert_string_equal(placement->reason.key, "fits.now");
    assert_string_equal(fixture_word(&f, "s-1"), "preparing");
    assert_true(fixture_has_event(&f, "created"));
    fixture_deinit(&f);
}

static void test_create_refused(void **state)
{
    (void)state;
    static const struct nt_resources tiny_quota = {.cpu_milli = 1200, .mem_bytes = 8 * GIB};
    static const struct nt_resources huge = {.cpu_milli = 100000, .mem_bytes = 100 * GIB};
    static const struct nt_resources below = {.cpu_milli = 50, .mem_bytes = GIB};
    enum change { NOTHING, NAME, TAKEN, QUOTA, ROOM, SIZE, OWNER, SERVER, OLD, NO_SPEC, PROTOCOL };
    static const struct {
        const char *name;
        enum change change;
        const char *value;
        const char *code;
        const char *figure;
        const char *expected;
    } cases[] = {
        {"fine", NOTHING, NULL, "ok", "cpu_milli", "1000"},
        {"name too short", NAME, "a", "name-invalid", NULL, NULL},
        {"name begins with a digit", NAME, "1abc", "name-invalid", NULL, NULL},
        {"name with capitals", NAME, "Abc", "name-invalid", NULL, NULL},
        {"name ends with a hyphen", NAME, "abc-", "name-invalid", NULL, NULL},
        {"name of 32", NAME, "abcdefghijklmnopqrstuvwxyzabcdef", "name-invalid", NULL, NULL},
        {"name of 31", NAME, "abcdefghijklmnopqrstuvwxyzabcde", "ok", NULL, NULL},
        {"taken", TAKEN, NULL, "name-taken", "name", "other"},
        {"quota", QUOTA, NULL, "quota-cpu", "left_milli", "200"},
        {"no room", ROOM, NULL, "no-room", "largest_cpu_milli", "3000"},
        {"below the template's minimum", SIZE, NULL, "invalid-request", "field", "size"},
        {"for somebody else", OWNER, NULL, "administrator-only", NULL, NULL},
        {"a server that exists", SERVER, NULL, "invalid-request", "field", "server"},
        {"waited ten minutes", OLD, NULL, "expired", NULL, NULL},
        {"no spec", NO_SPEC, NULL, "invalid-request", "field", "template"},
        {"unknown protocol", PROTOCOL, NULL, "invalid-request", "field", "services"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        fixture_server(&f, "other", "host-1", 1000, GIB);
        struct nt_wish wish = create(&f, "s-1", "notes");
        struct nt_spec changed = spec;
        struct nt_service udp = {"x", 1, "udp"};
        switch (cases[i].change) {
        case NOTHING:
            break;
        case NAME:
            wish.name = cases[i].value;
            break;
        case TAKEN:
            wish.name = "other";
            break;
        case QUOTA:
            wish.quota = (struct nt_resources *)&tiny_quota;
            break;
        case ROOM:
            wish.quota = NULL;
            wish.requested = (struct nt_resources *)&huge;
            break;
        case SIZE:
            wish.requested = (struct nt_resources *)&below;
            break;
        case OWNER:
            wish.owner = "bob";
            break;
        case SERVER:
            wish.server = "other";
            break;
        case OLD:
            wish.at_ms -= REQUESTS_EXPIRE_MS;
            break;
        case NO_SPEC:
            wish.spec = NULL;
            break;
        case PROTOCOL:
            changed.services = &udp;
            wish.spec = &changed;
            break;
        }
        const struct nt_outcome *outcome = fixture_decide(&f, &wish);
        if (!nt_text_is(outcome->code, cases[i].code))
            fail_msg("%s: %s", cases[i].name, outcome->code);
        if (cases[i].figure != NULL &&
            !nt_text_is(figure(outcome, cases[i].figure), cases[i].expected))
            fail_msg("%s: %s is %s", cases[i].name, cases[i].figure,
                     figure(outcome, cases[i].figure));
        assert_int_equal(fixture_count(&f, NT_TOPIC_PLACEMENTS), outcome->accepted ? 1 : 0);
        fixture_deinit(&f);
    }
}

/* The share of the next server shrinks as the host fills, and the sentence says it. */
static void test_create_reduced(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "other", "host-1", 2200, GIB);
    const struct nt_wish wish = create(&f, "s-1", "notes");
    struct nt_wish unlimited = wish;
    unlimited.quota = NULL;
    const struct nt_outcome *outcome = fixture_decide(&f, &unlimited);
    assert_true(outcome->accepted);
    assert_string_equal(outcome->code, "reduced");
    assert_string_equal(figure(outcome, "cpu_milli"), "750");
    assert_string_equal(figure(outcome, "requested_cpu_milli"), "1000");
    assert_string_equal(figure(outcome, "given_pct"), "55.0");
    assert_string_equal(fixture_now(&f, "s-1")->reason.key, "fits.partly");
    fixture_deinit(&f);
}

static void test_repeat(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct nt_wish wish = create(&f, "s-1", "notes");
    struct nt_wish kept = wish;
    kept.id = "the-same";
    (void)fixture_decide(&f, &kept);
    assert_int_equal(fixture_count(&f, NT_TOPIC_PLACEMENTS), 1);
    fixture_clear(&f);
    fixture_advance(&f, 3600 * 1000);
    assert_false(requests_decide(&f.context, &f.outcomes, &kept, &f.effects));
    assert_int_equal(f.effects.count, 0); /* its outcome stands */
    /* After a day the key is free: the wish is now a new one, of a server that exists. */
    fixture_advance(&f, 24 * 3600 * 1000);
    kept.at_ms = f.context.wall_ms;
    assert_string_equal(fixture_decide(&f, &kept)->code, "invalid-request");
    fixture_deinit(&f);
}

static void test_name_is_free_after_a_day(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "notes", "host-1", 1000, GIB);
    const struct nt_wish bye = fixture_wish(&f, "delete", "notes");
    assert_true(fixture_decide(&f, &bye)->accepted);
    fixture_advance(&f, 24 * 3600 * 1000 - 1);
    struct nt_wish wish = create(&f, "s-1", "notes");
    assert_string_equal(fixture_decide(&f, &wish)->code, "name-taken");
    fixture_advance(&f, 1);
    wish = create(&f, "s-1", "notes");
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    fixture_deinit(&f);
}

/* --- ops on a server -------------------------------------------------------------------------- */

static void test_ops(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *op;
        const char *actor;
        bool admin;
        const char *word;
        const char *title;
        int64_t if_match; /* 0: none */
        const char *code;
        int64_t revision;
        const char *desired;
        int64_t run;
    } cases[] = {
        {"stop", "stop", "ann", false, NULL, NULL, 0, "ok", 2, "stopped", 1},
        {"start what runs", "start", "ann", false, NULL, NULL, 0, "ok", 1, "running", 1},
        {"restart", "restart", "ann", false, NULL, NULL, 0, "ok", 2, "running", 2},
        {"delete", "delete", "ann", false, NULL, NULL, 0, "ok", 2, "deleted", 1},
        {"rename", "rename", "ann", false, NULL, "New", 0, "ok", 2, "running", 1},
        {"rename to nothing", "rename", "ann", false, NULL, "", 0, "invalid-request", 1, "running",
         1},
        {"somebody else's", "stop", "eve", false, NULL, NULL, 0, "not-found", 0, "running", 1},
        {"an administrator", "stop", "eve", true, NULL, NULL, 0, "ok", 2, "stopped", 1},
        {"right revision", "stop", "ann", false, NULL, NULL, 1, "ok", 2, "stopped", 1},
        {"wrong revision", "stop", "ann", false, NULL, NULL, 7, "revision-changed", 1, "running",
         1},
        {"pin", "pin", "ann", false, "on", NULL, 0, "ok", 2, "running", 1},
        {"pin, misspelt", "pin", "ann", false, "yes", NULL, 0, "invalid-request", 1, "running", 1},
        {"quiet hours", "quiet-hours", "ann", false, "22:00-06:30", NULL, 0, "ok", 2, "running", 1},
        {"no quiet hours", "quiet-hours", "ann", false, "", NULL, 0, "ok", 2, "running", 1},
        {"hours that are none", "quiet-hours", "ann", false, "24:00-06:30", NULL, 0,
         "invalid-request", 1, "running", 1},
        {"half an hour", "quiet-hours", "ann", false, "22:00", NULL, 0, "invalid-request", 1,
         "running", 1},
        {"unknown op", "explode", "ann", false, NULL, NULL, 0, "invalid-request", 0, "running", 1},
        {"mode by a person", "mode", "ann", false, "off", NULL, 0, "administrator-only", 0,
         "running", 1},
        {"consent to nothing", "consent", "ann", false, NULL, NULL, 0, "state-wrong", 1, "running",
         1},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        fixture_server(&f, "a", "host-1", 1000, GIB);
        struct nt_wish wish = fixture_wish(&f, cases[i].op, "a");
        wish.actor = cases[i].actor;
        wish.admin = cases[i].admin;
        wish.word = cases[i].word;
        wish.title = cases[i].title;
        wish.revision.is_set = cases[i].if_match != 0;
        wish.revision.value = cases[i].if_match;
        const struct nt_outcome *outcome = fixture_decide(&f, &wish);
        const struct nt_placement *placement = fixture_now(&f, "a");
        if (!nt_text_is(outcome->code, cases[i].code) || outcome->revision != cases[i].revision ||
            !nt_text_is(placement->desired, cases[i].desired) || placement->run != cases[i].run)
            fail_msg("%s: %s, revision %lld, desired %s, run %lld", cases[i].name, outcome->code,
                     (long long)outcome->revision, placement->desired, (long long)placement->run);
        fixture_deinit(&f);
    }
}

static void test_unreachable_host(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    fleet_find_host(&f.fleet, "host-1")->reach = FLEET_UNREACHABLE;
    struct nt_wish wish = fixture_wish(&f, "stop", "a");
    assert_string_equal(fixture_decide(&f, &wish)->code, "unreachable");
    wish = fixture_wish(&f, "delete", "a"); /* carried out when it is back */
    assert_true(fixture_decide(&f, &wish)->accepted);
    fixture_deinit(&f);
}

static void test_resize(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    fixture_server(&f, "a", "host-1", 1000, GIB);
    fixture_server(&f, "bob-1", "host-1", 2000, GIB);
    struct nt_resources asked = {.cpu_milli = 500, .mem_bytes = GIB};
    struct nt_wish wish = fixture_wish(&f, "resize", "a");
    wish.requested = &asked;
    wish.word = "small";
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    assert_int_equal(fixture_now(&f, "a")->granted.cpu_milli, 500);
    assert_string_equal(fixture_now(&f, "a")->spec.size, "small");
    assert_int_equal(fixture_now(&f, "a")->generation, 1); /* the container stays */

    asked.cpu_milli = 1600; /* g = 0.9: a quarter, but never less than now */
    wish = fixture_wish(&f, "resize", "a");
    wish.requested = &asked;
    assert_string_equal(fixture_decide(&f, &wish)->code, "reduced");
    assert_int_equal(fixture_now(&f, "a")->granted.cpu_milli, 500);

    asked.cpu_milli = 1200; /* g = 0.8: three quarters */
    wish = fixture_wish(&f, "resize", "a");
    wish.requested = &asked;
    const struct nt_outcome *outcome = fixture_decide(&f, &wish);
    assert_string_equal(outcome->code, "reduced");
    assert_int_equal(fixture_now(&f, "a")->granted.cpu_milli, 900);

    fixture_server(&f, "bob-2", "host-1", 1100, GIB); /* nothing is left beyond the 900 */
    wish = fixture_wish(&f, "resize", "a");
    wish.requested = &asked;
    assert_string_equal(fixture_decide(&f, &wish)->code, "no-room");

    struct nt_resources limit = {.cpu_milli = 800, .mem_bytes = GIB};
    wish = fixture_wish(&f, "resize", "a");
    wish.requested = &asked;
    wish.quota = &limit;
    assert_string_equal(fixture_decide(&f, &wish)->code, "quota-cpu");
    fixture_deinit(&f);
}

/* --- while it moves --------------------------------------------------------------------------- */

static void test_while_moving(void **state)
{
    (void)state;
    static const struct {
        const char *op;
        const char *phase;
        const char *code;
        bool still_moves;
    } cases[] = {
        {"stop", "copying", "ok", false},       {"restart", "copying", "ok", false},
        {"delete", "copying", "ok", false},     {"rename", "copying", "ok", true},
        {"resize", "copying", "ok", true},      {"start", "copying", "ok", true},
        {"pin", "copying", "ok", false},        {"stop", "holding", "moving", true},
        {"restart", "cutover", "moving", true}, {"resize", "recalled", "moving", true},
        {"start", "holding", "moving", true},   {"delete", "cutover", "ok", true},
        {"rename", "holding", "ok", true},      {"move", "copying", "moving", true},
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
        placement.move = &move;
        fixture_put(&f, &placement);
        struct nt_wish wish = fixture_wish(&f, cases[i].op, "a");
        wish.title = "New";
        wish.word = "on";
        wish.requested = &medium;
        const struct nt_outcome *outcome = fixture_decide(&f, &wish);
        const bool moves = fixture_now(&f, "a")->move != NULL;
        if (!nt_text_is(outcome->code, cases[i].code) || moves != cases[i].still_moves)
            fail_msg("%s in %s: %s, moves %d", cases[i].op, cases[i].phase, outcome->code, moves);
        if (!moves)
            assert_string_equal(fixture_move_event(&f)->phase, "aborted");
        fixture_deinit(&f);
    }
}

static void test_move(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *to; /* NULL: the balancer chooses */
        bool pinned, stopped, other_moves, target_cordoned;
        const char *code;
    } cases[] = {
        {"chosen", NULL, false, false, false, false, "ok"},
        {"named", "spare-1", false, false, false, false, "ok"},
        {"where it is", "host-1", false, false, false, false, "host-unsuitable"},
        {"nowhere", "host-9", false, false, false, false, "host-unknown"},
        {"pinned", NULL, true, false, false, false, "pinned"},
        {"stopped", NULL, false, true, false, false, "state-wrong"},
        {"one at a time", NULL, false, false, true, false, "moving"},
        {"cordoned", "spare-1", false, false, false, true, "host-unsuitable"},
        {"nothing left to choose", NULL, false, false, false, true, "no-room"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct fixture f;
        fixture_init(&f);
        fixture_mode(&f, "off"); /* a person's move works in every mode */
        struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
        placement.pinned_host = cases[i].pinned ? "host-1" : NULL;
        placement.desired = cases[i].stopped ? "stopped" : "running";
        fixture_put(&f, &placement);
        const struct nt_observed observed = fixture_observed(&f, "a", "host-1", "running");
        fixture_observe(&f, &observed);
        if (cases[i].other_moves) {
            struct nt_placement other = fixture_placement("a2", "host-1", 100, GIB);
            struct nt_move move = {.id = "m",
                                   .from = "host-1",
                                   .to = "spare-1",
                                   .phase = "copying",
                                   .why = "move.asked"};
            other.move = &move;
            fixture_put(&f, &other);
        }
        if (cases[i].target_cordoned) {
            struct nt_wish cordon = fixture_wish(&f, "cordon", NULL);
            cordon.admin = true;
            cordon.host = "spare-1";
            cordon.word = "on";
            assert_true(fixture_decide(&f, &cordon)->accepted);
        }
        struct nt_wish wish = fixture_wish(&f, "move", "a");
        wish.to = cases[i].to;
        const struct nt_outcome *outcome = fixture_decide(&f, &wish);
        if (!nt_text_is(outcome->code, cases[i].code))
            fail_msg("%s: %s", cases[i].name, outcome->code);
        if (outcome->accepted) {
            assert_string_equal(fixture_now(&f, "a")->move->phase, "copying");
            assert_string_equal(fixture_now(&f, "a")->move->to, "spare-1");
            assert_string_equal(fixture_word(&f, "a"), "moving");
            assert_int_equal(outcome->revision, fixture_now(&f, "a")->revision);
        }
        fixture_deinit(&f);
    }
}

/* --- hosts and the pool ------------------------------------------------------------------------
 */

static void test_hosts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    static const struct {
        const char *op, *host, *word, *code;
    } cases[] = {
        {"role", "spare-1", "active", "ok"},   {"role", "spare-1", "boss", "invalid-request"},
        {"cordon", "host-1", "on", "ok"},      {"cordon", "host-1", "maybe", "invalid-request"},
        {"drain", "host-1", "on", "ok"},       {"cordon", "host-9", "on", "host-unknown"},
        {"forget-host", "host-1", NULL, "ok"}, {"mode", NULL, "suggest", "ok"},
        {"mode", NULL, "wild", "mode-wrong"},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        struct nt_wish wish = fixture_wish(&f, cases[i].op, NULL);
        wish.admin = true;
        wish.host = cases[i].host;
        wish.word = cases[i].word;
        const struct nt_outcome *outcome = fixture_decide(&f, &wish);
        if (!nt_text_is(outcome->code, cases[i].code))
            fail_msg("%s %s: %s", cases[i].op, cases[i].word, outcome->code);
    }
    const struct nt_host *host = fleet_host_record(fleet_find_host(&f.fleet, "host-1"));
    assert_true(host->cordon && host->drain && host->quarantined);
    assert_int_equal(host->revision, 4);
    assert_string_equal(fleet_host_record(fleet_find_host(&f.fleet, "spare-1"))->role, "active");
    assert_string_equal(fleet_pool(&f.fleet)->mode, "suggest");
    fixture_deinit(&f);
}

/* A target that never returns: its server goes back under a new generation. */
static void test_forget_host(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct nt_placement placement = fixture_placement("a", "host-1", 1000, GIB);
    struct nt_move move = {
        .id = "m", .from = "host-1", .to = "spare-1", .phase = "recalled", .why = "move.asked"};
    placement.move = &move;
    fixture_put(&f, &placement);
    struct nt_wish wish = fixture_wish(&f, "forget-host", NULL);
    wish.admin = true;
    wish.host = "spare-1";
    assert_true(fixture_decide(&f, &wish)->accepted);
    assert_null(fixture_now(&f, "a")->move);
    assert_string_equal(fixture_now(&f, "a")->host, "host-1");
    assert_int_equal(fixture_now(&f, "a")->generation, 2);
    fixture_deinit(&f);
}

static void test_adopt(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct nt_observed orphan = {.server = "lost",
                                       .host = "spare-1",
                                       .boot = "boot",
                                       .generation = 4,
                                       .state = "orphan",
                                       .container = "c",
                                       .address = ""};
    struct nt_wish wish = create(&f, "lost", "lost");
    wish.op = "adopt";
    wish.admin = true;
    wish.host = "spare-1";
    assert_string_equal(fixture_decide(&f, &wish)->code, "not-found");
    fixture_observe(&f, &orphan);
    wish.id = "again";
    assert_string_equal(fixture_decide(&f, &wish)->code, "ok");
    assert_string_equal(fixture_now(&f, "lost")->host, "spare-1");
    assert_int_equal(fixture_now(&f, "lost")->generation, 4);
    fixture_deinit(&f);
}

static void test_outcomes_are_bounded(void **state)
{
    (void)state;
    struct outcomes outcomes = {0};
    const struct nt_span bytes = nt_span_of("x");
    char id[16];
    for (int i = 0; i <= OUTCOMES_MAX; i++) {
        snprintf(id, sizeof(id), "r%d", i);
        outcomes_put(&outcomes, id, bytes, 1000);
    }
    assert_int_equal(outcomes_find(&outcomes, "r0", 1000).len, 0); /* the oldest went */
    assert_int_equal(outcomes_find(&outcomes, "r1", 1000).len, 1);
    assert_int_equal(outcomes_find(&outcomes, "r1", 1000 + OUTCOMES_KEPT_MS).len, 0);
    outcomes_forget_old(&outcomes, 1000 + OUTCOMES_KEPT_MS);
    assert_int_equal(outcomes_find(&outcomes, id, 1000).len, 0);
    outcomes_deinit(&outcomes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_refused),
        cmocka_unit_test(test_create_reduced),
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_name_is_free_after_a_day),
        cmocka_unit_test(test_ops),
        cmocka_unit_test(test_unreachable_host),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_while_moving),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_forget_host),
        cmocka_unit_test(test_adopt),
        cmocka_unit_test(test_outcomes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
