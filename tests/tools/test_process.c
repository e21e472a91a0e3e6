#include <nt/test_process.h>

#include <nt/clock.h>

#include <nt_cmocka.h>

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { ARGS_MAX = 32, CANNOT_RUN = 126 };

struct nt_test_process nt_test_spawn(const char *program, const char *const *argv,
                                     const char *const *environment)
{
    char *args[ARGS_MAX + 2] = {(char *)program};
    for (size_t i = 0; argv != NULL && argv[i] != NULL; i++) {
        assert_true(i < ARGS_MAX);
        args[i + 1] = (char *)argv[i];
    }
    struct nt_test_process process = {.pid = fork()};
    assert_true(process.pid >= 0);
    if (process.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves nothing behind */
        for (; environment != NULL && *environment != NULL; environment += 2)
            (void)setenv(environment[0], environment[1], 1);
        (void)execv(program, args);
        (void)fprintf(stderr, "cannot run %s: %s\n", program, strerror(errno));
        _exit(CANNOT_RUN);
    }
    const char *slash = strrchr(program, '/');
    (void)snprintf(process.program, sizeof(process.program), "%s",
                   slash != NULL ? slash + 1 : program);
    return process;
}

static bool reap(struct nt_test_process *process, int flags)
{
    int status = 0;
    if (process->pid == 0)
        return true;
    if (waitpid(process->pid, &status, flags) != process->pid)
        return false;
    process->pid = 0;
    process->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

bool nt_test_signal(struct nt_test_process *process, int signal_number)
{
    return !reap(process, WNOHANG) && kill(process->pid, signal_number) == 0;
}

bool nt_test_wait_exit(struct nt_test_process *process, int timeout_ms)
{
    if (process->pid == 0)
        return true;
    NT_CLEANUP(nt_close_p) int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    assert_true(fd >= 0);
    struct pollfd ends = {.fd = fd, .events = POLLIN};
    (void)poll(&ends, 1, timeout_ms);
    return reap(process, WNOHANG);
}

int nt_test_stop(struct nt_test_process *process, int timeout_ms)
{
    if (nt_test_signal(process, SIGTERM) && !nt_test_wait_exit(process, timeout_ms)) {
        (void)fprintf(stderr, "%s does not end within %d ms of SIGTERM\n", process->program,
                      timeout_ms);
        (void)kill(process->pid, SIGKILL);
    }
    (void)reap(process, 0);
    return process->exit_code;
}
