/* Private: blocking HTTP for one command at a time (libcurl). */
#ifndef ASK_H
#define ASK_H

#include "keep.h"

#include <jansson.h>
#include <nt/problem.h>
#include <verbs/run.h>

struct ask_reply {
    int status;      /* 0: nobody answered */
    json_t *json;    /* the caller's; NULL: the body was none */
    char token[512]; /* of a session's cookie; "" where none came */
};

/* request's path is below keep->url. */
void ask_send(const struct keep *keep, enum nt_language language, const struct run_request *request,
              struct ask_reply *ret_reply);

/* Any address; headers as "Name: value", NULL-terminated, or NULL. */
void ask_url(const char *method, const char *url, const char *const *headers, const json_t *body,
             struct ask_reply *ret_reply);

/* A stream of lines, each without its end, until on_line returns other than 0, which is returned;
 * -ENOTCONN where it ended or never came, and the HTTP status if that was not 200. silence_s:
 * what says nothing for so long has ended; 0: it may be silent. */
int ask_lines(const struct keep *keep, enum nt_language language, const char *path,
              const char *last_id, long silence_s, int (*on_line)(void *arg, const char *line),
              void *arg);

#endif
