/* What became of a request. Pure. */
#ifndef API_TASK_H
#define API_TASK_H

#include <api/fleet.h>
#include <api/problem.h>

enum task_state { TASK_WAITING, TASK_RUNNING, TASK_DONE, TASK_FAILED };

/*
 * outcome NULL: not decided yet. Accepted is not done: that is when the server's state has caught
 * up. ret_stage is a message key (task.*) or NULL.
 */
enum task_state task_state(const struct fleet *fleet, const struct nt_outcome *outcome,
                           const char **ret_stage);

/* The problem that a refusing outcome names, with its figures. name may be NULL. */
void task_problem(const struct nt_outcome *outcome, const char *name, struct problem *problem);

#endif
