#include "fixture.h"

#include <api/task.h>
#include <nt_cmocka.h>
#include <string.h>

static void test_accepted_is_not_done_yet(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    const char *stage = NULL;
    assert_int_equal(task_state(&fixture.fleet, NULL, &stage), TASK_WAITING);
    assert_string_equal(stage, "task.waiting");

    struct nt_move move = {.id = "m", .from = "host-1", .to = "spare-1"};
    static const struct {
        const char *name;
        const char *op;
        const char *server_state;
        const char *phase;
        int64_t revision; /* of the outcome; the server's is 7 */
        enum task_state state;
        const char *stage;
    } cases[] = {
        {"the state is not in yet", "start", "stopped", NULL, 8, TASK_RUNNING, "task.decided"},
        {"a container is being made", "create", "preparing", NULL, 7, TASK_RUNNING,
         "task.preparing"},
        {"it runs", "create", "running", NULL, 7, TASK_DONE, NULL},
        {"it moves", "move", "moving", "copying", 7, TASK_RUNNING, "task.copying"},
        {"it waits at the edge", "move", "moving", "holding", 7, TASK_RUNNING, "task.holding"},
        {"it was moved", "move", "running", NULL, 7, TASK_DONE, NULL},
        {"deleting is decided at once", "delete", "deleting", NULL, 7, TASK_DONE, NULL},
    };
    for (size_t i = 0; i < NT_COUNT(cases); i++) {
        print_message("%s\n", cases[i].name);
        struct nt_server_state web = fixture_web_state();
        move.phase = cases[i].phase;
        web.move = cases[i].phase == NULL ? NULL : &move;
        web.state = cases[i].server_state;
        web.sequence = 100 + (int64_t)i;
        (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
        struct nt_outcome outcome = {.request = "r",
                                     .op = cases[i].op,
                                     .server = fixture_web,
                                     .accepted = true,
                                     .code = "ok",
                                     .revision = cases[i].revision};
        assert_int_equal(task_state(&fixture.fleet, &outcome, &stage), cases[i].state);
        if (cases[i].stage == NULL)
            assert_null(stage);
        else
            assert_string_equal(stage, cases[i].stage);
    }
    fixture_deinit(&fixture);
}

static void test_a_refusal_is_told_with_its_figures(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_pair params[] = {{"name", "web-1"}};
    struct nt_wish wish = {.id = "r1", .op = "create", .actor = "ann-id", .name = "web-1"};
    struct nt_outcome outcome = {
        .request = "r1", .op = "create", .code = "name-taken", .params = params, .params_count = 1};
    json_t *task = view_task(&fixture.view, &wish, &outcome, NT_LANGUAGE_EN);
    assert_string_equal(json_string_value(json_object_get(task, "state")), "failed");
    json_t *problem = json_object_get(task, "problem");
    assert_string_equal(json_string_value(json_object_get(problem, "code")), "name-taken");
    assert_non_null(strstr(json_string_value(json_object_get(problem, "detail")), "web-1"));
    assert_true(json_is_null(json_object_get(task, "after")));
    json_decref(task);
    fixture_deinit(&fixture);
}

static void test_a_fault_fails_the_task(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct nt_fault fault = {.code = "docker-gone", .message = "connection refused"};
    struct nt_server_state web = fixture_web_state();
    web.state = "failed";
    web.fault = &fault;
    web.sequence++;
    (void)fixture_put(&fixture, NT_TOPIC_SERVER_STATE, web.server, &web);
    struct nt_outcome outcome = {.request = "r",
                                 .op = "start",
                                 .server = fixture_web,
                                 .accepted = true,
                                 .code = "ok",
                                 .revision = 7};
    json_t *task = view_task(&fixture.view, NULL, &outcome, NT_LANGUAGE_KO);
    json_t *problem = json_object_get(task, "problem");
    assert_string_equal(json_string_value(json_object_get(problem, "code")), "docker-gone");
    assert_non_null(strstr(json_string_value(json_object_get(problem, "detail")), "host-1"));
    json_decref(task);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted_is_not_done_yet),
        cmocka_unit_test(test_a_refusal_is_told_with_its_figures),
        cmocka_unit_test(test_a_fault_fails_the_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
