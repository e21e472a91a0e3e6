/* Tasks: what became of a request, from its outcome and the state of what it was about. */
#include "view_json.h"

#include <api/problem.h>
#include <api/task.h>

static const char *subject_of(const struct nt_wish *wish, const struct nt_outcome *outcome)
{
    const char *server = outcome != NULL ? outcome->server : wish->server;
    const char *host = outcome != NULL ? outcome->host : wish->host;
    if (server != NULL)
        return server;
    return host != NULL ? host : "pool";
}

/* A request that nobody answered within 10 minutes is answered "expired" when it is read. */
static const char *refusal_of(const struct nt_outcome *outcome)
{
    return outcome != NULL && !outcome->accepted ? outcome->code : NULL;
}

void task_problem(const struct nt_outcome *outcome, const char *name, struct problem *problem)
{
    const struct nt_problem *known = nt_problem_find(outcome->code);
    (void)problem_set(problem, known != NULL ? known->code : "internal");
    for (size_t i = 0; i < outcome->params_count; i++)
        problem_text(problem, outcome->params[i].key, outcome->params[i].value);
    if (name != NULL && json_object_get(problem->params, "name") == NULL)
        problem_text(problem, "name", name);
}

enum task_state task_state(const struct fleet *fleet, const struct nt_outcome *outcome,
                           const char **ret_stage)
{
    *ret_stage = "task.waiting";
    if (outcome == NULL)
        return TASK_WAITING;
    *ret_stage = NULL;
    if (!outcome->accepted)
        return TASK_FAILED;
    const struct nt_server_state *server =
        outcome->server == NULL ? NULL : fleet_server(fleet, outcome->server);
    if (outcome->server == NULL)
        return TASK_DONE; /* hosts and the pool change with the outcome itself */
    bool is_delete = strcmp(outcome->op, "delete") == 0;
    if (server == NULL)
        return is_delete ? TASK_DONE : TASK_RUNNING;
    if (server->revision < outcome->revision) {
        *ret_stage = "task.decided";
        return TASK_RUNNING;
    }
    if (is_delete)
        return TASK_DONE;
    if (server->move != NULL && strcmp(outcome->op, "move") == 0) {
        const char *phase = server->move->phase;
        *ret_stage = strcmp(phase, "holding") == 0    ? "task.holding"
                     : strcmp(phase, "cutover") == 0  ? "task.cutover"
                     : strcmp(phase, "recalled") == 0 ? "task.recalled"
                                                      : "task.copying";
        return TASK_RUNNING;
    }
    if (strcmp(server->state, "preparing") == 0) {
        *ret_stage = "task.preparing";
        return TASK_RUNNING;
    }
    if (strcmp(server->state, "failed") == 0 && server->fault != NULL)
        return TASK_FAILED;
    return TASK_DONE;
}

static const char *const state_names[] = {"waiting", "running", "done", "failed"};

static json_t *problem_of(const struct nt_outcome *outcome, const struct nt_server_state *server,
                          enum nt_language language)
{
    struct problem problem = {0};
    if (refusal_of(outcome) != NULL) {
        task_problem(outcome, server == NULL ? NULL : server->name, &problem);
    } else if (server != NULL && server->fault != NULL) {
        const struct nt_problem *known = nt_problem_find(server->fault->code);
        (void)problem_set(&problem, known != NULL ? known->code : "internal");
        problem_text(&problem, "name", server->name);
        problem_text(&problem, "host", server->host);
        problem_text(&problem, "reason", server->fault->message);
    }
    json_t *json = problem.code == NULL ? json_null() : problem_to_json(&problem, language, "");
    problem_deinit(&problem);
    return json;
}

json_t *view_task(const struct view *view, const struct nt_wish *wish,
                  const struct nt_outcome *outcome, enum nt_language language)
{
    const char *subject = subject_of(wish, outcome);
    const struct nt_server_state *server = fleet_server(view->fleet, subject);
    const char *stage = NULL;
    enum task_state state = task_state(view->fleet, outcome, &stage);
    const char *name = subject;
    if (server != NULL)
        name = server->name;
    else if (wish != NULL && wish->name != NULL)
        name = wish->name;
    bool has_ended = state == TASK_DONE || state == TASK_FAILED;
    int64_t created_ms = wish != NULL ? wish->at_ms : outcome->at_ms;
    json_t *after = outcome == NULL || !outcome->accepted
                        ? json_null()
                        : json_sprintf("%s@%lld", subject, (long long)outcome->revision);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:n, s:n, s:I, s:o, s:o, s:o}", "task",
        wish != NULL ? wish->id : outcome->request, "kind", wish != NULL ? wish->op : outcome->op,
        "subject", subject, "name", name, "state", state_names[state], "stage",
        stage == NULL ? json_null() : view_message(stage, NULL, 0), "bytes_done", "bytes_total",
        "created_ms", (json_int_t)created_ms, "ended_ms",
        has_ended && outcome != NULL ? json_integer(outcome->at_ms) : json_null(), "problem",
        state == TASK_FAILED ? problem_of(outcome, server, language) : json_null(), "after", after);
}
