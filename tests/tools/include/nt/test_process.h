/*
 * For component tests: a real service binary as a child, and the few HTTP requests that a test
 * makes. Blocking, bounded in time, one thread. What cannot be set up fails the test (cmocka).
 */
#ifndef NT_TEST_PROCESS_H
#define NT_TEST_PROCESS_H

#include <nt/span.h>
#include <sys/types.h>

struct nt_test_process {
    pid_t pid;     /* 0: reaped */
    int exit_code; /* once reaped; 128 + signal where one ended it */
    char program[64];
};

/*
 * Start program (a path; NT_TEST_BIN "/neaptide-x" is the built service) with the arguments argv
 * (ends with NULL; without the program itself; may be NULL) and this environment added to ours:
 * pairs "NAME", "value", ..., NULL. stderr goes to ours. The child dies with the test.
 */
struct nt_test_process nt_test_spawn(const char *program, const char *const *argv,
                                     const char *const *environment);

/* Send a signal; 0 only asks whether it lives. */
bool nt_test_signal(struct nt_test_process *process, int signal_number);

/* Wait until it ends. False: it had not after timeout_ms. */
bool nt_test_wait_exit(struct nt_test_process *process, int timeout_ms);

/* SIGTERM, wait, and SIGKILL if it does not end within timeout_ms. Its exit code; 137 if killed. */
int nt_test_stop(struct nt_test_process *process, int timeout_ms);

/* A TCP port of 127.0.0.1 that is free now. */
int nt_test_free_port(void);

struct nt_test_reply {
    int status; /* 0: no answer */
    struct nt_buf head;
    struct nt_buf body;
};
void nt_test_reply_deinit(struct nt_test_reply *reply);

/*
 * One HTTP/1.1 request to 127.0.0.1:port on a connection of its own. headers: whole lines with
 * CRLF, or NULL. Waits at most timeout_ms for the whole answer. Chunked bodies are joined.
 */
struct nt_test_reply nt_test_http(int port, const char *method, const char *path,
                                  const char *headers, struct nt_span body, int timeout_ms);

/* Ask GET path until the answer is 200. False: not within timeout_ms, or the process ended. */
bool nt_test_wait_http(struct nt_test_process *process, int port, const char *path, int timeout_ms);

/* The same for /readyz. */
bool nt_test_wait_ready(struct nt_test_process *process, int port, int timeout_ms);

#endif
