#include "fixture.h"

#include <api/edgemap.h>
#include <nt_cmocka.h>
#include <string.h>

static const char *const kinds[] = {"address", "port", "hold"};
static const char *const verbs[] = {"add", "set", "del"};

/* "address web-1.s.localhost 10.0.0.1;" for each entry */
static const char *written(struct nt_arena *arena, const struct edgemap *map)
{
    const char *text = "";
    for (size_t i = 0; i < map->count; i++)
        text = nt_arena_printf(arena, "%s%s %s %s;", text, kinds[map->entries[i].kind],
                               map->entries[i].key, map->entries[i].value);
    return text;
}

static const char *changes(struct nt_arena *arena, const struct edgemap *have,
                           const struct edgemap *want)
{
    struct edgemap_change *found = NULL;
    size_t count = edgemap_diff(arena, have, want, &found);
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = nt_arena_printf(arena, "%s%s %s %s;", text, verbs[found[i].verb],
                               kinds[found[i].entry.kind], found[i].entry.key);
    return text;
}

static void test_maps_are_a_function_of_the_states(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    struct edgemap map = edgemap_of(&arena, &fixture.fleet.servers, "s.localhost");
    assert_string_equal(written(&arena, &map), "address 22014 127.0.0.1;"
                                               "address files-1.s.localhost 10.0.0.2;"
                                               "address web-1.s.localhost 10.0.0.1;"
                                               "port 22014 1;"
                                               "port files-1.s.localhost 32001;"
                                               "port web-1.s.localhost 32001;");
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_deleted_servers_are_nowhere(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    struct nt_server_state web = fixture_web_state();
    web.desired = "deleted";
    web.sequence++;
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
    struct edgemap map = edgemap_of(&arena, &fixture.fleet.servers, "s.localhost");
    assert_null(strstr(written(&arena, &map), "web-1"));
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_nothing_but_names_and_addresses_reaches_a_command(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    struct nt_server_state web = fixture_web_state();
    web.address = "10.0.0.1; shutdown frontend web";
    web.sequence++;
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
    struct nt_server_state shell = fixture_shell_state();
    shell.name = "x\nadd";
    shell.sequence++;
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, shell.server, &shell);
    struct edgemap map = edgemap_of(&arena, &fixture.fleet.servers, "s.localhost");
    assert_string_equal(written(&arena, &map), "address files-1.s.localhost 10.0.0.2;"
                                               "address web-1.s.localhost 127.0.0.1;"
                                               "port files-1.s.localhost 32001;"
                                               "port web-1.s.localhost 1;");
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

/* The whole way of a move: hold first, then the new place, and only then let go. */
static void test_a_move_never_sends_anybody_to_the_wrong_place(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    struct nt_server_state web = fixture_web_state();
    struct nt_move move = {.id = "m1", .from = "host-1", .to = "spare-1", .phase = "copying"};
    struct edgemap before = edgemap_of(&arena, &fixture.fleet.servers, "s.localhost");
    static const struct {
        const char *phase; /* NULL: no move */
        const char *address;
        const char *changes;
    } steps[] = {
        {"copying", "10.0.0.1", ""},
        {"holding", "10.0.0.1", "add hold web-1.s.localhost;"},
        {"cutover", "", "set address web-1.s.localhost;set port web-1.s.localhost;"},
        {"recalled", "", ""},
        {NULL, "10.0.0.2",
         "set address web-1.s.localhost;set port web-1.s.localhost;del hold web-1.s.localhost;"},
    };
    for (size_t i = 0; i < NT_COUNT(steps); i++) {
        print_message("%s\n", steps[i].phase == NULL ? "done" : steps[i].phase);
        move.phase = steps[i].phase;
        web.move = steps[i].phase == NULL ? NULL : &move;
        web.address = steps[i].address;
        web.sequence++;
        assert_int_equal(fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web), 1);
        struct edgemap after = edgemap_of(&arena, &fixture.fleet.servers, "s.localhost");
        assert_string_equal(changes(&arena, &before, &after), steps[i].changes);
        before = after;
    }
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

static void test_a_restarted_edge_gets_everything(void **state)
{
    (void)state;
    struct fixture fixture;
    struct nt_arena arena;
    fixture_init(&fixture);
    nt_arena_init(&arena);
    struct edgemap none = {0};
    struct edgemap map = edgemap_of(&arena, &fixture.fleet.servers, "s.localhost");
    struct edgemap_change *found = NULL;
    assert_int_equal(edgemap_diff(&arena, &none, &map, &found), map.count);
    assert_int_equal(edgemap_diff(&arena, &map, &none, &found), map.count);
    assert_int_equal(found[0].verb, EDGE_DEL);
    assert_int_equal(edgemap_diff(&arena, &map, &map, &found), 0);
    nt_arena_deinit(&arena);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps_are_a_function_of_the_states),
        cmocka_unit_test(test_deleted_servers_are_nowhere),
        cmocka_unit_test(test_nothing_but_names_and_addresses_reaches_a_command),
        cmocka_unit_test(test_a_move_never_sends_anybody_to_the_wrong_place),
        cmocka_unit_test(test_a_restarted_edge_gets_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
