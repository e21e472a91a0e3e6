/*
 * The session's cookie. Under TLS its name begins with __Host-, which binds it to the console's
 * very host; browsers refuse that prefix on plain http, which we serve on localhost only. Pure.
 */
#ifndef API_COOKIE_H
#define API_COOKIE_H

#include <nt/arena.h>

/* console is the console's origin; its scheme decides. */
const char *cookie_name(const char *console);

/* The value of Set-Cookie. token "" signs out. */
char *cookie_set(struct nt_arena *arena, const char *console, const char *token, int64_t age_s);

#endif
