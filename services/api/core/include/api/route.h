/*
 * Every operation of the api in one table: what OpenAPI says (a test compares them), who may ask,
 * and what its body holds. Access is checked from here, in one place, before any handler runs.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <api/body.h>

enum route_access {
    ROUTE_PUBLIC,
    ROUTE_SIGNED_IN,
    ROUTE_OWNER, /* of the {server} or {task} in the path, or an administrator */
    ROUTE_ADMIN,
};

struct route {
    const char *operation; /* operationId */
    const char *method;
    const char *pattern;
    enum route_access access;
    bool is_mutation; /* Origin is checked; needs Kafka */
    const struct body_field *body;
    bool is_raw;    /* the body is bytes, BODY_RAW_MAX at most */
    bool is_stream; /* a GET whose Origin is checked too: its answer goes on */
};

extern const struct route routes[];
extern const size_t routes_count;

const struct route *route_find(const char *operation); /* or NULL */

struct route_who {
    bool is_signed_in;
    bool is_admin;
    const char *user; /* NULL while not signed in */
};

/*
 * May who use route on something of owner (NULL: it does not exist)? Only ROUTE_OWNER looks at
 * owner. Returns 0, or -EPROTO with the problem: what is not one's own is not found, so that nobody
 * learns what exists.
 */
int route_check(const struct route *route, const struct route_who *who, const char *owner,
                struct problem *problem);

#endif
