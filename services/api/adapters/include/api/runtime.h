/*
 * HAProxy's runtime socket: one connection in prompt mode that stays, so that its end tells of a
 * restart at once. Loop thread only.
 */
#ifndef API_RUNTIME_H
#define API_RUNTIME_H

#include <nt/loop.h>
#include <nt/span.h>

#define RUNTIME_COMMAND_MAX 8000 /* bytes: HAProxy reads a line of at most 16 kB */

struct runtime;

struct runtime_options {
    struct nt_loop *loop;
    const char *path;           /* of the socket */
    void (*on_up)(void *arg);   /* connected: what HAProxy knew may be gone */
    void (*on_down)(void *arg); /* gone; reconnects by itself every 200 ms */
    void *arg;
};

struct runtime *runtime_new(const struct runtime_options *options);

/* A command under way is dropped without an answer. NULL does nothing. */
void runtime_free(struct runtime *runtime);
bool runtime_is_up(const struct runtime *runtime);

/*
 * done gets the whole reply as text, borrowed for the call; NULL when the connection broke or the
 * reply took over 3 s. Only while up, and one command at a time. command is copied.
 */
void runtime_ask(struct runtime *runtime, const char *command,
                 void (*done)(void *arg, const char *reply), void *arg);

#endif
