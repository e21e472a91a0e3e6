/* Asks Redis once a second for the current load of every host. Loop thread only. */
#ifndef API_CURRENT_POLL_H
#define API_CURRENT_POLL_H

#include <api/desk.h>

struct current_poll;

struct current_poll *current_poll_new(struct desk *desk);
void current_poll_free(struct current_poll *poll); /* before the cache is closed */

#endif
