/* Files of running servers: jobs for the pool, asked for over HTTP (README). */
#ifndef FILES_H
#define FILES_H

#include "fleet.h"

enum { FILES_ROUTES = 9 };
void files_routes(struct fleet *fleet, struct nt_route routes[FILES_ROUTES]);

/* files_send.c: a file's bytes from fd, which it takes; a tar from Docker. */
void files_send(struct fleet *fleet, struct nt_request *request, int fd, int64_t size);
void files_archive(void *arg, struct nt_request *request);

#endif
