/*
 * Private: what is remembered between two commands, in ~/.config/neaptide/session (mode 0600): the
 * installation's address and the session of who signed in there.
 */
#ifndef KEEP_H
#define KEEP_H

#include <nt/arena.h>

struct keep {
    const char *url;   /* no slash at its end */
    const char *token; /* NULL: not signed in */
};

/* The environment wins (NEAPTIDE_URL, NEAPTIDE_TOKEN), then the file, then this machine's own
 * installation. A kept token is for its url only. */
int keep_load(struct nt_arena *arena, struct keep *ret_keep, struct nt_error *err);

int keep_save(struct nt_arena *arena, const struct keep *keep, struct nt_error *err);
int keep_forget(struct nt_arena *arena, struct nt_error *err);

#endif
