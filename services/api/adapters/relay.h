/*
 * Private to the handlers: requests that the provisioner of a server's host answers (its README
 * says which): its address, a token for one operation, and its refusals as problems.
 */
#ifndef API_RELAY_H
#define API_RELAY_H

#include "ask.h"

#define RELAY_FILES_READ  "files-read"
#define RELAY_FILES_WRITE "files-write"
#define RELAY_LOGS        "logs"
#define RELAY_TERMINAL    "terminal"

struct relay {
    const char *url;        /* in the ask's arena */
    const char *headers[4]; /* Authorization and room for more */
};

/* url: http://PROVISIONER/v1/servers/SERVER/tail?query. False: answered (no host, or it is silent).
 */
bool relay_to(struct ask *ask, const char *operation, const char *tail, struct relay *ret_relay);

/* The query parameters of the request that are named (NULL ends), encoded: "path=%2Fhome&id=x". */
const char *relay_query(struct ask *ask, const char *const *names);

/* What the provisioner answered instead of what was asked for; status 0: it could not be reached.
 */
void relay_refuse(struct ask *ask, int status, struct nt_span body);

#endif
