/*
 * A read-only schema registry with Confluent's REST interface over the schemas of the contract, for
 * the clients that third parties already have. What it answers is in docs/architecture/events.md.
 * The ids are those of schemas/ids.json; a topic's schemas are the versions of "<topic>-value".
 * Pure.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <jansson.h>
#include <nt/contract.h>

struct registry_ask {
    const char *id; /* {id}, {subject}, {version} of the path; NULL where it has none */
    const char *subject;
    const char *version;
    const char *prefix;  /* ?subjectPrefix=; NULL: all */
    struct nt_span body; /* of a POST */
};

struct registry_reply {
    int status;   /* HTTP */
    json_t *body; /* the caller's; never NULL */
};

/* An error's body is {"error_code", "message"}; error_code as Confluent numbers them. */
typedef struct registry_reply registry_handler(const struct registry_ask *ask);

struct registry_endpoint {
    const char *method;
    const char *pattern; /* as nt_serve reads it, with {id}, {subject}, {version} */
    registry_handler *handler;
};

/* The first that matches is meant; at the end are those that refuse. */
extern const struct registry_endpoint registry_endpoints[];
extern const size_t registry_endpoints_count;

/* The newest schema of the subject's topic, or NULL. */
const struct nt_schema_info *registry_newest(const char *subject);

#endif
