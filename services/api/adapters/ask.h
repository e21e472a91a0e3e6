/*
 * Private to the handlers: one HTTP request being answered. It ends with exactly one of ask_json(),
 * ask_problem(), ask_nothing() or ask_end(), now or later; that frees it. A client that leaves
 * meanwhile changes nothing for the handler.
 */
#ifndef API_ASK_H
#define API_ASK_H

#include <api/desk.h>
#include <api/problem.h>
#include <api/route.h>
#include <nt/trace.h>

struct ask {
    struct desk *desk;
    struct nt_request *request; /* NULL: the client left */
    const struct route *route;
    const struct nt_account
        *account; /* while the handler runs first; look it up by who.user later */
    struct route_who who;
    char user[64];
    char session[72]; /* hash; "" while not signed in */
    enum nt_language language;
    json_t *body; /* checked against the route's fields */
    char trace[NT_TRACEPARENT_SIZE];
    char trace_id[33];
    char peer[64];
    char subject[64];      /* {server}, {host}, {task} ... of the path; "" where it has none */
    struct nt_arena arena; /* lives as long as the ask */
    bool is_deferred;
    void *state; /* the handler's, in arena */
};

typedef void (*ask_handler)(struct ask *ask);

/* The handler will answer later. */
void ask_defer(struct ask *ask);

/* json is taken. */
void ask_json(struct ask *ask, int status, json_t *json);

/* problem's figures are released. */
void ask_problem(struct ask *ask, struct problem *problem);
void ask_code(struct ask *ask, const char *code); /* a problem without figures */
void ask_nothing(struct ask *ask);                /* 204 */
void ask_end(struct ask *ask);                    /* answered in another way, or cannot be */

void ask_header(struct ask *ask, const char *name, const char *value);
void ask_etag(struct ask *ask, int64_t revision);

struct view ask_view(const struct ask *ask);
const char *ask_text(const struct ask *ask, const char *field); /* of the body; NULL where absent */

/* limit and after of a page; false: answered with a problem. */
bool ask_page(struct ask *ask, const char *list, size_t *ret_limit, const char **ret_after);

/* Query parameter as a number; otherwise where absent. False: answered with a problem. */
bool ask_number(struct ask *ask, const char *name, int64_t min, int64_t max, int64_t otherwise,
                int64_t *ret_value);

/* A page's answer: items is taken. last is the key of its last item, NULL at the end. */
void ask_items(struct ask *ask, const char *list, json_t *items, const char *last);

/* Who did it, what, with which result: the audit topic. */
void ask_audit(const struct ask *ask, const char *subject, const char *result);

/* Wait until the view has what Neaptide-After names, then go on with handler. */
void ask_after(struct ask *ask, ask_handler handler);

/* Handlers, by operationId. */
extern const struct ask_operation {
    const char *operation;
    ask_handler handler;
} ask_operations[];
extern const size_t ask_operations_count;

#endif
