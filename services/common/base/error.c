#include <nt/error.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int nt_fail(struct nt_error *err, int code, const char *format, ...)
{
    assert(code < 0);
    if (err == NULL)
        return code;
    err->code = code;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    return code;
}

int nt_wrap(struct nt_error *err, const char *format, ...)
{
    if (err == NULL)
        return -EIO;
    char doing[sizeof(err->message)];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(doing, sizeof(doing), format, args);
    va_end(args);
    size_t room = sizeof(err->message) - 1;
    size_t used = strlen(doing);
    if (used + 2 < room) {
        doing[used++] = ':';
        doing[used++] = ' ';
    }
    size_t story = strnlen(err->message, room - used);
    memmove(err->message + used, err->message, story);
    memcpy(err->message, doing, used);
    err->message[used + story] = '\0';
    return err->code;
}

bool nt_is_retryable(int code)
{
    switch (-code) {
    case EAGAIN:
    case EINTR:
    case EBUSY:
    case ENOBUFS:
    case ETIMEDOUT:
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ENOTCONN:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPIPE:
        return true;
    default:
        return false;
    }
}

int nt_die(const struct nt_error *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    return EXIT_FAILURE;
}
