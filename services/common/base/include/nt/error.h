/*
 * Errors. A function that can fail in more than one way returns 0 (or a count) or a negative errno
 * value; where a person needs the story it fills a struct nt_error that the caller keeps on its
 * stack. Any thread.
 */
#ifndef NT_ERROR_H
#define NT_ERROR_H

#include <errno.h>
#include <nt/cleanup.h>
#include <stdbool.h>

struct nt_error {
    int code; /* negative errno; 0 while nothing failed */
    char message[512];
};

#define NT_ERROR_INIT                                                                              \
    {                                                                                              \
        .code = 0, .message = ""                                                                   \
    }

/* Begin the story. err may be NULL. Returns code, which must be negative. */
int nt_fail(struct nt_error *err, int code, const char *format, ...) NT_PRINTF(3, 4);

/* Put what we were doing in front of the story: "doing: story". Returns the story's code. */
int nt_wrap(struct nt_error *err, const char *format, ...) NT_PRINTF(2, 3);

/* Would the same call succeed later, unchanged? (a peer away, a queue full, a timeout) */
bool nt_is_retryable(int code);

/* Last words of main(): prints the story on stderr as one line. Returns EXIT_FAILURE. */
int nt_die(const struct nt_error *err);

#endif
