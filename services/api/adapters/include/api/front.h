/*
 * The api's front: every operation of openapi.json bound to its handler, behind one check of
 * origin, session, access and body; then the web page's files. Loop thread only.
 */
#ifndef API_FRONT_H
#define API_FRONT_H

#include <api/desk.h>

struct front;

/* Serves on listen (host:port). desk must outlive it. */
int front_open(struct desk *desk, const char *listen, struct front **ret_front,
               struct nt_error *err);

/* Requests under way end: their clients are told so, their handlers run to an end without one. */
void front_close(struct front *front);
int front_port(const struct front *front);

#endif
