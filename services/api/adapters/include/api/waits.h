/*
 * Waiting for the views to show something, 2 s at most: how people read their own writes (DESIGN
 * section 2). Loop thread only.
 */
#ifndef API_WAITS_H
#define API_WAITS_H

#include <nt/loop.h>

#define WAITS_MS  2000
#define WAITS_MAX 2000 /* beyond: not waited for */

struct waits;

struct waits *waits_new(struct nt_loop *loop);

/* What waits is told that it has not come. */
void waits_free(struct waits *waits);

/*
 * done is called once: at once where is_met(arg) is true already, later when waits_check() finds it
 * so, or with false after limit_ms.
 */
void waits_add(struct waits *waits, uint32_t limit_ms, bool (*is_met)(void *arg),
               void (*done)(void *arg, bool is_met), void *arg);

/* Something changed. */
void waits_check(struct waits *waits);

#endif
