#include "fake_exec.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void fake_exec_start(struct fake_exec *exec, int fd)
{
    static const char head[] =
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
        "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    static const char *const environment[] = {"PS1=$ ", "TERM=dumb", "PATH=/usr/bin:/bin", NULL};
    exec->pid = forkpty(&exec->terminal_fd, NULL, NULL, NULL);
    if (exec->pid == 0) {
        (void)execle("/bin/sh", "sh", (char *)NULL, environment);
        _exit(127);
    }
    (void)send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL);
}

static bool pass_on(int from, int to, bool is_socket)
{
    char bytes[4096];
    ssize_t len =
        is_socket ? recv(from, bytes, sizeof(bytes), 0) : read(from, bytes, sizeof(bytes));
    for (ssize_t at = 0; len > 0 && at < len;) {
        ssize_t sent = is_socket ? write(to, bytes + at, (size_t)(len - at))
                                 : send(to, bytes + at, (size_t)(len - at), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
    }
    return len > 0;
}

int fake_exec_serve(struct fake_exec *exec, int fd)
{
    struct pollfd ends[] = {{.fd = fd, .events = POLLIN},
                            {.fd = exec->terminal_fd, .events = POLLIN}};
    for (bool is_open = true; is_open;) {
        if (poll(ends, 2, -1) < 0)
            break;
        if (ends[1].revents != 0) /* what was said before the end comes first */
            is_open = pass_on(exec->terminal_fd, fd, false);
        else if (ends[0].revents != 0)
            is_open = pass_on(fd, exec->terminal_fd, true);
    }
    int status = 0;
    bool has_left = ends[1].revents == 0;
    (void)close(exec->terminal_fd);
    if (has_left)
        (void)kill(exec->pid, SIGKILL);
    if (waitpid(exec->pid, &status, 0) < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void fake_exec_resize(struct fake_exec *exec, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    (void)ioctl(exec->terminal_fd, TIOCSWINSZ, &size);
}
