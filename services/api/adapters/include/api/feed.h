/*
 * From the topics into the fleet: the views that the api keeps, and who is told of a change. Loop
 * thread only.
 */
#ifndef API_FEED_H
#define API_FEED_H

#include <api/desk.h>

struct feed;

/*
 * Reads for ever. on_ready is called once, when all that was there has been read: the desk's
 * is_fleet_ready is true from then on. history_from_ms: LogAppendTime up to which the history had
 * read, 0: nothing.
 */
int feed_open(struct desk *desk, int64_t history_from_ms, void (*on_ready)(void *arg), void *arg,
              struct feed **ret_feed, struct nt_error *err);
void feed_close(struct feed *feed);

#endif
