/* Whoever asks over HTTP for terminals, logs and files: admitted by a token, or refused. */
#ifndef ASK_H
#define ASK_H

#include "fleet.h"

#include <nt/problems.h>

enum { ASK_BODY_MAX = 1 << 20 };

/* The server of the request's {server}, which lives here, for a token of this operation; or NULL:
 * then it is answered. */
struct server *ask_admit(struct fleet *fleet, struct nt_request *request, const char *operation);

/* Its container, which runs; or NULL: then it is answered. */
const struct seen *ask_running(struct server *server, struct nt_request *request);
const struct seen *ask_container(struct server *server, struct nt_request *request);

/* Refuse with a code of problems.json and its only parameter (NULL: it has none). */
void ask_refuse(struct nt_request *request, const char *code, const char *param, const char *value,
                const char *detail);
void ask_refuse_number(struct nt_request *request, const char *code, const char *param,
                       int64_t value, const char *detail);

void ask_answer_json(struct nt_request *request, int status, struct json_t *json); /* takes json */

/* A number of the query, or fallback where it is absent. False: it is out of range, and that is
 * answered. */
bool ask_number(struct nt_request *request, const char *name, int64_t fallback, int64_t min,
                int64_t max, int64_t *ret_value);

/* A body of more than ASK_BODY_MAX came. */
void ask_too_large(void *arg, struct nt_request *request);

#endif
