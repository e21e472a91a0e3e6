/* A real shell on a real terminal, behind a connection that Docker would have upgraded. */
#ifndef FAKE_EXEC_H
#define FAKE_EXEC_H

#include <stdbool.h>
#include <sys/types.h>

struct fake_exec {
    pid_t pid; /* 0: not started */
    int terminal_fd;
    int exit_code;
    bool is_over;
};

void fake_exec_start(struct fake_exec *exec, int fd); /* and answers 101 */

/* Until the shell ends or the peer leaves, which kills it: its exit code. */
int fake_exec_serve(struct fake_exec *exec, int fd);
void fake_exec_resize(struct fake_exec *exec, int columns, int rows);

#endif
